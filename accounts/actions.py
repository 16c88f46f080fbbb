"""Writes of the accounts room: invitations, places in an organisation, reference organisations."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from accounts import notifications, rules
from accounts.enums import ROLES_OF, DelegationState, Power
from accounts.models import Delegation, Invitation, Membership, Organisation, User
from accounts.permissions import (
    Act,
    check,
    check_administrator,
    check_grant,
    delegable,
    is_administrator,
    may,
    signatories,
)
from core import audit, clock
from core.actor import SYSTEM, Actor
from core.enums import Role, Side
from core.errors import DomainError, NotAllowed
from core.fingerprints import check_unchanged
from core.locking import read_locked
from core.wording import counted, spoken_list
from territories.models import Department, Region


@transaction.atomic
def invite(*, actor: Actor, email: str, role: Role) -> Invitation:
    """Invite an address to join the actor's organisation; the message leaves once the row is written."""
    check(actor, Act.INVITE)
    _check_role(actor.side, role)
    check_grant(actor, role)
    closed = Membership.objects.filter(
        organisation=actor.organisation_id, user__email=email.lower(), is_active=False
    ).first()
    if closed:  # an invitation would change the role of a closed place
        check_grant(actor, closed.role)
    return _invite(actor, actor.organisation_id, email, role)


@transaction.atomic
def invite_to(*, actor: Actor, organisation: Organisation, email: str, role: Role) -> Invitation:
    """Invite an address to any organisation, for the administration of the portal: its first president or signatory.

    Raises NotAllowed for anyone but an administrator, DomainError as `invite` does.
    """
    check_administrator(actor)
    _check_role(organisation.side, role)
    return _invite(actor, organisation.pk, email, role)


def _check_role(side: Side, role: Role) -> None:
    if role not in ROLES_OF.get(side, ()):
        raise DomainError("Ce rôle n’existe pas pour cette organisation.", field="role")


def _invite(actor: Actor, organisation_id: UUID, email: str, role: Role) -> Invitation:
    """Write the invitation and have it sent; the actor's right to give this role is already checked."""
    email = email.lower()
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    if organisation.memberships.filter(user__email=email, is_active=True).exists():
        raise DomainError("Cette personne fait déjà partie de l’équipe.", field="email")
    if organisation.invitations.open().filter(email=email).exists():
        raise DomainError(
            "Cette adresse a déjà une invitation en cours : renvoyez-la depuis la liste des invitations.", field="email"
        )
    organisation.invitations.waiting().filter(email=email).update(withdrawn_at=clock.now())
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        invited_by_id=actor.user_id,
        expires_at=_last_moment(),
    )
    audit.record(actor, "invitation.send", invitation, after={"email": email, "role": role})
    transaction.on_commit(partial(notifications.send_invitation, invitation))
    return invitation


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Send an invitation again with the same link, valid for as long as a new one, though its delay had passed."""
    invitation = _lock_waiting(actor, invitation)
    invitation.expires_at = _last_moment()
    invitation.save(update_fields=["expires_at", "updated_at"])
    audit.record(actor, "invitation.resend", invitation)
    transaction.on_commit(partial(notifications.send_invitation, invitation))
    return invitation


def _last_moment() -> datetime:
    return clock.now() + timedelta(days=settings.INVITATION_DAYS)


def _lock_waiting(actor: Actor, invitation: Invitation) -> Invitation:
    """Lock an invitation that waits; the administration of the portal may, whatever the organisation."""
    invitation = read_locked(Invitation.objects.select_related("organisation", "invited_by"), invitation.pk)
    if not is_administrator(actor):
        check_grant(actor, invitation.role)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise DomainError("Cette invitation n’est plus en cours.")
    return invitation


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Make an invitation's link useless."""
    invitation = _lock_waiting(actor, invitation)
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at", "updated_at"])
    audit.record(actor, "invitation.withdraw", invitation)
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, first_name: str, last_name: str, job_title: str, password: str) -> Membership:
    """Make the account of an invited person and her place. Raises DomainError when the link is of no use.

    An address that already has an account accepts with `accept_as_user`, signed in: a link alone must not
    open someone's account.
    """
    invitation = _open_invitation(token)
    if invitation.is_for_an_account:
        raise DomainError("Cette adresse a déjà un compte : connectez-vous, puis ouvrez de nouveau ce lien.")
    user = User(email=invitation.email, first_name=first_name, last_name=last_name, job_title=job_title)
    rules.check_password(password, user)
    user.set_password(password)
    user.save()
    return _join(invitation, user)


