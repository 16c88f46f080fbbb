"""What a person typed about a row that someone else deleted meanwhile is told and shown to her, never lost.

The page of a form carries a signed mark: which row it was opened for, and by whom. A form sent about a row that is no
more is answered by the page of the deletion only to the person who had read the row, for the same organisation; to
anyone else the address does not exist, whether the row ever did or not.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

from django import forms
from django.apps import apps
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst

from core.forms import spoken_value
from core.models import AuditEvent
from core.values import datetime_fr

MARK = "read_row"  # the hidden field of the form
SALT = "core.deletion"
NOT_TYPED = {"csrfmiddlewaretoken", MARK, "version"}
PAGE = "pages/deleted_meanwhile.html"


@dataclass(kw_only=True)
class ReadRow:
    """The row that a form is about, with where to go back and where to `add` it again once it is deleted.

    `under` is the row that another is added to, as its model and its key: gone too, nothing can be added.
    """

    model: str
    pk: str
    back: str = "/"
    add: str = ""
    under: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed in a field; a file is only named, the browser gives it once."""

    label: str
    text: str
    is_file: bool = False


def survives_deletion(*, of: type[Model], form: type[forms.BaseForm] | None = None) -> Callable:
    """Decorate the view of a form about the row `pk` of a model: the row deleted meanwhile, the typed text is shown.

    Without `form`, decorate the view that deletes the row: who comes second is told who came first, and led back.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(request, pk, *args, **kwargs):
            request.read_row = ReadRow(model=of._meta.label, pk=str(pk))
            try:
                return view(request, pk, *args, **kwargs)
            except (Http404, ObjectDoesNotExist) as error:
                if of._base_manager.filter(pk=pk).exists():
                    raise
                row = _read_before(request)
                if row is None:
                    raise Http404 from error
                if form is None:
                    messages.warning(request, _already_deleted(request, of, pk))
                    return redirect(row.back)
                lines = getattr(form, "lines", {})
                return show_deletion(request, of, pk, typed_in(request, form, lines), back=row.back, add=row.add)

        return wrapper

    return decorate


def lead_from(request: HttpRequest, *, back: str, add: str = "", under: Model | None = None) -> None:
    """Say where the page of the deletion leads: `back`, and the form that adds such a row `under` another, if any."""
    request.read_row.back, request.read_row.add = back, add
    request.read_row.under = (under._meta.label, str(under.pk)) if under else None


def mark_of(request: HttpRequest) -> str:
    """Return the signed mark of the form that `request` opens; empty where no row can be deleted meanwhile."""
    row = getattr(request, "read_row", None)
    return _signed(request, row) if row else ""


def mark_to_delete(request: HttpRequest, row: Model, *, back: str) -> str:
    """Return the signed mark of a button that deletes a row: `back` is where to lead who comes second."""
    return _signed(request, ReadRow(model=row._meta.label, pk=str(row.pk), back=back))


def _signed(request: HttpRequest, row: ReadRow) -> str:
    return signing.dumps([row.model, row.pk, _reader(request), row.back, row.add, row.under], salt=SALT)


def show_deletion(
    request: HttpRequest, model: type[Model], pk: object, typed: list[Typed], *, back: str, add: str = ""
) -> HttpResponse:
    """Answer 410 with who deleted the row `pk`, as the journal tells it, and with what was typed about it."""
    context = {
        "name": capfirst(model._meta.verbose_name),
        "event": _deletion_of(model, pk),
        "typed": typed,
        "files": any(line.is_file for line in typed),
        "back": back,
        "add": add,
        "sent": [(name, value) for name, values in request.POST.lists() for value in values if name not in NOT_TYPED],
    }
    return render(request, PAGE, context, status=410)


def _deletion_of(model: type[Model], pk: object) -> AuditEvent | None:
    events = AuditEvent.objects.filter(object_type=model._meta.label, object_id=str(pk), action__endswith=".delete")
    return events.last()


def _already_deleted(request: HttpRequest, model: type[Model], pk: object) -> str:
    """Return who deleted a row, and when, to the person who wanted to."""
    event = _deletion_of(model, pk)
    if event is None:
        return "Quelqu’un d’autre l’a supprimé avant vous."
    what = f"«\u00a0{event.object_label}\u00a0» le {datetime_fr(event.at)}"
    if event.user_id == request.actor.user_id:
        return f"Vous avez déjà supprimé {what}."
    return f"{', '.join(filter(None, [event.user_name, event.organisation_name]))}, a déjà supprimé {what}."


def typed_in(
    request: HttpRequest, form: type[forms.BaseForm], lines: Mapping[str, type[forms.BaseForm]]
) -> list[Typed]:
    """Return what a form was sent with, in its order, then the rows inside its page; `lines` gives their forms."""
    fields = [(name, capfirst(field.label or name), field) for name, field in form.base_fields.items()]
    for prefix, line in lines.items():
        for key in request.POST:
            found = re.fullmatch(rf"{re.escape(prefix)}-(\d{{1,4}})-(\w+)", key)  # no page has more rows
            field = line.base_fields.get(found[2]) if found else None
            if field is not None:
                fields.append((key, f"{capfirst(field.label or found[2])} {int(found[1]) + 1}", field))
    told = [_typed(request, name, label, field) for name, label, field in fields if name not in NOT_TYPED]
    return [line for line in told if line.text]


def _typed(request: HttpRequest, name: str, label: str, field: forms.Field) -> Typed:
    if isinstance(field, forms.FileField):
        return Typed(label=label, text=", ".join(file.name for file in request.FILES.getlist(name)), is_file=True)
    if isinstance(field.widget, forms.HiddenInput | forms.PasswordInput):
        return Typed(label=label, text="")
    value = field.widget.value_from_datadict(request.POST, request.FILES, name)
    try:
        value = field.clean(value)
    except ValidationError:
        value = "" if isinstance(field, forms.ModelChoiceField) or not isinstance(value, str) else value
    return Typed(label=label, text="" if value is False else spoken_value(value, field))


def _read_before(request: HttpRequest) -> ReadRow | None:
    """Return the row that the sent form says its reader had read; None unless it is the row of this address."""
    try:
        model, pk, reader, back, add, under = signing.loads(request.POST.get(MARK, ""), salt=SALT)
    except signing.BadSignature:
        return None
    asked = request.read_row
    if [model, pk, reader] != [asked.model, asked.pk, _reader(request)]:
        return None
    return ReadRow(model=model, pk=pk, back=back, add=add if _stands(under) else "")


def _stands(under: list[str] | None) -> bool:
    return under is None or apps.get_model(under[0])._base_manager.filter(pk=under[1]).exists()


def _reader(request: HttpRequest) -> list[str]:
    return [str(request.actor.user_id), str(request.actor.organisation_id)]
