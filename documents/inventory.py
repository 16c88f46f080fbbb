"""The inventory of the store: each night every file is read again and hashed, in constant memory.

A pass is cut into slices; what one has examined is kept, so that a lost worker costs a few files and no more.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import islice
from time import monotonic

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import SYSTEM
from core.models import JobState
from documents import storage
from documents.enums import FaultKind
from documents.models import Inventory, InventoryFault, StoredFile

BATCH = 20  # files examined between two writes: at most that many are examined twice
NAMES = 500
LEASE = timedelta(minutes=5)  # more than a batch takes
GRACE = timedelta(days=1)  # a file younger than that may belong to a transaction that is not over


class Outcome(Enum):
    """How a slice of inventory ended."""

    OVER = auto()
    UNFINISHED = auto()
    BUSY = auto()  # another worker is at it


def take_inventory(*, seconds: float) -> Outcome:
    """Go on with the running pass, or start one, for about `seconds`.

    Raises StorageUnavailable when the store does not answer: a silent store is not a missing file. The next slice
    goes on from the same place.
    """
    inventory = _reserve()
    if inventory is None:
        return Outcome.BUSY
    deadline = monotonic() + seconds
    try:
        while batch := _next_digests(inventory):
            with storage.spoken_refusals():
                faults = {path: kind for path, kind in map(_examined, batch) if kind}
            _keep(inventory, batch, faults)
            if monotonic() > deadline:
                return Outcome.UNFINISHED
        with storage.spoken_refusals():
            orphans = dict.fromkeys(orphan_paths(timezone.now() - GRACE), FaultKind.ORPHAN)
        _close(inventory, orphans)
    finally:
        Inventory.objects.filter(pk=inventory.pk).update(lease_until=None)
    return Outcome.OVER


def orphan_paths(older_than: datetime) -> Iterator[str]:
    """Yield the paths of the store that no row names, written before `older_than`."""
    names = default_storage.names()
    while batch := list(islice(names, NAMES)):
        owned = StoredFile.objects.filter(sha256__in=[name.rpartition("/")[2] for name in batch])
        paths = {file.path for file in owned.only("sha256")}
        yield from (name for name in batch if name not in paths and _is_older(name, older_than))


def _is_older(name: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:  # it was being written, and now has its name
        return False


@transaction.atomic
def _reserve() -> Inventory | None:
    now = timezone.now()
    inventory, _created = Inventory.objects.get_or_create(job_state=JobState.RUNNING, defaults={"started_at": now})
    inventory = Inventory.objects.select_for_update().get(pk=inventory.pk)
    if inventory.ended_at or (inventory.lease_until and inventory.lease_until > now):
        return None
    inventory.lease_until = now + LEASE
    inventory.save(update_fields=["lease_until"])
    return inventory


def _next_digests(inventory: Inventory) -> list[str]:
    rows = StoredFile.objects.filter(sha256__gt=inventory.cursor).order_by("sha256")
    return list(rows.values_list("sha256", flat=True).distinct()[:BATCH])


def _examined(sha256: str) -> tuple[str, FaultKind | None]:
    path = StoredFile(sha256=sha256).path
    try:
        return path, None if storage.digest_of(path) == sha256 else FaultKind.ALTERED
    except FileNotFoundError:
        return path, FaultKind.MISSING


@transaction.atomic
def _keep(inventory: Inventory, digests: list[str], faults: dict[str, FaultKind]) -> None:
    _report(inventory, faults)
    inventory.cursor = digests[-1]
    inventory.examined += len(digests)
    inventory.lease_until = timezone.now() + LEASE
    inventory.save(update_fields=["cursor", "examined", "lease_until"])


@transaction.atomic
def _close(inventory: Inventory, orphans: dict[str, FaultKind]) -> None:
    _report(inventory, orphans)
    inventory.job_state, inventory.ended_at, inventory.progress = JobState.DONE, timezone.now(), 100
    inventory.save(update_fields=["job_state", "ended_at", "progress"])
    counts = {kind.value.lower(): inventory.faults.filter(kind=kind).count() for kind in FaultKind}
    audit.record(SYSTEM, "storage.inventory", inventory, after={"examined": inventory.examined, **counts})


def _report(inventory: Inventory, faults: dict[str, FaultKind]) -> None:
    InventoryFault.objects.bulk_create(
        InventoryFault(inventory=inventory, kind=kind, path=path[:300]) for path, kind in faults.items()
    )
