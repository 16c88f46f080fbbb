"""The documents of `simulate_funding`: JSON in, inputs of the engine; its result, JSON out. Pure."""

from collections.abc import Callable
from typing import Any

from agreements import catalogue
from agreements.agreement import Agreement
from agreements.engine import FundingResult, YearResult, compute
from agreements.enums import AmountKind, Direction, LineKind, Scale
from agreements.inputs import ContractInputs, MissionInputs
from agreements.lines import Line
from agreements.payments import PaymentLine
from agreements.scales import IndicatorInput, Level
from agreements.strict_json import Node, Refused, parse
from core.errors import DomainError

# Keys of a mission that only exist where the agreement publishes the amount they need
KEYS_OF_AMOUNTS = {
    AmountKind.VARIABLE: ("rates", "indicators"),
    AmountKind.TRIAGE: ("triage_starts_on",),
    AmountKind.COMPENSATION: ("compensation_starts_on", "compensation_actual"),
    AmountKind.CRISIS_EVENT: ("crises",),
}
DECISION_KEYS = ("neutralised", "retained", "reason")
SCALE_KEYS = {
    Scale.ACHIEVED: (("amount", "scale"), ("achieved",)),
    Scale.LEVELS: (("amount", "scale", "direction", "levels"), ("value",)),
    Scale.LINEAR: (("amount", "scale", "direction", "target"), ("baseline", "value")),
}


def simulate(text: str | bytes) -> dict[str, Any]:
    """Return the result of a simulation as a JSON value; Refused for a document that rules.md refuses."""
    inputs = read_inputs(Node(parse(text)))
    try:
        return result_as_json(compute(inputs))
    except DomainError as error:
        raise Refused(error.message, error.field or "") from error


def read_inputs(document: Node, *, find_agreement: Callable[[str], Agreement] = catalogue.agreement) -> ContractInputs:
    """Return the engine's inputs for a simulation document; Refused with the path of what is wrong.

    `find_agreement` returns the version of a code, or raises DomainError: that of the files unless told otherwise.
    """
    document.check_keys(
        required=("agreement", "signed_on", "population", "years", "missions"),
        optional=("sizes", "members", "terminated_on"),
    )
    agreement = _agreement(document["agreement"], find_agreement)
    ends = "terminated_on" in document and document["terminated_on"].value is not None
    return ContractInputs(
        agreement=agreement,
        signed_on=document["signed_on"].as_date(),
        population=document["population"].as_count(),
        years=document["years"].as_integer(),
        sizes=document.optional("sizes", lambda node: node.by_year(Node.as_integer), {}),
        members=document.optional("members", lambda node: node.by_year(Node.as_count), {}),
        missions=tuple(_mission(agreement, node) for node in document["missions"].items()),
        terminated_on=document["terminated_on"].as_date() if ends else None,
    )


def _agreement(node: Node, find_agreement: Callable[[str], Agreement]) -> Agreement:
    try:
        return find_agreement(node.as_text())
    except DomainError as error:
        raise node.refuse(error.message) from error


def _mission(agreement: Agreement, node: Node) -> MissionInputs:
    if "mission" not in node:
        raise Refused("Cette clé est obligatoire.", f"{node.path}.mission")
    code = node["mission"].as_text()
    if not agreement.has_mission(code):
        raise node["mission"].refuse(f"La mission « {code} » n’existe pas dans l’accord {agreement.code}.")
    node.check_keys(
        required=("mission", "starts_on"),
        optional=[key for kind, keys in KEYS_OF_AMOUNTS.items() if agreement.has(code, kind) for key in keys],
    )
    return MissionInputs(
        mission=code,
        starts_on=node["starts_on"].as_date(),
        rates=node.optional("rates", lambda item: item.by_year(Node.as_decimal), {}),
        indicators=node.optional("indicators", lambda item: item.by_year(_indicators), {}),
        triage_starts_on=node.optional("triage_starts_on", Node.as_date),
        compensation_starts_on=node.optional("compensation_starts_on", Node.as_date),
        compensation_actual=node.optional("compensation_actual", lambda item: item.by_year(Node.as_money), {}),
        crises=tuple(day.as_date() for day in node.optional("crises", Node.items, [])),
    )


def _indicators(node: Node) -> tuple[IndicatorInput, ...]:
    return tuple(_indicator(item) for item in node.items())


def _indicator(node: Node) -> IndicatorInput:
    if "scale" not in node:
        raise Refused("Cette clé est obligatoire.", f"{node.path}.scale")
    scale = Scale(_one_of(node["scale"], Scale))
    required, optional = SCALE_KEYS[scale]
    node.check_keys(required=required, optional=(*optional, *DECISION_KEYS))
    if "reason" in node and not node["reason"].as_text().strip():
        raise node["reason"].refuse("Le motif ne peut pas être vide.")
    return IndicatorInput(
        amount=node["amount"].as_money(),
        scale=scale,
        direction=node.optional("direction", lambda item: Direction(_one_of(item, Direction))),
        levels=tuple(node.optional("levels", lambda item: [_level(level) for level in item.items()], ())),
        baseline=node.optional("baseline", Node.as_decimal),
        target=node.optional("target", Node.as_decimal),
        value=node.optional("value", Node.as_decimal),
        achieved=node.optional("achieved", Node.as_boolean),
        retained=node.optional("retained", Node.as_money),
        neutralised=node.optional("neutralised", Node.as_boolean, False),
        reason=node.optional("reason", Node.as_text, ""),
    )


def _level(node: Node) -> Level:
    pair = node.items()
    if len(pair) != 2:
        raise node.refuse("Un palier est une liste de deux nombres : le seuil et le montant.")
    return Level(threshold=pair[0].as_decimal(), amount=pair[1].as_money())


def _one_of(node: Node, choices: type[Scale] | type[Direction]) -> str:
    text = node.as_text()
    if text not in choices.values:
        raise node.refuse(f"On attend ici {', '.join(choices.values[:-1])} ou {choices.values[-1]}.")
    return text


# What comes out -------------------------------------------------------------------------------


def result_as_json(result: FundingResult) -> dict[str, Any]:
    """Return the result as rules.md writes it."""
    return {
        "agreement": result.agreement.code,
        "validated": result.agreement.is_validated,
        "years": [_year_as_json(year) for year in result.years],
        "payments": [_payment_as_json(payment) for payment in result.payments],
        "pending": [
            {"year": pending.year, "mission": pending.mission, "kind": pending.kind.value} for pending in result.pending
        ],
        "warnings": list(result.warnings),
        "repayment": str(result.repayment),
        "total": str(result.total),
    }


def _year_as_json(year: YearResult) -> dict[str, Any]:
    return {
        "year": year.year,
        "starts_on": year.starts_on.isoformat(),
        "ends_on": year.ends_on.isoformat(),
        "size": year.size,
        "lines": [_line_as_json(line) for line in year.lines],
        "total": str(year.total),
    }


def _line_as_json(line: Line) -> dict[str, Any]:
    return {
        "mission": line.mission,
        "kind": line.kind.value,
        **_base(line.base),
        "amount": str(line.amount),
        "rule": line.rule,
    }


def _payment_as_json(payment: PaymentLine) -> dict[str, Any]:
    return {
        "due_on": payment.due_on.isoformat(),
        "kind": payment.kind.value,
        "mission": payment.mission,
        "line_kind": payment.line_kind.value,
        **_base(payment.base),
        "year": payment.year,
        "amount": str(payment.amount),
    }


def _base(base: LineKind | None) -> dict[str, str]:
    return {} if base is None else {"base": base.value}
