"""Pages of the demonstration: accounts and codes, the path to play, mails, the portal's date. No account is needed."""

from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from core import clock
from core.dates import add_months, format_date
from core.errors import DomainError
from core.http import http_methods
from demonstration import guide, people
from demonstration.events import next_events
from demonstration.forms import DossierForm, MoveForm
from demonstration.mails import sent_mails
from demonstration.moves import move_to

LOGIN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def demonstration_only(view: Callable) -> Callable:
    """Open a view to everyone in a demonstration, and hide it anywhere else."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if not settings.DEMONSTRATION:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(never_cache(wrapper))


@demonstration_only
@http_methods("GET")
def tools(request, template_name="demonstration/tools.html"):
    """Accounts, with the code that the phone of each would show now."""
    context = {"groups": people.accounts(), "password": people.password(), "seconds_left": people.seconds_left()}
    return render(request, template_name, context)


@demonstration_only
@http_methods("GET")
def codes(request, template_name="demonstration/partials/codes.html"):
    """The codes alone, that replace those of the page when they change."""
    accounts = [account for group in people.accounts().values() for account in group if account.code]
    return render(request, template_name, {"accounts": accounts, "seconds_left": people.seconds_left()})


@demonstration_only
@http_methods("POST")
def sign_in(request, pk):
    """Sign in as an invented person, second factor included."""
    user = get_object_or_404(people.demonstration_users(), pk=pk)
    login(request, user, backend=LOGIN_BACKEND)
    record_authentication(request, user, "password", email=user.email)
    if people.has_second_factor(user):
        record_authentication(request, user, "mfa", type="totp")
    messages.success(request, f"Vous êtes {user.get_full_name()}.")
    return redirect(_safe_next(request))


@demonstration_only
@http_methods("GET")
def play(request, template_name="demonstration/guide.html"):
    """The whole path, step by step, with who does what."""
    return render(request, template_name, {"steps": guide.steps(), "password": people.password()})


@demonstration_only
@http_methods("GET")
def mails(request, template_name="demonstration/mails.html"):
    """The mails that the portal would have sent."""
    to = request.GET.get("to", "").strip()
    return render(request, template_name, {"mails": sent_mails(to=to), "to": to})


@demonstration_only
@http_methods("GET")
def dates(request, template_name="demonstration/dates.html"):
    """The portal's date, and the days one may want to go to."""
    return render(request, template_name, _dates_context(request, MoveForm(initial={"day": clock.today()})))


@demonstration_only
@http_methods("POST")
def move(request, template_name="demonstration/dates.html"):
    """Go to a day."""
    form = MoveForm(request.POST)
    if form.is_valid() and _move(request, form.cleaned_data["day"], form):
        return redirect(_dates_address(request))
    return render(request, template_name, _dates_context(request, form))


@demonstration_only
@http_methods("POST")
def move_a_month(request):
    """Go one month ahead."""
    _move(request, add_months(clock.today(), 1))
    return redirect(_dates_address(request))


@demonstration_only
@http_methods("POST")
def come_back(request):
    """Come back to the real date."""
    _move(request, timezone.localdate())
    return redirect(_dates_address(request))


def _move(request, day, form=None) -> bool:
    """Move the portal and say what happened on the way; False when it may not go there."""
    try:
        with transaction.atomic():
            done = move_to(day, real_day=timezone.localdate())
    except DomainError as error:
        if form is not None:
            form.add_error("day", str(error))
        else:
            messages.error(request, str(error))
        return False
    happened = f" En chemin : {', '.join(done)}." if done else " Rien ne s’est produit en chemin."
    messages.success(request, f"Le portail est au {format_date(day)}.{happened}")
    return True


def _dates_context(request, form: MoveForm) -> dict:
    dossier_form = DossierForm(request.GET or None)
    cpts = dossier_form.cleaned_data["cpts"] if dossier_form.is_bound and dossier_form.is_valid() else None
    return {
        "form": form,
        "dossier_form": dossier_form,
        "cpts": cpts,
        "events": next_events(clock.today(), cpts=cpts),
        "real_day": timezone.localdate(),
    }


def _dates_address(request) -> str:
    cpts = request.GET.get("cpts", "")
    return reverse("demonstration:dates") + (f"?cpts={cpts}" if cpts.replace("-", "").isalnum() else "")


def _safe_next(request) -> str:
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if address and is_ours else reverse("dashboards:home")
