"""What vouches for a time."""

from django.db import models
from django.db.models import Q

from core.fields import StatusField
from documents.enums import Stamp
from documents.signing.identities import TimeStamp


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
