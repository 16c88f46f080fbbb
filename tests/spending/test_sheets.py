"""Spreadsheets: the template comes back checked line by line; one bad line and nothing is saved."""

import json
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from core.errors import DomainError
from core.models import AuditEvent
from core.spreadsheets import write_csv, write_xlsx
from spending import sheets
from spending.assemblers import balance_of, envelopes_of
from spending.enums import Category, Envelope
from spending.models import Expense
from tests.spending.conftest import spend
from tests.utils.reading import plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
ENVELOPES = [Envelope.OPERATING, Envelope.PREVENTION]
GOOD = [
    [date(2026, 3, 20), "Fonctionnement", "Locaux", "Loyer de mars", 800.5, None, None],
    ["21/03/2026", "acces aux soins", "INDEMNITIES", "Réunion", "48 000,00", "camille dupont", "non"],
]


def url(name: str, contract, *args) -> str:
    return reverse(f"spending:{name}", args=[contract.pk, *args])


def file(rows, heads=sheets.EXPENSE_HEADS) -> SimpleUploadedFile:
    return SimpleUploadedFile("depenses.xlsx", write_xlsx("Dépenses", heads, rows))


def deposit(client, contract, rows):
    response = client.post(url("expense_import", contract), {"file": file(rows)})
    assert response.status_code == 200
    return response


def save(client, contract, response):
    rows = response.context["saving"].initial["rows"]
    return client.post(url("expense_import_save", contract), {"rows": json.dumps(rows)})


# The templates


def test_the_template_of_expenses_offers_the_lists(world, contract, client_of, people):
    content = client_of(world.west.treasurer).get(url("expense_template", contract)).content
    book = load_workbook(BytesIO(content))
    assert [cell.value for cell in book.worksheets[0][1]] == list(sheets.EXPENSE_HEADS)
    lists = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in book["Listes"].columns}
    assert lists["Enveloppe"] == [envelope.label for envelope in envelopes_of(contract)]
    assert lists["Professionnel"] == ["Camille Dupont", "Dr Sacha Martin"]
    ranges = {str(rule.sqref): rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation}
    assert ranges["B2:B501"] == "Listes!$A$2:$A$6"


def test_the_template_of_the_budget_comes_back_as_it_left(contract):
    amounts = {("OPERATING", "PREMISES"): Decimal("9600.00"), ("PREVENTION", "OTHER"): Decimal("0.10")}
    content = sheets.budget_template(ENVELOPES, amounts)
    lines = sheets.read_budget(sheets.rows_of("budget.xlsx", content, sheets.BUDGET_HEADS), ENVELOPES)
    assert [line.errors for line in lines] == [()] * len(ENVELOPES) * len(Category)
    assert sheets.budget_amounts(lines) == amounts


# Reading


def test_cells_are_read_as_spreadsheets_hold_them():
    """Excel keeps 3 × 33.33 as 99.99000000000001, and dates with an hour."""
    book = Workbook()
    book.active.append(list(sheets.EXPENSE_HEADS))
    book.active.append([datetime(2026, 3, 20, 0, 0), "Fonctionnement", "Locaux", "Loyer", 99.99000000000001, "", False])
    stream = BytesIO()
    book.save(stream)
    rows = sheets.rows_of("a.xlsx", stream.getvalue(), sheets.EXPENSE_HEADS)
    (line,) = sheets.read_expenses(rows, ENVELOPES, [], [])
    assert line.errors == ()
    assert (line.told["spent_on"], line.told["amount"]) == (date(2026, 3, 20), Decimal("99.99"))
    assert line.cells[0] == "20 mars 2026"


@pytest.mark.parametrize(
    ("position", "cell", "sentence"),
    [
        (0, "31/02/2026", "Payée le : Écrivez une date qui existe, par exemple 15/03/2026."),
        (0, "", "Payée le"),
        (1, "Qualité", "Enveloppe : « Qualité » n’est pas dans la liste : Fonctionnement, Prévention."),
        (2, "", "Catégorie : à remplir."),
        (3, "", "Libellé"),
        (4, "huit cents", "Montant : Écrivez un montant en euros, par exemple 1 000,50."),
        (4, "0", "Montant : Indiquez au moins 0,01 €."),
        (4, "12,345", "au centime"),
        (5, "Inconnu", "Professionnel : « Inconnu » n’est pas dans la liste"),
        (6, "peut-être", "Hors de l’objet fléché : écrivez oui ou non."),
    ],
)
def test_each_bad_cell_has_its_sentence(position, cell, sentence):
    cells = ["20/03/2026", "Fonctionnement", "Locaux", "Loyer", "800", "", ""]
    cells[position] = cell
    (line,) = sheets.read_expenses([cells], ENVELOPES, [], [])
    assert len(line.errors) == 1
    assert sentence in plain(line.errors[0])
    assert line.number == 2


