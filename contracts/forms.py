"""Forms of the contracts room: they read what is typed, the actions decide."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from contracts import clauses, rules
from contracts.amending import AmendmentValues
from contracts.assemblers import CutMission, check_crisis_day, ending_periods
from contracts.enums import ContractStatus, SigningOrder, TerminationGround
from contracts.models import Contract
from core import clock
from core.dates import format_date
from core.form_fields import DecimalFrField, FrenchDateField
from core.forms import ActionForm, CrispyMixin, ReadValuesMixin, StaleFormMixin
from core.money import format_euros

MAX_MEMBERS = 100_000
SIZES = (1, 2, 3, 4)
LONE = "Cochez cette case pour que ce que vous avez écrit avec elle compte, ou effacez-le."


def ask_for_boxes(form: forms.Form, written: Mapping[str, str]) -> None:
    """Refuse what was written beside a box left empty: it would be lost without a word. Takes {box: field}."""
    for box, field in written.items():
        if not form.cleaned_data.get(box) and form.cleaned_data.get(field) and field in form.changed_data:
            form.add_error(box, LONE)


class ContractForm(CrispyMixin, StaleFormMixin, forms.Form):
    """The missions with their planned starts, the members, the local clauses, the order of the signatures.

    `missions` are the missions of the agreement beside their latest dates (R4). A core mission is always there; an
    optional one is chosen by its box. `cleaned_data` is what `update_contract` takes.
    """

    keeps_version = True

    member_count = forms.IntegerField(
        label="adhérents",
        min_value=0,
        max_value=MAX_MEMBERS,
        help_text="Professionnels et structures qui ont expressément adhéré, à ce jour.",
    )
    local_clauses = forms.CharField(
        label="clauses locales",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Ce que les trois parties ajoutent à la trame. Un paragraphe par ligne. Une mention entre accolades "
        "prend la valeur du contrat\u00a0: {cpts}, {population}, {taille}… {communes} et {adherents} écrivent le "
        "nombre et le mot\u00a0: «\u00a088 adhérents\u00a0».",
    )

    signing_order = forms.TypedChoiceField(
        label="ordre des signatures",
        choices=SigningOrder.choices,
        coerce=SigningOrder,
        help_text="Du contrat, de ses avenants et de ses annexes. Chaque partie est prévenue quand vient son tour.",
    )

    def __init__(self, *args, missions: Sequence[rules.MissionDates], **kwargs):
        self.missions = missions
        super().__init__(*args, **kwargs)
        for mission in missions:
            if not mission.is_core:
                self.fields[f"keep_{mission.code}"] = forms.BooleanField(
                    label=f"S’engager\u00a0: {mission.label}", required=False
                )
            self.fields[f"start_{mission.code}"] = FrenchDateField(
                label=f"{mission.label}, démarrage prévu", required=False, help_text=self._start_help(mission)
            )

    @staticmethod
    def _start_help(mission: rules.MissionDates) -> str:
        if mission.start_by is None:
            return "Aucun délai : au choix des parties."
        return (
            f"Au plus tard le {format_date(mission.start_by)} si le contrat était signé aujourd’hui, "
            f"déploiement complet au plus tard le {format_date(mission.deploy_by)}."
        )

    def core_starts(self) -> list[forms.BoundField]:
        """Return the planned starts of the core missions."""
        return [self[f"start_{mission.code}"] for mission in self.missions if mission.is_core]

    def optional_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the box and the planned start of each optional mission."""
        optional = [mission.code for mission in self.missions if not mission.is_core]
        return [(self[f"keep_{code}"], self[f"start_{code}"]) for code in optional]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        optional = [mission.code for mission in self.missions if not mission.is_core]
        ask_for_boxes(self, {f"keep_{code}": f"start_{code}" for code in optional})
        version = cleaned.get("version") or self.current_version
        plan = [
            (mission.code, cleaned.get(f"start_{mission.code}"))
            for mission in self.missions
            if mission.is_core or cleaned.get(f"keep_{mission.code}")
        ]
        self._check_with_the_rest(cleaned.get("local_clauses", ""), plan)
        return {
            "member_count": cleaned.get("member_count"),
            "local_clauses": cleaned.get("local_clauses", ""),
            "signing_order": cleaned.get("signing_order"),
            "missions": plan,
            "version": int(version),
        }

    def _check_with_the_rest(self, local_clauses: str, plan: Sequence[rules.Plan]) -> None:
        """Ask what the action will ask: whoever corrects a field reads at once what to correct in the others."""
        self.hear(clauses.check_mentions, local_clauses, field="local_clauses")
        for code, planned_start in plan:
            self.hear(rules.check_planned_start, code, planned_start, today=clock.today())


