"""Dialogues de gestion: convened, held, written, approved by the three; then the annex signed (R16, R17)."""

from datetime import date

from agreements.enums import MissionCode
from core import clock
from core.actor import Actor
from demonstration.acts.documents import press, render
from demonstration.cast import Dossier
from dialogues import actions
from dialogues.assemblers import counted_year
from dialogues.enums import AnnexStatus, DialogueKind
from dialogues.models import AnnualAnnex, ManagementDialogue

PLACES = {
    DialogueKind.SIGNATURE: "Siège de la caisse, salle de réunion",
    DialogueKind.MISSION_START: "Visioconférence",
    DialogueKind.ANNUAL: "Délégation départementale de l’ARS",
}
MINUTES = {
    DialogueKind.SIGNATURE: "Les parties ont relu le territoire, la population publiée par l’Insee et la taille qui en "
    "découle. La CPTS a présenté les missions et leur calendrier ; la caisse a rappelé les pièces attendues pour "
    "les indicateurs qu’elle renseigne.",
    DialogueKind.MISSION_START: "La CPTS a présenté l’organisation de la mission, les référents et les premières "
    "réunions. Les indicateurs, leurs paliers et leurs pièces justificatives ont été relus ensemble.",
    DialogueKind.ANNUAL: "Le rapport d’activité a été présenté mission par mission. Les valeurs des indicateurs "
    "ont été comparées aux pièces justificatives. Les parties soulignent la montée en charge des soins non "
    "programmés et conviennent de renforcer le repérage des patients sans médecin traitant.",
}
DECISIONS = {
    DialogueKind.SIGNATURE: "La taille et le calendrier des missions sont arrêtés tels qu’ils figurent au contrat.",
    DialogueKind.MISSION_START: "La mission démarre à la date indiquée, selon le programme du contrat.",
    DialogueKind.ANNUAL: "Les résultats sont retenus tels que confirmés. Le programme de l’année suivante est adopté.",
}
SIZE_DECISION = (
    " Les communes voisines qui rejoignent le projet portent la population à plus de 80 000 habitants : la taille de "
    "l’année en cours est revue, et son programme réparti de nouveau."
)
REVISION = "Un relevé de la régulation comptait deux fois le mois de juin : le résultat est à corriger."


def find(dossier: Dossier, kind: DialogueKind, **identity) -> ManagementDialogue:
    return dossier.contract.dialogues.get(kind=kind, **identity)


def convene(actor: Actor, dialogue: ManagementDialogue, day: date) -> ManagementDialogue:
    kind = DialogueKind(dialogue.kind)
    return actions.convene(actor=actor, dialogue=dialogue, convened_for=day, place=PLACES[kind], agenda=dialogue.agenda)


def hold(dossier: Dossier, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Record that the dialogue was held today, by the three parties."""
    present = [f"{actor.user_name}, {actor.organisation_name}" for actor in (dossier.coordinator, *dossier.officers)]
    return actions.hold(
        actor=dossier.coordinator, dialogue=dialogue, held_on=clock.today(), participants="\n".join(present)
    )


def write(
    dossier: Dossier, dialogue: ManagementDialogue, *, starts_on: date | None = None, new_size: int | None = None
) -> ManagementDialogue:
    """Write the minutes: when the mission starts, or the size that is reviewed (R18)."""
    kind = DialogueKind(dialogue.kind)
    mission = f" Mission : {MissionCode(dialogue.mission).label.lower()}." if dialogue.mission else ""
    return actions.write_minutes(
        actor=dossier.coordinator,
        dialogue=dialogue,
        version=dialogue.lock_version,
        minutes=MINUTES[kind] + mission,
        decisions=DECISIONS[kind] + (SIZE_DECISION if new_size else "") + _revised(dialogue),
        mission_starts_on=starts_on,
        new_size=new_size,
        members=_members_after(dialogue),
    )


def send(dossier: Dossier, dialogue: ManagementDialogue) -> ManagementDialogue:
    """Send the minutes to the approval of the three."""
    return actions.send_minutes(actor=dossier.coordinator, dialogue=dialogue)


def revise(dossier: Dossier, year: int) -> ManagementDialogue:
    """The fund opens the closed dialogue of a year again, to correct a result (R17)."""
    dialogue = find(dossier, DialogueKind.ANNUAL, year=year)
    return actions.revise(actor=dossier.fund_officer, dialogue=dialogue, reason=REVISION)


def approve(dialogue: ManagementDialogue, *actors: Actor) -> ManagementDialogue:
    for actor in actors:
        dialogue = actions.approve_minutes(actor=actor, dialogue=dialogue)
    for annex in dialogue.annexes.filter(status=AnnexStatus.SIGNING).select_related("document"):
        press.order(annex.document)
    return dialogue


def sign_annex(dossier: Dossier, year: int, *actors: Actor) -> AnnualAnnex:
    """Sign the annual annex for one party after the other; its document is laid out first."""
    annex = dossier.contract.annexes.get(year=year, status=AnnexStatus.SIGNING)
    render(annex.document_id)
    for actor in actors:
        annex = actions.sign_annex(actor=actor, annex=annex)
    return annex


def _members_after(dialogue: ManagementDialogue) -> int | None:
    """R11: return the members of the year that follows, as they were known: nobody left the invented CPTS."""
    year = counted_year(dialogue)
    return year.members if year else dialogue.members


def _revised(dialogue: ManagementDialogue) -> str:
    return f" Révision : {REVISION[0].lower()}{REVISION[1:]}" if dialogue.revision > 1 else ""
