"""Forms of the indicators room: what a person types, refused next to its field (R13d, R15)."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms

from agreements.enums import Direction, Scale
from core.enums import PARTIES
from core.errors import DomainError
from core.face import Difference
from core.form_fields import DecimalFrField, DocumentField, FilesField, FrenchDateField, MoneyField
from core.forms import ActionForm, StaleFormMixin
from indicators import rules
from indicators.assemblers import check_period_of, check_value_of, definition_of
from indicators.enums import Nature, Settlement, Usage
from indicators.levels import BLANK_LEVELS, LevelForm, LevelFormSet, level_line
from indicators.models import Indicator, IndicatorValue, MissionAction, ProgrammeMission

EVIDENCE_KINDS = ("pdf", "png", "jpg", "xlsx", "csv", "docx")
LINES_SHOWN = 4
NATIONAL_WORDS = ("label", "unit", "owner", "counts_patients")


class VersionedForm(StaleFormMixin, ActionForm):
    """A form that knows which version of the row it shows; the action checks it again under lock.

    `conditional` names the fields that are due or not according to the others: neither required nor optional.
    """

    keeps_version = True
    conditional: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.conditional:
            self.fields[name].label = self.fields[name].label.removesuffix(" (facultatif)")


class MissionActionForm(VersionedForm):
    """An action of the year, who leads it, and the deliverables that will prove it."""

    title = forms.CharField(label="action", max_length=250)
    lead = forms.CharField(
        label="référent", max_length=120, required=False, help_text="La personne qui conduit l’action."
    )
    deliverables = forms.CharField(
        label="livrables attendus",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Un livrable par ligne : feuille d’émargement, compte rendu, convention signée…",
    )

    def clean_deliverables(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["deliverables"].splitlines()]
        kept = list(dict.fromkeys(line for line in lines if line))
        if any(len(line) > 250 for line in kept):
            raise forms.ValidationError("Un livrable tient en 250 caractères : coupez la ligne trop longue.")
        return "\n".join(kept)

    def clean(self):
        cleaned = super().clean()
        cleaned["deliverables"] = cleaned.get("deliverables", "").splitlines()
        return cleaned


class IndicatorForm(VersionedForm):
    """An indicator; a result says how its value earns money. `levels` is the formset of its levels."""

    conditional = ("maximum_amount", "scale", "target")
    lines = {"levels": LevelForm}
    WHAT = ("label", "action", "unit", "calculation", "nature", "owner", "counts_patients")
    MONEY = ("usage", "maximum_amount", "scale", "direction", "baseline", "target")

    label = forms.CharField(label="indicateur", max_length=250)
    action = forms.ModelChoiceField(
        MissionAction.objects.none(), label="action", required=False, empty_label="Aucune : suivi de la mission"
    )
    unit = forms.CharField(
        label="unité", max_length=40, required=False, help_text="Par exemple : patients, réunions, %."
    )
    calculation = forms.CharField(
        label="mode de calcul",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce que l’on compte, dans quelle source, sur quelle période.",
    )
    nature = forms.ChoiceField(label="ce que l’on mesure", choices=Nature.choices, initial=Nature.OUTCOME)
    owner = forms.ChoiceField(
        label="valeur saisie par",
        choices=[(side.value, side.label) for side in PARTIES],
        help_text="La partie qui a les données. Une autre confirmera la valeur.",
    )
    counts_patients = forms.BooleanField(
        label="cet indicateur compte des patients",
        required=False,
        help_text="Une valeur trop petite pour protéger leur anonymat sera refusée.",
    )
    usage = forms.ChoiceField(
        label="usage",
        choices=[
            (Usage.RESULT, "Résultat : la valeur donne droit à un montant"),
            (Usage.FOLLOW_UP, "Suivi : sans montant"),
        ],
        widget=forms.RadioSelect,
        initial=Usage.RESULT,
    )
    maximum_amount = MoneyField(
        label="montant maximal (€)", required=False, help_text="Pour un indicateur de résultat."
    )
    scale = forms.ChoiceField(
        label="barème",
        choices=[("", "Choisissez…"), *Scale.choices],
        required=False,
        help_text="Atteint ou non : tout ou rien. Par paliers : un montant par seuil. Proportionnel : selon le chemin "
        "parcouru vers la cible.",
    )
    direction = forms.ChoiceField(label="sens attendu", choices=Direction.choices, initial=Direction.UP)
    baseline = DecimalFrField(label="valeur de référence", places=4, required=False)
    target = DecimalFrField(label="cible", places=4, required=False, help_text="Pour un barème proportionnel.")

    def __init__(self, *args, mission: ProgrammeMission, indicator: Indicator | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.mission = mission
        self.fields["action"].queryset = mission.actions.all()
        self.is_national = indicator is not None and indicator.is_national
        self.carries_money = mission.mission not in rules.MISSIONS_WITHOUT_RESULT
        for name in NATIONAL_WORDS if self.is_national else ():
            self.fields[name].disabled = True
        if not self.carries_money:
            for name in ("usage", "maximum_amount", "scale"):
                del self.fields[name]
        levels = (
            [{"threshold": level.threshold, "amount": level.amount} for level in indicator.levels.all()]
            if indicator
            else []
        )
        self.indicator = indicator
        self.levels = LevelFormSet(self.data if self.is_bound else None, prefix="levels", initial=levels)
        self.levels.extra = max(BLANK_LEVELS, LINES_SHOWN - len(levels))

    def compare_with(self, stored: dict) -> None:
        """The levels, one a line, are compared with the fields."""
        super().compare_with(stored)
        rows = self.indicator.levels.values_list("threshold", "amount") if self.indicator else []
        typed = self.levels.levels if self.carries_money and self.levels.is_valid() else []
        theirs, yours = ("\n".join(map(level_line, levels)) for levels in (rows, typed))
        if theirs != yours:
            self.differences.append(Difference(label="Paliers", theirs=theirs, yours=yours))

    @property
    def what_helper(self):
        return self._helper(self.WHAT)

    @property
    def money_helper(self):
        return self._helper(self.MONEY)

    def _helper(self, names):
        helper = self.helper
        helper.render_hidden_fields = False
        helper.layout = Layout(*[name for name in names if name in self.fields])
        return helper

    def is_valid(self) -> bool:
        return all([super().is_valid(), not self.carries_money or self.levels.is_valid()])

    def clean(self):
        cleaned = super().clean()
        cleaned.setdefault("usage", Usage.FOLLOW_UP)
        if self.carries_money and cleaned["usage"] == Usage.RESULT:
            self.hear(rules.check_maximum, cleaned.get("maximum_amount"), of=["maximum_amount"])
            self.hear(rules.check_scale, cleaned.get("scale"), of=["scale"])
        if self.carries_money and self.levels.is_valid():
            cleaned["levels"] = self.levels.levels if cleaned.get("scale") == Scale.LEVELS else []
            self._check_rules(cleaned)
        return cleaned

    def _check_rules(self, cleaned: dict[str, Any]) -> None:
        names = ("scale", "maximum_amount", "direction", "baseline", "target", "levels")
        if any(name in self.errors for name in names):
            return
        values = {name: cleaned.get(name) for name in names}
        has_scale = bool(values["scale"]) and values["maximum_amount"] is not None
        try:
            rules.check_indicator(
                mission=self.mission.mission,
                usage=cleaned["usage"],
                scale=values["scale"],
                maximum_amount=values["maximum_amount"],
                definition=definition_of(**values) if has_scale else None,
            )
        except DomainError as error:
            self.levels_error = error.message if error.field == "levels" else ""
            self.add_error(error.field if error.field in self.fields else None, error.message)

    levels_error = ""


def evidence_field(*, required: bool, help_text: str) -> FilesField:
    field = FilesField(
        kinds=EVIDENCE_KINDS, max_megabytes=20, required=required, label="pièces justificatives", help_text=help_text
    )
    field.help_text = f"{help_text} {field.spoken_kinds}, 20 Mo au plus par fichier.".strip()
    return field


class ValueForm(VersionedForm):
    """The value of an indicator for its year, its period, its source and its evidence (R15)."""

    number = DecimalFrField(label="valeur", places=4)
    achieved = forms.TypedChoiceField(
        label="l’indicateur est-il atteint ?",
        choices=[("oui", "Oui, atteint"), ("non", "Non, pas atteint")],
        coerce=lambda word: word == "oui",
        widget=forms.RadioSelect,
    )
    period_start = FrenchDateField(label="période du")
    period_end = FrenchDateField(label="au", help_text="Pour l’année du contrat, ou l’année d’avant.")
    source = forms.CharField(
        label="source", max_length=200, help_text="D’où vient la valeur : extraction, registre, émargement…"
    )
    files = evidence_field(
        required=False, help_text="Au moins une pour qu’une autre partie confirme un résultat. Plusieurs à la fois."
    )

    def __init__(self, *args, indicator: Indicator, **kwargs):
        self.indicator = indicator
        super().__init__(*args, **kwargs)
        del self.fields["number" if indicator.is_achieved_or_not else "achieved"]
        if indicator.unit and "number" in self.fields:
            self.fields["number"].label = f"Valeur ({indicator.unit})"

    def clean(self):
        cleaned = super().clean()
        told = "achieved" if self.indicator.is_achieved_or_not else "number"
        self.hear(check_value_of, self.indicator, cleaned.get("number"), cleaned.get("achieved"), of=[told])
        days = ("period_start", "period_end")
        self.hear(check_period_of, self.indicator, *map(cleaned.get, days), of=days)
        return cleaned

    @staticmethod
    def values_of(value: IndicatorValue | None) -> dict[str, Any]:
        """Return what a value says, as the form shows it."""
        if value is None:
            return {}
        return {
            "number": value.number,
            "achieved": {True: "oui", False: "non"}.get(value.achieved),
            "period_start": value.period_start,
            "period_end": value.period_end,
            "source": value.source,
        }


class EvidenceForm(ActionForm):
    """More evidence behind a value."""

    files = evidence_field(required=True, help_text="Un ou plusieurs fichiers.")


class DeliverableForm(ActionForm):
    """The file of a deliverable."""

    files = DocumentField(kinds=EVIDENCE_KINDS, max_megabytes=20, label="fichier du livrable")

    def clean_files(self) -> list[tuple[str, bytes]]:
        file = self.cleaned_data["files"]
        return [(file.name, file.read())]


class ConfirmForm(VersionedForm):
    """Nothing to type: which version of the value was read."""


class ContestForm(VersionedForm):
    """Why a value is contested."""

    reason = forms.CharField(
        label="motif",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Dites ce qui ne convient pas et ce que vous attendez. Les trois parties le lisent.",
    )


class SettlementForm(VersionedForm):
    """What the three parties decided on a result indicator (R13e)."""

    conditional = ("settlement", "retained_amount", "reason")

    settlement = forms.ChoiceField(
        label="décision",
        choices=[
            (Settlement.NONE, "Selon sa valeur : aucune décision particulière"),
            (Settlement.NEUTRALISED, "Neutralisé : il sort du calcul, son montant va aux autres indicateurs"),
            (Settlement.RETAINED, "Montant retenu : les trois parties fixent la somme"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    retained_amount = MoneyField(
        label="montant retenu (€)", required=False, help_text="Seulement pour un montant retenu."
    )
    reason = forms.CharField(
        label="motif",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text="Obligatoire pour neutraliser ou retenir : il est imprimé dans l’annexe annuelle.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        settlement = cleaned.get("settlement", "")
        self.hear(
            rules.check_retained, settlement, cleaned.get("retained_amount"), of=["settlement", "retained_amount"]
        )
        self.hear(rules.check_reason, settlement, cleaned.get("reason", ""), of=["settlement"])
        return cleaned
