"""A contract from its draft to the three consents."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.permissions import Act, check, check_still
from agreements.models import AgreementVersion
from contracts import assemblers, clauses, consents, drafting, lifecycle, notifications, payload, rules, transitions
from contracts.enums import ContractStatus, SigningOrder
from contracts.lifecycle import EDITABLE, Transition
from contracts.models import OPEN_STATUSES, Consent, Contract, ContractYear
from contracts.permissions import EDIT_ACT, check_one_party, check_party
from core import audit, clock
from core.actor import Actor
from core.enums import PARTIES
from core.errors import DomainError, StaleForm, TransitionNotAllowed
from core.fingerprints import fingerprint
from documents.actions import issue_document
from documents.enums import DocumentKind
from documents.models import Document
from health_projects.assemblers import territory_of
from health_projects.enums import ProjectStatus
from health_projects.models import HealthProject
from indicators import actions as indicator_actions

STALE = "Quelqu’un a enregistré ce contrat entre-temps : comparez avant d’enregistrer."


@transaction.atomic
def draft_contract(*, actor: Actor, health_project: HealthProject) -> Contract:
    """Draft the contract of a CPTS from its approved project: every core mission, and those the project chose.

    Raises DomainError when the project is not approved, or the CPTS has a contract in progress.
    """
    check(actor, Act.DRAFT_CONTRACT)
    project = HealthProject.objects.select_for_update(of=("self",)).get(pk=health_project.pk)
    _check_draftable(actor, project)
    version = AgreementVersion.objects.with_rows().in_force_on(clock.today())
    cpts = project.cpts
    agreement = version.as_value()
    size = territory_of(project, agreement=agreement).size
    if size is None:
        raise DomainError("La population du territoire n’est pas connue : convenez-en dans le projet de santé.")
    plan = [(mission.code, None) for mission in rules.missions_of(agreement, project.missions)]
    contract = drafting.create_contract(project)
    drafting.set_missions(contract, plan)
    programme = indicator_actions.create_programme(
        actor=actor,
        cpts=cpts,
        ars=cpts.ars,
        fund=cpts.fund,
        year=1,
        missions=rules.programme_missions(agreement, size, plan, before=clock.today()),
    )
    ContractYear.objects.create(contract=contract, number=1, programme=programme)
    audit.record(actor, "contract.draft", contract, after={"number": contract.number, "project": project})
    return contract


@transaction.atomic
def update_contract(
    *,
    actor: Actor,
    contract: Contract,
    version: int,
    local_clauses: str,
    member_count: int,
    signing_order: SigningOrder,
    missions: Sequence[rules.Plan],
) -> Contract:
    """Save the draft; in negotiation, a change of content withdraws the consents already given.

    `version` is the `lock_version` that was read, `missions` the (code, planned start) of every mission kept.
    Raises StaleForm when someone else saved meanwhile, DomainError with the field of a bad value.
    """
    contract = transitions.lock(contract)
    _check_edit(actor, contract)
    if version != contract.lock_version:
        raise StaleForm(STALE, current=form_values(contract))
    clauses.check_mentions(local_clauses, field="local_clauses")
    terms = assemblers.terms_of(contract)
    rules.check_plan(terms.agreement, missions, today=clock.today())
    before = form_values(contract)
    contract.local_clauses, contract.member_count = local_clauses.strip(), member_count
    contract.signing_order = signing_order
    contract.lock_version += 1
    contract.save(update_fields=["local_clauses", "member_count", "signing_order", "lock_version", "updated_at"])
    drafting.set_missions(contract, missions)
    drafting.spread_programme(actor, contract, terms, missions)
    audit.record(actor, "contract.update", contract, before=before, after=form_values(contract))
    transitions.withdraw_stale_consents(contract)
    return contract


def form_values(contract: Contract) -> dict[str, Any]:
    """Return what the edit form holds, by field name, as it is stored now."""
    starts = {f"start_{row.mission}": row.planned_start for row in contract.missions.all()}
    names = ("local_clauses", "member_count", "signing_order")
    return {name: getattr(contract, name) for name in names} | starts


@transaction.atomic
def abandon_contract(*, actor: Actor, contract: Contract, reason: str) -> Contract:
    """Give up a contract that is not agreed; the CPTS may then draft another one."""
    check(actor, Act.DRAFT_CONTRACT)
    contract = transitions.lock_for_party(actor, contract)
    transitions.move(contract, actor, Transition.ABANDON, reason)
    transitions.withdraw_consents(contract, "le contrat est abandonné")
    return contract


@transaction.atomic
def open_negotiation(*, actor: Actor, contract: Contract) -> Contract:
    """Send the draft to the ARS and the fund. The room of dialogues calls this and creates the SIGNATURE dialogue."""
    check(actor, Act.DRAFT_CONTRACT)
    contract = transitions.lock_for_party(actor, contract)
    transitions.move(contract, actor, Transition.OPEN_NEGOTIATION)
    indicator_actions.share_programme(actor=actor, programme=assemblers.first_programme(contract))
    transaction.on_commit(partial(notifications.negotiation_opened, contract))
    return contract


@transaction.atomic
def record_planning(*, actor: Actor, contract: Contract, closed_on: date) -> Contract:
    """R16: record that the SIGNATURE dialogue, which settles the size and the calendar, closed on a day."""
    contract = transitions.lock_for_party(actor, contract)
    if contract.status != ContractStatus.NEGOTIATION:
        raise TransitionNotAllowed("Le contrat n’est pas en négociation.")
    contract.planning_closed_on = closed_on
    contract.save(update_fields=["planning_closed_on", "updated_at"])
    audit.record(actor, "contract.record_planning", contract, after={"closed_on": closed_on})
    return contract


@transaction.atomic
def consent(*, actor: Actor, contract: Contract, seen_hash: str | None = None) -> Contract:
    """Consent, for the actor's organisation, to the content as it is now; the third consent sends it to signature.

    `seen_hash` is the hash of the content that the person read: another one is refused. Raises DomainError with
    what is missing, or when the party already consented, or when the person acted for another party.
    """
    check(actor, Act.CONSENT)
    contract = transitions.lock_for_party(actor, contract)
    check_still(actor, Act.CONSENT)
    lifecycle.target_of(Transition.AGREE, status=contract.status, side=actor.side)
    terms = assemblers.terms_of(contract)
    missing = assemblers.missing_items(contract, terms=terms)
    if missing:
        raise DomainError("Le contrat n’est pas complet. " + " ".join(missing))
    content = assemblers.contract_content(contract, terms=terms)
    digest = fingerprint(content)
    if seen_hash is not None and seen_hash != digest:
        raise DomainError("Le contenu a changé depuis que vous l’avez lu : relisez-le avant de consentir.")
    transitions.withdraw_stale_consents(contract, digest)
    if contract.consents.filter(withdrawn_at__isnull=True, side=actor.side).exists():
        raise DomainError("Votre organisation a déjà consenti à ce contenu.")
    Consent.objects.create(contract=contract, content_hash=digest, **audit.signed_by(actor))
    audit.record(actor, "contract.consent", contract, after={"side": actor.side, "content_hash": digest})
    if len(consents.standing_consents(contract, digest)) == len(PARTIES):
        _agree(actor, contract, terms, content, digest)
    return contract


def _agree(actor: Actor, contract: Contract, terms: assemblers.Terms, content: dict, digest: str) -> None:
    """Fix what the parties agreed on (R2), freeze the programme, issue the document and send it to signature."""
    transitions.move(
        contract,
        actor,
        Transition.AGREE,
        agreement_version=terms.version,
        population=terms.population,
        population_year=terms.population_year,
        size=terms.size,
        agreed_on=clock.today(),
        agreed_hash=digest,
    )
    indicator_actions.agree_programme(actor=actor, programme=assemblers.first_programme(contract))
    document = issue_document(
        actor=actor,
        kind=DocumentKind.CONTRACT,
        key=_document_key(contract, digest),
        title=f"Contrat {contract.number} de la {contract.cpts}",
        template_name="contracts/pdf/contract.html",
        payload=payload.contract_payload(contract, content, terms),
        circuit=contract.circuit,
        readers=contract.parties,
        expires_on=clock.today() + timedelta(days=settings.SIGNING_DAYS),
        former_round=Document.objects.last_of(f"contract:{contract.pk}:"),
    )
    transitions.move(contract, actor, Transition.START_SIGNING, document=document)
    transaction.on_commit(partial(notifications.signature_awaited, contract))


def _document_key(contract: Contract, digest: str) -> str:
    """Return the key of the document: a content agreed again after a refusal is signed again, by all, from zero."""
    rounds = contract.transitions.filter(transition=Transition.AGREE).count()
    return f"contract:{contract.pk}:{digest}" + (f":{rounds}" if rounds > 1 else "")


def _check_draftable(actor: Actor, project: HealthProject) -> None:
    if project.cpts_id != actor.organisation_id:
        raise DomainError("Ce projet de santé est celui d’une autre CPTS.")
    if project.status != ProjectStatus.APPROVED:
        raise DomainError("Le contrat se rédige à partir d’un projet de santé approuvé par l’ARS.")
    running = [*OPEN_STATUSES, ContractStatus.ACTIVE]
    if Contract.objects.filter(cpts=project.cpts_id, status__in=running).exists():
        raise DomainError("Cette CPTS a déjà un contrat en cours.")


def _check_edit(actor: Actor, contract: Contract) -> None:
    if contract.status not in EDITABLE:
        raise TransitionNotAllowed("Ce contrat ne se modifie plus : seul un avenant le change.")
    check(actor, EDIT_ACT[contract.status])
    check_party(actor, contract)
    check_one_party(actor, contract)
