"""The portal without the lock of its rows, served apart: what the clicks of C1 must catch.

The application of a gunicorn, never imported by a test: what it takes away is away for the whole process.
"""

from importlib import import_module

from core import locking

locking.read_locked = lambda rows, pk: rows.get(pk=pk)  # before any action imports it

application = import_module("cpts_portal.wsgi").application
