"""The national agreement as dated rows (R2), the national indicators (R14), the ceilings of R20."""

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from agreements.agreement import (
    Agreement,
    AmountLine,
    BonusTerms,
    MissionTerms,
    SizeTerms,
    Source,
    check_agreement,
)
from agreements.enums import AmountKind, DataOwner, Direction, LineKind
from core.dates import format_date
from core.errors import DomainError
from core.fields import MoneyField, StatusField

MEMBER_ROWS = ("missions", "sizes", "lines", "sources")


class AgreementVersionQuerySet(models.QuerySet):
    def in_force_on(self, day: date) -> "AgreementVersion":
        """R2: return the version in force on a day; DomainError before the first one."""
        version = self.filter(takes_effect_on__lte=day).order_by("-takes_effect_on", "-code").first()
        if version is None:
            raise DomainError(f"Aucun accord national n’est en vigueur le {format_date(day)}.")
        return version

    def with_rows(self) -> "AgreementVersionQuerySet":
        """Load what `as_value()` reads, in a fixed number of queries."""
        return self.prefetch_related(*MEMBER_ROWS, "lines__mission")


class AgreementVersion(models.Model):
    """A version of the national agreement. The engine only sees its value (`as_value`)."""

    code = models.SlugField("code", max_length=30, unique=True)
    label = models.CharField("libellé", max_length=120)
    takes_effect_on = models.DateField("date d’effet")
    effect_note = models.CharField("précision sur la date d’effet", max_length=200, blank=True)
    population_floor = models.PositiveIntegerField("population minimale conseillée")
    advance_rate = models.DecimalField("part versée en avance", max_digits=5, decimal_places=4)
    bonus_rate = models.DecimalField("taux de la majoration", max_digits=5, decimal_places=4, null=True, blank=True)
    bonus_size = models.PositiveSmallIntegerField("taille qui ouvre la majoration", null=True, blank=True)
    bonus_members = models.PositiveIntegerField("membres qui ouvrent la majoration", null=True, blank=True)
    bonus_kinds = models.JSONField("lignes majorées", default=list, blank=True)
    file_digest = models.CharField("empreinte du fichier chargé", max_length=64, blank=True, editable=False)

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version de l’accord national"
        verbose_name_plural = "versions de l’accord national"
        ordering = ["takes_effect_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(advance_rate__gte=0, advance_rate__lte=1),
                name="agreements_advance_between_0_and_1",
                violation_error_message="La part versée en avance est comprise entre 0 et 1.",
            ),
            models.CheckConstraint(
                condition=Q(bonus_rate__isnull=True, bonus_size__isnull=True, bonus_members__isnull=True)
                | Q(bonus_rate__gte=0, bonus_size__isnull=False, bonus_members__isnull=False),
                name="agreements_bonus_whole_or_absent",
                violation_error_message="Donnez le taux, la taille et les membres de la majoration, ou rien.",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def is_validated(self) -> bool:
        """True when no figure of this version waits for a confirmation."""
        return self.as_value().is_validated

    def as_value(self) -> Agreement:
        """Return this version as the engine knows it; DomainError when its rows do not add up (R2)."""
        value = self.unchecked_value()
        check_agreement(value)
        return value

    def unchecked_value(self) -> Agreement:
        """Return the rows as they stand, for those who correct them, in a fixed number of queries."""
        models.prefetch_related_objects([self], *MEMBER_ROWS, "lines__mission")
        return Agreement(
            code=self.code,
            label=self.label,
            takes_effect_on=self.takes_effect_on,
            effect_note=self.effect_note,
            population_floor=self.population_floor,
            advance_rate=self.advance_rate,
            sizes=tuple(size.as_value() for size in self.sizes.all()),
            missions=tuple(mission.as_value() for mission in self.missions.all()),
            lines=tuple(line.as_value() for line in self.lines.all()),
            bonus=self._bonus(),
            sources=tuple(source.as_value() for source in self.sources.all()),
        )

    def _bonus(self) -> BonusTerms | None:
        if self.bonus_rate is None:
            return None
        return BonusTerms(
            rate=self.bonus_rate,
            size=self.bonus_size,
            members=self.bonus_members,
            kinds=frozenset(LineKind(kind) for kind in self.bonus_kinds),
        )


class AgreementSize(models.Model):
    """A size: its smallest population (R1) and its published total (R2)."""

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="sizes", verbose_name="version")
    size = models.PositiveSmallIntegerField("taille", validators=[MinValueValidator(1), MaxValueValidator(9)])
    minimum_population = models.PositiveIntegerField("population à partir de laquelle la taille s’applique")
    published_total = MoneyField(verbose_name="total publié (€)")
    total_is_validated = models.BooleanField("total confirmé", default=False)

    class Meta:
        verbose_name = "taille"
        ordering = ["version", "size"]
        constraints = [
            models.UniqueConstraint(fields=["version", "size"], name="agreements_one_row_per_size"),
        ]

    def __str__(self):
        return f"Taille {self.size}"

    def as_value(self) -> SizeTerms:
        return SizeTerms(
            size=self.size,
            minimum_population=self.minimum_population,
            published_total=self.published_total,
            total_is_validated=self.total_is_validated,
        )


