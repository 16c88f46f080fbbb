"""Lists: the same cells as django-tables2's own rendering, stable pages, exports, fragments."""

import re
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import django_tables2 as tables
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.html import format_html
from openpyxl import load_workbook

from contracts.tables import ContractTable
from core import clock
from core.columns import (
    A,
    DateColumn,
    EuroColumn,
    IntegerColumn,
    LinkColumn,
    PartyColumn,
    PercentColumn,
    StatusColumn,
    TextColumn,
    YesNoColumn,
)
from core.enums import Side
from core.filters import BaseFilterSet, SearchFilter
from core.models import AuditEvent, JobState
from core.spreadsheets import write_csv, write_xlsx
from core.tables import BaseTable, FastTable, table_response
from dashboards.tables import PortfolioTable
from dialogues.tables import DialogueTable
from funding.tables import PaymentTable
from health_projects.tables import ProjectTable

pytestmark = pytest.mark.django_db


@pytest.fixture
def events():
    """Thirty entries of a journal: choices, dates, empty and hostile text."""
    at = clock.now()
    AuditEvent.objects.bulk_create(
        AuditEvent(
            sequence=number,
            at=at,
            user_name=f"Personne {number % 7}",
            organisation_name="" if number % 3 else "CPTS <b>A</b> & fils",
            side=[Side.CPTS, Side.ARS, Side.FUND][number % 3],
            action="sample",
            object_type="x",
            object_id=str(number),
            object_label="=1+1" if number == 1001 else f"objet {number}",
            previous_hash="0",
            hash=str(number),
        )
        for number in range(1001, 1031)
    )
    return AuditEvent.objects.filter(sequence__gt=1000)


def get(address="/", **headers):
    request = RequestFactory().get(address, **headers)
    request.htmx = False
    return request


# The same as django-tables2

CELL = re.compile(r"<td([^>]*)>(.*?)</td>", re.S)


