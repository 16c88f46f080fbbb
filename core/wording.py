"""Words put together as a French sentence does."""

from collections.abc import Sequence


def spoken_list(names: Sequence[str]) -> str:
    """Return « la CPTS, l’ARS et la caisse »."""
    return " et ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))
