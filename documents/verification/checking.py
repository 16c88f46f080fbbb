"""A file received from anyone is examined in a process of its own, which can neither last, nor swell, nor write.

Run as a module it is that process: the trusted roots then the file on its standard input, the report on its output.
Neither end loads Django there, and nothing of the file is kept.
"""

import json
import logging
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from documents.verification.reader import PdfReport, SignatureReport, verify_pdf

logger = logging.getLogger(__name__)

MEMORY_BYTES = 1024**3
PROCESSOR_SECONDS = 20
WALL_SECONDS = 40
PROJECT = Path(__file__).resolve().parents[2]


def examine(pdf: bytes, *, trusted_roots: Sequence[x509.Certificate]) -> PdfReport | None:
    """Return what `verify_pdf` says of a file, None when it would take more time or memory than a document needs."""
    roots = json.dumps([root.public_bytes(Encoding.PEM).decode() for root in trusted_roots])
    command = [sys.executable, "-m", "documents.verification.checking"]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=roots.encode() + b"\n" + pdf, capture_output=True, cwd=PROJECT, timeout=WALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        logger.warning("file not examined: too long")
        return None
    if done.returncode:
        logger.warning("file not examined: exit %s", done.returncode)
        return None
    return _read(json.loads(done.stdout))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
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
    main()
