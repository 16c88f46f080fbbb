"""What the CPTS has still to tell of its money before an annual dialogue (R9), as the home page shows it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch
from django.urls import reverse

from contracts.enums import ContractStatus
from contracts.models import Contract, ContractMission, ContractYear
from core.actor import Actor
from dashboards.enums import Subject
from dashboards.waiting import Waiting, of_dossier
from dialogues.enums import DialogueKind
from dialogues.models import ManagementDialogue
from funding.unscheduled import awaits_declaration
from spending.models import Expense


def spending_items(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    """Annual dialogues to come whose year has no expense yet: they will show what the money was spent on (R9)."""
    spent = Expense.objects.visible_to(actor).counted().filter(contract=OuterRef("contract"), year=OuterRef("year"))
    rows = ManagementDialogue.objects.visible_to(actor).open().filter(~Exists(spent), kind=DialogueKind.ANNUAL)
    rows = rows.filter(revision=1)  # a year that was closed keeps its expenses, even while its results are revised
    rows = rows.exclude(contract__status=ContractStatus.TERMINATED).select_related("contract__cpts")
    for row in rows.filter(contract=contract) if contract else rows:
        item = of_dossier(row.contract, f"Saisir les dépenses de l’année {row.year}", "Saisir les dépenses")
        yield replace(
            _before_dialogue(item, row, today),
            url=reverse("spending:year_detail", args=[row.contract.pk, row.year]),
            detail="Le dialogue annuel montre ce qui est prévu, reçu et dépensé",
        )


def compensation_items(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    """Annual dialogues to come that cannot close until what was paid to professionals is declared (R9)."""
    undeclared = ContractYear.objects.visible_to(actor).filter(
        contract=OuterRef("contract"), number=OuterRef("year"), declared_compensation__isnull=True
    )
    begun = ContractMission.objects.visible_to(actor).filter(
        contract=OuterRef("contract"), compensation_starts_on__lt=OuterRef("window_opens_on")
    )
    rows = ManagementDialogue.objects.visible_to(actor).open()
    rows = rows.filter(Exists(undeclared), Exists(begun), kind=DialogueKind.ANNUAL)
    rows = rows.prefetch_related(Prefetch("contract", Contract.objects.visible_to(actor).for_funding()))
    for row in rows.filter(contract=contract) if contract else rows:
        if awaits_declaration(row.contract, row.year):
            text = f"Déclarer la compensation versée aux professionnels, année {row.year}"
            yield replace(
                _before_dialogue(of_dossier(row.contract, text, "Déclarer"), row, today),
                url=reverse("funding:compensation_declare", args=[row.contract.pk, row.year]),
                detail="Sans cette déclaration, le dialogue annuel ne peut pas se clore",
            )


def _before_dialogue(item: Waiting, dialogue: ManagementDialogue, today: date) -> Waiting:
    """Give what is asked the last day of the dialogue that needs it."""
    return replace(item, subject=Subject.SPENDING, due=dialogue.window_closes_on, is_late=dialogue.is_late(today))