@transaction.atomic
def accept_as_user(*, token: str, user: User) -> Membership:
    """Give a signed-in person the place she was invited to; the address must be hers."""
    invitation = _open_invitation(token)
    if user.email != invitation.email:
        raise NotAllowed("Cette invitation est adressée à une autre personne.")
    return _join(invitation, user)


@transaction.atomic
def set_membership_active(*, actor: Actor, membership: Membership, is_active: bool) -> Membership:
    """Open or close a person's place in the actor's organisation; takes effect at her next request."""
    check(actor, Act.INVITE)
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.organisation_id != actor.organisation_id:
        raise NotAllowed("Cette personne ne fait pas partie de votre organisation.")
    if membership.user_id == actor.user_id:
        raise DomainError("Vous ne pouvez pas vous retirer vous-même.")
    check_grant(actor, membership.role)
    before = membership.is_active
    membership.is_active = is_active
    membership.save(update_fields=["is_active", "updated_at"])
    audit.record(actor, "membership.change", membership, before={"is_active": before}, after={"is_active": is_active})
    return membership


@transaction.atomic
def grant_delegation(
    *,
    actor: Actor,
    grantee: Membership,
    power: Power,
    deed: str,
    deed_on: date,
    starts_on: date,
    ends_on: date | None = None,
    keep_deed: Callable[[Delegation], object],
) -> Delegation:
    """Give a power that the actor holds by her own role to a member of her organisation, by a deed, for a time.

    Both days are included; without `ends_on` it lasts until someone ends it. `keep_deed` stores the file of the deed,
    which this room knows nothing of, before the journal is held (ADR 2). Raises NotAllowed, or DomainError beside
    its field: a power or a person it cannot be given to, days out of order or past, the same delegation already given.
    """
    check(actor, Act.DELEGATE)
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    grantor = Membership.objects.active().get(user=actor.user_id, organisation=actor.organisation_id)
    _check_grantee(actor, grantee, power)
    rules.check_deed_day(deed_on, today=clock.today())
    rules.check_first_day(starts_on, today=clock.today())
    rules.check_last_day(ends_on, starts_on=starts_on)
    same = Delegation.objects.filter(grantor=grantor, grantee=grantee, power=power, ended_at__isnull=True)
    if any(row.state != DelegationState.OVER for row in same):
        raise DomainError("Cette personne a déjà cette délégation : mettez-y fin d’abord.", field="grantee")
    same.update(ended_at=clock.now(), ended_by=SYSTEM.user_name)  # its last day has passed: make room for the new one
    delegation = Delegation.objects.create(
        grantor=grantor,
        grantee=grantee,
        power=power,
        deed=deed.strip(),
        deed_on=deed_on,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    keep_deed(delegation)
    after = {"grantee": str(grantee.user), "power": power, "deed": delegation.deed_words}
    audit.record(actor, "delegation.grant", delegation, after=after | {"starts_on": starts_on, "ends_on": ends_on})
    transaction.on_commit(partial(notifications.delegation_granted, delegation))
    return delegation


def _check_grantee(actor: Actor, grantee: Membership, power: Power) -> None:
    roles = delegable(actor).get(power, set())
    if not roles:
        raise DomainError("Ce pouvoir n’est pas à vous de le déléguer.", field="power")
    place = Membership.objects.active().filter(pk=grantee.pk, organisation=actor.organisation_id).first()
    if place is None or place.role not in roles:
        who = spoken_list(sorted(role.label for role in roles))
        raise DomainError(f"Ce pouvoir se délègue, dans votre organisation, à ces rôles : {who}.", field="grantee")


@transaction.atomic
def end_delegation(*, actor: Actor, delegation: Delegation) -> Delegation:
    """End a delegation of the actor's organisation, now: by who gave it, or by another who may delegate there."""
    check(actor, Act.DELEGATE)
    delegation = read_locked(Delegation.objects.select_related("grantor"), delegation.pk)
    if delegation.grantor.organisation_id != actor.organisation_id:
        raise NotAllowed("Cette délégation est celle d’une autre organisation.")
    if delegation.state == DelegationState.OVER:
        raise DomainError("Cette délégation est déjà terminée.")
    delegation.ended_at, delegation.ended_by = clock.now(), actor.user_name
    delegation.save(update_fields=["ended_at", "ended_by", "updated_at"])
    audit.record(actor, "delegation.end", delegation)
    transaction.on_commit(partial(notifications.delegation_ended, delegation))
    return delegation


@transaction.atomic
def set_signatory_count(*, actor: Actor, signatory_count: int, version: str | None = None) -> Organisation:
    """Say how many people sign each document for the actor's organisation, as its statutes ask: two co-presidents.

    Counts for the documents sent to signature from now on. Raises NotAllowed, StaleForm when it was changed since
    `version` was read, or DomainError when fewer people may sign today.
    """
    if not may(actor, Act.DELEGATE):
        raise NotAllowed("Votre rôle ne vous permet pas de changer le nombre de signataires de votre organisation.")
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    before = {"signatory_count": organisation.signatory_count}
    check_unchanged(version, before)
    able = signatories(actor).count()
    if signatory_count > able:
        raise DomainError(
            f"Aujourd’hui, {counted(able, 'personne peut', 'personnes peuvent')} signer pour votre organisation\u00a0: "
            "ouvrez d’abord une autre place qui signe, ou donnez une délégation.",
            field="signatory_count",
        )
    organisation.signatory_count = signatory_count
    organisation.save(update_fields=["signatory_count", "updated_at"])
    after = {"signatory_count": signatory_count}
    audit.record(actor, "organisation.set_signatory_count", organisation, before=before, after=after)
    return organisation


@transaction.atomic
def reset_second_factor(*, actor: Actor, user: User, reason: str) -> User:
    """Take away the second factor that a person lost, recovery codes included; she is told by mail.

    Raises NotAllowed for anyone but an administrator, DomainError for oneself, without a reason or without anything
    to reset.
    """
    check_administrator(actor)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == actor.user_id:
        raise DomainError("Demandez à une autre personne de l’administration de réinitialiser le vôtre.")
    if not reason.strip():
        raise DomainError("Indiquez la raison.", field="reason")
    factors = Authenticator.objects.filter(user=user)
    kinds = sorted(factors.values_list("type", flat=True))
    if not kinds:
        raise DomainError("Ce compte n’a pas de second facteur.")
    factors.delete()
    audit.record(actor, "user.reset_second_factor", user, before={"kinds": kinds}, after={"reason": reason.strip()})
    transaction.on_commit(partial(notifications.second_factor_reset, user, reason.strip()))
    return user


@transaction.atomic
def load_national_bodies(*, ars: list[dict], funds: list[dict]) -> dict[str, int]:
    """Write the 18 ARS, the funds and the national body of the reference data; safe to run again.

    Takes the rows of accounts/data; never touches what the back office added (addresses, people).
    """
    for row in ars:
        organisation = _reference_organisation(row, Side.ARS)
        organisation.regions.set(Region.objects.filter(pk__in=row["regions"]))
    for row in funds:
        organisation = _reference_organisation(row, Side.FUND, fund_kind=row["kind"])
        organisation.departments.set(Department.objects.filter(pk__in=row["departments"]))
    _reference_organisation({"key": "observatoire-national", "name": "Observatoire national"}, Side.NATIONAL)
    _reference_organisation({"key": "administration-du-portail", "name": "Administration du portail"}, Side.BACK_OFFICE)
    return {"ARS": len(ars), "caisses": len(funds)}


def _reference_organisation(row: dict, side: Side, **fields) -> Organisation:
    organisation, created = Organisation.objects.get_or_create(
        code=row["key"], defaults={"side": side, "name": row["name"], **fields}
    )
    if created:
        audit.record(SYSTEM, "organisation.load", organisation)
    return organisation


def _open_invitation(token: str) -> Invitation:
    invitation = (
        Invitation.objects.open()
        .select_for_update(of=("self",))
        .select_related("organisation")
        .filter(token=token)
        .first()
    )
    if invitation is None:
        raise DomainError("Cette invitation n’est plus valable : demandez-en une nouvelle.")
    return invitation


def _join(invitation: Invitation, user: User) -> Membership:
    membership, _created = Membership.objects.update_or_create(
        user=user,
        organisation=invitation.organisation,
        defaults={"role": invitation.role, "is_active": True},
    )
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at", "updated_at"])
    audit.record(membership.as_actor(), "invitation.accept", invitation, after={"role": invitation.role})
    return membership
