"""A visitor drops a PDF: the browser sends its fingerprint alone, and the file only when its owner asks."""

import pytest
from playwright.sync_api import Page, Request, expect

from core.files import MEGABYTE
from documents.enums import DocumentKind
from tests.documents.story import issue
from tests.utils.world import make_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def drop(page: Page, content: bytes) -> None:
    page.set_input_files(
        "input[type=file]", {"name": "compte-rendu.pdf", "mimeType": "application/pdf", "buffer": content}
    )


def test_a_file_dropped_is_verified_without_leaving_the_browser(live_server, browser):
    issued = issue(make_world(), "minutes:1", kind=DocumentKind.MINUTES, signed=0)
    page = browser.new_page(locale="fr-FR")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(f"{live_server.url}/verifier/")
    drop(page, issued.whole)
    expect(page.get_by_role("heading", name="Ce document est authentique")).to_be_focused()
    drop(page, issued.whole + b"\n")
    expect(page.get_by_role("heading", name="Le portail ne connaît pas ce fichier.")).to_be_visible()
    assert sent == []
    page.get_by_role("button", name="Envoyer le fichier pour un contrôle complet").click()
    expect(page.get_by_role("heading", name="Ce fichier a été modifié")).to_be_visible(timeout=60_000)
    assert [request.url for request in sent] == [f"{live_server.url}/verifier/"]
    drop(page, issued.whole + bytes(20 * MEGABYTE))
    expect(page.get_by_text("trop lourd pour un contrôle complet")).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer le fichier")).to_be_hidden()
    page.close()
