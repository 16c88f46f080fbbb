"""The front door: settings, routes, worker. No domain code."""

from cpts_portal.celery import app as celery_app

__all__ = ["celery_app"]
