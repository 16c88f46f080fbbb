"""The table of the portfolio."""

from django.urls import reverse
from django.utils.html import format_html

from accounts.models import Organisation
from agreements.rules import contract_year_on
from contracts.enums import ContractStatus
from contracts.models import DURATION_YEARS
from core import clock
from core.columns import SPARE, SPARE_AMOUNT, Column, DateColumn, EuroColumn, IntegerColumn, TextColumn
from core.tables import BaseTable
from core.templatetags.portal import pill, status_pill
from core.values import date_fr, integer_fr
from dashboards.portfolio import CONTRACT
from health_projects.enums import ProjectStatus


class StateColumn(Column):
    """The pill of the contract, or of the health project before there is one."""

    def render(self, value):
        status = state_of(value)
        return status_pill(status, "" if value.startswith(CONTRACT) else f"Projet\u00a0: {_lower(status.label)}")

    def value(self, value):
        prefix = "Contrat" if value.startswith(CONTRACT) else "Projet de santé"
        return f"{prefix}\u00a0: {_lower(state_of(value).label)}"


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def state_of(value: str) -> ContractStatus | ProjectStatus:
    """Return the status behind « contract:ACTIVE » or « project:DRAFT »."""
    room, _separator, code = value.partition(":")
    return ContractStatus(code) if room == CONTRACT else ProjectStatus(code)


class PortfolioTable(BaseTable):
    """The CPTS that an authority follows."""

    name = Column(verbose_name="CPTS", attrs={"td": {"class": "wide"}})
    departments = TextColumn(verbose_name="département", orderable=False, empty_values=(), visible=False)
    contract_number = TextColumn(verbose_name="contrat", visible=False)
    state = StateColumn(verbose_name="état", empty_values=("", None))
    size = IntegerColumn(verbose_name="taille", attrs=SPARE_AMOUNT)
    population = IntegerColumn(verbose_name="population", visible=False)
    signed_on = DateColumn(verbose_name="signé le", attrs=SPARE)
    year = TextColumn(verbose_name="année", empty_values=(), visible=False)
    next_dialogue_on = DateColumn(verbose_name="prochain dialogue")
    owed = EuroColumn(verbose_name="à payer")
    paid = EuroColumn(verbose_name="payé")
    last_variable = EuroColumn(verbose_name="variable acquis", attrs=SPARE_AMOUNT)

    class Meta(BaseTable.Meta):
        model = Organisation
        fields = (
            "name",
            "departments",
            "contract_number",
            "state",
            "size",
            "population",
            "signed_on",
            "year",
            "next_dialogue_on",
            "owed",
            "paid",
            "last_variable",
        )
        noun = ("CPTS", "CPTS")
        caption = "Portefeuille"
        empty_title = "Aucune CPTS dans votre portefeuille"
        empty_text = (
            "Une CPTS apparaît ici dès que l’administration du portail la rattache à votre organisation : "
            "c’est à elle qu’il faut le demander."
        )

    def render_name(self, value, record):
        url = dossier_url(record)
        name = format_html('<a href="{}">{}</a>', url, value) if url else value
        codes = self.value_departments(record)
        return format_html('{} <span class="due under">{}</span>', name, codes) if codes else name

    def value_departments(self, record):
        return ", ".join(department.code for department in record.departments.all())

    def render_size(self, value, record):
        people = f"{integer_fr(record.population)} hab." if record.population else ""
        return format_html('{} <span class="due under">{}</span>', value, people)

    def render_signed_on(self, value, record):
        year = self.value_year(record)
        words = f"année {year} sur {DURATION_YEARS}" if year else ""
        return format_html('{} <span class="due under">{}</span>', date_fr(value), words)

    def value_name(self, value):
        return value

    def value_size(self, value):
        return value

    def value_signed_on(self, value):
        return value

    def value_next_dialogue_on(self, value):
        return value

    def value_year(self, record):
        today = clock.today()
        if not record.signed_on or today < record.signed_on:
            return None
        return min(contract_year_on(record.signed_on, today).number, DURATION_YEARS)

    def render_next_dialogue_on(self, value, record):
        late = format_html(' <span class="under">{}</span>', pill("stop", "En retard")) if record.is_late else ""
        return format_html("{}{}", date_fr(value), late)


def dossier_url(record) -> str:
    """Return the page of a CPTS: its contract's dossier, its project before, nothing without either."""
    if record.contract_id:
        return reverse("dashboards:dossier", args=[record.contract_id])
    return reverse("health_projects:project_detail", args=[record.project_id]) if record.project_id else ""
