"""Forms of the demonstration's own pages."""

from django import forms

from accounts.models import Organisation
from core.actor import SYSTEM
from core.form_fields import FrenchDateField
from core.forms import CrispyMixin


class MoveForm(CrispyMixin, forms.Form):
    """The day to which the portal goes."""

    day = FrenchDateField(label="aller au")


class DossierForm(forms.Form):
    """The CPTS whose events are listed; all of them when none is chosen."""

    cpts = forms.ModelChoiceField(
        Organisation.objects.none(), required=False, label="dossier", empty_label="La prochaine échéance de chacun"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cpts"].queryset = Organisation.objects.visible_to(SYSTEM).cpts().order_by("name")