class AgreementMission(models.Model):
    """A mission of a version, with its latest dates in months after signature (R4)."""

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="missions", verbose_name="version")
    code = models.CharField("code", max_length=40)
    label = models.CharField("libellé", max_length=120)
    is_core = models.BooleanField("mission socle")
    order = models.PositiveSmallIntegerField("rang")
    starts_within_months = models.PositiveSmallIntegerField(
        "mois jusqu’au démarrage au plus tard", null=True, blank=True
    )
    deploys_within_months = models.PositiveSmallIntegerField(
        "mois jusqu’au déploiement au plus tard", null=True, blank=True
    )

    class Meta:
        verbose_name = "mission"
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="agreements_one_row_per_mission"),
            models.UniqueConstraint(fields=["version", "order"], name="agreements_one_mission_per_rank"),
            models.CheckConstraint(
                condition=Q(deploys_within_months__isnull=True)
                | Q(deploys_within_months__gte=F("starts_within_months")),
                name="agreements_deployment_after_start",
                violation_error_message="Le déploiement vient après le démarrage.",
            ),
        ]

    def __str__(self):
        return self.label

    def as_value(self) -> MissionTerms:
        return MissionTerms(
            code=self.code,
            label=self.label,
            is_core=self.is_core,
            order=self.order,
            starts_within_months=self.starts_within_months,
            deploys_within_months=self.deploys_within_months,
        )


class AgreementLine(models.Model):
    """A published amount, in euros a year. Without mission: the operating grant."""

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="lines", verbose_name="version")
    mission = models.ForeignKey(
        AgreementMission, models.CASCADE, related_name="lines", null=True, blank=True, verbose_name="mission"
    )
    kind = StatusField(AmountKind, verbose_name="ligne")
    size = models.PositiveSmallIntegerField("taille")
    amount = MoneyField(verbose_name="montant annuel (€)")
    is_validated = models.BooleanField("montant confirmé", default=False)
    note = models.CharField("statut du montant", max_length=120, blank=True)

    class Meta:
        verbose_name = "ligne de barème"
        verbose_name_plural = "lignes de barème"
        ordering = ["version", "mission__order", "kind", "size"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "mission", "kind", "size"], name="agreements_one_amount_per_line"
            ),
            models.UniqueConstraint(
                fields=["version", "kind", "size"],
                condition=Q(mission__isnull=True),
                name="agreements_one_amount_without_mission",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="agreements_amount_not_negative",
                violation_error_message="Un montant ne peut pas être négatif.",
            ),
            models.CheckConstraint(
                condition=Q(kind=AmountKind.OPERATING, mission__isnull=True)
                | (~Q(kind=AmountKind.OPERATING) & Q(mission__isnull=False)),
                name="agreements_operating_without_mission",
                violation_error_message="Seul le fonctionnement est sans mission.",
            ),
        ]

    def __str__(self):
        return f"{self.mission or 'Sans mission'}, {AmountKind(self.kind).label.lower()}, taille {self.size}"

    def as_value(self) -> AmountLine:
        return AmountLine(
            mission=self.mission.code if self.mission_id else None,
            kind=AmountKind(self.kind),
            size=self.size,
            amount=self.amount,
            is_validated=self.is_validated,
            note=self.note,
        )


class AgreementSource(models.Model):
    """Where the figures of a version were read."""

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="sources", verbose_name="version")
    title = models.CharField("titre", max_length=200)
    reference = models.CharField("référence", max_length=200)
    status = models.CharField("statut", max_length=60)

    class Meta:
        verbose_name = "source"
        ordering = ["version", "pk"]

    def __str__(self):
        return self.title

    def as_value(self) -> Source:
        return Source(title=self.title, reference=self.reference, status=self.status)


class NationalIndicator(models.Model):
    """A follow-up indicator that every contract has and none can remove (R14)."""

    code = models.CharField("code", max_length=10, unique=True)
    mission_code = models.CharField("code de la mission", max_length=40)
    label = models.CharField("intitulé", max_length=200)
    direction = StatusField(Direction, verbose_name="sens")
    unit = models.CharField("unité", max_length=40)
    data_source = models.CharField("source des données", max_length=120)
    owner = StatusField(DataOwner, verbose_name="partie qui saisit la valeur")
    counts_patients = models.BooleanField("compte des patients", default=False)
    note = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        verbose_name = "indicateur national"
        verbose_name_plural = "indicateurs nationaux"
        ordering = ["code"]

    def __str__(self):
        return self.label


class PassQuerySet(models.QuerySet):
    def of_year(self, year: int) -> "Pass":
        """R20: return the ceiling of a calendar year; a year without one is an error."""
        found = self.filter(year=year).first()
        if found is None:
            raise DomainError(f"Le plafond de la sécurité sociale de l’année {year} n’est pas connu.")
        return found


class Pass(models.Model):
    """The social-security ceiling of a calendar year (R20)."""

    year = models.PositiveSmallIntegerField("année", unique=True)
    amount = MoneyField(verbose_name="plafond annuel (€)")
    is_validated = models.BooleanField("montant confirmé", default=False)
    source = models.CharField("source", max_length=200)

    objects = PassQuerySet.as_manager()

    class Meta:
        verbose_name = "plafond annuel de la sécurité sociale"
        verbose_name_plural = "plafonds annuels de la sécurité sociale"
        ordering = ["year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="agreements_pass_positive",
                violation_error_message="Le plafond est supérieur à zéro.",
            ),
        ]

    def __str__(self):
        return f"Plafond {self.year}"

    def left(self, received: Decimal) -> Decimal:
        """R20: return what a professional may still receive in the year."""
        return self.amount - received
