"""The frozen data of the contract's document: the agreed content, and the same in the words that are printed.

Plain JSON: it is stored with the document, and the PDF is made from it alone.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from agreements.agreement import Agreement
from agreements.engine import compute
from agreements.enums import AmountKind, LineKind
from agreements.inputs import ContractInputs, MissionInputs
from agreements.payments import PaymentLine
from agreements.rules import contract_years
from contracts import clauses, wordings
from contracts.assemblers import Terms
from contracts.gazetteer import MANY_COMMUNES, gazetteer
from contracts.models import DURATION_YEARS, Contract
from contracts.wordings import NUMBERS, inhabitants_words, population_origin, population_words
from core import clock
from core.dates import format_date
from core.enums import Side
from core.money import format_euros, round_cents
from indicators.enums import Usage

FORECAST_YEARS = 2
PARTY_NAMES = {
    Side.CPTS: "la communauté professionnelle territoriale de santé",
    Side.ARS: "l’agence régionale de santé",
    Side.FUND: "la caisse, pour l’Assurance Maladie",
}
OWNERS = {"CPTS": "la CPTS", "ARS": "l’ARS", "FUND": "la caisse"}
EVENT_KINDS = frozenset({AmountKind.CRISIS_EVENT, AmountKind.PLAN_UPDATED})
"""Amounts that no ordinary first year adds up: one needs a crisis, the other replaces the plan's writing (R2)."""


def contract_payload(contract: Contract, content: dict, terms: Terms) -> dict[str, Any]:
    """Return what `contracts/pdf/contract.html` prints: the content as agreed, and its words."""
    return {
        "content": content,
        "number": content["number"],
        "clauses_status": clauses_status(content),
        "parties": party_rows(content["parties"]),
        "cover": _cover(content),
        "articles": article_texts(content, terms.agreement),
        "local_clauses": paragraphs(content["local_clauses"]),
        "territory": _territory(content),
        "missions": _missions(content, terms),
        "amounts": amount_groups(content, terms.agreement),
        "amounts_total": ordinary_total(content),
        "all_validated": all(row["is_validated"] for row in content["amounts"]),
        "programme": programme_pages(content["programme"]),
        "schedule": schedule(contract, content, terms, clock.today()),
    }


# Clauses


def article_texts(content: dict, agreement: Agreement) -> list[dict]:
    """Return the articles with their mentions filled in, as the page and the PDF print them."""
    text = wordings.text_of(content["clauses_version"])
    found = clauses.filled(text, wordings.mentions(content, agreement), wordings.conditions(content, agreement))
    return [
        {
            "key": article.key,
            "title": article.title,
            "blocks": [{"kind": block.kind, "lines": list(block.lines)} for block in article.blocks],
        }
        for article in found
    ]


def clauses_status(content: dict) -> str:
    """Return what is said of the fixed clauses wherever they are shown."""
    return wordings.text_of(content["clauses_version"]).status


def paragraphs(text: str) -> list[str]:
    """Return the lines of a free text that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


# Parties, territory, missions


def party_rows(parties: list[dict]) -> list[dict]:
    """Return the parties as a document names them."""
    return [
        {
            "css": party["side"].lower(),
            "role": PARTY_NAMES[Side(party["side"])],
            "name": party["name"],
            "address": " ".join(party["address"].split()),
        }
        for party in parties
    ]


def _cover(content: dict) -> list[list[str]]:
    territory = content["territory"]
    return [
        ["Numéro", content["number"]],
        ["Population", f"{inhabitants_words(territory['population'])} ({population_origin(territory)})"],
        ["Taille", str(territory["size"])],
        ["Accord", content["agreement"]["label"]],
        ["Durée", f"{NUMBERS[DURATION_YEARS]} ans à compter de la dernière signature"],
    ]


def _territory(content: dict) -> dict:
    territory = content["territory"]
    facts = [
        ["Communes", str(len(territory["communes"]))],
        ["Population", inhabitants_words(territory["population"])],
        ["Source", territory["source"]],
        ["Taille", str(territory["size"])],
    ]
    if territory["is_agreed_population"]:
        facts[2:2] = [["Somme des communes", inhabitants_words(territory["published_sum"])]]
        facts.append(["Raison", territory["reason"]])
    return {"facts": facts, **communes_page(territory["communes"])}


def communes_page(communes: list[dict]) -> dict[str, list]:
    """Return the communes as the annex prints them: a table of `communes`, or a gazetteer where they are many."""
    if len(communes) > MANY_COMMUNES:
        return {"communes": [], "departments": gazetteer(communes)}
    rows = [[commune["code"], commune["name"], population_words(commune["population"])] for commune in communes]
    return {"communes": rows, "departments": []}


def _missions(content: dict, terms: Terms) -> list[dict]:
    return [
        {
            "label": row["label"],
            "kind": "socle" if row["is_core"] else "optionnelle",
            "planned_start": _date(row["planned_start"]),
            "start_by": _delay(terms.agreement.mission(row["mission"]).starts_within_months),
            "deploy_by": _delay(terms.agreement.mission(row["mission"]).deploys_within_months),
        }
        for row in content["missions"]
    ]


# Amounts: those of the contract's own size only


def amount_groups(content: dict, agreement: Agreement) -> list[dict]:
    """Return the amounts of the contract's size by mission, the operating grant first."""
    groups = []
    for mission, rows in groupby(content["amounts"], key=lambda row: row["mission"]):
        lines = [
            {
                "label": AmountKind(row["kind"]).label,
                "amount": format_euros(Decimal(row["amount"])),
                "is_validated": row["is_validated"],
            }
            for row in rows
        ]
        label = agreement.mission(mission).label if mission else "Communauté"
        groups.append({"label": label, "lines": lines})
    return groups


