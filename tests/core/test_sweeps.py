"""What the timetable does row by row does not stop at the row that fails."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from core.sweeps import SWEEP_LIMITS, one_by_one
from territories.models import Region
from tests.utils.factories import RegionFactory

pytestmark = pytest.mark.django_db


def test_a_row_that_fails_keeps_nothing_and_the_others_go_on(caplog):
    first, broken, last = RegionFactory.create_batch(3)

    def rename(region: Region) -> str:
        Region.objects.filter(pk=region.pk).update(name=f"Nouvelle {region.pk}")
        if region == broken:
            raise ArithmeticError("un chiffre manque")
        return region.pk

    assert one_by_one([first, broken, last], rename) == [first.pk, last.pk]
    renamed = Region.objects.filter(name__startswith="Nouvelle ").values_list("pk", flat=True)
    assert set(renamed) == {first.pk, last.pk}
    assert [(record.levelname, record.object) for record in caplog.records] == [
        ("ERROR", f"territories.Region {broken.pk}")
    ]
    assert "un chiffre manque" in caplog.text


def test_a_worker_that_has_to_stop_stops():
    first, second = RegionFactory.create_batch(2)
    seen = []

    def work(region: Region) -> None:
        seen.append(region)
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        one_by_one([first, second], work)
    assert seen == [first]


def test_the_broker_does_not_give_a_sweep_that_runs_to_another_worker():
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout")  # of Redis alone
    assert visibility is None or SWEEP_LIMITS["time_limit"] < visibility
