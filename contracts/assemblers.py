"""The content of a contract as values: what the three parties consent to, and what is still missing before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from agreements.agreement import Agreement
from agreements.models import AgreementVersion
from agreements.rules import contract_year_on
from contracts import clauses, rules, wordings
from contracts.lifecycle import EDITABLE
from contracts.models import Contract, ContractMission, Termination
from core import clock
from core.enums import PARTIES
from core.errors import DomainError
from core.fingerprints import fingerprint
from core.money import format_euros
from core.wording import Lack, counted
from health_projects.assemblers import ProjectTerritory, territory_of, unaccepted_overlaps
from health_projects.enums import ProjectStatus
from indicators import assemblers as indicator_assemblers
from indicators.models import Programme

CONTENT_FORMAT = 1
MAX_NAMED = 5  # in a sentence; the others are counted


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a contract rests on: the agreement in force, the territory in figures, the size that follows.

    Fixed once the content is agreed; those of today before (R2).
    """

    version: AgreementVersion
    agreement: Agreement
    territory: ProjectTerritory
    population: int | None
    population_year: int | None
    size: int | None


def terms_of(contract: Contract) -> Terms:
    """Return the terms of a contract; DomainError when no agreement is in force."""
    version = contract.agreement_version or AgreementVersion.objects.with_rows().in_force_on(clock.today())
    agreement = version.as_value()
    territory = territory_of(contract.health_project, agreement=agreement)
    if contract.size is not None:
        figures = {
            "population": contract.population,
            "population_year": contract.population_year,
            "size": contract.size,
        }
    else:
        figures = {
            "population": territory.population,
            "population_year": territory.year,
            "size": territory.size,
        }
    return Terms(version=version, agreement=agreement, territory=territory, **figures)


def missions_of(contract: Contract) -> list[ContractMission]:
    """Return the missions of a contract, in their order."""
    return list(contract.missions.all())


def plan_of(contract: Contract) -> list[rules.Plan]:
    """Return the missions of a contract with their planned starts."""
    return [(row.mission, row.planned_start) for row in contract.missions.all()]


def first_programme(contract: Contract) -> Programme:
    """Return the programme of the first contract year, which is part of the content (R13a)."""
    return Programme.objects.get(contract_year__contract=contract, contract_year__number=1)


def written_missions(programme: Programme) -> set[str]:
    """Return the missions of a programme for which someone wrote an action or an indicator of their own."""
    own = Q(actions__isnull=False) | Q(indicators__isnull=False, indicators__national_code="")
    return set(programme.missions.filter(own).values_list("mission", flat=True))


def mission_calendar(contract: Contract, terms: Terms) -> list[rules.MissionDates]:
    """R4: return the missions beside their latest dates, from the signature or from today until there is one."""
    today = clock.today()
    rows = [(row.mission, row.planned_start, row.started_on) for row in contract.missions.all()]
    return rules.mission_dates(
        terms.agreement,
        rows,
        reference=contract.signed_on or today,
        today=today,
        withdrawn=withdrawn_missions(contract),
    )


def withdrawn_missions(contract: Contract) -> dict[str, date]:
    """R18: return the missions that amendments withdrew, with the first day without each."""
    return {row.mission: row.withdrawn_from for row in contract.missions.all() if row.withdrawn_from}


def possible_missions(contract: Contract, terms: Terms) -> list[rules.MissionDates]:
    """R4: return every mission of the agreement beside its latest dates, with the planned starts of the contract."""
    plan = dict(plan_of(contract))
    today = clock.today()
    every = [mission.code for mission in rules.missions_of(terms.agreement, rules.MISSION_ORDER)]
    rows = [(code, plan.get(code), None) for code in every]
    return rules.mission_dates(terms.agreement, rows, reference=today, today=today)


# The end of a contract


@dataclass(frozen=True, kw_only=True)
class CutMission:
    """A mission whose variable part is cut short by the end of the contract: R19 asks the parties for its rate."""

    mission: str
    label: str
    variable_amount: Decimal


