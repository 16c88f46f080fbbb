"""Nothing is called time-stamped without a token that holds, and no signature is lost for the lack of one (F5)."""

import asyncio
import subprocess
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from documents.signing.engine import SigningError, StampPending, stamp_document
from documents.verification.reader import verify_pdf
from tests.documents.archival import faults
from tests.documents.conftest import FIELDS, sign, sign_as
from tests.documents.stamping import NAME, honest, made_certificate
from tests.documents.test_signing import pdfsig_report, stamp_text

NOW = timedelta(minutes=2)


@pytest.fixture
def roots(authority, rsa_key) -> list[x509.Certificate]:
    """The authorities of the archive: that of the signatures, and that of the time."""
    return [*authority.trusted_roots(), made_certificate(rsa_key, common_name=f"Racine de {NAME}")]


def test_a_time_stamp_authority_vouches_for_the_time(contract, authority, time_stamping):
    signed = sign_as(contract, 0, authority)
    assert signed.stamp.authority == NAME and not signed.awaits_stamp
    assert abs(signed.stamp.at - datetime.now(UTC)) < NOW
    (report,) = verify_pdf(signed.content, trusted_roots=authority.trusted_roots()).signatures
    assert report.valid and report.trusted and report.is_timestamped
    assert report.signed_at == signed.stamp.at
    assert "horodaté par 127.0.0.1" in stamp_text(signed.content, 0)


def test_each_signature_brings_its_revocation_data_in_the_revision_it_signs(contract, authority, time_stamping):
    signed = sign(contract, 0, authority)
    verdict = verify_pdf(signed, trusted_roots=authority.trusted_roots())
    assert verdict.signatures[0].covers_whole_file
    with pikepdf.open(BytesIO(signed)) as pdf:
        assert len(pdf.Root.DSS.CRLs) == 2  # the authority of the signatory, and that of the time
        assert len(pdf.Root.DSS.Certs) == 4  # the signatory and the time, each with its root


def test_the_archive_ends_with_a_document_time_stamp_and_all_signatures_stay_valid(archived, roots):
    verdict = verify_pdf(archived, trusted_roots=roots)
    assert verdict.is_intact and verdict.is_trusted and verdict.is_complete, verdict.reasons
    assert all(report.is_timestamped for report in verdict.signatures)
    (stamp,) = PdfFileReader(BytesIO(archived)).embedded_timestamp_signatures
    assert stamp.field_name == "Horodatage"


def test_the_archive_is_still_valid_when_every_certificate_has_expired(archived, roots):
    """What B-LTA is for: judged in 2060, when the authorities of the signatures and of the time are no more."""
    trusted = [asn1.Certificate.load(root.public_bytes(Encoding.DER)) for root in roots]
    rules = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trusted), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO)
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
        )
    )
    in_2060 = datetime(2060, 1, 1, tzinfo=UTC)
    signatures = PdfFileReader(BytesIO(archived)).embedded_regular_signatures
    verdicts = [asyncio.run(simulate_future_ades_lta_validation(signature, rules, in_2060)) for signature in signatures]
    assert [verdict.ades_subindic for verdict in verdicts] == [AdESPassed.OK] * 3, verdicts


def test_the_archive_follows_the_rules_of_archives_and_accessibility(archived):
    assert faults(archived) == []
    with pikepdf.open(BytesIO(archived)) as pdf:
        assert pdf.open_metadata().pdfa_status == "3A"


def test_the_structure_of_the_archive_is_sound(archived, tmp_path):
    path = tmp_path / "archive.pdf"
    path.write_bytes(archived)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0


def test_pdfsig_finds_the_three_signatures_of_the_archive_valid_and_trusted(archived, authority, tmp_path):
    report = pdfsig_report(archived, authority.trusted_roots()[0], tmp_path)
    assert report.count("Signature Validation: Signature is Valid.") == 3, report
    assert report.count("Certificate Validation: Certificate is Trusted.") >= 3, report


def test_a_document_signed_before_there_was_an_authority_is_archived_too(contract, authority, settings, time_stamping):
    url, settings.TSA_URL = settings.TSA_URL, ""
    signed = sign_as(contract, 0, authority)
    assert signed.stamp is None and not signed.awaits_stamp
    assert "sans horodatage" in stamp_text(signed.content, 0)
    settings.TSA_URL = url
    archive = stamp_document(signed.content).content
    with pikepdf.open(BytesIO(archive)) as pdf:
        assert len(pdf.Root.DSS.CRLs) == 2
    assert verify_pdf(archive, trusted_roots=authority.trusted_roots()).is_intact


