"""What a delegation and a password must respect. Pure: values in, a refusal out."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from core.errors import DomainError


def check_deed_day(deed_on: date, *, today: date) -> None:
    """Refuse a deed dated in the future."""
    if deed_on > today:
        raise DomainError("L’acte ne peut pas porter une date à venir.", field="deed_on")


def check_first_day(starts_on: date, *, today: date) -> None:
    """Refuse a delegation that would count in the past."""
    if starts_on < today:
        raise DomainError(
            "Une délégation ne vaut pas pour le passé : choisissez aujourd’hui ou plus tard.", "starts_on"
        )


def check_last_day(ends_on: date | None, *, starts_on: date) -> None:
    """Refuse a delegation that ends before it starts."""
    if ends_on and ends_on < starts_on:
        raise DomainError("La fin de la délégation précède son début.", field="ends_on")


def check_password(password: str, person: object) -> None:
    """Refuse a password that the portal does not take of this person: too short, common, or made of her name."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), field="password") from error
