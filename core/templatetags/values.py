"""Filters of every page: values as French people write them."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.text import slugify

from core import clock
from core.values import (
    NO_BREAK,
    NOTHING,
    date_fr,
    datetime_fr,
    day_of,
    euros,
    integer_fr,
    number_fr,
    percent_fr,
    points_fr,
    size_fr,
)
from core.wording import counted as counted_words
from core.wording import of as of_words
from core.wording import plural as plural_word
from core.wording import the as the_words
from core.wording import without_note as plain_sentence

register = template.Library()

for written in (euros, integer_fr, number_fr, percent_fr, points_fr, size_fr, date_fr, datetime_fr):
    register.filter(written)


@register.filter
def of(name: Any) -> str:
    """« d’Alain », « de Claire »: {{ person|of }}."""
    return of_words(str(name))


@register.filter
def the(name: Any) -> str:
    """« la CPTS du Val », « l’ARS Bretagne »: {{ organisation|the }}."""
    return the_words(str(name))


@register.filter
def without_note(sentence: str) -> str:
    """Return a calculation without « Répartition à confirmer. », where `{% to_confirm %}` says it beside the figure."""
    return plain_sentence(sentence)


@register.filter
def plural(number: int, words: str) -> str:
    """{{ n|plural:"contrat" }}, {{ n|plural:"est,sont" }}: the word that agrees with a number."""
    return plural_word(number, *words.split(","))


@register.filter
def counted(number: int | None, words: str) -> str:
    """{{ n|counted:"commune" }} -> « 12 communes »; {{ n|counted:"valeur saisie,valeurs saisies" }}."""
    return NOTHING if number is None else counted_words(number, *words.split(","))


def _days(number: int) -> str:
    return f"{integer_fr(number)}{NO_BREAK}{plural_word(number, 'jour')}"


@register.filter
def until_fr(value: date | datetime | None) -> str:
    """« il reste 23 jours », « c’est aujourd’hui », « en retard de 3 jours »."""
    if not value:
        return NOTHING
    days = (day_of(value) - clock.today()).days
    if days == 0:
        return "c’est aujourd’hui"
    return f"il reste {_days(days)}" if days > 0 else f"en retard de {_days(-days)}"


@register.filter
def anchor(text: str) -> str:
    """Return an identifier made from a title."""
    return slugify(text) or "partie"
