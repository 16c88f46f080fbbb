"""Statements, and the payments that fall due because of them or because their day has come."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from agreements.breakdown import line_steps
from agreements.engine import ENGINE_VERSION, FundingResult, YearResult, compute
from agreements.enums import PaymentKind
from agreements.explanations import payment_label
from agreements.inputs import ContractInputs
from agreements.inputs_document import to_document
from contracts.models import Contract
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.errors import DomainError
from documents import actions as document_actions
from documents.enums import DocumentKind
from documents.models import Document
from funding import rules, transitions
from funding.assemblers import contract_inputs, line_key, line_rows, statement_fingerprint
from funding.enums import PaymentStatus
from funding.lifecycle import Transition
from funding.models import Deduction, Payment, Statement, StatementLine
from funding.schedule import LineKey, NewPayment, advances_of, new_payment, new_repayment, new_settlement
from funding.statement_document import statement_payload


@transaction.atomic
def issue_statement(*, actor: Actor, contract: Contract, year: int) -> Statement:
    """Issue the statement of a contract year (R17), and make its balance due (R12), or settle its end (R19).

    Raises DomainError when the year has one, or when a figure it needs is missing: nothing is taken as zero.
    """
    contract = _locked(contract)
    if contract.statements.filter(year=year).exists():
        raise DomainError(f"Le décompte de l’année {year} est déjà émis.")
    if clock.today() < contract.end_of_year(year):
        raise DomainError(f"L’année {year} n’est pas terminée : son décompte ne peut pas être émis.")
    inputs = contract_inputs(contract, through_year=year)
    result = _complete_result(inputs, year)
    statement = _store(actor, contract, inputs, result.year(year), before=advances_of(result, year))
    repayments = [repayment for repayment in result.repayments if repayment.year == year]
    _make_due(
        contract,
        [
            *(new_payment(payment, result) for payment in result.payments_of(year)),
            *(new_repayment(repayment) for repayment in repayments),
        ],
    )
    return statement


@transaction.atomic
def revise_statement(*, actor: Actor, contract: Contract, year: int) -> Statement:
    """Issue a new revision of a statement (R17); the difference of each line is settled as R18.

    The earlier revision stays as it was issued. Raises DomainError when the year has no statement yet.
    """
    contract = _locked(contract)
    previous = contract.statements.filter(year=year).order_by("-revision").first()
    if previous is None:
        raise DomainError(f"L’année {year} n’a pas encore de décompte à réviser.")
    inputs = contract_inputs(contract, through_year=year)
    lines = _complete_result(inputs, year).year(year)
    before = {line.key: line.amount for line in previous.lines.all()}
    statement = _store(actor, contract, inputs, lines, before=before, previous=previous)
    after = {line.key: line.amount for line in statement.lines.all()}
    today = clock.today()
    _make_due(
        contract,
        [
            new_settlement(statement, key, before.get(key, Decimal(0)), after.get(key, Decimal(0)), due_on=today)
            for key in dict.fromkeys([*after, *before])
        ],
    )
    return statement


@transaction.atomic
def follow_schedule(*, contract: Contract) -> list[Payment]:
    """Make due what is paid before the balance once its day has come (R6, R7); safe to run again.

    Returns the payments created.
    """
    contract = _locked(contract)
    if contract.signed_on is None:
        return []
    result = compute(contract_inputs(contract))
    today = clock.today()
    first = [p for p in result.payments if p.kind in (PaymentKind.FULL, PaymentKind.ADVANCE) and p.due_on <= today]
    return _make_due(contract, [new_payment(payment, result) for payment in first])


def _locked(contract: Contract) -> Contract:
    """Lock the contract, then its payments: those of one contract are written one after the other, with its statements.

    What is due or in excess is deducted from them once the journal is begun (`core.audit`).
    """
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    transitions.lock_payments(contract)
    return contract


def _complete_result(inputs: ContractInputs, year: int) -> FundingResult:
    result = compute(inputs)
    missing = [payment_label(item.mission, item.kind, "") for item in result.pending if item.year == year]
    if missing:
        raise DomainError(f"Il manque de quoi calculer l’année {year} : {' ; '.join(missing)}.")
    return result


def _store(
    actor: Actor,
    contract: Contract,
    inputs: ContractInputs,
    year: YearResult,
    *,
    before: Mapping[LineKey, Decimal],
    previous: Statement | None = None,
) -> Statement:
    """Keep the lines with all that is needed to compute them again, and issue their document.

    `before` is what came before for each line (`statement_payload`), `previous` the revision that this one corrects.
    """
    data, rows = to_document(inputs.only(year.year)), line_rows(year)
    statement = Statement(
        contract=contract,
        year=year.year,
        revision=previous.revision + 1 if previous else 1,
        agreement_version=contract.agreement_in(year.year),
        engine_version=ENGINE_VERSION,
        inputs=data,
        total=year.total,
        content_hash=statement_fingerprint(data, rows),
        issued_at=clock.now(),
    )
    lines = [StatementLine(statement=statement, **row) for row in rows]
    steps = {line_key(line): line_steps(line, inputs) for line in year.lines}
    statement.document = _issue_document(actor, statement, statement_payload(statement, lines, steps, before), previous)
    statement.save(force_insert=True)
    StatementLine.objects.bulk_create(lines)
    audit.record(
        actor,
        "statement.revise" if previous else "statement.issue",
        statement,
        after={"total": statement.total, "year": statement.year, "revision": statement.revision},
    )
    return statement


def _issue_document(
    actor: Actor, statement: Statement, payload: dict[str, Any], previous: Statement | None
) -> Document:
    """Issue the PDF of a statement, which nobody signs: the three parties read it."""
    contract = statement.contract
    revision = f", révision {statement.revision}" if previous else ""
    document = document_actions.issue_document(
        actor=actor,
        kind=DocumentKind.STATEMENT,
        key=f"statement:{statement.pk}",
        title=f"Décompte de l’année {statement.year}{revision}, contrat {contract.number} de la {contract.cpts}",
        template_name="funding/pdf/statement.html",
        payload=payload,
        circuit=[],
        readers=contract.parties,
    )
    document_actions.replace_document(actor=actor, document=previous and previous.document, by=document)
    return document


def _make_due(contract: Contract, payments: Iterable[NewPayment]) -> list[Payment]:
    """Store payments whose condition is met, once each, then deduct what was paid in excess (R18)."""
    known = {payment.key for payment in contract.payments.all()}
    created = []
    for new in payments:
        if new.amount == 0 or new.key in known:
            continue
        payment = Payment.objects.create(contract=contract, **new.fields)
        audit.record(SYSTEM, "payment.due", payment, after={"amount": payment.amount, "due_on": payment.due_on})
        created.append(payment)
    _deduct(contract)
    return created


def _deduct(contract: Contract) -> None:
    rows = contract.payments.filter(status=PaymentStatus.DUE).exclude(kind=PaymentKind.REPAYMENT)
    due = {payment.pk: payment for payment in rows.select_for_update(of=("self",))}
    plans = rules.plan_deductions(
        rules.Balance(key=payment.pk, due_on=payment.due_on, amount=payment.net_amount) for payment in due.values()
    )
    for plan in plans:
        source, target = due[plan.source], due[plan.target]
        Deduction.objects.create(source=source, target=target, amount=plan.amount, deducted_on=clock.today())
        for payment, amount in ((source, -plan.amount), (target, plan.amount)):
            payment.deducted += amount
            payment.save(update_fields=["deducted", "updated_at"])
        audit.record(SYSTEM, "payment.deduct", target, after={"amount": plan.amount, "source": source})
    for payment in due.values():
        if payment.deducted == payment.amount:
            transitions.move(payment, SYSTEM, Transition.OFFSET)  # nothing is left to pay or to deduct
