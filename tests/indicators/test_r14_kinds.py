"""R13a and R14: what a programme is made of."""

from decimal import Decimal

import pytest

from agreements.models import NationalIndicator
from core.enums import Side
from core.errors import DomainError
from indicators import actions
from indicators.actions.programme import CRISIS_DELIVERABLE
from indicators.assemblers import missing_items
from indicators.enums import Usage
from tests.indicators.conftest import ACCESS, CRISIS, LEVELS

pytestmark = pytest.mark.django_db


def test_r14_the_five_national_indicators_are_in_access_to_care(draft):
    national = draft.missions.get(mission=ACCESS).indicators.all()
    assert [item.national_code for item in national] == ["A1", "A2", "A3", "A4", "A5"]
    assert {item.usage for item in national} == {Usage.FOLLOW_UP}
    assert [item.owner for item in national] == [Side.FUND, Side.FUND, Side.ARS, Side.ARS, Side.CPTS]


def test_r14_a_programme_without_access_to_care_has_no_national_indicator(ours):
    programme = actions.create_programme(
        actor=ours.coordinator, **ours.parties, year=1, missions=[("PREVENTION", Decimal("17500.00"))]
    )
    assert not programme.missions.get().indicators.exists()


def test_r14_missing_reference_data_is_an_error_never_an_empty_list(ours):
    NationalIndicator.objects.all().delete()
    with pytest.raises(DomainError, match="indicateurs nationaux"):
        actions.create_programme(actor=ours.coordinator, **ours.parties, year=1, missions=[(ACCESS, Decimal(1))])


def test_r14_a_national_indicator_cannot_be_removed(ours, draft):
    national = draft.missions.get(mission=ACCESS).indicators.first()
    with pytest.raises(DomainError, match="ne se retire pas"):
        actions.delete_indicator(actor=ours.coordinator, indicator=national)


def test_r14_a_national_indicator_outlives_the_action_it_was_put_in(ours, written):
    mission, action = written["mission"], written["action"]
    national = mission.indicators.get(national_code="A5")
    actions.save_indicator(
        actor=ours.coordinator,
        programme_mission=mission,
        indicator=national,
        action=action,
        label="",
        usage="FOLLOW_UP",
    )
    actions.delete_action(actor=ours.coordinator, mission_action=action)
    national.refresh_from_db()
    assert national.action is None
    assert list(mission.indicators.exclude(national_code="")) == list(mission.indicators.all())


def test_r14_using_a_national_indicator_for_results_is_a_local_choice_that_keeps_its_words(ours, draft):
    mission = draft.missions.get(mission=ACCESS)
    national = mission.indicators.get(national_code="A2")
    words = national.label
    fields = {**LEVELS, "owner": Side.CPTS, "unit": "autre"}
    saved = actions.save_indicator(
        actor=ours.coordinator, programme_mission=mission, indicator=national, label="Autre chose", **fields
    )
    saved.refresh_from_db()
    assert (saved.label, saved.unit, saved.owner, saved.usage) == (words, "%", Side.FUND, Usage.RESULT)
    assert saved.levels.count() == 3


def test_r14_the_health_crisis_has_deliverables_and_no_result(ours, draft):
    crisis = draft.missions.get(mission=CRISIS)
    assert [item.label for item in crisis.actions.get().deliverables.all()] == [CRISIS_DELIVERABLE]
    with pytest.raises(DomainError, match="livrables") as refusal:
        actions.save_indicator(
            actor=ours.coordinator,
            programme_mission=crisis,
            label="Exercice tenu",
            scale="ACHIEVED",
            maximum_amount=Decimal("10.00"),
        )
    assert refusal.value.field == "usage"
    followed = actions.save_indicator(
        actor=ours.coordinator, programme_mission=crisis, label="Exercice tenu", usage=Usage.FOLLOW_UP
    )
    assert followed.maximum_amount is None


def test_r14_the_health_crisis_without_deliverable_keeps_the_programme_from_being_agreed(ours, written):
    actions.delete_action(
        actor=ours.coordinator, mission_action=written["programme"].missions.get(mission=CRISIS).actions.get()
    )
    assert missing_items(written["programme"]) == [
        "Réponse aux crises sanitaires : indiquez au moins un livrable attendu (le plan, puis sa mise à jour)."
    ]


def test_r13a_actions_keep_their_order_their_lead_and_their_deliverables(ours, written):
    action = written["action"]
    assert (action.lead, action.position) == ("Dre Exemple", 1)
    assert [item.label for item in action.deliverables.all()] == ["Comptes rendus des réunions", "Convention signée"]
    actions.save_action(
        actor=ours.fund_officer,
        programme_mission=written["mission"],
        mission_action=action,
        title=action.title,
        deliverables=["Convention signée", "Bilan"],
    )
    assert [item.label for item in action.deliverables.all()] == ["Convention signée", "Bilan"]


def test_r13a_a_mission_that_starts_later_is_written_in_the_running_programme_until_it_is_agreed(ours, running):
    programme = running["programme"]
    missions = [(ACCESS, Decimal("10000.00")), (CRISIS, Decimal(0)), ("PREVENTION", Decimal("5000.00"))]
    actions.set_programme_missions(actor=ours.coordinator, programme=programme, missions=missions)
    prevention = programme.missions.get(mission="PREVENTION")
    with pytest.raises(DomainError, match=r"5.000,00"):
        actions.agree_mission(actor=ours.president, programme=programme, mission="PREVENTION")
    actions.save_indicator(
        actor=ours.coordinator,
        programme_mission=prevention,
        label="Actions de dépistage",
        scale="ACHIEVED",
        maximum_amount=Decimal("5000.00"),
    )
    actions.agree_mission(actor=ours.president, programme=programme, mission="PREVENTION")
    with pytest.raises(DomainError, match="ne change plus"):
        actions.delete_indicator(actor=ours.coordinator, indicator=prevention.indicators.get())


def test_r13a_no_mission_leaves_a_running_programme(ours, running):
    with pytest.raises(DomainError, match="ne quitte pas"):
        actions.set_programme_missions(
            actor=ours.coordinator, programme=running["programme"], missions=[(ACCESS, Decimal("10000.00"))]
        )


def test_r18_a_new_variable_part_is_spread_again_before_the_closing(ours, running):
    missions = [(ACCESS, Decimal("12000.00")), (CRISIS, Decimal(0))]
    actions.set_programme_missions(actor=ours.coordinator, programme=running["programme"], missions=missions)
    mission = running["programme"].missions.get(mission=ACCESS)
    assert mission.is_editable
    with pytest.raises(DomainError, match=r"2.000,00"):
        actions.close_programme(actor=ours.president, programme=running["programme"])
