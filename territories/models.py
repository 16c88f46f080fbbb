"""France's regions, départements, intercommunalities, communes and their population by year.

Reference data: the same for everyone, loaded by `actions.load_territories`, never written elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When

from territories import rules
from territories.enums import EpciKind


class Region(models.Model):
    code = models.CharField("code Insee", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=100)

    class Meta:
        verbose_name = "région"
        ordering = ["name"]

    def __str__(self):
        return self.name


class Department(models.Model):
    code = models.CharField("code Insee", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name="région")

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self):
        return f"{self.name} ({self.code})"


class EpciQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def search(self, text: str) -> Self:
        """Return the active EPCI that have each word of `text` in their name, or `text` as their SIREN."""
        words = rules.search_key(text).split()
        if not words:
            return self.none()
        named = Q()
        for word in words:
            named &= Q(search_name__contains=word)
        return self.active().filter(named | Q(siren=text.strip())).order_by("search_name", "siren")


class Epci(models.Model):
    """An intercommunality with its own taxes: the usual brick of a territory."""

    siren = models.CharField("SIREN", max_length=9, primary_key=True)
    name = models.CharField("nom", max_length=200)
    kind = models.CharField("nature", max_length=5, choices=EpciKind)
    search_name = models.CharField("nom pour la recherche", max_length=200, editable=False)
    is_active = models.BooleanField("existe", default=True)

    objects = EpciQuerySet.as_manager()

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        ordering = ["search_name", "siren"]

    def __str__(self):
        return self.name


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What a list of codes stands for: existing communes, former codes and the commune of today, the rest."""

    communes: tuple["Commune", ...]
    former: dict[str, "Commune"]
    unknown: tuple[str, ...]


class CommuneQuerySet(models.QuerySet):
    def active(self) -> Self:
        """Return the communes of the loaded geography (and the municipal arrondissements)."""
        return self.filter(is_active=True)

    def whole(self) -> Self:
        """Return the communes without the municipal arrondissements: each inhabitant once."""
        return self.filter(parent=None)

    def in_epci(self, siren: str) -> Self:
        """Return the communes of an EPCI today, whole."""
        return self.active().whole().filter(epci=siren)

    def with_population(self, year: int | None = None) -> Self:
        """Annotate `population` and `population_year`, of `year` or the latest.

        Both are None where none is published.
        """
        rows = CommunePopulation.objects.filter(commune=OuterRef("pk")).order_by("-reference_year")
        if year is not None:
            rows = rows.filter(reference_year=year)
        return self.annotate(
            population=Subquery(rows.values("municipal_population")[:1]),
            population_year=Subquery(rows.values("reference_year")[:1]),
        )

    def search(self, text: str) -> Self:
        """Return the communes that `text` may mean, the likeliest first, with their population.

        `text` is the beginning of a name or of a word of it (accents, case, hyphens, leading article do not
        count), of an INSEE code or of a postal code.
        """
        key = rules.search_key(text)
        if not key:
            return self.none()
        code = key.replace(" ", "").upper()
        if code[0].isdigit():
            return self._search_code(code)
        starts, word = Q(search_name__startswith=key), Q(search_name__contains=f" {key}")
        return (
            self.active()
            .filter(starts | word)
            .with_population()
            .annotate(rank=Case(When(search_name=key, then=Value(0)), When(starts, then=Value(1)), default=Value(2)))
            .order_by("rank", F("population").desc(nulls_last=True), "code")
        )

    def _search_code(self, code: str) -> Self:
        postal = Q(postal_codes__startswith=code) | Q(postal_codes__contains=f" {code}")
        rank = Case(When(code=code, then=Value(0)), When(postal, then=Value(1)), default=Value(2))
        found = self.active().filter(Q(code__startswith=code) | postal)
        return found.with_population().annotate(rank=rank).order_by("rank", "code")

    def resolve(self, codes: Iterable[str]) -> Resolution:
        """Return what each INSEE code stands for today; three queries at most.

        A code of a commune merged into another comes with the commune of today, for a person to accept.
        """
        codes = tuple(dict.fromkeys(codes))
        found = self.active().select_related("department").in_bulk(codes)
        others = [code for code in codes if code not in found]
        rows = FormerCommune.objects.filter(code__in=others).select_related("current__department") if others else []
        former = {row.code: row.current for row in rows if row.current.is_active}
        return Resolution(
            communes=tuple(found[code] for code in codes if code in found),
            former=former,
            unknown=tuple(code for code in others if code not in former),
        )

    def summarise(self, codes: Iterable[str], *, year: int | None = None) -> rules.TerritorySummary:
        """Return the territory of `codes` in figures (R1), in one query.

        The population is that of `year`, or the latest. A commune that no longer exists counts too: a
        contract may hold it.
        """
        codes = set(codes)
        rows = (
            self.filter(code__in=codes)
            .with_population(year)
            .values_list(
                "code",
                "name",
                "department__code",
                "department__name",
                "department__region__code",
                "department__region__name",
                "population",
                "population_year",
            )
        )
        lines = [
            rules.CommuneLine(
                code=code,
                name=name,
                department=rules.Place(*places[:2]),
                region=rules.Place(*places[2:]),
                population=population,
                population_year=population_year,
            )
            for code, name, *places, population, population_year in rows
        ]
        return rules.summarise(lines, requested=codes)


