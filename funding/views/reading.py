"""Pages that are read only: the schedule of a contract, the statement of a year."""

from django.shortcuts import get_object_or_404

from core import clock
from core.http import http_methods, show
from core.spreadsheets import CONTENT_TYPES, spreadsheet_response
from funding.models import Statement
from funding.schedule import schedule_of, schedule_sums, schedule_years
from funding.sheets import schedule_sheet, statement_sheet
from funding.statements import opened_lines, revised_lines
from funding.views.access import signed_contract_of


@http_methods("GET")
def schedule(request, pk, template_name="funding/schedule.html"):
    contract = signed_contract_of(request, pk)
    lines = schedule_of(contract, clock.today())
    if (kind := request.GET.get("_export")) in CONTENT_TYPES:
        return spreadsheet_response(kind, f"echeancier-{contract.number}", "Échéancier", *schedule_sheet(lines))
    years = schedule_years(contract, lines, clock.today())
    context = {
        "contract": contract,
        "years": years,
        "sums": schedule_sums(lines),
        "has_deductions": any(year.sums.deducted for year in years),
    }
    return show(request, template_name, context)


@http_methods("GET")
def statement_detail(request, pk, template_name="funding/statement_detail.html"):
    related = ("contract__cpts", "agreement_version", "document__file")
    statements = Statement.objects.visible_to(request.actor).select_related(*related)
    statement = get_object_or_404(statements, pk=pk)
    if (kind := request.GET.get("_export")) in CONTENT_TYPES:
        return spreadsheet_response(kind, f"decompte-annee-{statement.year}", "Décompte", *statement_sheet(statement))
    revisions = list(statement.contract.statements.filter(year=statement.year))
    previous = next((row for row in revisions if row.revision == statement.revision - 1), None)
    context = {
        "statement": statement,
        "lines": opened_lines(statement),
        "revisions": [row for row in revisions if row != statement],
        "previous": previous,
        "difference": statement.total - previous.total if previous else None,
        "revised": [row for row in revised_lines(statement, previous) if row.difference] if previous else [],
    }
    return show(request, template_name, context)
