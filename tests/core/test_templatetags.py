"""French values, marks and components."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from core import clock
from core.enums import Side
from core.face import HistoryEntry, PartyLine, Step, TodoItem, Turn
from core.icons import ICONS
from core.models import JobState
from core.templatetags import portal, values
from core.views import face

NARROW, NO_BREAK = "\u202f", "\u00a0"


def show(source: str, **values) -> str:
    return Template("{% load portal %}" + source).render(Context({"csrf_token": "token", **values}))


@pytest.fixture
def portal_day(monkeypatch):
    """15 March 2026, whatever the machine says."""
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 15))


def test_euros_have_narrow_spaces_and_two_decimals():
    assert values.euros(Decimal("8678.08")) == f"8{NARROW}678,08{NO_BREAK}€"
    assert values.euros(Fraction(1, 3)) == f"0,33{NO_BREAK}€"
    assert values.euros(None) == "–"
    assert values.euros("") == "–"


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (66614, None, f"66{NARROW}614"),
        (Decimal("69.70"), None, "69,7"),
        (Decimal("69.70"), 2, "69,70"),
        (Decimal("-0.5"), None, "−0,5"),
        (Decimal("0.005"), 2, "0,01"),
        (Decimal("-0.001"), 2, "0,00"),
        ("abc", None, "–"),
        (Decimal("NaN"), None, "–"),
        (Decimal("Infinity"), None, "–"),
    ],
)
def test_numbers_are_written_the_french_way(value, digits, expected):
    assert values.number_fr(value, digits) == expected


def test_a_rate_and_a_number_of_points_read_the_same():
    assert values.percent_fr(Decimal("0.697")) == f"69,70{NO_BREAK}%"
    assert values.percent_fr(Fraction(2, 3)) == f"66,67{NO_BREAK}%"
    assert values.points_fr(Decimal("69.7")) == f"69,70{NO_BREAK}%"


def test_sizes_of_files_are_spoken_in_octets():
    assert values.size_fr(219_136) == f"214{NO_BREAK}ko"
    assert values.size_fr(1_600_000) == f"1,5{NO_BREAK}Mo"
    assert values.size_fr(1) == f"1{NO_BREAK}octet"
    assert values.size_fr(None) == "–"


def test_dates_are_read_in_paris():
    at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert values.date_fr(at) == "1er avril 2026"
    assert values.datetime_fr(at) == "1er avril 2026 à 00:30"
    assert values.date_fr(None) == values.datetime_fr(None) == "–"


def test_the_time_left_is_counted_to_the_portal_day(portal_day):
    day = date(2026, 3, 15)
    assert values.until_fr(day + timedelta(days=1)) == f"il reste 1{NO_BREAK}jour"
    assert values.until_fr(day) == "c’est aujourd’hui"
    assert values.until_fr(day - timedelta(days=3)) == f"en retard de 3{NO_BREAK}jours"


@pytest.mark.parametrize("name", sorted(ICONS))
def test_each_icon_is_silent_unless_labelled(name):
    assert 'aria-hidden="true"' in portal.icon(name)
    assert 'role="img" aria-label="Le mot"' in portal.icon(name, "Le mot")


def test_a_pill_says_the_word_of_the_state_with_its_tone():
    assert portal.status_pill(JobState.DONE) == '<span class="pill pill-ok">Terminé</span>'
    assert portal.status_pill(JobState.DONE, "Prêt") == '<span class="pill pill-ok">Prêt</span>'
    assert portal.status_pill(None) == ""
    assert "pill-off" in portal.pill("purple", "Inconnu")


def test_a_pill_and_a_chip_escape_their_words():
    assert "&lt;b&gt;" in portal.pill("ok", "<b>")
    assert "&lt;b&gt;" in portal.party_chip(Side.ARS, "<b>")


@pytest.mark.parametrize(
    ("side", "word"), [(Side.CPTS, "CPTS"), (Side.ARS, "ARS"), (Side.FUND, "Caisse"), ("fund", "Caisse")]
)
def test_a_party_is_a_colour_and_its_word(side, word):
    assert f">{word}</span>" in portal.party_chip(side)


def test_words_that_change_side_by_side_are_compared_as_one_phrase():
    html = portal.compare_texts("Quelques mots pour voir, en mai.", "Un bureau et un conseil, en mai.")
    assert "<del>Quelques mots pour voir</del><ins>Un bureau et un conseil</ins>, en mai." in html


def test_a_comparison_marks_removed_and_added_words_and_escapes_them():
    html = portal.compare_texts("Deux médecins <b>partent</b>.", "Trois médecins <b>partent</b>.")
    assert "<del>Deux</del><ins>Trois</ins>" in html
    assert "&lt;" in html and "<b>" not in html


def test_a_comparison_of_long_texts_goes_line_by_line():
    before = "une ligne de plus\n" * 2000
    html = portal.compare_texts(before, before + "la fin\n")
    assert "<ins>la fin\n</ins>" in html


def test_the_breadcrumb_starts_at_home_and_ends_without_link():
    html = show('{% breadcrumb "Contrats" "/c/" "2023-069" %}')
    assert ">Accueil</a>" in html and '<a href="/c/">Contrats</a>' in html
    assert '<li aria-current="page">2023-069</li>' in html


def test_the_turn_banner_has_a_button_only_when_there_is_something_to_do():
    mine = show("{% turn_banner turn %}", turn=Turn(text="À vous", url="/x/", label="Signer", by_post=True))
    assert "turn-theirs" not in mine and 'method="post" action="/x/"' in mine and 'value="token"' in mine
    theirs = show("{% turn_banner turn %}", turn=Turn(text="Chez l’ARS", is_mine=False))
    assert "turn-theirs" in theirs and "btn" not in theirs
    assert show("{% turn_banner turn %}", turn=None).strip() == ""


def test_the_three_way_panel_says_who_signed_and_what_is_missing():
    rows = [
        PartyLine(side=Side.CPTS, organisation="CPTS A", tone="ok", state="Signé", who="Nadia", at=date(2026, 3, 1)),
        PartyLine(side=Side.ARS, organisation="ARS B", tone="wait", state="À signer", missing="sa signature"),
    ]
    html = show("{% three_way_panel rows %}", rows=rows)
    assert "Nadia, le 1er mars 2026" in html and "sa signature" in html


def test_an_amount_opens_into_its_reason_and_says_when_it_is_not_validated():
    html = show('{% amount_with_reason "52500" "avance 75 %" rule="R7" to_confirm=True %}')
    assert f"52{NARROW}500,00" in html and "Règle R7." in html and "répartition à confirmer" in html


def test_the_list_of_what_waits_says_when_it_is_late(portal_day):
    item = TodoItem(text="Approuver", url="/a/", due=date(2026, 3, 12), is_late=True)
    html = show("{% todo_list items %}", items=[item])
    assert "En retard" in html and "au plus tard le 12 mars 2026" in html
    assert "Rien n’attend" in show("{% todo_list items %}", items=[])


def test_history_and_steps_are_lists():
    entry = HistoryEntry(at=datetime(2026, 3, 1, 9, tzinfo=UTC), who="Paul", what="a renvoyé le projet", comment="a\nb")
    html = show("{% history entries %}", entries=[entry])
    assert "Paul a renvoyé le projet" in html and "a<br>b" in html
    steps = [Step(label="Un", state="done"), Step(label="Deux", state="current")]
    assert show("{% stepper steps %}", steps=steps).count('aria-current="step"') == 1


def job(state, **values):
    return SimpleNamespace(**{"pk": 7, "job_state": state, "step": "", "progress": 0, "error": "", **values})


def test_long_work_asks_again_until_it_ends():
    source = '{% job_progress job "/j/" done_url="/d/" done_label="Ouvrir" retry_url="/r/" %}'
    running = show(source, job=job(JobState.RUNNING, step="Mise en page", progress=40))
    assert 'hx-get="/j/"' in running and 'value="40"' in running and "Mise en page" in running
    assert 'href="/d/"' in show(source, job=job(JobState.DONE)) and "hx-get" not in show(source, job=job(JobState.DONE))
    assert "hx-target" not in running
    held = show('{% job_progress job "/j/" within=".card" %}', job=job(JobState.RUNNING))
    assert 'hx-target="closest .card"' in held  # the answer is the whole card: it takes the place of the card
    failed = show(source, job=job(JobState.FAILED, error="La police manque."))
    assert "La police manque." in failed and 'action="/r/"' in failed


class SmallForm(forms.Form):
    name = forms.CharField(label="Nom")

    def clean(self):
        raise forms.ValidationError("Les deux dates se croisent.")


def test_the_error_summary_links_to_the_fields():
    html = show("{% form_errors form %}", form=SmallForm({"name": ""}))
    assert 'href="#id_name"' in html and "Les deux dates se croisent." in html and "2 erreurs" in html
    assert show("{% form_errors form %}", form=SmallForm()).strip() == ""


def test_a_form_without_helper_is_printed_whole():
    html = show('{% portal_form form "Envoyer" cancel_url="/" %}', form=SmallForm({"name": ""}))
    assert 'name="csrfmiddlewaretoken" value="token"' in html and "Envoyer" in html and "Annuler" in html
    assert html.count("Les deux dates se croisent.") == 1


def test_a_post_button_may_carry_a_value_and_a_question():
    html = show('{% post_button "/x/" "Retirer" style="danger" confirm="Sûr ?" name="pk" value="3" %}')
    assert 'data-confirm="Sûr ?"' in html and 'name="pk" value="3"' in html and "btn-outline-danger" in html


@pytest.mark.django_db
def test_the_ribbon_says_the_day_of_a_demonstration(settings, portal_day):
    settings.DEMONSTRATION = True
    assert "15 mars 2026" in show("{% demonstration_ribbon %}")
    settings.DEMONSTRATION = False
    assert show("{% demonstration_ribbon %}").strip() == ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["accessibility", "legal_notice", "personal_data"])
def test_the_legal_texts_are_open_to_all(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.django_db
def test_every_component_is_printed_on_the_page_that_shows_them(settings):
    settings.DEMONSTRATION = True
    request = RequestFactory().get("/face/")
    request.htmx = False
    html = face(request).content.decode()
    for css in ("turn", "pill-ok", "party-fund", "job", "drawing", "history", "stale", "empty", "form-errors"):
        assert f'class="{css}' in html or f" {css}" in html
    assert " style=" not in html and "<style" not in html and "onclick" not in html


@pytest.mark.django_db
def test_every_error_page_has_a_title_and_a_way_back():
    for name in ("400", "403", "403_csrf", "404"):
        html = render_to_string(f"{name}.html", request=None)
        assert "<h1>" in html and 'href="/"' in html
    assert "<h1>" in render_to_string("500.html")
