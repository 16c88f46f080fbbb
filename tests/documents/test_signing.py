"""Three parties sign one file, each in its own place; nothing signed before is touched."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings as django_settings

from documents.signing.authority import (
    DEMONSTRATION_NOTICE,
    DemonstrationAuthority,
    Pkcs12Authority,
    SigningUnavailable,
    current_authority,
)
from documents.signing.engine import SigningError, signature_fields
from documents.verification.reader import verify_pdf
from tests.documents.archival import faults
from tests.documents.conftest import FIELDS, SIGNED_AT, sign
from tests.documents.stamping import made_certificate

VALID = 3


def stamp_text(content: bytes, position: int, *, name: str = "") -> str:
    """Return what a reader sees in the place of a party, known by her position or by the name of her field."""
    name = name or FIELDS[position].name
    parts = []
    with pikepdf.open(BytesIO(content)) as pdf:
        field = next(item for item in pdf.Root.AcroForm.Fields if str(item.T) == name)
        for operands, operator in pikepdf.parse_content_stream(field.AP.N):
            if str(operator) == "BDC" and "/ActualText" in operands[1]:
                parts.append(str(operands[1].ActualText))
    return " ".join(parts)


def test_three_signatures_are_valid_after_the_last(signed, authority):
    verdict = verify_pdf(signed, trusted_roots=authority.trusted_roots())
    assert verdict.is_intact
    assert verdict.is_trusted
    assert verdict.is_complete
    assert verdict.reasons == ()
    assert [report.field for report in verdict.signatures] == [field.name for field in FIELDS]
    assert [report.signer for report in verdict.signatures] == [field.signatory for field in FIELDS]
    assert [report.organisation for report in verdict.signatures] == [field.party for field in FIELDS]
    assert [report.signed_at for report in verdict.signatures] == list(SIGNED_AT)
    assert [report.covers_whole_file for report in verdict.signatures] == [False, False, True]


def pdfsig_report(content: bytes, root: x509.Certificate, folder: Path) -> str:
    """Return what pdfsig says of a file, the root trusted."""
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "signed.pdf").write_bytes(content)
    store = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], check=True)
    add = ["certutil", "-A", "-d", store, "-n", "root", "-t", "CT,C,C", "-i", str(folder / "root.pem")]
    subprocess.run(add, check=True)
    command = ["pdfsig", "-nssdir", store, str(folder / "signed.pdf")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_pdfsig_finds_the_three_signatures_valid_and_trusted(signed, authority, tmp_path):
    (root,) = authority.trusted_roots()
    report = pdfsig_report(signed, root, tmp_path)
    assert report.count("Signature Validation: Signature is Valid.") == VALID, report
    assert report.count("Certificate Validation: Certificate is Trusted.") == VALID, report
    assert report.count("Total document signed") == 1, report


def test_each_signature_only_adds_to_what_was_signed(revisions):
    for before, after in pairwise(revisions):
        assert after.startswith(before)
        assert len(after) > len(before)
    assert [sum(signature_fields(revision).values()) for revision in revisions] == [0, 1, 2, 3]


def test_the_first_signature_allows_nothing_but_signatures(signed):
    with pikepdf.open(BytesIO(signed)) as pdf:
        (reference,) = pdf.Root.Perms.DocMDP.Reference
        assert int(reference.TransformParams.P) == 2
        assert str(pdf.Root.Perms.DocMDP.SubFilter) == "/ETSI.CAdES.detached"


def test_a_signed_file_still_follows_the_rules_of_archives_and_accessibility(revisions):
    for revision in revisions:
        assert faults(revision) == []


def test_signing_leaves_the_metadata_as_they_were(contract, signed):
    with pikepdf.open(BytesIO(contract)) as before, pikepdf.open(BytesIO(signed)) as after:
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
        assert dict(before.docinfo) == dict(after.docinfo)


def test_the_fonts_of_the_stamps_are_embedded(signed):
    listing = subprocess.run(["pdffonts", "-"], input=signed, capture_output=True, check=True).stdout.decode()
    assert all("yes yes yes" in line for line in listing.splitlines()[2:]), listing


def test_the_stamp_says_who_signed_for_whom_and_when_in_paris(signed):
    assert stamp_text(signed, 0) == (
        "Signé par Jeanne Martin pour CPTS du Pays de Redon le 15/03/2026 à 14:02 "
        f"sans horodatage {DEMONSTRATION_NOTICE}"
    )
    assert "le 16/07/2026 à 11:30" in stamp_text(signed, 1)
    assert "Signé par Ana Şahin" in stamp_text(signed, 2)


def test_a_very_long_name_still_fits_in_its_box(contract, authority):
    name = "Marie-Bernadette-Anne de la Rochefoucauld-Montmorency " * 3
    signed = sign(contract, 0, authority, signer_name=name.strip())
    assert verify_pdf(signed, trusted_roots=authority.trusted_roots()).is_intact
    assert faults(signed) == []


def test_a_field_that_does_not_exist_is_refused(contract, authority):
    with pytest.raises(SigningError, match="pas d’emplacement"):
        sign(contract, 0, authority, field_name="Signature_MSA")


def test_a_field_already_signed_is_refused(revisions, authority):
    with pytest.raises(SigningError, match="déjà signé"):
        sign(revisions[1], 0, authority, certify=False)


def test_only_the_first_signature_certifies(revisions, authority):
    with pytest.raises(SigningError, match="ne peut pas recevoir"):
        sign(revisions[1], 1, authority, certify=True)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nrien", b"PK\x03\x04"])
def test_what_is_not_a_pdf_is_refused(content, authority):
    with pytest.raises(SigningError):
        sign(content, 0, authority)


# The authority


def test_a_person_keeps_the_same_certificate_for_the_same_organisation(authority):
    first = authority.signer_for("Jeanne Martin", "CPTS du Pays de Redon", "jeanne@exemple.fr")
    again = authority.signer_for("Jeanne Martin", "CPTS du Pays de Redon", "jeanne@exemple.fr")
    elsewhere = authority.signer_for("Jeanne Martin", "CPTS de Vitré", "jeanne@exemple.fr")
    assert first.certificate == again.certificate
    assert first.certificate != elsewhere.certificate


def test_a_certificate_commits_its_holder_and_says_it_is_a_demonstration(authority):
    certificate = authority.signer_for("Jeanne Martin", "CPTS", "jeanne@exemple.fr").certificate
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    (unit,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    assert unit.value == DEMONSTRATION_NOTICE


def test_keys_are_read_by_their_owner_alone(tmp_path):
    root = tmp_path / "signing"
    DemonstrationAuthority(root).signer_for("Jeanne Martin", "CPTS", "jeanne@exemple.fr")
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    files = list(root.rglob("*.pem"))
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_workers_that_start_together_share_one_authority(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        roots = list(pool.map(lambda _: DemonstrationAuthority(tmp_path).trusted_roots()[0], range(8)))
    assert len({root.serial_number for root in roots}) == 1


def test_a_name_longer_than_a_certificate_allows_is_cut(authority):
    identity = authority.signer_for("J" * 100, "O" * 100, "")
    assert identity.organisation == "O" * 100
    assert len(identity.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value) == 64


@pytest.mark.parametrize(
    ("told", "starts"),
    [
        ({}, False),
        ({"SIGNING_DEMONSTRATION_ALLOWED": "1"}, True),
        ({"SIGNING_PKCS12": "/etc/portail/cachet.p12"}, True),
    ],
)
def test_the_portal_does_not_start_in_production_on_demonstration_keys_unless_told_to(told, starts):
    production = {
        "DEBUG": "0",
        "SECRET_KEY": "s",
        "ALLOWED_HOSTS": "portail.exemple.fr",
        "DATABASE_URL": "postgres://127.0.0.1:1/nulle-part",
        "PATH": os.environ["PATH"],
    }
    code = "from django.conf import settings; settings.SIGNING_ROOT"
    environment = production | {"DJANGO_SETTINGS_MODULE": "cpts_portal.settings"} | told
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=django_settings.BASE_DIR, capture_output=True, text=True
    )
    assert (result.returncode == 0) is starts, result.stderr
    assert starts or "SIGNING_PKCS12" in result.stderr


def test_the_demonstration_does_not_sign_where_it_is_not_allowed(settings):
    settings.SIGNING_PKCS12 = ""
    settings.SIGNING_DEMONSTRATION_ALLOWED = False
    with pytest.raises(SigningUnavailable, match="SIGNING_PKCS12"):
        current_authority()


@pytest.fixture
def bundle(tmp_path, rsa_key) -> Path:
    path = tmp_path / "portal.p12"
    encryption = serialization.BestAvailableEncryption(b"secret")
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"portal", rsa_key, made_certificate(rsa_key, common_name="Cachet du portail"), None, encryption
        )
    )
    return path


def test_a_deployment_signs_with_its_own_pkcs12(settings, bundle, contract):
    settings.SIGNING_PKCS12, settings.SIGNING_PKCS12_PASSWORD = str(bundle), "secret"
    authority = current_authority()
    assert isinstance(authority, Pkcs12Authority)
    signed = sign(contract, 0, authority)
    verdict = verify_pdf(signed, trusted_roots=authority.trusted_roots())
    assert verdict.is_intact
    assert verdict.is_trusted
    assert "cachet de Cachet du portail" in stamp_text(signed, 0)


@pytest.mark.parametrize(
    ("day", "words"), [(date(2045, 1, 2), "a expiré le 1er janvier 2045"), (date(2019, 12, 1), "qu’à partir du 1er")]
)
def test_a_certificate_out_of_its_dates_signs_nothing_and_says_so(settings, bundle, day, words):
    settings.SIGNING_PKCS12, settings.SIGNING_PKCS12_PASSWORD = str(bundle), "secret"
    with time_machine.travel(day, tick=False), pytest.raises(SigningUnavailable, match=words):
        current_authority().signer_for("Jeanne Martin", "CPTS du Pays de Redon", "")


def test_a_key_changed_between_two_signatures_leaves_both_valid_and_the_old_root_trusted_by_its_folder(
    settings, bundle, contract, tmp_path
):
    settings.SIGNING_PKCS12, settings.SIGNING_PKCS12_PASSWORD = str(bundle), "secret"
    first = current_authority()
    signed = sign(contract, 0, first)
    key = rsa.generate_private_key(65537, 2048)
    certificate = made_certificate(key, common_name="Nouveau cachet")
    encryption = serialization.BestAvailableEncryption(b"secret")
    bundle.write_bytes(pkcs12.serialize_key_and_certificates(b"portal", key, certificate, None, encryption))
    signed = sign(signed, 1, current_authority())
    verdict = verify_pdf(signed, trusted_roots=current_authority().trusted_roots())
    assert verdict.is_intact and [item.trusted for item in verdict.signatures] == [False, True]
    settings.SIGNING_TRUST = str(tmp_path / "trust")
    Path(settings.SIGNING_TRUST).mkdir()
    old = first.trusted_roots()[0].public_bytes(serialization.Encoding.PEM)
    (Path(settings.SIGNING_TRUST) / "old.pem").write_bytes(old)
    verdict = verify_pdf(signed, trusted_roots=current_authority().trusted_roots())
    assert [item.trusted for item in verdict.signatures] == [True, True]


def test_a_wrong_password_is_said(settings, bundle):
    settings.SIGNING_PKCS12, settings.SIGNING_PKCS12_PASSWORD = str(bundle), "autre"
    with pytest.raises(SigningUnavailable, match="illisible"):
        current_authority()
