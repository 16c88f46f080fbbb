"""The back office corrects figures, but never into a version that does not add up (R2)."""

import pytest
from django.forms import inlineformset_factory

from agreements.admin import LineFormSet
from agreements.enums import AmountKind
from agreements.models import AgreementLine, AgreementVersion

FormSet = inlineformset_factory(
    AgreementVersion,
    AgreementLine,
    formset=LineFormSet,
    fields=["mission", "kind", "size", "amount", "is_validated", "note"],
    extra=0,
)


def posted(version, amounts):
    """Return what the page posts when the amounts of some lines are changed."""
    lines = list(version.lines.all())
    data = {"lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": len(lines)}
    for position, line in enumerate(lines):
        row = {
            "id": line.pk,
            "mission": line.mission_id or "",
            "kind": str(line.kind),
            "size": line.size,
            "amount": amounts.get((str(line.kind), line.mission and line.mission.code, line.size), line.amount),
            "note": line.note,
        }
        data |= {f"lines-{position}-{name}": value for name, value in row.items()}
    return FormSet(data, instance=version)


@pytest.mark.django_db
def test_r2_a_correction_that_breaks_the_total_is_refused():
    version = AgreementVersion.objects.get(code="aci-2021")
    forms = posted(version, {(AmountKind.FIXED, "QUALITY", 2): "9999.00"})
    assert not forms.is_valid()
    assert "le total publié" in forms.non_form_errors()[0]


@pytest.mark.django_db
def test_r2_a_correction_that_moves_money_between_lines_is_accepted():
    version = AgreementVersion.objects.get(code="aci-2021")
    moved = {
        (AmountKind.FIXED, "QUALITY", 2): "9999.00",
        (AmountKind.FIXED, "PREVENTION", 2): "15001.00",
    }
    forms = posted(version, moved)
    assert forms.is_valid(), forms.errors
    forms.save()
    assert version.as_value().line("QUALITY", AmountKind.FIXED, 2).amount == 9999
