"""Forms of the simulator: what is typed becomes the document of `simulate_funding`; every refusal finds its field."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from urllib.parse import parse_qsl

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from agreements.agreement import Agreement
from agreements.rules import CONTRACT_YEARS
from core.errors import DomainError
from core.form_fields import FrenchDateField
from core.forms import ActionForm, ReadValuesMixin
from core.wording import counted
from simulator import address, documents
from simulator.assemblers import MAX_COMMUNES, ChosenTerritory, read_pasted, territory_of
from simulator.documents import ADVANCED, YEARS, Fields
from simulator.fields import MAX_MEMBERS, CountField, MissionFields, fields_of_mission, fields_of_years
from territories.rules import parse_insee_codes

MAX_POPULATION = 10_000_000
MAX_PASTED = 5_000  # characters
FULL_RATE = "100"


class SimulationForm(ActionForm):
    """A whole scenario. Once valid, `simulation` holds what it gives and `fields` what its address says.

    `agreements` are the versions known, by code; a date of signature chooses among them unless one is named.
    """

    population = CountField(label="population couverte", max_value=MAX_POPULATION, required=False)
    communes = forms.CharField(label="communes", max_length=4000, required=False, widget=forms.HiddenInput)
    pasted = forms.CharField(
        label="codes Insee",
        required=False,
        max_length=MAX_PASTED,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Séparés par des espaces, des virgules ou des retours à la ligne.",
    )
    signed_on = FrenchDateField(label="date de signature")
    agreement = forms.ChoiceField(label="accord national", required=False)
    years = forms.TypedChoiceField(
        label="durée simulée",
        coerce=int,
        choices=[(str(year), counted(year, "an")) for year in reversed(YEARS)],
    )
    members = CountField(
        label="membres de la CPTS",
        max_value=MAX_MEMBERS,
        required=False,
        help_text="Au premier jour de chaque année. Ouvre une majoration en taille 4, selon l’accord.",
    )
    terminated_on = FrenchDateField(
        label="fin anticipée du contrat", required=False, help_text="Premier jour sans contrat."
    )

    def __init__(
        self, data: Mapping[str, str] | None = None, *, agreements: dict[str, Agreement], today: date, **kwargs
    ):
        self.agreements, self.simulation = agreements, None
        self.territory: ChosenTerritory = territory_of(())
        self.labels = _labels(agreements)
        self.has_pasted = False
        super().__init__(data, **kwargs)
        self._add_fields()
        if self.is_bound:
            self.data = self._with_suggestions(self.data)
        else:
            self.initial = self._first_visit(today) | self.initial

    # Fields ------------------------------------------------------------------------------------

    def _add_fields(self) -> None:
        self.fields["agreement"].choices = [
            ("", "En vigueur à la date de signature"),
            *[(agreement.code, agreement.label) for agreement in self.agreements.values()],
        ]
        for name in ("population", "agreement", "pasted"):
            self.fields[name].label = self.fields[name].label.removesuffix(" (facultatif)")
        sizes = sorted({size for agreement in self.agreements.values() for size in agreement.published_totals})
        self.fields |= fields_of_years(sizes)
        for code, label in self.labels.items():
            self.fields |= fields_of_mission(code, label, partial(self._any_has, code))

    def _any_has(self, code: str, name: str) -> bool:
        return any(agreement.has(code, documents.NEEDS[name]) for agreement in self.agreements.values())

    def _first_visit(self, today: date) -> dict:
        """Suggest the missions that every CPTS takes on under the agreement of today, all their results obtained."""
        agreement = documents.agreement_on(self.agreements.values(), today)
        core = {terms.code: True for terms in agreement.missions if terms.is_core}
        return {"signed_on": today, "years": CONTRACT_YEARS} | core | self._full_rates(self.labels)

    def _with_suggestions(self, data: Mapping[str, str]) -> Mapping[str, str]:
        """Offer again full results for the missions that are not engaged: their box may be ticked next."""
        data = {name: data[name] for name in data}
        for name, value in self._full_rates(
            code for code in self.labels if not data.get(self.add_prefix(code))
        ).items():
            data.setdefault(self.add_prefix(name), value)
        return data

    def _full_rates(self, codes) -> dict[str, str]:
        return {f"{code}-rate": FULL_RATE for code in codes if f"{code}-rate" in self.fields}

    # What is typed -----------------------------------------------------------------------------

    def clean_communes(self) -> tuple[str, ...]:
        return parse_insee_codes(self.cleaned_data["communes"]).codes

    def clean_pasted(self) -> tuple[str, ...]:
        codes, refused = read_pasted(self.cleaned_data["pasted"])
        if refused:
            raise ValidationError(refused)
        return tuple(codes)

    def clean(self) -> dict:
        cleaned = super().clean()
        self._gather_territory(cleaned)
        for code in self.labels:
            if cleaned.get(f"{code}-starts_on") and not cleaned.get(code):
                self.add_error(f"{code}-starts_on", "Cochez la mission, ou effacez cette date.")
        if not self.errors:
            self._simulate(cleaned)
        return cleaned

    def _gather_territory(self, cleaned: dict) -> None:
        codes = (*cleaned.get("communes", ()), *cleaned.pop("pasted", ()))
        cleaned["communes"] = tuple(dict.fromkeys(codes))
        if len(cleaned["communes"]) > MAX_COMMUNES:
            self.add_error("communes", f"Un scénario a {MAX_COMMUNES} communes au plus.")
            cleaned["communes"] = ()
        self.territory = territory_of(cleaned["communes"])
        if "population" in self.errors or cleaned.get("population") is not None:
            return
        if sentence := self._why_no_population():
            self.add_error("population", sentence)

    def _why_no_population(self) -> str:
        summary = self.territory.summary
        if self.territory.population is not None:
            return ""
        if summary.unknown:
            return f"Aucune commune n’a ce code : {', '.join(summary.unknown[:10])}."
        if summary.conflicts:
            return " ".join(summary.conflicts)
        if summary.missing:
            return (
                f"L’Insee ne publie pas la population de {', '.join(summary.missing)} : indiquez celle du territoire."
            )
        return "Indiquez la population, ou ajoutez des communes."

    def _simulate(self, cleaned: dict) -> None:
        population = cleaned["population"] if cleaned["population"] is not None else self.territory.population
        document: documents.Document = {"missions": []}
        try:
            agreement = self._agreement(cleaned)
            document = documents.document_of(cleaned, agreement=agreement, population=population)
            simulation = documents.simulate_document(document, self.agreements, advances=_advances(cleaned))
        except DomainError as refusal:
            typed = [name for name in self.fields if cleaned.get(name) not in (None, "", (), False)]
            field = documents.field_of(refusal.field or "", document, typed)
            field = field or documents.field_of(refusal.field or "", document, self.fields)
            self.add_domain_error(DomainError(refusal.message, field))
        else:
            notices = documents.notices_of(cleaned, agreement, self.labels)
            self.simulation = replace(simulation, notices=tuple(notices))

    def _agreement(self, cleaned: dict) -> Agreement:
        if cleaned["agreement"]:
            return self.agreements[cleaned["agreement"]]
        return documents.agreement_on(self.agreements.values(), cleaned["signed_on"])

    # What is shown -----------------------------------------------------------------------------

    @property
    def address_fields(self) -> Fields:
        """Return the fields of the address of a valid form: what is empty or without effect is left out."""
        off = tuple(f"{code}-" for code in self.labels if not self.cleaned_data[code])
        written = {
            name: address.written(self.cleaned_data[name])
            for name in self.fields
            if name in self.cleaned_data and not (off and name.startswith(off))
        }
        return {name: value for name, value in written.items() if value}

    def missions(self) -> list[MissionFields]:
        """Return the missions in order: those of the agreement, then those ticked that it does not have."""
        agreement = self.simulation.agreement if self.simulation else self._likely_agreement()
        found = [self._mission_fields(code, label, agreement) for code, label in self.labels.items()]
        return [mission for mission in found if mission.is_known or mission.engaged.value()]

    def _mission_fields(self, code: str, label: str, agreement: Agreement) -> MissionFields:
        is_known = agreement.has_mission(code)
        signed_on = self._date("signed_on")
        others = [
            self[name]
            for name in self.fields
            if name.startswith(f"{code}-") and not name.startswith((f"{code}-rate", f"{code}-starts_on"))
        ]
        return MissionFields(
            code=code,
            label=label,
            is_core=is_known and agreement.mission(code).is_core,
            is_known=is_known,
            engaged=self[code],
            starts_on=self[f"{code}-starts_on"],
            default_start=documents.default_start(agreement, code, signed_on) if is_known and signed_on else None,
            rate=self[f"{code}-rate"] if f"{code}-rate" in self.fields else None,
            rates=tuple(self[f"{code}-rate-{year}"] for year in YEARS if f"{code}-rate-{year}" in self.fields),
            others=tuple(field for field in others if self._has_effect(field, code, agreement)),
        )

    def _has_effect(self, field: BoundField, code: str, agreement: Agreement) -> bool:
        """Keep a field that the agreement uses, or that holds something."""
        name = field.name.removeprefix(f"{code}-").split("-")[0]
        return bool(agreement.has(code, documents.NEEDS[name]) or field.value())

    def _likely_agreement(self) -> Agreement:
        """Return the version that what is typed so far chooses, else the last one."""
        named = self["agreement"].value()
        if named in self.agreements:
            return self.agreements[named]
        try:
            return documents.agreement_on(self.agreements.values(), self._date("signed_on") or date.max)
        except DomainError:
            return next(iter(self.agreements.values()))

    def _date(self, name: str) -> date | None:
        try:
            return self.fields[name].clean(self[name].value())
        except ValidationError:
            return None

    def sizes(self) -> list[BoundField]:
        """Return the fields of the sizes, year by year."""
        return [self[f"size-{year}"] for year in YEARS]

    def advanced(self) -> list[BoundField]:
        """Return the hidden fields of a real contract: how its advances were paid (R11, R18)."""
        return [self[f"{name}-{year}"] for name in ADVANCED.values() for year in YEARS]

    def members_by_year(self) -> list[BoundField]:
        """Return the fields of the members, year by year."""
        return [self[f"members-{year}"] for year in YEARS]

    @property
    def has_advanced(self) -> bool:
        """Tell whether what is folded holds something, or an error."""
        folded = [*self.sizes(), *self.members_by_year(), self["members"], self["terminated_on"]]
        return any(field.value() or field.errors for field in folded)


class ScenarioForm(ActionForm):
    """The name of a scenario and, when it is saved, the address that holds it."""

    name = forms.CharField(
        label="nom du scénario", max_length=120, help_text="Par exemple : « Sans Lozanne », « À 60 % »."
    )
    note = forms.CharField(label="note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class RenameForm(ReadValuesMixin, ScenarioForm):
    """The same for a scenario already saved."""


class NewScenarioForm(ScenarioForm):
    """The same with the scenario itself: the end of its address, read again and computed again."""

    scenario = forms.CharField(label="scénario", max_length=8000, widget=forms.HiddenInput)

    def __init__(self, *args, agreements: dict[str, Agreement], today: date, **kwargs):
        self.agreements, self.today = agreements, today
        super().__init__(*args, **kwargs)

    def clean_scenario(self) -> SimulationForm:
        form = SimulationForm(
            dict(parse_qsl(self.cleaned_data["scenario"])), agreements=self.agreements, today=self.today
        )
        if not form.is_valid():
            raise ValidationError("Ce scénario est incomplet : revenez au simulateur.")
        return form

    def clean(self) -> dict:
        cleaned = super().clean()
        form = cleaned.pop("scenario", None)
        if form:
            cleaned |= {
                "document": form.simulation.document,
                "communes": form.cleaned_data["communes"],
                "advances": {name: getattr(form.simulation.inputs, name) for name in ADVANCED},
            }
        return cleaned


def _advances(cleaned: Mapping[str, object]) -> documents.Advances:
    return {
        name: {year: n for year in YEARS if (n := cleaned[f"{field}-{year}"]) is not None}
        for name, field in ADVANCED.items()
    }


def _labels(agreements: Mapping[str, Agreement]) -> dict[str, str]:
    """Return the missions of every version, by code, in the order and the words of the newest that has them."""
    newest_first = sorted(agreements.values(), key=lambda agreement: agreement.takes_effect_on, reverse=True)
    labels: dict[str, str] = {}
    for agreement in newest_first:
        for terms in sorted(agreement.missions, key=lambda terms: terms.order):
            labels.setdefault(terms.code, terms.label)
    return labels
