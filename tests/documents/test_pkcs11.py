"""A hardware key (SoftHSM here): it signs, and never leaves its token."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, ObjectClass
from pkcs11.util.x509 import decode_x509_certificate

from documents.signing.authority import Pkcs11Authority, SigningUnavailable, current_authority
from documents.signing.engine import SigningError
from documents.signing.identities import TokenKey
from documents.signing.pkcs11_authority import _read_certificates
from documents.verification.reader import verify_pdf
from tests.documents.conftest import sign
from tests.documents.stamping import made_certificate
from tests.documents.test_signing import stamp_text

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
KEY = TokenKey(module=MODULE, token="portail", pin="1234", label="cachet")
NAME = "Cachet du portail dans son jeton"


@pytest.fixture(scope="module")
def token(tmp_path_factory, rsa_key) -> Iterator[x509.Certificate]:
    """A token that holds a key and its certificate; the library reads its folder once, so it stays for the process."""
    folder: Path = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    (folder / "key.pem").write_bytes(rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    util = ["softhsm2-util", "--token", KEY.token, "--pin", KEY.pin]
    subprocess.run(
        [*util[:1], "--init-token", "--free", "--label", KEY.token, "--pin", KEY.pin, "--so-pin", "0000"], check=True
    )
    subprocess.run([*util, "--import", str(folder / "key.pem"), "--label", KEY.label, "--id", "01"], check=True)
    certificate = made_certificate(rsa_key, common_name=NAME)
    stored = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
    with pkcs11.lib(MODULE).get_token(token_label=KEY.token).open(user_pin=KEY.pin, rw=True) as session:
        session.create_object({**stored, Attribute.LABEL: KEY.label, Attribute.TOKEN: True})
    return certificate


@pytest.fixture
def hardware(settings, token) -> Pkcs11Authority:
    settings.SIGNING_PKCS11, settings.SIGNING_PKCS11_TOKEN = KEY.module, KEY.token
    settings.SIGNING_PKCS11_PIN, settings.SIGNING_PKCS11_KEY = KEY.pin, KEY.label
    authority = current_authority()
    assert isinstance(authority, Pkcs11Authority)
    return authority


def test_a_key_in_a_token_signs_and_the_stamp_names_its_certificate(contract, hardware, token):
    signed = sign(contract, 0, hardware)
    verdict = verify_pdf(signed, trusted_roots=[token])
    assert verdict.is_intact and verdict.is_trusted
    assert f"cachet de {NAME}" in stamp_text(signed, 0)


def test_the_key_cannot_be_read_from_the_token(token):
    with pkcs11.lib(MODULE).get_token(token_label=KEY.token).open(user_pin=KEY.pin) as session:
        key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=KEY.label)
        assert key[Attribute.SENSITIVE]
        with pytest.raises(pkcs11.AttributeSensitive):
            key[Attribute.PRIVATE_EXPONENT]


def test_threads_that_read_at_once_share_the_token(hardware, token):
    def read(_number: int) -> bool:
        _read_certificates.cache_clear()
        return token in hardware.trusted_roots()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(200)))


def test_threads_that_sign_at_once_share_the_token(contract, hardware, token):
    with ThreadPoolExecutor(3) as pool:
        signed = list(pool.map(lambda _number: sign(contract, 0, hardware), range(3)))
    for content in signed:
        assert verify_pdf(content, trusted_roots=[token]).is_intact


@pytest.mark.parametrize("fault", [{"pin": "9999"}, {"token": "autre"}, {"module": "/nulle/part.so"}])
def test_a_token_that_does_not_open_is_said(token, fault):
    with pytest.raises(SigningUnavailable, match="SIGNING_PKCS11"):
        Pkcs11Authority(replace(KEY, **fault)).trusted_roots()


def test_a_token_without_the_certificate_says_its_name(token):
    with pytest.raises(SigningUnavailable, match="ancien"):
        Pkcs11Authority(replace(KEY, label="ancien")).trusted_roots()


def test_a_token_withdrawn_since_costs_no_byte(contract, hardware):
    identity = hardware.signer_for("Jeanne Martin", "CPTS", "")
    with pytest.raises(SigningError):
        sign(contract, 0, hardware, signer=replace(identity, key=replace(KEY, token="retiré")))


def test_the_code_of_a_token_is_not_shown(token):
    assert KEY.pin not in repr(KEY)
