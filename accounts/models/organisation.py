"""The organisations of the four sides, and the rows that belong to three of them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.enums import FundKind
from core.actor import Actor
from core.enums import Side
from core.fields import StatusField
from core.models import TenantModel
from core.wording import the
from territories.models import Department, Region

MOST_SIGNATORIES = 5  # of one organisation on one document: what its page of signatures holds


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
    signatory_count = models.PositiveSmallIntegerField("nombre de signataires par document", default=1)

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
            models.CheckConstraint(
                name="accounts_a_few_signatories",
                condition=Q(signatory_count__gte=1, signatory_count__lte=MOST_SIGNATORIES),
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
        self._check_fund_beside_ars()

    def _check_fund_beside_ars(self) -> None:
        """Refuse a fund none of whose départements is in a region of the ARS, where both are known."""
        if self.ars is None or self.fund is None:
            return
        covered = set(self.ars.regions.all())
        its_regions = set(Region.objects.filter(departments__in=self.fund.departments.all()))
        if covered and its_regions and not covered & its_regions:
            told = f"Choisissez une caisse d’une région que suit {self.ars.with_article}, ou une autre ARS."
            raise ValidationError({"fund": told})


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
