"""R2, R14, R20: agreement versions, national indicators and ceilings, from files to rows."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from agreements import catalogue
from agreements.actions import load_agreement, load_agreements, load_national_indicators, load_passes
from agreements.enums import AmountKind
from agreements.models import AgreementLine, AgreementVersion, NationalIndicator, Pass
from core.errors import DomainError
from core.models import AuditEvent


@pytest.fixture
def empty_rooms(db):
    """Forget the reference data that every test finds loaded."""
    AgreementVersion.objects.all().delete()
    NationalIndicator.objects.all().delete()
    Pass.objects.all().delete()


def file_of(name, /, **changes):
    """Return the text of a version's file, with top-level changes."""
    return json.dumps(json.loads((catalogue.DATA / f"{name}.json").read_text()) | changes)


def rows(code, name):
    return json.loads(file_of(code))[name]


def test_r2_every_version_adds_up_to_its_published_totals():
    totals = {code: list(catalogue.agreement(code).published_totals.values()) for code in catalogue.codes()}
    assert totals == {
        "aci-2019": [220_000, 287_000, 370_000, 450_000],
        "aci-2021": [287_500, 382_500, 487_500, 580_000],
    }


def test_r2_a_version_that_does_not_add_up_is_refused_with_its_figures():
    amounts = rows("aci-2019", "amounts")
    amounts[0]["amounts"][1] = "60000.01"
    with pytest.raises(DomainError) as refused:
        catalogue.read_agreement(file_of("aci-2019", amounts=amounts))
    assert "taille 2" in str(refused.value)
    assert "287\u202f000,01" in str(refused.value)


def test_r2_the_plan_updated_is_outside_the_published_total():
    amounts = rows("aci-2021", "amounts")
    (updated,) = [row for row in amounts if row["kind"] == "PLAN_UPDATED"]
    updated["amounts"] = ["1.00", "2.00", "3.00", "4.00"]
    catalogue.read_agreement(file_of("aci-2021", amounts=amounts))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data["amounts"].append(data["amounts"][1]),
        lambda data: data["amounts"][1].update(mission="NOWHERE"),
        lambda data: data["amounts"][1].update(kind="GIFT"),
        lambda data: data["amounts"][1].update(amounts=["1.00"]),
        lambda data: data["amounts"][1].update(amounts=[15000.5, 1, 1, 1]),
        lambda data: data["amounts"].pop(0),
        lambda data: data.pop("missions"),
        lambda data: data["sizes"][0].update(minimum_population=1),
        lambda data: data["sizes"].reverse(),
        lambda data: [data["amounts"].remove(row) for row in data["amounts"] if row["kind"] == "PLAN_UPDATED"],
        lambda data: data.update(takes_effect_on="2022-02-30"),
    ],
)
def test_r2_an_incomplete_version_is_refused(spoil):
    data = json.loads(file_of("aci-2021"))
    spoil(data)
    with pytest.raises(DomainError):
        catalogue.read_agreement(json.dumps(data))


def test_r2_a_third_version_needs_no_line_of_code(tmp_path, monkeypatch):
    missions = [
        *rows("aci-2021", "missions"),
        {
            "code": "MENTAL_HEALTH",
            "label": "Santé mentale",
            "is_core": False,
            "starts_within_months": None,
            "deploys_within_months": None,
        },
    ]
    free = {"statuses": ["reconstructed"] * 4, "amounts": ["0.00"] * 4, "mission": "MENTAL_HEALTH"}
    amounts = [*rows("aci-2021", "amounts"), free | {"kind": "FIXED"}, free | {"kind": "VARIABLE"}]
    text = file_of("aci-2021", code="aci-2027", missions=missions, amounts=amounts)
    (tmp_path / "aci-2027.json").write_text(text)
    monkeypatch.setattr(catalogue, "DATA", tmp_path)
    assert catalogue.codes() == ["aci-2027"]
    assert catalogue.agreement("aci-2027").mission("MENTAL_HEALTH").order == 6


def test_an_unknown_version_is_refused():
    with pytest.raises(DomainError, match="aci-2019, aci-2021"):
        catalogue.agreement("aci-1999")


def test_unconfirmed_figures_are_stored_as_such():
    assert catalogue.agreement("aci-2019").is_validated
    version = catalogue.agreement("aci-2021")
    assert not version.is_validated
    assert all(size.total_is_validated for size in version.sizes)
    assert not any(line.is_validated for line in version.lines)
    concordant = {(line.size, line.kind) for line in version.lines if line.note == "concordant, à confirmer"}
    assert {size for size, _ in concordant} == {3}
    assert (3, AmountKind.PLAN_WRITTEN) not in concordant
    assert {line.note for line in version.lines if line.size != 3} == {"reconstitué, à confirmer"}


