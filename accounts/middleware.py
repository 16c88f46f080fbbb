"""Who acts in this request, and the second factor of those who must have one."""

from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Membership
from accounts.permissions import needs_second_factor
from accounts.session_over import keep_written
from core.actor import Actor
from core.enums import Role, Side

SESSION_KEY = "membership"
SESSION_OVER = "Votre session est terminée : reconnectez-vous, vous retrouverez ce que vous écriviez."


class SignInMiddleware(LoginRequiredMiddleware):
    """Send signed-out people to sign in, and lose nothing of what they were writing.

    HTMX is told 401: the page stays as it is, and static/js/session.js says that the session is over. After a
    POST, sign-in leads back to the page of the form, where the same script puts back what was typed; without the
    script, the sign-in page shows the texts, to be copied.
    """

    def handle_no_permission(self, request, view_func):
        if request.htmx:
            return HttpResponse("Votre session est terminée.", status=401, content_type="text/plain; charset=utf-8")
        if request.method == "POST":
            keep_written(request)
            messages.info(request, SESSION_OVER)
            return redirect_to_login(page_of_form(request))
        return super().handle_no_permission(request, view_func)


class ActorMiddleware:
    """Set `request.actor` and `request.memberships` from the signed-in person and the organisation chosen."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.memberships = memberships_of(request.user) if request.user.is_authenticated else []
        request.membership = chosen(request.memberships, request.session.get(SESSION_KEY))
        request.actor = actor_of(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Send people who need a second factor to set it up before anything else."""

    OPEN_VIEWS = ("allauth.", "django.views.i18n", "accounts.views.switch_organisation")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = f"{view.__module__}.{getattr(view, '__name__', '')}"
        login_free = not getattr(view, "login_required", True)
        if login_free or name.startswith(self.OPEN_VIEWS) or not lacks_second_factor(request):
            return None
        messages.warning(request, "Votre rôle demande un second facteur : choisissez-en un pour continuer.")
        return redirect("mfa_index")


def page_of_form(request) -> str:
    """Return the address of the page that sent this POST; its own address when the browser does not say."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return request.get_full_path()
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def memberships_of(user) -> list[Membership]:
    """Return the active memberships of a person, with what an Actor needs."""
    places = user.memberships.active()  # each place knows its user: nobody reads the person a second time
    return list(places.select_related("organisation").prefetch_related("delegations_received"))


def chosen(memberships: list[Membership], key: str | None) -> Membership | None:
    """Return the membership chosen in the header, or the first one."""
    return next((item for item in memberships if str(item.pk) == key), next(iter(memberships), None))


def actor_of(request) -> Actor | None:
    """Return the Actor of a request, None for an anonymous one; a person without a place sees nothing."""
    if not request.user.is_authenticated:
        return None
    if request.membership:
        return request.membership.as_actor()
    return Actor(
        user_id=request.user.pk,
        user_name=str(request.user),
        organisation_id=None,
        organisation_name="",
        side=Side.BACK_OFFICE,
        role=Role.READER,
    )


def lacks_second_factor(request) -> bool:
    """Return whether the signed-in person must set up a second factor first."""
    if not request.user.is_authenticated:
        return False
    required = request.user.is_staff or any(
        needs_second_factor(membership.organisation.side, membership.role) for membership in request.memberships
    )
    return required and not is_mfa_enabled(request.user)
