"""Words put together as a French sentence does."""

from collections.abc import Sequence
from unicodedata import combining, normalize

VOWELS = "aeiouy"
NARROW = "\u202f"  # between thousands
TO_BE_CONFIRMED = "Répartition à confirmer."


class Lack(str):
    """A sentence that says what is left to do: `part` of the dossier it is said of, `url` of the page that mends it."""

    part: str
    url: str

    def __new__(cls, sentence: str, *, part: str = "", url: str = "") -> "Lack":
        lack = super().__new__(cls, sentence)
        lack.part, lack.url = part, url
        return lack


def spoken_list(names: Sequence[str]) -> str:
    """Return « la CPTS, l’ARS et la caisse »."""
    return " et ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))


def of(name: str) -> str:
    """Return « de Claire », « d’Alain », « d’Yves » but « de Yann »."""
    first, second = (_plain(name) + "  ")[:2]
    is_elided = first in VOWELS and not (first == "y" and second in VOWELS)
    return f"d’{name}" if is_elided else f"de {name}"


def the(name: str) -> str:
    """Return the name of an organisation as a sentence says it: « la CPTS du Val », « l’ARS Bretagne »."""
    return f"l’{name}" if _plain(name)[:1] in VOWELS else f"la {name}"


def _plain(text: str) -> str:
    """Return a text in small letters without accents."""
    return "".join(sign for sign in normalize("NFD", text.casefold()) if not combining(sign))


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
