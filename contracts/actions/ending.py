"""How a contract ends: its term (R3), or a party's decision, from the notification to the day itself (R19)."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.db import transaction

from accounts.permissions import Act, check, check_still
from contracts import assemblers, lifecycle, notifications, rules, transitions
from contracts.actions.amendments import lapse_amendments, lock_open_amendments
from contracts.actions.years import open_year
from contracts.enums import ContractStatus, TerminationGround
from contracts.lifecycle import Transition
from contracts.models import Contract, Termination, TerminationConsent
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.errors import DomainError, NotAllowed, TransitionNotAllowed
from core.fingerprints import check_unchanged, fingerprint

LAPSED = "L’accord des trois parties n’a pas été réuni avant le jour prévu."
RATES_CHANGED = "les taux proposés ont changé"


@transaction.atomic
def notify_termination(
    *,
    actor: Actor,
    contract: Contract,
    ground: TerminationGround | str,
    reason: str,
    notified_on: date,
    effective_on: date,
    formal_notice_on: date | None = None,
) -> Termination:
    """R19: notify the end of a contract for a day, the first one without contract; at once when it is today.

    A common accord ends nothing until the three parties agreed (`agree_termination`). Raises DomainError with the
    field that a notice period, a ground or the term of the contract refuses.
    """
    check(actor, Act.TERMINATE)
    contract = transitions.lock_for_party(actor, contract)
    lock_open_amendments(contract)
    check_still(actor, Act.TERMINATE)
    lifecycle.target_of(Transition.NOTIFY_TERMINATION, status=contract.status, side=actor.side, comment=reason)
    if contract.termination is not None:
        raise TransitionNotAllowed("La fin de ce contrat est déjà notifiée.")
    facts = {"notified_on": notified_on, "effective_on": effective_on, "formal_notice_on": formal_notice_on}
    ground = TerminationGround(ground)
    rules.check_ending(
        rules.Ending(side=actor.side, ground=ground, **facts),
        signed_on=contract.signed_on,
        ends_on=contract.ends_on,
        today=clock.today(),
        periods=assemblers.ending_periods(),
    )
    termination = Termination.objects.create(
        contract=contract, ground=ground, reason=reason.strip(), **facts, **audit.signed_by(actor)
    )
    transitions.move(contract, actor, Transition.NOTIFY_TERMINATION, reason)
    audit.record(actor, "termination.notify", termination, after={"ground": ground, **facts})
    transaction.on_commit(partial(notifications.termination_notified, contract, termination))
    _end_if_due(contract, actor)
    return termination


@transaction.atomic
def withdraw_termination(*, actor: Actor, contract: Contract, reason: str) -> Contract:
    """Take an end back before its day: the contract goes on. An accord is refused by the same act."""
    check(actor, Act.TERMINATE)
    contract = transitions.lock_for_party(actor, contract)
    termination = _standing(contract)
    lifecycle.target_of(Transition.WITHDRAW_TERMINATION, status=contract.status, side=actor.side, comment=reason)
    if not rules.may_withdraw(
        termination.side, actor.side, needs_accord=termination.needs_accord, is_agreed=termination.is_agreed
    ):
        raise NotAllowed("La partie qui a notifié la fin peut seule la retirer ; un accord conclu ne se retire pas.")
    _withdraw(contract, termination, actor, reason)
    return contract


@transaction.atomic
def set_termination_rates(
    *, actor: Actor, contract: Contract, rates: Mapping[str, Decimal], version: str | None = None
) -> Termination:
    """R19: propose the rate (0 to 1) of each mission for the year cut short; a mission left out earns nothing of it.

    A change withdraws the consents given to the other rates. Raises DomainError on `rate_<mission>`, StaleForm when
    other rates were proposed since `version` was read.
    """
    check(actor, Act.TERMINATE)
    contract = transitions.lock_for_party(actor, contract)
    termination = _open_terms(contract)
    rules.check_rates(rates, {row.mission for row in assemblers.cut_missions(contract, termination)})
    check_unchanged(version, termination.rates_read())
    before = termination.rate_values()
    if before == rates:
        return termination
    termination.rates.exclude(mission__in=rates).delete()
    for mission, rate in rates.items():
        termination.rates.update_or_create(mission=mission, defaults={"rate": rate})
    given = termination.consents.filter(withdrawn_at__isnull=True)
    given.update(withdrawn_at=clock.now(), withdrawn_because=RATES_CHANGED)
    audit.record(actor, "termination.set_rates", termination, before=before, after=dict(rates))
    audit.record(actor, "contract.set_termination_rates", contract, after=dict(rates))
    termination = Contract.objects.get(pk=contract.pk).termination
    transaction.on_commit(partial(notifications.termination_rates_proposed, contract, actor.organisation_name))
    return termination


@transaction.atomic
def agree_termination(*, actor: Actor, contract: Contract, seen_hash: str | None = None) -> Termination:
    """Agree, for the actor's party, on the terms of the end: the accord itself, or the rates of the year cut short.

    With the third consent the rates count, and an accord whose day has come ends the contract. `seen_hash` is the
    fingerprint of the terms that were read.
    """
    check(actor, Act.TERMINATE)
    contract = transitions.lock_for_party(actor, contract)
    lock_open_amendments(contract)
    check_still(actor, Act.TERMINATE)
    termination = _open_terms(contract)
    if not termination.needs_accord and not termination.rate_values():
        raise DomainError("Aucun taux n’est proposé : il n’y a rien à convenir.")
    digest = fingerprint(termination.terms)
    if seen_hash is not None and seen_hash != digest:
        raise DomainError("Les conditions ont changé depuis que vous les avez lues : relisez-les.")
    if any(consent.side == actor.side for consent in termination.standing_consents()):
        raise DomainError("Votre organisation a déjà donné son accord.")
    TerminationConsent.objects.create(termination=termination, content_hash=digest, **audit.signed_by(actor))
    audit.record(actor, "contract.agree_termination", contract, after={"side": actor.side, "content_hash": digest})
    _end_if_due(contract, actor)
    return Termination.objects.get(pk=termination.pk)


@transaction.atomic
def record_settlement(*, actor: Actor, contract: Contract, settled_on: date) -> Contract:
    """R19: record that the year cut short is settled: its rates do not change any more. Idempotent.

    The room that issues the statement of the end calls this.
    """
    contract = transitions.lock_for_party(actor, contract)
    termination = contract.termination
    if contract.status != ContractStatus.TERMINATED or termination is None:
        raise TransitionNotAllowed("Le contrat n’est pas résilié.")
    if termination.settled_on is None:
        termination.settled_on = settled_on
        termination.save(update_fields=["settled_on", "updated_at"])
        audit.record(actor, "contract.record_settlement", contract, after={"settled_on": settled_on})
    return contract


@transaction.atomic
def end_contract(*, contract: Contract) -> Contract:
    """Do what the day calls for: the end that was notified (R19), or the term of five years (R3). Idempotent."""
    contract = transitions.lock(contract)
    lock_open_amendments(contract)
    _end_if_due(contract, SYSTEM)
    if contract.status == ContractStatus.ACTIVE and contract.ends_on <= clock.today():
        _open_years(contract, contract.ends_on)
        transitions.move(contract, SYSTEM, Transition.EXPIRE)
        lapse_amendments(contract)
    return contract


def _end_if_due(contract: Contract, actor: Actor) -> None:
    """End a locked contract whose day has come, or let lapse an accord that the parties did not reach in time."""
    termination, today = contract.termination, clock.today()
    if contract.status != ContractStatus.ACTIVE or termination is None or termination.effective_on > today:
        return
    if termination.is_firm:
        _terminate(contract, termination, actor)
    elif termination.effective_on < today:
        _withdraw(contract, termination, SYSTEM, LAPSED)


def _terminate(contract: Contract, termination: Termination, actor: Actor) -> None:
    _open_years(contract, termination.effective_on)
    transitions.move(contract, actor, Transition.TERMINATE, termination.reason, terminated_on=termination.effective_on)
    lapse_amendments(contract)
    transaction.on_commit(partial(notifications.contract_terminated, contract))


def _open_years(contract: Contract, end: date) -> None:
    """Contract years that began before the end exist, even when nobody opened them in time."""
    for number in range(1, contract.year_on(end - timedelta(days=1)) + 1):
        open_year(actor=SYSTEM, contract=contract, number=number)


def _withdraw(contract: Contract, termination: Termination, actor: Actor, reason: str) -> None:
    termination.withdrawn_at, termination.withdrawn_because = clock.now(), reason.strip()[:250]
    termination.save(update_fields=["withdrawn_at", "withdrawn_because", "updated_at"])
    transitions.move(contract, actor, Transition.WITHDRAW_TERMINATION, reason)
    transaction.on_commit(partial(notifications.termination_withdrawn, contract, reason))


def _standing(contract: Contract) -> Termination:
    termination = contract.termination
    if termination is None:
        raise TransitionNotAllowed("Aucune fin de ce contrat n’est notifiée.")
    return termination


def _open_terms(contract: Contract) -> Termination:
    """Return the end whose terms may still be agreed on: until its statement is issued."""
    termination = _standing(contract)
    if termination.settled_on is not None:
        raise TransitionNotAllowed("Le décompte de fin est arrêté : ses conditions ne changent plus.")
    return termination