def body(html: str) -> list[list[tuple]]:
    """Return the cells of the rows, without what only the portal or only django-tables2 adds."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html.split("<tbody")[1].split("</tbody")[0], re.S)
    strip = re.compile(r'data-label="[^"]*"|data-unknown|class="(odd|even)"')
    return [[(" ".join(strip.sub("", a).split()), text.strip()) for a, text in CELL.findall(row)] for row in rows]


def compare(declaration, data, meta=None, per_page=None):
    """Print the same table by both templates; return the number of rows that are equal."""
    stock = type("Stock", (declaration,), {"Meta": type("Meta", (), dict(meta or {}))})
    fast = type("Fast", (FastTable, declaration), {"Meta": type("Meta", (), dict(meta or {}))})
    stock_table, fast_table = stock(data()), fast(data())
    for table in (stock_table, fast_table):
        tables.RequestConfig(get(), paginate={"per_page": per_page} if per_page else False).configure(table)
    source = Template("{% load django_tables2 %}{% render_table table 'django_tables2/table.html' %}")
    expected = body(source.render(Context({"table": stock_table, "request": get()})))
    found = body("<tbody>" + "".join(fast_table.fast_rows()) + "</tbody>")
    assert found == expected
    assert list(fast_table.as_values()) == list(stock_table.as_values())
    return len(found)


class PermissionDeclaration(tables.Table):
    name = tables.Column(linkify=lambda record: f"/p/{record.pk}?a=1&b=2" if record.pk % 2 else None)
    app = tables.Column(accessor="content_type__app_label")
    model = tables.Column(accessor="content_type__model", attrs={"td": {"class": "x"}})
    shouted = tables.Column(accessor="name__upper", attrs={"td": {"data-id": lambda record: record.pk}})
    empty = tables.Column(empty_values=(), accessor="pk")
    missing = tables.Column(accessor="nothing__here")
    box = tables.CheckBoxColumn(accessor="pk")
    hidden = tables.Column(accessor="codename", visible=False)

    def render_empty(self, value, record, bound_column, bound_row, table, column):
        return format_html("<i>{}-{}</i>", bound_column.name, record.codename)


class EventDeclaration(tables.Table):
    side = tables.Column()
    organisation_name = tables.Column(default="néant")
    at = tables.Column()
    before = tables.Column()


def test_cells_are_those_of_django_tables2_for_relations_links_and_methods():
    rows = Permission.objects.select_related("content_type")
    assert compare(PermissionDeclaration, lambda: rows, {"row_attrs": {"data-id": lambda record: record.pk}}) > 20


def test_cells_are_those_of_django_tables2_for_choices_dates_and_empty_values(events):
    assert compare(EventDeclaration, lambda: events) == 30


def test_cells_are_those_of_django_tables2_for_dictionaries_and_pages(events):
    declaration = type("D", (tables.Table,), {"a": tables.Column(), "b": tables.Column()})
    assert compare(declaration, lambda: [{"a": "<x>", "b": 1}, {"a": None, "b": None}]) == 2
    assert compare(EventDeclaration, lambda: events, per_page=7) == 7


# The portal's own


class EventTable(BaseTable):
    sequence = LinkColumn("accessibility", args=[], verbose_name="numéro")
    side = PartyColumn(verbose_name="partie")
    user_name = TextColumn(verbose_name="personne")
    object_label = TextColumn(verbose_name="objet")
    at = DateColumn(verbose_name="le")

    class Meta(BaseTable.Meta):
        noun = ("entrée", "entrées")
        empty_title = "Aucune entrée"
        empty_text = "Une entrée apparaît ici à chaque acte."


class EventFilter(BaseFilterSet):
    search = SearchFilter(fields=("user_name", "object_label"))

    class Meta:
        model = AuditEvent
        fields = ("side",)


def listing(events, address="/", htmx=None):
    request = get(address)
    request.htmx = htmx or False
    request._messages = []
    return table_response(
        request, queryset=events, table_class=EventTable, filterset_class=EventFilter, template_name="tables/list.html"
    )


def test_a_list_page_counts_sorts_and_paginates(events):
    html = listing(events, "/?sort=-sequence&page=2").content.decode()
    assert "30 entrées" in html and html.count("<tr>") == 6  # the head and five rows
    assert 'aria-sort="descending"' in html and 'href="?page=1&amp;sort=-sequence"' in html.replace(
        "?sort=-sequence&amp;page=1", "?page=1&amp;sort=-sequence"
    )


def test_words_of_the_search_are_found_in_any_order_and_field(events):
    html = listing(events, "/?search=objet+personne+3").content.decode()
    assert "Personne 3" in html and "Personne 4" not in html


@pytest.mark.parametrize("query", ["page=999", "page=abc", "page=-1", "sort=nothing", "side=NOWHERE", "sort="])
def test_an_address_that_makes_no_sense_still_shows_rows(events, query):
    assert "objet" in listing(events, f"/?{query}").content.decode()


def test_equal_rows_are_ordered_by_their_key_so_that_pages_neither_repeat_nor_forget(events):
    seen = []
    for page in (1, 2):
        table = EventTable(events).turn_to(get(f"/?sort=at&page={page}"))
        seen += [row.record.pk for row in table.paginated_rows]
    assert seen == sorted(seen) and len(set(seen)) == 30


def test_an_unsorted_list_is_ordered_by_its_key_too(events):
    table = EventTable(events.order_by()).turn_to(get())
    assert table.data.data.query.order_by == ("pk",)


def test_a_list_makes_two_queries_whatever_its_length(events):
    for rows in (events.filter(sequence__lte=1002), events):
        with CaptureQueriesContext(connection) as queries:
            listing(rows)
        assert len([query for query in queries if "core_auditevent" in query["sql"]]) == 2


def test_htmx_receives_the_results_the_count_and_the_sort_only(events):
    response = listing(events, "/?sort=-sequence", SimpleNamespace(target="results"))
    html = response.content.decode()
    assert "<html" not in html and html.count("hx-swap-oob") == 2 and 'value="-sequence"' in html
    assert "HX-Request" in response["Vary"]


def test_an_empty_list_invites_and_a_filtered_one_speaks_of_the_filters(events):
    assert "Une entrée apparaît ici" in listing(events.none()).content.decode()
    html = listing(events, "/?search=introuvable").content.decode()
    assert "Rien ne répond à ces filtres" in html and "Effacer les filtres" in html


def test_the_export_holds_every_filtered_row_and_no_formula(events):
    response = listing(events, "/?_export=xlsx&side=FUND")
    sheet = load_workbook(BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Numéro", "Partie", "Personne", "Objet", "Le") and len(rows) == 11
    assert rows[1][1] == "Caisse" and "'=1+1" in [row[3] for row in rows]
    assert 'filename="entrees.xlsx"' in response["Content-Disposition"]
    csv = listing(events, "/?_export=csv").content.decode("utf-8-sig")
    assert csv.count("\r\n") == 31 and csv.startswith("Numéro;Partie;")


class ValueTable(BaseTable):
    status = StatusColumn(verbose_name="état")
    amount = EuroColumn(verbose_name="montant")
    population = IntegerColumn(verbose_name="population")
    rate = PercentColumn(verbose_name="taux")
    done = YesNoColumn(verbose_name="fait", tones=("ok", "off"))


def test_columns_speak_french_on_the_page_and_keep_their_values_in_the_export():
    row = {
        "status": JobState.DONE,
        "amount": Decimal("8678.08"),
        "population": 66614,
        "rate": Decimal("0.697"),
        "done": True,
    }
    table = ValueTable([row]).turn_to(get())
    html = "".join(table.fast_rows())
    assert '<td data-label="Montant" class="amount">8\u202f678,08\u00a0€</td>' in html
    assert "pill-ok" in html and "66\u202f614" in html and "69,70\u00a0%" in html and ">Oui<" in html
    assert list(table.as_values())[1] == ["Terminé", Decimal("8678.08"), 66614, Decimal("0.697"), True]


@pytest.mark.parametrize(
    ("amount", "written"), [(Decimal("103219.190000000"), "103219,19"), (Decimal(95625), "95625,00"), (7, "7,00")]
)
def test_an_exported_amount_has_two_decimals_whatever_the_database_gives(amount, written):
    row = {"status": JobState.DONE, "amount": amount, "population": 1, "rate": Decimal("0.5"), "done": True}
    _heads, values = ValueTable([row]).as_values()
    assert write_csv(["Montant"], [[values[1]]]).decode("utf-8-sig").splitlines()[1] == written
    book = load_workbook(BytesIO(write_xlsx("Liste", ["Montant"], [[values[1]]])))
    assert book.active["A2"].number_format == "#,##0.00"


def test_hostile_words_are_escaped_in_cells_and_labels(events):
    class Hostile(BaseTable):
        organisation_name = TextColumn(verbose_name='A" onx="')

    html = "".join(Hostile(events).turn_to(get()).fast_rows())
    assert "<b>A</b>" not in html and "&lt;b&gt;A&lt;/b&gt;" in html and 'onx="' not in html


def test_a_link_column_leads_to_the_row_by_its_key():
    column = LinkColumn("contracts:contract_detail")
    assert column.link.reverse_args == {"viewname": "contracts:contract_detail", "args": [A("pk")]}


def test_a_cell_without_a_value_says_so_to_the_small_card_of_a_phone():
    class Sizes(FastTable):
        name, size = tables.Column(), tables.Column()

        class Meta:
            default = "–"

    table = Sizes([{"name": "Val", "size": None}, {"name": "Dunes", "size": 0}])
    tables.RequestConfig(get(), paginate=False).configure(table)
    first, second = table.fast_rows()
    assert first.count("data-unknown") == 1 and "data-unknown" not in second


@pytest.mark.parametrize("table", [ProjectTable, PortfolioTable, DialogueTable, PaymentTable, ContractTable])
def test_a_list_too_wide_for_a_tablet_says_which_columns_it_does_without(table):
    spare = {name for name, column in table.base_columns.items() if "spare" in str(column.attrs)}
    assert spare and not spare & {"cpts", "name", "state", "status", "amount"}
