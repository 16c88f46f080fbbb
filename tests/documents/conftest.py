"""A contract of three pages, made and signed once for the tests of the room."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.test.utils import override_settings

from core.models import AuditEvent, JobState
from documents import actions, jobs, storage
from documents.enums import DocumentKind
from documents.layout.pdf import SignatureField, render_pdf
from documents.models import Document, StoredFile
from documents.signing.authority import Authority, DemonstrationAuthority
from documents.signing.engine import SILENCE_KEY, SignedPdf, sign_pdf, stamp_document
from documents.verification import outside, verdicts
from documents.verification.reader import verify_pdf
from tests.documents.stamping import TimeStampServer, serving

TEMPLATES = Path(__file__).parent / "templates"
ISSUED_AT = datetime(2026, 3, 15, 9, 0, tzinfo=UTC)
FIELDS = (
    SignatureField(
        name="Signature_CPTS", party="CPTS du Pays de Redon", signatory="Jeanne Martin", function="présidente"
    ),
    SignatureField(name="Signature_ARS", party="ARS Bretagne", signatory="Paul Le Goff", function="directeur général"),
    SignatureField(
        name="Signature_FUND",
        party="Caisse primaire d’assurance maladie d’Ille-et-Vilaine",
        signatory="Ana Şahin",
        function="directrice",
    ),
)
SIGNED_AT = (
    datetime(2026, 3, 15, 13, 2, tzinfo=UTC),
    datetime(2026, 7, 16, 9, 30, tzinfo=UTC),
    datetime(2026, 7, 16, 9, 31, tzinfo=UTC),
)


def sample(**changes) -> dict:
    """Return the arguments that render the sample contract."""
    rows = [
        {
            "group": f"Année {number // 13 + 1}" if number % 13 == 0 else "",
            "due": f"15/{number % 12 + 1:02}/{2026 + number // 13}",
            "line": "Accès aux soins",
            "nature": "Avance",
            "rule": "R7",
            "amount": f"{number + 1}\u202f678,08\u00a0€",
        }
        for number in range(30)
    ]
    context = {
        "document_code": "K7QF-2MXW-9RTA",
        "body_class": "",
        "amount": "75\u202f000,00\u00a0€",
        "rows": rows,
        "total": "485\u202f342,40\u00a0€",
    }
    return {
        "template_name": "sample.html",
        "context": context,
        "title": "Contrat tripartite – CPTS du Pays de Redon",
        "issued_at": ISSUED_AT,
        "signature_fields": FIELDS,
    } | changes


@pytest.fixture(scope="session", autouse=True)
def sample_templates() -> Iterator[None]:
    """Let the engine find the templates of these tests."""
    (engine,) = django_settings.TEMPLATES
    with override_settings(TEMPLATES=[engine | {"DIRS": [*engine["DIRS"], TEMPLATES]}]):
        yield


@pytest.fixture(scope="session")
def contract(sample_templates) -> bytes:
    return render_pdf(**sample())


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return DemonstrationAuthority(tmp_path_factory.mktemp("signing"))


def sign(pdf: bytes, position: int, authority: Authority, **changes) -> bytes:
    """Return the file once signed in the place of the party of this position."""
    return sign_as(pdf, position, authority, **changes).content


def sign_as(pdf: bytes, position: int, authority: Authority, **changes) -> SignedPdf:
    """Sign in the place of the party of this position."""
    field = FIELDS[position]
    arguments = {
        "pdf": pdf,
        "field_name": field.name,
        "signer": authority.signer_for(field.signatory, field.party, f"signataire{position}@exemple.fr"),
        "signer_name": field.signatory,
        "reason": "Signature du contrat tripartite",
        "location": "Portail CPTS",
        "signed_at": SIGNED_AT[position],
        "certify": position == 0,
    }
    return sign_pdf(**arguments | changes)


@pytest.fixture(scope="session")
def revisions(contract, authority) -> list[bytes]:
    """The contract, then as each of the three left it."""
    files = [contract]
    for position in range(len(FIELDS)):
        files.append(sign(files[-1], position, authority))
    return files


@pytest.fixture(scope="session")
def signed(revisions) -> bytes:
    return revisions[-1]


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def time_stamping(settings, rsa_key, authority, tmp_path) -> Iterator[TimeStampServer]:
    """An RFC 3161 authority that the settings name and trust."""
    with serving(rsa_key, tmp_path) as server:
        settings.SIGNING_ROOT, settings.SIGNING_TRUST = authority.root, str(tmp_path)
        settings.TSA_URL = server.url
        cache.delete(SILENCE_KEY)
        yield server


@pytest.fixture(scope="session")
def archived(contract, authority, rsa_key, tmp_path_factory) -> bytes:
    """The contract signed by the three, then time-stamped as a whole."""
    trust, content = tmp_path_factory.mktemp("trust"), contract
    with (
        serving(rsa_key, trust) as server,
        override_settings(SIGNING_ROOT=authority.root, SIGNING_TRUST=str(trust), TSA_URL=server.url),
    ):
        for position in range(len(FIELDS)):
            content = sign(content, position, authority)
        return stamp_document(content).content


@pytest.fixture
def to_sign(world) -> Document:
    """A document laid out, that the three parties are to sign."""
    return issue(world)


def issue(world, key: str = "contract:1", circuit=None, **options) -> Document:
    """Return a document laid out, that the three parties sign when they like unless a `circuit` is given."""
    west = world.west
    document = actions.issue_document(
        actor=west.coordinator.as_actor(),
        kind=DocumentKind.CONTRACT,
        key=key,
        title="Contrat tripartite",
        template_name="sample.html",
        payload={"body_class": "", "amount": "75 000,00 €", "rows": [], "total": "0,00 €"},
        circuit=circuit or [[west.cpts, west.ars, west.fund]],
        readers=[],
        **options,
    )
    jobs.render_document(str(document.pk))
    return Document.objects.with_signatures().get(pk=document.pk)


def read(document: Document) -> Document:
    return Document.objects.with_signatures().get(pk=document.pk)


@pytest.fixture
def examined_at_hand(monkeypatch) -> None:
    """Files are examined in this process: another one says the same (test_verdicts) and costs a second to start."""
    monkeypatch.setattr(verdicts, "examine", verify_pdf)
    monkeypatch.setattr(outside, "examine", verify_pdf)


@pytest.fixture
def own_store(settings, tmp_path) -> None:
    """A store that holds nothing yet."""
    settings.MEDIA_ROOT = tmp_path / "store"


def assert_made_once(document: Document) -> None:
    """The document is laid out, its file is the only one of the base and of the store, and the journal says so once."""
    made = StoredFile.objects.get()
    document = Document.objects.get(pk=document.pk)
    assert (document.job_state, document.file) == (JobState.DONE, made)
    assert storage.read(made).startswith(b"%PDF-") and list(default_storage.names()) == [made.path]
    assert AuditEvent.objects.filter(action="document.render", object_id=str(document.pk)).count() == 1
