"""What the timetable names exists."""

import pytest
from django.conf import settings

from cpts_portal.celery import app


@pytest.mark.parametrize("entry", settings.CELERY_BEAT_SCHEDULE.values(), ids=settings.CELERY_BEAT_SCHEDULE)
def test_every_task_of_the_timetable_is_registered(entry):
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
