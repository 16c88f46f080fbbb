"""The back office corrects figures, but never into a version that does not add up (R2)."""

import pytest
from django.urls import reverse

from agreements.enums import AmountKind
from agreements.models import AgreementVersion
from tests.utils.reading import sent_from

pytestmark = pytest.mark.filterwarnings("ignore:The default scheme will be changed")  # Django's own, until 6.0


@pytest.fixture
def version(db) -> AgreementVersion:
    return AgreementVersion.objects.get(code="aci-2021")


def corrected(browser, version, amounts):
    """Return the answer of the page to the amounts of some lines changed in it."""
    address = reverse("admin:agreements_agreementversion_change", args=[version.pk])
    sent = sent_from(browser.get(address), "agreementversion_form")
    places = {line: position for position, line in enumerate(version.lines.all())}
    for (mission, size), amount in amounts.items():
        line = version.lines.get(kind=AmountKind.FIXED, mission__code=mission, size=size)
        sent[f"lines-{places[line]}-amount"] = [amount]
    return browser.post(address, sent)


def test_r2_a_correction_that_breaks_the_total_is_refused(back_office, version):
    answer = corrected(back_office, version, {("QUALITY", 2): "9999.00"})
    assert answer.status_code == 200 and "le total publié" in answer.content.decode()


def test_r2_a_correction_that_moves_money_between_lines_is_accepted(back_office, version):
    moved = {("QUALITY", 2): "9999.00", ("PREVENTION", 2): "15001.00"}
    assert corrected(back_office, version, moved).status_code == 302
    assert version.as_value().line("QUALITY", AmountKind.FIXED, 2).amount == 9999
