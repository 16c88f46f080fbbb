"""The wordings of the contract that the back office writes, one agreement at a time."""

from django.db import models
from django.db.models import Q

from agreements.models import AgreementVersion
from contracts import clauses
from core.dates import format_date

TO_VALIDATE = "Trame à valider : elle n’a pas encore été rapprochée du contrat type national."


class WordingQuerySet(models.QuerySet):
    def adopted(self) -> "WordingQuerySet":
        return self.filter(adopted_on__isnull=False)


class Wording(models.Model):
    """A wording of the contract under an agreement: a draft, then adopted and never changed, then validated."""

    agreement_version = models.ForeignKey(
        AgreementVersion, models.PROTECT, related_name="wordings", verbose_name="accord"
    )
    number = models.PositiveSmallIntegerField("numéro", editable=False)
    adopted_on = models.DateField("adoptée le", null=True, editable=False)
    adopted_by = models.CharField("adoptée par", max_length=200, blank=True, editable=False)
    validated_on = models.DateField("validée le", null=True, editable=False)
    validated_by = models.CharField("validée par", max_length=200, blank=True, editable=False)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = "trame de contrat"
        verbose_name_plural = "trames de contrat"
        ordering = ["agreement_version", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement_version", "number"], name="contracts_one_row_a_wording"),
            models.UniqueConstraint(
                fields=["agreement_version"],
                condition=Q(adopted_on__isnull=True),
                name="contracts_one_draft_wording",
                violation_error_message="Une trame est déjà en préparation pour cet accord.",
            ),
            models.CheckConstraint(
                name="contracts_wording_adopted_by_someone",
                condition=Q(adopted_on__isnull=True, adopted_by="") | (Q(adopted_on__isnull=False) & ~Q(adopted_by="")),
            ),
            models.CheckConstraint(
                name="contracts_wording_validated_once_adopted",
                condition=Q(validated_on__isnull=True, validated_by="")
                | (Q(validated_on__isnull=False, adopted_on__isnull=False) & ~Q(validated_by="")),
            ),
        ]

    def __str__(self):
        return f"Trame {self.version}"

    @property
    def version(self) -> str:
        """What the content of a contract keeps: « aci-2021/2 »."""
        return f"{self.agreement_version.code}/{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.adopted_on is None

    @property
    def status(self) -> str:
        """What is said of it wherever it is shown."""
        if self.validated_on is None:
            return TO_VALIDATE
        return f"Trame validée le {format_date(self.validated_on)} par {self.validated_by}."

    def as_value(self) -> clauses.Text:
        """Return the wording as a value; DomainError when an article has an unknown mention or condition."""
        return clauses.Text(
            version=self.version, status=self.status, articles=tuple(row.as_value() for row in self.articles.all())
        )


class WordingArticle(models.Model):
    """An article of a wording, in the plain text of `clauses.parse_body`."""

    class Follow(models.TextChoices):
        """What the page puts after an article."""

        FINANCING = clauses.FINANCING, "le tableau des montants"
        LOCAL = clauses.LOCAL, "les clauses locales"

    wording = models.ForeignKey(Wording, models.CASCADE, related_name="articles", verbose_name="trame")
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("titre", max_length=200)
    body = models.TextField("texte", blank=True)
    followed_by = models.CharField("suivi de", max_length=20, choices=Follow.choices, blank=True)

    class Meta:
        verbose_name = "article"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wording", "followed_by"],
                condition=~Q(followed_by=""),
                name="contracts_one_article_before_each_part",
                violation_error_message="Un seul article peut être suivi de cette partie.",
            ),
        ]

    def __str__(self):
        return self.title

    def as_value(self) -> clauses.Article:
        return clauses.Article(key=self.followed_by, title=self.title, blocks=clauses.parse_body(self.body))
