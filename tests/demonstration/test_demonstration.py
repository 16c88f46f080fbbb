"""The demonstration, loaded once and whole: its states, its people, its pages, its clock."""

from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.management.commands.load_reference_data import Command as LoadReferenceData
from accounts.models import Membership, Organisation, User
from agreements.enums import LineKind, PaymentKind
from contracts.enums import AmendmentStatus, ContractStatus
from contracts.models import Amendment, Contract
from core import clock
from core.dates import add_months
from core.enums import Side
from core.models import AuditEvent
from demonstration import people
from demonstration.events import next_events
from demonstration.loading import load
from demonstration.moves import move_to
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.models import AnnualAnnex, ManagementDialogue
from documents import storage
from documents.models import Document
from documents.signing.authority import current_authority
from documents.verification.reader import verify_pdf
from funding.enums import PaymentStatus
from funding.models import Payment, PaymentOrder
from health_projects.enums import Decision, ProjectStatus
from health_projects.models import HealthProject, TerritoryOverlap
from indicators.enums import Settlement, ValueStatus
from indicators.models import Indicator, IndicatorValue
from spending.enums import Envelope
from spending.models import Expense

PAGES = ["tools", "codes", "guide", "mails", "dates"]
MOVES = ["move", "move_a_month", "come_back"]
SECONDS_OF_A_PERIOD = 30


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """The reference data and the demonstration, made once in a transaction that is then undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        LoadReferenceData().execute(verbosity=0, no_color=True, force_color=False, skip_checks=True)
        loaded = load()
        connection.check_constraints()
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _loaded(demonstration, db):
    """Each test finds the demonstration in the database and leaves it as it was."""


def three_years_old() -> Contract:
    return Contract.objects.get(cpts__code="demonstration-val-des-peupliers")


def found(rows, field: str) -> set:
    return set(rows.values_list(field, flat=True))


# What was played


def test_twenty_cpts_of_two_departments_of_two_regions_are_there(demonstration):
    cpts = Organisation.objects.cpts()
    assert demonstration.cpts == cpts.count() == 20
    assert found(cpts, "departments") == {"69", "29"}
    assert cpts.values("ars").distinct().count() == cpts.values("fund").distinct().count() == 2
    assert all("(fictive)" in name for name in found(cpts, "name"))


def test_projects_and_contracts_are_in_every_state_that_people_reach():
    assert found(HealthProject.objects.all(), "status") == set(ProjectStatus)
    assert found(HealthProject.objects.all(), "decision") == {"", *Decision}
    passing = {ContractStatus.AGREED}  # left in the same breath for SIGNING
    assert found(Contract.objects.all(), "status") == set(ContractStatus) - passing


def test_r18_one_contract_has_an_amendment_in_force():
    amendment = three_years_old().amendments.get()
    assert amendment.is_in_force and amendment.document.is_signed
    assert amendment.takes_effect_on <= timezone.localdate()
    assert three_years_old().missions.get(mission="PROFESSIONAL_SUPPORT").added_from == amendment.takes_effect_on


def test_r19_one_contract_ended_with_notice_and_the_rates_of_its_year():
    contract = Contract.objects.get(status=ContractStatus.TERMINATED)
    assert contract.terminated_on == timezone.localdate() - timedelta(days=12)
    assert contract.termination.notified_on <= add_months(contract.terminated_on, -2)
    assert contract.agreed_rates() == {"ACCESS_TO_CARE": Decimal("0.8000"), "PREVENTION": Decimal("0.5000")}
    assert found(contract.payments.filter(year=1), "kind") >= {PaymentKind.BALANCE, PaymentKind.REPAYMENT}


def test_r9_one_contract_has_triage_its_compensation_and_what_was_spent_of_it():
    contract = Contract.objects.get(cpts__code="demonstration-confluences")
    assert found(contract.statements.get(year=2).lines, "kind") >= {LineKind.TRIAGE, LineKind.COMPENSATION}
    assert contract.payments.get(line_kind=LineKind.COMPENSATION, year=1).status == PaymentStatus.CANCELLED
    triage = Expense.objects.filter(contract=contract, envelope=Envelope.TRIAGE)
    assert found(triage, "is_off_purpose") == {True, False}


def test_r10_r13e_r17_r18_one_contract_shows_a_crisis_two_decisions_and_a_revision_deducted():
    contract = three_years_old()
    assert contract.statements.filter(lines__kind=LineKind.CRISIS_EVENT).exists()
    assert found(Indicator.objects.all(), "settlement") == set(Settlement)
    first, revised = contract.statements.filter(year=2).order_by("revision")
    settlement = contract.payments.get(kind=PaymentKind.SETTLEMENT)
    assert settlement.amount == revised.total - first.total < 0
    assert settlement.status == PaymentStatus.OFFSET and settlement.deductions_made.exists()


def test_r18_one_size_was_reviewed_and_amendments_were_refused_abandoned_or_wait():
    years = Contract.objects.get(cpts__code="demonstration-genets").years.order_by("number")
    assert list(years.values_list("size", flat=True)) == [2, 3]
    assert found(Amendment.objects.all(), "status") == {
        AmendmentStatus.IN_FORCE,
        AmendmentStatus.ABANDONED,
        AmendmentStatus.DRAFT,
    }


def test_each_fund_has_ordered_its_payments_by_the_quarter():
    assert PaymentOrder.objects.values("organisation").distinct().count() == 2


def test_dialogues_values_annexes_and_payments_are_in_every_state():
    assert found(ManagementDialogue.objects.all(), "status") >= {
        DialogueStatus.PLANNED,
        DialogueStatus.CONVENED,
        DialogueStatus.MINUTES,
        DialogueStatus.CLOSED,
    }
    assert found(IndicatorValue.objects.all(), "status") == set(ValueStatus)
    assert found(AnnualAnnex.objects.all(), "status") == {
        AnnexStatus.SIGNING,
        AnnexStatus.IN_FORCE,
        AnnexStatus.REPLACED,
    }
    assert found(Payment.objects.all(), "status") == set(PaymentStatus) - {PaymentStatus.FORECAST}  # never stored
    assert found(Payment.objects.all(), "kind") == set(PaymentKind)


def test_the_sizes_go_from_1_to_4_and_one_territory_is_below_the_floor():
    contracts = Contract.objects.signed()
    assert found(contracts, "size") == {1, 2, 3, 4}
    assert min(found(contracts, "population")) < 20_000


def test_one_territory_shares_a_commune_with_another_and_waits_for_the_ars():
    waiting = Contract.objects.get(cpts__code="demonstration-plaines-de-lest")
    neighbour = Contract.objects.get(cpts__code="demonstration-allee-des-platanes")
    shared = waiting.health_project.communes.filter(pk__in=neighbour.health_project.communes.all())
    assert found(shared, "name") == {"Chassieu"}
    assert not TerritoryOverlap.objects.filter(project=waiting.health_project).exists()


def test_a_contract_keeps_the_national_agreement_of_its_day():
    assert found(Contract.objects.signed(), "agreement_version__code") == {"aci-2019", "aci-2021"}


def test_one_contract_is_three_years_old_with_all_that_three_years_leave():
    contract = three_years_old()
    assert contract.signed_on <= add_months(timezone.localdate(), -36)
    assert found(contract.statements, "year") == found(contract.annexes, "year") == {1, 2, 3}
    assert found(contract.annexes, "status") == {AnnexStatus.IN_FORCE, AnnexStatus.REPLACED}
    assert contract.dialogues.filter(kind=DialogueKind.ANNUAL, status=DialogueStatus.CLOSED).count() == 3
    assert found(contract.payments, "status") >= {PaymentStatus.DUE, PaymentStatus.ORDERED, PaymentStatus.PAID}
    values = IndicatorValue.objects.filter(indicator__programme_mission__programme__contract_year__contract=contract)
    assert values.filter(status=ValueStatus.CONFIRMED).count() > 40


def test_a_signed_annex_carries_three_signatures_that_hold():
    document = Document.objects.with_signatures().get(pk=three_years_old().annexes.get(year=1).document_id)
    verdict = verify_pdf(storage.read(document.file), trusted_roots=current_authority().trusted_roots())
    assert document.is_signed and verdict.is_intact and verdict.is_complete
    assert len(verdict.signatures) == 3


def test_only_what_is_signed_was_laid_out():
    laid_out = Document.objects.filter(file__isnull=False)
    assert found(laid_out, "kind") == {"CONTRACT", "AMENDMENT", "ANNUAL_ANNEX"}


def test_the_journal_is_whole_and_in_the_order_of_the_calendar():
    call_command("verify_audit_chain", verbosity=0)
    days = [timezone.localdate(at) for at in AuditEvent.objects.order_by("sequence").values_list("at", flat=True)]
    played = [day for day in days if day < timezone.localdate()]
    assert played == sorted(played) and len(played) > 2000


def test_each_act_is_that_of_a_person_and_not_of_the_portal():
    by_people = AuditEvent.objects.exclude(side=Side.SYSTEM)
    signed = by_people.filter(action="contract.sign")
    assert found(signed, "user_name") >= {"Henri Témoin", "Marc Essai", "Bruno Fictif"}


def test_loading_again_changes_nothing():
    before = AuditEvent.objects.count()
    assert load() is None
    assert AuditEvent.objects.count() == before


def test_it_is_refused_outside_a_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="refusée"):
        call_command("load_demonstration")
    with pytest.raises(CommandError, match="refusée"):
        call_command("demonstration_accounts")


# The people


def test_the_accounts_are_printed_with_the_password_and_where_the_codes_are(capsys):
    call_command("demonstration_accounts")
    printed = capsys.readouterr().out
    for words in ("nadia.exemple@demo.test", "CPTS des Trois Rives", people.password(), "/demonstration/"):
        assert words in printed


def test_every_side_and_role_of_the_path_has_someone():
    accounts = people.accounts()
    assert len(accounts["main"]) == 9 and len(accounts["also"]) == 3
    assert {account.side for account in accounts["main"]} == {
        Side.CPTS,
        Side.ARS,
        Side.FUND,
        Side.NATIONAL,
        Side.BACK_OFFICE,
    }


def test_a_person_coordinates_two_cpts():
    assert Membership.objects.filter(user__email="yann.exemple@demo.test").count() == 2


def test_the_code_shown_is_the_one_that_the_portal_accepts():
    user = User.objects.get(email="paul.fictif@demo.test")
    device = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert TOTP(device).validate_code(people.current_code(user.email))


def test_a_code_lasts_until_the_seconds_left_are_over():
    first = people.current_code("paul.fictif@demo.test", now=1_000_000_020)
    left = people.seconds_left(now=1_000_000_020)
    assert 0 < left <= SECONDS_OF_A_PERIOD
    assert people.current_code("paul.fictif@demo.test", now=1_000_000_020 + left - 1) == first
    assert people.current_code("paul.fictif@demo.test", now=1_000_000_020 + left) != first


# The pages


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_demonstration_needs_no_account(client, name):
    assert client.get(reverse(f"demonstration:{name}")).status_code == 200


@pytest.mark.parametrize("name", [*PAGES, *MOVES])
def test_a_page_of_the_demonstration_is_hidden_anywhere_else(client, settings, name):
    settings.DEMONSTRATION = False
    address = reverse(f"demonstration:{name}")
    response = client.post(address) if name in MOVES else client.get(address)
    assert response.status_code == 404


def test_the_accounts_page_shows_codes_and_password(client):
    page = client.get(reverse("demonstration:tools")).content.decode()
    assert people.password() in page
    assert people.current_code("claire.modele@demo.test") in page


def test_one_click_signs_in_with_the_second_factor_and_opens_the_home_page(client):
    user = User.objects.get(email="claire.modele@demo.test")
    response = client.post(reverse("demonstration:sign_in", args=[user.pk]), follow=True)
    assert response.status_code == 200 and response.request["PATH_INFO"] == "/"
    assert response.context["actor"].user_id == user.pk
    records = client.session["account_authentication_methods"]
    assert [record["method"] for record in records] == ["password", "mfa"]


def test_one_click_only_signs_in_as_invented_people(client):
    real = User.objects.create_user("personne@exemple.fr", first_name="Une", last_name="Personne")
    assert client.post(reverse("demonstration:sign_in", args=[real.pk])).status_code == 404
    assert client.get(reverse("demonstration:sign_in", args=[real.pk])).status_code == 405


def test_one_click_goes_where_it_was_asked_but_never_elsewhere(client):
    user = User.objects.get(email="nadia.exemple@demo.test")
    address = reverse("demonstration:sign_in", args=[user.pk])
    assert client.post(address, {"next": "/projets/"}).url == "/projets/"
    assert client.post(address, {"next": "https://exemple.test/"}).url == "/"


def test_the_guide_names_the_players_of_each_step(client):
    page = client.get(reverse("demonstration:guide")).content.decode()
    for name in ("Nadia Exemple", "Paul Fictif", "Claire Modèle", "Marc Essai", "Odile Exemple"):
        assert f"Devenir {name}" in page


def test_the_mails_that_would_have_left_are_shown(client, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    president = User.objects.get(email="paul.fictif@demo.test")
    client.post(reverse("demonstration:sign_in", args=[president.pk]))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("accounts:invitation_create"), {"email": "zoe.exemple@demo.test", "role": "READER"})
        Client().post(reverse("account_reset_password"), {"email": president.email})  # written by the package
    page = client.get(reverse("demonstration:mails")).content.decode()
    assert "zoe.exemple@demo.test" in page and "href=" in page and "Choisir un nouveau mot de passe" in page
    assert (
        "zoe.exemple@demo.test" not in client.get(reverse("demonstration:mails"), {"to": "personne"}).content.decode()
    )


# The clock


def test_moving_the_date_does_at_once_what_time_does(client):
    project = HealthProject.objects.get(cpts__code="demonstration-bout-des-terres")
    day = project.decision_due_on + timedelta(days=1)
    response = client.post(reverse("demonstration:move"), {"day": day.isoformat()}, follow=True)
    project.refresh_from_db()
    assert clock.today() == day
    assert project.decision == Decision.TACIT
    assert "projet de santé approuvé tacitement" in response.content.decode()


def test_going_to_an_anniversary_opens_the_year_and_its_dialogue():
    contract = Contract.objects.get(cpts__code="demonstration-allee-des-platanes")
    move_to(contract.anniversary(1), real_day=timezone.localdate())
    assert contract.years.filter(number=2).exists()
    assert contract.payments.filter(year=2).exists()


def test_a_year_left_out_leaves_its_dialogue_behind():
    contract = Contract.objects.get(cpts__code="demonstration-monts-et-vallees")
    move_to(contract.anniversary(2) + timedelta(days=1), real_day=timezone.localdate())
    assert found(contract.years, "number") == {1, 2, 3}
    assert found(contract.dialogues.filter(kind=DialogueKind.ANNUAL), "year") == {1, 2}


def test_a_contract_reaches_its_term_with_the_date():
    contract = Contract.objects.get(cpts__code="demonstration-confluences")
    if contract.status == ContractStatus.ACTIVE:  # until the day this contract of 2022 ends by itself
        assert "1 contrat arrivé à son échéance" in move_to(contract.ends_on, real_day=timezone.localdate())
    contract.refresh_from_db()
    assert contract.status == ContractStatus.EXPIRED


def test_the_date_comes_back(client):
    client.post(reverse("demonstration:move_a_month"))
    assert clock.today() == add_months(timezone.localdate(), 1)
    client.post(reverse("demonstration:come_back"))
    assert clock.today() == timezone.localdate()


def test_a_date_too_far_is_refused_beside_its_field(client):
    response = client.post(reverse("demonstration:move"), {"day": "2199-01-01"})
    assert response.status_code == 200
    assert "Restez à moins de 15 ans" in response.content.decode()
    assert clock.today() == timezone.localdate()


def test_the_days_to_come_are_those_of_the_dossier_chosen(client):
    cpts = Organisation.objects.get(code="demonstration-monts-et-vallees")
    events = next_events(clock.today(), cpts=cpts)
    texts = " ".join(event.text for event in events)
    assert "démarrage au plus tard" in texts and "échéance du contrat" in texts and "dialogue annuel" in texts
    assert all(event.on > clock.today() for event in events)
    page = client.get(reverse("demonstration:dates"), {"cpts": cpts.pk}).content.decode()
    assert f"Ce qui attend la {cpts}" in page
