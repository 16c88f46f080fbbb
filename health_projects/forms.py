"""Forms of the health projects room: they read and check, the actions write."""

from django import forms

from agreements.agreement import Agreement
from core.face import Difference
from core.form_fields import DecimalFrField
from core.forms import ActionForm, StaleFormMixin
from health_projects.enums import OppositionGround

MAX_TEXT = 50_000  # about twenty pages


class ProjectForm(ActionForm):
    """The title of a new project."""

    title = forms.CharField(label="titre du projet", max_length=200)


class TitleForm(StaleFormMixin, ProjectForm):
    """Another title for a draft."""

    keeps_version = True


class SectionForm(StaleFormMixin, ActionForm):
    """The text of a section."""

    keeps_version = True
    text = forms.CharField(
        label="texte de la section",
        required=False,
        strip=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 20}),
        help_text="Une ligne vide sépare deux paragraphes. Votre texte s’enregistre pendant que vous écrivez.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = "Texte de la section"

    def clean(self):
        # The same text sent twice (a save whose answer was lost) is not another person's.
        if self.cleaned_data.get("text", "") == self.current_values["text"]:
            self._sent_version = self.current_version
        return super().clean()


class MissionsForm(StaleFormMixin, ActionForm):
    """The missions of the agreement in force: those every CPTS takes on, and the optional ones."""

    keeps_version = True
    core = forms.MultipleChoiceField(
        label="missions socles",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Une CPTS sous contrat les exerce toutes, à des dates qu’elle échelonne.",
    )
    optional = forms.MultipleChoiceField(
        label="missions optionnelles",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Au choix de la CPTS, dès le départ ou plus tard.",
    )

    def __init__(self, *args, agreement: Agreement, missions: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.missions, self.labels = missions, {terms.code: terms.label for terms in agreement.missions}
        for name, is_core in (("core", True), ("optional", False)):
            field = self.fields[name]
            field.label = field.label.replace(" (facultatif)", "")
            field.choices = [
                (terms.code, terms.label)
                for terms in sorted(agreement.missions, key=lambda terms: terms.order)
                if terms.is_core == is_core
            ]
            field.initial = [code for code in missions if code in dict(field.choices)]

    def clean(self):
        cleaned = super().clean()
        return {
            "missions": [*cleaned.get("core", []), *cleaned.get("optional", [])],
            "version": cleaned.get("version"),
        }

    def compare_with(self, stored: dict) -> None:
        self.is_stale = True
        typed = [*self.cleaned_data.get("core", []), *self.cleaned_data.get("optional", [])]
        theirs, yours = self._spoken(self.missions), self._spoken(typed)
        if theirs != yours:
            self.differences.append(Difference(label="Missions", theirs=theirs, yours=yours))

    def _spoken(self, codes: list[str]) -> str:
        return "\n".join(label for code, label in self.labels.items() if code in codes)


class PopulationForm(StaleFormMixin, ActionForm):
    """R1: the population that the parties agree on, with its source and its reason."""

    keeps_version = True
    population = DecimalFrField(
        label="population convenue",
        places=0,
        min_value=1,
        max_value=10_000_000,
        help_text="En habitants. Elle remplace la somme des populations municipales pour fixer la taille.",
    )
    source = forms.CharField(
        label="source",
        max_length=200,
        help_text="D’où vient ce nombre : une étude, un recensement, une délibération, et sa date.",
    )
    reason = forms.CharField(
        label="raison",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Pourquoi la population publiée ne convient pas : partie d’une commune, population saisonnière…",
    )

    def clean_population(self) -> int | None:
        number = self.cleaned_data["population"]
        return None if number is None else int(number)


class SendBackForm(ActionForm):
    """What the ARS asks the CPTS to correct."""

    reason = forms.CharField(
        label="ce qu’il faut corriger",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="La CPTS, la caisse et l’ARS liront ce texte. Il reste dans l’historique.",
    )


class OppositionForm(ActionForm):
    """R5: one of the two grounds, and the reason."""

    ground = forms.ChoiceField(label="motif d’opposition", choices=OppositionGround.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="raison",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Ce qui, dans le projet, justifie ce motif. La CPTS et la caisse liront ce texte.",
    )


class AcceptanceForm(ActionForm):
    """R1: why two territories may share communes."""

    reason = forms.CharField(
        label="raison",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Par exemple : une commune partagée entre deux bassins de vie, avec l’accord des deux CPTS.",
    )


class CommentForm(ActionForm):
    """A remark on a section."""

    text = forms.CharField(label="commentaire", max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class PasteForm(ActionForm):
    """A pasted list of INSEE codes."""

    codes = forms.CharField(
        label="codes Insee",
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "69029, 69034, 69037…", "spellcheck": "false"}),
        help_text="Un code par ligne, ou séparés par des espaces, des virgules ou des points-virgules.",
    )
