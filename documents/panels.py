"""What the pages show of the circuit of a document: its places, whose turn it is."""

from typing import Any

from core.actor import Actor
from core.face import PartyLine
from documents.models import Document, Signature


def signature_lines(document: Document | None) -> list[PartyLine]:
    """Return one line a signatory: signed or refused, by whom and when, or awaited. Empty without document."""
    return [_line(item) for item in document.signature_list] if document else []


def circuit_of(actor: Actor, document: Document) -> dict[str, Any]:
    """Return where the circuit stands for who looks at it, by the names that the templates know."""
    own = [item for item in document.signature_list if item.organisation_id == actor.organisation_id]
    lacking = [item for item in document.signature_list if not item.signed_at]
    is_awaited = document.awaits(actor)
    return {
        "is_awaited": is_awaited,
        "is_last": is_awaited and len(lacking) == 1,
        "has_signed": bool(own) and all(item.signed_at for item in own),
        "signed_herself": any(item.signer_id == actor.user_id for item in own),
        "next_parties": list(dict.fromkeys((item.side, item.organisation_name) for item in document.awaited)),
    }


def _line(signature: Signature) -> PartyLine:
    return PartyLine(
        side=signature.side,
        organisation=signature.organisation_name,
        tone=signature.tone,
        state=signature.state,
        who=signature.spoken_signer or signature.refused_by,
        at=signature.signed_at or signature.refused_at,
    )
