"""The signature of a document: given here, elsewhere or on paper, refused, reminded, closed without effect."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from textwrap import shorten
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Membership, User
from accounts.permissions import Act, check_still, may
from core import audit, clock
from core.actor import Actor
from core.enums import PARTIES
from core.errors import DomainError
from core.locking import read_locked
from core.wording import of, spoken_list, the
from documents import notifications, permissions, storage, tasks
from documents.actions import delegations
from documents.actions.files import store
from documents.enums import SigningState, Stamp
from documents.models import Document, Signature
from documents.paper.acceptance import PaperSignature, check_paper
from documents.signing import engine
from documents.signing.authority import current_authority
from documents.signing.engine import SignedPdf
from documents.verification.outside import OutsideFile, accepted_signature

MANDATE_LENGTH = 110  # what the box of a stamp holds of it
Outside = OutsideFile | PaperSignature  # a signature made out of the portal, as it is brought back


@transaction.atomic
def sign_document(*, actor: Actor, document: Document, outside: Outside | None = None) -> Document:
    """Put the signature of the actor, for her organisation, on the bytes the others already signed.

    `outside` is what was signed out of the portal: the file that bears the signatory's own certificate, or the copy of
    the paper she signed by hand, which leaves the bytes as they are.
    The row is locked: two people signing at the same instant sign one after the other, and none is lost.
    Those whose turn comes next are told by mail. Raises NotAllowed, or DomainError when the document is not ready, the
    party or the person has signed, its turn has not come, or the file is refused.
    """
    permissions.check_may_sign(actor)
    document = _locked(document)
    check_still(actor, Act.SIGN)
    signature = _signature_of(actor, document)
    if isinstance(outside, PaperSignature):
        _keep_paper(actor, document, signature, outside)
    else:
        _sign_bytes(actor, document, signature, outside)
    document = Document.objects.with_signatures().get(pk=document.pk)
    _call_next(document, signature)
    return document


def _call_next(document: Document, given: Signature) -> None:
    """Tell the parties whose turn comes with the signature that was just given, the last of its step."""
    for row in _one_a_party(row for row in document.awaited if row.step > given.step):
        transaction.on_commit(partial(notifications.signature_turn, row))


def _one_a_party(rows: Iterable[Signature]) -> list[Signature]:
    """Keep one place of each party: its people are told once, however many of them sign."""
    return list({row.organisation_id: row for row in rows}.values())


def _sign_bytes(actor: Actor, document: Document, signature: Signature, outside: OutsideFile | None) -> None:
    _check_signs_once(actor, document)
    signer, now = User.objects.get(pk=actor.user_id), clock.now()
    mandate = _keep_delegation(actor, document, signature)
    make = partial(_sign_outside, outside) if outside else partial(_sign_here, signer, now, mandate)
    signed = make(document, signature)
    stored = store(actor, document.file.name, "application/pdf", signed.content, document.readers.all(), document)
    signature.signed_at, signature.signer, signature.file = now, signer, stored
    signature.signer_name, signature.signer_title = signer.get_full_name(), signer.job_title
    _keep_signature(actor, document, signature, signed)


def _keep_paper(actor: Actor, document: Document, signature: Signature, paper: PaperSignature) -> None:
    """Keep the copy of a paper signed by hand beside the document, whose bytes are not touched."""
    check_paper(document, paper)
    signatory = _signatory_on_paper(actor, document, paper)
    _keep_delegation(signatory.as_actor(), document, signature)
    signature.signed_at, signature.handwritten_on = clock.now(), paper.handwritten_on
    signature.signer, signature.signer_name = signatory.user, signatory.user.get_full_name()
    signature.signer_title = signatory.user.job_title
    signature.depositor_id, signature.depositor_name = actor.user_id, actor.user_name
    signature.scan = store(actor, paper.name, "application/pdf", paper.content, document.readers.all())
    signature.save()
    _ask_for_archive(document)
    after = {"side": signature.side, "on_paper": True, "sha256": signature.scan.sha256}
    after |= {"signer": signature.signer_name, "handwritten_on": signature.handwritten_on, **_delegation_of(signature)}
    audit.record(actor, "document.sign", document, after=after)


def _signatory_on_paper(actor: Actor, document: Document, paper: PaperSignature) -> Membership:
    """Return who signed by hand: someone of the actor's organisation who may sign for it, and signed for no other."""
    people = Membership.objects.active().filter(organisation=actor.organisation_id, pk=paper.signatory.pk)
    signatory = people.select_related("user", "organisation").first()
    if signatory is None or not may(signatory.as_actor(), Act.SIGN):
        raise DomainError("Cette personne ne peut pas signer au nom de votre organisation.", "signatory")
    _check_for_one_party(document, signatory.as_actor())
    if document.signatures.filter(signer=signatory.user_id).exists():
        raise DomainError("Cette personne a déjà signé ce document : une autre signe à cette place.", "signatory")
    return signatory


