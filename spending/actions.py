"""Writes of the spending room: the budget of a year, the professionals who are paid, the expenses (R9, R20)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from contracts.models import Contract
from core import audit, clock
from core.actor import Actor
from core.errors import DomainError, StaleForm
from core.files import KINDS
from core.fingerprints import check_unchanged
from core.locking import read_locked
from core.money import format_euros
from documents.actions import store_file
from documents.models import StoredFile
from spending.assemblers import check_cap_of, check_day_of, check_envelope_of, check_open, envelopes_of, years_of
from spending.enums import Category
from spending.models import Budget, BudgetLine, Expense, Professional
from spending.permissions import check_may_enter

RECEIPT_KINDS = tuple(KINDS)
STALE = "Une autre personne a modifié ce budget entre-temps : comparez les deux avant d’enregistrer."
NOT_SIGNED = "Ce contrat n’est pas signé : il n’a ni budget ni dépenses."
Upload = tuple[str, bytes]
Cell = tuple[str, str]


@transaction.atomic
def save_budget(
    *, actor: Actor, contract: Contract, year: int, amounts: Mapping[Cell, Decimal], version: int | str
) -> Budget:
    """Replace the budget of a contract year by `amounts`, in euros by (envelope, category).

    Raises StaleForm when someone else saved since `version`, DomainError when the year is closed.
    """
    contract = _locked(actor, contract)
    if year not in years_of(contract, clock.today()):
        raise DomainError("Le budget porte sur une année commencée ou sur la suivante.")
    check_open(contract, year)
    _check_amounts(contract, year, amounts)
    budget, _created = Budget.objects.get_or_create(contract=contract, year=year)
    before = {(line.envelope, line.category): line.planned for line in budget.lines.all()}
    if str(version) != str(budget.lock_version):
        raise StaleForm(STALE, current=_named(before))
    budget.lines.all().delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(budget=budget, envelope=envelope, category=category, planned=planned)
        for (envelope, category), planned in amounts.items()
    )
    budget.lock_version += 1
    budget.save(update_fields=["lock_version", "updated_at"])
    audit.record(actor, "budget.save", budget, before=_named(before), after=_named(amounts))
    return budget


@transaction.atomic
def add_professional(*, actor: Actor, contract: Contract, name: str, profession: str) -> Professional:
    """Add someone to the list of those whom the CPTS pays."""
    contract = _locked(actor, contract)
    professional = Professional(cpts_id=contract.cpts_id, name=_new_name(contract, name), profession=profession)
    professional.save(force_insert=True)
    audit.record(actor, "professional.add", professional, after={"name": professional.name, "profession": profession})
    return professional


@transaction.atomic
def correct_professional(
    *,
    actor: Actor,
    contract: Contract,
    professional: Professional,
    name: str,
    profession: str,
    version: str | None = None,
) -> Professional:
    """Correct the name or the profession of someone; what was received stays with the same person (R20).

    Raises StaleForm when someone else corrected them since `version` was read.
    """
    contract = _locked(actor, contract)
    professional = Professional.objects.select_for_update().get(pk=professional.pk, cpts=contract.cpts_id)
    before = {"name": professional.name, "profession": professional.profession}
    check_unchanged(version, before)
    professional.name = _new_name(contract, name, but=professional)
    professional.profession = profession
    professional.save(update_fields=["name", "profession", "updated_at"])
    after = {"name": professional.name, "profession": profession}
    audit.record(actor, "professional.correct", professional, before=before, after=after)
    return professional


@transaction.atomic
def add_expense(*, actor: Actor, contract: Contract, receipt: Upload | None = None, **told) -> Expense:
    """Enter what was paid: see `_checked` for what is told. Its contract year is the one that holds its day.

    `receipt` is a name and bytes, readable by the three parties. Raises DomainError with the field: a closed year,
    a day outside of the contract, an amount above the ceiling of the professional (R20).
    """
    contract = _locked(actor, contract, paying=[told])
    expense = _checked(contract, **told)
    expense.receipt = _stored(actor, contract, receipt)
    return _entered(actor, expense)


@transaction.atomic
def import_expenses(*, actor: Actor, contract: Contract, lines: Sequence[tuple[int, dict[str, Any]]]) -> list[Expense]:
    """Enter all the lines of a file, or none: (number of the line, what it tells). A refusal names its line."""
    contract = _locked(actor, contract, paying=[told for _number, told in lines])
    entered = []
    for number, told in lines:
        try:
            entered.append(_entered(actor, _checked(contract, **told)))
        except DomainError as error:
            raise DomainError(f"Ligne {number} : {error.message}") from error
    return entered


@transaction.atomic
def refusals_of(*, actor: Actor, contract: Contract, lines: Sequence[tuple[int, dict[str, Any]]]) -> dict[int, str]:
    """Return what `import_expenses` would refuse, by number of line: all are tried in order, then undone."""
    contract = _locked(actor, contract, paying=[told for _number, told in lines])
    refusals, before = {}, transaction.savepoint()
    for number, told in lines:
        try:
            with transaction.atomic():
                _entered(actor, _checked(contract, **told))
        except DomainError as error:
            refusals[number] = error.message
    transaction.savepoint_rollback(before)
    return refusals


@transaction.atomic
def replace_expense(*, actor: Actor, expense: Expense, reason: str, receipt: Upload | None = None, **told) -> Expense:
    """Cancel an expense with a reason and enter the right one in its place; the receipt stays unless another comes."""
    contract, expense = _locked_expense(actor, expense, paying=[told])
    kept = _stored(actor, contract, receipt) or expense.receipt
    _cancelled(actor, expense, reason)
    right = _checked(contract, **told)
    right.receipt, right.replaces = kept, expense
    return _entered(actor, right)


@transaction.atomic
def cancel_expense(*, actor: Actor, expense: Expense, reason: str) -> Expense:
    """Cancel an expense with the reason: it is kept and counts no more."""
    _contract, expense = _locked_expense(actor, expense)
    return _cancelled(actor, expense, reason)


@transaction.atomic
def attach_receipt(*, actor: Actor, expense: Expense, receipt: Upload) -> Expense:
    """Join the receipt of an expense that has none."""
    contract, expense = _locked_expense(actor, expense)
    if expense.receipt_id:
        raise DomainError("Cette dépense a déjà sa pièce : pour la changer, corrigez la dépense.", field="receipt")
    expense.receipt = _stored(actor, contract, receipt)
    expense.save(update_fields=["receipt", "updated_at"])
    audit.record(actor, "expense.receipt", expense, after={"sha256": expense.receipt.sha256})
    return expense


def _locked(actor: Actor, contract: Contract, *, paying: Sequence[Mapping[str, Any]] = ()) -> Contract:
    """Lock the contract: expenses, budgets and the statement that closes the year come one after the other.

    Those whom the expenses of `paying` pay are locked too, before the journal is written: what they receive from two
    contracts of a CPTS at once is counted one after the other (R20).
    """
    contract = read_locked(Contract.objects.with_parties(), contract.pk)
    check_may_enter(actor, contract)
    if contract.signed_on is None:
        raise DomainError(NOT_SIGNED)
    paid = {told["professional"].pk for told in paying if told.get("professional")}
    list(Professional.objects.select_for_update().filter(pk__in=paid).order_by("pk"))
    return contract


def _new_name(contract: Contract, name: str, but: Professional | None = None) -> str:
    """Return a name as it is listed: one row a person, or the ceiling would be checked twice (R20)."""
    name = " ".join(name.split())
    if not name:
        raise DomainError("Indiquez le nom.", field="name")
    others = Professional.objects.filter(cpts=contract.cpts_id, name__iexact=name)
    if others.exclude(pk=but.pk if but else None).exists():
        raise DomainError(
            "Ce nom est déjà dans la liste. Pour un homonyme, précisez-le (commune, spécialité).", field="name"
        )
    return name


def _locked_expense(
    actor: Actor, expense: Expense, *, paying: Sequence[Mapping[str, Any]] = ()
) -> tuple[Contract, Expense]:
    """Lock the contract then read the expense again, open and counted."""
    contract = _locked(actor, expense.contract, paying=paying)
    expense = Expense.objects.select_related("receipt").get(pk=expense.pk)
    check_open(contract, expense.year)
    if expense.cancelled_at:
        raise DomainError("Cette dépense est déjà annulée.")
    return contract, expense


def _checked(
    contract: Contract,
    *,
    spent_on: date,
    envelope: str,
    category: str,
    label: str,
    amount: Decimal,
    professional: Professional | None = None,
    is_off_purpose: bool = False,
) -> Expense:
    """Return an expense that breaks no rule, not saved yet. `amount` is in euros, above zero."""
    check_day_of(contract, spent_on)
    year = contract.year_on(spent_on)
    if not label.strip():
        raise DomainError("Dites ce qui a été payé.", field="label")
    if amount <= 0:
        raise DomainError("Le montant est supérieur à zéro.", field="amount")
    facts = {"category": category, "is_off_purpose": is_off_purpose, "has_professional": professional is not None}
    check_envelope_of(contract, year, envelope, **facts)
    if professional is not None:
        check_cap_of(contract, professional, spent_on, amount)
    return Expense(
        contract=contract,
        year=year,
        spent_on=spent_on,
        envelope=envelope,
        category=category,
        label=label.strip(),
        amount=amount,
        professional=professional,
        is_off_purpose=is_off_purpose,
    )


def _entered(actor: Actor, expense: Expense) -> Expense:
    expense.entered_by_id, expense.entered_at = actor.user_id, clock.now()
    expense.save(force_insert=True)
    told = {name: getattr(expense, name) for name in ("spent_on", "envelope", "category", "amount", "is_off_purpose")}
    told["professional"] = expense.professional
    audit.record(actor, "expense.enter", expense, after=told)
    return expense


def _cancelled(actor: Actor, expense: Expense, reason: str) -> Expense:
    if not reason.strip():
        raise DomainError("Indiquez le motif.", field="reason")
    expense.cancelled_at, expense.cancelled_by_id = clock.now(), actor.user_id
    expense.cancel_reason = reason.strip()
    expense.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason", "updated_at"])
    audit.record(actor, "expense.cancel", expense, before={"amount": expense.amount}, after={"reason": reason})
    return expense


def _stored(actor: Actor, contract: Contract, receipt: Upload | None) -> StoredFile | None:
    if receipt is None:
        return None
    name, content = receipt
    try:
        return store_file(actor=actor, name=name, content=content, readers=contract.parties, kinds=RECEIPT_KINDS)
    except DomainError as error:
        raise DomainError(error.message, field="receipt") from error


def _check_amounts(contract: Contract, year: int, amounts: Mapping[Cell, Decimal]) -> None:
    envelopes = envelopes_of(contract, year)
    for (envelope, category), planned in amounts.items():
        if envelope not in envelopes or category not in Category:
            raise DomainError("Ce contrat n’a pas cette enveloppe.")
        if planned < 0:
            raise DomainError(f"Un montant prévu n’est pas négatif : {format_euros(planned)}.")


def _named(amounts: Mapping[Cell, Decimal]) -> dict[str, Decimal]:
    return {f"{envelope}-{category}": planned for (envelope, category), planned in sorted(amounts.items())}
