"""A text that no document could print is refused where it is typed, naming the signs."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core.forms import CrispyMixin
from core.printable import check_printable


class Note(CrispyMixin, forms.Form):
    text = forms.CharField(widget=forms.Textarea)
    password = forms.CharField(widget=forms.PasswordInput)
    answer = forms.JSONField(required=False)  # of a program, not of a person


@pytest.mark.parametrize(
    "text",
    [
        "L’œuvre d’Éloïse — « à suivre… », 1\u202f000,50\u00a0€ ≥ 5\u00a0%",
        "Ligne\r\net tabulation\t",
        "e\u0301crit en deux signes",
        "marque\u200binvisible",
        "Λόγος, Привет, Dvořák, Ștefan",
    ],
)
def test_what_people_write_in_french_and_the_names_of_europe_pass(text):
    check_printable(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("CPTS du Lac 🙂", "Ne s’imprime pas dans un document : « 🙂 »."),
        ("🙂 et encore 🙂", "Ne s’imprime pas dans un document : « 🙂 »."),
        ("\uf0b7 puce de Word, ✓", "Ne s’impriment pas dans un document : « U+F0B7 », « ✓ »."),
    ],
)
def test_a_sign_without_a_font_is_refused_and_named_once(text, sentence):
    form = Note({"text": text, "password": "🙂 reste permis", "answer": '{"id": "🙂"}'})
    assert {name: [error.replace("\u00a0", " ") for error in found] for name, found in form.errors.items()} == {
        "text": [sentence]
    }
    assert form["text"].value() == text


def test_a_text_without_end_names_five_signs():
    with pytest.raises(ValidationError) as refusal:
        check_printable("日本語中文字漢")
    assert refusal.value.messages[0].count("«") == 5
