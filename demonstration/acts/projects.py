"""The health project: written, sent, decided (R1, R5)."""

from collections.abc import Iterable

from core.values import integer_fr
from demonstration.cast import Dossier
from demonstration.data import read
from health_projects import actions
from health_projects.assemblers import agreement_today, territory_of
from health_projects.enums import OppositionGround, SectionKey
from territories.models import Commune


def write(dossier: Dossier, sections: Iterable[str] = SectionKey.values) -> None:
    """The coordinator opens the project, draws its territory, chooses its missions and writes its sections."""
    actor = dossier.coordinator
    project = dossier.project = actions.create_project(actor=actor)
    actions.set_communes(actor=actor, project=project, codes=_communes(dossier.data))
    core = {terms.code for terms in agreement_today().missions if terms.is_core}
    actions.set_missions(actor=actor, project=project, missions=core | set(dossier.data.get("options", ())))
    words = _words(dossier)
    for key in sections:
        text = read("sections")[key].format(**words)
        actions.save_section(actor=actor, project=project, key=key, text=text, version=0)


def submit(dossier: Dossier) -> None:
    actions.submit_project(actor=dossier.president, project=dossier.project)
    dossier.project.refresh_from_db()


def approve(dossier: Dossier) -> None:
    dossier.project = actions.approve(actor=dossier.ars_officer, project=dossier.project)


def approve_tacitly(dossier: Dossier) -> None:
    dossier.project = actions.approve_tacitly(project=dossier.project)


def send_back(dossier: Dossier) -> None:
    """The ARS remarks on a section and asks for corrections."""
    actor = dossier.ars_officer
    actions.comment_section(
        actor=actor,
        project=dossier.project,
        part=SectionKey.GOVERNANCE,
        text="Précisez comment les professions les moins nombreuses sont représentées au conseil.",
    )
    dossier.project = actions.send_back(
        actor=actor,
        project=dossier.project,
        reason="La gouvernance et le lien avec l’hôpital de proximité sont à préciser avant une nouvelle lecture.",
    )


def oppose(dossier: Dossier) -> None:
    dossier.project = actions.oppose(
        actor=dossier.ars_officer,
        project=dossier.project,
        ground=OppositionGround.TERRITORY,
        reason="Le territoire, limité à deux communes, ne permet pas d’organiser une réponse de premier recours : "
        "un rapprochement avec la CPTS voisine est proposé.",
    )


def widen(dossier: Dossier, codes: list[str]) -> None:
    """After its approval, the CPTS sends a version whose territory is wider (design §3)."""
    version = actions.new_version(actor=dossier.coordinator, project=dossier.project)
    actions.add_communes(actor=dossier.coordinator, project=version, codes=codes)
    actions.submit_project(actor=dossier.president, project=version)


def accept_overlaps(dossier: Dossier) -> None:
    """The ARS accepts that this territory shares communes with others, with its reason (R1)."""
    for overlap in actions.overlapping_projects(actor=dossier.ars_officer, project=dossier.project):
        actions.accept_overlap(
            actor=dossier.ars_officer,
            project=dossier.project,
            other=overlap.other,
            reason="Les patients de la commune partagée se répartissent entre les deux territoires.",
        )


def _communes(data: dict) -> set[str]:
    codes = set(data.get("communes", ()))
    for siren in data.get("epcis", ()):
        codes |= set(Commune.objects.in_epci(siren).values_list("code", flat=True))
    return codes


def _words(dossier: Dossier) -> dict[str, str]:
    """Return what the texts of the sections name: the place, its people, its members."""
    count = dossier.project.communes.count()
    population = territory_of(dossier.project).population or 0
    return {
        "name": dossier.cpts.name,
        "place": dossier.data["place"],
        "count": f"{count} communes" if count > 1 else "une commune",
        "population": integer_fr(population),
        "members": str(dossier.data["members"]),
    }
