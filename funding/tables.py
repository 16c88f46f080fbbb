"""Lists of the funding room."""

from core.tables import BaseTable, DateColumn, EuroColumn, IntegerColumn, LinkColumn, StatusColumn, TextColumn
from funding.models import Payment


class PaymentTable(BaseTable):
    """Payments that are due, ordered, paid or cancelled."""

    due_on = DateColumn(verbose_name="dû le")
    cpts = TextColumn(accessor="contract__cpts__name", verbose_name="CPTS")
    contract = TextColumn(accessor="contract__number", verbose_name="contrat")
    year = IntegerColumn(verbose_name="année")
    kind = TextColumn(verbose_name="nature")
    mission = TextColumn(verbose_name="mission")
    line_kind = LinkColumn("funding:payment_detail", verbose_name="volet")
    amount = EuroColumn(verbose_name="montant")
    status = StatusColumn(verbose_name="état")
    reference = TextColumn(verbose_name="référence")

    class Meta(BaseTable.Meta):
        model = Payment
        fields = (
            "due_on", "cpts", "contract", "year", "kind", "mission", "line_kind", "amount", "status", "reference",
        )  # fmt: skip
        noun = ("versement", "versements")
        empty_title = "Aucun versement"
        empty_text = "Un versement apparaît ici dès que sa condition est remplie : signature, démarrage, dialogue clos."
