"""What every room is made of: identity, traces of transitions, approvals, jobs, and the audit chain."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.enums import PARTIES, Side, Status
from core.fields import StatusField
from core.wording import counted


class TenantModel(models.Model):
    """A row that belongs to parties: an unguessable key, and when it was written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    updated_at = models.DateTimeField("modifié le", auto_now=True)

    class Meta:
        abstract = True


class Signed(models.Model):
    """Who wrote a row, for which organisation, when: copied as words, since a trace outlives its accounts."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="personne"
    )
    user_name = models.CharField("nom", max_length=200)
    organisation = models.ForeignKey(
        settings.ORGANISATION_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="organisation"
    )
    organisation_name = models.CharField("nom de l’organisation", max_length=200, blank=True)
    side = StatusField(Side, verbose_name="partie")
    at = models.DateTimeField("le")

    class Meta:
        abstract = True


class TransitionLog(Signed):
    """One change of state: the subclass adds the foreign key `subject`."""

    transition = models.CharField("transition", max_length=40)
    source = models.CharField("état de départ", max_length=32)
    target = models.CharField("état d’arrivée", max_length=32)
    comment = models.TextField("motif", blank=True)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]


class Approval(Signed):
    """One party's agreement to an exact content: the subclass adds what is approved, unique per side."""

    content_hash = models.CharField("empreinte du contenu", max_length=64)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]


class Withdrawable(models.Model):
    """What a party gave and that may be withdrawn, visibly: it stays, with when and why (`withdrawn_with_reason`)."""

    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    withdrawn_because = models.CharField("parce que", max_length=250, blank=True)

    class Meta:
        abstract = True


class Comment(Signed):
    """A remark on a part of an object: the subclass adds the foreign key `subject`."""

    part = models.CharField("partie commentée", max_length=60, blank=True)
    text = models.TextField("texte")

    class Meta:
        abstract = True
        ordering = ["at", "pk"]


class JobState(Status):
    """Long work as a person sees it."""

    QUEUED = "QUEUED", "En attente"
    RUNNING = "RUNNING", "En cours"
    DONE = "DONE", "Terminé"
    FAILED = "FAILED", "Échec"

    @property
    def tone(self) -> str:
        return {"DONE": "ok", "FAILED": "stop"}.get(self.value, "wait")


class Job(models.Model):
    """Work done by the worker. The row is the truth of its progress; the queue only wakes the worker up."""

    MAX_ATTEMPTS = 3

    job_state = StatusField(JobState, verbose_name="état du travail", default=JobState.QUEUED)
    step = models.CharField("étape", max_length=80, blank=True)
    progress = models.PositiveSmallIntegerField("avancement (%)", default=0)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.TextField("erreur", blank=True)
    lease_until = models.DateTimeField("réservé jusqu’au", null=True, blank=True)

    class Meta:
        abstract = True


class PortalDate(models.Model):
    """By how many days a demonstration moved the portal's day. One row at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    days_ahead = models.IntegerField("jours d’avance")

    class Meta:
        verbose_name = "date de la démonstration"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="core_one_portal_date")]

    def __str__(self):
        return f"{counted(self.days_ahead, 'jour')} d’avance"


class AuditEvent(models.Model):
    """One entry of the journal: append-only, chained by hash (`core.audit`)."""

    sequence = models.BigIntegerField("numéro", primary_key=True)
    at = models.DateTimeField("le")
    user_id = models.BigIntegerField("identifiant de la personne", null=True)
    user_name = models.CharField("personne", max_length=200)
    organisation_id = models.UUIDField("identifiant de l’organisation", null=True)
    organisation_name = models.CharField("organisation", max_length=200, blank=True)
    side = StatusField(Side, verbose_name="partie")
    action = models.CharField("action", max_length=80)
    object_type = models.CharField("type d’objet", max_length=80)
    object_id = models.CharField("identifiant de l’objet", max_length=64)
    object_label = models.CharField("libellé", max_length=250, blank=True)
    before = models.JSONField("avant", null=True)
    after = models.JSONField("après", null=True)
    previous_hash = models.CharField("empreinte précédente", max_length=64)
    hash = models.CharField("empreinte", max_length=64, unique=True)

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "entrées du journal"
        ordering = ["sequence"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="core_audit_object")]

    def __str__(self):
        return f"Entrée n°\u00a0{self.sequence}"


def one_of_the_parties(name: str) -> models.CheckConstraint:
    """Return the constraint « the side is one of the three parties »."""
    return models.CheckConstraint(condition=Q(side__in=[side.value for side in PARTIES]), name=name)


def reason_when_required(rules: Mapping[str, Any], name: str) -> models.CheckConstraint:
    """Return the constraint « a transition that asks for a reason has one »; `rules` is the table of a lifecycle."""
    asking = sorted(transition.value for transition, rule in rules.items() if rule.comment_required)
    return models.CheckConstraint(
        condition=~Q(transition__in=asking) | ~Q(comment=""), name=name, violation_error_message="Indiquez la raison."
    )


def withdrawn_with_reason(name: str) -> models.CheckConstraint:
    """Return the constraint « withdrawn with a reason, or not at all »."""
    condition = Q(withdrawn_at__isnull=True, withdrawn_because="")
    return models.CheckConstraint(
        condition=condition | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")), name=name
    )


def one_consent_a_side(subject: str, name: str) -> models.UniqueConstraint:
    """Return the constraint « a party consents once to `subject`, until it is withdrawn »."""
    return models.UniqueConstraint(fields=[subject, "side"], condition=Q(withdrawn_at__isnull=True), name=name)


def nobody_consents_for_two(subject: str, name: str) -> models.UniqueConstraint:
    """Return the constraint « a person consents to `subject` for one party »."""
    return models.UniqueConstraint(
        fields=[subject, "user"],
        condition=Q(withdrawn_at__isnull=True),
        name=name,
        violation_error_message="Une même personne ne consent pas pour deux parties.",
    )
