"""Who did what to a contract, and to each of its amendments."""

from collections.abc import Iterable, Mapping

from contracts.lifecycle import AMENDMENT_WORDS, WORDS, AmendmentChange, Transition
from contracts.models import Amendment, AmendmentConsent, Consent, Contract
from contracts.panels import short_code
from core.dates import format_date
from core.face import HistoryEntry, latest_first
from core.models import TransitionLog
from core.wording import the
from documents.models import Signature

# What ends a round of signature without effect, of a contract or of an amendment.
STOPS = (
    Transition.REFUSE_SIGNATURE,
    Transition.NEWER_AGREEMENT,
    Transition.EXPIRE_SIGNATURE,
    AmendmentChange.MISS_THE_DAY,
)


def contract_history(contract: Contract) -> list[HistoryEntry]:
    """Return who did what to a contract: consents and their withdrawal, signatures, crises, transitions."""
    entries = _consents(contract.consents.all())
    for termination in contract.terminations.all():
        entries += [
            HistoryEntry.of(row, "a donné son accord sur la fin du contrat") for row in termination.consents.all()
        ]
    entries += _signatures(f"contract:{contract.pk}:", "le contrat")
    entries += [
        HistoryEntry.of(crisis, f"a déclaré une crise au {format_date(crisis.declared_on)}", comment=crisis.label)
        for crisis in contract.crises.all()
    ]
    return latest_first(entries + _steps(contract.transitions.all(), WORDS))


def amendment_history(amendment: Amendment) -> list[HistoryEntry]:
    """Return who did what to an amendment: consents and their withdrawal, signatures, transitions."""
    entries = _consents(amendment.consents.all()) + _signatures(f"amendment:{amendment.pk}:", "l’avenant")
    return latest_first(entries + _steps(amendment.transitions.all(), AMENDMENT_WORDS))


def stopped_words(steps: Iterable[TransitionLog]) -> str:
    """Say why a round of signature stopped, from the transitions of its contract or amendment: a refusal, a last day
    that passed, a newer agreement. Empty where none did."""
    last = max((step for step in steps if step.transition in STOPS), key=lambda step: step.at, default=None)
    if last and last.transition == Transition.REFUSE_SIGNATURE:
        return f"{last.organisation_name} a refusé de signer."
    return last.comment if last else ""


def _steps(transitions: Iterable[TransitionLog], words: Mapping[str, str]) -> list[HistoryEntry]:
    """Tell the transitions: after what led to them, where both are of the same instant."""
    return [HistoryEntry.of(step, words[step.transition], comment=step.comment) for step in transitions]


def _consents(consents: Iterable[Consent | AmendmentConsent]) -> list[HistoryEntry]:
    """Tell each consent, and its withdrawal by the portal when what was consented to changed."""
    entries = []
    for consent in consents:
        entries.append(HistoryEntry.of(consent, f"a consenti au contenu {short_code(consent.content_hash)}"))
        if consent.withdrawn_at:
            because = f"{consent.withdrawn_because[:1].upper()}{consent.withdrawn_because[1:]}."
            what = f"a retiré le consentement de {the(consent.organisation_name)}"
            entries.append(HistoryEntry(at=consent.withdrawn_at, who="Portail CPTS", what=what, comment=because))
    return entries


def _signatures(key: str, what: str) -> list[HistoryEntry]:
    """Tell the signatures of every document whose key begins so: a circuit that was begun again keeps its own."""
    signed = Signature.objects.filter(document__key__startswith=key, signed_at__isnull=False)
    return [
        HistoryEntry(
            at=signature.signed_at,
            who=signature.signer_name,
            what=_signing_words(signature, what),
            organisation=signature.organisation_name,
            side=signature.side,
        )
        for signature in signed
    ]


def _signing_words(signature: Signature, what: str) -> str:
    """« a signé le contrat sur papier », « a signé l’avenant, par délégation de Marc Essai »."""
    how = " sur papier" if signature.is_on_paper else ""
    return ", ".join(filter(None, [f"a signé {what}{how}", signature.mandate_words]))
