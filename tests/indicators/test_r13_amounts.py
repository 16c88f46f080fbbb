"""R13b, R13c, R13d: amounts that add up, scales that make sense, refused next to the field."""

from decimal import Decimal

import pytest

from core.errors import DomainError, NotAllowed, StaleForm, TransitionNotAllowed
from indicators import actions
from indicators.assemblers import missing_items, mission_sheets, programme_content
from indicators.enums import ProgrammeStatus, Usage
from indicators.models import Programme
from tests.indicators.conftest import ACCESS, LEVELS, draft_programme, write_results
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db
LINEAR = {"scale": "LINEAR", "maximum_amount": Decimal("1000.00")}


def access(programme):
    return programme.missions.get(mission=ACCESS)


def sheet_of(programme):
    return mission_sheets(Programme.objects.with_content().get(pk=programme.pk))[0]


def test_r13b_what_is_left_to_spread_is_shown_until_it_is_zero(ours, draft):
    assert sheet_of(draft).left == Decimal("10000.00")
    assert [plain(sentence) for sentence in missing_items(draft)] == [
        "Accès aux soins : les montants des indicateurs doivent faire 10 000,00 €, le volet variable de la mission : "
        "il reste 10 000,00 € à répartir."
    ]
    write_results(ours, draft)
    assert sheet_of(draft).left == 0
    assert missing_items(draft) == []


def test_r13b_the_programme_is_not_agreed_while_euros_are_left(ours, draft):
    with pytest.raises(DomainError, match="à répartir"):
        actions.agree_programme(actor=ours.president, programme=draft)
    write_results(ours, draft)
    assert actions.agree_programme(actor=ours.president, programme=draft).status == ProgrammeStatus.AGREED


def test_r13b_a_cent_too_many_is_said(ours, written):
    actions.save_indicator(
        actor=ours.coordinator,
        programme_mission=written["mission"],
        label="Un de trop",
        scale="ACHIEVED",
        maximum_amount=Decimal("0.01"),
    )
    assert sheet_of(written["programme"]).excess == Decimal("0.01")
    assert plain(missing_items(written["programme"])[0]).endswith("0,01 € sont en trop.")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"scale": "", "maximum_amount": Decimal(1)}, "scale"),
        ({"scale": "ACHIEVED", "maximum_amount": None}, "maximum_amount"),
        ({"scale": "ACHIEVED", "maximum_amount": Decimal(0)}, "maximum_amount"),
        ({**LINEAR, "baseline": Decimal(5), "target": Decimal(5)}, "target"),
        ({**LINEAR, "baseline": Decimal(5), "target": Decimal(4)}, "target"),
        ({**LINEAR, "baseline": Decimal(5), "target": Decimal(6), "direction": "DOWN"}, "target"),
        ({**LINEAR, "target": None}, "target"),
        ({**LINEAR, "target": Decimal(0)}, "target"),
        ({**LEVELS, "levels": ()}, "levels"),
        ({**LEVELS, "levels": LEVELS["levels"][::-1]}, "levels"),
        ({**LEVELS, "levels": LEVELS["levels"][:2]}, "levels"),
        ({**LEVELS, "maximum_amount": Decimal("6000.01")}, "levels"),
        ({**LEVELS, "direction": "UP"}, "levels"),
    ],
)
def test_r13d_a_scale_that_makes_no_sense_is_refused_next_to_its_field(ours, draft, fields, field):
    with pytest.raises(DomainError) as refusal:
        actions.save_indicator(
            actor=ours.coordinator, programme_mission=access(draft), **{"label": "Indicateur", **fields}
        )
    assert refusal.value.field == field
    assert refusal.value.message.endswith(".")
    assert not access(draft).indicators.filter(label="Indicateur").exists()


def test_r13d_a_negative_baseline_is_accepted_for_an_evolution(ours, draft):
    saved = actions.save_indicator(
        actor=ours.coordinator,
        programme_mission=access(draft),
        label="Évolution",
        unit="%",
        baseline=Decimal("-3.5"),
        target=Decimal("-1"),
        **LINEAR,
    )
    assert saved.baseline == Decimal("-3.5")


