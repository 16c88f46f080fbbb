"""Bytes that are never rewritten, documents made from frozen data, and the signatures they carry."""

import re
import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from accounts.models import Delegation, Organisation
from core import clock
from core.actor import Actor
from core.enums import Side
from core.fields import StatusField
from core.models import Job, JobState, TenantModel, one_of_the_parties
from documents.enums import DocumentKind, FaultKind, SigningState, Stamp
from documents.signing.identities import TimeStamp

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: people type it from paper


CODE_LENGTH, CODE_GROUP = 12, 4


def new_code() -> str:
    """Return a code that a person can type and nobody can guess: « K7QF-2MXW-9RTA »."""
    return _grouped("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)))


def read_code(text: str) -> str:
    """Return the code that a person typed, in any case, with or without its dashes; empty when it is not one."""
    letters = re.sub(r"[\W_]", "", text.upper())
    return _grouped(letters) if len(letters) == CODE_LENGTH and set(letters) <= set(CODE_ALPHABET) else ""


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))


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


class TimeStamped(models.Model):
    """What vouches for a time: the token of a time-stamp authority, awaited or received, or nothing."""

    stamp = StatusField(Stamp, verbose_name="horodatage", default=Stamp.NONE)
    stamped_at = models.DateTimeField("horodaté le", null=True, blank=True)
    stamped_by = models.CharField("horodaté par", max_length=200, blank=True)

    class Meta:
        abstract = True

    def set_stamp(self, stamp: TimeStamp) -> None:
        """Keep what a valid token says."""
        self.stamp, self.stamped_at, self.stamped_by = Stamp.STAMPED, stamp.at, stamp.authority


def stamped_means_a_token(name: str) -> models.CheckConstraint:
    """Return the constraint « time-stamped with the time and the authority of a token, or not at all »."""
    without = ~Q(stamp=Stamp.STAMPED) & Q(stamped_at__isnull=True, stamped_by="")
    with_token = Q(stamp=Stamp.STAMPED, stamped_at__isnull=False) & ~Q(stamped_by="")
    return models.CheckConstraint(condition=with_token | without, name=name)


class DocumentQuerySet(ReadersQuerySet):
    def with_signatures(self) -> "DocumentQuerySet":
        return self.select_related("file").prefetch_related("signatures__organisation")

    def to_verify(self) -> "DocumentQuerySet":
        """Return the documents with all that a verdict reads, whoever asks: the code or the bytes are the key."""
        return self.with_signatures().select_related("next_round").prefetch_related("signatures__file", "replaced_by")

    def last_of(self, key: str) -> "Document | None":
        """Return the last document issued under a key that starts like this: the former round of a signature."""
        return self.filter(key__startswith=key).order_by("-issued_at").first()

    def awaiting_stamp(self) -> "DocumentQuerySet":
        """Return the documents to which a time stamp is owed: signed by all, or signed while no token came."""
        return self.filter(Q(stamp=Stamp.PENDING) | Q(signatures__stamp=Stamp.PENDING)).distinct()