class ReasonForm(ActionForm):
    """The reason of a refusal or of an abandonment, read by the three parties."""

    reason = forms.CharField(
        label="raison",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Les trois parties la lisent dans l’historique du contrat.",
    )


class CrisisForm(ActionForm):
    """A serious health crisis declared by the authorities (R10)."""

    label = forms.CharField(
        label="crise", max_length=200, help_text="Par exemple : canicule, épidémie, altération de l’offre de soins."
    )
    declared_on = FrenchDateField(label="déclarée le")

    def __init__(self, *args, contract: Contract, **kwargs):
        self.contract = contract
        super().__init__(*args, **kwargs)
        self.fields["declared_on"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.contract.status == ContractStatus.ACTIVE:
            self.hear(check_crisis_day, self.contract, cleaned.get("declared_on"), of=["declared_on"])
        return cleaned


class TerminationForm(ActionForm):
    """The end of a contract before its term (R19), as a party notifies it."""

    ground = forms.ChoiceField(label="motif")
    effective_on = FrenchDateField(
        label="premier jour sans contrat", help_text="Ce jour n’est plus dans le contrat : la veille est le dernier."
    )
    notified_on = FrenchDateField(
        label="notifiée le", help_text="Le jour où les deux autres parties en ont été informées par écrit."
    )
    formal_notice_on = FrenchDateField(
        label="mise en demeure du", required=False, help_text="Seulement pour un manquement de la CPTS."
    )
    reason = forms.CharField(
        label="raison",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Les trois parties la lisent, dans le message qui les prévient et dans l’historique.",
    )

    def __init__(self, *args, contract: Contract, **kwargs):
        self.contract = contract
        super().__init__(*args, **kwargs)
        grounds = rules.GROUNDS_OF.get(self.actor.side, ())
        self.fields["ground"].choices = [("", "Choisissez"), *((ground.value, ground.label) for ground in grounds)]
        self.fields["notified_on"].initial = clock.today()
        if TerminationGround.BREACH not in grounds:
            del self.fields["formal_notice_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.contract.status == ContractStatus.ACTIVE and cleaned.get("ground"):
            self._check_with_the_rest(cleaned)
        return cleaned

    def _check_with_the_rest(self, cleaned: dict[str, Any]) -> None:
        """Ask what the action will ask (R19), of the days that are readable."""
        signed_on, periods, today = self.contract.signed_on, ending_periods(), clock.today()
        ending = rules.Ending(
            side=self.actor.side,
            ground=TerminationGround(cleaned["ground"]),
            notified_on=cleaned.get("notified_on") or today,  # unreadable, it is refused already
            effective_on=cleaned.get("effective_on"),
            formal_notice_on=cleaned.get("formal_notice_on"),
        )
        self.hear(rules.check_notification, ending, signed_on=signed_on, today=today)
        self.hear(rules.check_formal_notice, ending, signed_on=signed_on, periods=periods, of=["formal_notice_on"])
        term = {"signed_on": signed_on, "ends_on": self.contract.ends_on, "today": today, "periods": periods}
        self.hear(rules.check_effective_day, ending, **term, of=["notified_on", "effective_on"])


class RatesForm(ReadValuesMixin, ActionForm):
    """The rate of each mission for the year cut short (R19). `cut` are the missions that the end cuts."""

    def __init__(self, *args, cut: Sequence[CutMission], **kwargs):
        self.cut = cut
        super().__init__(*args, **kwargs)
        for row in cut:
            self.fields[f"rate_{row.mission}"] = DecimalFrField(
                label=f"{row.label}, en % (facultatif)",
                places=2,
                min_value=Decimal(0),
                max_value=Decimal(100),
                required=False,
                help_text=f"Du volet variable de {format_euros(row.variable_amount)} par an, "
                "au prorata des jours courus. Laissez vide pour ne rien verser.",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed = {row.mission: cleaned.get(f"rate_{row.mission}") for row in self.cut}
        rates = {mission: rate / 100 for mission, rate in typed.items() if rate is not None}
        return {"rates": rates, "version": cleaned["version"]}


class AmendmentForm(CrispyMixin, StaleFormMixin, forms.Form):
    """What an amendment changes, and from when. `cleaned_data` is what the actions take.

    `years` are those to come with their first days, `versions` the later national agreements, `added` and `dropped`
    the missions that may join or leave, by code; `terms_of` puts what is written beside what the contract says.
    """

    keeps_version = True

    reason = forms.CharField(
        label="pourquoi cet avenant",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Imprimé dans l’avenant : ce qui a changé depuis la signature du contrat.",
    )
    takes_effect_year = forms.TypedChoiceField(label="il compte à partir de", coerce=lambda year: int(year) or None)
    new_size = forms.TypedChoiceField(label="nouvelle taille", required=False, coerce=int, empty_value=None)
    new_population = forms.IntegerField(
        label="nouvelle population",
        required=False,
        min_value=1,
        max_value=5_000_000,
        help_text="Celle qui justifie la taille, en habitants.",
    )
    agreement_version = forms.ChoiceField(label="nouvel accord national", required=False)
    rewrites_clauses = forms.BooleanField(label="Remplacer les clauses locales", required=False)
    local_clauses = forms.CharField(
        label="clauses locales après l’avenant",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Le texte entier, tel qu’il s’appliquera. Un paragraphe par ligne.",
    )
    updates_parties = forms.BooleanField(
        label="Mettre à jour le nom et le siège des parties, d’après leur fiche", required=False
    )

    def __init__(
        self,
        *args,
        terms_of: Callable[[AmendmentValues], rules.AmendedTerms],
        years,
        versions,
        added,
        dropped,
        **kwargs,
    ):
        self.terms_of = terms_of
        self.versions = {version.code: version for version in versions}
        self.added, self.dropped = added, dropped
        super().__init__(*args, **kwargs)
        days = [(number, f"l’année {number}, le {format_date(day)}") for number, day in years]
        self.fields["takes_effect_year"].choices = [(0, "la dernière signature (aucun montant ne change)"), *days]
        self.fields["new_size"].choices = [("", "Inchangée"), *((size, f"Taille {size}") for size in SIZES)]
        labels = [(version.code, version.label) for version in versions]
        self.fields["agreement_version"].choices = [("", "Inchangé"), *labels]
        if not versions:
            self.fields["agreement_version"].widget = forms.HiddenInput()
        for code, label in added.items():
            self.fields[f"add_{code}"] = forms.BooleanField(label=f"Ajouter\u00a0: {label}", required=False)
            self.fields[f"start_{code}"] = FrenchDateField(
                label=f"{label}, démarrage prévu (facultatif)", required=False
            )
        for code, label in dropped.items():
            self.fields[f"drop_{code}"] = forms.BooleanField(label=f"Retirer\u00a0: {label}", required=False)

    def added_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the box and the planned start of each mission that may join."""
        return [(self[f"add_{code}"], self[f"start_{code}"]) for code in self.added]

    def dropped_rows(self) -> list[forms.BoundField]:
        """Return the box of each mission that may leave."""
        return [self[f"drop_{code}"] for code in self.dropped]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        boxes = {f"add_{code}": f"start_{code}" for code in self.added}
        ask_for_boxes(self, boxes | {"rewrites_clauses": "local_clauses"})
        values = {
            name: cleaned.get(name)
            for name in ("reason", "takes_effect_year", "new_size", "new_population", "updates_parties")
        }
        values |= {
            "agreement_version": self.versions.get(cleaned.get("agreement_version", "")),
            "added": {code: cleaned.get(f"start_{code}") for code in self.added if cleaned.get(f"add_{code}")},
            "dropped": [code for code in self.dropped if cleaned.get(f"drop_{code}")],
            "rewrites_clauses": cleaned.get("rewrites_clauses", False),
            "local_clauses": cleaned.get("local_clauses", ""),
        }
        self._check_with_the_rest(values)
        if version := cleaned.get("version") or self.current_version:
            values["version"] = int(version)
        return values

    def _check_with_the_rest(self, values: AmendmentValues) -> None:
        """Ask what the action will ask: whoever corrects a field reads at once what to correct in the others."""
        terms = self.terms_of(values)
        size = ("new_size", "new_population", "agreement_version")
        boxes = [name for name in self.fields if name.startswith(("add_", "drop_"))]
        self.hear(clauses.refuse_mentions, values["local_clauses"], field="local_clauses", of=["rewrites_clauses"])
        self.hear(rules.check_effect, terms, of=["takes_effect_year", "rewrites_clauses", *size, *boxes])
        self.hear(rules.check_amended_clauses, terms, of=["local_clauses"])
        self.hear(rules.check_amended_size, terms, of=["takes_effect_year", *size])
        for code in terms.added:
            self.hear(rules.check_added_mission, terms, code, of=["agreement_version", f"start_{code}"])
        for code in terms.dropped:
            self.hear(rules.check_dropped_mission, terms, code, of=["agreement_version"])
        self.hear(rules.check_core_missions, terms, of=["agreement_version", *boxes])
