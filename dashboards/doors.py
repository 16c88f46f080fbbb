"""What the reader of a dossier may open or do now, each at its own address."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from accounts.permissions import Act, may
from contracts import permissions
from contracts.enums import ContractStatus
from contracts.models import Contract
from core.actor import Actor
from dashboards.due import running_year
from funding.unscheduled import has_unscheduled_lines
from indicators.models import Programme
from spending.assemblers import running_year as spent_year


@dataclass(frozen=True, kw_only=True)
class Button:
    """A page to open, or an act done by posting (`by_post`), that the reader may do now."""

    label: str
    url: str
    icon: str = "arrow-right"
    by_post: bool = False
    confirm: str = ""


def buttons_of(actor: Actor, contract: Contract, today: date) -> list[Button]:
    """Return what the actor may open or do in this dossier now, each at its own address."""
    return [*_writing(actor, contract), *_reading(contract, today)]


def _writing(actor: Actor, contract: Contract) -> list[Button]:
    programme = _programme(contract, 1)
    found = []
    if contract.status == ContractStatus.DRAFT and permissions.can_edit(actor, contract):
        question = "L’ARS et la caisse verront le contrat. Ouvrir la négociation\u00a0?"
        url = reverse("dialogues:negotiation_open", args=[contract.pk])
        found.append(Button(label="Ouvrir la négociation", url=url, by_post=True, confirm=question))
    if permissions.can_edit(actor, contract):
        found.append(_button("Modifier le contrat", "contracts:contract_edit", contract.pk, "pen"))
        if programme:
            found.append(_button("Écrire le programme", "indicators:programme_edit", programme.pk, "pen"))
    if permissions.can_consent(actor, contract):
        found.append(_button("Relire et consentir", "contracts:contract_consent", contract.pk, "check"))
    if permissions.can_sign(actor, contract):
        found.append(_button("Lire et signer le contrat", "contracts:contract_sign", contract.pk, "sign"))
        found.append(_button("Refuser de signer", "contracts:contract_refuse", contract.pk, "cross"))
    if contract.is_signed and permissions.can_draft_amendment(actor, contract):
        found.append(_button("Proposer un avenant", "contracts:amendment_create", contract.pk, "plus"))
    if permissions.can_declare_crisis(actor, contract):
        found.append(_button("Déclarer une crise", "contracts:crisis_declare", contract.pk, "warning"))
    is_party = permissions.is_party(actor, contract)
    if contract.status == ContractStatus.ACTIVE and is_party and may(actor, Act.PREPARE_DIALOGUE):
        found.append(
            _button("Convoquer un dialogue extraordinaire", "dialogues:extraordinary_create", contract.pk, "chat")
        )
    if permissions.can_terminate(actor, contract):
        found.append(_button("Résilier le contrat", "dashboards:contract_end", contract.pk, "cross"))
    if permissions.can_abandon(actor, contract):
        found.append(_button("Abandonner le contrat", "contracts:contract_abandon", contract.pk, "trash"))
    return found


def _reading(contract: Contract, today: date) -> list[Button]:
    found = [_button("Lire le contrat", "contracts:contract_preview", contract.pk, "file")]
    if contract.is_signed and contract.termination:
        found.append(_button("Fin du contrat", "contracts:termination_detail", contract.pk, "cross"))
    programme = _programme(contract, running_year(contract, today) or 1)
    if programme:
        label = f"Programme de l’année {programme.year}"
        found.append(_button(label, "indicators:programme_detail", programme.pk, "eye"))
    found.append(_list_of(contract, "Dialogues", "dialogues:dialogue_list", "chat"))
    if contract.is_signed:
        found.append(_button("Échéancier complet", "funding:schedule", contract.pk, "calendar"))
        found.append(_spending(contract, today))
        if has_unscheduled_lines(contract):
            found.append(_button("Soins non programmés", "funding:unscheduled_care", contract.pk, "euro"))
        found.append(_list_of(contract, "Versements", "funding:payment_list", "euro"))
        found.append(_button("Et si… ? Simuler un changement", "simulator:contract_start", contract.pk, "switch"))
    found.append(_button("Projet de santé", "health_projects:project_detail", contract.health_project_id, "map"))
    return found


def _button(label: str, page: str, pk, icon: str) -> Button:
    return Button(label=label, url=reverse(page, args=[pk]), icon=icon)


def _spending(contract: Contract, today: date) -> Button:
    url = reverse("spending:year_detail", args=[contract.pk, spent_year(contract, today)])
    return Button(label="Budget et dépenses", url=url, icon="euro")


def _list_of(contract: Contract, label: str, page: str, icon: str) -> Button:
    return Button(label=label, url=f"{reverse(page)}?q={contract.number}", icon=icon)


def _programme(contract: Contract, number: int) -> Programme | None:
    return next((year.programme for year in contract.years.all() if year.number == number), None)
