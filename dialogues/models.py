"""Dialogues de gestion: when, what was said, who approved, and the annex that follows."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from agreements.enums import MissionCode
from contracts.enums import ContractStatus
from contracts.models import Contract, ContractScopedQuerySet
from core.actor import Actor
from core.dates import format_date
from core.fields import StatusField
from core.models import Approval, TenantModel, TransitionLog, one_of_the_parties, reason_when_required
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.lifecycle import RULES
from documents.models import Document
from funding.models import Statement


class DialogueQuerySet(ContractScopedQuerySet):
    def open(self) -> "DialogueQuerySet":
        """Keep those still to be held or closed: nothing of an abandoned contract, no start once it has ended."""
        moot = Q(contract__status=ContractStatus.ABANDONED) | (
            Q(kind=DialogueKind.MISSION_START) & ~Q(contract__status=ContractStatus.ACTIVE)
        )
        return self.exclude(status=DialogueStatus.CLOSED).exclude(moot)

    def late(self, today) -> "DialogueQuerySet":
        """Return the open dialogues whose window is over (R16)."""
        return self.open().filter(window_closes_on__lt=today)


class ManagementDialogue(TenantModel):
    """One dialogue de gestion of the three parties (R16, R17)."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="dialogues", verbose_name="contrat")
    kind = models.CharField("nature", max_length=16, choices=DialogueKind.choices)
    year = models.PositiveSmallIntegerField("année évaluée", null=True, blank=True)
    mission = models.CharField("mission", max_length=24, choices=MissionCode.choices, blank=True)
    status = StatusField(DialogueStatus, verbose_name="état", default=DialogueStatus.PLANNED)
    window_opens_on = models.DateField("à tenir à partir du", null=True, blank=True)
    window_closes_on = models.DateField("à tenir au plus tard le", null=True, blank=True)
    convened_for = models.DateField("convoqué pour le", null=True, blank=True)
    place = models.CharField("lieu ou lien", max_length=200, blank=True)
    agenda = models.TextField("ordre du jour", blank=True)
    held_on = models.DateField("tenu le", null=True, blank=True)
    participants = models.TextField("participants", blank=True)
    minutes = models.TextField("compte rendu", blank=True)
    decisions = models.TextField("décisions", blank=True)
    revision = models.PositiveSmallIntegerField("révision", default=1)
    lock_version = models.PositiveIntegerField("version de saisie", default=1)
    # What a dialogue decides, by kind: the start of a mission, or the size of the year in which it is held.
    mission_starts_on = models.DateField("la mission démarre le", null=True, blank=True)
    new_size = models.PositiveSmallIntegerField("taille retenue", null=True, blank=True)
    members = models.PositiveIntegerField("adhérents de l’année suivante", null=True, blank=True)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    minutes_document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="compte rendu (PDF)"
    )

    objects = DialogueQuerySet.as_manager()

    class Meta:
        verbose_name = "dialogue de gestion"
        verbose_name_plural = "dialogues de gestion"
        ordering = ["window_opens_on", "created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contract"], condition=Q(kind="SIGNATURE"), name="dialogues_one_signature"),
            models.UniqueConstraint(
                fields=["contract", "mission"],
                condition=Q(kind="MISSION_START"),
                name="dialogues_one_start_a_mission",
            ),
            models.UniqueConstraint(
                fields=["contract", "year"], condition=Q(kind="ANNUAL"), name="dialogues_one_annual_a_year"
            ),
            models.CheckConstraint(
                name="dialogues_annual_has_year",
                condition=Q(kind="ANNUAL", year__isnull=False) | (~Q(kind="ANNUAL") & Q(year__isnull=True)),
            ),
            models.CheckConstraint(
                name="dialogues_start_has_mission",
                condition=(Q(kind="MISSION_START") & ~Q(mission="")) | (~Q(kind="MISSION_START") & Q(mission="")),
            ),
            models.CheckConstraint(
                name="dialogues_held_has_date",
                condition=Q(status__in=["PLANNED", "CONVENED"]) | Q(held_on__isnull=False),
            ),
            models.CheckConstraint(
                name="dialogues_closed_has_time",
                condition=Q(status="CLOSED", closed_at__isnull=False)
                | (~Q(status="CLOSED") & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="dialogues_only_a_start_starts_a_mission",
                condition=Q(mission_starts_on__isnull=True) | Q(kind="MISSION_START"),
            ),
            models.CheckConstraint(
                name="dialogues_only_an_annual_reviews_the_size",
                condition=Q(new_size__isnull=True) | Q(kind="ANNUAL", new_size__range=(1, 4)),
            ),
            models.CheckConstraint(
                name="dialogues_only_an_annual_counts_members",
                condition=Q(members__isnull=True) | Q(kind="ANNUAL"),
            ),
        ]

    def __str__(self):
        label = DialogueKind(self.kind).label
        if self.kind == DialogueKind.ANNUAL:
            return f"{label}, année {self.year}"
        return f"{label} : {MissionCode(self.mission).label}" if self.mission else label

    def convening(self) -> dict[str, Any]:
        """Return when, where and to speak of what the parties are convened, by name of the form's fields."""
        return {"convened_for": self.convened_for, "place": self.place, "agenda": self.agenda}

    @property
    def label(self) -> str:
        return str(self)

    @property
    def is_open(self) -> bool:
        """Still to be held or closed, as `DialogueQuerySet.open` says it of rows."""
        is_start = self.kind == DialogueKind.MISSION_START
        is_moot = self.contract.status == ContractStatus.ABANDONED or (
            is_start and self.contract.status != ContractStatus.ACTIVE
        )
        return self.status != DialogueStatus.CLOSED and not is_moot

    @property
    def window(self) -> str:
        """R16: return between which days it is to be held: « du 15 mars 2021 au 15 mai 2021 »; empty without two."""
        if not self.window_opens_on or not self.window_closes_on:
            return ""
        return f"du {format_date(self.window_opens_on)} au {format_date(self.window_closes_on)}"

    def is_outside_window(self, day: date) -> bool:
        """R16: not one of the days between which it is to be held, both included."""
        return bool(self.window) and not self.window_opens_on <= day <= self.window_closes_on

    def is_late(self, today: date) -> bool:
        """R16: still open after the last day of its window."""
        return self.is_open and self.window_closes_on is not None and self.window_closes_on < today


class ClosedRevisionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "ClosedRevisionQuerySet":
        """Return the revisions of the dialogues that the actor sees."""
        return self.filter(dialogue__in=ManagementDialogue.objects.visible_to(actor))


class ClosedRevision(TenantModel):
    """A closed revision of a dialogue, kept as it was when a later one replaces it (R17); never changed."""

    dialogue = models.ForeignKey(ManagementDialogue, models.PROTECT, related_name="closed_revisions")
    number = models.PositiveSmallIntegerField("révision")
    held_on = models.DateField("tenu le")
    minutes = models.TextField("compte rendu")
    decisions = models.TextField("décisions", blank=True)
    closed_at = models.DateTimeField("clos le")
    minutes_document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name="compte rendu (PDF)")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="+", verbose_name="décompte")

    objects = ClosedRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = "révision close"
        verbose_name_plural = "révisions closes"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["dialogue", "number"], name="dialogues_one_row_a_revision")]

    def __str__(self):
        return f"{self.dialogue}, révision {self.number}"


class MinutesApproval(Approval):
    """A party's approval of the minutes as they are written (R17)."""

    dialogue = models.ForeignKey(ManagementDialogue, models.CASCADE, related_name="approvals")
    revision = models.PositiveSmallIntegerField("révision")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta(Approval.Meta):
        verbose_name = "approbation"
        constraints = [
            one_of_the_parties("dialogues_approval_of_a_party"),
            models.UniqueConstraint(
                fields=["dialogue", "revision", "side"],
                condition=Q(withdrawn_at__isnull=True),
                name="dialogues_one_approval_a_side",
            ),
            models.UniqueConstraint(
                fields=["dialogue", "revision", "user"],
                condition=Q(withdrawn_at__isnull=True),
                name="dialogues_nobody_approves_for_two",
                violation_error_message="Une même personne n’approuve pas pour deux parties.",
            ),
        ]


class DialogueTransition(TransitionLog):
    """One change of state of a dialogue."""

    subject = models.ForeignKey(ManagementDialogue, models.CASCADE, related_name="transitions")

    class Meta(TransitionLog.Meta):
        verbose_name = "transition de dialogue"
        constraints = [reason_when_required(RULES, "dialogues_reason_when_required")]


class AnnualAnnex(TenantModel):
    """The annex of a contract year: results, amounts and next programme, signed by the three (R17)."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="annexes", verbose_name="contrat")
    dialogue = models.ForeignKey(ManagementDialogue, models.PROTECT, related_name="annexes")
    statement = models.OneToOneField(Statement, models.PROTECT, related_name="annex")
    year = models.PositiveSmallIntegerField("année")
    status = StatusField(AnnexStatus, verbose_name="état", default=AnnexStatus.SIGNING)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name="document")
    signed_on = models.DateField("signée le", null=True, blank=True)

    objects = ContractScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "annexe annuelle"
        ordering = ["year", "created_at"]
        constraints = [
            models.CheckConstraint(
                name="dialogues_annex_in_force_has_date",
                condition=Q(status="IN_FORCE", signed_on__isnull=False)
                | Q(status__in=["SIGNING", "REFUSED"], signed_on__isnull=True)
                | Q(status="REPLACED"),
            )
        ]

    def __str__(self):
        return f"Annexe de l’année {self.year}, {self.contract}"
