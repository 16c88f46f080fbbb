"""What the timetable names exists."""

import pytest

from cpts_portal.celery import app


@pytest.mark.parametrize("entry", app.conf.beat_schedule.values(), ids=app.conf.beat_schedule)
def test_every_task_of_the_timetable_is_registered(entry):
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