def _keep_delegation(signatory: Actor, document: Document, signature: Signature) -> str:
    """Write by whose delegation, and by which deed, a signature is given; return what its stamp says of it.

    Nothing is written, and nothing said, for who signs in her own right.

    The parties of the document may then read the deed. Raises DomainError when who delegated has left, or when the deed
    was never deposited.
    """
    deed = delegations.mandate_of(signatory)
    if deed is None:
        return ""
    signature.delegated_by = str(deed.delegation.grantor.user)
    signature.delegation_deed = deed.delegation.mandate_words
    signature.deed = deed.file
    deed.file.readers.add(*document.readers.all())
    words = f"par délégation {of(signature.delegated_by)}\u00a0: {deed.delegation.deed_words}"
    return shorten(words, MANDATE_LENGTH, placeholder="…")


def _sign_here(signer: User, signed_at: datetime, mandate: str, document: Document, signature: Signature) -> SignedPdf:
    organisation = signature.organisation_name
    return engine.sign_pdf(
        pdf=storage.read(document.file),
        field_name=signature.field_name,
        signer=current_authority().signer_for(signer.get_full_name(), organisation, signer.email),
        signer_name=signer.get_full_name(),
        mandate=mandate,
        reason=", ".join(filter(None, [document.title, signature.delegation_deed])),
        location=organisation,
        signed_at=signed_at,
        certify=not document.is_certified,
    )


def _sign_outside(outside: OutsideFile, document: Document, signature: Signature) -> SignedPdf:
    """Take the signature made elsewhere, and what its certificate says of itself."""
    added = accepted_signature(document, signature, storage.read(document.file), outside)
    subject, issuer = engine.certificate_names(outside.content, added.field)
    signature.certificate_subject, signature.certificate_issuer = subject, issuer
    signature.is_certificate_known = added.trusted
    stamp = engine.stamp_of(outside.content, added.field) if added.is_timestamped else None
    awaits = bool(settings.TSA_URL) and stamp is None
    return SignedPdf(content=outside.content, stamp=stamp, awaits_stamp=awaits)


@transaction.atomic
def refuse_document(*, actor: Actor, document: Document, reason: str) -> Document:
    """Refuse to sign for the actor's organisation: who, when and why are kept, and nobody signs this document any more.

    Called by the room above, which says what becomes of what the document binds. A signature given is not taken back.
    """
    permissions.check_may_sign(actor)
    if not reason.strip():
        raise DomainError("Indiquez la raison : elle est lue par les trois parties.", "reason")
    document = _locked(document)
    signature = _place_of(actor, document)
    _check_signs_once(actor, document)
    signature.refused_at, signature.refused_by, signature.refusal_reason = clock.now(), actor.user_name, reason.strip()
    signature.save()
    audit.record(actor, "document.refuse", document, after={"side": signature.side, "reason": reason.strip()})
    return Document.objects.with_signatures().get(pk=document.pk)


@transaction.atomic
def close_round(*, actor: Actor, document: Document | None, because: str) -> None:
    """Close a round of signature without effect: what it was to bind has changed. Idempotent.

    A round that is signed, refused or closed stays what it is.
    """
    if document is None:
        return
    document = _locked(document)
    if document.signing_state not in (SigningState.OPEN, SigningState.EXPIRED):
        return
    document.closed_at, document.closed_because = clock.now(), because
    document.save(update_fields=["closed_at", "closed_because", "updated_at"])
    audit.record(actor, "document.close_round", document, after={"because": because})


@transaction.atomic
def remind_signatories(*, actor: Actor, document: Document) -> list[Signature]:
    """Send a mail to the parties whose signature is awaited, at most once a day each; return a place of each.

    Raises DomainError when nobody else is awaited, or all were reminded today.
    """
    permissions.check_may_remind(actor)
    document = _locked(document)
    others = [row for row in document.awaited if row.organisation_id != actor.organisation_id]
    if not others:
        raise DomainError("Aucune autre signature n’est attendue sur ce document.")
    today = clock.today()
    due = [row for row in others if row.reminded_on != today]
    if not due:
        raise DomainError("Un rappel est déjà parti aujourd’hui : vous pourrez en envoyer un autre demain.")
    former = {row.pk: row.reminded_on for row in due}
    for row in due:
        row.reminded_on = today
        row.save(update_fields=["reminded_on", "updated_at"])
    reminded = _one_a_party(due)
    for row in reminded:
        audit.record(
            actor, "document.remind", document, after={"side": row.side, "organisation": row.organisation_name}
        )
    transaction.on_commit(partial(_send_reminders, actor, document, reminded, former))
    return reminded


