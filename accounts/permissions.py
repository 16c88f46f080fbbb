"""Who may do what: the reviewed table of design §1, read by views, templates and actions alike.

The matrix of the tests walks it line by line; docs/permissions.md shows it to people.
"""

from collections.abc import Collection
from enum import StrEnum

from django.db.models import QuerySet

from accounts.enums import ROLES_OF, Power
from accounts.models import Membership
from core.actor import Actor
from core.enums import Role, Side
from core.errors import DomainError, NotAllowed
from core.wording import of


class Act(StrEnum):
    """What a person may be allowed to do, as a sentence that completes « vous ne pouvez pas … »."""

    DRAFT_PROJECT = "rédiger et envoyer un projet de santé"
    REVIEW_PROJECT = "statuer sur un projet de santé"
    ACCEPT_OVERLAP = "accepter un chevauchement de territoires"
    DRAFT_CONTRACT = "rédiger le contrat et son programme"
    PROPOSE_CONTRACT_CHANGE = "proposer une modification du contrat"
    DECLARE_CRISIS = "déclarer une crise sanitaire"
    START_TRIAGE = "fixer le début du traitement et orientation ou de la compensation"
    CONSENT = "consentir au nom de votre organisation"
    APPROVE_MINUTES = "approuver un compte rendu"
    REVISE = "ouvrir la révision d’une année close"
    SETTLE_INDICATOR = "retenir ou neutraliser un indicateur"
    SIGN = "signer au nom de votre organisation"
    TERMINATE = "résilier le contrat ou convenir de sa fin"
    ENTER_VALUE = "saisir une valeur et ses pièces"
    CONFIRM_VALUE = "confirmer ou contester une valeur"
    PREPARE_DIALOGUE = "préparer un dialogue de gestion et son compte rendu"
    ENTER_SPENDING = "saisir le budget et les dépenses"
    PAY = "ordonner, payer ou annuler un versement"
    SAVE_SCENARIO = "enregistrer un scénario de simulation"
    INVITE = "inviter une personne dans votre organisation"
    DELEGATE = "déléguer un de vos pouvoirs"


CPTS, ARS, FUND = Side.CPTS, Side.ARS, Side.FUND
BOTH_AUTHORITIES = {ARS: {Role.OFFICER}, FUND: {Role.OFFICER}}
RIGHTS: dict[Act, dict[Side, set[Role]]] = {
    Act.DRAFT_PROJECT: {CPTS: {Role.COORDINATOR, Role.PRESIDENT}},
    Act.REVIEW_PROJECT: {ARS: {Role.OFFICER, Role.SIGNATORY}},
    Act.ACCEPT_OVERLAP: {ARS: {Role.OFFICER, Role.SIGNATORY}},
    Act.DRAFT_CONTRACT: {CPTS: {Role.COORDINATOR, Role.PRESIDENT}},
    Act.PROPOSE_CONTRACT_CHANGE: {CPTS: {Role.COORDINATOR, Role.PRESIDENT}, **BOTH_AUTHORITIES},
    Act.DECLARE_CRISIS: {ARS: {Role.OFFICER, Role.SIGNATORY}},
    Act.START_TRIAGE: BOTH_AUTHORITIES,
    Act.CONSENT: {CPTS: {Role.PRESIDENT}, **BOTH_AUTHORITIES},
    Act.APPROVE_MINUTES: {CPTS: {Role.PRESIDENT}, **BOTH_AUTHORITIES},
    Act.REVISE: {CPTS: {Role.PRESIDENT}, **BOTH_AUTHORITIES},
    Act.SETTLE_INDICATOR: {CPTS: {Role.PRESIDENT}, **BOTH_AUTHORITIES},
    Act.SIGN: {CPTS: {Role.PRESIDENT}, ARS: {Role.SIGNATORY}, FUND: {Role.SIGNATORY}},
    Act.TERMINATE: {CPTS: {Role.PRESIDENT}, ARS: {Role.SIGNATORY}, FUND: {Role.SIGNATORY}},
    Act.ENTER_VALUE: {CPTS: {Role.COORDINATOR}, **BOTH_AUTHORITIES},
    Act.CONFIRM_VALUE: {CPTS: {Role.COORDINATOR}, **BOTH_AUTHORITIES},
    Act.PREPARE_DIALOGUE: {CPTS: {Role.COORDINATOR, Role.PRESIDENT}, **BOTH_AUTHORITIES},
    Act.ENTER_SPENDING: {CPTS: {Role.COORDINATOR, Role.TREASURER}},
    Act.PAY: {FUND: {Role.ACCOUNTANT}},
    Act.SAVE_SCENARIO: {
        CPTS: {Role.COORDINATOR, Role.PRESIDENT, Role.TREASURER},
        ARS: {Role.OFFICER, Role.SIGNATORY},
        FUND: {Role.OFFICER, Role.SIGNATORY, Role.ACCOUNTANT},
    },
    Act.INVITE: {
        CPTS: {Role.COORDINATOR, Role.PRESIDENT},
        ARS: {Role.OFFICER, Role.SIGNATORY},
        FUND: {Role.OFFICER, Role.SIGNATORY},
    },
    Act.DELEGATE: {CPTS: {Role.PRESIDENT}, ARS: {Role.SIGNATORY}, FUND: {Role.SIGNATORY}},
}

