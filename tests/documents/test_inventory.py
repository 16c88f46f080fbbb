"""The inventory of the store finds what is missing, altered or nobody's, and survives what interrupts it."""

import os
import tracemalloc
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, JobState
from documents import inventory, storage
from documents.enums import FaultKind
from documents.inventory import Outcome, take_inventory
from documents.models import Inventory, StoredFile
from documents.storage import StorageUnavailable
from tests.utils.factories import UserFactory, give_second_factor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "store"


def keep(content: bytes) -> StoredFile:
    return StoredFile.objects.create(
        name="piece.pdf", content_type="application/pdf", size=len(content), sha256=storage.write(content)
    )


def age(path: str, by: timedelta) -> None:
    moment = (timezone.now() - by).timestamp()
    os.utime(default_storage.path(path), (moment, moment))


def faults() -> set[tuple[str, str]]:
    return set(Inventory.objects.first().faults.values_list("kind", "path"))


def test_a_store_that_is_intact_is_said_so():
    keep(b"un"), keep(b"deux"), keep(b"deux")
    output = StringIO()
    call_command("verify_storage", stdout=output)
    assert "Stockage intact : 2 fichiers examinés." in output.getvalue()
    event = AuditEvent.objects.get(action="storage.inventory")
    assert event.after == {"examined": 2, "missing": 0, "altered": 0, "orphan": 0}


def test_what_is_missing_altered_or_nobodys_is_named_and_the_command_fails():
    altered, missing = keep(b"modifie"), keep(b"perdu")
    keep(b"intact")
    default_storage.delete(altered.path)
    default_storage.save(altered.path, ContentFile(b"modifiE"))
    default_storage.delete(missing.path)
    orphan = StoredFile(sha256=storage.write(b"sans ligne")).path
    age(orphan, timedelta(days=2))
    default_storage.save("aa/bb/.reste.part", ContentFile(b"moiti"))
    age("aa/bb/.reste.part", timedelta(days=2))
    storage.write(b"une transaction en cours")
    output = StringIO()
    with pytest.raises(CommandError, match="4 anomalies sur 3 fichiers") as failure:
        call_command("verify_storage", stdout=output)
    assert failure.value.returncode == 1
    assert faults() == {
        (FaultKind.ALTERED, altered.path),
        (FaultKind.MISSING, missing.path),
        (FaultKind.ORPHAN, orphan),
        (FaultKind.ORPHAN, "aa/bb/.reste.part"),
    }
    assert f"Modifié : {altered.path}" in output.getvalue()


def test_an_interrupted_pass_goes_on_from_where_it_was(monkeypatch):
    monkeypatch.setattr(inventory, "BATCH", 2)
    for number in range(5):
        keep(str(number).encode())
    examined = []
    monkeypatch.setattr(storage, "digest_of", lambda path: examined.append(path) or path.rpartition("/")[2])
    assert take_inventory(seconds=0) == Outcome.UNFINISHED
    assert take_inventory(seconds=0) == Outcome.UNFINISHED
    assert Inventory.objects.get().examined == 4
    assert take_inventory(seconds=60) == Outcome.OVER
    assert Inventory.objects.get().examined == 5 and len(examined) == len(set(examined)) == 5


def test_a_second_worker_waits_for_the_lease_of_the_first():
    Inventory.objects.create(
        job_state=JobState.RUNNING, started_at=timezone.now(), lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert take_inventory(seconds=60) == Outcome.BUSY
    with pytest.raises(CommandError, match="déjà en cours"):
        call_command("verify_storage")
    Inventory.objects.update(lease_until=timezone.now() - timedelta(seconds=1))  # the first was killed
    assert take_inventory(seconds=60) == Outcome.OVER
    assert Inventory.objects.count() == 1


def test_only_one_pass_runs_at_a_time():
    Inventory.objects.create(job_state=JobState.RUNNING, started_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Inventory.objects.create(job_state=JobState.RUNNING, started_at=timezone.now())


def test_a_store_that_does_not_answer_loses_no_file(monkeypatch):
    keep(b"un")

    def refuse(path):
        raise OSError("out of reach")

    with monkeypatch.context() as outage:
        outage.setattr(default_storage, "open", refuse)
        with pytest.raises(StorageUnavailable):
            take_inventory(seconds=60)
        with pytest.raises(CommandError, match="ne répond pas"):
            call_command("verify_storage")
    assert not Inventory.objects.get().faults.exists()
    assert take_inventory(seconds=60) == Outcome.OVER and faults() == set()


def test_a_file_is_hashed_in_constant_memory():
    files = [keep(bytes([number]) * 8_000_000) for number in range(3)]
    tracemalloc.start()
    try:
        for file in files:
            storage.digest_of(file.path)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_the_back_office_reads_the_inventories_and_writes_none(client, settings):
    lost = keep(b"perdu")
    default_storage.delete(lost.path)
    take_inventory(seconds=60)
    administrator = UserFactory(is_staff=True, is_superuser=True)
    give_second_factor(administrator)
    client.force_login(administrator, backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get(reverse("admin:documents_inventory_change", args=[Inventory.objects.get().pk]))
    assert lost.path in page.text and "Manquant" in page.text and 'name="_save"' not in page.text
