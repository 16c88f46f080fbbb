"""Writes of the funding room: statements, payments that fall due, orders and payments."""

from datetime import date

from django.db import transaction

from accounts.permissions import Act, check
from agreements.engine import ENGINE_VERSION, FundingResult, YearResult, compute
from agreements.enums import MissionCode, PaymentKind
from agreements.explanations import explain
from agreements.payments import PaymentLine
from contracts.models import Contract
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.errors import DomainError, NotAllowed
from funding import lifecycle
from funding.assemblers import content_hash, contract_inputs, inputs_document
from funding.enums import PaymentStatus
from funding.lifecycle import Transition
from funding.models import Payment, PaymentTransition, Statement, StatementLine
from funding.schedule import engine_key, explanation_of


@transaction.atomic
def issue_statement(*, actor: Actor, contract: Contract, year: int) -> Statement:
    """Issue the statement of a contract year (R17), and make its balance due (R12).

    Raises DomainError when the year has one, or when a figure it needs is missing: nothing is taken as zero.
    """
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if contract.statements.filter(year=year).exists():
        raise DomainError(f"Le décompte de l’année {year} est déjà émis.")
    if clock.today() < contract.anniversary(year):
        raise DomainError(f"L’année {year} n’est pas terminée : son décompte ne peut pas être émis.")
    inputs = contract_inputs(contract, through_year=year)
    result = compute(inputs)
    _refuse_pending(result, year)
    lines, document = result.year(year), inputs_document(inputs)
    statement = Statement.objects.create(
        contract=contract,
        year=year,
        agreement_version=contract.agreement_version,
        engine_version=ENGINE_VERSION,
        inputs=document,
        total=lines.total,
        content_hash=content_hash({"inputs": document, "lines": _line_rows(lines)}),
        issued_at=clock.now(),
    )
    StatementLine.objects.bulk_create(
        StatementLine(statement=statement, **row) for row in _line_rows(lines, as_json=False)
    )
    audit.record(actor, "statement.issue", statement, after={"total": statement.total, "year": year})
    _create_due(contract, result, [p for p in result.payments_of(year) if p.kind == PaymentKind.BALANCE])
    return statement


@transaction.atomic
def follow_schedule(*, contract: Contract) -> list[Payment]:
    """Make due what is paid before the balance once its day has come (R6, R7); safe to run again.

    Returns the payments created.
    """
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if contract.signed_on is None:
        return []
    result = compute(contract_inputs(contract))
    today = clock.today()
    first = [p for p in result.payments if p.kind in (PaymentKind.FULL, PaymentKind.ADVANCE) and p.due_on <= today]
    return _create_due(contract, result, first)


@transaction.atomic
def order_payment(*, actor: Actor, payment: Payment) -> Payment:
    """The accountant orders a payment that is due."""
    return _move(actor, payment, Transition.ORDER, ordered_on=clock.today())


@transaction.atomic
def pay_payment(*, actor: Actor, payment: Payment, paid_on: date, reference: str) -> Payment:
    """The accountant records that an ordered payment was made, with its date and reference."""
    if not reference.strip():
        raise DomainError("Indiquez la référence du virement.", field="reference")
    if paid_on > clock.today():
        raise DomainError("Un paiement ne peut pas être daté de l’avenir.", field="paid_on")
    current = Payment.objects.get(pk=payment.pk)
    if current.ordered_on and paid_on < current.ordered_on:
        raise DomainError("Le paiement ne peut pas précéder son ordonnancement.", field="paid_on")
    return _move(actor, payment, Transition.PAY, paid_on=paid_on, reference=reference.strip())


@transaction.atomic
def cancel_payment(*, actor: Actor, payment: Payment, reason: str) -> Payment:
    """The accountant cancels a payment, with the reason."""
    return _move(actor, payment, Transition.CANCEL, comment=reason, cancel_reason=reason.strip())


def _move(actor: Actor, payment: Payment, transition: Transition, *, comment: str = "", **facts) -> Payment:
    check(actor, Act.PAY)
    payment = Payment.objects.select_for_update(of=("self",)).select_related("contract").get(pk=payment.pk)
    if actor.organisation_id != payment.contract.fund_id:
        raise NotAllowed("Ce versement relève d’une autre caisse.")
    source = payment.status
    target = lifecycle.target_of(transition, status=source, side=actor.side, comment=comment)
    payment.status = target
    for name, value in facts.items():
        setattr(payment, name, value)
    payment.save(update_fields=["status", "updated_at", *facts])
    PaymentTransition.objects.create(
        subject=payment,
        transition=transition,
        source=source,
        target=target,
        comment=comment,
        **audit.signed_by(actor),
    )
    audit.record(actor, f"payment.{transition}", payment, before={"status": source}, after={"status": target, **facts})
    return payment


def _refuse_pending(result: FundingResult, year: int) -> None:
    missing = [MissionCode(item.mission).label for item in result.pending if item.year == year]
    if missing:
        raise DomainError(f"Il manque des résultats pour calculer l’année {year} : {', '.join(missing)}.")


def _line_rows(lines: YearResult, *, as_json: bool = True) -> list[dict]:
    return [
        {
            "position": position,
            "mission": line.mission or "",
            "kind": line.kind.value,
            "base": line.base.value if line.base else "",
            "amount": str(line.amount) if as_json else line.amount,
            "rule": line.rule,
            "explanation": explain(line),
            "is_validated": line.is_validated,
        }
        for position, line in enumerate(lines.lines, start=1)
    ]


def _create_due(contract: Contract, result: FundingResult, payments: list[PaymentLine]) -> list[Payment]:
    """Store payments whose condition is met, once each: what is due is never due twice."""
    known = {
        tuple(row)
        for row in contract.payments.filter(revision=1).values_list("year", "kind", "mission", "line_kind", "base")
    }
    created = []
    for payment in payments:
        key = engine_key(payment)
        if key in known:
            continue
        year, kind, mission, line_kind, base = key
        created.append(
            Payment.objects.create(
                contract=contract,
                year=year,
                kind=kind,
                mission=mission,
                line_kind=line_kind,
                base=base,
                due_on=payment.due_on,
                amount=payment.amount,
                explanation=explanation_of(payment, result)[0],
                status=PaymentStatus.DUE,
            )
        )
        audit.record(SYSTEM, "payment.due", created[-1], after={"amount": payment.amount, "due_on": payment.due_on})
    return created
