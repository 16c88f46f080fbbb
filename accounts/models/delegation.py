"""The power to sign that a person gives to another, with the deed that allows it."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate

from accounts.enums import DelegationState, Power
from accounts.models.membership import Membership
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.models import TenantModel
from core.wording import of


class DelegationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "DelegationQuerySet":
        """Return the delegations given in the actor's own organisation."""
        return self.filter(grantor__organisation=actor.organisation_id) if actor.organisation_id else self.none()

    def in_force(self) -> "DelegationQuerySet":
        """Return those that count today, whose giver still has access: a power does not outlive what it comes from."""
        today = clock.today()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            starts_on__lte=today,
            ended_at__isnull=True,
            grantor__in=Membership.objects.active(),
        )


class Delegation(TenantModel):
    """A power that a president or a signatory gives to another member, for a time."""

    grantor = models.ForeignKey(Membership, models.PROTECT, related_name="delegations_given", verbose_name="délégant")
    grantee = models.ForeignKey(
        Membership, models.PROTECT, related_name="delegations_received", verbose_name="délégataire"
    )
    power = models.CharField("pouvoir", max_length=10, choices=Power.choices)
    deed = models.CharField("acte qui le permet", max_length=200)
    deed_on = models.DateField("date de l’acte", null=True, blank=True)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)
    ended_by = models.CharField("terminée par", max_length=200, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "délégation"
        ordering = ["-starts_on", "-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["grantor", "grantee", "power"],
                condition=Q(ended_at__isnull=True),
                name="accounts_one_delegation_of_a_power",
                violation_error_message="Cette personne a déjà cette délégation : mettez-y fin d’abord.",
            ),
            models.CheckConstraint(
                name="accounts_delegation_ended_by_someone",
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
            ),
            models.CheckConstraint(
                name="accounts_delegation_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="La fin de la délégation précède son début.",
            ),
            models.CheckConstraint(
                name="accounts_no_delegation_to_oneself",
                condition=~Q(grantor=F("grantee")),
                violation_error_message="On ne délègue pas à soi-même.",
            ),
        ]

    def __str__(self):
        return f"{self.grantor.user} à {self.grantee.user} : {Power(self.power).label}"

    @property
    def state(self) -> DelegationState:
        """Whether it counts today: read from its dates, never stored."""
        today = clock.today()
        if self.ended_at or (self.ends_on and self.ends_on < today):
            return DelegationState.OVER
        return DelegationState.TO_COME if today < self.starts_on else DelegationState.IN_FORCE

    @property
    def last_day(self) -> date | None:
        """The day after which it no longer counts; None while nothing ends it."""
        ended_on = localdate(self.ended_at) if self.ended_at else None
        return min(filter(None, (self.ends_on, ended_on)), default=None)

    @property
    def deed_words(self) -> str:
        """The deed as a sentence names it: « Délibération n° 7 du 3 mai 2026 »."""
        return f"{self.deed} du {format_date(self.deed_on)}" if self.deed_on else self.deed

    @property
    def has_counted(self) -> bool:
        """It was not ended before its first day."""
        return self.last_day is None or self.last_day >= self.starts_on

    @property
    def counted_words(self) -> str:
        """The days when it really counts, as its page says them: « retirée le … » where it never did."""
        start, last_day = format_date(self.starts_on), self.last_day
        if last_day is None:
            return f"à compter du {start}"
        if not self.has_counted:
            return f"retirée le {format_date(last_day)}, avant son premier jour ({start})"
        return f"du {start} au {format_date(last_day)}"

    @property
    def mandate_words(self) -> str:
        """What a signature keeps of it: the deed, and the days for which it was given."""
        return f"{self.deed_words}, valable {self.period_words}"

    @property
    def spoken(self) -> str:
        """« par délégation de Claire Modèle : Délibération n° 7 du 3 mai 2026, valable du … au … »."""
        return f"par délégation {of(str(self.grantor.user))}\u00a0: {self.mandate_words}"

    @property
    def period_words(self) -> str:
        """« du 1er juin 2026 au 1er juillet 2026 », « à compter du 1er juin 2026 » where nothing says until when."""
        start = format_date(self.starts_on)
        return f"du {start} au {format_date(self.ends_on)}" if self.ends_on else f"à compter du {start}"
