"""The circuit of a document: the places of its signatories, and the signatures they received."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.models import Organisation
from core.actor import Actor
from core.dates import format_date
from core.enums import Side
from core.fields import StatusField
from core.models import TenantModel, one_of_the_parties
from core.wording import of, the
from documents.enums import SigningState, Stamp
from documents.models.document import Document
from documents.models.files import StoredFile
from documents.models.stamps import TimeStamped, stamped_means_a_token
from documents.signing.fields import signature_field


class SignatureQuerySet(models.QuerySet):
    def awaited_from(self, actor: Actor) -> "SignatureQuerySet":
        """Keep the places that await the actor, as `Document.awaits` says of one document: free, of her organisation,
        their turn come, herself having signed none. A round that was stopped is the caller's to leave out."""
        places = Signature.objects.filter(document=OuterRef("document"))
        earlier = places.filter(signed_at=None, step__lt=OuterRef("step"))
        hers = places.filter(organisation=actor.organisation_id, signer=actor.user_id)
        return self.filter(~Exists(earlier), ~Exists(hers), organisation=actor.organisation_id, signed_at=None)


class Signature(TenantModel, TimeStamped):
    """The place of one signatory in a document, and the signature it received.

    A party has as many places as its statutes ask people to sign, each for another person. Those of one step sign when
    they like; those of the next once the step before is whole.
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="signatures", verbose_name="document")
    side = StatusField(Side, verbose_name="partie")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    organisation_name = models.CharField("nom de la partie", max_length=200)  # as the document prints it
    number = models.PositiveSmallIntegerField("rang dans sa partie", default=1)
    step = models.PositiveSmallIntegerField("étape du circuit", default=1)
    position = models.PositiveSmallIntegerField("rang")
    signed_at = models.DateTimeField("signé le", null=True, blank=True)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="signataire"
    )
    signer_name = models.CharField("nom du signataire", max_length=200, blank=True)
    signer_title = models.CharField("qualité", max_length=200, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="fichier après signature"
    )
    # Of a signature given for another: words, since a trace outlives the delegation.
    delegated_by = models.CharField("par délégation de", max_length=200, blank=True)
    delegation_deed = models.CharField("acte qui le permet", max_length=300, blank=True)
    deed = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="copie de l’acte")
    # Of a signature made outside, with a certificate that the portal did not give.
    certificate_subject = models.CharField("titulaire du certificat", max_length=300, blank=True)
    certificate_issuer = models.CharField("autorité du certificat", max_length=300, blank=True)
    is_certificate_known = models.BooleanField("certificat reconnu par le portail", null=True, blank=True)
    # Of a signature on paper: the copy of the pages, which stands in place of a state of the file.
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="copie du papier signé"
    )
    handwritten_on = models.DateField("signée à la main le", null=True, blank=True)
    depositor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="dépositaire de la copie"
    )
    depositor_name = models.CharField("copie déposée par", max_length=200, blank=True)
    refused_at = models.DateTimeField("refusée le", null=True, blank=True)
    refused_by = models.CharField("refusée par", max_length=200, blank=True)
    refusal_reason = models.TextField("motif du refus", blank=True)
    reminded_on = models.DateField("dernier rappel le", null=True, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = "signature"
        ordering = ["position"]
        constraints = [
            one_of_the_parties("documents_signature_of_a_party"),
            models.UniqueConstraint(fields=["document", "side", "number"], name="documents_one_signature_a_place"),
            models.UniqueConstraint(fields=["document", "position"], name="documents_one_place_a_position"),
            models.CheckConstraint(
                name="documents_places_count_from_one", condition=Q(number__gte=1, step__gte=1, position__gte=1)
            ),
            models.UniqueConstraint(
                fields=["document", "signer"],
                condition=Q(signer__isnull=False),
                name="documents_nobody_signs_twice",
                violation_error_message="Une même personne ne signe pas deux fois le même document.",
            ),
            models.CheckConstraint(
                name="documents_signed_means_all",
                condition=Q(
                    signed_at__isnull=True, signer__isnull=True, file__isnull=True, scan__isnull=True, signer_name=""
                )
                | (Q(signed_at__isnull=False, signer__isnull=False) & ~Q(signer_name="")),
            ),
            models.CheckConstraint(
                name="documents_signed_in_the_file_or_on_paper",
                condition=Q(signed_at__isnull=True)
                | Q(file__isnull=False, scan__isnull=True)
                | Q(file__isnull=True, scan__isnull=False, stamp=Stamp.NONE, is_certificate_known__isnull=True),
            ),
            models.CheckConstraint(
                name="documents_on_paper_means_who_and_when",
                condition=Q(scan__isnull=True, handwritten_on__isnull=True, depositor__isnull=True, depositor_name="")
                | (
                    Q(scan__isnull=False, handwritten_on__isnull=False, depositor__isnull=False) & ~Q(depositor_name="")
                ),
            ),
            stamped_means_a_token("documents_signature_stamped_means_a_token"),
            models.CheckConstraint(
                name="documents_delegated_means_a_deed",
                condition=Q(delegated_by="", delegation_deed="")
                | (Q(signed_at__isnull=False) & ~Q(delegated_by="") & ~Q(delegation_deed="")),
            ),
            models.CheckConstraint(
                name="documents_a_deed_is_of_a_delegation", condition=Q(deed__isnull=True) | ~Q(delegated_by="")
            ),
            models.CheckConstraint(
                name="documents_made_outside_means_a_certificate",
                condition=Q(certificate_subject="", certificate_issuer="", is_certificate_known__isnull=True)
                | (
                    Q(is_certificate_known__isnull=False, signed_at__isnull=False)
                    & ~Q(certificate_subject="")
                    & ~Q(certificate_issuer="")
                ),
            ),
            models.CheckConstraint(
                name="documents_refused_means_who_and_why",
                condition=Q(refused_at__isnull=True, refused_by="", refusal_reason="")
                | (Q(refused_at__isnull=False, signed_at__isnull=True) & ~Q(refused_by="") & ~Q(refusal_reason="")),
            ),
            models.CheckConstraint(
                name="documents_stamp_of_a_signature", condition=Q(signed_at__isnull=False) | Q(stamp=Stamp.NONE)
            ),
        ]

    def __str__(self):
        return f"{self.document}, {Side(self.side).label}"

    @property
    def is_made_outside(self) -> bool:
        return self.is_certificate_known is not None

    @property
    def certificate_words(self) -> str:
        """Whom one's own certificate names, and who gave it: itself, where nobody else did."""
        if not self.is_made_outside:
            return ""
        if self.certificate_issuer == self.certificate_subject:
            return f"{self.certificate_subject}, délivré par son titulaire lui-même"
        return f"{self.certificate_subject}, délivré par {self.certificate_issuer}"

    @property
    def is_on_paper(self) -> bool:
        return self.scan_id is not None

    @property
    def spoken_signer(self) -> str:
        """Who signed, by whose delegation if she did not sign in her own right."""
        return ", ".join(filter(None, [self.signer_name, self.mandate_words]))

    @property
    def mandate_words(self) -> str:
        """« par délégation de Marc Essai », or nothing."""
        return f"par délégation {of(self.delegated_by)}" if self.delegated_by else ""

    @property
    def given_words(self) -> str:
        """« Claire Modèle, pour la CPAM du Rhône, sur papier, le 3 mai 2026 »: what is said of it once it is void."""
        how = ", sur papier" if self.is_on_paper else ""
        day = format_date(localdate(self.signed_at))
        return f"{self.spoken_signer}, pour {the(self.organisation_name)}{how}, le {day}"

    @property
    def signed_word(self) -> str:
        """What a pill says of it once given: a signature on paper is never shown as one of the file."""
        return "Signé sur papier" if self.is_on_paper else "Signé"

    @property
    def is_awaited(self) -> bool:
        """It may be given now: its turn has come."""
        return self in self.document.awaited

    @property
    def state(self) -> str:
        """One word for a page."""
        if self.signed_at:
            return "Signée sur papier" if self.is_on_paper else "Signée"
        if self.refused_at:
            return "Refusée"
        if self.document.signing_state != SigningState.OPEN:
            return "Non signée"
        return "Attendue" if self.is_awaited else "Attendue ensuite"

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        if self.signed_at:
            return "ok"
        return {"Refusée": "stop", "Attendue": "wait"}.get(self.state, "off")

    @property
    def field_name(self) -> str:
        """The name of the field in the PDF."""
        return signature_field(self.side, self.number)
