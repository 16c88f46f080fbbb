"""The contract: drafted, written, negotiated, consented to, signed (R2–R5, R13)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from agreements.enums import AmountKind, Direction, MissionCode, Scale
from contracts import actions
from contracts.assemblers import first_programme
from contracts.enums import SigningOrder, TerminationGround
from contracts.models import Contract
from core import clock
from core.actor import Actor
from core.dates import add_months
from core.enums import Side
from core.money import round_cents
from demonstration.acts.documents import press, render
from demonstration.cast import Dossier
from demonstration.data import read
from dialogues import actions as dialogue_actions
from funding import actions as funding_actions
from indicators import actions as indicator_actions
from indicators.enums import Nature, Usage
from indicators.models import Programme, ProgrammeMission

LOCAL_CLAUSES = (
    "Les parties se réunissent chaque trimestre pour suivre la régulation des soins non programmés.\n\n"
    "La caisse transmet à la CPTS, deux fois par an, les données de suivi du médecin traitant."
)
# Months between the draft and the planned start of each mission: inside the delays of R4.
PLANNED_STARTS = {
    MissionCode.ACCESS_TO_CARE: 6,
    MissionCode.CARE_PATHWAYS: 7,
    MissionCode.PREVENTION: 8,
    MissionCode.HEALTH_CRISIS: 6,
    MissionCode.QUALITY: 9,
    MissionCode.PROFESSIONAL_SUPPORT: 9,
}


def draft(dossier: Dossier) -> None:
    """The coordinator drafts the contract and plans its missions."""
    actor = dossier.coordinator
    contract = actions.draft_contract(actor=actor, health_project=dossier.project)
    dossier.contract = actions.update_contract(
        actor=actor,
        contract=contract,
        version=contract.lock_version,
        local_clauses=LOCAL_CLAUSES,
        signing_order=SigningOrder(dossier.data.get("signing_order", SigningOrder.TOGETHER)),
        member_count=dossier.data["members"],
        missions=[
            (row.mission, add_months(clock.today(), PLANNED_STARTS[MissionCode(row.mission)]))
            for row in contract.missions.all()
        ],
    )


def write_programme(dossier: Dossier, missions: int | None = None) -> None:
    """Write the actions and the indicators of the first year, of every mission or of the first ones only."""
    programme = first_programme(dossier.contract)
    for mission in list(programme.missions.all())[:missions]:
        _write_mission(dossier, mission)


def write_year(dossier: Dossier, number: int) -> None:
    """Write the programme of a later year for the variable parts of its own size (R18)."""
    for mission in dossier.contract.years.get(number=number).programme.missions.all():
        _write_mission(dossier, mission)


def open_negotiation(dossier: Dossier) -> None:
    dossier.contract = dialogue_actions.open_negotiation(actor=dossier.president, contract=dossier.contract)


def consent(dossier: Dossier, actor: Actor) -> None:
    dossier.contract = actions.consent(actor=actor, contract=dossier.contract)
    if dossier.contract.document_id:
        press.order(dossier.contract.document)


def sign(dossier: Dossier, actor: Actor) -> None:
    """Sign for a party, once the document is laid out; the last signature makes what is due at once appear."""
    render(dossier.contract.document_id)
    dossier.contract = actions.sign_contract(actor=actor, contract=dossier.contract)
    if dossier.contract.signed_on:
        follow(dossier)


def start_unscheduled_lines(dossier: Dossier, starts_on: date) -> None:
    """The fund records from which day triage and the compensation of professionals count (R9)."""
    for kind in (AmountKind.TRIAGE, AmountKind.COMPENSATION):
        actions.start_line(actor=dossier.fund_officer, contract=dossier.contract, kind=kind, starts_on=starts_on)


def declare_compensation(dossier: Dossier, year: int, amount: str) -> None:
    """The CPTS declares what it paid to compensate professionals in a contract year (R9)."""
    actions.declare_compensation(
        actor=dossier.coordinator, contract=dossier.contract, number=year, amount=Decimal(amount)
    )


def declare_crisis(dossier: Dossier) -> None:
    """The ARS records a crisis that the authorities declared today (R10)."""
    actions.declare_crisis(
        actor=dossier.ars_officer,
        contract=dossier.contract,
        declared_on=clock.today(),
        label="Vague de chaleur, plan blanc de l’hôpital",
    )


def notify_end(dossier: Dossier, effective_on: date) -> None:
    """The president leaves the contract, with the notice due (R19)."""
    actions.notify_termination(
        actor=dossier.president,
        contract=dossier.contract,
        ground=TerminationGround.NOTICE,
        reason="La CPTS rejoint celle du territoire voisin, avec laquelle elle portera un seul projet de santé.",
        notified_on=clock.today(),
        effective_on=effective_on,
    )


def propose_rates(dossier: Dossier, rates: Mapping[str, str]) -> None:
    """The president proposes the rates of the year cut short (R19)."""
    rates = {mission: Decimal(rate) for mission, rate in rates.items()}
    actions.set_termination_rates(actor=dossier.president, contract=dossier.contract, rates=rates)


def agree_on_end(dossier: Dossier, actor: Actor) -> None:
    actions.agree_termination(actor=actor, contract=dossier.contract)


def follow(dossier: Dossier) -> None:
    """Do for one contract what the jobs of the night do for all: calendar, term, schedule of payments."""
    dialogue_actions.follow_calendar(contract=dossier.contract)
    actions.end_contract(contract=dossier.contract)
    funding_actions.follow_schedule(contract=dossier.contract)
    dossier.contract = Contract.objects.get(pk=dossier.contract.pk)


def follow_schedule(dossier: Dossier) -> None:
    """Make due what falls due today."""
    funding_actions.follow_schedule(contract=dossier.contract)


def abandon(dossier: Dossier) -> None:
    dossier.contract = actions.abandon_contract(
        actor=dossier.president,
        contract=dossier.contract,
        reason="La CPTS rejoint un territoire plus large : un nouveau projet de santé est en préparation.",
    )


def carry_over(dossier: Dossier, source: Programme, target: Programme) -> None:
    """Take last year's programme for the next one, and write the missions that are new in it."""
    indicator_actions.copy_programme(actor=dossier.coordinator, source=source, target=target)
    known = set(source.missions.values_list("mission", flat=True))
    for mission in target.missions.exclude(mission__in=known):
        _write_mission(dossier, mission)


