"""Lists: declared as in django-tables2, printed in one pass of plain Python.

django-tables2 inspects signatures, resolves accessors and compiles templates for every cell; here each column
is prepared once for the whole page. Cells and ordering stay those of django-tables2
(`tests/core/test_tables.py` compares them).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partialmethod
from inspect import getattr_static
from operator import attrgetter

import django_tables2 as tables
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import localize
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst, slugify
from django_tables2.rows import BoundPinnedRow
from django_tables2.utils import signature

from core.spreadsheets import spreadsheet_response
from core.wording import counted

PER_PAGE = 25
RENDER_ARGS = {"value", "record", "column", "bound_column", "bound_row", "table"}
arg_names = lru_cache(maxsize=1024)(signature)  # django-tables2 inspects it again for every cell


@lru_cache(maxsize=1024)
def field_getter(model, path: tuple[str, ...]) -> Callable | None:
    """Return record -> value if `path` only crosses forward fields of `model`, else None."""
    *relations, name = path
    try:
        for bit in relations:
            model = model._meta.get_field(bit).remote_field.model
        field = model._meta.get_field(name)
    except (FieldDoesNotExist, AttributeError):
        return None
    display = getattr_static(model, f"get_{name}_display", None)
    if not field.concrete or field.many_to_many or not isinstance(display, partialmethod | None):
        return None  # not a column of the database, or a label rewritten by the model
    attribute, labels = attrgetter(".".join(path)), dict(field.flatchoices)

    def get(record):
        try:
            value = attribute(record)
        except AttributeError:  # null foreign key on the way
            return None
        return labels.get(value, value) if labels else value

    return get


def to_html(value, use_l10n=None) -> str:
    """Return a value as a template would print it."""
    if type(value) is str:
        return escape(value)
    if isinstance(value, datetime):
        value = timezone.template_localtime(value)
    return value if type(value) is SafeString else conditional_escape(str(localize(value, use_l10n)))


def has_callable(attrs: dict) -> bool:
    return any(callable(value) or (isinstance(value, dict) and has_callable(value)) for value in attrs.values())


@dataclass(frozen=True, kw_only=True)
class Head:
    """What the template prints in a `<th>`: the link sorts and goes back to the first page."""

    name: str
    attrs: str
    label: str
    href: str
    icon: str
    aria_sort: str


class FastTable(tables.Table):
    """A django-tables2 table whose template prints `fast_head` and `fast_rows`."""

    def _content(self, bound) -> Callable:
        """Compile a column into a function: row -> what `row.get_cell(name)` returns."""
        render_cell, link, model = bound.render, bound.link, self.data.model
        empty, default = bound.column.empty_values, bound.default
        function = getattr(render_cell, "__func__", render_cell)
        names, catch_all = arg_names(function)
        names = tuple(RENDER_ARGS) if catch_all else names[function is not render_cell :]
        get = model and field_getter(model, tuple(bound.accessor.bits))
        if not get or not RENDER_ARGS.issuperset(names):
            return lambda row: row.get_cell(bound.name)  # methods, properties, M2M: django-tables2's way

        def content(row):
            if type(row.record) is not model:  # dicts, pinned rows
                return row.get_cell(bound.name)
            value = get(row.record)
            if value in empty:
                return default
            if names == ("value",) and not link:
                return render_cell(value)
            scope = row._optional_cell_arguments(bound, value)
            html = render_cell(**{name: scope[name] for name in names})
            return link(html, **scope) if link else html

        return content

    def _cell(self, bound) -> Callable:
        """Compile a column into a function: row -> '<td ...>...</td>', escaped."""
        content, use_l10n = self._content(bound), bound.localize
        label = f'data-label="{escape(bound.header)}"' if bound.header else ""
        attrs = {**self.attrs, **bound.column.attrs}
        if has_callable(attrs.get("td", attrs.get("cell", {}))):

            def cell(row):
                bound.current_value, bound.current_record = content(row), row.record
                html = to_html(bound.current_value, use_l10n)
                return f"<td {label} {bound.attrs['td'].as_html()}>{html}</td>"

            return cell
        td = " ".join(part for part in ("<td", label, bound.attrs["td"].as_html()) if part)

        def plain_cell(row):
            html = to_html(content(row), use_l10n)
            unknown = " data-unknown" if html == bound.default else ""  # left out of the small card of a phone
            return f"{td}{unknown}>{html}</td>"

        return plain_cell

    def fast_rows(self) -> Iterator[SafeString]:
        """Each row of the current page: '<tr><td>…</td>…</tr>', escaped."""
        cells = [self._cell(bound) for bound in self.columns]
        for row in self.paginated_rows:
            plain = not self.row_attrs and not isinstance(row, BoundPinnedRow)
            start = "<tr>" if plain else f"<tr {row.attrs.as_html()}>"
            yield mark_safe(start + "".join(cell(row) for cell in cells) + "</tr>\n")  # noqa: S308 - escaped by cell

    def fast_head(self) -> Iterator[Head]:
        """The heads; the parameters of the page are kept, but its number."""
        request = getattr(self, "request", None)
        query = request.GET.copy() if request else {}
        for name in (self.prefixed_page_field, "_export"):
            query.pop(name, None)
        for bound in self.columns:
            ordered = bound.order_by_alias.is_descending if bound.is_ordered else None
            href = ""
            if bound.orderable and request:
                query[self.prefixed_order_by_field] = bound.order_by_alias.next
                href = "?" + query.urlencode()
            yield Head(
                name=f"{self.prefix or ''}{bound.name}",
                attrs=bound.attrs["th"].as_html(),
                label=bound.header,
                href=href,
                icon={None: "sort", True: "sort-down", False: "sort-up"}[ordered],
                aria_sort={None: "", True: "descending", False: "ascending"}[ordered],
            )


class BaseTable(FastTable):
    """Base of the portal's lists: French words, a stable order, an empty state that invites.

    `Meta` may add: `noun` (singular, plural) for the count, `caption` for readers, `empty_title`,
    `empty_text`, and the first step `empty_url`, `empty_label`. Give them to the instance where they depend on who
    reads: what to do first, with its page, to who may; to others, who does it.
    """

    class Meta:
        default = "–"
        empty_text = "Rien à afficher pour l’instant."

    def __init__(self, data=None, *, empty_url: str = "", empty_label: str = "", empty_text: str = "", **kwargs):
        super().__init__(data, **kwargs)
        if empty_text:
            self.empty_text = empty_text
        self.empty_url = empty_url or self._said("empty_url", "")
        self.empty_label = empty_label or self._said("empty_label", "")
        self.empty_title = self._said("empty_title", "")
        self.has_no_match = False

    def _said(self, name: str, default):
        return getattr(type(self).Meta, name, default)

    @property
    def order_by(self):
        return self._order_by

    @order_by.setter
    def order_by(self, value):
        """Order the rows; the key decides between equals, so that no row is on two pages or on none."""
        tables.Table.order_by.fset(self, value)
        self._break_ties()

    def _break_ties(self) -> None:
        rows = self.data.data
        if not isinstance(rows, QuerySet) or rows.query.group_by or rows.query.is_sliced:
            return
        order = tuple(rows.query.order_by)
        if not order and rows.query.default_ordering:
            order = tuple(rows.model._meta.ordering)
        if not {"pk", "-pk", "id", "-id"} & {part for part in order if isinstance(part, str)}:
            self.data.data = rows.order_by(*order, "pk")

    def turn_to(self, request: HttpRequest, per_page: int = PER_PAGE) -> "BaseTable":
        """Sort and paginate as the address says; a page that does not exist gives the nearest one."""
        self.request = request
        if sort := [part for part in request.GET.getlist(self.prefixed_order_by_field) if part]:
            self.order_by = sort
        else:
            self._break_ties()
        self._turn_page(request.GET.get(self.prefixed_page_field, 1), per_page)
        return self

    def _turn_page(self, number, per_page: int) -> None:
        try:
            self.paginate(page=number, per_page=per_page)
        except PageNotAnInteger:
            self.paginate(page=1, per_page=per_page)
        except EmptyPage:
            self.paginate(page=self.paginator.num_pages, per_page=per_page)

    def say_no_match(self, path: str) -> None:
        """Speak of the filters, not of the first step, when they leave no row."""
        self.has_no_match = True
        self.empty_title = f"Aucun résultat parmi les {self._said('noun', ('ligne', 'lignes'))[1]}"
        self.empty_text = "Rien ne répond à ces filtres : élargissez votre recherche."
        self.empty_url, self.empty_label = path, "Effacer les filtres"

    @property
    def count(self) -> int:
        """Number of rows on all pages."""
        return self.page.paginator.count if hasattr(self, "page") else len(self.rows)

    @property
    def is_empty(self) -> bool:
        return self.count == 0

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing yet, so nothing to filter or to count."""
        return self.is_empty and not self.has_no_match

    @property
    def count_text(self) -> str:
        return counted(self.count, *self._said("noun", ("ligne", "lignes")))

    @property
    def caption(self) -> str:
        return self._said("caption", capfirst(self._said("noun", ("ligne", "lignes"))[1]))

    @property
    def sort_text(self) -> str:
        return ",".join(self.order_by or ())

    def export(self, kind: str, name: str = "") -> HttpResponse:
        """Return every row, on all pages, as a spreadsheet; `kind` is "xlsx" or "csv"."""
        heads, *rows = self.as_values()
        return spreadsheet_response(kind, slugify(name or self.caption), self.caption, heads, rows)


