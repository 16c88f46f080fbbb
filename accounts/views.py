"""Pages of the accounts room: the team, invitations, the switch between organisations."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import actions
from accounts.forms import NEW_ACCOUNT, AcceptInvitationForm, InvitationForm
from accounts.middleware import SESSION_KEY
from accounts.models import Invitation, Membership
from accounts.permissions import Act, grantable_roles, may, vacant_roles
from core.errors import DomainError
from core.http import attempt, http_methods, posted, require, show, submit_form


@http_methods("GET")
def team(request, template_name="accounts/team.html"):
    return show(request, template_name, team_context(request))


@http_methods("GET", "POST")
def invitation_create(request, template_name="accounts/invitation_create.html"):
    require(may(request.actor, Act.INVITE))
    form = InvitationForm(posted(request), roles=grantable_roles(request.actor))
    if request.method == "POST" and submit_form(request, form, actions.invite, success="L’invitation est envoyée."):
        return redirect("accounts:team")
    return show(request, template_name, {"form": form})


@http_methods("POST")
def invitation_resend(request, pk):
    invitation = get_object_or_404(Invitation.objects.visible_to(request.actor), pk=pk)
    attempt(request, actions.resend_invitation, invitation=invitation, success="L’invitation est renvoyée.")
    return redirect("accounts:team")


@http_methods("POST")
def invitation_withdraw(request, pk):
    invitation = get_object_or_404(Invitation.objects.visible_to(request.actor), pk=pk)
    attempt(request, actions.withdraw_invitation, invitation=invitation, success="L’invitation est retirée.")
    return redirect("accounts:team")


@http_methods("POST")
def membership_close(request, pk):
    return set_active(request, pk, False, "L’accès est fermé.")


@http_methods("POST")
def membership_open(request, pk):
    return set_active(request, pk, True, "L’accès est rouvert.")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@http_methods("GET", "POST")
def invitation_accept(request, token, template_name="accounts/invitation_accept.html"):
    invitation = Invitation.objects.open().select_related("organisation").filter(token=token).first()
    if invitation is None:
        return show(request, "accounts/invitation_closed.html", {}, status=404)
    form = AcceptInvitationForm(posted(request), email=invitation.email)
    if request.method == "POST" and accepted(request, token, form):
        return redirect(settings.LOGIN_REDIRECT_URL)
    return show(request, template_name, {"invitation": invitation, "form": form})


@http_methods("GET")
def own_address(request, template_name="account/email.html"):
    """Say with which address one signs in: it came with the invitation, and the back office alone changes it."""
    return show(request, template_name, {})


@http_methods("POST")
def switch_organisation(request):
    """Choose the organisation to act for, among one's own; lead to the page asked for, if it is one of ours."""
    chosen = next((m for m in request.memberships if str(m.pk) == request.POST.get("membership")), None)
    if chosen is None:
        raise Http404
    act_for(request, chosen)
    page = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect(page if is_ours else settings.LOGIN_REDIRECT_URL)


def team_context(request) -> dict:
    """Return the people and the invitations of the actor's organisation, and the places that are hers to change."""
    rows = Membership.objects.visible_to(request.actor).select_related("user")
    team = list(rows.order_by("user__last_name", "user__first_name", "pk"))
    return {
        "team": team,
        "vacant": vacant_roles(request.actor.side, [person.role for person in team if person.is_active]),
        "invitations": Invitation.objects.visible_to(request.actor).waiting().order_by("created_at"),
        "granted": grantable_roles(request.actor),
        "can_invite": may(request.actor, Act.INVITE),
    }


def accepted(request, token: str, form) -> bool:
    """Join the organisation, as the signed-in person or with a new account; the reason of a refusal is shown."""
    try:
        if request.user.is_authenticated:
            act_for(request, actions.accept_as_user(token=token, user=request.user))
            return True
        if not form.is_valid():
            return False
        actions.accept_invitation(token=token, **form.cleaned_data)
    except DomainError as error:
        if request.user.is_authenticated:
            messages.error(request, str(error))
        else:
            form.add_error(error.field, str(error))
        return False
    request.session[NEW_ACCOUNT] = form.email
    messages.success(request, "Votre accès est créé : connectez-vous.")
    return True


def act_for(request, place: Membership) -> None:
    """Choose the organisation of a place of the signed-in person, and tell her so."""
    request.session[SESSION_KEY] = str(place.pk)
    messages.success(request, f"Vous agissez maintenant pour {place.organisation.with_article}.")


def set_active(request, pk, is_active: bool, success: str):
    """Open or close a place of the actor's team, then go back to the team."""
    membership = get_object_or_404(Membership.objects.visible_to(request.actor), pk=pk)
    attempt(request, actions.set_membership_active, membership=membership, is_active=is_active, success=success)
    return redirect("accounts:team")
