"""Words put together as a French sentence does."""

from collections.abc import Sequence

NARROW = "\u202f"  # between thousands
TO_BE_CONFIRMED = "Répartition à confirmer."


def spoken_list(names: Sequence[str]) -> str:
    """Return « la CPTS, l’ARS et la caisse »."""
    return " et ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))


def spoken_integer(number: int) -> str:
    """Return 66614 as « 66 614 »."""
    return f"{number:,}".replace(",", NARROW)


def plural(number: int, one: str, many: str = "") -> str:
    """Return the word that agrees with `number`, plural from two on as in French; `many` where an s does not do."""
    return (many or f"{one}s") if number >= 2 else one


def counted(number: int, one: str, many: str = "") -> str:
    """Return « 1 habitant », « 66 614 habitants », « 3 valeurs saisies »."""
    return f"{spoken_integer(number)} {plural(number, one, many)}"


def without_note(sentence: str) -> str:
    """Return a calculation without its last words, where the page shows them as a note beside the figure."""
    return sentence.removesuffix(TO_BE_CONFIRMED).rstrip()
