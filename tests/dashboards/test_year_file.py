"""The file of a contract year: all that its reader may read, whole, indexed, and nothing of anyone else."""

import csv
import io
import zipfile
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from core.models import AuditEvent
from dialogues.actions import sign_annex
from dialogues.enums import DialogueKind
from documents import actions as document_actions
from documents import jobs, storage
from documents.models import StoredFile
from indicators.models import Evidence
from tests.documents.paper import given
from tests.utils import stories
from tests.utils.delegations import DEED, delegate

pytestmark = pytest.mark.django_db


def address(contract, number=1) -> str:
    return reverse("dashboards:year_download", args=[contract.pk, number])


def opened(response) -> zipfile.ZipFile:
    assert response.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def rows_of(archive, name) -> list[dict]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")), delimiter=";"))


def evidence_of(contract):
    return Evidence.objects.filter(value__indicator__programme_mission__programme__contract_year__contract=contract)


def test_the_three_parties_find_every_document_and_piece_of_the_year(evaluated, client_of):
    west, contract = evaluated.world.west, evaluated.contract
    minutes = contract.dialogues.get(kind=DialogueKind.ANNUAL, year=1).minutes_document
    jobs.render_document(str(minutes.pk))
    for person in (west.coordinator, west.ars_officer, west.fund_officer):
        archive = opened(client_of(person).get(address(contract)))
        names = archive.namelist()
        assert archive.testzip() is None
        assert len([name for name in names if name.startswith("1-contrat/")]) == 1
        assert len([name for name in names if name.startswith("2-annexe/")]) == 1
        assert len([name for name in names if name.startswith("3-comptes-rendus/")]) == 1
        digests = {sha256(archive.read(name)).hexdigest() for name in names}
        assert contract.document.file.sha256 in digests
        assert set(evidence_of(contract).values_list("file__sha256", flat=True)) <= digests
        assert "decompte-revision-1.csv" in names and contract.number in archive.read("index.html").decode()


def test_the_checksums_of_the_index_are_those_of_the_files(evaluated, client_of):
    archive = opened(client_of(evaluated.world.west.coordinator).get(address(evaluated.contract)))
    lines = archive.read("SHA256SUMS").decode().splitlines()
    sums = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    assert sums == {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist() if "/" in name}
    listed = {f"{row['Dossier']}/{row['Fichier']}": row["SHA-256"] for row in rows_of(archive, "index.csv")}
    assert listed == sums


def test_each_value_names_its_pieces(evaluated, client_of):
    archive = opened(client_of(evaluated.world.west.fund_officer).get(address(evaluated.contract)))
    values = [row for row in rows_of(archive, "valeurs.csv") if row["Pièces"]]
    assert len(values) == evidence_of(evaluated.contract).values("value").distinct().count() > 0
    assert all(path in archive.namelist() for row in values for path in row["Pièces"].split("; "))


def test_the_download_is_logged_with_its_year(evaluated, client_of):
    opened(client_of(evaluated.world.west.ars_officer).get(address(evaluated.contract)))
    event = AuditEvent.objects.filter(action="contract.download_year").last()
    assert event.object_id == str(evaluated.contract.pk) and event.after == {"year": 1}


def test_a_paper_signed_by_hand_and_the_deed_of_a_delegate_come_with_their_document(evaluated, client_of):
    west, annex = evaluated.world.west, evaluated.contract.annexes.get()
    delegate(west.ars_signatory, west.ars_officer)
    paper = given(annex.document, west.president)
    sign_annex(actor=west.president.as_actor(), annex=annex, outside=paper)
    sign_annex(actor=west.ars_officer.as_actor(), annex=annex)
    for person in (west.coordinator, west.fund_officer):
        archive = opened(client_of(person).get(address(evaluated.contract)))
        digests = {
            sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name.startswith("2-annexe/")
        }
        assert digests >= {sha256(paper.content).hexdigest(), sha256(DEED).hexdigest()}
        assert "Signé sur papier, CPTS Ouest" in archive.read("index.csv").decode("utf-8-sig")


def test_nobody_else_and_no_other_year(evaluated, client_of):
    world, contract = evaluated.world, evaluated.contract
    for stranger in (
        world.east.coordinator,
        world.east.ars_officer,
        world.east.fund_officer,
        world.neighbour.coordinator,
    ):
        assert client_of(stranger).get(address(contract)).status_code == 404
    assert client_of(world.west.coordinator).get(address(contract, 5)).status_code == 404


def test_a_contract_that_is_not_signed_has_no_year_to_download(world, client_of):
    contract = stories.contract_to_sign(world.west)
    assert client_of(world.west.coordinator).get(address(contract)).status_code == 404


def test_a_file_that_its_reader_may_not_read_stays_out(evaluated, client_of):
    west, contract = evaluated.world.west, evaluated.contract
    piece = evidence_of(contract).first().file
    piece.readers.remove(west.fund)
    theirs = opened(client_of(west.fund_officer).get(address(contract)))
    assert piece.sha256 not in theirs.read("SHA256SUMS").decode()
    own = opened(client_of(west.coordinator).get(address(contract)))
    assert piece.sha256 in own.read("SHA256SUMS").decode()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "CON.pdf", "=HYPERLINK(1).pdf", "é" * 190 + ".pdf", "....pdf"]
)
def test_no_name_leaves_its_folder(evaluated, client_of, name):
    contract = evaluated.contract
    row = evidence_of(contract).first()
    StoredFile.objects.filter(pk=row.file_id).update(name=name)
    archive = opened(client_of(evaluated.world.west.coordinator).get(address(contract)))
    for path in archive.namelist():
        assert ".." not in path and not path.startswith("/") and path.isascii() and path.count("/") <= 1
        assert len(path) < 100


def test_the_same_bytes_are_there_once(evaluated, client_of):
    west, contract = evaluated.world.west, evaluated.contract
    rows = list(evidence_of(contract))[:2]
    again = document_actions.store_file(
        actor=west.coordinator.as_actor(), name="copie.pdf", content=stories.PDF, readers=contract.parties
    )
    for row in rows:
        row.file = again
        row.save()
    archive = opened(client_of(west.coordinator).get(address(contract)))
    assert archive.read("SHA256SUMS").decode().count(again.sha256) == 1


def test_an_altered_file_makes_no_archive_and_says_why(evaluated, client_of):
    path = evaluated.contract.document.file.path
    genuine = storage.read(evaluated.contract.document.file)
    try:
        default_storage.delete(path)
        default_storage.save(path, ContentFile(genuine[:-1]))
        response = client_of(evaluated.world.west.coordinator).get(address(evaluated.contract))
        assert response.status_code == 503 and "a été altéré" in response.text
    finally:
        default_storage.delete(path)
        default_storage.save(path, ContentFile(genuine))


def test_the_dossier_leads_to_it(evaluated, client_of):
    page = client_of(evaluated.world.west.coordinator).get(reverse("dashboards:dossier", args=[evaluated.contract.pk]))
    assert address(evaluated.contract, 1) in page.text
