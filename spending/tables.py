"""Lists of the spending room."""

from core.columns import DateColumn, EuroColumn, LinkColumn, StatusColumn, TextColumn, YesNoColumn
from core.tables import BaseTable
from spending.models import Expense, Professional


class ExpenseTable(BaseTable):
    """The expenses of a contract year."""

    spent_on = DateColumn(verbose_name="payée le")
    label = LinkColumn("spending:expense_detail", verbose_name="libellé", attrs={"td": {"class": "wide"}})
    envelope = TextColumn(verbose_name="enveloppe")
    category = TextColumn(verbose_name="catégorie")
    professional = TextColumn(accessor="professional__name", verbose_name="professionnel")
    amount = EuroColumn(verbose_name="montant")
    receipt = YesNoColumn(accessor="has_receipt", verbose_name="pièce")
    state = StatusColumn(verbose_name="état", orderable=False)

    class Meta(BaseTable.Meta):
        model = Expense
        fields = ("spent_on", "label", "envelope", "category", "professional", "amount", "receipt", "state")
        order_by = ("-spent_on",)
        noun = ("dépense", "dépenses")
        empty_title = "Aucune dépense saisie"
        empty_text = "Chaque dépense payée se saisit ici, une par une ou par tableur, avec sa pièce."


class CorrectColumn(LinkColumn):
    """A way to the form that corrects the row, for who may."""

    def render(self):
        return "Corriger"


class ProfessionalTable(BaseTable):
    """What each professional received in a calendar year, and what is left under the ceiling (R20)."""

    name = TextColumn(verbose_name="professionnel")
    profession = TextColumn(verbose_name="profession")
    received = EuroColumn(verbose_name="reçu")
    ceiling = EuroColumn(orderable=False, verbose_name="plafond")
    left = EuroColumn(verbose_name="peut encore recevoir")

    correct = CorrectColumn(
        "spending:professional_correct", accessor="pk", orderable=False, exclude_from_export=True, verbose_name="action"
    )

    class Meta(BaseTable.Meta):
        model = Professional
        fields = ("name", "profession", "received", "ceiling", "left", "correct")
        order_by = ("name",)
        noun = ("professionnel", "professionnels")
        empty_title = "Aucun professionnel"
        empty_text = "Ajoutez les professionnels que la CPTS indemnise ou rémunère : le plafond se vérifie tout seul."
