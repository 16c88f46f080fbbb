"""Documents made once from frozen data, then signed."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from accounts.models import Organisation
from core import clock
from core.actor import Actor
from core.models import Job, JobState, TenantModel
from core.wording import spoken_list, the
from documents.codes import new_code
from documents.enums import DocumentKind, SigningState, Stamp
from documents.models.files import ReadersQuerySet, StoredFile
from documents.models.stamps import TimeStamped, stamped_means_a_token

if TYPE_CHECKING:
    from documents.models.signature import Signature


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
    def is_certified(self) -> bool:
        """A signature made here stands in the file: it certifies it, and one's own certificate may follow."""
        return any(item.file_id for item in self.signature_list)

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
        """The signatures that may be given now: those that lack in the first step of the circuit that is not whole."""
        if self.signing_state != SigningState.OPEN:
            return []
        lacking = [item for item in self.signature_list if not item.signed_at]
        step = min((item.step for item in lacking), default=0)
        return [item for item in lacking if item.step == step]

    def place_for(self, actor: Actor) -> "Signature | None":
        """The place where the actor's organisation may sign now; None when its turn has not come, or it has signed."""
        return next((item for item in self.awaited if item.organisation_id == actor.organisation_id), None)

    def awaits(self, actor: Actor) -> bool:
        """The turn of the actor's organisation has come, and the signature that it lacks may be hers: she gave none."""
        own = [item for item in self.signature_list if item.organisation_id == actor.organisation_id]
        return self.place_for(actor) is not None and all(item.signer_id != actor.user_id for item in own)

    @property
    def order_words(self) -> str:
        """« la CPTS du Val, puis l’ARS Bretagne et la CPAM du Finistère »; nothing where all sign when they like."""
        steps: dict[int, dict[str, None]] = {}
        for item in self.signature_list:
            steps.setdefault(item.step, {})[the(item.organisation_name)] = None
        return ", puis ".join(spoken_list(list(names)) for names in steps.values()) if len(steps) > 1 else ""

    @property
    def refusal(self) -> "Signature | None":
        """The signature that was refused, if one was."""
        return next((item for item in self.signature_list if item.refused_at), None)

    @property
    def given_words(self) -> list[str]:
        """The signatures it received, as one says of them that they bind nobody any more."""
        return [item.given_words for item in self.signature_list if item.signed_at]

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
