"""Agreement versions, national indicators and ceilings read from files, checked, as values (R2). Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from agreements.agreement import (
    Agreement,
    AmountLine,
    BonusTerms,
    MissionTerms,
    SizeTerms,
    Source,
    check_agreement,
)
from agreements.enums import AmountKind, DataOwner, Direction, LineKind
from core.errors import DomainError
from core.money import euros

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, kw_only=True)
class NationalIndicatorTerms:
    """A follow-up indicator that every contract has (R14)."""

    code: str
    mission: str
    label: str
    direction: Direction
    unit: str
    data_source: str
    owner: DataOwner
    counts_patients: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class PassTerms:
    """The social-security ceiling of a calendar year (R20)."""

    year: int
    amount: Decimal
    is_validated: bool
    source: str


def codes() -> list[str]:
    """Return the codes of the versions that have a file, in order."""
    return sorted(path.stem for path in DATA.glob("aci-*.json"))


@cache
def agreement(code: str) -> Agreement:
    """Return a version by its code; DomainError when there is none, or when it does not add up."""
    if code not in codes():
        known = ", ".join(codes())
        raise DomainError(f"L’accord « {code} » est inconnu (accords connus : {known}).", "agreement")
    return read_agreement((DATA / f"{code}.json").read_text(encoding="utf-8"))


def digest(code: str) -> str:
    """Return the SHA-256 of the file of a version."""
    return hashlib.sha256((DATA / f"{code}.json").read_bytes()).hexdigest()


def read_agreement(text: str) -> Agreement:
    """Return the version that a file describes; DomainError when it is incomplete or does not add up (R2)."""
    try:
        version = _agreement(json.loads(text))
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise DomainError(f"Le fichier de l’accord est illisible : {error}.") from error
    check_agreement(version)
    return version


def national_indicators() -> list[NationalIndicatorTerms]:
    """Return the national follow-up indicators."""
    return [
        NationalIndicatorTerms(
            **{
                **row,
                "direction": Direction(row["direction"]),
                "owner": DataOwner(row["owner"]),
            }
        )
        for row in json.loads((DATA / "national-indicators.json").read_text(encoding="utf-8"))
    ]


def passes() -> list[PassTerms]:
    """Return the social-security ceilings known."""
    rows = json.loads((DATA / "pass.json").read_text(encoding="utf-8"))
    return [PassTerms(**{**row, "amount": euros(row["amount"])}) for row in rows]


def _agreement(data: dict) -> Agreement:
    return Agreement(
        code=data["code"],
        label=data["label"],
        takes_effect_on=date.fromisoformat(data["takes_effect_on"]),
        effect_note=data["effect_note"],
        population_floor=data["population_floor"],
        advance_rate=Decimal(data["advance_rate"]),
        sizes=tuple(
            SizeTerms(
                size=row["size"],
                minimum_population=row["minimum_population"],
                published_total=euros(row["published_total"]),
                total_is_validated=row["total_is_validated"],
            )
            for row in data["sizes"]
        ),
        missions=tuple(MissionTerms(order=order, **row) for order, row in enumerate(data["missions"])),
        lines=tuple(line for row in data["amounts"] for line in _lines(data, row)),
        bonus=_bonus(data["bonus"]),
        sources=tuple(Source(**row) for row in data["sources"]),
    )


def _lines(data: dict, row: dict) -> list[AmountLine]:
    sizes = [terms["size"] for terms in data["sizes"]]
    return [
        AmountLine(
            mission=row["mission"],
            kind=AmountKind(row["kind"]),
            size=size,
            amount=euros(amount),
            is_validated=data["statuses"][status]["is_validated"],
            note=data["statuses"][status]["note"],
        )
        for size, amount, status in zip(sizes, row["amounts"], row["statuses"], strict=True)
    ]


def _bonus(data: dict | None) -> BonusTerms | None:
    if data is None:
        return None
    return BonusTerms(
        rate=Decimal(data["rate"]),
        size=data["size"],
        members=data["members"],
        kinds=frozenset(LineKind(kind) for kind in data["kinds"]),
    )
