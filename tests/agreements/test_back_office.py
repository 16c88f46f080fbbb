"""The back office corrects figures, but never into a version that does not add up (R2)."""

import pytest
from django.urls import reverse

from agreements.enums import AmountKind, LineKind, MissionCode
from agreements.models import AgreementVersion, NationalIndicator
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


def test_the_list_of_national_indicators_names_their_mission(back_office):
    page = back_office.get(reverse("admin:agreements_nationalindicator_changelist")).content.decode()
    assert MissionCode.ACCESS_TO_CARE.label in page and MissionCode.ACCESS_TO_CARE.value not in page


def test_the_lines_of_the_bonus_are_ticked_by_their_names(back_office, version):
    address = reverse("admin:agreements_agreementversion_change", args=[version.pk])
    sent = sent_from(back_office.get(address), "agreementversion_form") | {"bonus_kinds": [LineKind.VARIABLE.value]}
    assert back_office.post(address, sent).status_code == 302
    version.refresh_from_db()
    assert version.bonus_kinds == [LineKind.VARIABLE.value]
    ticked = back_office.get(address).context["adminform"].form["bonus_kinds"].value()
    assert ticked == [LineKind.VARIABLE.value]


def test_the_mission_of_a_national_indicator_is_chosen_by_its_name(back_office):
    indicator = NationalIndicator.objects.first()
    address = reverse("admin:agreements_nationalindicator_change", args=[indicator.pk])
    page = back_office.get(address)
    assert f'<option value="{indicator.mission_code}" selected>{MissionCode.ACCESS_TO_CARE.label}</option>' in page.text
    sent = sent_from(page, "nationalindicator_form") | {"mission_code": [MissionCode.PREVENTION.value]}
    assert back_office.post(address, sent).status_code == 302
    indicator.refresh_from_db()
    assert indicator.mission_code == MissionCode.PREVENTION.value


def test_what_was_typed_on_a_row_deleted_meanwhile_is_shown_with_the_rows_inside_its_page(back_office, version):
    address = reverse("admin:agreements_agreementversion_change", args=[version.pk])
    sent = sent_from(back_office.get(address), "agreementversion_form") | {"label": ["Avenant 2, relu"]}
    sent["sources-0-title"] = ["Le texte relu"]
    version.delete()
    answer = back_office.post(address, sent)
    told = answer.content.decode()
    assert answer.status_code == 410 and "add-again" not in told  # its lines name missions that went with it
    assert "Avenant 2, relu" in told and "Le texte relu" in told


def test_what_was_typed_on_a_row_deleted_meanwhile_may_be_added_again(back_office):
    indicator = NationalIndicator.objects.first()
    address = reverse("admin:agreements_nationalindicator_change", args=[indicator.pk])
    sent = sent_from(back_office.get(address), "nationalindicator_form") | {"label": ["Patients sans médecin, relu"]}
    indicator.delete()
    answer = back_office.post(address, sent)
    assert answer.status_code == 410 and "Patients sans médecin, relu" in answer.content.decode()
    add = reverse("admin:agreements_nationalindicator_add")
    assert back_office.post(add, sent_from(answer, "add-again")).status_code == 302
    assert NationalIndicator.objects.get(code=indicator.code).label == "Patients sans médecin, relu"
