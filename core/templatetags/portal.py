"""Tags of every page: the components described in docs/face.md. The filters are in `values.py`."""

from collections.abc import Iterable
from datetime import datetime
from difflib import SequenceMatcher
from re import findall
from typing import Any

from django import template
from django.conf import settings
from django.db.models import Model
from django.forms import FileInput, PasswordInput
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core import clock
from core.deletion import MARK, mark_of, mark_to_delete
from core.errors import StaleForm
from core.face import Turn
from core.forms import OPTIONAL
from core.icons import ICONS
from core.models import JobState
from core.wording import without_note as plain_sentence

register = template.Library()

LONG_TEXT = 20_000  # above, texts are compared line by line rather than word by word
TONES = ("ok", "wait", "stop", "off")
PARTIES = {
    "CPTS": ("cpts", "CPTS"),
    "ARS": ("ars", "ARS"),
    "FUND": ("fund", "Caisse"),
    "NATIONAL": ("national", "National"),
    "BACK_OFFICE": ("portal", "Administration"),
    "SYSTEM": ("portal", "Portail"),
}


# Marks: a word with its shape and colour


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return the line icon `name`; silent for readers unless it has a `label`."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        spoken,
        mark_safe(ICONS[name]),  # noqa: S308 - our own drawings
    )


@register.simple_tag
def pill(tone: str, text: str) -> SafeString:
    """Return a state: a word, a shape and a colour. Unknown tones are drawn as « off »."""
    return format_html('<span class="pill pill-{}">{}</span>', tone if tone in TONES else "off", text)


@register.simple_tag
def status_pill(status: Any, label: str = "") -> SafeString:
    """Return the pill of a member of a lifecycle, whichever the lifecycle."""
    if status in (None, ""):
        return mark_safe("")
    return pill(getattr(status, "tone", "off"), label or getattr(status, "label", str(status)))


@register.simple_tag
def party_chip(side: Any, name: str = "") -> SafeString:
    """Return the chip of a party, a colour and its word, then the organisation's name."""
    css, word = PARTIES.get(getattr(side, "name", str(side)).upper(), ("portal", str(side)))
    chip = format_html('<span class="party party-{}">{}</span>', css, word)
    return format_html("{} {}", chip, name) if name else chip


@register.simple_tag
def to_confirm() -> SafeString:
    """Return the note that stands beside each figure whose source is not validated."""
    return mark_safe('<span class="note">répartition à confirmer</span>')


@register.simple_tag
def compare_texts(before: str, after: str) -> SafeString:
    """Return `after` with the words removed since `before` (del) and added (ins)."""
    unit = r"\s+|\w+|[^\w\s]" if len(before or "") + len(after or "") < LONG_TEXT else r"[^\n]*\n?"
    old, new = (findall(unit, text or "") for text in (before, after))
    parts = []
    for removed, added in _runs(old, new):
        if removed == added:
            parts.append(conditional_escape(added))
            continue
        if removed.strip():
            parts.append(format_html("<del>{}</del>", removed))
        parts.append(format_html("<ins>{}</ins>", added) if added.strip() else conditional_escape(added))
    return format_html('<div class="compared">{}</div>', mark_safe("".join(parts)))  # noqa: S308 - each part escaped


def _runs(old: list[str], new: list[str]) -> list[list[str]]:
    """Return what stood and what stands, run by run; changes that a blank parts are one, to be read as a phrase."""
    runs: list[list[str]] = []
    for _, *place in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        removed, added = "".join(old[place[0] : place[1]]), "".join(new[place[2] : place[3]])
        if len(runs) > 1 and removed != added and runs[-1][0] == runs[-1][1] == " ":
            blank, _ = runs.pop()
            runs[-1] = [runs[-1][0] + blank + removed, runs[-1][1] + blank + added]
        else:
            runs.append([removed, added])
    return runs


# Page furniture


