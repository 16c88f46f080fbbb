"""An amendment as values: what it finds, what it makes of it, and the words of both (R2, R18).

Pages, PDF (`amendment_words.py`) and the fingerprint of the consents read the same content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypedDict

from django.urls import reverse

from agreements.agreement import Agreement, AmountLine
from agreements.enums import MissionCode
from agreements.models import AgreementVersion
from agreements.rules import contract_years
from contracts import rules
from contracts.assemblers import contract_content
from contracts.models import DURATION_YEARS, Amendment, Contract
from core import clock
from core.dates import format_date
from core.enums import PARTIES
from core.errors import DomainError
from core.fingerprints import fingerprint
from core.wording import Lack, counted

CONTENT_FORMAT = 1
NONE = "–"


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What a contract says, in a contract year, of all that an amendment may change."""

    size: int
    population: int | None
    version: AgreementVersion
    agreement: Agreement
    missions: Mapping[str, str]
    clauses: str
    parties: Mapping[str, tuple[str, str]]


class AmendmentValues(TypedDict):
    """What people write of an amendment. `added`: the missions, with their planned start; `dropped`: those that go."""

    reason: str
    takes_effect_year: int | None
    new_size: int | None
    new_population: int | None
    agreement_version: AgreementVersion | None
    added: Mapping[str, date]
    dropped: Sequence[str]
    rewrites_clauses: bool
    local_clauses: str
    updates_parties: bool


def situation_of(contract: Contract, year: int) -> Situation:
    """Return what holds in a contract year as the contract stands, amendments in force included."""
    version = contract.agreement_in(year)
    past = [row for row in contract.amendments_in_force() if (row.takes_effect_year or 0) <= year]
    populations = [row.new_population for row in past if row.new_population]
    clauses = [row.local_clauses for row in past if row.rewrites_clauses]
    signed = contract_content(contract)["local_clauses"] if "{" in contract.local_clauses else contract.local_clauses
    return Situation(
        size=size_in(contract, year),
        population=populations[-1] if populations else contract.population,
        version=version,
        agreement=version.as_value(),
        missions={
            row.mission: _mission_words(row.started_on, row.planned_start)
            for row in contract.missions.all()
            if row.withdrawn_from is None or contract.anniversary(year - 1) < row.withdrawn_from
        },
        clauses=clauses[-1] if clauses else signed,
        parties=_known_parties(contract, past),
    )


def size_in(contract: Contract, year: int) -> int:
    """R18: return the size of a contract year as it is known: reviewed, amended, or that of the signature."""
    sizes = {1: contract.size, **contract.amended_sizes()}
    sizes |= {row.number: row.size for row in contract.years.all() if row.size}
    return sizes[max(number for number in sizes if number <= year)]


def year_of(amendment: Amendment) -> int:
    """Return the contract year in which an amendment is compared with the contract: its own, or the running one."""
    return amendment.takes_effect_year or amendment.contract.year_on(clock.today())


def changed(before: Situation, amendment: Amendment) -> Situation:
    """Return the same once the amendment counts."""
    version = amendment.agreement_version or before.version
    missions = dict(before.missions)
    for row in amendment.missions.all():
        if row.is_added:
            missions[row.mission] = _mission_words(None, row.planned_start)
        else:
            missions.pop(row.mission, None)
    return replace(
        before,
        size=amendment.new_size or before.size,
        population=amendment.new_population or before.population,
        version=version,
        agreement=version.as_value(),
        missions=missions,
        clauses=amendment.local_clauses if amendment.rewrites_clauses else before.clauses,
        parties=parties_now(amendment.contract) if amendment.updates_parties else before.parties,
    )


def amendment_content(amendment: Amendment) -> dict[str, Any]:
    """Return what the parties consent to, as plain JSON in a fixed order; the agreed one once it is agreed."""
    if amendment.agreed_hash and amendment.document_id:
        return amendment.document.payload["content"]
    before = situation_of(amendment.contract, year_of(amendment))
    after = changed(before, amendment)
    year = amendment.takes_effect_year
    return {
        "format": CONTENT_FORMAT,
        "contract": amendment.contract.number,
        "number": amendment.number,
        "reason": amendment.reason,
        "takes_effect_year": year,
        "takes_effect_on": amendment.takes_effect_on.isoformat() if year else None,
        "parties": [
            {"side": side.value, "name": name, "address": address}
            for side, (name, address) in ((side, after.parties[side.value]) for side in PARTIES)
        ],
        "changes": _changes(before, after),
        "amounts": _amounts(before, after) if year else [],
        "clauses": after.clauses if amendment.rewrites_clauses else None,
    }


def amendment_hash(amendment: Amendment) -> str:
    """Return the fingerprint of the content as it is now, or as it was agreed."""
    return amendment.agreed_hash or fingerprint(amendment_content(amendment))


def terms_of(contract: Contract, values: AmendmentValues) -> rules.AmendedTerms:
    """Return the values of an amendment, as the form gives them, beside what they change."""
    year = values["takes_effect_year"]
    before = situation_of(contract, year or contract.year_on(clock.today()))
    version = values["agreement_version"] or before.version
    return rules.AmendedTerms(
        starts_on=contract.anniversary(year - 1) if year else None,
        ends_on=contract.ends_on,
        today=clock.today(),
        size_before=before.size,
        agreement_before=before.agreement,
        agreement=version.as_value(),
        missions=before.missions,
        new_size=values["new_size"],
        new_population=values["new_population"],
        added=values["added"],
        dropped=values["dropped"],
        clauses_before=before.clauses,
        new_clauses=values["local_clauses"] if values["rewrites_clauses"] else None,
        parties_differ=values["updates_parties"] and before.parties != parties_now(contract),
    )