# Faults of the authority (quality.md, F5)


def another_imprint(server, request):
    request["message_imprint"]["hashed_message"] = bytes(32)
    return server.stamper().request_tsa_response(tsp.TimeStampReq.load(request.dump(force=True))).dump()


def another_nonce(server, request):
    request["nonce"] = 7
    return server.stamper().request_tsa_response(tsp.TimeStampReq.load(request.dump(force=True))).dump()


def refusal(server, request):
    return tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()


def an_expired_certificate(server, request):
    expired = server.certificate(until=datetime(2021, 1, 1, tzinfo=UTC))
    return server.stamper(expired).request_tsa_response(request).dump()


def a_certificate_for_something_else(server, request):
    return server.stamper(server.certificate(extended=None)).request_tsa_response(request).dump()


def a_clock_off_by(hours: int):
    return lambda server, request: server.stamper(ahead=timedelta(hours=hours)).request_tsa_response(request).dump()


def a_failure(server, request):
    server.status = 500
    return b"Internal Server Error"


FAULTS = {
    "empty answer": lambda server, request: b"",
    "a page": lambda server, request: b"<html>",
    "refusal": refusal,
    "wrong imprint": another_imprint,
    "wrong nonce": another_nonce,
    "expired certificate": an_expired_certificate,
    "certificate for something else": a_certificate_for_something_else,
    "failure": a_failure,
    "an hour early": a_clock_off_by(1),
    "an hour late": a_clock_off_by(-1),
    "a day early": a_clock_off_by(24),
    "a day late": a_clock_off_by(-24),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_authority_costs_no_signature_and_is_not_called_a_time_stamp(
    fault, contract, authority, time_stamping
):
    time_stamping.answer = FAULTS[fault]
    signed = sign_as(contract, 0, authority)
    assert signed.stamp is None and signed.awaits_stamp
    assert "horodatage du document à suivre" in stamp_text(signed.content, 0)
    with pytest.raises(StampPending):
        stamp_document(signed.content)


def test_a_signature_without_its_token_is_valid_and_the_document_time_stamp_makes_up_for_it(
    contract, authority, time_stamping
):
    time_stamping.answer = refusal
    signed = sign_as(contract, 0, authority)
    verdict = verify_pdf(signed.content, trusted_roots=authority.trusted_roots())
    assert verdict.is_intact and not verdict.signatures[0].is_timestamped
    time_stamping.answer = honest
    archive = stamp_document(signed.content)
    assert archive.stamp.authority == NAME and abs(archive.stamp.at - datetime.now(UTC)) < NOW
    assert verify_pdf(archive.content, trusted_roots=authority.trusted_roots()).is_intact


def test_an_authority_that_is_not_trusted_vouches_for_nothing(contract, authority, time_stamping, settings):
    settings.SIGNING_TRUST = ""
    signed = sign_as(contract, 0, authority)
    assert signed.stamp is None and signed.awaits_stamp


def test_an_authority_that_cannot_be_reached_costs_no_signature(contract, authority, time_stamping, settings):
    settings.TSA_URL = "http://127.0.0.1:9/"
    assert sign_as(contract, 0, authority).awaits_stamp


def test_a_silent_authority_is_waited_for_once(contract, authority, time_stamping, settings):
    """The second signatory does not wait for an authority that has just let the first one down."""
    settings.TSA_TIMEOUT_SECONDS = 1
    time_stamping.answer = lambda server, request: time.sleep(2) or b""
    first = sign_as(contract, 0, authority)
    second = sign_as(first.content, 1, authority)
    assert first.awaits_stamp and second.awaits_stamp
    assert time_stamping.asked == 1


def test_each_signature_that_lacked_a_token_has_a_field_for_the_time_stamp_that_makes_up_for_it(
    contract, authority, time_stamping
):
    content = contract
    for position in range(len(FIELDS)):
        time_stamping.answer = FAULTS["refusal"]
        content = sign(content, position, authority)
        time_stamping.answer = honest
        content = stamp_document(content).content
    content = stamp_document(content).content  # one is left to renew the archive
    verdict = verify_pdf(content, trusted_roots=authority.trusted_roots())
    assert verdict.is_intact and verdict.is_complete and faults(content) == []
    with pytest.raises(SigningError, match="plus d’emplacement"):
        stamp_document(content)
