"""Which wording a contract has, and the values that fill it: read by the content, the page and the PDF alike."""

from django.conf import settings

from agreements.agreement import Agreement
from agreements.enums import AmountKind
from agreements.models import AgreementVersion
from agreements.rules import DIALOGUE_MONTHS
from contracts import clauses
from contracts.models import DURATION_YEARS, Wording
from core.wording import counted, spoken_integer

NUMBERS = {1: "un", 2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 9: "neuf", 12: "douze"}


def current_version(version: AgreementVersion) -> str:
    """Return the wording of a contract under this agreement: the last one adopted, else the portal's own."""
    adopted = Wording.objects.adopted().filter(agreement_version=version).order_by("-number")
    number = adopted.values_list("number", flat=True).first()
    return f"{version.code}/{number}" if number else clauses.BUILT_IN


def text_of(version: str) -> clauses.Text:
    """Return the wording that a content names; an adopted one never changes."""
    if version == clauses.BUILT_IN:
        return clauses.built_in()
    code, number = version.rsplit("/", 1)
    rows = Wording.objects.select_related("agreement_version").prefetch_related("articles")
    return rows.get(agreement_version__code=code, number=number).as_value()


def mentions(content: dict, agreement: Agreement) -> dict[str, str]:
    """Return what each mention says in a contract of this content."""
    names = {party["side"]: party["name"] for party in content["parties"]}
    territory = content["territory"]
    return {
        "numero": content["number"],
        "cpts": names["CPTS"],
        "ars": names["ARS"],
        "caisse": names["FUND"],
        "communes": counted(len(territory["communes"]), "commune"),
        "population": population_words(territory["population"]),
        "origine_population": population_origin(territory),
        "taille": str(territory["size"] or "à déterminer"),
        "accord": f"{agreement.label} ({agreement.code})",
        "adherents": counted(content["members"], "adhérent"),
        "duree": NUMBERS[DURATION_YEARS],
        "mois_dialogue": NUMBERS[DIALOGUE_MONTHS],
        "taux_avance": f"{agreement.advance_rate * 100:.0f} %",
        "mois_preavis": _months(settings.CONTRACT_NOTICE_MONTHS),
        "mois_observations": _months(settings.CONTRACT_OBSERVATION_MONTHS),
    }


def conditions(content: dict, agreement: Agreement) -> frozenset[str]:
    """Return the conditions that a contract of this content meets."""
    missions = {row["mission"] for row in content["missions"]}
    kinds = {line.kind for line in agreement.lines if line.mission in missions}
    met = {
        "crise": AmountKind.CRISIS_EVENT in kinds,
        "soins_non_programmes": AmountKind.TRIAGE in kinds,
        "majoration": agreement.bonus is not None and content["territory"]["size"] == agreement.bonus.size,
        "population_convenue": content["territory"]["is_agreed_population"],
    }
    return frozenset(name for name, holds in met.items() if holds)


def population_words(number: int | None) -> str:
    return "non publiée" if number is None else spoken_integer(number)


def inhabitants_words(number: int | None) -> str:
    return "non publiée" if number is None else counted(number, "habitant")


def population_origin(territory: dict) -> str:
    if territory["is_agreed_population"]:
        return "population convenue"
    year = territory["population_year"]
    return f"population municipale {year}" if year else "population municipale"


def _months(number: int) -> str:
    return NUMBERS.get(number, str(number))
