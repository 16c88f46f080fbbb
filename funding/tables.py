"""Lists of the funding room."""

from django.urls import reverse
from django.utils.html import format_html

from core.columns import SPARE_AMOUNT, DateColumn, EuroColumn, IntegerColumn, LinkColumn, StatusColumn, TextColumn
from core.tables import BaseTable
from core.templatetags.portal import status_pill
from funding.models import Payment, PaymentOrder

WHEN_DUE = "Un versement apparaît ici dès que sa condition est remplie : signature, démarrage, dialogue clos."
WHAT_AN_ORDER_IS = "Un bordereau réunit les versements ordonnés ensemble : c’est le fichier remis à la banque."


class PaymentTable(BaseTable):
    """Payments that are due, ordered, paid or cancelled; on the page, what says which payment it is shares a cell."""

    due_on = DateColumn(verbose_name="dû le")
    cpts = TextColumn(accessor="contract__cpts__name", verbose_name="CPTS", attrs={"td": {"class": "wide"}})
    contract = TextColumn(accessor="contract__number", verbose_name="contrat", visible=False)
    year = IntegerColumn(verbose_name="année", attrs=SPARE_AMOUNT)
    kind = TextColumn(verbose_name="nature", visible=False)
    mission = TextColumn(verbose_name="mission", visible=False)
    line_kind = TextColumn(verbose_name="volet", attrs={"td": {"class": "wide"}})
    amount = EuroColumn(verbose_name="montant")
    net_amount = EuroColumn(verbose_name="à payer")
    status = StatusColumn(verbose_name="état")
    reference = TextColumn(verbose_name="référence", visible=False)

    class Meta(BaseTable.Meta):
        model = Payment
        fields = (
            "due_on", "cpts", "contract", "year", "kind", "mission", "line_kind", "amount", "net_amount", "status",
            "reference",
        )  # fmt: skip
        noun = ("versement", "versements")
        empty_title = "Aucun versement"
        empty_text = WHEN_DUE

    def render_cpts(self, value, record):
        return format_html('{} <span class="due under">{}</span>', value, record.contract.number)

    def value_cpts(self, value):
        return value

    def render_line_kind(self, value, record):
        url = reverse("funding:payment_detail", args=[record.pk])
        words = " · ".join(filter(None, [record.get_kind_display(), record.get_mission_display()]))
        return format_html('<a href="{}">{}</a> <span class="due under">{}</span>', url, value, words)

    def value_line_kind(self, value):
        return value

    def render_status(self, record):
        return status_pill(record.status, record.status_words)

    def value_status(self, record):
        return record.status_words or record.get_status_display()


class OwnPaymentTable(PaymentTable):
    """The same as a CPTS reads them: its own name on each row would tell it nothing."""

    cpts = TextColumn(accessor="contract__cpts__name", verbose_name="CPTS", visible=False)
    contract = TextColumn(accessor="contract__number", verbose_name="contrat", attrs={"td": {"class": "nowrap"}})

    class Meta(PaymentTable.Meta):
        sequence = PaymentTable.Meta.fields


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

    number = LinkColumn("funding:order_detail", verbose_name="bordereau")
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
        empty_text = WHAT_AN_ORDER_IS

    def render_number(self, record):
        return str(record)
