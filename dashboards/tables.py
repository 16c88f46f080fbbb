"""The table of the portfolio."""

from django.urls import reverse
from django.utils.html import format_html

from accounts.models import Organisation
from agreements.rules import contract_year_on
from contracts.enums import ContractStatus
from contracts.models import DURATION_YEARS
from core import clock
from core.tables import BaseTable, Column, DateColumn, EuroColumn, IntegerColumn, TextColumn
from core.templatetags.portal import date_fr, pill, status_pill
from dashboards.portfolio import CONTRACT
from health_projects.enums import ProjectStatus


class StateColumn(Column):
    """The pill of the contract, or of the health project before there is one."""

    def render(self, value):
        status = state_of(value)
        return status_pill(status, "" if value.startswith(CONTRACT) else f"Projet\u00a0: {status.label.lower()}")

    def value(self, value):
        prefix = "Contrat" if value.startswith(CONTRACT) else "Projet de santé"
        return f"{prefix}\u00a0: {state_of(value).label.lower()}"


def state_of(value: str) -> ContractStatus | ProjectStatus:
    """Return the status behind « contract:ACTIVE » or « project:DRAFT »."""
    room, _separator, code = value.partition(":")
    return ContractStatus(code) if room == CONTRACT else ProjectStatus(code)


class PortfolioTable(BaseTable):
    """The CPTS that an authority follows."""

    name = Column(verbose_name="CPTS")
    departments = TextColumn(verbose_name="département", orderable=False, empty_values=())
    state = StateColumn(verbose_name="état", empty_values=("", None))
    size = IntegerColumn(verbose_name="taille")
    population = IntegerColumn(verbose_name="population")
    signed_on = DateColumn(verbose_name="signé le")
    year = TextColumn(verbose_name="année", order_by=("signed_on",), empty_values=())
    next_dialogue_on = DateColumn(verbose_name="prochain dialogue")
    owed = EuroColumn(verbose_name="à payer")
    paid = EuroColumn(verbose_name="payé")
    last_variable = EuroColumn(verbose_name="variable acquis")

    class Meta(BaseTable.Meta):
        model = Organisation
        fields = (
            "name",
            "departments",
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
        empty_text = "Une CPTS apparaît ici dès qu’elle est rattachée à votre organisation."

    def render_name(self, value, record):
        url = dossier_url(record)
        return format_html('<a href="{}">{}</a>', url, value) if url else value

    def render_departments(self, record):
        return self.value_departments(record) or "–"

    def value_departments(self, record):
        return ", ".join(department.code for department in record.departments.all())

    def render_year(self, record):
        number = self.value_year(record)
        return f"{number} sur {DURATION_YEARS}" if number else "–"

    def value_year(self, record):
        today = clock.today()
        if not record.signed_on or today < record.signed_on:
            return None
        return min(contract_year_on(record.signed_on, today).number, DURATION_YEARS)

    def render_next_dialogue_on(self, value, record):
        return format_html("{} {}", date_fr(value), pill("stop", "En retard")) if record.is_late else date_fr(value)


def dossier_url(record) -> str:
    """Return the page of a CPTS: its contract's dossier, its project before, nothing without either."""
    if record.contract_id:
        return reverse("dashboards:dossier", args=[record.contract_id])
    return reverse("health_projects:project_detail", args=[record.project_id]) if record.project_id else ""
