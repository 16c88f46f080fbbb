"""Forms: what people type is read, what cannot be read gets a sentence, nothing typed is lost."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from openpyxl import Workbook

from core.errors import DomainError, StaleForm
from core.form_fields import DecimalFrField, DocumentField, FrenchDateField, JSONField, MoneyField
from core.forms import CrispyMixin, StaleFormMixin


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1000", "1000.00"),
        ("1 000,50", "1000.50"),
        ("1\u202f000,5", "1000.50"),
        ("1\u00a0000\u00a0€", "1000.00"),
        ("1\u2009234\u2009567,89 euros", "1234567.89"),
        ("1000.5", "1000.50"),
        (" 0 ", "0.00"),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, amount):
    assert MoneyField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "1e3",
        "1_000",
        "١٠٠",
        "１００",
        "NaN",
        "Infinity",
        "1.000,50",
        "1,000.50",
        "10 00",
        "0x10",
        "--1",
        "1,",
        ",5",
        "abc",
    ],
)
def test_what_is_not_an_amount_is_refused_with_an_example(typed):
    with pytest.raises(ValidationError, match="par exemple 1 000,50"):
        MoneyField().clean(typed)


def test_amounts_are_to_the_cent_positive_and_of_a_reasonable_size():
    with pytest.raises(ValidationError, match="au centime"):
        MoneyField().clean("1,234")
    with pytest.raises(ValidationError, match="au moins 0,00"):
        MoneyField().clean("-1")
    with pytest.raises(ValidationError, match="trop grand"):
        MoneyField().clean("1" * 13)
    with pytest.raises(ValidationError, match="au plus 10,00"):
        MoneyField(max_value=Decimal(10)).clean("10,01")


def test_an_optional_number_left_empty_is_nothing():
    assert DecimalFrField(required=False).clean("  ") is None
    with pytest.raises(ValidationError):
        DecimalFrField().clean(" ")


def test_numbers_of_indicators_may_be_negative_and_have_their_own_precision():
    assert DecimalFrField(places=1).clean("−12,5") == Decimal("-12.5")
    with pytest.raises(ValidationError, match="1 chiffre au plus"):
        DecimalFrField(places=1).clean("12,55")
    with pytest.raises(ValidationError, match="nombre entier"):
        DecimalFrField(places=0).clean("12,5")


def test_an_amount_is_shown_again_as_it_is_written_here():
    assert MoneyField().prepare_value(Decimal("1000.5")) == "1\u202f000,50"
    assert MoneyField().prepare_value("1e3") == "1e3"


def test_an_unchanged_amount_is_not_a_change():
    field = MoneyField()
    assert not field.has_changed(Decimal("1000.5"), "1\u202f000,50")
    assert field.has_changed(Decimal("1000.5"), "1000,51")


@pytest.mark.parametrize("typed", ["2026-03-15", "15/03/2026", " 15/03/2026 "])
def test_dates_are_read_from_the_native_input_or_typed(typed):
    assert FrenchDateField().clean(typed) == date(2026, 3, 15)


@pytest.mark.parametrize("typed", ["31/02/2026", "15.03.2026", "٢٠٢٦-٠٣-١٥", "demain", "0026-03-15", "2999-01-01"])
def test_a_date_that_does_not_exist_gets_a_sentence(typed):
    with pytest.raises(ValidationError, match="date"):
        FrenchDateField().clean(typed)


class ActionForm(CrispyMixin, StaleFormMixin, forms.Form):
    title = forms.CharField(label="intitulé")
    amount = MoneyField(label="montant")
    starts_on = FrenchDateField(label="date de début", required=False)


def shown(form) -> str:
    return Template('{% load portal %}{% portal_form form "Enregistrer" %}').render(
        Context({"form": form, "csrf_token": "token"})
    )


def test_labels_start_with_a_capital_and_optional_fields_say_so():
    html = shown(ActionForm(current_version=1))
    assert "Intitulé" in html and "Date de début (facultatif)" in html
    assert 'type="date"' in html and 'inputmode="decimal"' in html and 'name="version" value="1"' in html


def test_a_refused_form_shows_again_what_was_typed():
    form = ActionForm({"title": "<b>", "amount": "1e3", "starts_on": "31/02/2026", "version": "1"}, current_version=1)
    html = shown(form)
    assert 'value="1e3"' in html and 'value="31/02/2026"' in html and "&lt;b&gt;" in html
    assert 'href="#id_amount"' in html and "2 erreurs" in html
    assert 'type="text" name="starts_on"' in html  # a date input would hide what is not a date


def test_the_summary_of_errors_names_a_field_without_saying_that_it_is_optional():
    form = ActionForm({"title": "A", "amount": "10", "starts_on": "31/02/2026", "version": "1"}, current_version=1)
    html = shown(form)
    assert '<a href="#id_starts_on">Date de début</a>' in html and html.count("(facultatif)") == 1


def test_a_form_that_nobody_changed_meanwhile_is_accepted_without_its_version():
    form = ActionForm({"title": "A", "amount": "10", "version": "1"}, current_version=1)
    assert form.is_valid() and "version" not in form.cleaned_data and not form.is_stale


def test_a_stale_form_shows_both_texts_then_lets_overwrite_knowingly():
    typed = {"title": "Mon texte", "amount": "10", "version": "1"}
    stored = {"title": "Son texte", "amount": Decimal("10.00")}
    form = ActionForm(typed, current_version=2, current_values=stored)
    assert not form.is_valid() and form.is_stale
    assert [(d.label, d.theirs, d.yours) for d in form.differences] == [("Intitulé", "Son texte", "Mon texte")]
    html = shown(form)
    assert "Son texte" in html and 'value="Mon texte"' in html and 'name="version" value="2"' in html
    assert html.count("data-focus") == 1 and "erreur" not in html  # nothing is wrong: the comparison says it all
    assert ActionForm({**typed, "version": "2"}, current_version=2, current_values=stored).is_valid()


def test_what_differs_in_long_texts_is_marked():
    start = (
        "Les professionnels du territoire se réunissent chaque mois pour préparer les parcours de leurs patients. " * 2
    )
    typed = {"title": f"{start}À Lyon.", "amount": "10", "version": "1"}
    stored = {"title": f"{start}À Givors.", "amount": Decimal("10.00")}
    form = ActionForm(typed, current_version=2, current_values=stored)
    assert not form.is_valid()
    html = shown(form)
    assert "<del>Givors</del>" in html and "<ins>Lyon</ins>" in html
    assert html.count("À Givors.") == 1  # and read whole when unfolded


def test_a_stale_form_that_is_also_wrong_says_both():
    form = ActionForm({"title": "A", "amount": "1e3", "version": "1"}, current_version=2, current_values={"title": "B"})
    assert not form.is_valid()
    html = shown(form)
    assert "Une erreur est à corriger" in html and "Enregistré entre-temps" in html


def test_a_form_sent_without_its_version_is_stale():
    assert not ActionForm({"title": "A", "amount": "10"}, current_version=2).is_valid()


def test_a_refusal_of_the_domain_goes_beside_its_field_or_above_the_form():
    form = ActionForm({"title": "A", "amount": "10", "version": "1"}, current_version=1)
    assert form.is_valid()
    form.add_domain_error(DomainError("Le montant dépasse le volet variable.", field="amount"))
    form.add_domain_error(DomainError("Le contrat est clos.", field="nowhere"))
    assert form.errors["amount"] == ["Le montant dépasse le volet variable."]
    assert form.non_field_errors() == ["Le contrat est clos."]


def test_a_stale_save_found_by_the_action_shows_both_texts():
    form = ActionForm({"title": "A", "amount": "10", "version": "1"}, current_version=1)
    assert form.is_valid()
    form.add_domain_error(StaleForm("Quelqu’un a enregistré.", current={"title": "B"}))
    assert form.is_stale and form.differences[0].theirs == "B"


class ChosenLayout(CrispyMixin, forms.Form):
    layout = ("second", "first")
    first = forms.CharField()
    second = forms.CharField()
    kept = forms.CharField(widget=forms.HiddenInput, initial="x", required=False)


def test_a_layout_orders_the_fields_and_hidden_ones_are_kept():
    html = shown(ChosenLayout())
    assert html.index("Second") < html.index("First") and 'name="kept"' in html


# Files


def workbook() -> bytes:
    stream = BytesIO()
    Workbook().save(stream)
    return stream.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7 x"),
        ("a.PNG", PNG),
        ("a.jpeg", b"\xff\xd8\xff\xe0"),
        ("a.xlsx", workbook()),
        ("a.csv", b"a;b"),
    ],
)
def test_a_file_of_a_known_kind_is_taken_and_left_at_its_start(name, content):
    field = DocumentField(kinds=("pdf", "png", "jpg", "xlsx", "csv"))
    assert field.clean(SimpleUploadedFile(name, content)).read() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", PNG), ("a.png", b"%PDF-1.7"), ("a.xlsx", b"PK\x03\x04"), ("a.docx", workbook()), ("a.csv", b"a\x00b")],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name, content):
    field = DocumentField(kinds=("pdf", "png", "xlsx", "docx", "csv"))
    with pytest.raises(ValidationError, match="malgré son nom"):
        field.clean(SimpleUploadedFile(name, content))


@pytest.mark.parametrize("name", ["a.exe", "a", "a.pdf.html", "pdf"])
def test_a_file_of_another_kind_is_refused(name):
    with pytest.raises(ValidationError, match="Choisissez un fichier PDF ou DOCX"):
        DocumentField(kinds=("pdf", "docx")).clean(SimpleUploadedFile(name, b"%PDF-1.7"))


def test_a_heavy_or_empty_file_is_refused_and_the_help_says_the_limit():
    field = DocumentField(kinds=("pdf",), max_megabytes=1)
    with pytest.raises(ValidationError, match="trop lourd"):
        field.clean(SimpleUploadedFile("a.pdf", b"%PDF-" + b"0" * 1024 * 1024))
    with pytest.raises(ValidationError):
        field.clean(SimpleUploadedFile("a.pdf", b""))
    assert field.help_text == "PDF, 1 Mo au plus."


@pytest.mark.parametrize("sent", ["[" * 100_000, "9" * 5_000, "{", "NaN]"])
def test_json_too_deep_too_long_or_broken_is_an_error_of_its_field(sent):
    class Form(forms.Form):
        rows = JSONField()

    form = Form({"rows": sent})
    assert list(form.errors) == ["rows"]
    assert str(form["rows"])  # and the page can be shown again
