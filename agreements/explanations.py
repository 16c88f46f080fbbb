"""Lines and payments told in plain French: every euro opens into what made it. Pure."""

from datetime import timedelta
from fractions import Fraction

from agreements.agreement import Agreement
from agreements.enums import AmountKind, LineKind, MissionCode, PaymentKind
from agreements.lines import Line
from agreements.payments import PaymentLine, advance_of
from core.dates import format_date
from core.money import format_euros, round_cents
from core.wording import TO_BE_CONFIRMED, counted

NBSP = "\u00a0"


def payment_label(mission: str, line_kind: str, base: str) -> str:
    """« Accès aux soins, volet fixe », as pages, documents and exports say it."""
    kind = LineKind(line_kind).label if not base else f"{LineKind(line_kind).label} ({LineKind(base).label.lower()})"
    return f"{MissionCode(mission).label}, {kind.lower()}" if mission else kind


def explain(line: Line) -> str:
    """Return the sentence that says how a line was made, its rule, and whether its figure is confirmed."""
    match line.kind:
        case LineKind.OPERATING:
            text = _explain_operating(line)
        case LineKind.COMPENSATION:
            text = _explain_compensation(line)
        case LineKind.CRISIS_EVENT:
            text = _explain_crisis(line)
        case LineKind.SIZE4_BONUS:
            text = _explain_bonus(line)
        case _:
            text = _explain_prorated(line)
    rules = f"{line.rule}, R19" if line.explanation.terminated_on else line.rule
    sentence = f"{text} ({rules})."
    return sentence if line.is_validated else f"{sentence} {TO_BE_CONFIRMED}"


def explain_payment(payment: PaymentLine, line: Line, agreement: Agreement) -> str:
    """Return the sentence that says what part of a line a payment is.

    An advance paid at a size that was reviewed since (R18) is no share of the line as it stands.
    """
    name = (line.base or line.kind).label.lower()
    amount = format_euros(line.amount)
    match payment.kind:
        case PaymentKind.FULL:
            return f"Versement en une fois de {amount} ({name})."
        case PaymentKind.ADVANCE if payment.amount == advance_of(agreement, line.amount):
            share = format_rate(Fraction(agreement.advance_rate))
            return f"Avance de {share} ({name}){NBSP}: {share} de {amount}."
        case PaymentKind.ADVANCE:
            return f"Avance ({name})."
        case _:
            return f"Solde ({name}){NBSP}: {amount} dus pour l’année, moins ce qui a déjà été versé."


def format_rate(rate: Fraction) -> str:
    """Return an exact rate as a percentage: « 80 % », « 83,33 % » when it does not fall right."""
    percentage = round_cents(rate * 100)
    text = f"{percentage:f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{text}{NBSP}%" if rate * 100 == Fraction(percentage) else f"environ {text}{NBSP}%"


def _explain_operating(line: Line) -> str:
    facts = line.explanation
    if facts.kept:
        return (
            f"{format_euros(line.amount)} versés le {format_date(facts.starts_on)} restent acquis, "
            "le solde n’est pas versé"
        )
    return f"{format_euros(facts.annual_amount)} par an pour la taille {facts.size}"


def _explain_prorated(line: Line) -> str:
    facts = line.explanation
    plan = {AmountKind.PLAN_WRITTEN: " (plan rédigé)", AmountKind.PLAN_UPDATED: " (plan mis à jour)"}
    parts = [f"{format_euros(facts.annual_amount)} par an pour la taille {facts.size}{plan.get(facts.plan, '')}"]
    if facts.days != facts.days_in_year:
        parts.append(share_of_year(line))
    if facts.rate is not None:
        rate = format_rate(facts.rate)
        parts.append(f"un taux {'d’' if rate.startswith('e') else 'de '}{rate}")
    product = " × ".join(parts)
    return product if len(parts) == 1 else f"{product} = {format_euros(line.amount)}"


def _explain_compensation(line: Line) -> str:
    facts = line.explanation
    ceiling = round_cents(Fraction(facts.annual_amount) * Fraction(facts.days, facts.days_in_year))
    limit = f"{format_euros(facts.annual_amount)} par an pour la taille {facts.size}"
    if facts.days != facts.days_in_year:
        limit += f" × {share_of_year(line)}, soit {format_euros(ceiling)}"
    return f"{format_euros(facts.declared)} déclarés, dans la limite de {limit}"


def _explain_crisis(line: Line) -> str:
    facts = line.explanation
    return (
        f"Crise déclarée le {format_date(facts.crisis_on)}{NBSP}: {format_euros(line.amount)} "
        f"pour la taille {facts.size}, sans prorata"
    )


def _explain_bonus(line: Line) -> str:
    facts = line.explanation
    if facts.bonus_rate is None and facts.members is not None:
        count = counted(facts.members, "adhérent")
        return f"Avec {count} au premier jour de l’année, la majoration versée en avance n’est pas acquise"
    if facts.bonus_rate is None:
        return f"La taille {facts.size} n’ouvre pas droit à la majoration versée en avance"
    return (
        f"{format_rate(Fraction(facts.bonus_rate))} de {format_euros(facts.base_amount)} "
        f"({line.base.label.lower()}){NBSP}: taille {facts.size}, "
        f"{counted(facts.members, 'adhérent')} au premier jour de l’année"
    )


def share_of_year(line: Line) -> str:
    """Return « 181 jours sur 365 (du 15 septembre 2020 au 14 mars 2021) » for a prorated line."""
    facts = line.explanation
    last = facts.ends_on - timedelta(days=1)
    first = format_date(facts.starts_on)
    period = f"le {first}" if facts.starts_on == last else f"du {first} au {format_date(last)}"
    return f"{counted(facts.days, 'jour')} sur {facts.days_in_year} ({period})"
