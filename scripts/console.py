"""What the scripts say to the person at the terminal: short French sentences, one a line."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


def say(message: str = "") -> None:
    """Print a line at once, even when the output is a file."""
    print(message, flush=True)


def stop(message: str) -> NoReturn:
    """End the script with exit code 1 and a sentence that says what is missing or wrong."""
    print(f"\n{message}", file=sys.stderr, flush=True)
    raise SystemExit(1)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step that may take a while, then say how long it took."""
    started = time.monotonic()
    say(f"· {title}…")
    yield
    say(f"  fait en {time.monotonic() - started:.0f} s")
