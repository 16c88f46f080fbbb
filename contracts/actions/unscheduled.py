"""Unscheduled care under the first agreement: when triage and compensation begin, what is declared (R9)."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.permissions import Act, check
from agreements.enums import AmountKind, MissionCode
from agreements.rules import contract_year_on
from contracts import rules, transitions
from contracts.enums import ContractStatus
from contracts.models import Contract, ContractMission, ContractYear
from core import audit, clock
from core.actor import Actor
from core.errors import DomainError, TransitionNotAllowed
from core.fingerprints import check_unchanged

FIELDS = {AmountKind.TRIAGE: "triage_starts_on", AmountKind.COMPENSATION: "compensation_starts_on"}


@transaction.atomic
def start_line(
    *, actor: Actor, contract: Contract, kind: AmountKind, starts_on: date, version: str | None = None
) -> ContractMission:
    """R9: record the day from which TRIAGE or COMPENSATION counts, as the ARS and the fund observed it.

    Not before the mission, nor before the first day of the running contract year; once the day has come it stands.
    Raises DomainError with the field `starts_on`, StaleForm when another day was recorded since `version` was read.
    """
    check(actor, Act.START_TRIAGE)
    contract = transitions.lock_for_party(actor, contract)
    if contract.status != ContractStatus.ACTIVE:
        raise TransitionNotAllowed("Le contrat n’est pas en vigueur.")
    today = clock.today()
    row = ContractMission.objects.select_for_update().get(contract=contract, mission=MissionCode.ACCESS_TO_CARE)
    before = getattr(row, FIELDS[kind])
    if before is not None and before <= today:
        raise DomainError("Cette ligne a déjà commencé : son premier jour ne change plus.", "starts_on")
    check_unchanged(version, {"starts_on": before})
    rules.check_line_start(
        contract.agreement_in(contract.year_on(starts_on)).as_value(),
        kind,
        starts_on=starts_on,
        mission_starts_on=row.started_on,
        first_day=contract_year_on(contract.signed_on, today).starts_on,
        ends_on=min(contract.expected_end, row.withdrawn_from or contract.expected_end),
    )
    setattr(row, FIELDS[kind], starts_on)
    row.save(update_fields=[FIELDS[kind], "updated_at"])
    audit.record(
        actor,
        "contract.start_line",
        contract,
        before={"starts_on": before},
        after={"kind": kind, "starts_on": starts_on},
    )
    return row


@transaction.atomic
def declare_compensation(
    *, actor: Actor, contract: Contract, number: int, amount: Decimal, version: str | None = None
) -> ContractYear:
    """R9: declare, in euros, what the CPTS really paid to compensate professionals in a contract year.

    Corrected freely until the annual dialogue of the year is closed: the three parties approve it with the minutes.
    Raises StaleForm when another amount was declared since `version` was read.
    """
    check(actor, Act.ENTER_SPENDING)
    contract = transitions.lock_for_party(actor, contract)
    year = contract.years.select_related("programme", "contract").filter(number=number).first()
    mission = contract.missions.filter(mission=MissionCode.ACCESS_TO_CARE).first()
    starts_on = mission.compensation_starts_on if mission else None
    agreement = contract.agreement_in(number).as_value()
    is_paid = agreement.has(MissionCode.ACCESS_TO_CARE, AmountKind.COMPENSATION)
    if not is_paid or year is None or starts_on is None or starts_on >= contract.end_of_year(number):
        raise DomainError("La compensation n’a pas commencé cette année-là : rien n’est à déclarer.", "amount")
    if not year.programme.is_open:
        raise TransitionNotAllowed(f"L’année {number} est close par son dialogue annuel : ce montant ne change plus.")
    if amount < 0:
        raise DomainError("Un montant déclaré n’est pas négatif.", "amount")
    before, year.declared_compensation = year.declared_compensation, amount
    check_unchanged(version, {"amount": before})
    year.save(update_fields=["declared_compensation", "updated_at"])
    audit.record(
        actor,
        "contract.declare_compensation",
        contract,
        before={"year": number, "amount": before},
        after={"amount": amount},
    )
    return year
