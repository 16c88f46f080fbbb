"""A local amendment: drafted by a party, consented to and signed by the three, then in force (R2, R5, R18)."""

from datetime import date, timedelta
from functools import partial
from typing import Any, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.permissions import Act, check, check_still
from contracts import amending, amendment_words, clauses, consents, lifecycle, notifications, rules, transitions
from contracts.amending import AmendmentValues
from contracts.enums import AmendmentStatus, ContractStatus
from contracts.lifecycle import AmendmentChange
from contracts.models import (
    Amendment,
    AmendmentConsent,
    AmendmentMission,
    AmendmentTransition,
    Contract,
    ContractMission,
)
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.dates import format_date
from core.enums import PARTIES
from core.errors import DomainError, StaleForm, TransitionNotAllowed
from core.fingerprints import fingerprint
from core.locking import read_locked
from documents.actions import close_round, issue_document, refuse_document, replace_document, sign_document
from documents.actions.signature import Outside
from documents.enums import DocumentKind
from documents.models import Document

STALE = "Quelqu’un a enregistré cet avenant entre-temps : comparez avant d’enregistrer."


@transaction.atomic
def draft_amendment(*, actor: Actor, contract: Contract, **values: Unpack[AmendmentValues]) -> Amendment:
    """Draft the next amendment of a contract in force, seen by the three parties at once; one at a time.

    Raises DomainError with the field of what R2 or R18 refuses.
    """
    contract = _lock_in_force(actor, Act.PROPOSE_CONTRACT_CHANGE, contract)
    if contract.amendments.open().exists():
        raise TransitionNotAllowed("Un avenant de ce contrat est déjà en cours : terminez-le ou abandonnez-le.")
    rules.check_amendment(amending.terms_of(contract, values))
    last = contract.amendments.aggregate(last=Max("number"))["last"] or 0
    amendment = Amendment(contract=contract, number=last + 1)
    _write(amendment, values)
    audit.record(actor, "contract.draft_amendment", contract, after={"number": amendment.number, **_plain(values)})
    transaction.on_commit(partial(notifications.amendment_drafted, amendment, actor.organisation_name))
    return amendment


@transaction.atomic
def update_amendment(
    *, actor: Actor, amendment: Amendment, version: int, **values: Unpack[AmendmentValues]
) -> Amendment:
    """Save the draft; a change of content withdraws the consents already given.

    `version` is the `lock_version` that was read. Raises StaleForm when someone else saved meanwhile.
    """
    amendment = _lock_amendment(actor, Act.PROPOSE_CONTRACT_CHANGE, amendment)
    if not amendment.is_draft:
        raise TransitionNotAllowed("Cet avenant ne se modifie plus.")
    before = amending.stored_values(amendment)
    if version != amendment.lock_version:
        raise StaleForm(STALE, current=before)
    rules.check_amendment(amending.terms_of(amendment.contract, values))
    amendment.lock_version += 1
    _write(amendment, values)
    audit.record(
        actor,
        "contract.update_amendment",
        amendment.contract,
        before={"number": amendment.number, **_plain(before)},
        after=_plain(values),
    )
    amendment = Amendment.objects.with_page().get(pk=amendment.pk)
    transitions.withdraw_stale_consents(amendment, amending.amendment_hash(amendment))
    return amendment


@transaction.atomic
def consent_to_amendment(*, actor: Actor, amendment: Amendment, seen_hash: str | None = None) -> Amendment:
    """Consent, for the actor's party, to the amendment as it is; the third consent sends it to signature.

    `seen_hash` is the fingerprint of what was read: another one is refused.
    """
    amendment = _lock_amendment(actor, Act.CONSENT, amendment)
    check_still(actor, Act.CONSENT)
    lifecycle.amendment_target(AmendmentChange.AGREE, status=amendment.status, side=actor.side)
    if missing := amending.missing_items(amendment):
        raise DomainError(" ".join(missing))
    content = amending.amendment_content(amendment)
    digest = fingerprint(content)
    if seen_hash is not None and seen_hash != digest:
        raise DomainError("Le contenu a changé depuis que vous l’avez lu : relisez-le avant de consentir.")
    transitions.withdraw_stale_consents(amendment, digest)
    if amendment.consents.filter(withdrawn_at__isnull=True, side=actor.side).exists():
        raise DomainError("Votre organisation a déjà consenti à ce contenu.")
    AmendmentConsent.objects.create(amendment=amendment, content_hash=digest, **audit.signed_by(actor))
    after = {"number": amendment.number, "side": actor.side, "content_hash": digest}
    audit.record(actor, "contract.consent_to_amendment", amendment.contract, after=after)
    if len(consents.standing_consents(amendment, digest)) == len(PARTIES):
        _agree(actor, amendment, content, digest)
    return amendment