@pytest.mark.usefixtures("empty_rooms")
@pytest.mark.parametrize("code", ["aci-2019", "aci-2021"])
def test_r2_a_version_comes_back_from_the_database_as_it_went_in(code):
    load_agreement(code=code)
    version = AgreementVersion.objects.with_rows().get(code=code)
    expected = catalogue.agreement(code)
    value = version.as_value()
    assert sorted(value.lines, key=repr) == sorted(expected.lines, key=repr)
    for name in ("missions", "sizes", "bonus", "sources", "takes_effect_on", "advance_rate", "code", "label"):
        assert getattr(value, name) == getattr(expected, name)
    assert version.is_validated is expected.is_validated


@pytest.mark.usefixtures("empty_rooms")
def test_loading_twice_changes_nothing_and_keeps_what_was_confirmed_by_hand():
    load_agreements()
    AgreementLine.objects.filter(version__code="aci-2021", size=3).update(is_validated=True)
    rows_before, events = set(AgreementLine.objects.values_list("pk", flat=True)), AuditEvent.objects.count()
    load_agreements()
    assert set(AgreementLine.objects.values_list("pk", flat=True)) == rows_before
    assert AuditEvent.objects.count() == events
    assert AgreementLine.objects.filter(version__code="aci-2021", is_validated=True).count() == 14


@pytest.mark.usefixtures("empty_rooms")
def test_a_file_that_changed_replaces_the_rows_and_keeps_the_missions():
    version = load_agreement(code="aci-2019")
    missions = set(version.missions.values_list("pk", flat=True))
    events = AuditEvent.objects.count()
    AgreementVersion.objects.update(file_digest="other")
    version.lines.all().update(amount=0)
    load_agreement(code="aci-2019")
    version.refresh_from_db()
    assert version.as_value().counted_total(1) == 220_000
    assert set(version.missions.values_list("pk", flat=True)) == missions
    assert AuditEvent.objects.count() == events + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2019, 8, 25), "aci-2019"),
        (date(2022, 3, 30), "aci-2019"),
        (date(2022, 3, 31), "aci-2021"),
        (date(2030, 1, 1), "aci-2021"),
    ],
)
def test_r2_the_version_in_force_is_the_last_that_took_effect(day, code):
    load_agreements()
    assert AgreementVersion.objects.in_force_on(day).code == code


@pytest.mark.django_db
def test_r2_before_the_first_version_none_is_in_force():
    load_agreements()
    with pytest.raises(DomainError, match="24 août 2019"):
        AgreementVersion.objects.in_force_on(date(2019, 8, 24))


@pytest.mark.django_db
def test_r2_rows_that_no_longer_add_up_are_refused_when_used():
    version = load_agreement(code="aci-2019")
    version.lines.filter(kind=AmountKind.OPERATING).update(amount=1)
    with pytest.raises(DomainError, match="le total publié"):
        version.as_value()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"amount": -1},
        {"mission": None},
        {"kind": AmountKind.OPERATING},
        {"size": 2},
    ],
)
def test_the_database_refuses_lines_that_make_no_sense(changes):
    version = load_agreement(code="aci-2019")
    line = version.lines.get(mission__code="QUALITY", kind=AmountKind.FIXED, size=1)
    with pytest.raises(IntegrityError):
        AgreementLine.objects.filter(pk=line.pk).update(**changes)


@pytest.mark.django_db
def test_the_database_refuses_two_operating_grants_for_a_size():
    version = load_agreement(code="aci-2019")
    with pytest.raises(IntegrityError):
        AgreementLine.objects.create(version=version, kind=AmountKind.OPERATING, size=1, amount=1)


@pytest.mark.usefixtures("empty_rooms")
def test_r14_the_five_national_indicators_belong_to_access_to_care():
    assert load_national_indicators() == 5
    assert load_national_indicators() == 0
    assert set(NationalIndicator.objects.values_list("mission_code", flat=True)) == {"ACCESS_TO_CARE"}
    directions = dict(NationalIndicator.objects.values_list("code", "direction"))
    assert directions == {"A1": "UP", "A2": "DOWN", "A3": "DOWN", "A4": "UP", "A5": "UP"}


@pytest.mark.usefixtures("empty_rooms")
def test_r20_a_year_without_a_ceiling_is_an_error():
    assert load_passes() == 5
    assert load_passes() == 0
    assert Pass.objects.of_year(2023).amount == Decimal("43992.00")
    assert Pass.objects.of_year(2022).left(Decimal("41000.00")) == Decimal("136.00")
    with pytest.raises(DomainError, match="2027"):
        Pass.objects.of_year(2027)
