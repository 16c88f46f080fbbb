"""Forms of the dialogues room."""

from typing import Any

from django import forms

from contracts.models import ContractYear
from core import clock
from core.dates import format_date
from core.form_fields import FrenchDateField
from core.forms import ActionForm, ReadValuesMixin, StaleFormMixin
from core.wording import counted
from dialogues.assemblers import check_mission_start
from dialogues.enums import DialogueKind
from dialogues.models import ManagementDialogue
from dialogues.rules import check_convened_for, check_held_on

MEMBERS_HELP = (
    "Professionnels et structures qui ont expressément adhéré ; à la plus grande taille, leur nombre décide de la "
    "majoration (R11)."
)
SIZES = [("", "Inchangée"), *[(str(size), f"Taille {size}") for size in range(1, 5)]]


class ConveneForm(ActionForm):
    """When and where, to speak of what."""

    convened_for = FrenchDateField(label="date du dialogue")
    place = forms.CharField(label="lieu ou lien de visioconférence", max_length=200, required=False)
    agenda = forms.CharField(label="ordre du jour", widget=forms.Textarea(attrs={"rows": 9}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.hear(check_convened_for, cleaned.get("convened_for"), today=clock.today(), of=["convened_for"])
        return cleaned


class ConveneAgainForm(ReadValuesMixin, ConveneForm):
    """The same for a dialogue that another person may be convening, or moving, meanwhile."""

    def __init__(self, *args, dialogue: ManagementDialogue, **kwargs):
        super().__init__(*args, values=dialogue.convening(), **kwargs)
        if dialogue.window:
            self.fields["convened_for"].help_text = f"À tenir {dialogue.window}."


class HoldForm(ActionForm):
    """When it was held, and who was there."""

    held_on = FrenchDateField(label="tenu le")
    participants = forms.CharField(
        label="participants",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Une personne par ligne, avec sa partie.",
    )

    def __init__(self, *args, dialogue: ManagementDialogue, **kwargs):
        self.dialogue = dialogue
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        window = {"kind": self.dialogue.kind, "window_opens_on": self.dialogue.window_opens_on}
        self.hear(check_held_on, cleaned.get("held_on"), **window, today=clock.today(), of=["held_on"])
        return cleaned


class MinutesForm(StaleFormMixin, ActionForm):
    """What was said and decided; someone else's save is told and shown beside one's own text."""

    keeps_version = True
    minutes = forms.CharField(label="compte rendu", widget=forms.Textarea(attrs={"rows": 14}))
    decisions = forms.CharField(label="décisions", widget=forms.Textarea(attrs={"rows": 6}), required=False)
    mission_starts_on = FrenchDateField(label="la mission démarre le", required=False)
    new_size = forms.TypedChoiceField(
        label="taille retenue pour l’année en cours", choices=SIZES, coerce=int, empty_value=None, required=False
    )

    members = forms.IntegerField(label="adhérents", min_value=0, max_value=100_000, required=False)

    def __init__(self, *args, dialogue: ManagementDialogue, following: ContractYear | None = None, **kwargs):
        self.dialogue = dialogue
        names = ("minutes", "decisions", "mission_starts_on", "new_size", "members")
        values = {name: getattr(dialogue, name) for name in names}
        super().__init__(*args, current_version=dialogue.lock_version, current_values=values, initial=values, **kwargs)
        if dialogue.kind != DialogueKind.MISSION_START:
            del self.fields["mission_starts_on"]
        else:
            self.fields["mission_starts_on"].label = "La mission démarre le"
            self.fields["mission_starts_on"].help_text = "À fixer avant l’envoi à l’approbation."
        if dialogue.kind != DialogueKind.ANNUAL:
            del self.fields["new_size"]
        if following is None:
            del self.fields["members"]
        else:
            self._name_members(following)

    def _name_members(self, year: ContractYear) -> None:
        """R11: say of which day the members are counted, and what the number decides."""
        field = self.fields["members"]
        field.label = f"Adhérents au {format_date(year.starts_on)}, premier jour de l’année {year.number}"
        field.help_text = f"{MEMBERS_HELP} Le dernier nombre connu est de {counted(year.members, 'adhérent')}."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.hear(check_mission_start, self.dialogue, cleaned.get("mission_starts_on"), of=["mission_starts_on"])
        return cleaned

    def clean_version(self) -> int:
        return int(self.cleaned_data["version"] or 0)


class ReviseForm(ActionForm):
    """Why a closed year is corrected."""

    reason = forms.CharField(
        label="ce qui est à corriger, et pourquoi",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Lu par les trois parties et gardé avec la révision.",
    )


class RefuseForm(ActionForm):
    """Why an annex is not signed."""

    reason = forms.CharField(
        label="raison du refus",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Lue par les trois parties et gardée avec l’annexe.",
    )


class ReopenForm(ActionForm):
    """Why the minutes are taken back."""

    reason = forms.CharField(label="raison", widget=forms.Textarea(attrs={"rows": 3}))