def table_response(
    request: HttpRequest,
    *,
    queryset: QuerySet,
    table_class: type[BaseTable],
    template_name: str,
    filterset_class=None,
    context: dict | None = None,
    table_options: dict | None = None,
    export_name: str = "",
) -> HttpResponse:
    """Answer a list page: filter, sort, paginate; a fragment for HTMX, a file for `?_export=xlsx|csv`.

    `queryset` is already scoped to the actor. The template receives `table`, `filter` and `context`.
    """
    filterset = None
    if filterset_class:
        filterset = filterset_class(request.GET or None, queryset=queryset, request=request)
        queryset = filterset.qs
    table = table_class(queryset, **(table_options or {}))
    table.turn_to(request)
    if filterset and filterset.form.has_changed():
        table.say_no_match(request.path)
    if (kind := request.GET.get("_export")) in ("xlsx", "csv"):
        return table.export(kind, export_name)
    return show_list(request, template_name, {"table": table, "filter": filterset, **(context or {})})


def show_list(request: HttpRequest, template_name: str, context: dict) -> HttpResponse:
    """Render the page that includes `tables/list.html`, or only its results when HTMX asks for them."""
    is_fragment = getattr(request, "htmx", False) and request.htmx.target == "results"
    response = render(request, "tables/fragment.html" if is_fragment else template_name, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