def _send_reminders(
    actor: Actor, document: Document, rows: list[Signature], former: Mapping[UUID, date | None]
) -> None:
    """Send the mails, one a party, once the day is kept: a double click sends none twice.

    Those that could not leave are due again, `former` being the days of the reminders before, by place. Raises
    DomainError then, with the parties that were not reminded.
    """
    lost = [row for row in rows if not notifications.signature_reminder(row, actor.organisation_name)]
    if not lost:
        return
    with transaction.atomic():
        parties = [row.organisation_id for row in lost]
        for place in document.signatures.filter(organisation__in=parties, pk__in=former, signed_at=None):
            place.reminded_on = former[place.pk]
            place.save(update_fields=["reminded_on", "updated_at"])
        for row in lost:
            audit.record(actor, "document.reminder_lost", document, after={"organisation": row.organisation_name})
    whom = spoken_list([the(row.organisation_name) for row in lost])
    raise DomainError(
        f"Le rappel n’est pas parti pour {whom}\u00a0: la messagerie ne répond pas. Réessayez dans quelques minutes."
    )


def _locked(document: Document) -> Document:
    """Read a document again under lock, with its signatures as they are now."""
    return read_locked(Document.objects.with_signatures(), document.pk)


def _keep_signature(actor: Actor, document: Document, signature: Signature, signed: SignedPdf) -> None:
    """Write a signature with what vouches for its time; ask the worker for the time stamp that the document is owed."""
    if signed.stamp:
        signature.set_stamp(signed.stamp)
    elif signed.awaits_stamp:
        signature.stamp = Stamp.PENDING
    signature.save()
    document.file = signature.file
    document.save(update_fields=["file", "updated_at"])
    _ask_for_archive(document)
    after = {"side": signature.side, "sha256": signature.file.sha256, "stamp": signature.stamp}
    after |= _delegation_of(signature)
    if signature.is_made_outside:
        after["certificate"] = signature.certificate_subject
    audit.record(actor, "document.sign", document, after=after)
    if signature.stamp == Stamp.PENDING:
        transaction.on_commit(partial(tasks.wake_stamper, document.pk))


def _ask_for_archive(document: Document) -> None:
    """Ask for the time stamp that closes the archive, once all have signed and the file bears a signature."""
    rows = document.signatures
    if not settings.TSA_URL or rows.filter(signed_at=None).exists() or not rows.filter(file__isnull=False).exists():
        return
    document.stamp = Stamp.PENDING
    document.save(update_fields=["stamp", "updated_at"])
    transaction.on_commit(partial(tasks.wake_stamper, document.pk))


def _delegation_of(signature: Signature) -> dict[str, str]:
    """Return what the journal keeps of a signature given for another."""
    return {"delegated_by": signature.delegated_by, "deed": signature.delegation_deed} if signature.delegated_by else {}


def _signature_of(actor: Actor, document: Document) -> Signature:
    """Return the place where the actor may sign now."""
    if not document.is_ready:
        raise DomainError("Le document est en cours de préparation : il pourra être signé dans un instant.")
    signature = _place_of(actor, document)
    _check_for_one_party(document, actor)
    if document.place_for(actor) is None:
        first = spoken_list([the(row.organisation_name) for row in _one_a_party(document.awaited)])
        raise DomainError(f"Ce document se signe dans l’ordre : {first} d’abord.")
    return signature


def _check_for_one_party(document: Document, actor: Actor) -> None:
    others = document.signatures.exclude(organisation=actor.organisation_id)
    if others.filter(Q(signer=actor.user_id) | Q(depositor=actor.user_id)).exists():
        raise DomainError("Une même personne ne signe pas pour deux parties.")


def _check_signs_once(actor: Actor, document: Document) -> None:
    if document.signatures.filter(signer=actor.user_id).exists():
        raise DomainError(
            "Vous avez déjà signé ce document : la signature qui manque à votre organisation est celle d’une autre "
            "personne."
        )


def _place_of(actor: Actor, document: Document) -> Signature:
    """Return the place of the actor's organisation, free, in a document that may still be signed."""
    places = [row for row in document.signature_list if row.organisation_id == actor.organisation_id]
    if not places or actor.side not in PARTIES:
        raise DomainError("Votre organisation n’est pas signataire de ce document.")
    signature = next((row for row in places if not row.signed_at), None)
    if signature is None:
        raise DomainError("Votre organisation a déjà signé ce document.")
    if document.signing_state != SigningState.OPEN:
        raise DomainError(f"Ce document ne se signe plus. Il est à l’état « {document.signing_state.label} ».")
    return signature
