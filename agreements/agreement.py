"""An agreement version as a value (R2): what the national agreement publishes, and nothing of any contract.

Read from a file by `catalogue`, from the database by `AgreementVersion.as_value()`: all that the engine sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from agreements.enums import AmountKind, LineKind
from core.errors import DomainError
from core.money import format_euros

OUTSIDE_PUBLISHED_TOTAL = frozenset({AmountKind.PLAN_UPDATED})
"""R2: the amount of a plan's update replaces, in later years, the one of its writing, which is counted."""


@dataclass(frozen=True, kw_only=True)
class AmountLine:
    """One published amount, in euros a year. `mission` is None for the operating grant."""

    mission: str | None
    kind: AmountKind
    size: int
    amount: Decimal
    is_validated: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MissionTerms:
    """A mission of an agreement; its latest dates, in months after signature (R4), None without a delay."""

    code: str
    label: str
    is_core: bool
    order: int
    starts_within_months: int | None
    deploys_within_months: int | None


@dataclass(frozen=True, kw_only=True)
class SizeTerms:
    """A size, the smallest population it takes (R1), and the total published for it (R2)."""

    size: int
    minimum_population: int
    published_total: Decimal
    total_is_validated: bool


@dataclass(frozen=True, kw_only=True)
class BonusTerms:
    """R11: `rate` of each line of these kinds, for a CPTS of this size with at least `members` members."""

    rate: Decimal
    size: int
    members: int
    kinds: frozenset[LineKind]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where figures were read."""

    title: str
    reference: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One version of the national agreement (R2)."""

    code: str
    label: str
    takes_effect_on: date
    effect_note: str
    population_floor: int
    advance_rate: Decimal
    sizes: tuple[SizeTerms, ...]
    missions: tuple[MissionTerms, ...]
    lines: tuple[AmountLine, ...]
    bonus: BonusTerms | None
    sources: tuple[Source, ...]

    @cached_property
    def is_validated(self) -> bool:
        """True when every amount and every published total was read in an official text."""
        return all(line.is_validated for line in self.lines) and all(size.total_is_validated for size in self.sizes)

    @cached_property
    def published_totals(self) -> Mapping[int, Decimal]:
        return {terms.size: terms.published_total for terms in self.sizes}

    @cached_property
    def _missions(self) -> Mapping[str, MissionTerms]:
        return {terms.code: terms for terms in self.missions}

    @cached_property
    def _lines(self) -> Mapping[tuple[str | None, AmountKind, int], AmountLine]:
        return {(line.mission, line.kind, line.size): line for line in self.lines}

    def has_mission(self, code: str) -> bool:
        return code in self._missions

    def mission(self, code: str) -> MissionTerms:
        """Return the terms of a mission; DomainError when this version has none of this code."""
        if code not in self._missions:
            raise DomainError(f"La mission « {code} » n’existe pas dans l’accord {self.code}.")
        return self._missions[code]

    def mission_order(self, code: str | None) -> int:
        """Return the rank of a mission in lists; what belongs to no mission comes first."""
        return -1 if code is None else self._missions[code].order

    def line(self, mission: str | None, kind: AmountKind, size: int) -> AmountLine | None:
        """Return the amount published for a mission, a kind and a size, or None."""
        return self._lines.get((mission, kind, size))

    def has(self, mission: str | None, kind: AmountKind) -> bool:
        """Tell whether this version publishes amounts of this kind for this mission."""
        return any(line.mission == mission and line.kind == kind for line in self.lines)

    def lines_of(self, size: int) -> list[AmountLine]:
        """Return the amounts of one size, in the order of the agreement."""
        return sorted(
            (line for line in self.lines if line.size == size),
            key=lambda line: (self.mission_order(line.mission), list(AmountKind).index(line.kind)),
        )

    def counted_total(self, size: int) -> Decimal:
        """Return the sum that the published total of a size must equal (R2)."""
        return sum(
            (line.amount for line in self.lines if line.size == size and line.kind not in OUTSIDE_PUBLISHED_TOTAL),
            Decimal("0.00"),
        )


def check_agreement(agreement: Agreement) -> None:
    """Refuse a version that is incomplete or does not add up to its published totals (R2): DomainError."""
    _check_sizes(agreement)
    _check_lines(agreement)
    for terms in agreement.sizes:
        found = agreement.counted_total(terms.size)
        if found != terms.published_total:
            raise DomainError(
                f"Accord {agreement.code}, taille {terms.size} : les lignes font {format_euros(found)}, "
                f"le total publié est de {format_euros(terms.published_total)}."
            )


def _check_sizes(agreement: Agreement) -> None:
    bounds = [terms.minimum_population for terms in agreement.sizes]
    numbers = [terms.size for terms in agreement.sizes]
    if not bounds or bounds[0] != 0 or bounds != sorted(set(bounds)) or numbers != sorted(set(numbers)):
        raise DomainError(f"Accord {agreement.code} : les tailles doivent se suivre à partir de 0 habitant.")


def _check_lines(agreement: Agreement) -> None:
    keys = [(line.mission, line.kind, line.size) for line in agreement.lines]
    if len(keys) != len(set(keys)):
        raise DomainError(f"Accord {agreement.code} : un même montant est donné deux fois.")
    sizes = {terms.size for terms in agreement.sizes}
    for mission, kind in {(line.mission, line.kind) for line in agreement.lines}:
        found = {line.size for line in agreement.lines if (line.mission, line.kind) == (mission, kind)}
        name = f"{mission or 'sans mission'}, {kind.label}"
        if found != sizes:
            raise DomainError(f"Accord {agreement.code} : il manque le montant d’une taille ({name}).")
        if mission is not None and not agreement.has_mission(mission):
            raise DomainError(f"Accord {agreement.code} : mission inconnue ({name}).")
        if (mission is None) != (kind == AmountKind.OPERATING):
            raise DomainError(f"Accord {agreement.code} : seul le fonctionnement est sans mission ({name}).")
    if not agreement.has(None, AmountKind.OPERATING):
        raise DomainError(f"Accord {agreement.code} : il manque le fonctionnement.")
    for terms in agreement.missions:
        _check_mission(agreement, terms)


def _check_mission(agreement: Agreement, terms: MissionTerms) -> None:
    written = agreement.has(terms.code, AmountKind.PLAN_WRITTEN)
    updated = agreement.has(terms.code, AmountKind.PLAN_UPDATED)
    if written != updated or written == agreement.has(terms.code, AmountKind.FIXED):
        raise DomainError(
            f"Accord {agreement.code}, {terms.label} : il faut un volet fixe, "
            "ou bien les deux montants du plan (rédaction et mise à jour)."
        )
