"""Pages that tell the whole story: home, dossier of a contract, portfolio."""

from django.contrib import admin
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.text import slugify

from contracts import actions, permissions
from contracts.forms import TerminationForm
from contracts.models import Contract, ContractYear
from core import audit, clock
from core.enums import PARTIES, Side
from core.http import http_methods, logs_reads, require, show, submit_form
from core.tables import table_response
from dashboards.dossier import dossier_context, with_heading
from dashboards.ending import end_context
from dashboards.filters import PortfolioFilter
from dashboards.home import administration_links, home_context
from dashboards.portfolio import portfolio_of, summary_of
from dashboards.tables import PortfolioTable
from dashboards.year_file import year_file
from documents.storage import AlteredFile, StorageUnavailable

AUTHORITIES = (Side.ARS, Side.FUND, Side.NATIONAL)


@http_methods("GET")
def home(request, template_name="dashboards/home.html"):
    actor = request.actor
    if actor.side in (*PARTIES, Side.NATIONAL):
        context = home_context(actor, request.GET)
        if request.htmx and request.htmx.target == "results":
            context["fragment"] = "dashboards/partials/todo_fragment.html"
        return show(request, template_name, context)
    links = administration_links() if admin.site.has_permission(request) else []
    return show(request, "dashboards/home_outside.html", {"links": links})


@http_methods("GET")
def dossier(request, pk, template_name="dashboards/dossier.html"):
    contract = get_object_or_404(with_heading(Contract.objects.visible_to(request.actor), request.actor), pk=pk)
    return show(request, template_name, dossier_context(request.actor, contract))


@logs_reads
@http_methods("GET")
def year_download(request, pk, number):
    """Send the documents and the evidence of a contract year in one archive, and log who took it."""
    years = ContractYear.objects.visible_to(request.actor).select_related(
        "contract__cpts", "contract__ars", "contract__fund"
    )
    year = get_object_or_404(years, contract=pk, number=number, contract__signed_on__isnull=False)
    name = f"contrat-{slugify(year.contract.number)}-annee-{number}.zip"
    try:
        archive = year_file(request.actor, year)
    except (AlteredFile, StorageUnavailable) as error:
        return show(request, "documents/file_unavailable.html", {"name": name, "reason": error}, status=503)
    audit.record(request.actor, "contract.download_year", year.contract, after={"year": number})
    return FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")


@http_methods("GET", "POST")
def contract_end(request, pk, template_name="dashboards/contract_end.html"):
    """Notify the end of a contract, what it changes in money being shown for the day chosen (R19)."""
    contract = get_object_or_404(Contract.objects.visible_to(request.actor).for_funding(), pk=pk)
    require(permissions.may_end(request.actor, contract))
    is_sent = request.method == "POST"  # what was typed while the contract ended stays in its form
    if contract.signed_on is None or not (is_sent or permissions.can_terminate(request.actor, contract)):
        return redirect("dashboards:dossier", pk)
    context = end_context(contract, request.POST if is_sent else request.GET)
    form = TerminationForm(
        request.POST if is_sent else None,
        actor=request.actor,
        contract=contract,
        initial={"effective_on": context["day"]},
    )
    success = "La fin du contrat est notifiée. Les trois parties sont prévenues."
    if is_sent and submit_form(request, form, actions.notify_termination, contract=contract, success=success):
        return redirect("contracts:termination_detail", pk)
    return show(request, template_name, {"contract": contract, "form": form, **context})


@http_methods("GET")
def portfolio(request, template_name="dashboards/portfolio.html"):
    require(request.actor.side in AUTHORITIES)
    rows = portfolio_of(request.actor, clock.today())
    kept = PortfolioFilter(request.GET or None, queryset=rows, request=request).qs
    summary = summary_of(kept)
    response = table_response(
        request,
        queryset=rows.prefetch_related("departments"),
        table_class=PortfolioTable,
        filterset_class=PortfolioFilter,
        template_name=template_name,
        context={"summary": summary},
    )
    if request.htmx and request.htmx.target == "results":  # the strip follows the filter, beside the results
        context = {"summary": summary, "swap": "true"}
        response.write(render_to_string("dashboards/partials/portfolio_summary.html", context))
    return response
