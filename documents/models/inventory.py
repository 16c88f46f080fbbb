"""Passes over the store, and the faults they found."""

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from core.models import Job, JobState
from documents.enums import FaultKind


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