def check_crisis_day(contract: Contract, declared_on: date) -> None:
    """R10: refuse a crisis declared outside of a signed contract, to come, or that its agreement does not fund."""
    rules.check_crisis(
        contract.agreement_in(contract.year_on(declared_on)).as_value(),
        declared_on=declared_on,
        signed_on=contract.signed_on,
        ends_on=contract.ends_on,
        today=clock.today(),
    )


def ending_periods() -> rules.EndingPeriods:
    """R19: return the notice and observation periods of this portal, by analogy with other contracts."""
    return rules.EndingPeriods(
        notice_months=settings.CONTRACT_NOTICE_MONTHS, observation_months=settings.CONTRACT_OBSERVATION_MONTHS
    )


def cut_missions(contract: Contract, termination: Termination) -> list[CutMission]:
    """R19: return the started missions with a variable part in the year that the end cuts short.

    None on an anniversary. The annual amount is that of the year's size, before days and rate.
    """
    year = contract_year_on(contract.signed_on, termination.effective_on - timedelta(days=1))
    if year.ends_on == termination.effective_on:
        return []
    agreement = contract.agreement_in(year.number).as_value()
    sizes = {row.number: row.size for row in contract.years.all()}
    size = sizes.get(year.number) or sizes.get(max(sizes, default=1)) or contract.size
    found = []
    for row in contract.missions.all():
        amount = rules.variable_amount(agreement, row.mission, size)
        if row.started_on and row.started_on < termination.effective_on and amount:
            found.append(CutMission(mission=row.mission, label=str(row), variable_amount=amount))
    return found


# Content and consents


def contract_content(contract: Contract, *, terms: Terms | None = None) -> dict:
    """Return what the parties consent to, as plain JSON in a fixed order; the agreed one once it is agreed."""
    if contract.agreed_hash and contract.document_id:
        return contract.document.payload["content"]
    terms = terms or terms_of(contract)
    content = {
        "format": CONTENT_FORMAT,
        "number": contract.number,
        "parties": [
            {"side": side.value, "name": contract.party(side).name, "address": contract.party(side).address}
            for side in PARTIES
        ],
        "agreement": {"code": terms.agreement.code, "label": terms.agreement.label},
        "territory": _territory_content(contract, terms),
        "members": contract.member_count,
        "missions": [
            {
                "mission": row.code,
                "label": row.label,
                "is_core": row.is_core,
                "planned_start": _iso(row.planned_start),
            }
            for row in mission_calendar(contract, terms)
        ],
        "programme": indicator_assemblers.programme_content(first_programme(contract)),
        "amounts": _amounts_content(contract, terms),
        "local_clauses": contract.local_clauses,
        "clauses_version": wordings.current_version(terms.version),
    }
    filled = clauses.fill(contract.local_clauses, wordings.mentions(content, terms.agreement))
    return {**content, "local_clauses": filled}


