"""An amendment in the words that pages and PDF print: changes, annual amounts, clauses, parties (R18)."""

from datetime import date
from decimal import Decimal
from typing import Any

from agreements.enums import AmountKind, MissionCode
from contracts import payload
from contracts.amending import NONE
from contracts.models import Amendment
from core.dates import format_date
from core.money import format_euros


def words_of(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content in the words that are printed: changes, annual amounts before and after, totals, clauses."""
    return {
        "changes": [row for row in content["changes"] if row["key"] != "clauses"],
        "amounts": [
            {
                "label": _amount_label(row),
                "before": _euros(row["before"]),
                "after": _euros(row["after"]),
                "is_changed": row["before"] != row["after"],
                "is_validated": row["is_validated"],
            }
            for row in content["amounts"]
        ],
        "total_before": _total(content, "before"),
        "total_after": _total(content, "after"),
        "clauses": payload.paragraphs(content["clauses"]) if content["clauses"] is not None else None,
        "former_clauses": next(
            (payload.paragraphs(row["before"]) for row in content["changes"] if row["key"] == "clauses"), []
        ),
        "effect": _effect(content),
    }


def payload_of(amendment: Amendment, content: dict[str, Any]) -> dict[str, Any]:
    """Return what `contracts/pdf/amendment.html` prints: the content as agreed, and its words."""
    contract = amendment.contract
    return {
        "content": content,
        "number": amendment.number,
        "contract": {
            "number": contract.number,
            "signed_on": format_date(contract.signed_on),
            "cpts": contract.cpts.name,
        },
        "parties": payload.party_rows(content["parties"]),
        "reason": payload.paragraphs(content["reason"]),
        **words_of(content),
    }


def _effect(content: dict[str, Any]) -> str:
    if content["takes_effect_year"] is None:
        return "dès la dernière signature"
    day = format_date(date.fromisoformat(content["takes_effect_on"]))
    return f"à compter du {day}, premier jour de l’année contractuelle {content['takes_effect_year']}"


def _amount_label(row: dict[str, Any]) -> str:
    kind = AmountKind(row["kind"]).label
    return f"{MissionCode(row['mission']).label}, {kind.lower()}" if row["mission"] else kind


def _euros(amount: str | None) -> str:
    return format_euros(Decimal(amount)) if amount is not None else NONE


def _total(content: dict[str, Any], when: str) -> str:
    """Return the sum of a whole year without declared crisis, as the contract counts it."""
    rows = [row for row in content["amounts"] if row[when] is not None and row["kind"] not in payload.EVENT_KINDS]
    return format_euros(sum((Decimal(row[when]) for row in rows), Decimal("0.00")))
