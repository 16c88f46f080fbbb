"""Lists of the dialogues room."""

from core.columns import SPARE, DateColumn, LinkColumn, StatusColumn, TextColumn
from core.tables import BaseTable
from dialogues.models import ManagementDialogue

BY_THEMSELVES = "Les dialogues apparaissent d’eux-mêmes : à la négociation, au démarrage d’une mission, chaque année."


class DialogueTable(BaseTable):
    """Dialogues of one's contracts, the next ones first."""

    name = LinkColumn("dialogues:dialogue_detail", accessor="label", verbose_name="dialogue", orderable=False)
    cpts = TextColumn(accessor="contract__cpts__name", verbose_name="CPTS", attrs={"td": {"class": "wide"}})
    contract = TextColumn(accessor="contract__number", verbose_name="contrat", attrs=SPARE)
    window_closes_on = DateColumn(verbose_name="à tenir au plus tard le")
    convened_for = DateColumn(verbose_name="convoqué pour le", attrs=SPARE)
    held_on = DateColumn(verbose_name="tenu le")
    status = StatusColumn(verbose_name="état")

    class Meta(BaseTable.Meta):
        model = ManagementDialogue
        fields = ("name", "cpts", "contract", "window_closes_on", "convened_for", "held_on", "status")
        noun = ("dialogue", "dialogues")
        empty_title = "Aucun dialogue"
        empty_text = BY_THEMSELVES


class OwnDialogueTable(DialogueTable):
    """The same as a CPTS reads them: its own name on each row would tell it nothing."""

    cpts = TextColumn(accessor="contract__cpts__name", verbose_name="CPTS", visible=False)

    class Meta(DialogueTable.Meta):
        sequence = DialogueTable.Meta.fields
