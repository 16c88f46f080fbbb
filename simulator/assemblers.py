"""What the simulator reads: the versions of the agreement, and the communes of a territory."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from agreements.agreement import Agreement
from agreements.models import AgreementVersion
from territories.models import Commune
from territories.rules import PARENTS, TerritorySummary, parse_insee_codes

MAX_COMMUNES = 300  # a territory of any CPTS fits in; an address stays short enough for every server


@dataclass(frozen=True, kw_only=True)
class ChosenTerritory:
    """The communes of a scenario, in their order, and what they add up to."""

    communes: tuple[Commune, ...]
    summary: TerritorySummary

    @property
    def population(self) -> int | None:
        """Return the published population, None while a commune has none or stands there twice."""
        return self.summary.population if self.communes and self.summary.is_complete else None


def known_agreements() -> dict[str, Agreement]:
    """Return every version of the agreement by its code, the oldest first, in a fixed number of queries."""
    return {version.code: version.as_value() for version in AgreementVersion.objects.with_rows()}


def territory_of(codes: Collection[str]) -> ChosenTerritory:
    """Return the territory of INSEE codes; a code of no commune is in `summary.unknown`."""
    if not codes:
        return ChosenTerritory(communes=(), summary=Commune.objects.none().summarise(()))
    communes = Commune.objects.filter(code__in=codes).with_population().order_by("search_name", "code")
    return ChosenTerritory(communes=tuple(communes), summary=Commune.objects.summarise(codes))


def with_places(
    codes: Iterable[str], *, added: Iterable[str], epcis: Iterable[str], removed: Iterable[str]
) -> list[str]:
    """Return the codes once communes and whole EPCI are added and others removed, none of them twice."""
    found = [*codes, *added]
    for siren in epcis:
        inside = Commune.objects.in_epci(siren).values_list("code", flat=True)
        # An arrondissement already chosen stands for its part of the commune.
        found += [code for code in inside if code not in {PARENTS.get(chosen) for chosen in found}]
    removed = set(removed)
    return list(dict.fromkeys(code for code in found if code not in removed))


def read_pasted(text: str) -> tuple[list[str], list[str]]:
    """Return the codes of the communes that a pasted list names, and a sentence for each word that names none."""
    parsed = parse_insee_codes(text)
    resolved = Commune.objects.resolve(parsed.codes)
    refused = [f"{code} est aujourd’hui {commune} : écrivez {commune.pk}." for code, commune in resolved.former.items()]
    unknown = [*parsed.unreadable, *resolved.unknown]
    if unknown:
        refused.append(f"Aucune commune n’a ce code : {', '.join(unknown[:10])}{'…' if len(unknown) > 10 else ''}.")
    return [commune.code for commune in resolved.communes], refused
