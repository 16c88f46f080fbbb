"""What a CPTS planned, received, spent and has left, and the cap on what a professional receives (R9, R20).

Values in, values out. Nothing here is owed: a flag is a sentence, never a deduction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agreements.enums import EARMARKED_KINDS
from core.dates import format_date
from core.errors import DomainError
from core.money import format_euros
from spending.enums import Category, Envelope

ZERO = Decimal("0.00")
Amounts = Mapping[Envelope, Decimal]


@dataclass(frozen=True, kw_only=True)
class Flag:
    """What the three parties should see of an envelope; `tone` is that of a pill."""

    envelope: Envelope
    text: str
    tone: str = "wait"


@dataclass(frozen=True, kw_only=True)
class EnvelopeBalance:
    """One envelope of a contract year, in euros. `planned` is None while nothing is planned.

    `spent` holds `off_purpose`, what was spent of earmarked money on something else (R9).
    """

    envelope: Envelope
    planned: Decimal | None
    received: Decimal
    spent: Decimal
    off_purpose: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What was received and is not spent; negative when the CPTS advanced the money."""
        return self.received - self.spent

    @property
    def to_spend_on_purpose(self) -> Decimal:
        """R9: what was received of earmarked money and not spent on its object."""
        return max(self.received - (self.spent - self.off_purpose), ZERO) if self.envelope.is_earmarked else ZERO

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Return what deserves a word: earmarked money first (R9), then what exceeds the budget or the receipts."""
        found = []
        if self.off_purpose:
            text = f"{format_euros(self.off_purpose)} dépensés hors de l’objet de l’enveloppe fléchée."
            found.append(Flag(envelope=self.envelope, text=text, tone="stop"))
        if self.to_spend_on_purpose:
            text = f"{format_euros(self.to_spend_on_purpose)} reçus et fléchés ne sont pas dépensés à leur objet."
            found.append(Flag(envelope=self.envelope, text=text))
        if self.planned is not None and self.spent > self.planned:
            text = f"Dépensé {format_euros(self.spent - self.planned)} de plus que prévu."
            found.append(Flag(envelope=self.envelope, text=text))
        if self.left < 0:
            text = f"Dépensé {format_euros(-self.left)} de plus que reçu à ce jour."
            found.append(Flag(envelope=self.envelope, text=text))
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class YearBalance:
    """A contract year: a line per envelope. Each total is the sum of its column."""

    year: int
    lines: tuple[EnvelopeBalance, ...]

    @property
    def planned(self) -> Decimal | None:
        known = [line.planned for line in self.lines if line.planned is not None]
        return sum(known, ZERO) if known else None

    @property
    def received(self) -> Decimal:
        return sum((line.received for line in self.lines), ZERO)

    @property
    def spent(self) -> Decimal:
        return sum((line.spent for line in self.lines), ZERO)

    @property
    def left(self) -> Decimal:
        return sum((line.left for line in self.lines), ZERO)

    @property
    def flags(self) -> tuple[Flag, ...]:
        return tuple(flag for line in self.lines for flag in line.flags)


def envelope_of(*, mission: str, line_kind: str, base: str = "") -> Envelope:
    """Return the envelope that a payment fills; a bonus goes with the line it raises (R9, R11)."""
    if EARMARKED_KINDS & {line_kind, base}:
        return Envelope(next(kind for kind in (line_kind, base) if kind in EARMARKED_KINDS))
    return Envelope(mission or line_kind)


def year_balance(
    *,
    year: int,
    envelopes: Iterable[Envelope],
    planned: Amounts,
    received: Amounts,
    spent: Amounts,
    off_purpose: Amounts,
) -> YearBalance:
    """Return the balance of a contract year, in the order of the envelopes.

    An envelope that the contract has no more is kept while it holds an amount: nothing leaves the totals.
    """
    kept = {*envelopes, *planned, *received, *spent, *off_purpose}
    return YearBalance(
        year=year,
        lines=tuple(
            EnvelopeBalance(
                envelope=envelope,
                planned=planned.get(envelope),
                received=received.get(envelope, ZERO),
                spent=spent.get(envelope, ZERO),
                off_purpose=off_purpose.get(envelope, ZERO),
            )
            for envelope in Envelope
            if envelope in kept
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """The cap of a calendar year, in euros, and whether its amount is confirmed (R20)."""

    year: int
    amount: Decimal
    is_validated: bool

    @property
    def words(self) -> str:
        status = "montant confirmé" if self.is_validated else "montant à confirmer"
        return f"plafond {self.year} : {format_euros(self.amount)}, {status}"

    def left(self, received: Decimal) -> Decimal:
        """Return what may still be received in the year, never below zero."""
        return max(self.amount - received, ZERO)


def check_cap(*, name: str, ceiling: Ceiling, received: Decimal, amount: Decimal) -> None:
    """R20: refuse what would bring a professional above the ceiling of the calendar year.

    `received` is what the professional has received in that year, in euros, without `amount`.
    """
    if received + amount <= ceiling.amount:
        return
    raise DomainError(
        f"{name} ne peut plus recevoir que {format_euros(ceiling.left(received))} en {ceiling.year}, "
        f"après {format_euros(received)} déjà reçus ({ceiling.words}).",
        field="amount",
    )


def check_expense(
    *, envelope: Envelope, envelopes: Iterable[Envelope], category: str, is_off_purpose: bool, has_professional: bool
) -> None:
    """Refuse what contradicts itself: an envelope the contract lacks, an indemnity without its professional."""
    if envelope not in envelopes:
        raise DomainError("Ce contrat n’a pas cette enveloppe.", field="envelope")
    if is_off_purpose and not envelope.is_earmarked:
        raise DomainError("Seule une enveloppe fléchée peut être dépensée hors de son objet.", field="is_off_purpose")
    check_indemnity(category=category, has_professional=has_professional)


def check_indemnity(*, category: str, has_professional: bool) -> None:
    """Refuse an indemnity without the professional who received it (R20)."""
    if category == Category.INDEMNITIES and not has_professional:
        raise DomainError("Indiquez le professionnel qui a reçu cette indemnité.", field="professional")


def check_day(spent_on: date, *, starts_on: date, ends_on: date, today: date) -> None:
    """Refuse a payment dated before the signature, after the contract (`ends_on`, excluded) or after today."""
    if spent_on > today:
        raise DomainError("Une dépense se saisit une fois payée : cette date est à venir.", field="spent_on")
    if not starts_on <= spent_on < ends_on:
        raise DomainError(
            f"Le contrat court du {format_date(starts_on)} au {format_date(ends_on)} (exclu) : cette date n’y est pas.",
            field="spent_on",
        )
