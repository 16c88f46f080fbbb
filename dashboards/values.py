"""The values of indicators as the home page asks for them (R15): to answer when contested, to enter, to confirm."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery, Value
from django.urls import reverse

from accounts.permissions import Act, may
from agreements.rules import dialogue_window
from contracts.models import Contract
from core.actor import Actor
from core.wording import counted
from dashboards.enums import Subject
from dashboards.waiting import Waiting
from indicators.enums import ValueStatus
from indicators.lifecycle import ValueStep
from indicators.models import Indicator, IndicatorValue

ENTER, CONFIRM = "enter", "confirm"
PROGRAMME = "programme_mission__programme"
SHOWN_REASON = 300  # characters: the page of the value shows the whole of it


def value_items(actor: Actor, today: date, contract: Contract | None) -> Iterator[Waiting]:
    """Return the values contested one by one, then those to enter and to confirm, counted by programme."""
    indicators = Indicator.objects.visible_to(actor)
    owed = indicators.to_enter_by(actor.side)
    if may(actor, Act.ENTER_VALUE):
        for row in _contested(owed.filter(value__status=ValueStatus.CONTESTED), indicators, contract):
            yield _answer(row, today)
    counts = {
        Act.ENTER_VALUE: _by_programme(owed.filter(value__isnull=True), PROGRAMME, contract, ENTER),
        Act.CONFIRM_VALUE: _by_programme(
            IndicatorValue.objects.visible_to(actor).to_confirm_by(actor.side),
            f"indicator__{PROGRAMME}",
            contract,
            CONFIRM,
        ),
    }
    first, *others = (rows for act, rows in counts.items() if may(actor, act))
    for row in first.union(*others, all=True):
        yield _of_values(row, today)


def _contested(rows: QuerySet, indicators: QuerySet, contract: Contract | None) -> QuerySet:
    """Return each contested value with its reason and the organisation that gave it."""
    by = "value__transitions"
    contests = indicators.filter(pk=OuterRef("pk"), **{f"{by}__transition": ValueStep.CONTEST})
    contester = contests.order_by(f"-{by}__at", f"-{by}__pk").values(f"{by}__organisation_name")[:1]
    return _named(rows, PROGRAMME, contract).values(
        "pk", "label", *NAMES, reason=F("value__contest_reason"), contester=Subquery(contester)
    )


def _answer(row: dict, today: date) -> Waiting:
    reason = row["reason"]
    shown = reason if len(reason) <= SHOWN_REASON else f"{reason[:SHOWN_REASON].rstrip()}…"
    return _waiting(
        row,
        today,
        text=f"Répondre à la contestation\u00a0: «\u00a0{row['label']}\u00a0»",
        url=reverse("indicators:value_enter", args=[row["pk"]]),
        label="Revoir la valeur",
        detail=f"{row['contester']}\u00a0: «\u00a0{shown}\u00a0»",
        is_objection=True,
    )


def _by_programme(rows: QuerySet, path: str, contract: Contract | None, act: str) -> QuerySet:
    """Count rows by programme, with what names its dossier. `act` says what is to be done with them."""
    rows = _named(rows, path, contract)
    return rows.values(*NAMES, act=Value(act, output_field=CharField())).annotate(count=Count("pk"))


NAMES = ("programme", "year", "contract", "signed_on", "cpts", "cpts_name")


def _named(rows: QuerySet, path: str, contract: Contract | None) -> QuerySet:
    """Annotate what names the dossier of a row; `path` leads to its programme. Keep those of `contract`, if given."""
    year = f"{path}__contract_year"
    if contract:
        rows = rows.filter(**{f"{year}__contract": contract})
    return rows.order_by().annotate(
        programme=F(f"{path}__pk"),
        year=F(f"{year}__number"),
        contract=F(f"{year}__contract"),
        signed_on=F(f"{year}__contract__signed_on"),
        cpts=F(f"{path}__cpts"),
        cpts_name=F(f"{path}__cpts__name"),
    )


def _of_values(row: dict, today: date) -> Waiting:
    is_mine = row["act"] == ENTER
    text = (
        f"Saisir {counted(row['count'], 'valeur d’indicateur', 'valeurs d’indicateurs')}"
        if is_mine
        else f"Confirmer {counted(row['count'], 'valeur saisie', 'valeurs saisies')} par une autre partie"
    )
    return _waiting(
        row,
        today,
        text=text,
        url=reverse("indicators:programme_detail", args=[row["programme"]]),
        label="Saisir les valeurs" if is_mine else "Lire les valeurs",
        detail=f"Année {row['year']}, avant la fin de son dialogue annuel",
    )


def _waiting(row: dict, today: date, **words: Any) -> Waiting:
    """Return what a row of `_named` asks for, until the last day of the year's annual dialogue."""
    window = dialogue_window(row["signed_on"], row["year"])
    return Waiting(
        cpts=row["cpts"],
        dossier=row["cpts_name"],
        dossier_url=reverse("dashboards:dossier", args=[row["contract"]]),
        subject=Subject.INDICATORS,
        due=window.closes_on,
        is_late=window.closes_on < today,
        **words,
    )