class Document(TenantModel, Job, TimeStamped):
    """A PDF made once from frozen data (`payload`) by the worker, then signed by its signatories.

    `key` names what it is made of: asking twice for the same thing gives the same document.
    """

    kind = models.CharField("nature", max_length=20, choices=DocumentKind.choices)
    key = models.CharField("clé", max_length=120, unique=True)
    code = models.CharField("code de vérification", max_length=14, unique=True, default=new_code)
    title = models.CharField("titre", max_length=400)  # the name of a CPTS is in it, up to 200
    template_name = models.CharField("gabarit", max_length=120)
    payload = models.JSONField("données")
    issued_at = models.DateTimeField("émis le")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="fichier")
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )
    in_order = models.BooleanField("signatures dans l’ordre", default=False)
    expires_on = models.DateField("dernier jour pour signer", null=True, blank=True)
    former_round = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next_round", verbose_name="tour précédent"
    )
    closed_at = models.DateTimeField("clos sans effet le", null=True, blank=True)
    closed_because = models.CharField("parce que", max_length=250, blank=True)
    readers = models.ManyToManyField(Organisation, related_name="+", verbose_name="lecteurs")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ["-issued_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="documents_done_means_file",
                condition=Q(job_state=JobState.DONE, file__isnull=False)
                | (~Q(job_state=JobState.DONE) & Q(file__isnull=True)),
            ),
            models.CheckConstraint(name="documents_never_replaces_itself", condition=~Q(replaces=F("pk"))),
            stamped_means_a_token("documents_document_stamped_means_a_token"),
            models.CheckConstraint(name="documents_never_its_own_round", condition=~Q(former_round=F("pk"))),
            models.CheckConstraint(
                name="documents_closed_with_reason",
                condition=Q(closed_at__isnull=True, closed_because="")
                | (Q(closed_at__isnull=False) & ~Q(closed_because="")),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_ready(self) -> bool:
        return self.file_id is not None

    @cached_property
    def signature_list(self) -> list["Signature"]:
        return list(self.signatures.all())

    @property
    def replacements(self) -> list["Document"]:
        """What replaced or amended it, in order; the round of signature that followed its own, if it was closed."""
        later = [*self.replaced_by.all(), getattr(self, "next_round", None)]
        return sorted(filter(None, later), key=lambda document: document.issued_at)

    @property
    def is_signed(self) -> bool:
        """All signatories signed: read from the signatures alone."""
        return bool(self.signature_list) and all(item.signed_at for item in self.signature_list)

    @property
    def signing_state(self) -> SigningState:
        """Where its signature stands; a round that was closed, or whose last day has passed, binds nobody."""
        if any(item.refused_at for item in self.signature_list):
            return SigningState.REFUSED
        if self.closed_at:
            return SigningState.VOID
        if self.is_signed:
            return SigningState.SIGNED
        return SigningState.EXPIRED if self.has_expired else SigningState.OPEN

    @property
    def binds_nobody(self) -> bool:
        """Its signature stopped before it was whole: refused, closed, or too late."""
        return self.signing_state in (SigningState.REFUSED, SigningState.EXPIRED, SigningState.VOID)

    @property
    def has_expired(self) -> bool:
        """Its last day to sign has passed (Paris) before the last signature."""
        return self.expires_on is not None and self.expires_on < clock.today() and not self.is_signed

    @property
    def awaited(self) -> list["Signature"]:
        """The signatures that may be given now: all that lack, or the next one where they come in order."""
        if self.signing_state != SigningState.OPEN:
            return []
        lacking = [item for item in self.signature_list if not item.signed_at]
        return lacking[:1] if self.in_order else lacking

    @property
    def refusal(self) -> "Signature | None":
        """The signature that was refused, if one was."""
        return next((item for item in self.signature_list if item.refused_at), None)

    @property
    def level(self) -> str:
        """The PAdES level that the file has reached, and what vouches for the time of its signatures, if it has any."""
        given = {item.stamp for item in self.signature_list if item.file_id}
        if not given:
            return ""
        if self.stamp == Stamp.STAMPED:
            return f"PAdES-B-LTA, horodaté par {self.stamped_by}"
        if Stamp.PENDING in {self.stamp, *given}:
            return "horodatage en attente : l’autorité n’a pas encore répondu"
        if given == {Stamp.STAMPED}:
            return "PAdES-B-LT, chaque signature est horodatée"
        return "PAdES-B-B, sans horodatage"


class Signature(TenantModel, TimeStamped):
    """The place of one party in a document, and the signature it received."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="signatures", verbose_name="document")
    side = StatusField(Side, verbose_name="partie")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
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

    class Meta:
        verbose_name = "signature"
        ordering = ["position"]
        constraints = [
            one_of_the_parties("documents_signature_of_a_party"),
            models.UniqueConstraint(fields=["document", "side"], name="documents_one_signature_a_side"),
            models.UniqueConstraint(
                fields=["document", "signer"],
                condition=Q(signer__isnull=False),
                name="documents_nobody_signs_for_two",
                violation_error_message="Une même personne ne signe pas pour deux parties.",
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
    def is_on_paper(self) -> bool:
        return self.scan_id is not None

    @property
    def signed_word(self) -> str:
        """What a pill says of it once given: a signature on paper is never shown as one of the file."""
        return "Signé sur papier" if self.is_on_paper else "Signé"

    @property
    def state(self) -> str:
        """One word for a page."""
        if self.signed_at:
            return "Signée sur papier" if self.is_on_paper else "Signée"
        if self.refused_at:
            return "Refusée"
        return "Attendue" if self.document.signing_state == SigningState.OPEN else "Non signée"

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        if self.signed_at:
            return "ok"
        return {"Refusée": "stop", "Attendue": "wait"}.get(self.state, "off")

    @property
    def field_name(self) -> str:
        """The name of the field in the PDF."""
        return f"signature_{self.side.value.lower()}"


class Inventory(Job):
    """One pass over the store: every file read again and hashed, then what nobody owns looked for.

    `cursor` is the last SHA-256 examined: a pass that is interrupted goes on from there.
    """

    started_at = models.DateTimeField("commencé le")
    ended_at = models.DateTimeField("terminé le", null=True)
    cursor = models.CharField("dernier fichier examiné", max_length=64, blank=True)
    examined = models.PositiveIntegerField("fichiers examinés", default=0)

    class Meta:
        verbose_name = "inventaire du stockage"
        verbose_name_plural = "inventaires du stockage"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["job_state"], condition=Q(job_state=JobState.RUNNING), name="documents_one_running_inventory"
            ),
            models.CheckConstraint(
                name="documents_inventory_done_means_ended",
                condition=Q(job_state=JobState.RUNNING, ended_at__isnull=True)
                | Q(job_state=JobState.DONE, ended_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"Inventaire du {date_format(localtime(self.started_at), 'j F Y, H:i')}"


class InventoryFault(models.Model):
    """A file that an inventory found missing, altered, or owned by nobody."""

    inventory = models.ForeignKey(Inventory, models.CASCADE, related_name="faults", verbose_name="inventaire")
    kind = models.CharField("anomalie", max_length=8, choices=FaultKind.choices)
    path = models.CharField("chemin", max_length=300)

    class Meta:
        verbose_name = "anomalie du stockage"
        verbose_name_plural = "anomalies du stockage"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["inventory", "path"], name="documents_one_fault_a_path"),
        ]

    def __str__(self):
        return f"{FaultKind(self.kind).label} : {self.path}"
