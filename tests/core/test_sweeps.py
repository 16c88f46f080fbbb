"""What the timetable does row by row does not stop at the row that fails."""

import pytest

from core.sweeps import one_by_one
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