@register.simple_tag
def breadcrumb(*parts: str) -> SafeString:
    """Return the breadcrumb of « label, url, label, url, last label »; it starts at the home page."""
    links = [("Accueil", _home()), *zip(parts[:-1:2], parts[1::2], strict=False)]
    items = format_html_join("", '<li><a href="{1}">{0}</a></li>', links)
    return format_html(
        '<nav class="breadcrumb-line" aria-label="Fil d’Ariane"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        items,
        parts[-1],
    )


def _home() -> str:
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@register.inclusion_tag("components/ribbon.html")
def demonstration_ribbon():
    """Say that people and figures are invented, and which day the demonstration is at."""
    return {"shown": settings.DEMONSTRATION, "today": clock.today() if settings.DEMONSTRATION else None}


@register.inclusion_tag("components/turn_banner.html", takes_context=True)
def turn_banner(context, turn: Turn | None):
    """Say whose turn it is; terracotta and a button when it is the reader's."""
    return {"turn": turn, "csrf_token": context["csrf_token"]}


@register.inclusion_tag("components/three_way_panel.html")
def three_way_panel(rows: Iterable, caption: str = ""):
    """One line a party: consented, approved or signed, when, by whom, or what is missing."""
    return {"rows": rows, "caption": caption}


@register.inclusion_tag("components/amount_with_reason.html")
def amount_with_reason(amount, reason: str, rule: str = "", to_confirm: bool = False, maximum: bool = False):
    """An amount that opens in place into its calculation and its rule."""
    reason = plain_sentence(reason) if to_confirm else reason
    return {"amount": amount, "reason": reason, "rule": rule, "to_confirm": to_confirm, "maximum": maximum}


@register.inclusion_tag("components/empty_state.html")
def empty_state(text: str, url: str = "", label: str = "", title: str = ""):
    """Say what would fill the place, and offer the first step."""
    return {"text": text, "url": url, "label": label, "title": title}


@register.inclusion_tag("components/todo_list.html")
def todo_list(items: Iterable, empty: str = "Rien n’attend votre action."):
    """What waits for the reader, in the order given."""
    return {"items": items, "empty": empty}


@register.inclusion_tag("components/history.html")
def history(entries: Iterable, empty: str = "Aucune action enregistrée."):
    """Who, for whom, what, when, why."""
    return {"entries": entries, "empty": empty}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Iterable, label: str = "Étapes"):
    """The steps of a long path, with the current one."""
    return {"steps": list(steps), "label": label}


@register.inclusion_tag("components/field_help.html")
def field_help(text: str):
    """A question mark that opens into a sentence, without a script."""
    return {"text": text}


@register.inclusion_tag("components/save_state.html")
def save_state(saved_at: datetime | None = None):
    """« Enregistré à 14:32 »; autosave swaps the element by its id."""
    return {"saved_at": timezone.localtime(saved_at) if saved_at else None}


@register.inclusion_tag("components/job_progress.html", takes_context=True)
def job_progress(
    context, job, url: str, done_url: str = "", done_label: str = "", retry_url: str = "", within: str = ""
):
    """The step and progress of long work; asks `url` again until the row says it ended.

    The answer takes the place of the element that holds it, named by the selector `within`, when it tells more.
    """
    return {
        "within": within,
        "job": job,
        "is_waiting": job.job_state in (JobState.QUEUED, JobState.RUNNING),
        "is_done": job.job_state == JobState.DONE,
        "url": url,
        "done_url": done_url,
        "done_label": done_label,
        "retry_url": retry_url,
        "csrf_token": context["csrf_token"],
    }


@register.inclusion_tag("components/timeline.svg.html")
def timeline(figure):
    """The missions of a contract in time, and the same in a table (`core.timelines.timeline`)."""
    return {"figure": figure}


@register.inclusion_tag("components/bars.svg.html")
def bars(figure):
    """Bars of money and their table (`core.bars.bars`)."""
    return {"figure": figure}


@register.inclusion_tag("components/curve.svg.html")
def curve(figure):
    """The curve of an indicator and its table (`core.curves.curve`)."""
    return {"figure": figure}