def missing_items(amendment: Amendment) -> list[Lack]:
    """Return why an amendment may not be consented to as it stands; empty when it may, and once agreed."""
    if not amendment.is_draft:
        return []
    try:
        rules.check_amendment(terms_of(amendment.contract, stored_values(amendment)))
    except DomainError as error:
        return [Lack(error.message, url=reverse("contracts:amendment_edit", args=[amendment.pk]))]
    return []


def stored_values(amendment: Amendment) -> AmendmentValues:
    """Return what the actions take, as it is stored."""
    rows = list(amendment.missions.all())
    return {
        "reason": amendment.reason,
        "takes_effect_year": amendment.takes_effect_year,
        "new_size": amendment.new_size,
        "new_population": amendment.new_population,
        "agreement_version": amendment.agreement_version,
        "added": {row.mission: row.planned_start for row in rows if row.is_added},
        "dropped": [row.mission for row in rows if not row.is_added],
        "rewrites_clauses": amendment.rewrites_clauses,
        "local_clauses": amendment.local_clauses,
        "updates_parties": amendment.updates_parties,
    }


def possible_missions(contract: Contract) -> tuple[dict[str, str], dict[str, str]]:
    """Return the missions that an amendment may add, and those it may withdraw, each with its label."""
    here = {row.mission for row in contract.missions.all() if row.withdrawn_from is None}
    gone = {row.mission for row in contract.missions.all()} - here
    current = contract.agreement_in(DURATION_YEARS).as_value()
    agreements = [current, *(version.as_value() for version in other_versions(contract))]
    known = {mission.code: mission for agreement in agreements for mission in agreement.missions}
    ordered = [known[code] for code in rules.MISSION_ORDER if code in known]
    added = {mission.code: mission.label for mission in ordered if mission.code not in here | gone}
    dropped = {mission.code: mission.label for mission in ordered if mission.code in here and not mission.is_core}
    return added, dropped


def other_versions(contract: Contract) -> list[AgreementVersion]:
    """R2: return the versions of the national agreement later than the one of the contract."""
    last = contract.agreement_in(DURATION_YEARS)
    return list(AgreementVersion.objects.with_rows().filter(takes_effect_on__gt=last.takes_effect_on))


def years_to_come(contract: Contract, today: date) -> list[tuple[int, date]]:
    """Return the contract years that have not begun, with their first days."""
    years = contract_years(contract.signed_on, DURATION_YEARS)
    return [(year.number, year.starts_on) for year in years if year.starts_on > today]


def parties_now(contract: Contract) -> dict[str, tuple[str, str]]:
    """Return the names and addresses of the parties as their records say today."""
    return {side.value: (contract.party(side).name, _line(contract.party(side).address)) for side in PARTIES}


def _known_parties(contract: Contract, past: list[Amendment]) -> dict[str, tuple[str, str]]:
    """Return the names and addresses that were last signed."""
    documents = [row.document for row in past if row.updates_parties]
    document = documents[-1] if documents else contract.document
    rows = document.payload["content"]["parties"] if document else []
    return {row["side"]: (row["name"], _line(row["address"])) for row in rows} or parties_now(contract)


def _line(text: str) -> str:
    return " ".join(text.split())


# Words


def _mission_words(started_on: date | None, planned_start: date | None) -> str:
    if started_on:
        return f"engagée, démarrée le {format_date(started_on)}"
    if planned_start:
        return f"engagée, démarrage prévu le {format_date(planned_start)}"
    return "engagée"


def _changes(before: Situation, after: Situation) -> list[dict[str, str]]:
    rows = [
        ("size", "Taille", f"taille {before.size}", f"taille {after.size}"),
        ("population", "Population", _people(before.population), _people(after.population)),
        ("agreement", "Accord national", before.agreement.label, after.agreement.label),
        *(
            (f"mission:{code}", f"Mission « {MissionCode(code).label} »", _said(before, code), _said(after, code))
            for code in rules.MISSION_ORDER
        ),
        *(
            (f"party:{side.value}", f"Partie ({side.label})", _party(before, side.value), _party(after, side.value))
            for side in PARTIES
        ),
        ("clauses", "Clauses locales", before.clauses or "sans clause locale", after.clauses or "sans clause locale"),
    ]
    return [{"key": key, "label": label, "before": old, "after": new} for key, label, old, new in rows if old != new]


def _said(situation: Situation, code: str) -> str:
    return situation.missions.get(code, "non engagée")


def _party(situation: Situation, side: str) -> str:
    return ", ".join(filter(None, situation.parties[side]))


def _people(population: int | None) -> str:
    return counted(population, "habitant") if population is not None else NONE


def _amounts(before: Situation, after: Situation) -> list[dict[str, Any]]:
    """Return the annual amounts of both situations, line by line, in the order of the agreement that will apply."""
    old = {(line.mission, line.kind): line for line in _lines(before)}
    new = {(line.mission, line.kind): line for line in _lines(after)}
    keys = [*new, *(key for key in old if key not in new)]
    return [
        {
            "mission": key[0],
            "kind": key[1].value,
            "before": _amount(old.get(key)),
            "after": _amount(new.get(key)),
            "is_validated": all(rows[key].is_validated for rows in (old, new) if key in rows),
        }
        for key in keys
    ]


def _lines(situation: Situation) -> list[AmountLine]:
    return rules.amounts_of(situation.agreement, situation.size, situation.missions)


def _amount(line: AmountLine | None) -> str | None:
    return f"{line.amount:f}" if line else None
