"""Organisations of the four sides, people, and the place of a person in an organisation."""

import secrets
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.timezone import localdate

from accounts.enums import ROLES_OF, DelegationState, FundKind, Power
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.enums import Role, Side
from core.fields import StatusField
from core.models import TenantModel
from core.wording import of, the
from territories.models import Department, Region


class UserManager(BaseUserManager):
    """Accounts are known by their address, written in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=email.lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What she may do comes from her memberships, never from the account."""

    email = models.EmailField("adresse électronique", unique=True)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    job_title = models.CharField("fonction", max_length=120, blank=True)
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField("accès à l’administration", default=False)
    date_joined = models.DateTimeField("créé le", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.CheckConstraint(
                name="accounts_address_in_lower_case",
                condition=Q(email=Lower("email")),
                violation_error_message="L’adresse d’un compte s’écrit en minuscules.",
            )
        ]

    def __str__(self):
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "OrganisationQuerySet":
        """Own organisation, the CPTS one follows, and the partners of one's own contracts (design, §1)."""
        match actor.side:
            case Side.CPTS:
                return self.filter(
                    Q(pk=actor.organisation_id)
                    | Q(cpts_of_ars=actor.organisation_id)
                    | Q(cpts_of_fund=actor.organisation_id)
                )
            case Side.ARS:
                return self.filter(Q(pk=actor.organisation_id) | Q(ars=actor.organisation_id))
            case Side.FUND:
                return self.filter(Q(pk=actor.organisation_id) | Q(fund=actor.organisation_id))
            case Side.NATIONAL | Side.BACK_OFFICE | Side.SYSTEM:
                return self.all()
            case _:
                return self.none()

    def cpts(self) -> "OrganisationQuerySet":
        return self.filter(side=Side.CPTS)


class Organisation(TenantModel):
    """A CPTS, the ARS of a region, a local fund, a national body, or the administration of the portal."""

    side = StatusField(Side, verbose_name="partie")
    name = models.CharField("nom", max_length=200)
    code = models.SlugField("code", max_length=60, unique=True)
    email = models.EmailField("adresse électronique", blank=True)
    regions = models.ManyToManyField(Region, blank=True, verbose_name="régions", related_name="+")
    departments = models.ManyToManyField(Department, blank=True, verbose_name="départements", related_name="+")
    fund_kind = models.CharField("nature de la caisse", max_length=4, choices=FundKind.choices, blank=True)
    finess_ej = models.CharField("FINESS (entité juridique)", max_length=9, blank=True)
    address = models.TextField("adresse", blank=True)
    ars = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"side": Side.ARS},
        related_name="cpts_of_ars",
        verbose_name="ARS",
    )
    fund = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"side": Side.FUND},
        related_name="cpts_of_fund",
        verbose_name="caisse",
    )
    is_active = models.BooleanField("active", default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="accounts_cpts_has_ars_and_fund",
                condition=Q(side=Side.CPTS, ars__isnull=False, fund__isnull=False)
                | (~Q(side=Side.CPTS) & Q(ars__isnull=True, fund__isnull=True)),
                violation_error_message="Une CPTS nomme son ARS et sa caisse ; elle seule le fait.",
            ),
            models.CheckConstraint(
                name="accounts_fund_has_kind",
                condition=Q(side=Side.FUND, fund_kind__in=FundKind.values) | (~Q(side=Side.FUND) & Q(fund_kind="")),
                violation_error_message="Une caisse, et elle seule, a une nature (CPAM, CGSS, CCSS, CSS).",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def with_article(self) -> str:
        """Return the name as a sentence says it: « la CPTS du Val », « l’ARS Bretagne »."""
        return the(self.name)

    def clean(self):
        for field, side in (("ars", Side.ARS), ("fund", Side.FUND)):
            partner = getattr(self, field)
            if partner is not None and partner.side != side:
                raise ValidationError({field: f"Choisissez une organisation de type {side.label}."})


class PartyScopedQuerySet(models.QuerySet):
    """Rows that name their three parties: `party_path` leads to the row that holds cpts, ars and fund."""

    party_path = ""

    def visible_to(self, actor: Actor):
        """Return the rows of the actor's organisation; all of them for a national observer; none otherwise."""
        match actor.side:
            case Side.CPTS | Side.ARS | Side.FUND:
                return self.filter(**{f"{self.party_path}{actor.side.value.lower()}": actor.organisation_id})
            case Side.NATIONAL | Side.SYSTEM:
                return self.all()
            case _:
                return self.none()


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "MembershipQuerySet":
        """Return the people of the actor's own organisation."""
        return self.filter(organisation=actor.organisation_id) if actor.organisation_id else self.none()

    def active(self) -> "MembershipQuerySet":
        return self.filter(is_active=True, organisation__is_active=True, user__is_active=True)


class Membership(TenantModel):
    """A person's place in an organisation: one role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name="personne")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name="organisation"
    )
    role = StatusField(Role, verbose_name="rôle")
    is_active = models.BooleanField("active", default=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        ordering = ["organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="accounts_one_role_per_organisation",
                violation_error_message="Cette personne a déjà un rôle dans cette organisation.",
            )
        ]

    def __str__(self):
        return f"{self.user}, {Role(self.role).label} ({self.organisation})"

    def clean(self):
        if self.organisation_id and self.role not in ROLES_OF.get(self.organisation.side, ()):
            raise ValidationError({"role": "Ce rôle n’existe pas pour ce type d’organisation."})

    def powers(self) -> frozenset[str]:
        """Return the powers delegated to this member today."""
        return frozenset(row.power for row in self.delegations_received.all() if row.state == DelegationState.IN_FORCE)

    def as_actor(self) -> Actor:
        """Return the member as the Actor of a request."""
        return Actor(
            user_id=self.user_id,
            user_name=str(self.user),
            organisation_id=self.organisation_id,
            organisation_name=self.organisation.name,
            side=self.organisation.side,
            role=self.role,
            powers=self.powers(),
        )


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


def new_token() -> str:
    return secrets.token_urlsafe(32)


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "InvitationQuerySet":
        """Return the invitations of the actor's own organisation."""
        return self.filter(organisation=actor.organisation_id) if actor.organisation_id else self.none()

    def open(self) -> "InvitationQuerySet":
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now())


class Invitation(TenantModel):
    """An address invited to join an organisation in a role; its link works once, for a few days."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name="organisation"
    )
    email = models.EmailField("adresse électronique")
    role = StatusField(Role, verbose_name="rôle")
    token = models.CharField("jeton", max_length=64, unique=True, default=new_token, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="invité par")
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="accounts_one_open_invitation",
                violation_error_message="Cette adresse a déjà une invitation en cours.",
            )
        ]

    def __str__(self):
        return f"{self.email} ({self.organisation})"

    @property
    def is_for_an_account(self) -> bool:
        """Whether the address already has an account: its owner signs in rather than make another."""
        return User.objects.filter(email=self.email).exists()
