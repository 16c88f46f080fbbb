"""Someone without an account simulates a contract in a real browser: communes, figures, the link, a comparison."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion
from tests.e2e.people import AXE
from tests.utils.factories import CommuneFactory, DepartmentFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server, browser):
    assert AgreementVersion.objects.exists()
    context = browser.new_context(base_url=live_server.url, locale="fr-FR")
    page = context.new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()


def audit(page: Page) -> None:
    """Let axe read the page with everything open."""
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    violations = Axe().run(page, options=AXE).response["violations"]
    assert [f"{item['id']} × {len(item['nodes'])}" for item in violations] == []


def test_a_visitor_simulates_shares_and_compares(page):
    department = DepartmentFactory()
    CommuneFactory(name="Val d’Exemple", search_name="val d exemple", department=department, population=41_000)
    page.goto("/compte/login/")
    page.get_by_role("link", name="Simulateur").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce qu’une CPTS peut recevoir, et quand")

    # A commune is found while typing, and added without a script of our own.
    page.get_by_text("Choisir des communes plutôt qu’une population").click()
    page.get_by_label("Commune, intercommunalité").press_sequentially("val d")
    page.get_by_role("button", name="Ajouter Val d’Exemple").click()
    expect(page.locator(".sim-sum")).to_contain_text("habitants")
    page.get_by_label("Date de signature").fill("2023-03-15")
    page.get_by_role("button", name="Calculer").last.click()
    expect(page.get_by_role("heading", name="En résumé")).to_be_visible()
    expect(page.locator(".strip")).to_contain_text("Taille 2")

    # An amount opens down to its rule.
    page.locator(".year-fold summary").first.click()
    page.locator(".sim-line summary").first.click()
    expect(page.locator(".calculation").first).to_contain_text("Règle")
    audit(page)

    # The payments of a later day are folded; a sheet of paper shows them all the same.
    page.goto(page.url)
    folded = page.locator("[data-print-open]:not([open]) .sim-schedule").first
    expect(folded).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("[data-print-open]:not([open])")).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(folded).to_be_hidden()

    # The address is the scenario.
    shared = page.get_by_label("L’adresse de ce scénario").input_value()
    total = page.locator(".strip strong").first.inner_text()
    page.goto(shared)
    expect(page.locator(".strip strong").first).to_have_text(total)

    page.get_by_role("link", name="avec des résultats à 60").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce que cela change")
    expect(page.locator("main")).to_contain_text("de moins sur la durée du contrat")
    audit(page)
    assert page.faults == []
