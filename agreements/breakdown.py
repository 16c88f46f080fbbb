"""A result opened down to its rules: year → mission → line → steps, and the schedule with its conditions. Pure.

Pages, documents and exports print these values; none of them computes anything.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from agreements.agreement import Agreement
from agreements.engine import FundingResult, YearResult
from agreements.enums import AmountKind, LineKind, PaymentKind
from agreements.explanations import explain, explain_payment, format_rate, share_of_year
from agreements.inputs import ContractInputs
from agreements.lines import Line, LineKey
from agreements.payments import ZERO, PaymentLine
from agreements.rules import size_for_population
from agreements.scales import IndicatorResult
from agreements.scales_told import explain_earned
from core.dates import format_date
from core.money import format_euros, round_cents
from core.wording import counted

WITHOUT_MISSION = "Fonctionnement de la CPTS"
RULES = {
    "R6": "Le fonctionnement est dû pour l’année entière. La première année, il est versé en une fois à la signature. "
    "Ensuite, si une mission a démarré, une avance est versée au premier jour de l’année, le reste avec le solde.",
    "R7": "Le volet fixe se compte au jour près, du démarrage de la mission à la fin de l’année contractuelle. "
    "Une avance est versée au démarrage ou au premier jour de l’année, le reste avec le solde.",
    "R8": "Le volet variable se compte au jour près et dépend des résultats de l’année. Il est versé sans avance, avec "
    "le solde, une fois le dialogue annuel clos.",
    "R9": "Les soins non programmés se comptent à partir de leur propre démarrage : le traitement et l’orientation des "
    "demandes comme un volet fixe (somme fléchée), la compensation des professionnels sur ce qui est déclaré.",
    "R10": "Réponse aux crises : un montant l’année où le plan est rédigé, un autre les années où il est mis à jour, "
    "et une somme entière, une fois par année contractuelle, quand une crise est déclarée.",
    "R11": "Dans la plus grande taille, à partir du nombre d’adhérents que fixe l’accord, chaque ligne de mission est "
    "majorée ; le fonctionnement ne l’est pas.",
    "R18": "Une révision de la taille recalcule les lignes de l’année : ce qui fut avancé en trop est déduit du solde.",
}
"""What each rule of a line says, in the words of a page."""
RULE_OF_TERMINATION = "Le contrat s’arrête en cours d’année : les jours se comptent jusqu’à sa fin."


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a calculation: what it is, its value, and why in `detail`."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class LineBreakdown:
    """A line with its name, the sentence that tells it, and the steps that lead to its amount in euros."""

    label: str
    amount: Decimal
    rule: str
    sentence: str
    is_validated: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class MissionBreakdown:
    """The lines of a mission in a contract year; `mission` is None for the operating grant."""

    mission: str | None
    label: str
    lines: tuple[LineBreakdown, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)


@dataclass(frozen=True, kw_only=True)
class YearBreakdown:
    """A contract year, its missions, and the names of what waits for a figure."""

    year: int
    starts_on: date
    ends_on: date
    size: int
    missions: tuple[MissionBreakdown, ...]
    pending: tuple[str, ...]

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    @property
    def total(self) -> Decimal:
        return sum((mission.total for mission in self.missions), ZERO)

    @property
    def is_validated(self) -> bool:
        return all(line.is_validated for mission in self.missions for line in mission.lines)


@dataclass(frozen=True, kw_only=True)
class ScheduledPayment:
    """What is paid, for which line of which year, under which condition, and why in one sentence."""

    year: int
    label: str
    kind: PaymentKind
    amount: Decimal
    condition: str
    explanation: str
    is_validated: bool


@dataclass(frozen=True, kw_only=True)
class PaymentDay:
    """What is due on a day; `latest_on` is the last day on which the balances among them are paid (R12)."""

    due_on: date
    latest_on: date
    payments: tuple[ScheduledPayment, ...]

    @property
    def total(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), ZERO)


def breakdown(inputs: ContractInputs, result: FundingResult) -> tuple[YearBreakdown, ...]:
    """Return each contract year of a result opened into missions, lines and steps."""
    return tuple(_year(inputs, year, result) for year in result.years)


def payment_days(inputs: ContractInputs, result: FundingResult) -> tuple[PaymentDay, ...]:
    """Return the schedule of a result, day by day, each payment with its condition and its reason."""
    payments = sorted(result.payments, key=lambda payment: (payment.due_on, payment.year))
    return tuple(
        PaymentDay(
            due_on=day,
            latest_on=max(payment.latest_on for payment in on_that_day),
            payments=tuple(_payment(inputs, payment, result) for payment in on_that_day),
        )
        for day, group in groupby(payments, key=lambda payment: payment.due_on)
        if (on_that_day := list(group))
    )


def mission_label(agreement: Agreement, mission: str | None) -> str:
    """Return the name of a mission, or what the operating grant is called."""
    return WITHOUT_MISSION if mission is None else agreement.mission(mission).label


def part_label(key: LineKey) -> str:
    """Return the name of a line within its mission: « Volet fixe », « Majoration de taille 4 (volet fixe) »."""
    _mission, kind, base = key
    return kind.label if base is None else f"{kind.label} ({base.label.lower()})"


def line_label(agreement: Agreement, key: LineKey) -> str:
    """Return the whole name of a line: « Accès aux soins, volet fixe »."""
    mission = key[0]
    return part_label(key) if mission is None else f"{mission_label(agreement, mission)}, {part_label(key).lower()}"


def line_steps(line: Line, inputs: ContractInputs) -> tuple[Step, ...]:
    """Return the way to the amount of a line: size → mission → part → amount → days → rate → indicators → rule."""
    agreement, facts = inputs.agreement_in(line.year), line.explanation
    steps = [_size_step(line, inputs)]
    if line.mission is not None:
        steps.append(Step(label="Mission", value=mission_label(agreement, line.mission)))
    steps.append(Step(label="Volet", value=part_label(line.key), detail=_plan(facts.plan)))
    if facts.annual_amount is not None:
        steps.append(Step(label="Montant annuel", value=format_euros(facts.annual_amount), detail=agreement.label))
    if facts.base_amount is not None:
        steps.append(Step(label="Ligne majorée", value=format_euros(facts.base_amount), detail=_members(line)))
    if facts.days is not None:
        steps.append(Step(label="Jours", value=_days(line), detail=_period(line)))
    if facts.crisis_on is not None:
        steps.append(Step(label="Crise déclarée le", value=format_date(facts.crisis_on)))
    if facts.declared is not None:
        steps.append(Step(label="Montant déclaré", value=format_euros(facts.declared)))
    if facts.rate is not None:
        steps.append(Step(label="Taux de réussite", value=format_rate(facts.rate)))
        steps += _indicator_steps(line, inputs)
    steps.append(Step(label="Résultat", value=format_euros(line.amount), detail=explain(line)))
    steps.append(Step(label="Règle", value=line.rule, detail=_rule(line)))
    return tuple(steps)


def condition_of(payment: PaymentLine, *, terminated_on: date | None = None) -> str:
    """Return under which condition a payment is made (R6, R7, R12, R19)."""
    match payment.kind:
        case PaymentKind.FULL:
            return "à la signature du contrat" if payment.year == 1 else "au premier jour de l’année"
        case PaymentKind.ADVANCE if payment.mission is None:
            return "au premier jour de l’année"
        case PaymentKind.ADVANCE:
            return "à cette date, si la mission a démarré"
        case _ if payment.due_on == terminated_on and payment.latest_on == payment.due_on:
            return "à la fin du contrat"
        case _:
            return (
                f"une fois clos le dialogue annuel de l’année {payment.year}, au plus tard le "
                f"{format_date(payment.latest_on)}"
            )


def _year(inputs: ContractInputs, year: YearResult, result: FundingResult) -> YearBreakdown:
    agreement = inputs.agreement_in(year.year)
    return YearBreakdown(
        year=year.year,
        starts_on=year.starts_on,
        ends_on=year.ends_on,
        size=year.size,
        missions=tuple(
            MissionBreakdown(
                mission=mission,
                label=mission_label(agreement, mission),
                lines=tuple(_line(line, inputs) for line in lines),
            )
            for mission, lines in groupby(year.lines, key=lambda line: line.mission)
        ),
        pending=tuple(
            line_label(agreement, (pending.mission, pending.kind, None))
            for pending in result.pending
            if pending.year == year.year
        ),
    )


def _line(line: Line, inputs: ContractInputs) -> LineBreakdown:
    return LineBreakdown(
        label=part_label(line.key),
        amount=line.amount,
        rule=line.rule,
        sentence=explain(line),
        is_validated=line.is_validated,
        steps=line_steps(line, inputs),
    )


def _payment(inputs: ContractInputs, payment: PaymentLine, result: FundingResult) -> ScheduledPayment:
    line = next((line for line in result.year(payment.year).lines if line.key == payment.key), None)
    agreement = inputs.agreement_in(payment.year)
    return ScheduledPayment(
        year=payment.year,
        label=line_label(agreement, payment.key),
        kind=payment.kind,
        amount=payment.amount,
        condition=condition_of(payment, terminated_on=inputs.terminated_on),
        explanation=f"{explain_payment(payment, line, agreement)} {explain(line)}" if line else "",
        is_validated=line is None or line.is_validated,
    )


def _size_step(line: Line, inputs: ContractInputs) -> Step:
    size, reason = line.explanation.size, "taille fixée pour cette année"
    if size == size_for_population(inputs.agreement_in(line.year), inputs.population):
        reason = counted(inputs.population, "habitant")
    return Step(label="Taille", value=f"Taille {size}", detail=reason)


def _plan(plan: AmountKind | None) -> str:
    return {
        AmountKind.PLAN_WRITTEN: "année de rédaction du plan",
        AmountKind.PLAN_UPDATED: "année de mise à jour du plan",
    }.get(plan, "")


def _members(line: Line) -> str:
    facts = line.explanation
    return f"{counted(facts.members, 'adhérent')} au premier jour de l’année" if facts.members is not None else ""


def _days(line: Line) -> str:
    facts = line.explanation
    return f"{facts.days} sur {facts.days_in_year}"


def _period(line: Line) -> str:
    facts = line.explanation
    return "toute l’année" if facts.days == facts.days_in_year else share_of_year(line)


def _indicator_steps(line: Line, inputs: ContractInputs) -> list[Step]:
    mission = next(item for item in inputs.missions if item.mission == line.mission)
    if line.year not in mission.indicators:
        return []
    known = inputs.result_in(mission, line.year)
    return [
        Step(
            label=result.indicator.label or f"Indicateur {number}",
            value=_earned(result),
            detail=explain_earned(result.indicator, result.indicator.unit, known.variable_part, known.multiplier),
        )
        for number, result in enumerate(known.results, start=1)
    ]


def _earned(result: IndicatorResult) -> str:
    return f"{format_euros(round_cents(result.earned))} sur {format_euros(round_cents(result.maximum))}"


def _rule(line: Line) -> str:
    sentence = RULES.get(line.rule, "")
    return (
        f"{sentence} {RULE_OF_TERMINATION}"
        if line.explanation.terminated_on and not line.explanation.kept
        else sentence
    )


def amount_parts(year: YearResult) -> tuple[Decimal, Decimal, Decimal]:
    """Return what a year is made of: operating, what rewards means, what depends on results and events.

    A bonus goes with the line it raises. The three add up to the total of the year.
    """
    sums = dict.fromkeys(("operating", "means", "results"), ZERO)
    for line in year.lines:
        kind = line.base or line.kind
        if kind == LineKind.OPERATING:
            sums["operating"] += line.amount
        elif kind in (LineKind.FIXED, LineKind.TRIAGE):
            sums["means"] += line.amount
        else:
            sums["results"] += line.amount
    return sums["operating"], sums["means"], sums["results"]
