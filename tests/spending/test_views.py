"""The pages: seen by the three parties and the observer, written by the CPTS, nothing typed is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from spending import actions
from spending.models import Expense, Professional
from tests.spending.conftest import indemnity, spend
from tests.utils import stories
from tests.utils.reading import plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def url(name: str, *args) -> str:
    return reverse(f"spending:{name}", args=args)


def text(response) -> str:
    assert response.status_code == 200
    return plain(response.content.decode())


def typed(**changes) -> dict:
    """Return what a person types."""
    return {
        "spent_on": "2026-03-20",
        "envelope": "OPERATING",
        "category": "PREMISES",
        "label": "Loyer de mars",
        "amount": "1 000,50",
        **changes,
    }


def test_the_year_is_read_by_the_three_parties_and_the_observer_and_hidden_from_others(world, contract, client_of):
    expense = spend(world.west.treasurer.as_actor(), contract)
    pages = (
        url("year_detail", contract.pk, 2),
        url("expense_detail", expense.pk),
        url("professional_list", contract.pk),
    )
    for page in pages:
        for member in (world.west.reader, world.west.ars_officer, world.west.accountant, world.observer):
            assert client_of(member).get(page).status_code == 200
        for member in (world.neighbour.coordinator, world.east.ars_officer, world.east.fund_officer):
            assert client_of(member).get(page).status_code == 404


def test_who_only_reads_is_offered_nothing_to_write(world, contract, client_of):
    address = url("year_detail", contract.pk, 2)
    assert "Saisir une dépense" in text(client_of(world.west.treasurer).get(address))
    for member in (world.west.president, world.west.ars_officer, world.observer):
        assert "Saisir une dépense" not in text(client_of(member).get(address))


def test_an_empty_list_says_who_fills_it_and_from_when(world, contract, client_of):
    Professional.objects.filter(cpts=contract.cpts_id).delete()
    listing, year = url("professional_list", contract.pk), url("year_detail", contract.pk, 2)
    first_steps = {listing: url("professional_create", contract.pk), year: url("expense_create", contract.pk)}
    for page, first_step in first_steps.items():
        readers = (world.west.treasurer, world.west.ars_officer)
        offered, told = (client_of(who).get(page).context["table"] for who in readers)
        assert offered.is_bare and offered.empty_url == first_step
        assert told.empty_url == "" and "La coordination ou la trésorerie de la CPTS" in told.empty_text
    to_come = client_of(world.west.treasurer).get(url("year_detail", contract.pk, 3)).context["table"]
    assert to_come.empty_url == "" and "à partir du" in to_come.empty_text


def test_a_correction_written_while_someone_cancelled_the_expense_stays_in_its_form(world, contract, client_of):
    actor = world.west.treasurer.as_actor()
    expense = spend(actor, contract)
    actions.cancel_expense(actor=actor, expense=expense, reason="Saisie deux fois.")
    answer = client_of(world.west.coordinator).post(
        url("expense_replace", expense.pk), typed(reason="Écrit trop tard.")
    )
    assert "Cette dépense est déjà annulée." in text(answer) and "Écrit trop tard." in text(answer)
    assert Expense.objects.filter(contract=contract, cancelled_at=None, label="Loyer de mars").count() == 0


def test_an_expense_is_entered_as_french_people_type_with_its_receipt(world, contract, client_of):
    client = client_of(world.west.treasurer)
    receipt = SimpleUploadedFile("loyer.pdf", stories.PDF, content_type="application/pdf")
    response = client.post(url("expense_create", contract.pk), typed(receipt=receipt))
    assert response.headers["Location"] == url("year_detail", contract.pk, 2)
    page = text(client.get(response.headers["Location"]))
    assert "Loyer de mars" in page and "1 000,50 €" in page
    assert Expense.objects.get().receipt.name == "loyer.pdf"


def test_the_next_expense_may_be_entered_at_once(world, contract, client_of):
    response = client_of(world.west.treasurer).post(url("expense_create", contract.pk), typed(encore="1"))
    assert response.headers["Location"] == url("expense_create", contract.pk)


def test_r20_the_refusal_is_beside_the_amount_and_nothing_typed_is_lost(world, contract, client_of, people, treasurer):
    spend(treasurer, contract, **indemnity(people.nurse, "48000.00"))
    answer = typed(category="INDEMNITIES", amount="61", professional=people.nurse.pk)
    response = client_of(world.west.treasurer).post(url("expense_create", contract.pk), answer)
    page = text(response)
    assert list(response.context["form"].errors) == ["amount"]
    assert "ne peut plus recevoir que 60,00 € en 2026" in page
    assert 'value="Loyer de mars"' in page


def test_an_expense_tells_all_its_refusals_at_once(world, contract, client_of, people, treasurer):
    """Of a field by itself, of its day, of the indemnity without its professional, of the ceiling (R20)."""
    client, address = client_of(world.west.treasurer), url("expense_create", contract.pk)
    answer = typed(spent_on="2099-01-01", envelope="", category="INDEMNITIES", label="")
    refused = {"spent_on", "envelope", "professional", "label"}
    assert set(client.post(address, answer).context["form"].errors) == refused
    answer = typed(category="INDEMNITIES", amount="60000", professional=people.nurse.pk, label="")
    assert set(client.post(address, answer).context["form"].errors) == {"amount", "label"}
    again = url("expense_replace", spend(treasurer, contract, **indemnity(people.nurse, "48000.00")).pk)
    answer = typed(category="INDEMNITIES", professional=people.nurse.pk, amount="48060", reason="")
    assert set(client.post(again, answer).context["form"].errors) == {"reason"}, "the former amount counts no more"


def test_a_professional_of_another_cpts_is_not_a_choice(world, contract, client_of, people):
    other = type(people.nurse).objects.create(cpts=world.east.cpts, name="Zoé Lointaine", profession="NURSE")
    answer = typed(category="INDEMNITIES", professional=other.pk)
    response = client_of(world.west.treasurer).post(url("expense_create", contract.pk), answer)
    assert "professional" in response.context["form"].errors
    assert "Lointaine" not in text(response)


def test_a_closed_year_is_read_and_not_written(world, contract, client_of):
    page = text(client_of(world.west.treasurer).get(url("year_detail", contract.pk, 1)))
    assert "Année close" in page and "Saisir une dépense" not in page


def test_a_year_that_does_not_exist_yet_is_not_found(world, contract, client_of):
    client = client_of(world.west.treasurer)
    assert client.get(url("year_detail", contract.pk, 3)).status_code == 200
    assert client.get(url("year_detail", contract.pk, 4)).status_code == 404


def test_a_cancelled_expense_stays_in_the_list_and_out_of_the_sums(world, contract, client_of, treasurer):
    expense = spend(treasurer, contract)
    actions.cancel_expense(actor=treasurer, expense=expense, reason="Saisie deux fois")
    client = client_of(world.west.ars_officer)
    page = text(client.get(url("year_detail", contract.pk, 2)))
    assert "Annulée" in page and "Dépensé</td>" not in page
    assert "Saisie deux fois" in text(client.get(url("expense_detail", expense.pk)))
    assert client_of(world.west.treasurer).get(url("expense_replace", expense.pk)).status_code == 302


def test_the_list_filters_and_exports(world, contract, client_of, treasurer):
    spend(treasurer, contract)
    spend(treasurer, contract, label="Affiches", category="COMMUNICATION")
    client = client_of(world.west.accountant)
    address = url("year_detail", contract.pk, 2)
    kept = text(client.get(address, {"category": "COMMUNICATION"}))
    assert "Affiches" in kept and "Loyer de mars" not in kept
    csv = client.get(address, {"_export": "csv", "q": "loyer"}).content.decode("utf-8-sig")
    assert "Loyer de mars;Fonctionnement;Locaux;;800,00;non;Comptée" in csv and "Affiches" not in csv


def test_r20_the_page_shows_received_ceiling_and_left(world, contract, client_of, people, treasurer):
    spend(treasurer, contract, **indemnity(people.nurse, "8060.00"))
    page = text(client_of(world.west.fund_officer).get(url("professional_list", contract.pk), {"annee": "2026"}))
    for words in ("Camille Dupont", "8 060,00 €", "48 060,00 €", "40 000,00 €", "Montant à confirmer"):
        assert words in page


def test_a_name_is_corrected_by_its_cpts_alone(world, contract, client_of, people):
    address, listing = url("professional_correct", people.nurse.pk), url("professional_list", contract.pk)
    client = client_of(world.west.treasurer)
    assert address in text(client.get(listing))
    read = client.get(address).context["form"].current_version
    typed = {"name": "Camille Dupond", "profession": "NURSE", "version": read}
    assert client.post(address, typed).headers["Location"] == listing
    assert "Camille Dupond" in text(client.get(listing))
    stale = text(client.post(address, typed | {"name": "Camille Durand"}))  # opened before the correction
    assert "Quelqu’un a enregistré" in stale and "Camille Dupond" in stale and "Camille Durand" in stale
    assert "Camille Durand" not in text(client.get(listing))
    assert address not in text(client_of(world.west.ars_officer).get(listing))
    assert client_of(world.west.ars_officer).get(address).status_code == 403
    assert client_of(world.neighbour.treasurer).get(address).status_code == 404


def test_r20_the_page_says_that_a_ceiling_is_not_known(world, contract, client_of, people):
    with stories.at(stories.SIGNED_ON.replace(year=2027)):
        page = text(client_of(world.west.reader).get(url("professional_list", contract.pk)))
    assert "Plafond inconnu" in page


def test_twenty_expenses_take_as_many_queries_as_two(world, contract, client_of, people, treasurer):
    client, address = client_of(world.west.ars_officer), url("year_detail", contract.pk, 2)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    def enter(times: int) -> None:
        for _ in range(times):
            spend(treasurer, contract, **indemnity(people.nurse, "10.00"))

    enter(2)
    client.get(address)
    with_two = queries()
    enter(18)
    assert queries() == with_two
    assert with_two <= 22