# What a delegation opens, and to which roles it may be given.
DELEGATED: dict[Act, tuple[Power, dict[Side, set[Role]]]] = {
    Act.CONSENT: (Power.CONSENT, {CPTS: {Role.COORDINATOR}}),
    Act.APPROVE_MINUTES: (Power.CONSENT, {CPTS: {Role.COORDINATOR}}),
    Act.REVISE: (Power.CONSENT, {CPTS: {Role.COORDINATOR}}),
    Act.SETTLE_INDICATOR: (Power.CONSENT, {CPTS: {Role.COORDINATOR}}),
    Act.SIGN: (
        Power.SIGN,
        {CPTS: {Role.COORDINATOR, Role.TREASURER}, ARS: {Role.OFFICER}, FUND: {Role.OFFICER}},
    ),
    Act.TERMINATE: (Power.SIGN, {CPTS: {Role.COORDINATOR}, ARS: {Role.OFFICER}, FUND: {Role.OFFICER}}),
}

# Which places a member opens and closes in her own organisation: never one whose acts weigh more than hers, nor the
# payments for those who prepare them. The first president or signatory comes from the back office.
GRANTS: dict[Side, dict[Role, set[Role]]] = {
    CPTS: {
        Role.COORDINATOR: {Role.COORDINATOR, Role.TREASURER, Role.READER},
        Role.PRESIDENT: {Role.COORDINATOR, Role.PRESIDENT, Role.TREASURER, Role.READER},
    },
    ARS: {
        Role.OFFICER: {Role.OFFICER, Role.READER},
        Role.SIGNATORY: {Role.OFFICER, Role.SIGNATORY, Role.READER},
    },
    FUND: {
        Role.OFFICER: {Role.OFFICER, Role.READER},
        Role.SIGNATORY: {Role.OFFICER, Role.SIGNATORY, Role.ACCOUNTANT, Role.READER},
    },
}

BINDING_ACTS = (Act.SIGN, Act.PAY)  # without who signs and who pays, an organisation stops

SECOND_FACTOR_SIDES = {Side.ARS, Side.FUND, Side.NATIONAL, Side.BACK_OFFICE}


def may(actor: Actor, act: Act) -> bool:
    """Return whether `actor`, in the role it acts in, may do `act` (design §1)."""
    if actor.role in RIGHTS[act].get(actor.side, ()):
        return True
    if act not in DELEGATED:
        return False
    power, roles = DELEGATED[act]
    return power in actor.powers and actor.role in roles.get(actor.side, ())


