"""A file received from anyone is examined in a process of its own, which can neither last, nor swell, nor write.

Run as a module it is that process: the trusted roots then the file on its standard input, the report on its output.
Neither end loads Django there, and nothing of the file is kept.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from documents.sandbox import confine, run_apart
from documents.verification.reader import PdfReport, SignatureReport, verify_pdf


def examine(pdf: bytes, *, trusted_roots: Sequence[x509.Certificate]) -> PdfReport | None:
    """Return what `verify_pdf` says of a file, None when it would take more time or memory than a document needs."""
    roots = json.dumps([root.public_bytes(Encoding.PEM).decode() for root in trusted_roots])
    report = run_apart("documents.verification.checking", roots.encode() + b"\n" + pdf)
    return _read(report) if report is not None else None


def examine_standard_input() -> None:
    """Examine the file that `examine` sends to this process, and write its report."""
    confine()
    roots = [x509.load_pem_x509_certificate(root.encode()) for root in json.loads(sys.stdin.buffer.readline())]
    report = verify_pdf(sys.stdin.buffer.read(), trusted_roots=roots)
    sys.stdout.write(json.dumps(asdict(report), default=_plain))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else sorted(value)


def _read(content: dict) -> PdfReport:
    signatures = tuple(_read_signature(item) for item in content.pop("signatures"))
    lists = {name: tuple(content.pop(name)) for name in ("unsigned_fields", "reasons")}
    return PdfReport(signatures=signatures, codes=frozenset(content.pop("codes")), **lists, **content)


def _read_signature(content: dict) -> SignatureReport:
    at = content.pop("signed_at")
    reasons = tuple(content.pop("reasons"))
    return SignatureReport(signed_at=datetime.fromisoformat(at) if at else None, reasons=reasons, **content)


if __name__ == "__main__":
    examine_standard_input()
