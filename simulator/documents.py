"""What a scenario is: the typed fields of a form, and the strict document of `simulate_funding`. Pure.

Fields are those of `forms.SimulationForm`: « ACCESS_TO_CARE-rate-2 » is the rate of the mission in year 2, and
« ACCESS_TO_CARE-rate » the one of every other year. Rates are percentages in fields, shares in documents.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from agreements.agreement import Agreement
from agreements.engine import FundingResult, compute
from agreements.enums import AmountKind
from agreements.inputs import ContractInputs
from agreements.rules import CONTRACT_YEARS, contract_years, mission_calendar
from agreements.simulation import read_inputs
from agreements.strict_json import Node, Refused
from core.dates import format_date
from core.errors import DomainError

Document = dict[str, Any]
Fields = dict[str, str]

YEARS = range(1, CONTRACT_YEARS + 1)
MISSION_PATH = re.compile(r"missions\[(\d+)\](?:\.(\w+))?(?:[.\[](\d+)\]?)?")
Advances = Mapping[str, Mapping[int, int]]
"""By what they were paid at (a name of `ADVANCED`), then by year: the advances of a real contract."""

NO_ADVANCES: Advances = {}
ADVANCED = {"advance_sizes": "advanced", "advance_members": "advanced_members"}  # R18, R11: the fields of each
YEAR_PATH = re.compile(r"(sizes|members)\.(\d+)")
# Field of a mission -> the amount that the agreement must publish for it to have an effect
NEEDS = {
    "rate": AmountKind.VARIABLE,
    "triage_starts_on": AmountKind.TRIAGE,
    "compensation_starts_on": AmountKind.COMPENSATION,
    "compensation_actual": AmountKind.COMPENSATION,
    "crises": AmountKind.CRISIS_EVENT,
}
# Key of a mission in a document -> its field
FIELD_OF_KEY = {"mission": "", "rates": "rate"}
SPOKEN = {
    "triage_starts_on": "le traitement et l’orientation des demandes",
    "compensation_starts_on": "la compensation des professionnels",
    "crises": "les crises déclarées",
}


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """A scenario computed: its document, the engine's inputs and result, and what was typed without effect."""

    document: Document
    inputs: ContractInputs
    result: FundingResult
    notices: tuple[str, ...] = ()

    @property
    def agreement(self) -> Agreement:
        return self.inputs.agreement


def agreement_on(agreements: Iterable[Agreement], day: date) -> Agreement:
    """R2: return the version in force on a day; DomainError before the first one."""
    in_force = [agreement for agreement in agreements if agreement.takes_effect_on <= day]
    if not in_force:
        raise DomainError(f"Aucun accord national n’est en vigueur le {format_date(day)}.", "signed_on")
    return max(in_force, key=lambda agreement: (agreement.takes_effect_on, agreement.code))


def simulate_document(
    document: Document, agreements: Mapping[str, Agreement], *, advances: Advances = NO_ADVANCES
) -> Simulation:
    """Return what a document gives; DomainError, its field a path of the document, for whatever is refused.

    `advances` is how a real contract was paid its advances: no document says it.
    """

    def find(code: str) -> Agreement:
        if code not in agreements:
            raise DomainError(f"L’accord « {code} » est inconnu.")
        return agreements[code]

    try:
        inputs = read_inputs(Node(document), find_agreement=find)
    except Refused as refusal:
        raise DomainError(refusal.message, refusal.field) from refusal
    paid = {name: {year: n for year, n in known.items() if year <= inputs.years} for name, known in advances.items()}
    inputs = replace(inputs, **paid)
    return Simulation(document=document, inputs=inputs, result=compute(inputs))


