"""R13e, R13f: neutralised, retained, and what the year earns."""

from decimal import Decimal
from fractions import Fraction

import pytest

from agreements.scales import mission_year_result
from core.errors import DomainError, NotAllowed
from core.money import format_euros
from indicators import actions
from indicators.assemblers import (
    indicator_inputs,
    missing_results,
    mission_sheets,
    printed_results,
    programme_results,
)
from indicators.enums import ProgrammeStatus, Settlement
from indicators.models import Programme
from tests.indicators.conftest import ACCESS, PDF, YEAR
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db
V = Decimal("10000.00")


def settle(ours, indicator, settlement, amount=None, reason="Données indisponibles cette année."):
    return actions.settle_indicator(
        actor=ours.president, indicator=indicator, settlement=settlement, retained_amount=amount, reason=reason
    )


def know(ours, running, *, number="62", achieved=True):
    """Enter and confirm both values."""
    for actor, judge, name, fields in (
        (ours.fund_officer, ours.coordinator, "levels", {"number": Decimal(number)}),
        (ours.coordinator, ours.ars_officer, "achieved", {"achieved": achieved}),
    ):
        value = actions.enter_value(actor=actor, indicator=running[name], files=[("preuve.pdf", PDF)], **fields, **YEAR)
        actions.confirm_value(actor=judge, value=value)


def sheet_of(running):
    return mission_sheets(Programme.objects.with_content().get(pk=running["programme"].pk))[0]


def test_r13f_the_inputs_of_a_mission_are_given_once_every_result_is_known(ours, running):
    assert indicator_inputs(running["programme"]) == {}
    know(ours, running)
    inputs = indicator_inputs(running["programme"])
    assert list(inputs) == [ACCESS]
    assert mission_year_result(V, inputs[ACCESS]).rate == Fraction(8, 10)


def test_r13f_the_page_earns_what_the_arithmetic_earns(ours, running):
    know(ours, running, number="101", achieved=True)
    sheet = sheet_of(running)
    expected = mission_year_result(V, indicator_inputs(running["programme"])[ACCESS])
    assert (sheet.earned, sheet.rate) == (expected.earned, expected.rate)
    reasons = [plain(line.reason) for line in sheet.lines if line.earned is not None]
    assert reasons == ["101 patients : palier « 219 patients et moins : 2 000,00 € ».", "Atteint : 4 000,00 €."]


def test_r13e_neutralised_leaves_the_sum_and_the_others_are_multiplied(ours, running):
    settle(ours, running["achieved"], Settlement.NEUTRALISED)
    know_levels = actions.enter_value(
        actor=ours.fund_officer, indicator=running["levels"], number=Decimal(50), files=[("a.pdf", PDF)], **YEAR
    )
    actions.confirm_value(actor=ours.coordinator, value=know_levels)
    assert missing_results(running["programme"]) == []
    assert sheet_of(running).earned == V
    assert mission_year_result(V, indicator_inputs(running["programme"])[ACCESS]).earned == V


def test_r13e_the_annex_prints_no_maximum_below_what_may_be_earned(ours, running):
    settle(ours, running["achieved"], Settlement.NEUTRALISED)
    mission = next(row for row in printed_results(running["programme"]) if row["mission"] == ACCESS)
    maxima = {row["label"]: row["maximum_amount"] for row in mission["indicators"] if row["maximum_amount"]}
    assert maxima == {running["levels"].label: f"{V:.2f}", running["achieved"].label: "0.00"}
    left = V - running["achieved"].maximum_amount
    assert mission["multiplied"] == f"{format_euros(V)} ÷ {format_euros(left)}"


def test_r13e_all_of_a_mission_neutralised_is_refused(ours, running):
    settle(ours, running["levels"], Settlement.NEUTRALISED)
    with pytest.raises(DomainError, match="Tous les indicateurs"):
        settle(ours, running["achieved"], Settlement.NEUTRALISED)


@pytest.mark.parametrize(
    ("settlement", "amount", "reason", "field"),
    [
        (Settlement.NEUTRALISED, None, "  ", "reason"),
        (Settlement.RETAINED, Decimal(1), "", "reason"),
        (Settlement.RETAINED, None, "motif", "retained_amount"),
        (Settlement.RETAINED, Decimal("4000.01"), "motif", "retained_amount"),
        (Settlement.RETAINED, Decimal("-1"), "motif", "retained_amount"),
        (Settlement.NEUTRALISED, Decimal(1), "motif", "retained_amount"),
        (Settlement.NONE, Decimal(1), "motif", "retained_amount"),
    ],
)
def test_r13e_a_decision_lacks_nothing_and_never_says_two_things(ours, running, settlement, amount, reason, field):
    with pytest.raises(DomainError) as refusal:
        settle(ours, running["achieved"], settlement, amount, reason)
    assert refusal.value.field == field


def test_r13e_retained_goes_up_to_the_multiplied_maximum_and_is_not_multiplied(ours, running):
    settle(ours, running["levels"], Settlement.NEUTRALISED)
    settle(ours, running["achieved"], Settlement.RETAINED, Decimal("9999.99"))
    assert sheet_of(running).earned == Fraction("9999.99")
    with pytest.raises(DomainError, match="dépasse le maximum"):
        settle(ours, running["levels"], Settlement.NONE, reason="")


def test_r13e_a_decision_is_withdrawn_without_a_reason(ours, running):
    settle(ours, running["achieved"], Settlement.RETAINED, Decimal(500))
    indicator = settle(ours, running["achieved"], Settlement.NONE, reason="")
    assert (indicator.settlement, indicator.retained_amount, indicator.settlement_reason) == ("", None, "")


def test_r13e_only_those_who_speak_for_their_party_decide(ours, running):
    for actor in (ours.coordinator, ours.reader, ours.observer):
        with pytest.raises(NotAllowed):
            actions.settle_indicator(
                actor=actor, indicator=running["achieved"], settlement=Settlement.NEUTRALISED, reason="motif"
            )


def test_a_followed_indicator_is_not_settled(ours, running):
    with pytest.raises(DomainError, match="résultat"):
        settle(ours, running["mission"].indicators.get(national_code="A1"), Settlement.NEUTRALISED)


def test_a_programme_closes_once_each_result_is_confirmed_or_settled(ours, running):
    with pytest.raises(DomainError, match="valeur à saisir par la caisse"):
        actions.close_programme(actor=ours.president, programme=running["programme"])
    know(ours, running)
    closed = actions.close_programme(actor=ours.president, programme=running["programme"])
    assert closed.status == ProgrammeStatus.CLOSED
    with pytest.raises(DomainError, match="pas en cours"):
        settle(ours, running["achieved"], Settlement.NEUTRALISED)


def test_the_results_say_target_value_amount_and_reason_for_the_annex(ours, running):
    know(ours, running)
    mission = programme_results(running["programme"])["missions"][0]
    assert (mission["earned"], mission["rate"]) == ("8000.00", "4/5")
    line = mission["indicators"][0]
    assert plain(line["target"]) == "50 patients et moins"
    assert (line["earned"], line["evidence"], line["status"]) == ("4000.00", 1, "Confirmée")