def ordinary_total(content: dict) -> str:
    """Return the sum of a whole year without declared crisis, the crisis plan being written in it."""
    amounts = (Decimal(row["amount"]) for row in content["amounts"] if row["kind"] not in EVENT_KINDS)
    return format_euros(sum(amounts, Decimal("0.00")))


# Programme


def programme_pages(programme: dict) -> list[dict]:
    """Return the missions of the programme as annex 3 prints them."""
    return [
        {
            "label": mission["label"],
            "variable_amount": format_euros(Decimal(mission["variable_amount"])),
            "carries_money": Decimal(mission["variable_amount"]) > 0,
            "actions": [
                {
                    "title": action["title"],
                    "lead": action["lead"],
                    "indicators": [_indicator(item) for item in action["indicators"]],
                    "deliverables": action["deliverables"],
                }
                for action in mission["actions"]
            ],
            "indicators": [_indicator(item) for item in mission["indicators"]],
        }
        for mission in programme["missions"]
    ]


def _indicator(item: dict) -> dict:
    is_result = item["usage"] == Usage.RESULT
    details = [item["calculation"]] if item["calculation"] else []
    details.append(f"Saisi par {OWNERS[item['owner']]}.")
    return {
        "label": item["label"],
        "is_national": bool(item["national_code"]),
        "is_result": is_result,
        "usage": Usage(item["usage"]).label,
        "terms": item["terms"],
        "details": details,
        "amount": format_euros(Decimal(item["maximum_amount"])) if is_result else "",
    }


# Forecast of payments


def schedule(contract: Contract, content: dict, terms: Terms, reference: date) -> dict:
    """Return the payments of the first two years if the contract were signed on `reference`, results all reached."""
    if terms.size is None:
        return {"days": [], "reference": format_date(reference), "years": FORECAST_YEARS}
    result = compute(_forecast_inputs(content, terms, reference))
    return {
        "reference": format_date(reference),
        "years": FORECAST_YEARS,
        "days": [
            {
                "due_on": format_date(day),
                "total": format_euros(sum((payment.amount for payment in payments), Decimal("0.00"))),
                "lines": [_payment(payment, terms.agreement) for payment in payments],
            }
            for day, payments in _by_day(result.payments)
        ],
    }


def _forecast_inputs(content: dict, terms: Terms, reference: date) -> ContractInputs:
    years = contract_years(reference, FORECAST_YEARS)
    missions = []
    for row in content["missions"]:
        if row["planned_start"] is None:
            continue
        starts_on = max(date.fromisoformat(row["planned_start"]), reference)
        active = [year.number for year in years if starts_on < year.ends_on]
        has_results = terms.agreement.has(row["mission"], AmountKind.VARIABLE)
        missions.append(
            MissionInputs(
                mission=row["mission"],
                starts_on=starts_on,
                rates=dict.fromkeys(active, Decimal(1)) if has_results else {},
            )
        )
    return ContractInputs(
        agreement=terms.agreement,
        signed_on=reference,
        population=terms.population,
        size=terms.size,
        years=FORECAST_YEARS,
        members={year.number: content["members"] for year in years},
        missions=tuple(missions),
    )


def _by_day(payments: Iterable[PaymentLine]) -> list[tuple[date, list[PaymentLine]]]:
    ordered = sorted(payments, key=lambda payment: payment.due_on)
    return [(day, list(rows)) for day, rows in groupby(ordered, key=lambda payment: payment.due_on)]


def _payment(payment: PaymentLine, agreement: Agreement) -> dict:
    mission = agreement.mission(payment.mission).label if payment.mission else ""
    kind = payment.line_kind.label
    if payment.line_kind == LineKind.SIZE4_BONUS:
        kind = f"{kind} ({payment.base.label.lower()})"
    return {
        "mission": mission,
        "line": kind,
        "kind": payment.kind.label,
        "year": payment.year,
        "amount": format_euros(round_cents(payment.amount)),
    }


# Words


def _date(text: str | None) -> str:
    return format_date(date.fromisoformat(text)) if text else "à fixer"


def _delay(months: int | None) -> str:
    return "sans délai" if months is None else f"{months} mois"