# Lists


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context, page, target: str = ""):
    """Pages around the current one; links keep the filters. `target` is the id that HTMX swaps."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "pages": list(pages), "request": context["request"], "target": target}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context, filter):
    """Filters in one line, a plain GET form that HTMX makes immediate."""
    request = context["request"]
    return {"filter": filter, "sort": request.GET.get("sort", ""), "path": request.path}


@register.inclusion_tag("tables/table.html", takes_context=True)
def portal_table(context, table):
    """A table by itself, sortable and paginated, outside of a list page."""
    return {"table": table, "request": context["request"]}


# Forms


@register.inclusion_tag("components/form_errors.html")
def form_errors(*given):
    """One summary of the errors of a page's forms and sets of forms, each linked to its field; nothing without any."""
    sets = [form for form in given if hasattr(form, "management_form")]
    forms = [one for form in given for one in (form if form in sets else [form])]
    general = [sentence for one in forms for sentence in _sentences_of(one)]
    general += [sentence for form in sets for sentence in form.non_form_errors()]
    fields = [
        (field.id_for_label or field.auto_id, str(field.label).removesuffix(OPTIONAL), field.errors)
        for one in forms
        for field in one
        if field.errors
    ]
    count = len(general) + len(fields)
    widgets = [field.widget for one in forms for field in one.fields.values()]
    keeps_all = not any(isinstance(widget, PasswordInput | FileInput) for widget in widgets)
    return {"general": general, "fields": fields, "count": count, "keeps_all": keeps_all}


def _sentences_of(form) -> list[str]:
    """Return the errors of a whole form, save the one that the comparison of a stale form says."""
    errors = form.non_field_errors().as_data()
    return [sentence for error in errors if error.code != StaleForm.code for sentence in error.messages]


@register.inclusion_tag("components/form.html", takes_context=True)
def portal_form(context, form, submit: str = "Enregistrer", cancel_url: str = "", action: str = "", extra=""):
    """A whole POST form: errors, stale comparison, fields, buttons; `extra` is printed before the fields."""
    return {
        "form": form,
        "submit": submit,
        "cancel_url": cancel_url,
        "cancel": "Revenir sans annuler" if submit.startswith("Annuler") else "Annuler",
        "action": action,
        "extra": extra,
        "csrf_token": context["csrf_token"],
        "request": context.get("request"),
    }


@register.simple_tag(takes_context=True)
def read_mark(context) -> SafeString:
    """Return the hidden field that says which row a form was opened for (core.deletion)."""
    mark = mark_of(context["request"]) if context.get("request") else ""
    return format_html('<input type="hidden" name="{}" value="{}">', MARK, mark) if mark else mark_safe("")


@register.inclusion_tag("components/stale_form.html")
def stale_form(form, inlines=()):
    """Both texts side by side, when someone else saved meanwhile; with those of the rows inside the page of another."""
    compared = [form, *(inline.formset for inline in inlines)]
    return {
        "is_stale": any(getattr(one, "is_stale", False) for one in compared),
        "differences": [line for one in compared for line in getattr(one, "differences", [])],
    }


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(
    context,
    url: str,
    label: str,
    style: str = "primary",
    confirm: str = "",
    icon: str = "",
    name: str = "",
    value: str = "",
    deletes: Model | None = None,
    back: str = "",
):
    """A button that posts to `url` (submit, consent, sign); `confirm` asks first.

    One that `deletes` a row says where to lead `back` who finds it deleted already (core.deletion).
    """
    if deletes is not None:
        name, value = MARK, mark_to_delete(context["request"], deletes, back=back)
    css = {"secondary": "outline-primary", "danger": "outline-danger"}.get(style, style)
    return {
        "url": url,
        "label": label,
        "css": css,
        "confirm": confirm,
        "icon_name": icon,
        "name": name,
        "value": value,
        "csrf_token": context["csrf_token"],
    }
