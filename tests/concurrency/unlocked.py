"""The portal without the lock of its rows, served apart: what the clicks of C1 must catch.

The application of a gunicorn, never imported by a test: what it takes away is away for the whole process.
"""

from core import locking

locking.read_locked = lambda rows, pk: rows.get(pk=pk)  # before any action imports it

from cpts_portal.wsgi import application  # noqa: E402, F401