def test_blank_lines_do_not_count_and_numbers_are_those_of_the_sheet():
    rows = [["", "", ""], ["Fonctionnement", "Locaux", "10"], ["Fonctionnement", "locaux", "20"]]
    first, second = sheets.read_budget(rows, ENVELOPES)
    assert (first.number, first.errors) == (3, ())
    assert second.errors == ("Cette enveloppe et cette catégorie sont déjà à la ligne 3.",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", write_csv(["Autre", "Chose"], [["1", "2"]])),
        ("a.csv", write_csv(sheets.BUDGET_HEADS, [])),
        ("a.csv", write_csv(sheets.BUDGET_HEADS, [["", "", ""]])),
        ("a.csv", write_csv(sheets.BUDGET_HEADS, [["Fonctionnement", "Locaux", "1"]] * 501)),
        ("a.xlsx", b"PK not a workbook"),
        ("a.pdf", b"%PDF-1.7"),
    ],
)
def test_what_is_not_the_template_is_refused(name, content):
    with pytest.raises(DomainError):
        sheets.rows_of(name, content, sheets.BUDGET_HEADS)


# Checked, then saved


def test_a_good_file_is_shown_then_saved(world, contract, client_of, people):
    client = client_of(world.west.treasurer)
    response = deposit(client, contract, GOOD)
    assert response.context["preview"].is_good
    assert not Expense.objects.exists()
    assert save(client, contract, response).status_code == 302
    assert [(row.label, row.amount, row.year) for row in Expense.objects.order_by("spent_on")] == [
        ("Loyer de mars", Decimal("800.50"), 2),
        ("Réunion", Decimal("48000.00"), 2),
    ]


def test_one_bad_line_and_nothing_is_saved(world, contract, client_of, people):
    """The first two are good; the third passes the ceiling with the second (R20), the fourth is in a closed year."""
    rows = [
        *GOOD,
        ["22/03/2026", "Accès aux soins", "Indemnités des professionnels", "Réunion", "60,01", "Camille Dupont", ""],
        ["16/03/2026", "Fonctionnement", "Locaux", "Loyer de février", "800", "", ""],
    ]
    client = client_of(world.west.treasurer)
    response = deposit(client, contract, rows)
    lines = response.context["preview"].lines
    assert [bool(line.errors) for line in lines] == [False, False, True, True]
    assert "ne peut plus recevoir que 60,00" in plain(lines[2].words)
    assert "close" in lines[3].words
    written = AuditEvent.objects.count()
    assert save(client, contract, response).status_code == 200
    assert not Expense.objects.exists()
    assert AuditEvent.objects.count() == written


def test_an_expense_that_looks_entered_is_worth_a_second_look(world, contract, client_of, people, treasurer):
    spend(treasurer, contract, amount=Decimal("800.50"))
    response = deposit(client_of(world.west.treasurer), contract, GOOD)
    first, second = response.context["preview"].lines
    assert (first.tone, second.tone) == ("wait", "ok")
    assert response.context["preview"].is_good


def test_the_rows_sent_back_are_checked_again(world, contract, client_of):
    client = client_of(world.west.treasurer)
    for rows in ("not json", json.dumps([]), json.dumps({"a": 1}), json.dumps([[1, 2]])):
        response = client.post(url("expense_import_save", contract), {"rows": rows})
        assert response.headers["Location"] == url("expense_import", contract)
    forged = [["20/03/2026", "Fonctionnement", "Locaux", "Loyer", "-800", "", ""]]
    response = client.post(url("expense_import_save", contract), {"rows": json.dumps(forged)})
    assert response.context["preview"].wrong == 1
    assert not Expense.objects.exists()


def test_a_file_that_is_not_the_template_is_said_beside_its_field(world, contract, client_of):
    client = client_of(world.west.treasurer)
    response = client.post(url("expense_import", contract), {"file": file([["a"]], heads=["Colonne"])})
    assert "titres du modèle" in response.context["form"].errors["file"][0]


def test_the_budget_comes_back_from_its_template(world, contract, client_of):
    client = client_of(world.west.treasurer)
    upload = SimpleUploadedFile(
        "budget.csv",
        write_csv(sheets.BUDGET_HEADS, [["Fonctionnement", "Locaux", "9 600,00"], ["Prévention", "Autres", ""]]),
    )
    response = client.post(url("budget_import", contract, 2), {"file": upload})
    saving = response.context["saving"].initial
    answer = {"rows": json.dumps(saving["rows"]), "version": saving["version"]}
    assert client.post(url("budget_import_save", contract, 2), answer).status_code == 302
    assert balance_of(contract, 2).planned == 9600
    stale = client.post(url("budget_import_save", contract, 2), answer)
    assert "modifié ce budget" in stale.content.decode()


def test_another_cpts_imports_nothing_here(world, contract, client_of):
    client = client_of(world.neighbour.treasurer)
    assert client.post(url("expense_import", contract), {"file": file(GOOD)}).status_code == 404
    assert client.get(url("expense_template", contract)).status_code == 404
    assert client_of(world.west.ars_officer).get(url("expense_template", contract)).status_code == 403
