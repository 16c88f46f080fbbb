"""Questions about a contract: « et si une commune part », « et si cet indicateur est à 60 % ». Each is a small form."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from agreements.enums import Scale
from core.errors import DomainError
from core.form_fields import DecimalFrField, FrenchDateField
from core.forms import ActionForm
from core.money import format_euros
from core.values import integer_fr
from indicators.assemblers import indicator_input
from indicators.explanations import target_words
from indicators.models import Indicator
from simulator import variants
from simulator.assemblers import ContractScenario, supposed_inputs
from simulator.documents import Fields
from simulator.fields import RATE_PLACES


class Question(ActionForm):
    """A question about a contract: once valid, `fields_changed` holds the fields of the other scenario."""

    title = ""
    blamed = ""  # the field beside which a refusal stands

    def __init__(self, *args, start: ContractScenario, **kwargs):
        self.start, self.fields_changed = start, {}
        super().__init__(*args, **kwargs)
        if "from_year" in self.fields:
            years = range(start.from_year, start.simulation.inputs.years + 1)
            self.fields["from_year"].choices = [(str(year), f"l’année {year}") for year in years]
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices from the contract."""

    @property
    def has_choice(self) -> bool:
        """Tell whether the contract leaves something to ask: a commune, a mission, a year, an indicator."""
        return all(field.choices for field in self.fields.values() if isinstance(field, forms.ChoiceField))

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors:
            try:
                self.fields_changed = self.change(cleaned)
            except DomainError as refusal:
                self.add_domain_error(DomainError(refusal.message, self.blamed))
        return cleaned


class YearField(forms.TypedChoiceField):
    """The contract year from which something changes."""

    def __init__(self):
        super().__init__(label="à partir de", coerce=int, choices=[])


class CommuneLeaves(Question):
    """« Si une commune part »."""

    title = "Si une commune part"
    blamed = "commune"
    commune = forms.ChoiceField(label="commune qui part")
    from_year = YearField()

    def prepare(self) -> None:
        self.inhabitants = {commune.code: commune.population for commune in self.start.communes}
        self.fields["commune"].choices = [
            (commune.code, f"{commune.name} ({integer_fr(commune.population)} hab.)")
            for commune in self.start.communes
            if commune.population is not None
        ]

    def change(self, cleaned: dict) -> Fields:
        return variants.without_commune(
            self.start.fields,
            self.start.simulation,
            code=cleaned["commune"],
            inhabitants=self.inhabitants[cleaned["commune"]],
            from_year=cleaned["from_year"],
        )


class ExtraMission(Question):
    """« Avec la mission facultative »."""

    title = "Avec une mission de plus"
    blamed = "mission"
    mission = forms.ChoiceField(label="mission de plus")
    starts_on = FrenchDateField(label="démarrage")
    rate = DecimalFrField(label="résultats (%)", places=RATE_PLACES, min_value=Decimal(0), max_value=Decimal(100))

    def prepare(self) -> None:
        engaged = {mission.mission for mission in self.start.simulation.inputs.missions}
        self.fields["mission"].choices = [
            (terms.code, terms.label)
            for terms in sorted(self.start.simulation.agreement.missions, key=lambda terms: terms.order)
            if terms.code not in engaged
        ]

    def change(self, cleaned: dict) -> Fields:
        inputs = self.start.simulation.inputs
        if cleaned["starts_on"] < inputs.signed_on:
            self.blamed = "starts_on"
            raise DomainError("La mission ne peut pas démarrer avant la signature.")
        return variants.with_mission(
            self.start.fields, code=cleaned["mission"], starts_on=cleaned["starts_on"], rate=cleaned["rate"]
        )


class OtherSize(Question):
    """« À la taille suivante »."""

    title = "À une autre taille"
    blamed = "size"
    size = forms.TypedChoiceField(label="taille", coerce=int, choices=[])
    from_year = YearField()

    def prepare(self) -> None:
        sizes = self.start.simulation.agreement.published_totals
        self.fields["size"].choices = [(str(size), f"taille {size}") for size in sizes]

    def change(self, cleaned: dict) -> Fields:
        return variants.with_size(
            self.start.fields, self.start.simulation, size=cleaned["size"], from_year=cleaned["from_year"]
        )


class IndicatorResult(Question):
    """« Indicateur 3 à 60 % »: one result supposed, through its own scale (R13)."""

    title = "Un indicateur à un autre résultat"
    blamed = "result"
    indicator = forms.ChoiceField(label="indicateur")
    result = forms.CharField(
        label="résultat supposé",
        max_length=30,
        help_text="Un nombre, ou « oui » ou « non » pour un indicateur atteint ou non.",
    )

    def prepare(self) -> None:
        self.known = {str(item.pk): (mission, item) for mission, item in self.start.indicators}
        by_group: dict[str, list] = {}
        for key, (mission, item) in self.known.items():
            group = by_group.setdefault(f"Année {mission.programme.year}, {mission.label}", [])
            group.append((key, f"{len(group) + 1}. {item.label} ({_aim(item)})"))
        self.fields["indicator"].choices = list(by_group.items())

    def change(self, cleaned: dict) -> Fields:
        mission, indicator = self.known[cleaned["indicator"]]
        others, terms = supposed_inputs(mission, indicator)
        number, achieved = self._result(terms.scale, cleaned["result"])
        supposed = variants.with_result(terms, number=number, achieved=achieved)
        rate = variants.supposed_rate(mission.variable_amount, others, supposed)
        return variants.with_rate(self.start.fields, code=mission.mission, year=mission.programme.year, rate=rate)

    def _result(self, scale: Scale, typed: str) -> tuple[Decimal | None, bool | None]:
        """Return the number, or the « oui » or « non », that a result means on its scale."""
        if scale == Scale.ACHIEVED:
            if typed.strip().lower() not in ("oui", "non"):
                raise DomainError("Cet indicateur est atteint ou non : écrivez « oui » ou « non ».")
            return None, typed.strip().lower() == "oui"
        try:
            return DecimalFrField(places=4).clean(typed.strip().removesuffix("%")), None
        except ValidationError as refusal:
            raise DomainError(refusal.messages[0]) from refusal


def _aim(indicator: Indicator) -> str:
    """Return what an indicator aims at, and for how much."""
    terms = indicator_input(indicator)
    return f"{target_words(terms, indicator.unit)} : {format_euros(terms.amount)}"


QUESTIONS = {
    "commune": CommuneLeaves,
    "mission": ExtraMission,
    "taille": OtherSize,
    "indicateur": IndicatorResult,
}
