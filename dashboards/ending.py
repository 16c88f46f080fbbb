"""The end of a contract as its dossier shows it: what it asks of people, what it changes in money (R19)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.permissions import Act, may
from contracts import assemblers, rules
from contracts.enums import ContractStatus, TerminationGround
from contracts.models import Contract, Termination
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.errors import DomainError
from core.form_fields import FrenchDateField
from dashboards.waiting import Waiting, of_dossier
from funding.ending import EndPreview, end_preview


@dataclass(frozen=True, kw_only=True)
class EndingBlock:
    """The end that was notified or took place, and its money until the year is settled."""

    termination: Termination
    is_over: bool
    is_firm: bool
    preview: EndPreview | None


def ending_block(contract: Contract, today: date) -> EndingBlock | None:
    """Return the end of a contract for its dossier; None when nobody notified one."""
    termination = contract.termination if contract.is_signed else None
    if termination is None:
        return None
    preview = None
    if termination.settled_on is None:
        preview = end_preview(contract, termination.effective_on, today, termination.rate_values())
    return EndingBlock(
        termination=termination,
        is_over=contract.terminated_on is not None,
        is_firm=termination.is_firm,
        preview=preview,
    )


def end_context(contract: Contract, data: QueryDict) -> dict[str, Any]:
    """Return what ending the contract on the day of the address or of the form would change.

    Without a day, or with one that is not a date, the earliest after a notice is shown.
    """
    today = clock.today()
    earliest = rules.earliest_end(
        TerminationGround.NOTICE, notified_on=today, today=today, periods=assemblers.ending_periods()
    )
    day = _day(data.get("effective_on", "")) or earliest
    try:
        preview, refusal = end_preview(contract, day, today), ""
    except DomainError as error:
        preview, refusal = None, error.message
    return {"day": day, "preview": preview, "refusal": refusal, "periods": assemblers.ending_periods()}


def _day(text: str) -> date | None:
    try:
        return FrenchDateField(required=False).clean(text)
    except ValidationError:
        return None


def ending_items(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    """Return what the ends notified ask of the actor: to agree on their terms, or to know of them."""
    for row in _standing(actor, contract):
        if item := _item(actor, row):
            yield replace(item, due=row.effective_on, is_late=row.effective_on < today)


def _standing(actor: Actor, contract: Contract | None) -> Iterable[Termination]:
    """Return the ends whose terms are open; that of a dossier is already read (`dossier.load`)."""
    if contract:
        termination = contract.termination
        return [termination] if termination and termination.settled_on is None else []
    rows = Termination.objects.visible_to(actor).filter(withdrawn_at__isnull=True, settled_on__isnull=True)
    return rows.select_related("contract__cpts").prefetch_related("rates", "consents")


def _item(actor: Actor, termination: Termination) -> Waiting | None:
    answered = any(consent.side == actor.side for consent in termination.standing_consents())
    if not answered and may(actor, Act.TERMINATE) and (termination.needs_accord or termination.rates.all()):
        what = "Donner votre accord à la fin du contrat"
        return _of(termination, what if termination.needs_accord else "Convenir des taux de l’année interrompue")
    is_running = termination.contract.status == ContractStatus.ACTIVE
    if is_running and not answered and termination.side != actor.side:
        return _of(
            termination, f"Prendre connaissance de la fin du contrat, notifiée par {termination.organisation_name}"
        )
    return None


def _of(termination: Termination, text: str) -> Waiting:
    day = f"Premier jour sans contrat\u00a0: le {format_date(termination.effective_on)}"
    return of_dossier(termination.contract, text, "Lire et répondre", "termination_detail", detail=day)