@transaction.atomic
def sign_amendment(*, actor: Actor, amendment: Amendment, outside: Outside | None = None) -> Amendment:
    """Sign for the actor's party, after a fresh second factor that the view checks; the last signature binds.

    Returns the amendment: IN_FORCE after the last signature, or back in DRAFT, unsigned, when its first day has come
    meanwhile (R18).
    """
    amendment = _lock_amendment(actor, Act.SIGN, amendment)
    if amendment.status != AmendmentStatus.SIGNING:
        raise TransitionNotAllowed("L’avenant n’est pas en signature.")
    day = amendment.takes_effect_on
    if day is not None and day <= clock.today():
        reason = f"Le {format_date(day)}, premier jour où il devait compter, est passé : choisissez une autre année."
        _reopen(amendment, SYSTEM, AmendmentChange.MISS_THE_DAY, reason, because="le jour d’effet est passé")
        return amendment
    if amendment.document.has_expired:
        return _expire(amendment)
    amendment.document = sign_document(actor=actor, document=amendment.document, outside=outside)
    after = {"number": amendment.number, "side": actor.side, "document": amendment.document}
    audit.record(actor, "contract.sign_amendment", amendment.contract, after=after)
    if amendment.document.is_signed:
        _put_in_force(actor, amendment)
    return amendment


@transaction.atomic
def refuse_amendment(*, actor: Actor, amendment: Amendment, reason: str) -> Amendment:
    """Refuse to sign, with a reason: the amendment is a draft again and every consent is withdrawn."""
    amendment = _lock_amendment(actor, Act.SIGN, amendment)
    change = AmendmentChange.REFUSE_SIGNATURE
    lifecycle.amendment_target(change, status=amendment.status, side=actor.side, comment=reason)
    refused = refuse_document(actor=actor, document=amendment.document, reason=reason)
    _reopen(amendment, actor, AmendmentChange.REFUSE_SIGNATURE, reason, because="la signature a été refusée")
    told = partial(notifications.amendment_refused, amendment, refused, actor.organisation_name, reason)
    transaction.on_commit(told)
    return amendment


@transaction.atomic
def expire_amendment(*, amendment: Amendment) -> Amendment:
    """Make a draft again of an amendment whose last day to sign has passed before the last signature. Idempotent."""
    transitions.lock(amendment.contract)
    amendment = read_locked(Amendment.objects.with_page(), amendment.pk)
    is_late = amendment.status == AmendmentStatus.SIGNING and amendment.document.has_expired
    return _expire(amendment) if is_late else amendment


def _expire(amendment: Amendment) -> Amendment:
    former = amendment.document
    reason = f"Le {format_date(former.expires_on)}, dernier jour pour signer, est passé sans toutes les signatures."
    _reopen(amendment, SYSTEM, AmendmentChange.EXPIRE_SIGNATURE, reason, because="le délai de signature est dépassé")
    transaction.on_commit(partial(notifications.amendment_reopened, amendment, former, reason))
    return amendment


@transaction.atomic
def abandon_amendment(*, actor: Actor, amendment: Amendment, reason: str) -> Amendment:
    """Give up an amendment that is not agreed; another one may then be drafted."""
    amendment = _lock_amendment(actor, Act.PROPOSE_CONTRACT_CHANGE, amendment)
    _move(amendment, actor, AmendmentChange.ABANDON, reason)
    transitions.withdraw_consents(amendment, "l’avenant est abandonné")
    return amendment


def lock_open_amendments(contract: Contract) -> None:
    """Lock what `lapse_amendments` will change in a locked contract: before the journal is begun (ADR 2)."""
    amendments = list(contract.amendments.open().select_for_update(of=("self",)).order_by("pk"))
    documents = Document.objects.filter(pk__in=[amendment.document_id for amendment in amendments]).order_by("pk")
    list(documents.select_for_update(of=("self",)))


def lapse_amendments(contract: Contract) -> None:
    """Let the open amendments of a locked contract lapse: it has ended."""
    for amendment in contract.amendments.open().select_related("contract"):
        close_round(actor=SYSTEM, document=amendment.document, because="Le contrat a pris fin.")
        facts = {"agreed_on": None, "agreed_hash": "", "document": None}
        _move(amendment, SYSTEM, AmendmentChange.LAPSE, "Le contrat a pris fin.", **facts)
        transitions.withdraw_consents(amendment, "le contrat a pris fin")


