"""The Celery application and the timetable of what runs by itself."""

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpts_portal.settings")

app = Celery("cpts_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="jobs")

EACH_NIGHT = 15 if settings.DEMONSTRATION else crontab(hour=3, minute=0)  # a demonstration does not wait for the night
app.conf.beat_schedule = {
    "resume unfinished documents": {"task": "documents.jobs.resume_documents", "schedule": 60},
    "inventory of the store": {"task": "documents.jobs.take_inventory", "schedule": crontab(hour=3, minute=30)},
    "time stamps that are owed": {"task": "documents.jobs.stamp_documents", "schedule": 60},
    "tacit approvals": {"task": "health_projects.jobs.approve_tacitly", "schedule": EACH_NIGHT},
    "term of contracts, newer agreements": {"task": "contracts.jobs.follow_contracts", "schedule": EACH_NIGHT},
    "calendar of dialogues": {"task": "dialogues.jobs.follow_calendar", "schedule": EACH_NIGHT},
    "payments that fall due": {"task": "funding.jobs.follow_schedule", "schedule": EACH_NIGHT},
}
