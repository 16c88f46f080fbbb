"""The one door to a hardware token (PKCS#11): opened for the time of a reading or of a signature, by one at a time.

The library initialises a module for a single thread, and a process logs in to a token once for all its threads:
two at a time is a fault of the whole process, not an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import pkcs11

from documents.signing.identities import TokenKey

_one_at_a_time = Lock()


class TokenError(Exception):
    """The module is not there, or the token does not open or answer."""


@contextmanager
def session(key: TokenKey) -> Iterator[pkcs11.Session]:
    """Open the token of a key, alone, and close it; raise TokenError where it does not answer."""
    with _one_at_a_time:
        try:
            opened = pkcs11.lib(key.module).get_token(token_label=key.token).open(user_pin=key.pin)
        except (pkcs11.PKCS11Error, RuntimeError) as error:  # RuntimeError: no such module
            raise TokenError(str(error)) from error
        try:
            with opened:
                yield opened
        except pkcs11.PKCS11Error as error:
            raise TokenError(str(error)) from error