def delegable(actor: Actor) -> dict[Power, set[Role]]:
    """Return the powers that `actor` holds by her own role and may give, each with the roles it may be given to."""
    given: dict[Power, set[Role]] = {}
    for act, (power, roles) in DELEGATED.items():
        if may(actor, Act.DELEGATE) and actor.role in RIGHTS[act].get(actor.side, ()) and actor.side in roles:
            given.setdefault(power, set()).update(roles[actor.side])
    return given


def signatories(actor: Actor) -> QuerySet[Membership]:
    """Return who may sign today for the actor's organisation, in their own right or by delegation."""
    people = Membership.objects.visible_to(actor).active().select_related("user", "organisation")
    able = [person.pk for person in people.prefetch_related("delegations_received") if may(person.as_actor(), Act.SIGN)]
    return people.filter(pk__in=able)


def check(actor: Actor, act: Act) -> None:
    """Raise NotAllowed unless `actor` may do `act`."""
    if actor.side != Side.SYSTEM and not may(actor, act):
        raise NotAllowed(f"Votre rôle ne vous permet pas {of(act.value)}.")


def check_still(actor: Actor, act: Act) -> None:
    """Raise NotAllowed unless the place of `actor`, read again and held until the transaction ends, allows `act`.

    For what binds an organisation, once the rows that it changes are locked and before the journal is begun: a place
    closed, a role changed or a delegation ended while the person waited for her turn counts.
    """
    if actor.side == Side.SYSTEM:
        return
    places = Membership.objects.active().filter(user=actor.user_id, organisation=actor.organisation_id)
    held = places.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True).first()
    place = Membership.objects.select_related("user", "organisation").filter(pk=held).first()
    if place is None or not may(place.as_actor(), act):
        raise NotAllowed(f"Votre accès vient de changer\u00a0: vous ne pouvez plus {act.value}.")


def is_administrator(actor: Actor) -> bool:
    """Return whether `actor` acts for the administration of the portal."""
    return (actor.side, actor.role) == (Side.BACK_OFFICE, Role.ADMINISTRATOR)


def check_administrator(actor: Actor) -> None:
    """Raise NotAllowed unless `actor` acts for the administration of the portal."""
    if not is_administrator(actor):
        raise NotAllowed("Seule l’administration du portail peut faire cela : agissez pour elle.")


def may_grant(actor: Actor, role: Role) -> bool:
    """Return whether `actor` opens and closes places of this role in her organisation."""
    return may(actor, Act.INVITE) and role in GRANTS[actor.side][actor.role]


def grantable_roles(actor: Actor) -> list[Role]:
    """Return the roles that `actor` gives and takes in her organisation, in their order."""
    return [role for role in ROLES_OF[actor.side] if may_grant(actor, role)]


def check_grant(actor: Actor, role: Role) -> None:
    """Raise NotAllowed unless `actor` may invite, and DomainError when this role is not hers to give or to take."""
    check(actor, Act.INVITE)
    if not may_grant(actor, role):
        givers = [giver.label for giver, roles in GRANTS[actor.side].items() if role in roles]
        raise DomainError(
            f"Le rôle « {Role(role).label} » s’ouvre et se ferme par la personne qui a le rôle : {', '.join(givers)}.",
            field="role",
        )


def needs_second_factor(side: Side, role: Role) -> bool:
    """Return whether this place requires a second factor: every authority, and CPTS presidents (design §1)."""
    return side in SECOND_FACTOR_SIDES or role == Role.PRESIDENT


def vacant_roles(side: Side, held: Collection[Role]) -> list[Role]:
    """Return the roles of a side that sign or pay, and that none of the roles `held` in an organisation is."""
    needed = [role for act in BINDING_ACTS for role in sorted(RIGHTS[act].get(side, ()))]
    return [role for role in needed if role not in held]
