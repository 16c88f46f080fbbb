"""A contract from a blank project to its end, by the people of four sides: a year evaluated and signed, then settled.

Everything goes through the browser; the clock alone is moved by the page of the demonstration.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.urls import reverse

from agreements.enums import LineKind, MissionCode
from contracts.enums import ContractStatus
from contracts.models import Contract
from core import clock
from core.dates import add_months
from dialogues.enums import AnnexStatus, DialogueKind
from documents import storage
from documents.signing.authority import current_authority
from documents.verification.reader import verify_pdf
from funding.enums import PaymentStatus
from health_projects.enums import ProjectStatus, SectionKey
from health_projects.models import HealthProject
from indicators.models import Indicator
from tests.e2e import money
from tests.e2e.people import Cast, Person

pytestmark = pytest.mark.e2e
REVIEWED_SIZE = 3
PDF = {"name": "compte-rendu.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n% compte rendu\n"}


def test_a_contract_year_is_played_by_the_people_of_four_sides(cast: Cast):
    money.simulate(cast.accountant)
    for person in cast.everyone:
        person.sign_in()
    project = draft_and_approve_a_project(cast)
    contract = draft_a_contract(cast, project)
    negotiate(cast, contract)
    sign_the_contract(cast, contract)
    start_missions(cast, contract)
    move_to(cast.coordinator, add_months(contract_of(contract).signed_on, 13))
    give_and_confirm_results(cast, contract)
    hold_the_annual_dialogue(cast, contract)
    sign_the_annex(cast, contract)
    pay(cast, contract)
    money.terminate(cast, contract)
    move_to(cast.coordinator, add_months(clock.today(), 3))
    hold_and_approve(cast, contract.dialogues.get(kind=DialogueKind.ANNUAL, year=2))
    money.settle(cast, contract)
    read_the_national_view(cast)
    assert cast.faults == []


def draft_and_approve_a_project(cast: Cast) -> HealthProject:
    """The coordinator writes the project; the ARS sends it back once, with a reason, then approves it."""
    writer = cast.coordinator
    writer.go("/").click("Rédiger le projet de santé")
    if writer.path.endswith("/nouveau/"):
        writer.fill(title="Projet de santé du Beaujolais").click("Commencer le projet")
    project = HealthProject.objects.get()
    detail = reverse("health_projects:project_detail", args=[project.pk])
    choose_a_territory(writer, project)
    for key in SectionKey:
        writer.go(reverse("health_projects:project_section", args=[project.pk, key]))
        writer.fill(text=f"Ce que nous écrivons de la section « {key.label} ».").click("Enregistrer", exact=True)
    writer.go(reverse("health_projects:project_missions", args=[project.pk]))
    for mission in writer.page.locator("[name=core]").all():
        mission.check()
    writer.click("Enregistrer les missions")
    writer.go(detail).click("Envoyer à l’ARS")

    reader = cast.ars_officer
    reader.go("/").sees("CPTS du Beaujolais")
    reader.go(reverse("health_projects:project_send_back", args=[project.pk]))
    reader.fill(reason="Précisez le plan d’actions.").click("Renvoyer à la CPTS")
    writer.go(detail).sees("Précisez le plan d’actions.")
    writer.click("Reprendre")
    writer.go(reverse("health_projects:project_section", args=[project.pk, SectionKey.ACTION_PLAN]))
    writer.fill(text="Un plan d’actions précis.").click("Enregistrer", exact=True)
    writer.go(detail).click("Envoyer à l’ARS")
    reader.go(detail).click("Approuver le projet")
    project.refresh_from_db()
    assert project.status == ProjectStatus.APPROVED
    return project


def choose_a_territory(writer: Person, project: HealthProject) -> None:
    """By search, then by a pasted list in which one code is wrong."""
    writer.go(reverse("health_projects:project_territory", args=[project.pk]))
    writer.fill(q="Villefranche-sur-Saône")
    writer.page.locator("#add-69264").click()
    writer.sees("Dans le territoire")
    writer.page.get_by_text("Coller une liste de codes Insee").click()
    writer.fill(codes="69013, 69019 69092\n99999")
    writer.click("Ajouter ces communes").sees("99999")
    assert set(project.communes.values_list("code", flat=True)) == {"69264", "69013", "69019", "69092"}


def draft_a_contract(cast: Cast, project: HealthProject) -> Contract:
    """Missions with their planned starts, then one action and one indicator for each of them."""
    writer = cast.coordinator
    writer.go(reverse("contracts:contract_draft")).click("Rédiger le contrat")
    contract = Contract.objects.get()
    writer.go(reverse("contracts:contract_edit", args=[contract.pk])).fill(member_count="42")
    for mission in contract.missions.all():
        writer.fill(**{f"start_{mission.mission}": add_months(clock.today(), 3).isoformat()})
    writer.click("Enregistrer le contrat")
    for mission in contract.years.get().programme.missions.all():
        write_programme(writer, mission)
    return contract


def write_programme(writer: Person, mission) -> None:
    """One action that carries the whole of the variable part of its mission."""
    writer.go(reverse("indicators:action_create", args=[mission.pk]))
    writer.fill(title=f"Réunions : {mission.label}", deliverables="Compte rendu").click("Ajouter l’action")
    if mission.mission == MissionCode.HEALTH_CRISIS:
        return
    writer.go(reverse("indicators:indicator_create", args=[mission.pk]))
    writer.fill(label="Deux réunions de concertation", maximum_amount=str(mission.variable_amount))
    writer.page.select_option("[name=action]", index=1)
    writer.page.select_option("[name=scale]", "ACHIEVED")
    writer.click("Ajouter l’indicateur")


def negotiate(cast: Cast, contract: Contract) -> None:
    """The SIGNATURE dialogue is held and approved by the three, who then consent to the same content."""
    cast.coordinator.go(reverse("dashboards:dossier", args=[contract.pk])).click("Ouvrir la négociation")
    hold_and_approve(cast, contract.dialogues.get(kind=DialogueKind.SIGNATURE))
    for person in cast.consenting:
        person.go(reverse("contracts:contract_consent", args=[contract.pk])).click("Consentir à ce contenu")
    assert contract_of(contract).status == ContractStatus.SIGNING


def hold_and_approve(cast: Cast, dialogue, **decided: str) -> None:
    """Note that a dialogue was held, write its minutes, send them, and have the three approve."""
    hold(cast, dialogue, **decided)
    approve(cast, dialogue)


def hold(cast: Cast, dialogue, new_size: str = "", **decided: str) -> None:
    writer = cast.coordinator
    writer.go(reverse("dialogues:dialogue_hold", args=[dialogue.pk])).fill(
        held_on=clock.today().isoformat(), participants="Les trois parties"
    ).click("Enregistrer", exact=True)
    writer.go(reverse("dialogues:dialogue_minutes", args=[dialogue.pk]))
    writer.fill(minutes="Les parties ont suivi l’ordre du jour.", **decided)
    if new_size:
        writer.page.select_option("[name=new_size]", new_size)
    writer.click("Enregistrer", exact=True)


def approve(cast: Cast, dialogue) -> None:
    writer, url = cast.coordinator, reverse("dialogues:dialogue_detail", args=[dialogue.pk])
    writer.go(url).click("Envoyer à l’approbation")
    for person in cast.consenting:
        person.go(url).click("Approuver le compte rendu")
    writer.go(url).sees("Clos")


def sign_the_contract(cast: Cast, contract: Contract) -> None:
    """Each signs the same bytes after a fresh second factor; the last signature puts the contract in force."""
    url = reverse("contracts:contract_sign", args=[contract.pk])
    cast.president.go(url).waits_for("Signer pour")
    told = ["Votre organisation a signé", "Votre organisation a signé", "Les trois parties ont signé le contrat"]
    for person, words in zip(cast.signing, told, strict=True):
        person.go(url).fill(code=person.code()).click("Signer le contrat").sees(words)
    signed = contract_of(contract)
    assert signed.status == ContractStatus.ACTIVE and signed.signed_on == clock.today()
    assert_three_signatures(signed.document)


def start_missions(cast: Cast, contract: Contract) -> None:
    """Two missions start in the middle of the year, each by its dialogue."""
    for mission, months in ((MissionCode.ACCESS_TO_CARE, 6), (MissionCode.CARE_PATHWAYS, 8)):
        starts_on = add_months(contract_of(contract).signed_on, months)
        move_to(cast.coordinator, starts_on)
        dialogue = contract.dialogues.get(kind=DialogueKind.MISSION_START, mission=mission)
        hold_and_approve(cast, dialogue, mission_starts_on=starts_on.isoformat())
        assert contract.missions.get(mission=mission).started_on == starts_on


def move_to(person: Person, day: date) -> None:
    """Move the portal's date by the page of the demonstration."""
    person.go(reverse("demonstration:dates")).fill(day=day.isoformat()).click("Changer la date")
    assert clock.today() == day


