"""What a search for a place finds, as a page shows it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from territories.models import Commune, Epci

MAX_EPCI = 4
MAX_COMMUNES = 12
MINIMUM_LENGTH = 2


@dataclass(frozen=True, kw_only=True)
class FoundCommune:
    """A commune that may be added; `population` is None where none is published."""

    code: str
    name: str
    department: str
    population: int | None
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class FoundEpci:
    """An intercommunality that may be added whole; `population` adds up what is published of it."""

    siren: str
    name: str
    kind: str
    commune_count: int
    population: int
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Places:
    """The places found for `text`; `is_cut` when there are more than shown."""

    text: str
    epcis: tuple[FoundEpci, ...] = ()
    communes: tuple[FoundCommune, ...] = ()
    is_cut: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.epcis or self.communes)

    @property
    def is_too_short(self) -> bool:
        return 0 < len(self.text) < MINIMUM_LENGTH


def find_places(text: str, *, chosen: Collection[str] = ()) -> Places:
    """Return the communes and the intercommunalities that `text` may mean; `chosen` are codes already taken.

    `text` is the beginning of a name, of an INSEE code or of a postal code. Three queries at most.
    """
    text, chosen = text.strip()[:100], set(chosen)
    if len(text) < MINIMUM_LENGTH:
        return Places(text=text)
    rows = list(Commune.objects.search(text).select_related("department")[: MAX_COMMUNES + 1])
    communes = tuple(
        FoundCommune(
            code=row.code,
            name=row.name,
            department=row.department.name,
            population=row.population,
            is_chosen=row.code in chosen,
        )
        for row in rows[:MAX_COMMUNES]
    )
    return Places(text=text, epcis=_epcis(text, chosen), communes=communes, is_cut=len(rows) > MAX_COMMUNES)


def _epcis(text: str, chosen: set[str]) -> tuple[FoundEpci, ...]:
    rows = list(Epci.objects.search(text)[:MAX_EPCI])
    if not rows:
        return ()
    communes = Commune.objects.active().whole().filter(epci__in=rows).with_population()
    parts = defaultdict(list)
    for siren, code, population in communes.values_list("epci", "code", "population"):
        parts[siren].append((code, population or 0))
    return tuple(
        FoundEpci(
            siren=row.siren,
            name=row.name,
            kind=row.get_kind_display(),
            commune_count=len(parts[row.siren]),
            population=sum(population for _code, population in parts[row.siren]),
            is_chosen=bool(parts[row.siren]) and chosen.issuperset(code for code, _ in parts[row.siren]),
        )
        for row in rows
    )
