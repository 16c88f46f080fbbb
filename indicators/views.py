"""Pages of the indicators room: the programme being written, the values of its year."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.permissions import Act, may
from core.deletion import lead_from, survives_deletion
from core.http import attempt, http_methods, posted, posted_files, require, require_that, show, submit_form
from indicators import actions, assemblers, forms, permissions
from indicators.models import Deliverable, Indicator, IndicatorValue, MissionAction, Programme, ProgrammeMission

DETAIL, EDIT = "indicators:programme_detail", "indicators:programme_edit"


# The programme ------------------------------------------------------------------------------------------------


@http_methods("GET")
def programme_detail(request, pk, template_name="indicators/programme_detail.html"):
    programme = get_object_or_404(Programme.objects.visible_to(request.actor).with_content(), pk=pk)
    sheets = assemblers.mission_sheets(programme, request.actor)
    context = {
        "programme": programme,
        "sheets": sheets,
        "turn": assemblers.turn_of(programme, sheets, request.actor),
        "can_deposit": permissions.may_deposit(request.actor),
        "can_edit": any(permissions.can_write(request.actor, sheet.mission) for sheet in sheets),
    }
    return show(request, template_name, context)


@http_methods("GET")
def programme_edit(request, pk, template_name="indicators/programme_edit.html"):
    programme = get_object_or_404(Programme.objects.visible_to(request.actor).with_content(), pk=pk)
    require(may(request.actor, Act.PROPOSE_CONTRACT_CHANGE))
    sheets = assemblers.mission_sheets(programme)
    code = request.GET.get("mission") or next((sheet.mission.mission for sheet in sheets), "")
    current = next((sheet for sheet in sheets if sheet.mission.mission == code), None)
    if current is None and sheets:
        raise Http404
    context = {
        "programme": programme,
        "sheets": sheets,
        "current": current,
        "can_edit": current is not None and permissions.can_write(request.actor, current.mission),
        "missing": assemblers.missing_sentences(programme),
        "source": assemblers.programme_to_copy(programme, request.actor),
    }
    return show(request, template_name, context)


@http_methods("POST")
def programme_copy(request, pk, source_pk):
    rows = Programme.objects.visible_to(request.actor)
    target, source = get_object_or_404(rows, pk=pk), get_object_or_404(rows, pk=source_pk)
    success = "Les actions et les indicateurs sont repris. Vérifiez les cibles et les montants."
    attempt(request, actions.copy_programme, source=source, target=target, success=success)
    return redirect(EDIT, pk)


# Actions ------------------------------------------------------------------------------------------------------


@http_methods("GET", "POST")
@survives_deletion(of=ProgrammeMission, form=forms.MissionActionForm)
def action_create(request, pk, template_name="indicators/action_edit.html"):
    mission = _mission(request, pk)
    if refused := _refuse_writing(request, mission):
        return refused
    lead_from(request, back=reverse(EDIT, args=[mission.programme_id]))
    form = forms.MissionActionForm(posted(request), actor=request.actor)
    success = "L’action est ajoutée."
    if submit_form(request, form, actions.save_action, programme_mission=mission, success=success):
        return redirect(_edit_url(mission))
    context = {"form": form, "mission": mission, "action": None, "back": _edit_url(mission)}
    return show(request, template_name, context)


@http_methods("GET", "POST")
@survives_deletion(of=MissionAction, form=forms.MissionActionForm)
def action_edit(request, pk, template_name="indicators/action_edit.html"):
    action = get_object_or_404(MissionAction.objects.visible_to(request.actor), pk=pk)
    mission = _mission(request, action.programme_mission_id)
    if refused := _refuse_writing(request, mission):
        return refused
    add = reverse("indicators:action_create", args=[mission.pk])
    lead_from(request, back=_edit_url(mission), add=add, under=mission)
    lines = "\n".join(deliverable.label for deliverable in action.deliverables.all())
    values = {"title": action.title, "lead": action.lead, "deliverables": lines}
    form = forms.MissionActionForm(
        posted(request),
        actor=request.actor,
        initial=values,
        current_values=values,
        current_version=action.lock_version,
    )
    fields = {"programme_mission": mission, "mission_action": action, "success": "L’action est enregistrée."}
    if submit_form(request, form, actions.save_action, **fields):
        return redirect(_edit_url(mission))
    context = {"form": form, "mission": mission, "action": action, "back": _edit_url(mission)}
    return show(request, template_name, context)


@http_methods("POST")
@survives_deletion(of=MissionAction)
def action_delete(request, pk):
    action = get_object_or_404(MissionAction.objects.visible_to(request.actor), pk=pk)
    mission = _mission(request, action.programme_mission_id)
    attempt(request, actions.delete_action, mission_action=action, success="L’action est supprimée.")
    return redirect(_edit_url(mission))


# Indicators ---------------------------------------------------------------------------------------------------


@http_methods("GET", "POST")
@survives_deletion(of=ProgrammeMission, form=forms.IndicatorForm)
def indicator_create(request, pk, template_name="indicators/indicator_edit.html"):
    mission = _mission(request, pk)
    if refused := _refuse_writing(request, mission):
        return refused
    lead_from(request, back=reverse(EDIT, args=[mission.programme_id]))
    form = forms.IndicatorForm(
        posted(request),
        actor=request.actor,
        mission=mission,
        initial={"action": request.GET.get("action")},
    )
    success = "L’indicateur est ajouté."
    if submit_form(request, form, actions.save_indicator, programme_mission=mission, success=success):
        return redirect(_edit_url(mission))
    return show(request, template_name, _indicator_context(form, mission))


@http_methods("GET", "POST")
@survives_deletion(of=Indicator, form=forms.IndicatorForm)
def indicator_edit(request, pk, template_name="indicators/indicator_edit.html"):
    indicator = get_object_or_404(Indicator.objects.visible_to(request.actor), pk=pk)
    mission = _mission(request, indicator.programme_mission_id)
    if refused := _refuse_writing(request, mission):
        return refused
    add = reverse("indicators:indicator_create", args=[mission.pk])
    lead_from(request, back=_edit_url(mission), add=add, under=mission)
    values = {name: getattr(indicator, name) for name in forms.IndicatorForm.base_fields}
    form = forms.IndicatorForm(
        posted(request),
        actor=request.actor,
        mission=mission,
        indicator=indicator,
        initial=values,
        current_values=values,
        current_version=indicator.lock_version,
    )
    fields = {"programme_mission": mission, "indicator": indicator, "success": "L’indicateur est enregistré."}
    if submit_form(request, form, actions.save_indicator, **fields):
        return redirect(_edit_url(mission))
    return show(request, template_name, _indicator_context(form, mission, indicator))


@http_methods("POST")
@survives_deletion(of=Indicator)
def indicator_delete(request, pk):
    indicator = get_object_or_404(Indicator.objects.visible_to(request.actor), pk=pk)
    mission = _mission(request, indicator.programme_mission_id)
    attempt(request, actions.delete_indicator, indicator=indicator, success="L’indicateur est supprimé.")
    return redirect(_edit_url(mission))


# Values -------------------------------------------------------------------------------------------------------


@http_methods("GET", "POST")
@survives_deletion(of=Indicator, form=forms.ValueForm)
def value_enter(request, pk, template_name="indicators/value_enter.html"):
    indicator = get_object_or_404(Indicator.objects.visible_to(request.actor).with_programme(), pk=pk)
    require(permissions.may_enter(request.actor, indicator))
    if refused := _refuse_values(request, indicator.programme_mission):
        return refused
    lead_from(request, back=reverse(DETAIL, args=[indicator.programme_mission.programme_id]))
    value = indicator.current_value
    values = forms.ValueForm.values_of(value) or assemblers.usual_period(indicator)
    form = forms.ValueForm(
        posted(request),
        posted_files(request),
        actor=request.actor,
        indicator=indicator,
        initial=values,
        current_values=values,
        current_version=value.lock_version if value else 0,
    )
    success = "La valeur est enregistrée. Elle attend la confirmation d’une autre partie."
    if submit_form(request, form, actions.enter_value, indicator=indicator, success=success):
        return redirect(_detail_url(indicator))
    return show(request, template_name, {"form": form, **_value_context(request, indicator)})


@http_methods("GET", "POST")
def value_confirm(request, pk, template_name="indicators/value_confirm.html"):
    value, refused = _value_to_judge(request, pk)
    if refused:
        return refused
    form = forms.ConfirmForm(
        posted(request),
        actor=request.actor,
        current_version=value.lock_version,
        current_values={},
    )
    if submit_form(request, form, actions.confirm_value, value=value, success="La valeur est confirmée."):
        return redirect(_detail_url(value.indicator))
    return show(request, template_name, {"form": form, **_value_context(request, value.indicator)})


@http_methods("GET", "POST")
def value_contest(request, pk, template_name="indicators/value_contest.html"):
    value, refused = _value_to_judge(request, pk)
    if refused:
        return refused
    form = forms.ContestForm(
        posted(request), actor=request.actor, current_version=value.lock_version, current_values={}
    )
    success = "La valeur est contestée : la partie qui l’a saisie la revoit."
    if submit_form(request, form, actions.contest_value, value=value, success=success):
        return redirect(_detail_url(value.indicator))
    return show(request, template_name, {"form": form, **_value_context(request, value.indicator)})


@http_methods("GET", "POST")
def evidence_add(request, pk, template_name="indicators/evidence_add.html"):
    value = get_object_or_404(IndicatorValue.objects.visible_to(request.actor).with_programme(), pk=pk)
    require(permissions.may_enter(request.actor, value.indicator))
    if refused := _refuse_values(request, value.indicator.programme_mission):
        return refused
    form = forms.EvidenceForm(posted(request), posted_files(request), actor=request.actor)
    success = "Les pièces sont déposées."
    if submit_form(request, form, actions.add_evidence, value=value, success=success):
        return redirect(_detail_url(value.indicator))
    return show(request, template_name, {"form": form, **_value_context(request, value.indicator)})


@http_methods("GET", "POST")
@survives_deletion(of=Deliverable, form=forms.DeliverableForm)
def deliverable_deposit(request, pk, template_name="indicators/deliverable_deposit.html"):
    deliverable = get_object_or_404(Deliverable.objects.visible_to(request.actor).with_programme(), pk=pk)
    mission = deliverable.action.programme_mission
    require(permissions.may_deposit(request.actor))
    if refused := _refuse_values(request, mission):
        return refused
    lead_from(request, back=reverse(DETAIL, args=[mission.programme_id]))
    form = forms.DeliverableForm(posted(request), posted_files(request), actor=request.actor)
    success = "Le livrable est déposé."
    if submit_form(request, form, actions.deposit_deliverable, deliverable=deliverable, success=success):
        return redirect(DETAIL, mission.programme_id)
    context = {"form": form, "deliverable": deliverable, "mission": mission}
    return show(request, template_name, context)


@http_methods("GET", "POST")
@survives_deletion(of=Indicator, form=forms.SettlementForm)
def indicator_settle(request, pk, template_name="indicators/indicator_settle.html"):
    indicator = get_object_or_404(Indicator.objects.visible_to(request.actor).with_programme(), pk=pk)
    require(may(request.actor, Act.SETTLE_INDICATOR))
    if refused := _refuse_values(request, indicator.programme_mission):
        return refused
    lead_from(request, back=reverse(DETAIL, args=[indicator.programme_mission.programme_id]))
    values = {
        "settlement": indicator.settlement,
        "retained_amount": indicator.retained_amount,
        "reason": indicator.settlement_reason,
    }
    form = forms.SettlementForm(
        posted(request),
        actor=request.actor,
        initial=values,
        current_values=values,
        current_version=indicator.lock_version,
    )
    success = "La décision est enregistrée. Elle sera approuvée avec le compte rendu du dialogue."
    if submit_form(request, form, actions.settle_indicator, indicator=indicator, success=success):
        return redirect(_detail_url(indicator))
    return show(request, template_name, {"form": form, **_value_context(request, indicator)})


# What these pages share ---------------------------------------------------------------------------------------


def _mission(request, pk) -> ProgrammeMission:
    return get_object_or_404(ProgrammeMission.objects.visible_to(request.actor).with_content(), pk=pk)


def _refuse_writing(request, mission: ProgrammeMission):
    """Return where to go instead of a writing page once the mission is agreed; 403 for who never writes.

    What was typed meanwhile stays in its form: the action refuses it there.
    """
    require(may(request.actor, Act.PROPOSE_CONTRACT_CHANGE))
    if request.method == "POST" or mission.is_editable:
        return None
    messages.error(request, actions.FROZEN)
    return redirect(DETAIL, mission.programme_id)


def _refuse_values(request, mission: ProgrammeMission):
    """Return where to go instead of a page about values while they do not move; what was typed stays in its form."""
    reason = actions.why_values_wait(mission)
    if request.method == "POST" or not reason:
        return None
    messages.error(request, reason)
    return redirect(DETAIL, mission.programme_id)


def _value_to_judge(request, pk):
    value = get_object_or_404(IndicatorValue.objects.visible_to(request.actor).with_programme(), pk=pk)
    require_that(permissions.check_may_judge, request.actor, value)
    return value, _refuse_values(request, value.indicator.programme_mission)


def _edit_url(mission: ProgrammeMission) -> str:
    return f"{reverse(EDIT, args=[mission.programme_id])}?mission={mission.mission}"


def _detail_url(indicator: Indicator) -> str:
    programme_pk = indicator.programme_mission.programme_id
    return f"{reverse(DETAIL, args=[programme_pk])}#indicateur-{indicator.pk}"


def _indicator_context(form, mission: ProgrammeMission, indicator: Indicator | None = None) -> dict:
    return {
        "form": form,
        "mission": mission,
        "indicator": indicator,
        "sheet": assemblers.mission_sheet(mission),
        "figure": assemblers.indicator_figure(indicator) if indicator else None,
        "back": _edit_url(mission),
    }


def _value_context(request, indicator: Indicator) -> dict:
    mission = _mission(request, indicator.programme_mission_id)
    sheet = assemblers.mission_sheet(mission, request.actor)
    line = next(line for line in sheet.lines if line.indicator.pk == indicator.pk)
    return {
        "indicator": line.indicator,
        "mission": mission,
        "programme": mission.programme,
        "line": line,
        "figure": assemblers.indicator_figure(line.indicator),
        "history": assemblers.history_of(line.value),
        "back": _detail_url(line.indicator),
    }
