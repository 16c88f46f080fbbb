"""The balance of a year and the cap, on plain values."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.enums import LineKind, MissionCode
from core.errors import DomainError
from core.money import euros
from spending import rules
from spending.enums import Category, Envelope
from spending.rules import Ceiling, EnvelopeBalance
from tests.utils.reading import plain

cents = st.integers(0, 10_000_000).map(lambda number: Decimal(number) / 100)
amounts = st.dictionaries(st.sampled_from(Envelope), cents)


def balance(**changes) -> EnvelopeBalance:
    values = {"envelope": Envelope.TRIAGE, "planned": None, "received": euros(5000), "spent": euros(0)}
    return EnvelopeBalance(**{**values, **changes})


def texts(line: EnvelopeBalance) -> list[str]:
    return [plain(flag.text) for flag in line.flags]


@given(planned=amounts, received=amounts, spent=amounts, envelopes=st.sets(st.sampled_from(Envelope)))
def test_totals_are_the_sums_of_their_columns_and_nothing_is_dropped(planned, received, spent, envelopes):
    year = rules.year_balance(
        year=1, envelopes=envelopes, planned=planned, received=received, spent=spent, off_purpose={}
    )
    assert year.received == sum(received.values())
    assert year.spent == sum(spent.values())
    assert (year.planned or 0) == sum(planned.values())
    assert year.left == year.received - year.spent == sum(line.left for line in year.lines)
    assert [line.envelope for line in year.lines] == [
        envelope for envelope in Envelope if envelope in {*envelopes, *planned, *received, *spent}
    ]


def test_what_is_not_planned_is_not_a_zero():
    year = rules.year_balance(year=1, envelopes=[Envelope.OPERATING], planned={}, received={}, spent={}, off_purpose={})
    assert year.planned is None
    assert year.lines[0].planned is None


def test_r9_earmarked_money_unspent_is_flagged_and_nothing_is_deducted():
    line = balance(spent=euros(3000))
    assert line.left == euros(2000)
    assert texts(line) == ["2 000,00 € reçus et fléchés ne sont pas dépensés à leur objet."]


def test_r9_earmarked_money_spent_on_something_else_is_flagged():
    """3 000 spent of 5 000, of which 500 on something else: 2 500 on purpose, 2 500 still to spend on purpose."""
    line = balance(spent=euros(3000), off_purpose=euros(500))
    assert texts(line) == [
        "500,00 € dépensés hors de l’objet de l’enveloppe fléchée.",
        "2 500,00 € reçus et fléchés ne sont pas dépensés à leur objet.",
    ]
    assert [flag.tone for flag in line.flags] == ["stop", "wait"]


def test_r9_other_money_is_not_earmarked():
    assert texts(balance(envelope=Envelope.OPERATING)) == []


def test_more_than_planned_and_more_than_received_are_said():
    line = balance(envelope=Envelope.PREVENTION, planned=euros(4000), spent=euros(6000))
    assert texts(line) == [
        "Dépensé 2 000,00 € de plus que prévu.",
        "Dépensé 1 000,00 € de plus que reçu à ce jour.",
    ]


@pytest.mark.parametrize(
    ("payment", "envelope"),
    [
        ({"mission": "", "line_kind": LineKind.OPERATING}, Envelope.OPERATING),
        ({"mission": MissionCode.PREVENTION, "line_kind": LineKind.VARIABLE}, Envelope.PREVENTION),
        ({"mission": MissionCode.ACCESS_TO_CARE, "line_kind": LineKind.COMPENSATION}, Envelope.ACCESS_TO_CARE),
        ({"mission": MissionCode.ACCESS_TO_CARE, "line_kind": LineKind.TRIAGE}, Envelope.TRIAGE),
        (
            {"mission": MissionCode.ACCESS_TO_CARE, "line_kind": LineKind.SIZE4_BONUS, "base": LineKind.TRIAGE},
            Envelope.TRIAGE,
        ),
        (
            {"mission": MissionCode.QUALITY, "line_kind": LineKind.SIZE4_BONUS, "base": LineKind.FIXED},
            Envelope.QUALITY,
        ),
    ],
)
def test_r9_a_payment_fills_the_envelope_of_its_line(payment, envelope):
    assert rules.envelope_of(**payment) == envelope


CEILING = Ceiling(year=2022, amount=euros("41136.00"), is_validated=True)


def test_r20_the_ceiling_itself_may_be_received():
    rules.check_cap(name="A", ceiling=CEILING, received=euros(41_000), amount=euros(136))


def test_r20_a_cent_more_is_refused_with_what_is_left_and_the_status_of_the_ceiling():
    with pytest.raises(DomainError) as refused:
        rules.check_cap(name="Dr Martin", ceiling=CEILING, received=euros(41_000), amount=euros("136.01"))
    assert refused.value.field == "amount"
    assert plain(refused.value.message) == (
        "Dr Martin ne peut plus recevoir que 136,00 € en 2022, après 41 000,00 € déjà reçus "
        "(plafond 2022 : 41 136,00 €, montant confirmé)."
    )


@given(sums=st.lists(cents, max_size=12))
def test_r20_whatever_is_entered_the_sum_never_passes_the_ceiling(sums):
    received = Decimal(0)
    for amount in sums:
        left = CEILING.left(received)
        try:
            rules.check_cap(name="A", ceiling=CEILING, received=received, amount=amount)
        except DomainError:
            assert amount > left
        else:
            received += amount
        assert received <= CEILING.amount


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"envelope": Envelope.TRIAGE}, "envelope"),
        ({"is_off_purpose": True}, "is_off_purpose"),
        ({"category": Category.INDEMNITIES}, "professional"),
    ],
)
def test_what_contradicts_itself_is_refused_beside_its_field(changes, field):
    values = {
        "envelope": Envelope.OPERATING,
        "envelopes": [Envelope.OPERATING],
        "category": Category.OTHER,
        "is_off_purpose": False,
        "has_professional": False,
    }
    with pytest.raises(DomainError) as refused:
        rules.check_expense(**{**values, **changes})
    assert refused.value.field == field


@pytest.mark.parametrize("day", [date(2025, 3, 16), date(2030, 3, 17), date(2026, 4, 18)])
def test_a_day_out_of_the_contract_or_to_come_is_refused(day):
    with pytest.raises(DomainError) as refused:
        rules.check_day(day, starts_on=date(2025, 3, 17), ends_on=date(2030, 3, 17), today=date(2026, 4, 17))
    assert refused.value.field == "spent_on"
