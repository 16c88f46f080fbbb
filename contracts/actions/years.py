"""A contract in force: its missions start, its years open, their size and members, the crises declared."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from accounts.permissions import Act, check
from agreements.rules import contract_year_on
from contracts import assemblers, rules, transitions
from contracts.enums import ContractStatus
from contracts.models import DURATION_YEARS, Contract, ContractMission, ContractYear, CrisisDeclaration
from core import audit, clock
from core.actor import Actor
from core.errors import DomainError, TransitionNotAllowed
from indicators import actions as indicator_actions
from indicators.models import Programme


@transaction.atomic
def start_mission(*, actor: Actor, contract: Contract, mission: str, starts_on: date) -> ContractMission:
    """R4: start a mission at the date set by its MISSION_START dialogue, when its third approval closes it."""
    contract = transitions.lock_for_party(actor, contract)
    _check_active(contract)
    row = ContractMission.objects.select_for_update().filter(contract=contract, mission=mission).first()
    if row is None:
        raise DomainError("Cette mission ne fait pas partie du contrat.", "mission")
    if row.started_on:
        raise DomainError("Cette mission a déjà démarré.", "mission")
    first_day = contract_year_on(contract.signed_on, clock.today()).starts_on
    rules.check_start(
        starts_on=starts_on,
        first_day=max(first_day, row.added_from or first_day),
        ends_on=min(contract.expected_end, row.withdrawn_from or contract.expected_end),
    )
    row.started_on = starts_on
    row.save(update_fields=["started_on", "updated_at"])
    audit.record(actor, "contract.start_mission", contract, after={"mission": mission, "starts_on": starts_on})
    _agree_on_programme(actor, contract, mission)
    for year in contract.years.select_related("programme", "contract"):
        _follow_starts(actor, year)
    return row


@transaction.atomic
def prepare_mission(*, actor: Actor, contract: Contract, mission: str) -> Programme:
    """R13a: give a mission its place in the programme of the running year, to be written in its start dialogue.

    Idempotent: a mission that already has its programme keeps it.
    """
    contract = transitions.lock_for_party(actor, contract)
    _check_active(contract)
    year = _running_year(contract)
    if not _missions_of_year(contract, year.number).filter(mission=mission).exists():
        raise DomainError("Cette mission ne fait pas partie du contrat cette année.", "mission")
    size = year.size or contract.size
    current = {row.mission: row.variable_amount for row in year.programme.missions.all()}
    if mission not in current:
        agreement = contract.agreement_in(year.number).as_value()
        current[mission] = rules.variable_amount(agreement, mission, size)
        ordered = sorted(current.items(), key=lambda item: agreement.mission_order(item[0]))
        indicator_actions.set_programme_missions(actor=actor, programme=year.programme, missions=ordered)
    return year.programme


@transaction.atomic
def open_year(*, actor: Actor, contract: Contract, number: int) -> ContractYear:
    """Return contract year `number`, created with its programme in preparation if need be. Idempotent.

    Its members are those of the year before until the three count them (R11), its size too unless an amendment sets
    one (R18); its programme has the missions started or planned in it.
    """
    contract = transitions.lock_for_party(actor, contract)
    year = contract.years.select_related("programme").filter(number=number).first()
    if year is not None:
        return year
    _check_active(contract)
    before = contract.years.filter(number=number - 1).first()
    if before is None or number > DURATION_YEARS:
        raise DomainError("Cette année contractuelle ne suit pas la précédente.")
    if contract.anniversary(number - 1) >= contract.expected_end:
        raise DomainError("Cette année contractuelle commencerait après la fin du contrat (R19).")
    size = contract.amended_sizes().get(number) or before.size or contract.size
    programme = indicator_actions.create_programme(
        actor=actor,
        cpts=contract.cpts,
        ars=contract.ars,
        fund=contract.fund,
        year=number,
        missions=_missions_in_year(contract, number, size),
    )
    indicator_actions.share_programme(actor=actor, programme=programme)
    year = ContractYear.objects.create(
        contract=contract,
        number=number,
        opening_size=size,
        size=size,
        opening_members=before.members,
        members=before.members,
        programme=programme,
    )
    _follow_starts(actor, year)
    audit.record(actor, "contract.open_year", contract, after={"year": number, "size": size})
    return year


@transaction.atomic
def set_year_size(*, actor: Actor, contract: Contract, number: int, size: int) -> ContractYear:
    """R18: change the size of a contract year, from its first day; its programme is to be spread again."""
    contract = transitions.lock_for_party(actor, contract)
    _check_active(contract)
    year = contract.years.select_related("programme").get(number=number)
    agreement = contract.agreement_in(number).as_value()
    if size not in agreement.published_totals:
        raise DomainError("Cette taille n’existe pas dans l’accord du contrat.", "size")
    if size == year.size:
        return year
    before, year.size = year.size, size
    year.save(update_fields=["size", "updated_at"])
    kept = [row.mission for row in year.programme.missions.all()]
    indicator_actions.set_programme_missions(
        actor=actor, programme=year.programme, missions=_missions_in_year(contract, number, size, kept)
    )
    audit.record(
        actor,
        "contract.set_year_size",
        contract,
        before={"year": number, "size": before},
        after={"size": size},
    )
    return year


@transaction.atomic
def set_year_members(*, actor: Actor, contract: Contract, number: int, members: int) -> ContractYear:
    """R11: keep the members counted on the first day of a contract year; the advances paid before stand (R18)."""
    contract = transitions.lock_for_party(actor, contract)
    year = contract.years.get(number=number)
    before, year.members = year.members, members
    if year.opening_members is None:
        year.opening_members = before
    year.save(update_fields=["opening_members", "members", "updated_at"])
    audit.record(
        actor,
        "contract.set_year_members",
        contract,
        before={"year": number, "members": before},
        after={"members": members},
    )
    return year


@transaction.atomic
def declare_crisis(*, actor: Actor, contract: Contract, declared_on: date, label: str) -> CrisisDeclaration:
    """R10: record a serious health crisis that the authorities declared on the territory."""
    check(actor, Act.DECLARE_CRISIS)
    contract = transitions.lock_for_party(actor, contract)
    _check_active(contract)
    assemblers.check_crisis_day(contract, declared_on)
    crisis = CrisisDeclaration.objects.create(
        contract=contract, declared_on=declared_on, label=label, **audit.signed_by(actor)
    )
    audit.record(actor, "contract.declare_crisis", contract, after={"declared_on": declared_on, "label": label})
    return crisis


def _check_active(contract: Contract) -> None:
    if contract.status != ContractStatus.ACTIVE:
        raise TransitionNotAllowed("Le contrat n’est pas en vigueur.")


def _missions_in_year(contract: Contract, number: int, size: int, kept: Sequence[str] = ()) -> list:
    """Return the missions started or planned before the end of a contract year, with their variable parts."""
    rows = _missions_of_year(contract, number)
    plan = [(row.mission, row.started_on or row.planned_start) for row in rows]
    agreement = contract.agreement_in(number).as_value()
    end = contract.anniversary(number)
    return rules.programme_missions(agreement, size, plan, before=end, kept=kept)


def _missions_of_year(contract: Contract, number: int) -> QuerySet[ContractMission]:
    """R18: return the missions that amendments did not withdraw before a contract year, nor add after it."""
    day = contract.anniversary(number - 1)
    rows = contract.missions.exclude(withdrawn_from__lte=day)
    return rows.exclude(added_from__gt=day)


def _follow_starts(actor: Actor, year: ContractYear) -> None:
    """Let each started mission count in a year, from its start or from the first day of the year (R7)."""
    waiting = set(year.programme.missions.filter(active_from__isnull=True).values_list("mission", flat=True))
    for row in year.contract.missions.filter(mission__in=waiting, started_on__lt=year.ends_on):
        indicator_actions.start_mission(
            actor=actor,
            programme=year.programme,
            mission=row.mission,
            active_from=max(row.started_on, year.starts_on),
        )


def _running_year(contract: Contract) -> ContractYear:
    number = min(contract_year_on(contract.signed_on, clock.today()).number, DURATION_YEARS)
    year = contract.years.select_related("programme").filter(number=number).first()
    if year is None:
        raise DomainError("L’année contractuelle en cours n’est pas encore ouverte.")
    return year


def _agree_on_programme(actor: Actor, contract: Contract, mission: str) -> None:
    """Agree on the programme that the start dialogue wrote, where there is one: it blocks while it is incomplete."""
    number = contract_year_on(contract.signed_on, clock.today()).number
    year = contract.years.select_related("programme").filter(number=number).first()
    row = year and year.programme.is_open and year.programme.missions.filter(mission=mission).first()
    if row and row.is_editable:
        indicator_actions.agree_mission(actor=actor, programme=year.programme, mission=mission)