class Commune(models.Model):
    """A commune, or a municipal arrondissement of Paris, Lyon or Marseille (`parent` is set then)."""

    code = models.CharField("code Insee", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=100)
    search_name = models.CharField("nom pour la recherche", max_length=100, db_index=True, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="communes", verbose_name="département")
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="communes", verbose_name="EPCI")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="arrondissements",
        verbose_name="commune entière",
    )
    postal_codes = models.CharField("codes postaux", max_length=200, blank=True)
    is_active = models.BooleanField("existe", default=True)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        ordering = ["search_name", "code"]
        constraints = [
            models.CheckConstraint(name="commune_not_its_own_parent", condition=Q(parent=None) | ~Q(parent=F("code")))
        ]

    def __str__(self):
        return f"{self.name} ({self.code})"


class FormerCommune(models.Model):
    """A code that a merger ended, and the commune that holds its land today."""

    code = models.CharField("ancien code Insee", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=100, blank=True)
    current = models.ForeignKey(
        Commune, models.PROTECT, related_name="former_communes", verbose_name="commune d’aujourd’hui"
    )

    class Meta:
        verbose_name = "ancienne commune"
        verbose_name_plural = "anciennes communes"
        ordering = ["code"]

    def __str__(self):
        return f"{self.name or self.code} → {self.current_id}"


class PopulationSource(models.Model):
    """A publication of populations: its year, its licence, and whether that year is certain."""

    code = models.SlugField("code", max_length=40, primary_key=True)
    name = models.CharField("intitulé", max_length=200)
    reference_year = models.PositiveSmallIntegerField("année de référence")
    in_force_on = models.DateField("en vigueur au", null=True, blank=True)
    publisher = models.CharField("éditeur", max_length=100)
    url = models.URLField("adresse")
    licence = models.CharField("licence", max_length=100)
    is_confirmed = models.BooleanField("année confirmée")
    note = models.CharField("remarque", max_length=200, blank=True)

    class Meta:
        verbose_name = "source de population"
        verbose_name_plural = "sources de population"
        ordering = ["-reference_year", "code"]

    def __str__(self):
        return f"{self.publisher}, {self.name}"


class CommunePopulation(models.Model):
    """The municipal population of a commune in one year. No row: none is published, which is not zero."""

    commune = models.ForeignKey(Commune, models.PROTECT, related_name="populations", verbose_name="commune")
    reference_year = models.PositiveSmallIntegerField("année de référence")
    municipal_population = models.PositiveIntegerField("population municipale")
    source = models.ForeignKey(PopulationSource, models.PROTECT, related_name="populations", verbose_name="source")

    class Meta:
        verbose_name = "population d’une commune"
        verbose_name_plural = "populations des communes"
        ordering = ["commune", "-reference_year"]
        constraints = [
            models.UniqueConstraint(fields=["commune", "reference_year"], name="one_population_per_commune_and_year")
        ]

    def __str__(self):
        return f"{self.commune_id} en {self.reference_year} : {self.municipal_population}"


class TerritoryLoad(models.Model):
    """What was last loaded, so that loading the same again costs nothing."""

    digest = models.CharField("empreinte des fichiers", max_length=64)
    geography_year = models.PositiveSmallIntegerField("année de la géographie")
    loaded_at = models.DateTimeField("chargé le")

    class Meta:
        verbose_name = "chargement des territoires"
        verbose_name_plural = "chargements des territoires"
        ordering = ["-loaded_at"]

    def __str__(self):
        return f"Géographie {self.geography_year}"
