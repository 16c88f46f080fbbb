"""How often a test repeats itself: the smallest count that proves in `make test`, the full one in `make soak`."""

import os

IS_SOAK = bool(os.environ.get("SOAK"))


def count(usual: int, *, full: int) -> int:
    """Return `usual`, or `full` in a soak."""
    return full if IS_SOAK else usual