def document_of(values: Mapping[str, Any], *, agreement: Agreement, population: int) -> Document:
    """Return the document of the cleaned values of a form; what the agreement does not know is left out."""
    document = {
        "agreement": agreement.code,
        "signed_on": values["signed_on"].isoformat(),
        "population": population,
        "years": values["years"],
        "missions": [
            _mission(values, agreement, terms.code)
            for terms in sorted(agreement.missions, key=lambda terms: terms.order)
            if values[terms.code]
        ],
    }
    sizes = {str(year): values[f"size-{year}"] for year in YEARS if values[f"size-{year}"] is not None}
    members = _by_year(values, "members", range(1, values["years"] + 1))
    return (
        document
        | ({"sizes": sizes} if sizes else {})
        | ({"members": members} if members else {})
        | ({"terminated_on": values["terminated_on"].isoformat()} if values["terminated_on"] else {})
    )


def default_start(agreement: Agreement, code: str, signed_on: date) -> date:
    """R4: return the latest start of a mission, which stands for a date left empty; the signature without one."""
    deadlines = {deadline.mission: deadline.start_by for deadline in mission_calendar(agreement, signed_on)}
    return deadlines[code] or signed_on


def notices_of(values: Mapping[str, Any], agreement: Agreement, labels: Mapping[str, str]) -> list[str]:
    """Return a sentence for each thing typed that has no effect under an agreement."""
    found = []
    for code, label in labels.items():
        if not values.get(code):
            continue
        if not agreement.has_mission(code):
            found.append(f"L’accord « {agreement.label} » n’a pas de mission « {label} » : elle n’est pas comptée.")
            continue
        found += [
            f"{label} : l’accord « {agreement.label} » ne prévoit pas {spoken} ; ce n’est pas compté."
            for name, spoken in SPOKEN.items()
            if values.get(f"{code}-{name}") and not agreement.has(code, NEEDS[name])
        ]
    if agreement.bonus is None and any(values.get(name) for name in ("members", *_names("members"))):
        found.append(f"L’accord « {agreement.label} » ne prévoit pas de majoration selon le nombre de membres.")
    return found


def fields_of(document: Document, *, communes: Iterable[str] = (), advances: Advances = NO_ADVANCES) -> Fields:
    """Return the fields that give a document back: `document_of` of a form filled with them is the same."""
    inputs_years = range(1, document["years"] + 1)
    fields = {
        "population": str(document["population"]),
        "communes": ",".join(communes),
        "signed_on": document["signed_on"],
        "agreement": document["agreement"],
        "years": str(document["years"]),
        **spread("members", document.get("members", {}), inputs_years),
        **{f"size-{year}": str(size) for year, size in document.get("sizes", {}).items()},
        **{f"{ADVANCED[name]}-{year}": str(n) for name, known in advances.items() for year, n in known.items()},
        "terminated_on": document.get("terminated_on") or "",
    }
    for mission in document["missions"]:
        fields |= _mission_fields(document, mission)
    return {name: value for name, value in fields.items() if value}


def field_of(path: str, document: Document, known: Iterable[str]) -> str | None:
    """Return the field that holds what a path of the document names, among the `known` ones; None for the whole."""
    known = set(known)
    if match := YEAR_PATH.fullmatch(path):
        name, year = {"sizes": "size", "members": "members"}[match[1]], match[2]
        candidates = (f"{name}-{year}", name)
    elif match := MISSION_PATH.fullmatch(path):
        code = document["missions"][int(match[1])]["mission"]
        name = FIELD_OF_KEY.get(match[2] or "mission", match[2])
        year = match[3] if name != "crises" else None
        stem = f"{code}-{name}" if name else code
        candidates = (f"{stem}-{year}", stem)
    else:
        candidates = (path,)
    return next((name for name in candidates if name in known), None)


def active_years(starts_on: date, *, signed_on: date, years: int, terminated_on: date | None = None) -> tuple[int, ...]:
    """Return the contract years in which something that starts on a day is active before the end."""
    end = terminated_on or date.max
    return tuple(
        year.number
        for year in contract_years(signed_on, years)
        if year.starts_on < end and starts_on < min(year.ends_on, end)
    )


