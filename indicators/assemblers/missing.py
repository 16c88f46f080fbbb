"""What a programme lacks, as French sentences: to be agreed, then to give its results."""

from django.urls import reverse

from agreements.scales import check_spread
from core.enums import Side
from core.errors import DomainError
from core.wording import Lack
from indicators.assemblers.inputs import fresh, result_inputs
from indicators.enums import ValueStatus
from indicators.models import Indicator, Programme, ProgrammeMission
from indicators.rules import MISSIONS_WITHOUT_RESULT, WHO


def missing_items(programme: Programme) -> list[Lack]:
    """Return what keeps a programme from being agreed, as French sentences (R13b, R14)."""
    return missing_sentences(fresh(programme))


def missing_sentences(programme: Programme) -> list[Lack]:
    """Return the same of a programme as it was read, for a page."""
    missions = list(programme.missions.all())
    if not missions:
        return [Lack("Le programme n’a pas de mission.")]
    return [sentence for mission in missions if (sentence := missing_of(mission))]


def missing_of(mission: ProgrammeMission) -> Lack | None:
    """Return the sentence that says what a mission lacks; None when it lacks nothing."""
    sentence = _missing_of(mission)
    page = reverse("indicators:programme_edit", args=[mission.programme_id])
    return Lack(sentence, url=f"{page}?mission={mission.mission}") if sentence else None


def _missing_of(mission: ProgrammeMission) -> str:
    if mission.mission in MISSIONS_WITHOUT_RESULT:
        if any(action.deliverables.all() for action in mission.actions.all()):
            return ""
        return f"{mission.label} : indiquez au moins un livrable attendu (le plan, puis sa mise à jour)."
    try:
        check_spread(mission.variable_amount, list(result_inputs(mission).values()))
    except DomainError as error:
        return f"{mission.label} : {error.message[0].lower()}{error.message[1:]}"
    return ""


def missing_results(programme: Programme) -> list[Lack]:
    """Return the result indicators neither confirmed nor settled, and what each waits for (design §3).

    A mission that has not started has no result to give.
    """
    page = reverse("indicators:programme_detail", args=[programme.pk])
    return [
        Lack(f"{mission.label}, « {indicator.label} » : {_what_it_waits_for(indicator)}.", url=page)
        for mission in fresh(programme).missions.all()
        for indicator in mission.indicators.all()
        if mission.active_from and indicator.is_result and indicator.is_waiting
    ]


def _what_it_waits_for(indicator: Indicator) -> str:
    value = indicator.current_value
    owner = WHO[Side(indicator.owner)]
    if value is None:
        return f"valeur à saisir par {owner}"
    if value.status == ValueStatus.CONTESTED:
        return f"valeur contestée, à revoir par {owner}"
    return "valeur à confirmer par une autre partie"
