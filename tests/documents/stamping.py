"""A time-stamp authority of the tests: a real RFC 3161 server on a free port, whose answers a test may spoil."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from inspect import signature
from pathlib import Path

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

NAME = "Horodatage d’essai"


def made_certificate(
    key: rsa.RSAPrivateKey,
    *,
    common_name: str,
    extended: x509.ObjectIdentifier | None = None,
    until: datetime = datetime(2045, 1, 1, tzinfo=UTC),
    issuer: tuple[rsa.RSAPrivateKey, x509.Certificate] | None = None,
) -> x509.Certificate:
    """Return a certificate, signed by itself unless an issuer is given."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    issuing_key, issuing_name = (issuer[0], issuer[1].subject) if issuer else (key, name)
    allowed = {"digital_signature", "content_commitment", "crl_sign", "key_cert_sign"}
    usage = {each: each in allowed for each in signature(x509.KeyUsage).parameters}
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuing_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage([extended]), critical=True)
    return builder.sign(issuing_key, hashes.SHA256())


def made_revocation_list(key: rsa.RSAPrivateKey, issuer: x509.Certificate) -> x509.CertificateRevocationList:
    """Return the list of an authority, which revokes nobody."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    builder = builder.last_update(now - timedelta(hours=1)).next_update(now + timedelta(days=7))
    return builder.add_extension(x509.CRLNumber(1), critical=False).sign(key, hashes.SHA256())


@dataclass
class TimeStampServer:
    """The server as a test sees it: its address, its certificates, how it answers, and how often it was asked."""

    url: str
    key: rsa.RSAPrivateKey
    root: x509.Certificate
    answer: Callable[["TimeStampServer", tsp.TimeStampReq], bytes]
    status: int = 200
    asked: int = 0

    def certificate(self, **changes) -> x509.Certificate:
        """Return a certificate of this authority: one that stamps, unless changed."""
        usage = ExtendedKeyUsageOID.TIME_STAMPING
        arguments = {"common_name": NAME, "extended": usage, "issuer": (self.key, self.root)}
        return made_certificate(self.key, **arguments | changes)

    def stamper(
        self, *, certificate: x509.Certificate | None = None, ahead: timedelta = timedelta()
    ) -> DummyTimeStamper:
        """Return what signs the tokens, with another certificate or another clock if given."""
        der = (certificate or self.certificate()).public_bytes(serialization.Encoding.DER)
        private = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return DummyTimeStamper(
            tsa_cert=asn1.Certificate.load(der),
            tsa_key=keys.PrivateKeyInfo.load(private),
            fixed_dt=datetime.now(UTC) + ahead,
        )


def honest(server: TimeStampServer, request: tsp.TimeStampReq) -> bytes:
    """Answer as an authority should."""
    return server.stamper().request_tsa_response(request).dump()


@contextmanager
def serving(key: rsa.RSAPrivateKey, trust: Path) -> Iterator[TimeStampServer]:
    """Serve time stamps on loopback; what makes the portal believe them is written in the folder `trust`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            authority.asked += 1
            body = authority.answer(authority, request)
            self.send_response(authority.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    root = made_certificate(key, common_name=f"Racine de {NAME}")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        url = f"http://127.0.0.1:{server.server_port}/"
        authority = TimeStampServer(url=url, key=key, root=root, answer=honest)
        (trust / "tsa.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
        (trust / "tsa.crl").write_bytes(made_revocation_list(key, root).public_bytes(serialization.Encoding.DER))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join()
