"""The store, a folder or a real S3 server: whole files or none, never replaced, and a sentence when it refuses."""

import errno
import resource
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import servers
from botocore.config import Config
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from core.models import JobState
from documents import actions, jobs, storage
from documents.enums import DocumentKind
from documents.models import Document, StoredFile
from documents.storage import AlteredFile, StorageUnavailable
from documents.stores import bucket

pytestmark = pytest.mark.django_db
CONTENT = b"%PDF-1.7\n" + b"la pi\xc3\xa8ce d\xe2\x80\x99une CPTS\n" * 100_000  # 2.4 MB: more than one piece


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    with servers.s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


def use_bucket(settings, server, name) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "documents.stores.bucket.Bucket", "OPTIONS": {**server, "bucket_name": name}}
    }


@pytest.fixture(params=["folder", "bucket"])
def store(request, settings, tmp_path, monkeypatch):
    """Each kind of store, empty."""
    if request.param == "folder":
        settings.MEDIA_ROOT = tmp_path / "store"
    else:
        name = f"essai-{sha256(request.node.name.encode()).hexdigest()[:12]}"
        use_bucket(settings, request.getfixturevalue("s3_server"), name)
        monkeypatch.setattr(bucket, "CLIENT", bucket.CLIENT.merge(Config(read_timeout=60)))  # a machine under load
        default_storage.connection.create_bucket(Bucket=name)
    return default_storage


def stored(content: bytes) -> StoredFile:
    return StoredFile(sha256=storage.write(content))


def alter(path: str, content: bytes) -> None:
    default_storage.delete(path)
    default_storage.save(path, ContentFile(content))


def test_what_is_written_is_read_back_and_named_by_its_sha256(store):
    file = stored(CONTENT)
    assert file.sha256 == sha256(CONTENT).hexdigest()
    assert storage.read(file) == CONTENT
    assert list(store.names()) == [file.path]


def test_a_name_already_taken_keeps_its_bytes(store):
    file = stored(b"un")
    store.save(file.path, ContentFile(b"deux"))
    assert storage.read(file) == b"un" and list(store.names()) == [file.path]


def test_eight_deposits_of_the_same_bytes_at_once_make_one_file(store):
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(storage.write, [CONTENT] * 8))
    assert len(digests) == 1 and storage.read(StoredFile(sha256=digests.pop())) == CONTENT
    assert len(list(store.names())) == 1


def test_an_altered_or_missing_file_is_never_read(store):
    file = stored(CONTENT)
    alter(file.path, CONTENT[:-1])
    with pytest.raises(AlteredFile, match="altéré"):
        storage.read(file)
    store.delete(file.path)
    with pytest.raises(AlteredFile, match="manque"):
        storage.read(file)


def test_the_next_deposit_of_the_same_bytes_repairs_an_altered_file(store):
    file = stored(CONTENT)
    alter(file.path, b"autre chose")
    storage.write(CONTENT)
    assert storage.read(file) == CONTENT


# A store that refuses


@pytest.fixture
def refused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]  # bound, nobody listens


@pytest.fixture
def silent_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield server.getsockname()[1]  # accepts, never answers


@pytest.fixture
def failing_port():
    """A server that answers every request that it failed."""

    class Failing(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_PUT = do_HEAD = answer

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(params=["refused_port", "silent_port", "failing_port"])
def dead_bucket(request, settings, monkeypatch):
    monkeypatch.setattr(bucket, "CLIENT", bucket.CLIENT.merge(Config(connect_timeout=0.3, read_timeout=0.3)))
    port = request.getfixturevalue(request.param)
    account = {"access_key": "a", "secret_key": "b", "region_name": "fr"}
    use_bucket(settings, account | {"endpoint_url": f"http://127.0.0.1:{port}"}, "portail")


def test_a_server_that_does_not_answer_is_said_in_seconds_and_stores_nothing(world, dead_bucket):
    started = time.monotonic()
    with pytest.raises(StorageUnavailable, match="ne répond pas"):
        deposit(world)
    assert time.monotonic() - started < 10
    assert StoredFile.objects.count() == 0


def test_a_person_never_waits_half_a_minute_for_a_dead_server():
    client = bucket.CLIENT
    assert (client.connect_timeout + client.read_timeout) * client.retries["total_max_attempts"] < 30


@pytest.mark.parametrize("dead_bucket", ["refused_port"], indirect=True)
def test_a_download_from_a_store_that_is_down_is_a_page_with_the_reason(world, client_of, dead_bucket):
    file = StoredFile.objects.create(name="piece.pdf", content_type="application/pdf", size=3, sha256="0" * 64)
    file.readers.add(world.west.cpts)
    response = client_of(world.west.coordinator).get(reverse("documents:file_download", args=[file.pk]))
    assert response.status_code == 503 and "Le stockage des fichiers ne répond pas" in response.text
    assert client_of(world.east.coordinator).get(reverse("documents:file_download", args=[file.pk])).status_code == 404


def test_a_missing_bucket_is_a_refusal_not_a_missing_file(s3_server, settings):
    use_bucket(settings, s3_server, "jamais-cree")
    with pytest.raises(StorageUnavailable):
        storage.write(CONTENT)


@pytest.fixture
def small_disk(settings, tmp_path):
    """A disk that takes a megabyte a file, then fails in the middle of the writing."""
    settings.MEDIA_ROOT = tmp_path / "store"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_f6_a_disk_that_fills_up_leaves_nothing_behind(world, small_disk, settings):
    with pytest.raises(StorageUnavailable, match="plein"):
        deposit(world)
    assert StoredFile.objects.count() == 0 and list(default_storage.names()) == []
    assert storage.read(stored(b"petit")) == b"petit"


def test_f6_a_folder_that_refuses_is_a_sentence(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "store"
    Path(settings.MEDIA_ROOT).write_bytes(b"not a folder")
    with pytest.raises(StorageUnavailable) as refusal:
        storage.write(CONTENT)
    assert refusal.value.__cause__.errno in (errno.EEXIST, errno.ENOTDIR)


def test_a_document_waits_for_its_store_and_loses_no_attempt(world, settings, tmp_path):
    document = issue(world)
    settings.MEDIA_ROOT = tmp_path / "store"
    Path(settings.MEDIA_ROOT).write_bytes(b"not a folder")
    for _outage in range(Document.MAX_ATTEMPTS + 1):
        jobs.render_document(str(document.pk))
    document.refresh_from_db()
    assert (document.job_state, document.attempts, document.step) == (JobState.QUEUED, 0, "En attente du stockage")
    Path(settings.MEDIA_ROOT).unlink()
    assert jobs.resume_documents() == 1
    jobs.render_document(str(document.pk))
    assert Document.objects.get(pk=document.pk).is_ready


def test_the_web_process_never_loads_the_s3_client_without_a_bucket():
    code = "import django, sys; django.setup(); from cpts_portal import urls; print('boto3' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def deposit(world) -> StoredFile:
    return actions.store_file(
        actor=world.west.coordinator.as_actor(), name="piece.pdf", content=CONTENT, readers=[world.west.cpts]
    )


def issue(world) -> Document:
    return actions.issue_document(
        actor=world.west.coordinator.as_actor(),
        kind=DocumentKind.MINUTES,
        key="minutes:stockage",
        title="Compte rendu",
        template_name="documents/pdf/base.html",
        payload={},
        circuit=[],
        readers=[world.west.cpts],
    )
