"""A contract from its draft to its signatures, then its missions, its years and the crises declared."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.permissions import Act, check
from agreements.models import AgreementVersion
from agreements.rules import contract_year_on
from contracts import assemblers, clauses, drafting, lifecycle, notifications, payload, rules, transitions
from contracts.enums import ContractStatus
from contracts.lifecycle import EDITABLE, Transition
from contracts.models import (
    DURATION_YEARS,
    OPEN_STATUSES,
    Consent,
    Contract,
    ContractMission,
    ContractYear,
    CrisisDeclaration,
)
from contracts.permissions import EDIT_ACT, check_one_party, check_party
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.dates import format_date
from core.enums import PARTIES
from core.errors import DomainError, StaleForm, TransitionNotAllowed
from core.fingerprints import fingerprint
from documents.actions import close_round, issue_document, refuse_document, sign_document
from documents.enums import DocumentKind
from documents.models import Document
from documents.outside import OutsideFile
from health_projects.assemblers import territory_of
from health_projects.enums import ProjectStatus
from health_projects.models import HealthProject
from indicators import actions as indicator_actions
from indicators.models import Programme

STALE = "Quelqu’un a enregistré ce contrat entre-temps : comparez avant d’enregistrer."


# Drafting


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
        raise DomainError("La population du territoire n’est pas connue : convenez-en dans le projet de santé.")
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
    audit.record(actor, "contract.draft", contract, after={"number": contract.number, "project": project.pk})
    return contract


@transaction.atomic
def update_contract(
    *,
    actor: Actor,
    contract: Contract,
    version: int,
    local_clauses: str,
    member_count: int,
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
    contract.lock_version += 1
    contract.save(update_fields=["local_clauses", "member_count", "lock_version", "updated_at"])
    drafting.set_missions(contract, missions)
    drafting.spread_programme(actor, contract, terms, missions)
    audit.record(actor, "contract.update", contract, before=before, after=form_values(contract))
    transitions.withdraw_stale_consents(contract)
    return contract


def form_values(contract: Contract) -> dict[str, Any]:
    """Return what the edit form holds, by field name, as it is stored now."""
    starts = {f"start_{row.mission}": row.planned_start for row in contract.missions.all()}
    return {"local_clauses": contract.local_clauses, "member_count": contract.member_count, **starts}


@transaction.atomic
def abandon_contract(*, actor: Actor, contract: Contract, reason: str) -> Contract:
    """Give up a contract that is not agreed; the CPTS may then draft another one."""
    check(actor, Act.DRAFT_CONTRACT)
    contract = transitions.lock(contract)
    check_party(actor, contract)
    transitions.move(contract, actor, Transition.ABANDON, reason)
    transitions.withdraw_consents(contract, "le contrat est abandonné")
    return contract


# Negotiating and consenting


@transaction.atomic
def open_negotiation(*, actor: Actor, contract: Contract) -> Contract:
    """Send the draft to the ARS and the fund. The room of dialogues calls this and creates the SIGNATURE dialogue."""
    check(actor, Act.DRAFT_CONTRACT)
    contract = transitions.lock(contract)
    check_party(actor, contract)
    check_one_party(actor, contract)
    transitions.move(contract, actor, Transition.OPEN_NEGOTIATION)
    indicator_actions.share_programme(actor=actor, programme=assemblers.first_programme(contract))
    transaction.on_commit(partial(notifications.negotiation_opened, contract))
    return contract


@transaction.atomic
def record_planning(*, actor: Actor, contract: Contract, closed_on: date) -> Contract:
    """R16: record that the SIGNATURE dialogue, which settles the size and the calendar, closed on a day."""
    contract = transitions.lock(contract)
    check_party(actor, contract)
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
    contract = transitions.lock(contract)
    check_party(actor, contract)
    check_one_party(actor, contract)
    lifecycle.target_of(Transition.AGREE, status=contract.status, side=actor.side)
    # A programme being edited at this instant waits, or is waited for: the hash is that of one content.
    Programme.objects.select_for_update().get(contract_year__contract=contract, contract_year__number=1)
    terms = assemblers.terms_of(contract)
    missing = assemblers.missing_items(contract, terms=terms)
    if missing:
        raise DomainError("Le contrat n’est pas complet. " + " ".join(missing))
    content = assemblers.contract_content(contract, terms=terms)
    digest = fingerprint(content)
    if seen_hash is not None and seen_hash != digest:
        raise DomainError("Le contenu a changé depuis que vous l’avez lu : relisez-le avant de consentir.")
    transitions.withdraw_stale_consents(contract, digest)
    if contract.consents.filter(withdrawn_at__isnull=True, side=actor.side).exists():
        raise DomainError("Votre organisation a déjà consenti à ce contenu.")
    Consent.objects.create(contract=contract, content_hash=digest, **audit.signed_by(actor))
    audit.record(actor, "contract.consent", contract, after={"side": actor.side, "content_hash": digest})
    if len(assemblers.standing_consents(contract, digest)) == len(PARTIES):
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
        signatories=contract.parties,
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


# Signing


@transaction.atomic
def sign_contract(*, actor: Actor, contract: Contract, outside: OutsideFile | None = None) -> Contract:
    """Sign for the actor's organisation, after a fresh second factor that the view checks; the last signature binds.

    `outside` is the file signed with a certificate of one's own, instead of the portal's. Returns the contract: ACTIVE
    after the last signature, or back in NEGOTIATION, unsigned, when a newer national agreement came into force
    meanwhile (R2) or when the last day to sign has passed. Raises DomainError when the document is not ready or
    already signed, or when the file is refused.
    """
    check(actor, Act.SIGN)
    contract = transitions.lock(contract)
    check_party(actor, contract)
    check_one_party(actor, contract)
    if contract.status != ContractStatus.SIGNING:
        raise TransitionNotAllowed("Le contrat n’est pas en signature.")
    if _newer_agreement(contract):
        return _return_to_negotiation(contract)
    if contract.document.has_expired:
        return _expire_signature(contract)
    document = sign_document(actor=actor, document=contract.document, outside=outside)
    contract.document = document
    audit.record(actor, "contract.sign", contract, after={"side": actor.side, "document": document.pk})
    if document.is_signed:
        transitions.activate(contract, actor)
    return contract


@transaction.atomic
def refuse_signature(*, actor: Actor, contract: Contract, reason: str) -> Contract:
    """Refuse to sign, with a reason: the negotiation opens again and every consent is withdrawn."""
    check(actor, Act.SIGN)
    contract = transitions.lock(contract)
    check_party(actor, contract)
    check_one_party(actor, contract)
    lifecycle.target_of(Transition.REFUSE_SIGNATURE, status=contract.status, side=actor.side, comment=reason)
    refuse_document(actor=actor, document=contract.document, reason=reason)
    _reopen(contract, actor, Transition.REFUSE_SIGNATURE, reason, because="la signature a été refusée")
    transaction.on_commit(partial(notifications.signature_refused, contract, actor.organisation_name, reason))
    return contract


@transaction.atomic
def follow_signing(*, contract: Contract) -> Contract:
    """Send back to negotiation a contract awaiting signatures when a newer agreement is in force (R2), or when the
    last day to sign has passed. Idempotent."""
    contract = transitions.lock(contract)
    if contract.status not in (ContractStatus.AGREED, ContractStatus.SIGNING):
        return contract
    if _newer_agreement(contract):
        return _return_to_negotiation(contract)
    if contract.document and contract.document.has_expired:
        return _expire_signature(contract)
    return contract


def _newer_agreement(contract: Contract) -> bool:
    return AgreementVersion.objects.in_force_on(clock.today()) != contract.agreement_version


def _return_to_negotiation(contract: Contract) -> Contract:
    newer = AgreementVersion.objects.in_force_on(clock.today())
    reason = f"Un nouvel accord national est en vigueur : {newer.label}."
    _reopen(contract, SYSTEM, Transition.NEWER_AGREEMENT, reason, because="un nouvel accord est en vigueur")
    transaction.on_commit(partial(notifications.negotiation_reopened, contract, reason))
    return contract


def _expire_signature(contract: Contract) -> Contract:
    day = format_date(contract.document.expires_on)
    reason = f"Le {day}, dernier jour pour signer, est passé sans les trois signatures."
    _reopen(contract, SYSTEM, Transition.EXPIRE_SIGNATURE, reason, because="le délai de signature est dépassé")
    transaction.on_commit(partial(notifications.negotiation_reopened, contract, reason))
    return contract


def _reopen(contract: Contract, actor: Actor, transition: Transition, reason: str, *, because: str) -> None:
    """Put a contract back in negotiation: nothing fixed stays fixed, the document of this round binds nobody."""
    close_round(actor=actor, document=contract.document, because=reason)
    transitions.move(
        contract,
        actor,
        transition,
        reason,
        agreement_version=None,
        population=None,
        population_year=None,
        size=None,
        agreed_on=None,
        agreed_hash="",
        document=None,
    )
    indicator_actions.reopen_programme(actor=actor, programme=assemblers.first_programme(contract))
    transitions.withdraw_consents(contract, because)


# A contract in force


@transaction.atomic
def start_mission(
    *,
    actor: Actor,
    contract: Contract,
    mission: str,
    starts_on: date,
    triage_starts_on: date | None = None,
    compensation_starts_on: date | None = None,
) -> ContractMission:
    """R4: start a mission at the date set by its MISSION_START dialogue, when its third approval closes it."""
    contract = transitions.lock(contract)
    check_party(actor, contract)
    _check_active(contract)
    row = ContractMission.objects.select_for_update().filter(contract=contract, mission=mission).first()
    if row is None:
        raise DomainError("Cette mission ne fait pas partie du contrat.", "mission")
    if row.started_on:
        raise DomainError("Cette mission a déjà démarré.", "mission")
    first_day = contract_year_on(contract.signed_on, clock.today()).starts_on
    rules.check_start(
        contract.agreement_in(contract.year_on(starts_on)).as_value(),
        mission,
        starts_on=starts_on,
        first_day=max(first_day, row.added_from or first_day),
        ends_on=min(contract.expected_end, row.withdrawn_from or contract.expected_end),
        triage_starts_on=triage_starts_on,
        compensation_starts_on=compensation_starts_on,
    )
    row.started_on = starts_on
    row.triage_starts_on, row.compensation_starts_on = triage_starts_on, compensation_starts_on
    row.save()
    audit.record(actor, "contract.start_mission", contract, after={"mission": mission, "starts_on": starts_on})
    _agree_on_programme(actor, contract, mission)
    for year in contract.years.select_related("programme", "contract"):
        _follow_starts(actor, year)
    return row


@transaction.atomic
def prepare_mission(*, actor: Actor, contract: Contract, mission: str) -> Programme:
    """R13a: give a mission its place in the programme of the running year, to be written in its start dialogue.

    Idempotent: a mission that already has its programme keeps it.
    """
    contract = transitions.lock(contract)
    check_party(actor, contract)
    _check_active(contract)
    year = _running_year(contract)
    if not _missions_of_year(contract, year.number).filter(mission=mission).exists():
        raise DomainError("Cette mission ne fait pas partie du contrat cette année.", "mission")
    size = year.size or contract.size
    current = {row.mission: row.variable_amount for row in year.programme.missions.all()}
    if mission not in current:
        agreement = contract.agreement_in(year.number).as_value()
        current[mission] = rules.variable_amount(agreement, mission, size)
        ordered = sorted(current.items(), key=lambda item: agreement.mission_order(item[0]))
        indicator_actions.set_programme_missions(actor=actor, programme=year.programme, missions=ordered)
    return year.programme


@transaction.atomic
def open_year(*, actor: Actor, contract: Contract, number: int) -> ContractYear:
    """Return contract year `number`, created with its programme in preparation if need be. Idempotent.

    Its members are those of the year before, its size too unless an amendment sets one (R18); its programme has the
    missions started or planned in it.
    """
    contract = transitions.lock(contract)
    check_party(actor, contract)
    year = contract.years.select_related("programme").filter(number=number).first()
    if year is not None:
        return year
    _check_active(contract)
    before = contract.years.filter(number=number - 1).first()
    if before is None or number > DURATION_YEARS:
        raise DomainError("Cette année contractuelle ne suit pas la précédente.")
    if contract.anniversary(number - 1) >= contract.expected_end:
        raise DomainError("Cette année contractuelle commencerait après la fin du contrat (R19).")
    size = contract.amended_sizes().get(number) or before.size or contract.size
    programme = indicator_actions.create_programme(
        actor=actor,
        cpts=contract.cpts,
        ars=contract.ars,
        fund=contract.fund,
        year=number,
        missions=_missions_in_year(contract, number, size),
    )
    indicator_actions.share_programme(actor=actor, programme=programme)
    year = ContractYear.objects.create(
        contract=contract,
        number=number,
        opening_size=size,
        size=size,
        members=before.members,
        programme=programme,
    )
    _follow_starts(actor, year)
    audit.record(actor, "contract.open_year", contract, after={"year": number, "size": size})
    return year


@transaction.atomic
def set_year_size(*, actor: Actor, contract: Contract, number: int, size: int) -> ContractYear:
    """R18: change the size of a contract year, from its first day; its programme is to be spread again."""
    contract = transitions.lock(contract)
    check_party(actor, contract)
    _check_active(contract)
    year = contract.years.select_related("programme").get(number=number)
    agreement = contract.agreement_in(number).as_value()
    if size not in agreement.published_totals:
        raise DomainError("Cette taille n’existe pas dans l’accord du contrat.", "size")
    if size == year.size:
        return year
    before, year.size = year.size, size
    year.save(update_fields=["size", "updated_at"])
    kept = [row.mission for row in year.programme.missions.all()]
    indicator_actions.set_programme_missions(
        actor=actor, programme=year.programme, missions=_missions_in_year(contract, number, size, kept)
    )
    audit.record(
        actor,
        "contract.set_year_size",
        contract,
        before={"year": number, "size": before},
        after={"size": size},
    )
    return year


@transaction.atomic
def set_year_members(*, actor: Actor, contract: Contract, number: int, members: int) -> ContractYear:
    """R11: keep the number of members on the first day of a contract year."""
    contract = transitions.lock(contract)
    check_party(actor, contract)
    year = contract.years.get(number=number)
    before, year.members = year.members, members
    year.save(update_fields=["members", "updated_at"])
    audit.record(
        actor,
        "contract.set_year_members",
        contract,
        before={"year": number, "members": before},
        after={"members": members},
    )
    return year


@transaction.atomic
def declare_crisis(*, actor: Actor, contract: Contract, declared_on: date, label: str) -> CrisisDeclaration:
    """R10: record a serious health crisis that the authorities declared on the territory."""
    check(actor, Act.DECLARE_CRISIS)
    contract = transitions.lock(contract)
    check_party(actor, contract)
    check_one_party(actor, contract)
    _check_active(contract)
    rules.check_crisis(
        contract.agreement_in(contract.year_on(declared_on)).as_value(),
        declared_on=declared_on,
        signed_on=contract.signed_on,
        ends_on=contract.ends_on,
        today=clock.today(),
    )
    crisis = CrisisDeclaration.objects.create(
        contract=contract, declared_on=declared_on, label=label, **audit.signed_by(actor)
    )
    audit.record(actor, "contract.declare_crisis", contract, after={"declared_on": declared_on, "label": label})
    return crisis


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
        raise TransitionNotAllowed("Ce contrat ne se modifie plus : seul un avenant le change.")
    check(actor, EDIT_ACT[contract.status])
    check_party(actor, contract)
    check_one_party(actor, contract)


def _check_active(contract: Contract) -> None:
    if contract.status != ContractStatus.ACTIVE:
        raise TransitionNotAllowed("Le contrat n’est pas en vigueur.")


def _missions_in_year(contract: Contract, number: int, size: int, kept: Sequence[str] = ()) -> list:
    """Return the missions started or planned before the end of a contract year, with their variable parts."""
    rows = _missions_of_year(contract, number)
    plan = [(row.mission, row.started_on or row.planned_start) for row in rows]
    agreement = contract.agreement_in(number).as_value()
    end = contract.anniversary(number)
    return rules.programme_missions(agreement, size, plan, before=end, kept=kept)


def _missions_of_year(contract: Contract, number: int) -> QuerySet[ContractMission]:
    """R18: return the missions that amendments did not withdraw before a contract year, nor add after it."""
    day = contract.anniversary(number - 1)
    rows = contract.missions.exclude(withdrawn_from__lte=day)
    return rows.exclude(added_from__gt=day)


def _follow_starts(actor: Actor, year: ContractYear) -> None:
    """Let each started mission count in a year, from its start or from the first day of the year (R7)."""
    waiting = set(year.programme.missions.filter(active_from__isnull=True).values_list("mission", flat=True))
    for row in year.contract.missions.filter(mission__in=waiting, started_on__lt=year.ends_on):
        indicator_actions.start_mission(
            actor=actor,
            programme=year.programme,
            mission=row.mission,
            active_from=max(row.started_on, year.starts_on),
        )


def _running_year(contract: Contract) -> ContractYear:
    number = min(contract_year_on(contract.signed_on, clock.today()).number, DURATION_YEARS)
    year = contract.years.select_related("programme").filter(number=number).first()
    if year is None:
        raise DomainError("L’année contractuelle en cours n’est pas encore ouverte.")
    return year


def _agree_on_programme(actor: Actor, contract: Contract, mission: str) -> None:
    """Agree on the programme that the start dialogue wrote, where there is one: it blocks while it is incomplete."""
    number = contract_year_on(contract.signed_on, clock.today()).number
    year = contract.years.select_related("programme").filter(number=number).first()
    row = year and year.programme.is_open and year.programme.missions.filter(mission=mission).first()
    if row and row.is_editable:
        indicator_actions.agree_mission(actor=actor, programme=year.programme, mission=mission)
