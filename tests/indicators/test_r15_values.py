"""R15: entered by its owner with evidence, confirmed or contested by another party."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from core.errors import DomainError, NotAllowed, StaleForm, TransitionNotAllowed
from core.models import AuditEvent
from indicators import actions
from indicators.enums import ValueStatus
from indicators.models import Indicator, IndicatorValue
from tests.indicators.conftest import PDF, YEAR, actor_in
from tests.utils.locks import written_under_the_journal
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db
FILES = [("extraction.pdf", PDF)]


@pytest.fixture
def entered(ours, running) -> IndicatorValue:
    """62 patients, entered by the fund with one piece of evidence."""
    return actions.enter_value(
        actor=ours.fund_officer, indicator=running["levels"], number=Decimal(62), files=FILES, **YEAR
    )


def test_r15_a_value_says_its_period_its_source_its_author_and_its_date(ours, entered):
    assert (entered.source, entered.entered_by_name, entered.entered_by_side) == (
        "Extraction de la caisse",
        ours.fund_officer.user_name,
        "FUND",
    )
    assert entered.entered_at
    assert entered.status == ValueStatus.ENTERED


def test_r15_the_owner_enters_it_and_nobody_else(ours, running):
    for actor in (ours.coordinator, ours.ars_officer):
        with pytest.raises(NotAllowed, match="la caisse"):
            actions.enter_value(actor=actor, indicator=running["levels"], number=Decimal(62), **YEAR)
    with pytest.raises(NotAllowed):
        actions.enter_value(actor=ours.president, indicator=running["achieved"], achieved=True, **YEAR)


def test_r15_another_tenant_enters_nothing(theirs, running):
    with pytest.raises(NotAllowed):
        actions.enter_value(actor=theirs.fund_officer, indicator=running["levels"], number=Decimal(62), **YEAR)


def test_r15_another_party_confirms_it(ours, entered):
    value = actions.confirm_value(actor=ours.coordinator, value=entered)
    assert (value.status, value.confirmed_by_side) == (ValueStatus.CONFIRMED, "CPTS")


def test_r15_ones_own_side_neither_confirms_nor_contests(ours, entered):
    colleague = actor_in(ours.fund, ours.fund_officer.role)
    for actor in (ours.fund_officer, colleague):
        with pytest.raises(NotAllowed, match="votre partie"):
            actions.confirm_value(actor=actor, value=entered)
        with pytest.raises(NotAllowed):
            actions.contest_value(actor=actor, value=entered, reason="non")


def test_r15_the_same_person_in_another_organisation_does_not_confirm(ours, entered):
    two_hats = type(ours.ars_officer)(**{**vars(ours.ars_officer), "user_id": ours.fund_officer.user_id})
    with pytest.raises(DomainError, match="deux parties"):
        actions.confirm_value(actor=two_hats, value=entered)


def test_r15_a_result_needs_evidence_before_it_is_confirmed(ours, running):
    value = actions.enter_value(actor=ours.coordinator, indicator=running["achieved"], achieved=True, **YEAR)
    with pytest.raises(DomainError, match="pièce justificative"):
        actions.confirm_value(actor=ours.fund_officer, value=value)
    actions.add_evidence(actor=ours.coordinator, value=value, files=[("compte-rendu.pdf", PDF)])
    assert actions.confirm_value(actor=ours.fund_officer, value=value).status == ValueStatus.CONFIRMED


def test_r15_a_followed_indicator_is_confirmed_without_evidence(ours, running):
    followed = running["mission"].indicators.get(national_code="A5")
    value = actions.enter_value(actor=ours.coordinator, indicator=followed, number=Decimal(420), **YEAR)
    assert actions.confirm_value(actor=ours.ars_officer, value=value).status == ValueStatus.CONFIRMED


def test_r15_evidence_is_read_by_the_three_parties_and_no_other(ours, theirs, entered):
    from documents.models import StoredFile

    file = entered.evidence.get().file
    for actor in (ours.coordinator, ours.ars_officer, ours.fund_officer):
        assert StoredFile.objects.visible_to(actor).filter(pk=file.pk).exists()
    for actor in (theirs.coordinator, theirs.ars_officer, theirs.fund_officer):
        assert not StoredFile.objects.visible_to(actor).filter(pk=file.pk).exists()


def test_r15_a_file_that_is_not_what_it_says_is_refused_by_its_name(ours, entered):
    with pytest.raises(DomainError, match=r"« virus\.pdf »") as refusal:
        actions.add_evidence(actor=ours.fund_officer, value=entered, files=[("virus.pdf", b"MZ")])
    assert refusal.value.field == "files"


def test_r15_the_files_of_a_value_are_written_before_the_journal_is_held(ours, running, monkeypatch):
    pieces = [*FILES, ("registre.pdf", PDF + b"% registre")]
    enter = partial(
        actions.enter_value, actor=ours.fund_officer, indicator=running["levels"], number=Decimal(62), **YEAR
    )
    assert written_under_the_journal(monkeypatch, partial(enter, files=pieces)) == [False, False]
    value = IndicatorValue.objects.get(indicator=running["levels"])
    assert [piece.file.name for piece in value.evidence.order_by("pk")] == ["extraction.pdf", "registre.pdf"]
    add = partial(actions.add_evidence, actor=ours.fund_officer, value=value)
    notes = [("note.pdf", PDF + b"% note"), ("suite.pdf", PDF + b"% suite")]
    assert written_under_the_journal(monkeypatch, partial(add, files=notes)) == [False, False]


def test_r15_contesting_keeps_the_reason_and_sends_it_back_to_its_owner(ours, entered):
    value = actions.contest_value(actor=ours.coordinator, value=entered, reason="Doublons dans la liste.")
    assert (value.status, value.contest_reason) == (ValueStatus.CONTESTED, "Doublons dans la liste.")
    assert Indicator.objects.to_enter_by("FUND").filter(pk=value.indicator_id).exists()


def test_r15_a_confirmed_value_may_be_contested_until_the_closing(ours, entered):
    actions.confirm_value(actor=ours.coordinator, value=entered)
    value = actions.contest_value(actor=ours.ars_officer, value=entered, reason="Période incomplète.")
    assert (value.status, value.confirmed_by_side, value.confirmed_at) == (ValueStatus.CONTESTED, "", None)


def test_r15_entered_again_it_waits_again_and_its_history_is_kept(ours, entered):
    actions.confirm_value(actor=ours.coordinator, value=entered)
    value = actions.enter_value(actor=ours.fund_officer, indicator=entered.indicator, number=Decimal(48), **YEAR)
    assert (value.pk, value.status) == (entered.pk, ValueStatus.ENTERED)
    history = [(item.transition, item.source, item.target, item.comment) for item in value.transitions.all()]
    assert history == [
        ("enter", "", "ENTERED", "Valeur : 62."),
        ("confirm", "ENTERED", "CONFIRMED", ""),
        ("enter", "CONFIRMED", "ENTERED", "Valeur : 48, au lieu de 62."),
    ]
    event = AuditEvent.objects.filter(action="value.enter").last()
    assert (Decimal(event.before["number"]), Decimal(event.after["number"])) == (62, 48)


def test_r15_the_same_value_entered_again_is_told_as_such(ours, entered):
    value = actions.enter_value(actor=ours.fund_officer, indicator=entered.indicator, number=entered.number, **YEAR)
    assert plain(value.transitions.last().comment) == "Valeur : 62, sans changement."


def test_r15_small_cells_are_refused_with_an_explanation(ours, running):
    with pytest.raises(DomainError, match="compte des patients") as refusal:
        actions.enter_value(actor=ours.fund_officer, indicator=running["levels"], number=Decimal(5), **YEAR)
    assert refusal.value.field == "number"
    assert actions.enter_value(actor=ours.fund_officer, indicator=running["levels"], number=Decimal(6), **YEAR)


def test_r15_small_numbers_of_what_is_not_patients_are_accepted(ours, running):
    followed = running["mission"].indicators.get(national_code="A5")
    assert actions.enter_value(actor=ours.coordinator, indicator=followed, number=Decimal(0), **YEAR).number == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"achieved": None}, "achieved"),
        ({"period_end": YEAR["period_start"].replace(day=14)}, "period_end"),
        ({"source": "  "}, "source"),
    ],
)
def test_r15_what_a_value_lacks_is_said_next_to_its_field(ours, running, change, field):
    with pytest.raises(DomainError) as refusal:
        actions.enter_value(
            actor=ours.coordinator, indicator=running["achieved"], **{"achieved": True, **YEAR, **change}
        )
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("start", "end", "field", "sentence"),
    [
        (date(2010, 1, 1), date(2010, 12, 31), "period_end", "se termine le 15 avril 2025 au plus tôt"),
        (date(2024, 4, 15), date(2025, 4, 14), "period_end", "trop ancienne"),
        (date(2027, 4, 15), date(2027, 4, 16), "period_start", "du 15 avril 2026 au 14 avril 2027"),
        (date(2026, 4, 15), date(2027, 4, 21), "period_end", "n’est pas terminée"),
    ],
)
def test_r15_a_period_that_is_not_of_the_contract_year_is_refused(ours, running, start, end, field, sentence):
    """The year runs from 15 April 2026 to 14 April 2027, and today is 20 April 2027."""
    period = {"period_start": start, "period_end": end, "source": "Extraction"}
    with pytest.raises(DomainError, match=sentence) as refusal:
        actions.enter_value(actor=ours.coordinator, indicator=running["achieved"], achieved=True, **period)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2025, 1, 1), date(2025, 12, 31)),  # the calendar year before
        (date(2026, 1, 1), date(2026, 12, 31)),  # the calendar year that ends inside the contract year
        (date(2025, 4, 15), date(2025, 4, 15)),  # the earliest end
        (date(2027, 4, 14), date(2027, 4, 20)),  # begins on the last day, ends today
    ],
)
def test_r15_a_period_beside_the_contract_year_is_accepted(ours, running, start, end):
    value = actions.enter_value(
        actor=ours.coordinator,
        indicator=running["achieved"],
        achieved=True,
        period_start=start,
        period_end=end,
        source="Extraction",
    )
    assert (value.period_start, value.period_end) == (start, end)


def test_r15_no_value_before_the_year_runs_nor_after_its_closing(ours, written):
    with pytest.raises(TransitionNotAllowed, match="pas en cours"):
        actions.enter_value(actor=ours.coordinator, indicator=written["achieved"], achieved=True, **YEAR)


def test_r15_one_confirms_the_value_one_has_read(ours, entered):
    actions.enter_value(actor=ours.fund_officer, indicator=entered.indicator, number=Decimal(48), **YEAR)
    with pytest.raises(StaleForm):
        actions.confirm_value(actor=ours.coordinator, value=entered, version=1)


def test_r15_what_waits_for_each_side_is_counted(ours, theirs, running, entered):
    assert Indicator.objects.visible_to(ours.coordinator).to_enter_by("CPTS").count() == 2
    assert Indicator.objects.visible_to(ours.fund_officer).to_enter_by("FUND").count() == 2
    assert Indicator.objects.visible_to(theirs.fund_officer).to_enter_by("FUND").count() == 0
    assert IndicatorValue.objects.visible_to(ours.coordinator).to_confirm_by("CPTS").count() == 1
    assert IndicatorValue.objects.visible_to(ours.fund_officer).to_confirm_by("FUND").count() == 0
    assert IndicatorValue.objects.visible_to(theirs.coordinator).to_confirm_by("CPTS").count() == 0


def test_r15_no_value_before_the_mission_has_started(ours, running):
    running["programme"].missions.update(active_from=None)
    running["achieved"].refresh_from_db()
    with pytest.raises(TransitionNotAllowed, match="pas démarré"):
        actions.enter_value(actor=ours.coordinator, indicator=running["achieved"], achieved=True, **YEAR)
    assert not Indicator.objects.to_enter_by("CPTS").exists()
