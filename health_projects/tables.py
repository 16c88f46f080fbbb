"""Lists of the health projects room."""

from core.columns import SPARE, SPARE_AMOUNT, A, DateColumn, IntegerColumn, LinkColumn, StatusColumn, TextColumn
from core.tables import BaseTable
from core.values import date_fr
from health_projects.models import HealthProject


class DayColumn(DateColumn):
    """The day of a date and time, in Paris."""

    def render(self, value):
        return date_fr(value)


class ProjectTable(BaseTable):
    """The projects of many CPTS, for those who decide or follow."""

    cpts = LinkColumn(
        "health_projects:project_detail",
        args=[A("pk")],
        verbose_name="CPTS",
        accessor="cpts__name",
        attrs={"td": {"class": "wide"}},
    )
    version_number = IntegerColumn(verbose_name="version", attrs=SPARE_AMOUNT)
    status = StatusColumn(verbose_name="état")
    commune_count = IntegerColumn(verbose_name="communes", attrs=SPARE_AMOUNT)
    population = IntegerColumn(verbose_name="habitants", attrs=SPARE_AMOUNT)
    size = TextColumn(verbose_name="taille", attrs=SPARE)
    submitted_at = DayColumn(verbose_name="envoyé le")
    awaited_on = DateColumn(verbose_name="réponse attendue le")
    decided_on = DateColumn(verbose_name="décidé le")

    class Meta(BaseTable.Meta):
        model = HealthProject
        fields = (
            "cpts",
            "version_number",
            "status",
            "commune_count",
            "population",
            "size",
            "submitted_at",
            "awaited_on",
            "decided_on",
        )
        noun = ("projet de santé", "projets de santé")
        empty_title = "Aucun projet de santé à lire"
        empty_text = "Un projet apparaît ici dès que sa CPTS, qui le rédige, l’envoie à l’ARS."


class OwnProjectTable(BaseTable):
    """The versions of a CPTS's own project."""

    version_number = LinkColumn("health_projects:project_detail", verbose_name="version")
    status = StatusColumn(verbose_name="état")
    commune_count = IntegerColumn(verbose_name="communes")
    submitted_at = DayColumn(verbose_name="envoyé le")
    awaited_on = DateColumn(verbose_name="réponse attendue le")
    decided_on = DateColumn(verbose_name="décidé le")

    class Meta(BaseTable.Meta):
        model = HealthProject
        fields = (
            "version_number",
            "status",
            "commune_count",
            "submitted_at",
            "awaited_on",
            "decided_on",
        )
        noun = ("version", "versions")
        empty_title = "Votre projet de santé n’est pas encore commencé"
        empty_text = (
            "Il dit sur quel territoire, avec qui et pour quelles missions la CPTS travaille. "
            "Vous pourrez l’écrire en plusieurs fois, puis l’envoyer à l’ARS."
        )

    def render_version_number(self, value):
        return f"Version {value}"