def give_and_confirm_results(cast: Cast, contract: Contract) -> None:
    """The CPTS enters the value with its evidence; the fund confirms it."""
    programme = contract.years.get(number=1).programme
    results = Indicator.objects.results().filter(
        programme_mission__programme=programme, programme_mission__active_from__isnull=False
    )
    for indicator in results:
        cast.coordinator.go(reverse("indicators:value_enter", args=[indicator.pk]))
        cast.coordinator.page.check("[name=achieved][value=oui]")
        cast.coordinator.fill(
            period_start=contract_of(contract).signed_on.isoformat(),
            period_end=clock.today().isoformat(),
            source="Comptes rendus de réunion",
        )
        cast.coordinator.page.set_input_files("input[type=file]", PDF)
        cast.coordinator.click("Enregistrer la valeur")
        value = Indicator.objects.get(pk=indicator.pk).value
        cast.fund_officer.go(reverse("indicators:value_confirm", args=[value.pk])).click("Confirmer cette valeur")


def hold_the_annual_dialogue(cast: Cast, contract: Contract) -> None:
    """The next programme is taken over, at a new size (R18); the third approval issues statement and annex."""
    following = contract.years.get(number=2).programme
    cast.coordinator.go(reverse("indicators:programme_edit", args=[following.pk])).click("Reprendre l’année précédente")
    dialogue = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1)
    hold(cast, dialogue, new_size=str(REVIEWED_SIZE))
    money.spread_again(cast.coordinator, contract, year=2)
    approve(cast, dialogue)
    assert contract.years.get(number=2).size == REVIEWED_SIZE
    assert contract.statements.get().year == 1


