"""What a dialogue is made of (R16): pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.dates import format_date
from core.errors import DomainError
from dialogues.enums import DialogueKind

ANNOUNCED_MONTHS = 2  # an annual dialogue is on the calendar this long before its anniversary (decision)

AGENDAS = {
    DialogueKind.SIGNATURE: (
        "Territoire, population et taille",
        "Missions engagées et calendrier de déploiement",
        "Programme de la première année : actions, indicateurs et montants",
        "Décisions",
    ),
    DialogueKind.MISSION_START: (
        "Organisation de la mission",
        "Actions, indicateurs de suivi et de résultat, cibles",
        "Date de démarrage",
        "Décisions",
    ),
    DialogueKind.ANNUAL: (
        "Compte rendu précédent",
        "Rapport d’activité",
        "Budget et dépenses par enveloppe",
        "Indicateurs, mission par mission",
        "Taille, population et adhérents",
        "Programme et cibles de l’année suivante",
        "Montants dus",
        "Décisions",
    ),
    DialogueKind.EXTRAORDINARY: ("Objet de la réunion", "Décisions"),
}


def agenda_of(kind: DialogueKind) -> str:
    """Return the usual agenda of a kind of dialogue, a line a point."""
    return "\n".join(AGENDAS[kind])


def convening_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return for when the parties are convened, or what changed since they were: `convening()` of a dialogue, twice."""
    day, place = format_date(after["convened_for"]), after["place"]
    if before["convened_for"] is None:
        return f"Réunion le {day}{place and f', {place}'}."
    told = []
    if after["convened_for"] != before["convened_for"]:
        told.append(f"Réunion déplacée du {format_date(before['convened_for'])} au {day}.")
    if place != before["place"]:
        told.append(f"Lieu : {place or 'à préciser'}, au lieu de : {before['place'] or 'à préciser'}.")
    if after["agenda"].split() != before["agenda"].split():  # a browser ends its lines otherwise
        told.append("Ordre du jour modifié.")
    return " ".join(told)


def check_convened_for(day: date, *, today: date) -> None:
    """Refuse to convene the parties for a day already past."""
    if day < today:
        raise DomainError("On ne convoque pas à une date passée : notez plutôt la tenue.", field="convened_for")


def check_held_on(day: date, *, kind: DialogueKind, window_opens_on: date | None, today: date) -> None:
    """R16: refuse a dialogue held in the future, or an annual one before its window opens."""
    if day > today:
        raise DomainError("Un dialogue ne peut pas être tenu dans l’avenir.", field="held_on")
    if kind == DialogueKind.ANNUAL and window_opens_on and day < window_opens_on:
        raise DomainError("Le dialogue annuel se tient à partir de la date anniversaire (R16).", field="held_on")
