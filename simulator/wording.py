"""A scenario in plain French: what it supposes, and in what it differs from another. Pure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from agreements.breakdown import mission_label
from agreements.explanations import format_rate
from agreements.inputs import MissionInputs
from core.dates import format_date
from core.money import format_euros
from core.wording import counted, spoken_integer
from simulator.documents import Simulation

DATES = {
    "triage_starts_on": "traitement et orientation des demandes",
    "compensation_starts_on": "compensation des professionnels",
}


def summary_of(simulation: Simulation) -> str:
    """Return a scenario in one line."""
    missions, years = len(simulation.inputs.missions), simulation.inputs.years
    return (
        f"{simulation.agreement.label} · {_inhabitants(simulation)}, {spoken_sizes(simulation)} · "
        f"{counted(missions, 'mission')} · {_years(years)}"
    )


def spoken_sizes(simulation: Simulation) -> str:
    """Return « taille 2 », or « taille 2, puis 3 à partir de l’année 4 »."""
    words, last = "", None
    for year in simulation.result.years:
        if last is None:
            words = f"taille {year.size}"
        elif year.size != last:
            words += f", puis {year.size} à partir de l’année {year.year}"
        last = year.size
    return words


def assumptions(simulation: Simulation) -> list[tuple[str, str]]:
    """Return, mission by mission, what the scenario supposes: its name, then a sentence."""
    found = []
    for mission in simulation.inputs.missions:
        rates, crises = _spoken_rates(mission), _spoken_days(mission.crises)
        words = [
            f"à partir du {format_date(mission.starts_on)}",
            f"résultats à {rates}" if rates else "",
            f"crise déclarée le {crises}" if crises else "",
        ]
        found.append((mission_label(simulation.agreement, mission.mission), ", ".join(filter(None, words))))
    return found


def changes(first: Simulation, other: Simulation) -> list[str]:
    """Return what `other` changes to `first`, one short sentence a change; none when nothing does."""
    return [*_contract_changes(first, other), *_mission_changes(first, other)]


def _contract_changes(first: Simulation, other: Simulation) -> Iterator[str]:
    before, after = first.inputs, other.inputs
    pairs = (
        ("accord : ", first.agreement.label, other.agreement.label),
        ("", _inhabitants(first), _inhabitants(other)),
        ("", spoken_sizes(first), spoken_sizes(other)),
        ("signature le ", format_date(before.signed_on), format_date(after.signed_on)),
        ("durée simulée : ", _years(before.years), _years(after.years)),
        ("membres : ", _spoken_members(before.members), _spoken_members(after.members)),
        ("fin anticipée : ", _day(before.terminated_on), _day(after.terminated_on)),
    )
    for words, was, now in pairs:
        if was != now:
            yield f"{words}{now} au lieu de {was}"


def _mission_changes(first: Simulation, other: Simulation) -> Iterator[str]:
    before = {mission.mission: mission for mission in first.inputs.missions}
    after = {mission.mission: mission for mission in other.inputs.missions}
    for code in [*before, *(code for code in after if code not in before)]:
        if code not in after:
            yield f"sans {mission_label(first.agreement, code)}"
        elif code not in before:
            label = mission_label(other.agreement, code)
            yield f"avec {label}, à partir du {format_date(after[code].starts_on)}"
        else:
            label = mission_label(other.agreement, code)
            yield from (f"{label} : {words}" for words in _within_mission(before[code], after[code]))


def _within_mission(before: MissionInputs, after: MissionInputs) -> Iterator[str]:
    if before.starts_on != after.starts_on:
        yield f"démarrage le {format_date(after.starts_on)} au lieu du {format_date(before.starts_on)}"
    pairs = (
        ("résultats à ", _spoken_rates(before), _spoken_rates(after)),
        ("crises déclarées : ", _spoken_days(before.crises), _spoken_days(after.crises)),
        ("compensation déclarée : ", _spoken_actual(before), _spoken_actual(after)),
        *((f"{spoken} : ", _day(getattr(before, name)), _day(getattr(after, name))) for name, spoken in DATES.items()),
    )
    for words, was, now in pairs:
        if was != now:
            yield f"{words}{now or 'non renseigné'} au lieu de {was or 'non renseigné'}"


def _inhabitants(simulation: Simulation) -> str:
    return counted(simulation.inputs.population, "habitant")


def _years(count: int) -> str:
    return counted(count, "an")


def _day(day: date | None) -> str:
    return f"le {format_date(day)}" if day else "aucune"


def _spoken_days(days: tuple[date, ...]) -> str:
    return ", ".join(format_date(day) for day in days)


def _spoken_rates(mission: MissionInputs) -> str:
    """Return the rates of a mission, in one figure when they are the same every year."""
    return _by_year({year: format_rate(Fraction(rate)) for year, rate in mission.rates.items()})


def _spoken_actual(mission: MissionInputs) -> str:
    return _by_year({year: format_euros(Decimal(amount)) for year, amount in mission.compensation_actual.items()})


def _spoken_members(members: dict[int, int]) -> str:
    return _by_year({year: spoken_integer(count) for year, count in members.items()}) or "non renseigné"


def _by_year(words: dict[int, str]) -> str:
    if len(set(words.values())) == 1:
        return next(iter(words.values()))
    return ", ".join(f"{word} (année {year})" for year, word in sorted(words.items()))
