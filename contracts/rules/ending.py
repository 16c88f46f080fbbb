"""The end before the term (R19). Periods are those of other contracts, « par analogie »: no text gives them here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.enums import TerminationGround
from core.dates import add_months, format_date
from core.enums import PARTIES, Side
from core.errors import DomainError

GROUNDS_OF: dict[Side, tuple[TerminationGround, ...]] = {
    Side.CPTS: (TerminationGround.NOTICE, TerminationGround.COMMON_ACCORD, TerminationGround.CLOSURE),
    Side.ARS: (TerminationGround.NOTICE, TerminationGround.BREACH, TerminationGround.COMMON_ACCORD),
    Side.FUND: (TerminationGround.NOTICE, TerminationGround.BREACH, TerminationGround.COMMON_ACCORD),
}


@dataclass(frozen=True, kw_only=True)
class EndingPeriods:
    """Months of notice, and months that a party has to answer a formal notice."""

    notice_months: int
    observation_months: int


@dataclass(frozen=True, kw_only=True)
class Ending:
    """An end as a party asks for it; `effective_on` is the first day without contract."""

    side: Side
    ground: TerminationGround
    notified_on: date
    effective_on: date
    formal_notice_on: date | None = None


def earliest_end(ground: TerminationGround, *, notified_on: date, today: date, periods: EndingPeriods) -> date:
    """Return the first day on which a contract may end; with a notice period, it runs from the notification."""
    if ground == TerminationGround.NOTICE:
        return max(today, add_months(notified_on, periods.notice_months))
    return today


def check_ending(ending: Ending, *, signed_on: date, ends_on: date, today: date, periods: EndingPeriods) -> None:
    """R19: refuse an end that the side may not ask for, too early, past, or that the term makes useless."""
    if ending.ground not in GROUNDS_OF.get(ending.side, ()):
        raise DomainError("Votre partie ne peut pas invoquer ce motif.", "ground")
    check_notification(ending, signed_on=signed_on, today=today)
    check_formal_notice(ending, signed_on=signed_on, periods=periods)
    check_effective_day(ending, signed_on=signed_on, ends_on=ends_on, today=today, periods=periods)


def check_notification(ending: Ending, *, signed_on: date, today: date) -> None:
    """Refuse an end notified before the contract was signed, or later than today."""
    if not signed_on <= ending.notified_on <= today:
        raise DomainError(
            f"La notification est faite entre la signature, le {format_date(signed_on)}, et aujourd’hui.",
            "notified_on",
        )


def check_effective_day(ending: Ending, *, signed_on: date, ends_on: date, today: date, periods: EndingPeriods) -> None:
    """Refuse an end before its notice period is over, before the signature, or that the term makes useless."""
    earliest = earliest_end(ending.ground, notified_on=ending.notified_on, today=today, periods=periods)
    if ending.effective_on < earliest:
        because = f" : le préavis est de {periods.notice_months} mois" if earliest > today else ""
        raise DomainError(f"Le contrat ne peut pas finir avant le {format_date(earliest)}{because}.", "effective_on")
    if ending.effective_on <= signed_on:
        raise DomainError("La fin d’un contrat est postérieure à sa signature.", "effective_on")
    if ending.effective_on >= ends_on:
        raise DomainError(f"Le contrat arrive de lui-même à échéance le {format_date(ends_on)}.", "effective_on")


def check_formal_notice(ending: Ending, *, signed_on: date, periods: EndingPeriods) -> None:
    """Refuse a breach without its formal notice, or notified before the CPTS could answer it; a notice elsewhere."""
    if ending.ground != TerminationGround.BREACH:
        if ending.formal_notice_on is not None:
            raise DomainError("Une mise en demeure ne précède que la fin pour manquement.", "formal_notice_on")
        return
    if ending.formal_notice_on is None:
        raise DomainError("Indiquez le jour de la mise en demeure : elle précède la notification.", "formal_notice_on")
    if ending.formal_notice_on < signed_on:
        raise DomainError("La mise en demeure est postérieure à la signature du contrat.", "formal_notice_on")
    answered = add_months(ending.formal_notice_on, periods.observation_months)
    if ending.notified_on < answered:
        raise DomainError(
            f"La CPTS a jusqu’au {format_date(answered)} pour présenter ses observations : "
            "la fin se notifie à partir de ce jour.",
            "notified_on",
        )


def may_withdraw(ending_side: Side, side: Side, *, needs_accord: bool, is_agreed: bool) -> bool:
    """Say whether a party may take an end back before its day.

    Who notified it may; an accord that is not complete, any party; a complete one, nobody.
    """
    if needs_accord:
        return side in PARTIES and not is_agreed
    return side == ending_side


def check_rates(rates: Mapping[str, Decimal], possible: Collection[str]) -> None:
    """R19: refuse a rate outside [0, 1], or for a mission without variable part in the year cut short."""
    for mission, rate in rates.items():
        if mission not in possible:
            raise DomainError("Cette mission n’a pas de volet variable dans l’année interrompue.", f"rate_{mission}")
        if not 0 <= rate <= 1:
            raise DomainError("Un taux est compris entre 0 et 100 %.", f"rate_{mission}")
