"""What a programme, a value and a decision must respect beside R13's arithmetic (R13a, R13e, R14, R15). Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from agreements.enums import MissionCode, Scale
from agreements.scales import (
    IndicatorInput,
    check_decision,
    check_definition,
    check_mission_year,
    check_value,
)
from core.dates import add_months, format_date
from core.enums import PARTIES, Side
from core.errors import DomainError, NotAllowed
from indicators.enums import Settlement, Usage

FIELDS = {"amount": "maximum_amount", "value": "number", "retained": "retained_amount"}
"""How the refusals of R13 name their field, and how the pages do."""

WHO = {Side.CPTS: "la CPTS", Side.ARS: "l’ARS", Side.FUND: "la caisse"}
MONTHS_BEFORE_YEAR = 12  # the yearly statistics of the year before are what the first results are compared with
MISSIONS_WITHOUT_RESULT = frozenset({MissionCode.HEALTH_CRISIS})
MISSION_OF_NATIONAL_INDICATORS = MissionCode.ACCESS_TO_CARE


def check_indicator(
    *, mission: str, usage: str, scale: str, maximum_amount: Decimal | None, definition: IndicatorInput | None
) -> None:
    """R13b–R13d, R14: refuse an indicator that makes no sense; the error names the field of the form.

    `definition` is the indicator as the arithmetic sees it, or None for one that is only followed up.
    """
    if usage == Usage.FOLLOW_UP:
        return
    if mission in MISSIONS_WITHOUT_RESULT:
        raise DomainError(
            "Cette mission n’a pas d’indicateur de résultat : elle est suivie par ses livrables.", "usage"
        )
    check_maximum(maximum_amount)
    check_scale(scale)
    with_field_of_page(check_definition, definition)


def check_maximum(amount: Decimal | None) -> None:
    """R13b: refuse a result indicator without euros."""
    if not amount or amount <= 0:
        raise DomainError("Un indicateur de résultat porte un montant supérieur à zéro.", "maximum_amount")


def check_scale(scale: str) -> None:
    """R13c: refuse a result indicator that does not say how its value earns."""
    if not scale:
        raise DomainError("Indiquez comment la valeur donne droit au montant.", "scale")


def check_entered_value(
    *,
    scale: str,
    number: Decimal | None,
    achieved: bool | None,
    counts_patients: bool,
    small_cell_minimum: int,
    definition: IndicatorInput | None,
) -> None:
    """R13d, R15: refuse a value that is missing, of the wrong kind, or that could point at a person."""
    if scale == Scale.ACHIEVED:
        if achieved is None:
            raise DomainError("Indiquez si l’indicateur est atteint.", "achieved")
    elif number is None:
        raise DomainError("Indiquez la valeur.", "number")
    if number is not None and counts_patients and number < small_cell_minimum:
        raise DomainError(
            f"Cet indicateur compte des patients : une valeur inférieure à {small_cell_minimum} permettrait d’en "
            "reconnaître. Elle n’est pas enregistrée. Élargissez la période ou regroupez des actions ; à défaut, "
            "les trois parties peuvent neutraliser l’indicateur.",
            "number",
        )
    if definition is not None:
        with_field_of_page(check_value, definition)


def check_period(
    *, period_start: date, period_end: date, year_start: date | None, year_end: date | None, today: date
) -> None:
    """R15: refuse a period that is not one of the contract year, from `year_start` to `year_end` excluded (decision).

    It begins before the year is over, ends on its first day less twelve months at the earliest, and is already over:
    a calendar year that ends inside the contract year, or the one before, is good.
    """
    if period_end < period_start:
        raise DomainError("La fin de la période précède son début.", "period_end")
    if year_start is None or year_end is None:
        raise DomainError("Les jours de cette année contractuelle ne sont pas encore fixés.", "period_start")
    spoken = f"l’année du contrat, du {format_date(year_start)} au {format_date(year_end - timedelta(days=1))}"
    earliest = add_months(year_start, -MONTHS_BEFORE_YEAR)
    if period_end < earliest:
        raise DomainError(
            f"Cette période est trop ancienne pour {spoken} : elle se termine le {format_date(earliest)} au plus tôt.",
            "period_end",
        )
    if period_start >= year_end:
        raise DomainError(f"Cette période commence après {spoken}.", "period_start")
    if period_end > today:
        raise DomainError("Cette période n’est pas terminée : indiquez un dernier jour déjà passé.", "period_end")


def check_retained(settlement: str, retained_amount: Decimal | None) -> None:
    """R13e: refuse a decision without its euros, or euros without their decision."""
    if settlement == Settlement.RETAINED and retained_amount is None:
        raise DomainError("Indiquez le montant retenu.", "retained_amount")
    if settlement == Settlement.NONE and retained_amount is not None:
        raise DomainError("Choisissez « Montant retenu » ou laissez le montant vide.", "retained_amount")


def check_reason(settlement: str, reason: str) -> None:
    """R13e: refuse a decision without its reason."""
    if settlement != Settlement.NONE and not reason.strip():
        raise DomainError("Neutraliser ou retenir un indicateur demande un motif.", "reason")


def check_settlement(variable_part: Decimal, indicators: Sequence[IndicatorInput], decided: IndicatorInput) -> None:
    """R13e: refuse the decision on `decided`, one of the result `indicators` of its mission-year.

    Decisions are taken before all the values are known: an indicator without decision counts for its amount alone.
    """
    with_field_of_page(check_decision, decided)
    with_field_of_page(check_mission_year, variable_part, [_without_value(item) for item in indicators])


def _without_value(indicator: IndicatorInput) -> IndicatorInput:
    plain = IndicatorInput(amount=indicator.amount, scale=Scale.ACHIEVED, achieved=False)
    return replace(plain, retained=indicator.retained, neutralised=indicator.neutralised, reason=indicator.reason)


def check_owner(side: Side, owner: Side) -> None:
    """R15: a value is entered by the side that owns the indicator."""
    if side != owner:
        raise NotAllowed(f"Cette valeur est saisie par {WHO[owner]}, qui en a les données.")


def check_other_side(side: Side, entered_by: Side) -> None:
    """R15: a value is confirmed or contested by another party, never by one's own side."""
    if side not in PARTIES:
        raise NotAllowed("Seule une partie au contrat confirme ou conteste une valeur.")
    if side == entered_by:
        raise NotAllowed("Cette valeur a été saisie par votre partie : une autre partie la confirme.")


def check_evidence(*, usage: str, count: int) -> None:
    """R15: a result value has at least one piece of evidence before it is confirmed."""
    if usage == Usage.RESULT and count == 0:
        raise DomainError(
            "Cette valeur donne droit à un montant : elle se confirme avec au moins une pièce justificative."
        )


def with_field_of_page(rule, *values) -> None:
    """Call a rule of R13; its refusal names the field as the pages do (« [2].amount » -> « maximum_amount »)."""
    try:
        rule(*values)
    except DomainError as error:
        name = (error.field or "").rpartition(".")[2]
        raise DomainError(error.message, FIELDS.get(name, name) or None) from error
