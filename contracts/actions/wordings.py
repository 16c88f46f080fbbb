"""The wording of the contract: prepared from the current one, adopted, then validated by someone who answers for it."""

from django.db import transaction

from contracts import clauses, transitions, wordings
from contracts.enums import ContractStatus
from contracts.models import Contract, Wording, WordingArticle
from core import audit, clock
from core.actor import Actor
from core.errors import DomainError
from core.locking import read_locked


@transaction.atomic
def copy_current_wording(*, wording: Wording) -> None:
    """Fill a new draft with the articles of the wording that its agreement has now."""
    text = wordings.text_of(wordings.current_version(wording.agreement_version))
    kept = set(WordingArticle.Follow.values)
    WordingArticle.objects.bulk_create(
        WordingArticle(
            wording=wording,
            position=position,
            title=article.title,
            body=clauses.body_of(article.blocks),
            followed_by=article.key if article.key in kept else "",
        )
        for position, article in enumerate(text.articles, start=1)
    )


@transaction.atomic
def adopt_wording(*, actor: Actor, wording: Wording) -> Wording:
    """Make a draft the wording of the contracts to come; it never changes afterwards.

    Contracts still in negotiation take it too: the consents given to the former text are withdrawn, visibly. What is
    agreed or signed keeps the words it was issued with. Raises DomainError when the draft is not whole.
    """
    wording = _locked(wording)
    if not wording.is_draft:
        raise DomainError("Cette trame est déjà adoptée.")
    check_whole(wording)
    wording.adopted_on, wording.adopted_by = clock.today(), actor.user_name
    wording.save(update_fields=["adopted_on", "adopted_by"])
    for contract in Contract.objects.filter(status=ContractStatus.NEGOTIATION).order_by("pk"):
        contract = transitions.lock(contract)
        if contract.status == ContractStatus.NEGOTIATION:  # agreed while we waited, it keeps its text and its consents
            transitions.withdraw_stale_consents(contract)
    audit.record(actor, "wording.adopt", wording, after={"version": wording.version})
    return wording


@transaction.atomic
def validate_wording(*, actor: Actor, wording: Wording) -> Wording:
    """Record that someone answers for an adopted wording: who, when. Raises DomainError otherwise."""
    wording = _locked(wording)
    if wording.is_draft:
        raise DomainError("Adoptez la trame avant de la valider.")
    if wording.validated_on:
        raise DomainError("Cette trame est déjà validée.")
    wording.validated_on, wording.validated_by = clock.today(), actor.user_name
    wording.save(update_fields=["validated_on", "validated_by"])
    audit.record(actor, "wording.validate", wording, after={"version": wording.version})
    return wording


def _locked(wording: Wording) -> Wording:
    return read_locked(Wording.objects.select_related("agreement_version"), wording.pk)


def check_whole(wording: Wording) -> None:
    """Raise DomainError unless the articles read and the amounts and the local clauses have their place."""
    found = {article.key for article in wording.as_value().articles}
    for part in WordingArticle.Follow:
        if part.value not in found:
            raise DomainError(f"Aucun article n’est suivi de cette partie : {part.label}.")