def _write(amendment: Amendment, values: AmendmentValues) -> None:
    """Store the values of an amendment and the missions it changes."""
    clauses.refuse_mentions(values["local_clauses"], field="local_clauses")
    amendment.reason = values["reason"].strip()
    amendment.local_clauses = values["local_clauses"].strip() if values["rewrites_clauses"] else ""
    for name in ("takes_effect_year", "new_size", "new_population", "agreement_version"):
        setattr(amendment, name, values[name])
    for name in ("rewrites_clauses", "updates_parties"):
        setattr(amendment, name, values[name])
    amendment.save()
    amendment.missions.all().delete()
    added = [
        AmendmentMission(amendment=amendment, mission=code, is_added=True, planned_start=day)
        for code, day in values["added"].items()
    ]
    dropped = [AmendmentMission(amendment=amendment, mission=code, is_added=False) for code in values["dropped"]]
    AmendmentMission.objects.bulk_create([*added, *dropped])


def _agree(actor: Actor, amendment: Amendment, content: dict, digest: str) -> None:
    """Fix what the parties agreed on, issue the document and send it to signature."""
    _move(amendment, actor, AmendmentChange.AGREE, agreed_on=clock.today(), agreed_hash=digest)
    contract = amendment.contract
    rounds = amendment.transitions.filter(transition=AmendmentChange.AGREE).count()
    document = issue_document(
        actor=actor,
        kind=DocumentKind.AMENDMENT,
        key=f"amendment:{amendment.pk}:{digest}" + (f":{rounds}" if rounds > 1 else ""),
        title=f"{amendment.label} au contrat {contract.number} de la {contract.cpts}",
        template_name="contracts/pdf/amendment.html",
        payload=amendment_words.payload_of(amendment, content),
        circuit=contract.circuit,
        readers=contract.parties,
        expires_on=_last_day(amendment),
        former_round=Document.objects.last_of(f"amendment:{amendment.pk}:"),
    )
    _move(amendment, actor, AmendmentChange.START_SIGNING, document=document)
    transaction.on_commit(partial(notifications.amendment_to_sign, amendment))


def _last_day(amendment: Amendment) -> date:
    """Return the last day to sign: before the amendment takes effect (R18), and never later than the usual delay."""
    usual = clock.today() + timedelta(days=settings.SIGNING_DAYS)
    day = amendment.takes_effect_on
    return min(usual, day - timedelta(days=1)) if day else usual


def _put_in_force(actor: Actor, amendment: Amendment) -> None:
    """The last signature binds: what the amendment changes counts from its first day, which the rows keep."""
    _move(amendment, actor, AmendmentChange.PUT_IN_FORCE, signed_on=clock.today())
    contract, day = amendment.contract, amendment.takes_effect_on
    order = {code: position for position, code in enumerate(rules.MISSION_ORDER, start=1)}
    for row in amendment.missions.all():
        if row.is_added:
            ContractMission.objects.create(
                contract=contract,
                mission=row.mission,
                planned_start=row.planned_start,
                added_from=day,
                position=order[row.mission],
            )
        else:
            contract.missions.filter(mission=row.mission).update(withdrawn_from=day)
    replace_document(actor=actor, document=contract.document, by=amendment.document)
    transaction.on_commit(partial(notifications.amendment_in_force, amendment))


def _reopen(amendment: Amendment, actor: Actor, change: AmendmentChange, reason: str, *, because: str) -> None:
    """Make an amendment a draft again: the document of this round binds nobody."""
    close_round(actor=actor, document=amendment.document, because=reason)
    _move(amendment, actor, change, reason, agreed_on=None, agreed_hash="", document=None)
    transitions.withdraw_consents(amendment, because)


def _move(amendment: Amendment, actor: Actor, change: AmendmentChange, comment: str = "", **facts: Any) -> None:
    """Change the state of a locked amendment with the facts that go with it, and leave both traces."""
    source = amendment.status
    amendment.status = lifecycle.amendment_target(change, status=source, side=actor.side, comment=comment)
    for name, value in facts.items():
        setattr(amendment, name, value)
    amendment.save(update_fields=["status", "updated_at", *facts])
    audit.log_transition(AmendmentTransition, actor, amendment, change, source=source, comment=comment)
    after = {"number": amendment.number, "status": amendment.status, "reason": comment.strip()}
    audit.record(
        actor, f"contract.amendment_{change.value}", amendment.contract, before={"status": source}, after=after
    )


def _lock_in_force(actor: Actor, act: Act, contract: Contract) -> Contract:
    check(actor, act)
    contract = transitions.lock_for_party(actor, contract)
    if contract.status != ContractStatus.ACTIVE:
        raise TransitionNotAllowed("Le contrat n’est pas en vigueur : il ne s’amende pas.")
    return contract


def _lock_amendment(actor: Actor, act: Act, amendment: Amendment) -> Amendment:
    """Lock the contract, then the amendment: always in this order."""
    _lock_in_force(actor, act, amendment.contract)
    return read_locked(Amendment.objects.with_page(), amendment.pk)


def _plain(values: AmendmentValues) -> dict[str, Any]:
    return {name: getattr(value, "code", value) for name, value in values.items()}