DIALOGUE_TO_CLOSE = "Le dialogue de signature, qui arrête la taille et le calendrier, n’est pas clos."


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The content of a contract as a page reads it once: its terms, its hash, what is missing."""

    terms: Terms
    content: dict
    digest: str
    missing: list[Lack]

    @property
    def left_to_write(self) -> list[Lack]:
        """What is missing in the content itself: the dialogue of signature is held, not written."""
        return [sentence for sentence in self.missing if sentence != DIALOGUE_TO_CLOSE]


def read_content(contract: Contract) -> Reading:
    """Return the content with all that the pages say of it."""
    terms = terms_of(contract)
    content = contract_content(contract, terms=terms)
    return Reading(
        terms=terms,
        content=content,
        digest=contract.agreed_hash or fingerprint(content),
        missing=missing_items(contract, terms=terms),
    )


def content_hash(contract: Contract) -> str:
    """Return the hash of the content as it is now, or as it was agreed."""
    return contract.agreed_hash or fingerprint(contract_content(contract))


def _territory_content(contract: Contract, terms: Terms) -> dict:
    project, territory = contract.health_project, terms.territory
    communes = project.communes.with_population().order_by("code")
    return {
        "communes": [
            {"code": commune.code, "name": commune.name, "population": commune.population} for commune in communes
        ],
        "population": terms.population,
        "population_year": terms.population_year,
        "is_agreed_population": territory.is_agreed,
        "published_sum": territory.summary.population,
        "source": territory.source,
        "reason": territory.reason,
        "size": terms.size,
    }


def _amounts_content(contract: Contract, terms: Terms) -> list[dict]:
    if terms.size is None:
        return []
    codes = [row.mission for row in contract.missions.all()]
    return [
        {
            "mission": line.mission,
            "kind": line.kind.value,
            "amount": f"{line.amount:f}",
            "is_validated": line.is_validated,
        }
        for line in rules.amounts_of(terms.agreement, terms.size, codes)
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# What is missing before a consent


def missing_items(contract: Contract, *, terms: Terms | None = None) -> list[Lack]:
    """Return, as French sentences with their pages, what is left to do before the consents; empty once agreed."""
    if contract.status not in EDITABLE:
        return []
    try:
        terms = terms or terms_of(contract)
    except DomainError as error:
        return [Lack(error.message)]
    programme = first_programme(contract)
    project = reverse("health_projects:project_detail", args=[contract.health_project_id])
    plan = reverse("contracts:contract_edit", args=[contract.pk])
    to_write = [*_missing_in_plan(contract, terms), *_outdated_amounts(terms, programme)]
    return [
        *[Lack(sentence, url=project) for sentence in _missing_in_project(contract, terms)],
        *[Lack(sentence, url=plan) for sentence in to_write],
        *indicator_assemblers.missing_items(programme),
        *_missing_dialogue(contract),
    ]


def _missing_in_project(contract: Contract, terms: Terms) -> list[str]:
    found = []
    if contract.health_project.status != ProjectStatus.APPROVED:
        found.append("Le projet de santé n’est pas approuvé par l’ARS.")
    if terms.size is None:
        found.append(
            "La population du territoire n’est pas connue : convenez d’une population dans le projet de santé."
        )
    shared = unaccepted_overlaps(contract.health_project)
    if shared:
        found.append(f"L’ARS n’a pas encore accepté le partage de communes avec une autre CPTS : {_listed(shared)}.")
    return found


def _missing_in_plan(contract: Contract, terms: Terms) -> list[str]:
    plan = dict(plan_of(contract))
    found = [
        f"Indiquez le démarrage prévu de la mission « {mission.label} »."
        for mission in rules.missions_of(terms.agreement)
        if plan.get(mission.code) is None
    ]
    unknown = [code for code in plan if not terms.agreement.has_mission(code)]
    if unknown:
        found.append("L’accord en vigueur ne prévoit plus une des missions choisies : enregistrez le contrat.")
    return found


def _outdated_amounts(terms: Terms, programme: Programme) -> list[str]:
    """Say which missions of the programme were spread for another size or another agreement (R13b)."""
    if terms.size is None:
        return []
    found = []
    for row in programme.missions.all():
        if not terms.agreement.has_mission(row.mission):
            continue
        expected = rules.variable_amount(terms.agreement, row.mission, terms.size)
        if row.variable_amount != expected:
            found.append(
                f"Le volet variable de la mission « {row} » est de {format_euros(expected)} pour la taille "
                f"{terms.size}, et non de {format_euros(row.variable_amount)} : enregistrez le contrat, puis "
                "répartissez-le de nouveau."
            )
    return found


def _missing_dialogue(contract: Contract) -> list[Lack]:
    if contract.planning_closed_on:
        return []
    return [Lack(DIALOGUE_TO_CLOSE, url=reverse(settings.DOSSIER_URL, args=[contract.pk]))]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MAX_NAMED])
    left = len(names) - MAX_NAMED
    return f"{shown} et {counted(left, 'autre')}" if left > 0 else shown