def sign_the_annex(cast: Cast, contract: Contract) -> None:
    annex = contract.annexes.get()
    url = reverse("dialogues:annex_sign", args=[annex.pk])
    cast.president.go(url).waits_for("Ce que votre signature engage")
    told = ["Vous avez signé l’annexe", "Vous avez signé l’annexe", "l’annexe est en vigueur"]
    for person, words in zip(cast.signing, told, strict=True):
        person.go(url).fill(code=person.code()).click("Signer l’annexe").sees(words)
    annex.refresh_from_db()
    assert annex.status == AnnexStatus.IN_FORCE
    assert_three_signatures(annex.document)


def pay(cast: Cast, contract: Contract) -> None:
    """The accountant orders and pays the variable part that access to care earned."""
    payment = contract.payments.get(line_kind=LineKind.VARIABLE, year=1, mission=MissionCode.ACCESS_TO_CARE)
    url = reverse("funding:payment_detail", args=[payment.pk])
    cast.accountant.go(reverse("funding:payment_list")).sees("CPTS du Beaujolais")
    cast.accountant.go(url).click("Ordonner le versement").click("Enregistrer le paiement")
    cast.accountant.fill(paid_on=clock.today().isoformat(), reference="VIR-2027-001").click("Marquer comme payé")
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    cast.coordinator.go(reverse("funding:schedule", args=[contract.pk])).sees("Payé")
    cast.coordinator.go(reverse("dashboards:dossier", args=[contract.pk]))


def read_the_national_view(cast: Cast) -> None:
    """The observer reads all, and writes nothing."""
    cast.observer.go(reverse("dashboards:portfolio")).sees("CPTS du Beaujolais")


def contract_of(contract: Contract) -> Contract:
    return Contract.objects.select_related("document__file").get(pk=contract.pk)


def assert_three_signatures(document) -> None:
    """The stored file carries three signatures, all valid after the last."""
    document.refresh_from_db()
    content, roots = storage.read(document.file), current_authority().trusted_roots()
    with ThreadPoolExecutor(max_workers=1) as elsewhere:  # the browser's loop runs in this thread
        verdict = elsewhere.submit(verify_pdf, content, trusted_roots=roots).result()
    assert verdict.is_intact and verdict.is_complete and len(verdict.signatures) == 3
