"""A document of the register that three parties sign, and each state of its bytes."""

from dataclasses import dataclass

from documents import actions, jobs, storage
from documents.enums import DocumentKind
from documents.models import Document
from tests.utils.world import World

PARTIES = 3


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A document, the world it is in, and its bytes: as laid out, then after each signature."""

    world: World
    document: Document
    states: list[bytes]

    @property
    def whole(self) -> bytes:
        return self.states[-1]


def issue(world: World, key: str, *, kind=DocumentKind.ANNUAL_ANNEX, signed: int = PARTIES) -> Issued:
    """Return a document of west, laid out, and signed by the first `signed` parties."""
    west = world.west
    parties = [west.cpts, west.ars, west.fund]
    document = actions.issue_document(
        actor=west.coordinator.as_actor(),
        kind=kind,
        key=key,
        title=f"Document {key}",
        template_name="documents/pdf/base.html",
        payload={},
        circuit=[parties] if signed else [],
        readers=parties,
    )
    jobs.render_document(str(document.pk))
    document = Document.objects.get(pk=document.pk)
    states = [storage.read(document.file)]
    for actor in west.signing[:signed]:
        document = actions.sign_document(actor=actor, document=document)
        states.append(storage.read(document.file))
    return Issued(world=world, document=document, states=states)