def test_r13a_an_indicator_that_only_follows_carries_no_money(ours, draft):
    saved = actions.save_indicator(
        actor=ours.coordinator,
        programme_mission=access(draft),
        label="Suivi",
        usage=Usage.FOLLOW_UP,
        scale="ACHIEVED",
        maximum_amount=Decimal("10.00"),
    )
    assert (saved.scale, saved.maximum_amount) == ("", None)


def test_an_agreed_programme_no_longer_changes_until_it_is_reopened(ours, written):
    programme = actions.agree_programme(actor=ours.president, programme=written["programme"])
    with pytest.raises(TransitionNotAllowed):
        actions.delete_indicator(actor=ours.coordinator, indicator=written["levels"])
    with pytest.raises(TransitionNotAllowed):
        actions.set_programme_missions(actor=ours.coordinator, programme=programme, missions=[])
    actions.reopen_programme(actor=ours.president, programme=programme)
    actions.delete_indicator(actor=ours.coordinator, indicator=written["levels"])


def test_an_open_programme_is_not_reopened(ours, running):
    with pytest.raises(TransitionNotAllowed):
        actions.reopen_programme(actor=ours.president, programme=running["programme"])


@pytest.mark.parametrize("who", ["reader", "observer"])
def test_who_may_not_write_is_refused(ours, draft, who):
    with pytest.raises(NotAllowed):
        actions.save_action(actor=getattr(ours, who), programme_mission=access(draft), title="Action")


@pytest.mark.parametrize("who", ["coordinator", "president", "ars_officer", "fund_officer"])
def test_the_cpts_writes_and_the_officers_propose(ours, draft, who):
    assert actions.save_action(actor=getattr(ours, who), programme_mission=access(draft), title="Action").pk


def test_another_tenant_is_refused_even_with_the_row_in_hand(ours, theirs, draft):
    with pytest.raises(NotAllowed):
        actions.save_action(actor=theirs.coordinator, programme_mission=access(draft), title="Action")


def test_a_stale_version_is_refused_and_keeps_what_was_saved(ours, written):
    action = written["action"]
    fields = {"programme_mission": written["mission"], "mission_action": action}
    actions.save_action(actor=ours.coordinator, **fields, title="Première", version=action.lock_version)
    with pytest.raises(StaleForm) as refusal:
        actions.save_action(actor=ours.fund_officer, **fields, title="Seconde", version=action.lock_version)
    assert refusal.value.current["title"] == "Première"
    action.refresh_from_db()
    assert action.title == "Première"


def test_the_content_is_the_same_until_something_changes(ours, written):
    programme = written["programme"]
    content = programme_content(programme)
    assert content == programme_content(programme)
    assert content["missions"][0]["variable_amount"] == "10000.00"
    first = content["missions"][0]["actions"][0]["indicators"][0]
    assert first["levels"] == [["219", "2000.00"], ["100", "4000.00"], ["50", "6000.00"]]
    assert plain(first["terms"][0]) == "219 patients et moins : 2 000,00 €"
    actions.save_action(
        actor=ours.coordinator, programme_mission=written["mission"], mission_action=written["action"], title="Autre"
    )
    assert programme_content(programme) != content


def test_last_year_is_copied_into_a_blank_programme_once(ours, written):
    source, target = written["programme"], draft_programme(ours, year=2)
    actions.copy_programme(actor=ours.coordinator, source=source, target=target)
    assert programme_content(target)["missions"] == programme_content(source)["missions"]
    assert access(target).indicators.exclude(national_code="").count() == 5
    with pytest.raises(DomainError, match="rien à reprendre"):
        actions.copy_programme(actor=ours.coordinator, source=source, target=target)


def test_a_programme_of_another_tenant_is_not_copied(ours, theirs, draft):
    with pytest.raises(NotAllowed):
        actions.copy_programme(actor=ours.coordinator, source=draft_programme(theirs), target=draft)
