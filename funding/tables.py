"""Lists of the funding room."""

from core.tables import BaseTable, DateColumn, EuroColumn, IntegerColumn, LinkColumn, StatusColumn, TextColumn
from funding.models import Payment, PaymentOrder


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
    net_amount = EuroColumn(verbose_name="à payer")
    status = StatusColumn(verbose_name="état")
    reference = TextColumn(verbose_name="référence")

    class Meta(BaseTable.Meta):
        model = Payment
        fields = (
            "due_on", "cpts", "contract", "year", "kind", "mission", "line_kind", "amount", "net_amount", "status",
            "reference",
        )  # fmt: skip
        noun = ("versement", "versements")
        empty_title = "Aucun versement"
        empty_text = "Un versement apparaît ici dès que sa condition est remplie : signature, démarrage, dialogue clos."


class OrderedTable(PaymentTable):
    """The payments of one order, as the accountant's file lists them."""

    deducted = EuroColumn(verbose_name="déduit")

    class Meta(PaymentTable.Meta):
        fields = (
            "cpts", "contract", "year", "kind", "mission", "line_kind", "due_on", "amount", "deducted", "net_amount",
            "status", "reference",
        )  # fmt: skip
        sequence = fields


class PaymentOrderTable(BaseTable):
    """The orders of a fund."""

    number = LinkColumn("funding:order_detail", verbose_name="numéro")
    ordered_on = DateColumn(verbose_name="ordonné le")
    first_day = DateColumn(verbose_name="dus du")
    last_day = DateColumn(verbose_name="au")
    organisation_name = TextColumn(verbose_name="caisse")
    user_name = TextColumn(verbose_name="par")
    total = EuroColumn(verbose_name="total")

    class Meta(BaseTable.Meta):
        model = PaymentOrder
        fields = ("number", "ordered_on", "first_day", "last_day", "organisation_name", "user_name", "total")
        noun = ("bordereau", "bordereaux")
        empty_title = "Aucun bordereau"
        empty_text = "Un bordereau réunit les versements ordonnés ensemble : c’est le fichier remis à la banque."
