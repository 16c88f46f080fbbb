"""Bytes that are never rewritten, and who may read them."""

from django.conf import settings
from django.db import models

from accounts.models import Delegation, Organisation
from core.actor import Actor
from core.enums import Side
from core.models import TenantModel


class ReadersQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """Return the rows that name the actor's organisation among their readers; all for an observer."""
        match actor.side:
            case Side.CPTS | Side.ARS | Side.FUND:
                return self.filter(readers=actor.organisation_id)
            case Side.NATIONAL | Side.SYSTEM:
                return self.all()
            case _:
                return self.none()


class DeedQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """Return the deeds of the delegations that the actor sees: those of her own organisation."""
        return self.filter(delegation__in=Delegation.objects.visible_to(actor))


class StoredFile(TenantModel):
    """A file as it was received or issued: its bytes are stored under their SHA-256 and never change.

    `document` is set on each state of a document: as it was laid out, then after each signature.
    """

    name = models.CharField("nom", max_length=200)
    content_type = models.CharField("type", max_length=100)
    size = models.PositiveBigIntegerField("taille (octets)")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="déposé par"
    )
    document = models.ForeignKey(
        "Document", models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name="état du document"
    )
    readers = models.ManyToManyField(Organisation, related_name="+", verbose_name="lecteurs")

    objects = ReadersQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier"

    def __str__(self):
        return self.name

    @property
    def path(self) -> str:
        """Where the bytes are in the storage: found by content, shared by equal files."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class DelegationDeed(TenantModel):
    """The file of the deed that allows a delegation, kept here because the room of the delegations knows no file."""

    delegation = models.OneToOneField(Delegation, models.PROTECT, related_name="+", verbose_name="délégation")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="acte")

    objects = DeedQuerySet.as_manager()

    class Meta:
        verbose_name = "acte de délégation"
        verbose_name_plural = "actes de délégation"

    def __str__(self):
        return self.delegation.deed_words
