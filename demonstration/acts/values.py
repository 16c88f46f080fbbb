"""Values entered with their evidence by the side that owns them, confirmed or contested by another (R15)."""

from decimal import Decimal

from contracts.models import ContractYear
from core import clock
from core.dates import format_date
from core.enums import Side
from demonstration.acts.contracts import written_programme
from demonstration.cast import Dossier
from indicators import actions
from indicators.enums import Settlement, ValueStatus
from indicators.models import Indicator, IndicatorValue

SOURCES = {
    Side.CPTS: "Tableau de bord de la CPTS",
    Side.ARS: "PMSI, extraction de l’ARS",
    Side.FUND: "Données de la caisse",
}

# Labels of the indicators of which something is decided, as `programmes.json` gives them.
REGULATED = "Consultations de soins non programmés régulées"
SCREENED = "Participation au dépistage du cancer du sein"
DISCHARGES = "Sorties signalées au moins 48 heures avant"


def year_of(dossier: Dossier, number: int) -> ContractYear:
    return dossier.contract.years.select_related("programme", "contract").get(number=number)


def enter(dossier: Dossier, year: ContractYear, *, leave: int = 0) -> None:
    """Enter the values of a year with one piece of evidence each; the last `leave` of the CPTS are still to come."""
    indicators = list(_indicators(year))
    late = [item for item in indicators if item.owner == Side.CPTS and item.is_result][-leave:] if leave else []
    for indicator in indicators:
        if indicator not in late:
            _enter(dossier, year, indicator)


def confirm(dossier: Dossier, year: ContractYear, *, share: int = 1) -> None:
    """Confirm the values of a year by another party: all of them, or one in `share`."""
    for number, value in enumerate(_values(year)):
        if value.status == ValueStatus.ENTERED and number % share == 0:
            actions.confirm_value(actor=dossier.confirmer(value.entered_by_side), value=value)


def contest(dossier: Dossier, year: ContractYear) -> None:
    """The fund contests one of the values that the CPTS entered, with its reason."""
    value = _values(year).filter(entered_by_side=Side.CPTS, indicator__unit="patients").first()
    actions.contest_value(
        actor=dossier.fund_officer,
        value=value,
        reason="La liste jointe compte deux fois les patients suivis par deux professionnels.",
    )


def enter_again(dossier: Dossier, year: ContractYear) -> None:
    """The fund contests a value that was confirmed; the CPTS enters it again, a tenth lower."""
    value = _values(year).get(indicator__label=REGULATED)
    actions.contest_value(actor=dossier.fund_officer, value=value, reason="Le mois de juin est compté deux fois.")
    lower = value.number * 9 / 10
    _enter(dossier, year, value.indicator, known=f"{lower:.0f}")


def neutralise(dossier: Dossier, year: ContractYear) -> None:
    """The fund records that an indicator leaves the sum, with its reason (R13e)."""
    actions.settle_indicator(
        actor=dossier.fund_officer,
        indicator=_indicators(year).get(label=SCREENED),
        settlement=Settlement.NEUTRALISED,
        reason="Le mode de calcul a changé en cours d’année : le résultat ne se compare plus aux paliers convenus.",
    )


def retain(dossier: Dossier, year: ContractYear) -> None:
    """The fund records the amount that the parties retain for an indicator, with its reason (R13e)."""
    actions.settle_indicator(
        actor=dossier.fund_officer,
        indicator=_indicators(year).get(label=DISCHARGES),
        settlement=Settlement.RETAINED,
        retained_amount=Decimal("9300.00"),
        reason="L’hôpital a changé de logiciel en novembre : les parties retiennent le résultat des dix premiers mois.",
    )


def _indicators(year: ContractYear):
    rows = Indicator.objects.with_programme().filter(programme_mission__programme=year.programme)
    return rows.order_by("programme_mission__position", "position")


def _values(year: ContractYear):
    rows = IndicatorValue.objects.with_programme().filter(indicator__programme_mission__programme=year.programme)
    return rows.order_by("indicator__programme_mission__position", "indicator__position")


def _enter(dossier: Dossier, year: ContractYear, indicator: Indicator, known: bool | str | None = None) -> None:
    known = _known_value(dossier, indicator, year.number) if known is None else known
    if known is None:
        return
    side = Side(indicator.owner)
    achieved, number = (known, None) if isinstance(known, bool) else (None, Decimal(known))
    actions.enter_value(
        actor=dossier.enterer(side),
        indicator=indicator,
        number=number,
        achieved=achieved,
        period_start=year.starts_on,
        period_end=min(year.ends_on, clock.today()),
        source=SOURCES[side],
        files=[_evidence(dossier, year, indicator, known)],
    )


def _known_value(dossier: Dossier, indicator: Indicator, year: int) -> bool | str | None:
    """Return the invented value of an indicator for a year; None for one that this CPTS did not follow."""
    programme = written_programme(dossier)
    if indicator.is_national:
        return programme.get("national_values", {}).get(indicator.national_code, [None] * year)[year - 1]
    actions = programme.get(indicator.programme_mission.mission, ())
    rows = [row for action in actions for row in action["indicators"] if row["label"] == indicator.label]
    return rows[0]["values"][year - 1] if rows else None


def _evidence(dossier: Dossier, year: ContractYear, indicator: Indicator, known) -> tuple[str, bytes]:
    """Return a small table as evidence, which says that it is invented."""
    lines = [
        "Pièce fictive de la démonstration",
        f"Organisation;{dossier.cpts.name}",
        f"Indicateur;{indicator.label}",
        f"Période;du {format_date(year.starts_on)} au {format_date(year.ends_on)} (exclu)",
        f"Valeur;{'oui' if known is True else 'non' if known is False else known.replace('.', ',')}",
    ]
    content = "\r\n".join(lines).encode("utf-8-sig")
    return f"releve-annee-{year.number}-{indicator.position}.csv", content
