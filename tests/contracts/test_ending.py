"""How a contract ends: a party's decision, a breach, an accord, or its term (R3, R19)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Power
from accounts.models import Delegation
from contracts import actions, jobs, rules
from contracts.enums import ContractStatus, TerminationGround
from contracts.models import Contract, Termination
from core.enums import Side
from core.errors import DomainError, NotAllowed, TransitionNotAllowed
from core.fingerprints import fingerprint
from core.models import AuditEvent
from tests.utils import stories
from tests.utils.locks import locked_after_the_journal
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db
SIGNED_ON = stories.SIGNED_ON  # 17 March 2025
STARTED_ON = date(2025, 9, 17)
TODAY = date(2026, 5, 4)  # in the second year
IN_TWO_MONTHS = date(2026, 7, 4)
PERIODS = rules.EndingPeriods(notice_months=2, observation_months=1)


@pytest.fixture(autouse=True)
def on_the_day():
    with stories.at(TODAY):
        yield


@pytest.fixture
def contract(evaluated) -> Contract:
    """The contract of west in its second year: access to care started in the first."""
    return evaluated.contract


@pytest.fixture
def west(evaluated):
    return evaluated.world.west


def reload(contract: Contract) -> Contract:
    return Contract.objects.get(pk=contract.pk)


def notify(contract: Contract, member, **changes) -> Termination:
    values = {
        "ground": TerminationGround.NOTICE,
        "reason": "La communauté se rapproche de sa voisine.",
        "notified_on": TODAY,
        "effective_on": IN_TWO_MONTHS,
        **changes,
    }
    return actions.notify_termination(actor=member.as_actor(), contract=contract, **values)


def agree(contract: Contract, *members) -> None:
    for member in members:
        actions.agree_termination(actor=member.as_actor(), contract=contract)


def propose(contract: Contract, member, **rates) -> Termination:
    rates = {mission: Decimal(rate) for mission, rate in rates.items()}
    return actions.set_termination_rates(actor=member.as_actor(), contract=contract, rates=rates)


# Rules


def ending(**changes) -> rules.Ending:
    values = {"side": Side.CPTS, "ground": TerminationGround.NOTICE, "notified_on": TODAY, **changes}
    return rules.Ending(**{"effective_on": IN_TWO_MONTHS, **values})


def check(asked: rules.Ending) -> None:
    rules.check_ending(asked, signed_on=SIGNED_ON, ends_on=date(2030, 3, 17), today=TODAY, periods=PERIODS)


def test_r19_a_party_gives_two_months_of_notice_from_the_notification():
    check(ending())
    check(ending(notified_on=date(2026, 4, 1), effective_on=date(2026, 6, 1)))
    with pytest.raises(DomainError, match="4 juillet 2026") as refused:
        check(ending(effective_on=date(2026, 7, 3)))
    assert refused.value.field == "effective_on"


def test_r19_a_breach_follows_a_formal_notice_and_a_month_of_observations():
    asked = ending(side=Side.ARS, ground=TerminationGround.BREACH, effective_on=TODAY)
    check(replace(asked, formal_notice_on=date(2026, 4, 4)))
    with pytest.raises(DomainError) as refused:
        check(replace(asked, formal_notice_on=date(2026, 4, 5)))
    assert (refused.value.field, "5 mai 2026" in refused.value.message) == ("notified_on", True)
    for day in (None, date(2025, 3, 16)):
        with pytest.raises(DomainError) as refused:
            check(replace(asked, formal_notice_on=day))
        assert refused.value.field == "formal_notice_on"
    with pytest.raises(DomainError, match="manquement"):
        check(ending(formal_notice_on=date(2026, 1, 4)))


@pytest.mark.parametrize(
    ("side", "ground"),
    [(Side.CPTS, "BREACH"), (Side.ARS, "CLOSURE"), (Side.FUND, "CLOSURE"), (Side.NATIONAL, "NOTICE")],
)
def test_r19_a_ground_belongs_to_some_parties(side, ground):
    with pytest.raises(DomainError) as refused:
        check(ending(side=side, ground=TerminationGround(ground)))
    assert refused.value.field == "ground"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"notified_on": date(2026, 5, 5)}, "notified_on"),
        ({"notified_on": date(2025, 3, 16)}, "notified_on"),
        ({"ground": TerminationGround.CLOSURE, "effective_on": date(2026, 5, 3)}, "effective_on"),
        ({"effective_on": date(2030, 3, 17)}, "effective_on"),
    ],
)
def test_r19_a_day_outside_the_contract_or_past_is_refused(changes, field):
    with pytest.raises(DomainError) as refused:
        check(ending(**changes))
    assert refused.value.field == field


# From the notification to the day


def test_a_notified_end_leaves_the_contract_in_force_until_its_day(contract, west):
    termination = notify(contract, west.president)
    contract = reload(contract)
    assert (contract.status, contract.terminated_on) == (ContractStatus.ACTIVE, None)
    assert (contract.termination, contract.expected_end) == (termination, IN_TWO_MONTHS)
    assert (termination.side, termination.organisation) == (Side.CPTS, west.cpts)
    assert contract.transitions.last().transition == "notify_termination"
    assert jobs.follow_contracts() == 0
    with stories.at(date(2026, 7, 3)):
        assert jobs.follow_contracts() == 0
    with stories.at(IN_TWO_MONTHS):
        assert jobs.follow_contracts() == 1
        assert jobs.follow_contracts() == 0
    contract = reload(contract)
    assert (contract.status, contract.terminated_on) == (ContractStatus.TERMINATED, IN_TWO_MONTHS)
    last = contract.transitions.last()
    assert (last.transition, last.side, last.comment) == ("terminate", Side.SYSTEM, termination.reason)


def test_a_second_end_is_refused_by_the_action_and_by_the_database(contract, west):
    first = notify(contract, west.president)
    with pytest.raises(TransitionNotAllowed, match="déjà notifiée"):
        notify(contract, west.ars_signatory)
    first.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_only_those_who_may_end_the_contract_of_their_party(contract, west, evaluated):
    for member in (west.coordinator, west.treasurer, west.reader, west.ars_officer, west.accountant):
        with pytest.raises(NotAllowed):
            notify(contract, member)
    for member in (evaluated.world.east.president, evaluated.world.neighbour.president):
        with pytest.raises(NotAllowed):
            notify(contract, member)
    Delegation.objects.create(
        grantor=west.president, grantee=west.coordinator, power=Power.SIGN, deed="Statuts", starts_on=TODAY
    )
    assert notify(contract, west.coordinator)


def test_nobody_ends_a_contract_for_a_party_after_acting_for_another(contract, west):
    double = replace(west.fund_signatory.as_actor(), user_id=west.coordinator.user_id)
    with pytest.raises(DomainError, match="jamais pour deux parties"):
        actions.notify_termination(
            actor=double,
            contract=contract,
            ground="NOTICE",
            reason="Une raison.",
            notified_on=TODAY,
            effective_on=IN_TWO_MONTHS,
        )


def test_an_end_needs_a_reason_and_a_contract_in_force(contract, west):
    with pytest.raises(DomainError) as refused:
        notify(contract, west.president, reason="  ")
    assert refused.value.field == "reason"
    with stories.at(contract.ends_on):
        actions.end_contract(contract=contract)
        with pytest.raises(TransitionNotAllowed):
            notify(contract, west.president)


def test_the_end_of_a_cpts_takes_effect_the_same_day(contract, west):
    notify(contract, west.president, ground=TerminationGround.CLOSURE, effective_on=TODAY)
    contract = reload(contract)
    assert (contract.status, contract.terminated_on) == (ContractStatus.TERMINATED, TODAY)


def test_who_notified_takes_it_back_before_the_day_and_nobody_else(contract, west):
    notify(contract, west.president)
    with pytest.raises(NotAllowed):
        actions.withdraw_termination(actor=west.ars_signatory.as_actor(), contract=contract, reason="Non.")
    with pytest.raises(DomainError) as refused:
        actions.withdraw_termination(actor=west.president.as_actor(), contract=contract, reason=" ")
    assert refused.value.field == "reason"
    actions.withdraw_termination(actor=west.president.as_actor(), contract=contract, reason="Le projet continue.")
    contract = reload(contract)
    assert (contract.termination, contract.status, contract.expected_end) == (None, "ACTIVE", contract.ends_on)
    with stories.at(IN_TWO_MONTHS):
        assert jobs.follow_contracts() == 0
    again = notify(contract, west.ars_signatory)
    assert list(contract.terminations.filter(withdrawn_at__isnull=True)) == [again]


def test_the_three_parties_are_told(contract, west, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notify(contract, west.president)
    assert {address for message in mail.outbox for address in message.to} >= {
        member.user.email for member in (west.ars_officer, west.fund_signatory, west.accountant, west.coordinator)
    }
    assert "4 juillet 2026" in mail.outbox[0].subject
    assert "La communauté se rapproche de sa voisine." in mail.outbox[0].body
    mail.outbox.clear()
    with stories.at(IN_TWO_MONTHS), django_capture_on_commit_callbacks(execute=True):
        jobs.follow_contracts()
    assert "il a pris fin" in mail.outbox[0].subject


def test_every_write_of_the_end_leaves_an_entry(contract, west):
    notify(contract, west.president)
    propose(contract, west.president, ACCESS_TO_CARE="0.5")
    agree(contract, west.president)
    actions.withdraw_termination(actor=west.president.as_actor(), contract=contract, reason="Le projet continue.")
    events = AuditEvent.objects.filter(object_id=str(contract.pk)).values_list("action", flat=True)
    assert list(events)[-4:] == [
        "contract.notify_termination",
        "contract.set_termination_rates",
        "contract.agree_termination",
        "contract.withdraw_termination",
    ]


# The accord of the three


def test_an_accord_ends_the_contract_only_once_the_three_agreed(contract, west):
    notify(contract, west.ars_signatory, ground=TerminationGround.COMMON_ACCORD, effective_on=date(2026, 5, 31))
    agree(contract, west.ars_signatory, west.president)
    assert reload(contract).expected_end == contract.ends_on
    with pytest.raises(DomainError, match="déjà donné"):
        agree(contract, west.president)
    agree(contract, west.fund_signatory)
    assert reload(contract).expected_end == date(2026, 5, 31)
    with pytest.raises(NotAllowed, match="accord conclu"):
        actions.withdraw_termination(actor=west.ars_signatory.as_actor(), contract=contract, reason="Regret.")
    with stories.at(date(2026, 5, 31)):
        jobs.follow_contracts()
    assert reload(contract).terminated_on == date(2026, 5, 31)


def test_the_third_consent_on_the_day_ends_the_contract_at_once(contract, west):
    notify(contract, west.president, ground=TerminationGround.COMMON_ACCORD, effective_on=TODAY)
    agree(contract, west.president, west.ars_signatory)
    jobs.follow_contracts()
    assert reload(contract).status == ContractStatus.ACTIVE  # the day is not over
    with CaptureQueriesContext(connection) as queries:
        agree(contract, west.fund_signatory)
    assert locked_after_the_journal(queries.captured_queries) == set()
    assert reload(contract).status == ContractStatus.TERMINATED


def test_an_accord_that_is_not_complete_lapses_and_any_party_refuses_it(contract, west):
    notify(contract, west.president, ground=TerminationGround.COMMON_ACCORD, effective_on=TODAY)
    agree(contract, west.president)
    with stories.at(date(2026, 5, 5)):
        jobs.follow_contracts()
    contract = reload(contract)
    assert (contract.status, contract.termination) == (ContractStatus.ACTIVE, None)
    assert contract.transitions.last().side == Side.SYSTEM
    notify(contract, west.president, ground=TerminationGround.COMMON_ACCORD)
    actions.withdraw_termination(actor=west.fund_signatory.as_actor(), contract=contract, reason="Nous refusons.")
    assert reload(contract).termination is None


# The rates of the year cut short


def test_r19_the_rates_count_once_the_three_agreed_on_them(contract, west):
    notify(contract, west.president)
    assert reload(contract).agreed_rates() == {}
    propose(contract, west.president, ACCESS_TO_CARE="0.6250")
    agree(contract, west.president, west.ars_signatory)
    assert reload(contract).agreed_rates() == {}
    agree(contract, west.fund_signatory)
    assert reload(contract).agreed_rates() == {"ACCESS_TO_CARE": Decimal("0.6250")}


def test_another_rate_withdraws_the_consents_and_the_same_one_does_not(contract, west):
    notify(contract, west.president)
    propose(contract, west.president, ACCESS_TO_CARE="0.5")
    agree(contract, west.president, west.ars_signatory, west.fund_signatory)
    propose(contract, west.fund_signatory, ACCESS_TO_CARE="0.50")
    assert reload(contract).agreed_rates()
    propose(contract, west.fund_signatory, ACCESS_TO_CARE="0.4")
    termination = reload(contract).termination
    assert (termination.is_agreed, reload(contract).agreed_rates()) == (False, {})
    assert {row.withdrawn_because for row in termination.consents.all()} == {"les taux proposés ont changé"}


def test_a_consent_is_to_the_terms_that_were_read(contract, west):
    notify(contract, west.president)
    termination = propose(contract, west.president, ACCESS_TO_CARE="0.5")
    seen = fingerprint(termination.terms)
    propose(contract, west.president, ACCESS_TO_CARE="0.6")
    with pytest.raises(DomainError, match="relisez-les"):
        actions.agree_termination(actor=west.ars_signatory.as_actor(), contract=contract, seen_hash=seen)


def test_r19_a_rate_is_between_0_and_1_for_a_mission_cut_short(contract, west):
    notify(contract, west.president)
    for rates in ({"ACCESS_TO_CARE": "1.0001"}, {"ACCESS_TO_CARE": "-0.1"}, {"PREVENTION": "0.5"}):
        with pytest.raises(DomainError) as refused:
            propose(contract, west.president, **rates)
        assert refused.value.field == f"rate_{next(iter(rates))}"
    termination = propose(contract, west.president, ACCESS_TO_CARE="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        termination.rates.update(rate=Decimal("1.5"))


def test_r19_an_end_on_an_anniversary_cuts_no_year(contract, west):
    notify(contract, west.president, effective_on=date(2027, 3, 17))
    with pytest.raises(DomainError) as refused:
        propose(contract, west.president, ACCESS_TO_CARE="0.5")
    assert refused.value.field == "rate_ACCESS_TO_CARE"


def test_without_rate_there_is_nothing_to_agree_on(contract, west):
    notify(contract, west.president)
    with pytest.raises(DomainError, match="Aucun taux"):
        agree(contract, west.ars_signatory)


def test_rates_may_be_agreed_after_the_day_until_the_year_is_settled(contract, west):
    notify(contract, west.president, ground=TerminationGround.CLOSURE, effective_on=TODAY)
    propose(contract, west.president, ACCESS_TO_CARE="0.5")
    agree(contract, west.president, west.ars_signatory, west.fund_signatory)
    actions.record_settlement(actor=west.president.as_actor(), contract=contract, settled_on=TODAY)
    with pytest.raises(TransitionNotAllowed, match="arrêté"):
        propose(contract, west.president, ACCESS_TO_CARE="0.7")
    assert reload(contract).agreed_rates() == {"ACCESS_TO_CARE": Decimal("0.5000")}


# After the end


def test_r19_no_year_opens_and_no_mission_starts_after_the_end(contract, west):
    notify(contract, west.president, effective_on=date(2027, 3, 17))
    with stories.at(date(2027, 3, 17)):
        stories.follow_time(contract)  # the calendar of dialogues, whatever job runs first
    contract = reload(contract)
    assert contract.status == ContractStatus.TERMINATED
    assert list(contract.years.values_list("number", flat=True)) == [1, 2]
    with pytest.raises(TransitionNotAllowed):
        actions.open_year(actor=west.coordinator.as_actor(), contract=contract, number=3)
    with pytest.raises(TransitionNotAllowed):
        actions.start_mission(
            actor=west.coordinator.as_actor(), contract=contract, mission="PREVENTION", starts_on=TODAY
        )


def test_r19_a_mission_does_not_start_on_or_after_the_notified_end(contract, west):
    notify(contract, west.president)
    actor = west.coordinator.as_actor()
    actions.prepare_mission(actor=actor, contract=contract, mission="PREVENTION")
    with pytest.raises(DomainError, match="4 juillet 2026"):
        actions.start_mission(actor=actor, contract=contract, mission="PREVENTION", starts_on=IN_TWO_MONTHS)


def test_r19_a_year_that_began_before_the_end_exists_even_if_nobody_opened_it(contract, west):
    notify(contract, west.president, effective_on=date(2027, 6, 1))
    with stories.at(date(2027, 9, 1)):  # the worker slept
        jobs.follow_contracts()
    contract = reload(contract)
    assert contract.terminated_on == date(2027, 6, 1)
    assert list(contract.years.values_list("number", flat=True)) == [1, 2, 3]


# Pages


def page(name: str, contract: Contract) -> str:
    return reverse(f"contracts:{name}", args=[contract.pk])


def test_the_end_is_read_by_the_three_and_hidden_from_others(contract, west, evaluated, client_of):
    notify(contract, west.president)
    for member in (west.reader, west.ars_officer, west.accountant, evaluated.world.observer):
        response = client_of(member).get(page("termination_detail", contract))
        assert "La communauté se rapproche de sa voisine." in response.content.decode()
    for member in (evaluated.world.east.president, evaluated.world.neighbour.president):
        assert client_of(member).get(page("termination_detail", contract)).status_code == 404


def test_rates_are_proposed_then_agreed_from_the_pages(contract, west, client_of):
    notify(contract, west.president)
    client = client_of(west.president)
    address = page("termination_rates", contract)
    response = client.post(address, {"rate_ACCESS_TO_CARE": "101"})
    assert "Indiquez au plus 100" in response.content.decode()
    assert 'value="101"' in response.content.decode()
    assert client.post(address, {"rate_ACCESS_TO_CARE": "62,5"}).url == page("termination_detail", contract)
    stale = client_of(west.ars_signatory).post(address, {"rate_ACCESS_TO_CARE": "10"}).content.decode()
    assert "Quelqu’un a enregistré" in stale and "62,5" in stale and 'value="10"' in stale
    for member in (west.president, west.ars_signatory, west.fund_signatory):
        client = client_of(member)
        digest = client.get(page("termination_detail", contract)).context["page"].digest
        client.post(page("termination_agree", contract), {"content_hash": digest})
    assert reload(contract).agreed_rates() == {"ACCESS_TO_CARE": Decimal("0.625")}
    assert "Les trois parties sont d’accord." in client.get(page("termination_detail", contract)).content.decode()


def test_taking_back_asks_for_a_reason(contract, west, client_of):
    notify(contract, west.president)
    client = client_of(west.president)
    address = page("termination_withdraw", contract)
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "Le projet continue."}).url == page("contract_preview", contract)
    assert client_of(west.ars_signatory).get(address).url == page("termination_detail", contract)


def test_a_contract_without_notified_end_has_no_page_of_it(contract, west, client_of):
    for name in ("termination_detail", "termination_rates"):
        assert client_of(west.president).get(page(name, contract)).url == page("contract_preview", contract)


def test_the_contract_says_that_it_is_terminated(contract, west, client_of):
    notify(contract, west.president, ground=TerminationGround.CLOSURE, effective_on=TODAY)
    text = client_of(west.reader).get(page("contract_preview", contract)).content.decode()
    assert "résilié le 4 mai 2026" in plain(text)