def written_programme(dossier: Dossier) -> Mapping[str, list[dict]]:
    """Return the actions and indicators that this CPTS writes, by mission: a short list in the first contracts."""
    programmes = read("programmes")
    return programmes["short"] if dossier.data.get("programme") == "short" else programmes


def _write_mission(dossier: Dossier, mission: ProgrammeMission) -> None:
    actor = dossier.coordinator
    for row in written_programme(dossier).get(mission.mission, ()):
        action = indicator_actions.save_action(
            actor=actor,
            programme_mission=mission,
            title=row["title"],
            lead=row["lead"],
            deliverables=row["deliverables"],
        )
        for indicator in row["indicators"]:
            _write_indicator(actor, mission, action, indicator)


def _write_indicator(actor: Actor, mission: ProgrammeMission, action, row: dict) -> None:
    amount = round_cents(mission.variable_amount * row["weight"] / 100)
    indicator_actions.save_indicator(
        actor=actor,
        programme_mission=mission,
        action=action,
        label=row["label"],
        unit=row["unit"],
        calculation=row["calculation"],
        usage=Usage.RESULT,
        nature=row.get("nature", Nature.OUTCOME),
        owner=row.get("owner", Side.CPTS),
        counts_patients=row.get("counts_patients", False),
        scale=Scale(row["scale"]),
        direction=row.get("direction", Direction.UP),
        baseline=_decimal(row.get("baseline")),
        target=_decimal(row.get("target")),
        maximum_amount=amount,
        levels=[
            (Decimal(threshold), round_cents(amount * Decimal(share))) for threshold, share in row.get("levels", ())
        ],
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
