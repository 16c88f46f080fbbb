"""What a stranger sent is read in a process of its own, which can neither last, nor swell, nor write.

A module run there calls `confine` first, reads its standard input, and writes one JSON document on its output.
"""

import json
import logging
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

MEMORY_BYTES = 1024**3
PROCESSOR_SECONDS = 20
WALL_SECONDS = 40
PROJECT = Path(__file__).resolve().parents[1]


def run_apart(module: str, content: bytes) -> dict[str, Any] | None:
    """Return what a module of this room says of `content`, None when it would take more time or memory than is fair."""
    command = [sys.executable, "-m", module]
    try:
        done = subprocess.run(command, input=content, capture_output=True, cwd=PROJECT, timeout=WALL_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        logger.warning("file not examined: too long")
        return None
    if done.returncode:
        logger.warning("file not examined: exit %s", done.returncode)
        return None
    return json.loads(done.stdout)


def confine() -> None:
    """Bound the memory and the processor time of this process, and forbid it to write a file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
