"""The list of contracts."""

from contracts.models import Contract
from core.columns import SPARE_AMOUNT, DateColumn, IntegerColumn, LinkColumn, StatusColumn, TextColumn
from core.tables import BaseTable


class ContractTable(BaseTable):
    cpts = LinkColumn("contracts:contract_preview", verbose_name="CPTS", accessor="cpts__name")
    number = TextColumn(verbose_name="numéro")
    status = StatusColumn(verbose_name="état")
    size = IntegerColumn(verbose_name="taille", attrs=SPARE_AMOUNT)
    population = IntegerColumn(verbose_name="population")
    signed_on = DateColumn(verbose_name="signé le")
    ends_on = DateColumn(verbose_name="échéance")

    class Meta(BaseTable.Meta):
        model = Contract
        fields = ("cpts", "number", "status", "size", "population", "signed_on", "ends_on")
        noun = ("contrat", "contrats")
        empty_title = "Aucun contrat pour l’instant"
        empty_text = "Un contrat apparaît ici dès que sa CPTS, qui le rédige, l’envoie en négociation."
