"""What the pages show of the end of a contract: whose turn it is, the three parties, the rates proposed (R19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from contracts import assemblers, permissions
from contracts.assemblers import CutMission
from contracts.models import Contract, Termination
from contracts.panels import WHO
from core.actor import Actor
from core.dates import format_date
from core.enums import PARTIES, Side
from core.face import PartyLine, Turn
from core.fingerprints import fingerprint
from core.wording import spoken_list


@dataclass(frozen=True, kw_only=True)
class RateRow:
    """A mission cut short, and the rate on the table; None when nobody proposed one."""

    mission: CutMission
    rate: Decimal | None


@dataclass(frozen=True, kw_only=True)
class EndingPage:
    """The end of a contract as its page shows it. `has_terms`: there is something to agree on."""

    termination: Termination
    digest: str
    rates: list[RateRow]
    lines: list[PartyLine]
    has_terms: bool
    is_agreed: bool
    is_over: bool

    @property
    def agreement_words(self) -> str:
        """Return where the accord of the three parties is, in a sentence."""
        if self.is_agreed:
            return "Les trois parties sont d’accord."
        waiting = spoken_list([WHO[line.side] for line in self.lines if line.tone != "ok"])
        return f"Accord attendu\u00a0: {waiting}."


def ending_page(contract: Contract, termination: Termination) -> EndingPage:
    """Return what the page of the end shows."""
    rates = termination.rate_values()
    return EndingPage(
        termination=termination,
        digest=fingerprint(termination.terms),
        rates=[
            RateRow(mission=row, rate=rates.get(row.mission)) for row in assemblers.cut_missions(contract, termination)
        ],
        lines=_party_lines(contract, termination),
        has_terms=termination.needs_accord or bool(rates),
        is_agreed=termination.is_agreed,
        is_over=contract.terminated_on is not None,
    )


def _party_lines(contract: Contract, termination: Termination) -> Sequence[PartyLine]:
    standing = {consent.side: consent for consent in termination.standing_consents()}
    return [_party_line(contract, side, standing.get(side)) for side in PARTIES]


def _party_line(contract: Contract, side: Side, consent) -> PartyLine:
    name = contract.party(side).name
    if consent is None:
        return PartyLine(side=side, organisation=name, tone="wait", state="Attendu")
    return PartyLine(side=side, organisation=name, tone="ok", state="D’accord", who=consent.user_name, at=consent.at)


def ending_turn(actor: Actor, contract: Contract) -> Turn | None:
    """Return the banner of a contract whose end is notified: what is asked of the reader, or what is to come."""
    termination = contract.termination
    if termination is None:
        return None
    page = {"url": reverse("contracts:termination_detail", args=[contract.pk]), "detail": _last_day(termination)}
    if contract.terminated_on:
        day = format_date(contract.terminated_on)
        return Turn(text=f"Contrat résilié le {day}.", is_mine=False, label="Voir la fin du contrat", url=page["url"])
    if permissions.can_agree_termination(actor, contract):
        what = "la fin proposée" if termination.needs_accord else "les taux de l’année interrompue"
        return Turn(text=f"À vous : donnez votre accord sur {what}.", label="Lire et répondre", **page)
    verb = "propose" if termination.needs_accord else "a notifié"
    text = f"{termination.organisation_name} {verb} la fin du contrat."
    return Turn(text=text, is_mine=False, label="Voir la fin du contrat", **page)


def _last_day(termination: Termination) -> str:
    return f"Premier jour sans contrat\u00a0: {format_date(termination.effective_on)}"