def percentage(share: Decimal | str) -> str:
    """Return a share as the percentage that a field takes: 0.8 → « 80 »."""
    text = f"{Decimal(share) * 100:f}"
    return text.rstrip("0").rstrip(".").replace(".", ",") or "0" if "." in text else text


def _mission(values: Mapping[str, Any], agreement: Agreement, code: str) -> Document:
    signed_on, end = values["signed_on"], values["terminated_on"]
    starts_on = values[f"{code}-starts_on"] or default_start(agreement, code, signed_on)
    compensation_on = values.get(f"{code}-compensation_starts_on")

    def years_from(day: date) -> tuple[int, ...]:
        return active_years(day, signed_on=signed_on, years=values["years"], terminated_on=end)

    rates = _by_year(values, f"{code}-rate", years_from(starts_on))
    actual = _by_year(values, f"{code}-compensation_actual", years_from(compensation_on) if compensation_on else ())
    optional = {
        "rates": {year: _share(rate) for year, rate in rates.items()},
        "triage_starts_on": iso(values.get(f"{code}-triage_starts_on")),
        "compensation_starts_on": iso(compensation_on),
        "compensation_actual": {year: f"{amount:f}" for year, amount in actual.items()},
        "crises": [day.isoformat() for day in values.get(f"{code}-crises") or ()],
    }
    return {
        "mission": code,
        "starts_on": starts_on.isoformat(),
        **{
            key: value
            for key, value in optional.items()
            if value and agreement.has(code, NEEDS[FIELD_OF_KEY.get(key, key)])
        },
    }


def _by_year(values: Mapping[str, Any], name: str, years: Iterable[int]) -> dict[str, Any]:
    """Return what is typed for each year: its own figure, else the one of every year where it applies."""
    found = {str(year): values.get(name) for year in years}
    found |= {str(year): values.get(f"{name}-{year}") for year in YEARS if values.get(f"{name}-{year}") is not None}
    return {year: value for year, value in sorted(found.items()) if value is not None}


def _mission_fields(document: Document, mission: Document) -> Fields:
    code, ends = mission["mission"], document.get("terminated_on")
    signed_on, end = date.fromisoformat(document["signed_on"]), date.fromisoformat(ends) if ends else None

    def years_from(day: str | None) -> tuple[int, ...]:
        if day is None:
            return ()
        start = date.fromisoformat(day)
        return active_years(start, signed_on=signed_on, years=document["years"], terminated_on=end)

    rates = {year: percentage(rate) for year, rate in mission.get("rates", {}).items()}
    actual = mission.get("compensation_actual", {})
    return {
        code: "on",
        f"{code}-starts_on": mission["starts_on"],
        **spread(f"{code}-rate", rates, years_from(mission["starts_on"])),
        f"{code}-triage_starts_on": mission.get("triage_starts_on", ""),
        f"{code}-compensation_starts_on": mission.get("compensation_starts_on", ""),
        **spread(f"{code}-compensation_actual", actual, years_from(mission.get("compensation_starts_on"))),
        f"{code}-crises": ",".join(mission.get("crises", [])),
    }


def spread(name: str, by_year: Mapping[str, Any], years: Iterable[int]) -> Fields:
    """Return one field for every year when all have the same figure, else one a year."""
    if by_year and set(by_year) == {str(year) for year in years} and len(set(by_year.values())) == 1:
        return {name: str(next(iter(by_year.values())))}
    return {f"{name}-{year}": str(value) for year, value in by_year.items()}


def _names(name: str) -> list[str]:
    return [f"{name}-{year}" for year in YEARS]


def _share(percent: Decimal) -> str:
    return f"{(percent / 100).normalize():f}"


def iso(day: date | None) -> str:
    """Return a date as fields and documents write it; "" for none."""
    return day.isoformat() if day else ""
