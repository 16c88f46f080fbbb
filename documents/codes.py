"""The verification code of a document: what a person types from paper."""

import re
import secrets

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: people type it from paper
CODE_LENGTH, CODE_GROUP = 12, 4


def new_code() -> str:
    """Return a code that a person can type and nobody can guess: « K7QF-2MXW-9RTA »."""
    return _grouped("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)))


def read_code(text: str) -> str:
    """Return the code that a person typed, in any case, with or without its dashes; empty when it is not one."""
    letters = re.sub(r"[\W_]", "", text.upper())
    return _grouped(letters) if len(letters) == CODE_LENGTH and set(letters) <= set(CODE_ALPHABET) else ""


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))
