"""The public verification: one sentence first, nothing but what its holder may know, and nothing kept of a file."""

import hashlib
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from core.models import AuditEvent
from documents.enums import DocumentKind
from documents.models import StoredFile
from tests.documents.story import issue
from tests.utils.world import make_world

pytestmark = pytest.mark.django_db
VERIFY = reverse("documents:verify")


@pytest.fixture(scope="module")
def issued(django_db_setup, django_db_blocker):
    """An annex that the three signed; made once a module, then undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield issue(make_world(), "annex:1")
        transaction.set_rollback(True)


def code_page(code: str) -> str:
    return reverse("documents:verify_code", args=[code])


def digest_page(content: bytes) -> str:
    return reverse("documents:verify_digest", args=[hashlib.sha256(content).hexdigest()])


def sent(client, content: bytes, name="annexe.pdf"):
    return client.post(VERIFY, {"file": SimpleUploadedFile(name, content, "application/pdf")})


def without_token(response) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)


def test_a_code_typed_in_any_way_leads_to_its_address(client, issued):
    code = issued.document.code
    typed = client.get(VERIFY, {"code": code.lower().replace("-", " ")})
    assert (typed.status_code, typed.url) == (302, code_page(code))
    spoken = client.get(code_page(code.replace("-", "").lower()))
    assert (spoken.status_code, spoken.url) == (302, code_page(code))


def test_the_page_of_a_code_says_who_signed_and_when_and_nothing_else(client, issued):
    response = client.get(code_page(issued.document.code))
    west = issued.world.west
    assert response.status_code == 200
    assert "Ce code est celui d’un document que toutes ses parties ont signé." in response.text
    for words in (issued.document.title, west.cpts.name, west.ars_signatory.user.get_full_name(), "non qualifiée"):
        assert words in response.text
    for hidden in (west.president.user.email, str(issued.document.pk), "documents/", "€"):
        assert hidden not in response.text


def test_a_code_that_is_not_known_says_no_more_than_one_that_is_not_a_code(client, issued):
    pages = [client.get(code_page(code)) for code in ("QQQQ-2MXW-9RTA", "ZZZZ-ZZZZ-ZZZZ", "nimporte-quoi")]
    assert {page.status_code for page in pages} == {404}
    for page, code in zip(pages, ("QQQQ-2MXW-9RTA", "ZZZZ-ZZZZ-ZZZZ", "nimporte-quoi"), strict=True):
        assert "Le portail ne connaît pas ce code." in page.text
        same = without_token(page).replace(code, "")
        assert same == without_token(pages[0]).replace("QQQQ-2MXW-9RTA", "")


def test_what_is_typed_and_is_no_code_is_said_beside_the_field(client):
    response = client.get(VERIFY, {"code": "K7QF-2MX"})
    assert "Ce n’est pas un code du portail" in response.text and 'value="K7QF-2MX"' in response.text


def test_a_fingerprint_is_enough_to_know_a_file_of_ours(client, issued):
    whole = client.get(digest_page(issued.whole))
    assert "Ce document est authentique et complet" in whole.text
    cut = client.get(digest_page(issued.states[1]), headers={"HX-Request": "true"})
    west = issued.world.west
    assert f"signatures manquantes : {west.ars.name} et {west.fund.name}" in cut.text
    assert "<html" not in cut.text


def test_a_fingerprint_that_is_not_known_offers_to_send_the_file(client, issued):
    response = client.get(digest_page(issued.whole + b"\n"))
    assert "Le portail ne connaît pas ce fichier." in response.text
    assert "contrôle complet" in response.text and issued.document.code not in response.text


def test_a_file_sent_is_examined_and_nothing_of_it_is_kept(client, issued):
    files, events = StoredFile.objects.count(), AuditEvent.objects.count()
    response = sent(client, issued.whole + b"\n")
    assert "Ce fichier a été modifié" in response.text and issued.document.code in response.text
    assert "Le fichier a été allongé ou raccourci après la dernière signature." in response.text
    assert "Ce document est authentique et complet" in sent(client, issued.whole).text
    assert (StoredFile.objects.count(), AuditEvent.objects.count()) == (files, events)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("annexe.pdf", b"<html>", "malgré son nom"), ("annexe.docx", b"PK", "Choisissez un fichier PDF")],
)
def test_what_is_not_a_pdf_is_refused_beside_the_field(client, name, content, sentence):
    assert sentence in sent(client, content, name).text


def test_a_document_that_nobody_signs_is_said_so(client, world):
    minutes = issue(world, "minutes:1", kind=DocumentKind.MINUTES, signed=0)
    assert "que personne n’avait à signer" in client.get(code_page(minutes.document.code)).text


# So many requests an address (RL1)


def test_rl1_an_address_asks_so_many_times_then_waits(client, settings):
    settings.PUBLIC_RATES = {**settings.PUBLIC_RATES, "verification": "3/h"}
    asked = [client.get(code_page("QQQQ-2MXW-9RTA"), headers={"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(4)]
    assert [response.status_code for response in asked] == [404, 404, 404, 429]
    assert 0 < int(asked[-1]["Retry-After"]) <= 3600
    assert "Réessayez dans" in asked[-1].text
    assert client.get(code_page("QQQQ-2MXW-9RTA"), REMOTE_ADDR="192.0.2.7").status_code == 404


def test_rl1_sending_files_is_counted_apart(client, settings):
    settings.PUBLIC_RATES = {**settings.PUBLIC_RATES, "verification of a file": "1/h"}
    assert sent(client, b"<html>").status_code == 200
    assert sent(client, b"<html>").status_code == 429
    assert client.get(VERIFY).status_code == 200


def test_rl1_behind_a_proxy_the_address_is_what_the_proxy_saw(client, settings):
    settings.PUBLIC_RATES = {**settings.PUBLIC_RATES, "verification": "1/h"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    spoofed = [
        client.get(code_page("QQQQ-2MXW-9RTA"), headers={"X-Forwarded-For": f"{claimed}, 198.51.100.4"}).status_code
        for claimed in ("10.0.0.1", "10.0.0.2")
    ]
    assert spoofed == [404, 429]
