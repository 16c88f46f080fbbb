"""Amendments (R2, R18): money changes from a future first day of a contract year."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from agreements.agreement import Agreement
from agreements.rules import size_for_population
from core.dates import format_date
from core.errors import DomainError
from core.wording import counted


@dataclass(frozen=True, kw_only=True)
class AmendedTerms:
    """What an amendment asks for, beside what it finds. `missions` are those of the contract in that year.

    `starts_on` is the first day of the year from which it counts, None when no money changes; `agreement` the version
    that will apply then, `agreement_before` the one that would without it.
    """

    starts_on: date | None
    ends_on: date
    today: date
    size_before: int
    agreement_before: Agreement
    agreement: Agreement
    missions: Collection[str]
    new_size: int | None = None
    new_population: int | None = None
    added: Mapping[str, date | None] = field(default_factory=dict)
    dropped: Collection[str] = ()
    clauses_before: str = ""
    new_clauses: str | None = None
    parties_differ: bool = False

    @property
    def changes_agreement(self) -> bool:
        return self.agreement.code != self.agreement_before.code

    @property
    def changes_money(self) -> bool:
        has_size = self.new_size is not None or self.new_population is not None
        return has_size or self.changes_agreement or bool(self.added) or bool(self.dropped)


def check_amendment(terms: AmendedTerms) -> None:
    """Refuse an amendment that changes nothing, counts from a day that is not to come, or contradicts the agreement."""
    check_effect(terms)
    check_amended_clauses(terms)
    check_amended_size(terms)
    for code in terms.added:
        check_added_mission(terms, code)
    for code in terms.dropped:
        check_dropped_mission(terms, code)
    check_core_missions(terms)


def check_effect(terms: AmendedTerms) -> None:
    """Refuse an amendment that changes nothing, or a day that is not that of what it changes."""
    if terms.changes_money:
        _check_day(terms)
    elif terms.new_clauses is None and not terms.parties_differ:
        raise DomainError("Cet avenant ne change rien au contrat.")
    elif terms.starts_on is not None:
        raise DomainError(
            "Rien de ce que change cet avenant n’attend le début d’une année : il compte dès sa signature.",
            "takes_effect_year",
        )


def check_amended_clauses(terms: AmendedTerms) -> None:
    """Refuse local clauses that are those of the contract already."""
    if terms.new_clauses is not None and terms.new_clauses.strip() == terms.clauses_before.strip():
        raise DomainError("Ces clauses locales sont celles du contrat : modifiez-les, ou décochez.", "local_clauses")


def _check_day(terms: AmendedTerms) -> None:
    if terms.starts_on is None:
        raise DomainError(
            "Choisissez l’année : les montants changent le premier jour d’une année contractuelle (R18).",
            "takes_effect_year",
        )
    if terms.starts_on <= terms.today:
        raise DomainError("Cette année a déjà commencé : choisissez-en une à venir.", "takes_effect_year")
    if terms.changes_agreement and terms.starts_on < terms.agreement.takes_effect_on:
        raise DomainError("Cette version de l’accord n’est pas encore en vigueur ce jour-là.", "agreement_version")


def check_amended_size(terms: AmendedTerms) -> None:
    """R1: refuse a size that the contract has already, or that its population does not give."""
    if terms.new_size is not None and terms.new_size not in terms.agreement.published_totals:
        raise DomainError("Cette taille n’existe pas dans l’accord du contrat.", "new_size")
    if terms.new_size == terms.size_before:
        raise DomainError(f"Le contrat est déjà de taille {terms.size_before} cette année-là.", "new_size")
    size = terms.new_size or terms.size_before
    if terms.new_population is None:
        if terms.new_size is not None:
            raise DomainError("Indiquez la population qui justifie la nouvelle taille (R1).", "new_population")
    elif size_for_population(terms.agreement, terms.new_population) != size:
        expected = size_for_population(terms.agreement, terms.new_population)
        raise DomainError(
            f"{counted(terms.new_population, 'habitant fait', 'habitants font')} "
            f"une taille {expected}, non {size} (R1).",
            "new_population",
        )


def check_added_mission(terms: AmendedTerms, code: str) -> None:
    """Refuse a mission that is there already, or that would start before the amendment counts."""
    planned_start = terms.added[code]
    if code in terms.missions or not terms.agreement.has_mission(code):
        raise DomainError("Cette mission n’est pas à ajouter.", f"add_{code}")
    if planned_start is None:
        raise DomainError("Indiquez quand la mission devrait démarrer.", f"start_{code}")
    if terms.starts_on is not None and not terms.starts_on <= planned_start < terms.ends_on:
        raise DomainError(
            f"La mission démarre à partir du {format_date(terms.starts_on)}, quand l’avenant compte, "
            f"et avant le {format_date(terms.ends_on)}.",
            f"start_{code}",
        )


def check_dropped_mission(terms: AmendedTerms, code: str) -> None:
    """Refuse to withdraw a mission that is not there, or that every CPTS takes on."""
    if code not in terms.missions:
        raise DomainError("Cette mission ne fait pas partie du contrat.", f"drop_{code}")
    if terms.agreement.has_mission(code) and terms.agreement.mission(code).is_core:
        raise DomainError("Une mission socle ne se retire pas.", f"drop_{code}")


def check_core_missions(terms: AmendedTerms) -> None:
    """Refuse another agreement without the missions that it makes compulsory."""
    kept = {*terms.missions, *terms.added} - set(terms.dropped)
    for mission in terms.agreement.missions:
        if mission.is_core and mission.code not in kept and terms.changes_agreement:
            raise DomainError(
                f"L’accord choisi rend obligatoire la mission « {mission.label} » : ajoutez-la.", f"add_{mission.code}"
            )
