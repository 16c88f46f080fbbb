"""What happened, told from the traces of every room: one query for a dossier, for a CPTS or for a whole portfolio."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, DecimalField, F, QuerySet, UUIDField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse
from django.utils import timezone

from agreements.enums import MissionCode
from contracts.lifecycle import AMENDMENT_WORDS
from contracts.lifecycle import WORDS as CONTRACT_WORDS
from contracts.models import (
    AmendmentConsent,
    AmendmentTransition,
    Consent,
    Contract,
    ContractTransition,
    CrisisDeclaration,
    TerminationConsent,
)
from core import clock
from core.actor import Actor
from core.face import HistoryEntry
from core.money import format_euros
from dialogues.enums import DialogueKind
from dialogues.lifecycle import APPROVED
from dialogues.lifecycle import WORDS as DIALOGUE_WORDS
from dialogues.models import AnnualAnnex, DialogueTransition, MinutesApproval
from funding.models import PaymentTransition
from health_projects.lifecycle import WORDS as PROJECT_WORDS
from health_projects.models import HealthProject, ProjectTransition
from indicators.models import ValueTransition

RECENT_DAYS = 30
READ_ROWS = 150  # traces read before they are grouped
SHOWN_MOVES = 10
SEPARATOR = "|"

WORDS = {
    "project": PROJECT_WORDS,
    "contract": CONTRACT_WORDS,
    "consent": {"": "a consenti au contenu du contrat"},
    "amendment": AMENDMENT_WORDS,
    "amendment_consent": {"": "a consenti à un avenant"},
    "ending": {"": "a donné son accord sur la fin du contrat"},
    "signature": {"": "a signé le contrat", "on_paper": "a signé le contrat sur papier"},
    "crisis": {"": "a déclaré une crise sanitaire\u00a0: {}"},
    "annex": {"": "a signé l’annexe de l’année {}", "on_paper": "a signé sur papier l’annexe de l’année {}"},
    "dialogue": {name: f"{words}\u00a0: {{}}" for name, words in DIALOGUE_WORDS.items()},
    "approval": {"": f"{APPROVED}\u00a0: {{}}"},
}
# In the order in which they happen: it decides between traces of the same instant.
SEQUENCE = [
    ("project", "create"), ("project", "submit"), ("project", "send_back"), ("project", "resume"),
    ("project", "approve"), ("project", "approve_tacitly"), ("project", "oppose"),
    ("contract", "open_negotiation"), ("dialogue", "convene"), ("dialogue", "hold"), ("value", "enter"),
    ("value", "contest"), ("value", "confirm"), ("dialogue", "send_minutes"), ("dialogue", "reopen_minutes"),
    ("approval", ""), ("dialogue", "close"), ("consent", ""), ("contract", "agree"), ("contract", "start_signing"),
    ("signature", ""), ("signature", "on_paper"), ("contract", "activate"), ("annex", ""), ("annex", "on_paper"),
    ("payment", "order"), ("payment", "pay"),
]  # fmt: skip
RANKS = {key: rank for rank, key in enumerate(SEQUENCE)}
COUNTED = {
    ("payment", "order"): ("a ordonné un versement", "a ordonné {} versements"),
    ("payment", "pay"): ("a enregistré un paiement", "a enregistré {} paiements"),
    ("payment", "cancel"): ("a annulé un versement", "a annulé {} versements"),
    ("payment", "offset"): ("a soldé un versement par déduction", "a soldé {} versements par déduction"),
    ("value", "enter"): ("a saisi une valeur d’indicateur", "a saisi {} valeurs d’indicateurs"),
    ("value", "confirm"): ("a confirmé une valeur d’indicateur", "a confirmé {} valeurs d’indicateurs"),
    ("value", "contest"): ("a contesté une valeur d’indicateur", "a contesté {} valeurs d’indicateurs"),
}


@dataclass(frozen=True, kw_only=True)
class Move:
    """Something that happened in a dossier; `url` leads to it."""

    entry: HistoryEntry
    dossier: str
    url: str


@dataclass(frozen=True, kw_only=True)
class _Trace:
    """One row of the union, in the order of `_columns`."""

    at: datetime
    user_name: str
    organisation_name: str
    side: str
    transition: str
    comment: str
    room: str
    about: str
    number: Decimal | None
    contract: UUID | None
    project: UUID | None
    cpts: str

    @property
    def rank(self) -> tuple[datetime, int]:
        return (self.at, RANKS.get((self.room, self.transition), len(RANKS)))

    @property
    def group(self) -> tuple:
        """Values and payments of one person on one day are told together."""
        if (self.room, self.transition) not in COUNTED:
            return (id(self),)
        day = timezone.localtime(self.at).date()
        return (self.room, self.transition, self.user_name, self.contract, day, self.comment)


def history_of(contract: Contract) -> list[HistoryEntry]:
    """Return the whole story of a contract already in scope, the latest first."""
    contracts = Contract.objects.filter(pk=contract.pk)
    projects = HealthProject.objects.filter(pk=contract.health_project_id)
    return [_entry(traces) for traces in _grouped(_traces(contracts, projects))]


def recent_moves(actor: Actor) -> list[Move]:
    """Return what moved lately in the dossiers that the actor sees."""
    since = clock.now() - timedelta(days=RECENT_DAYS)
    contracts, projects = Contract.objects.visible_to(actor), HealthProject.objects.visible_to(actor)
    groups = _grouped(_traces(contracts, projects, since=since)[:READ_ROWS])[:SHOWN_MOVES]
    return [Move(entry=_entry(traces), dossier=traces[0].cpts, url=_url(traces[0])) for traces in groups]


def _traces(
    contracts: QuerySet[Contract], projects: QuerySet[HealthProject], *, since: datetime | None = None
) -> QuerySet:
    """Return the traces of every room for these rows, the latest first, as one union."""
    sources = [
        _rows(ProjectTransition, "subject", projects, room="project", cpts="subject__cpts__name"),
        _rows(ContractTransition, "subject", contracts, room="contract"),
        _rows(Consent, "contract", contracts, room="consent"),
        _rows(AmendmentTransition, "subject__contract", contracts, room="amendment"),
        _rows(AmendmentConsent, "amendment__contract", contracts, room="amendment_consent"),
        _rows(TerminationConsent, "termination__contract", contracts, room="ending"),
        _rows(DialogueTransition, "subject__contract", contracts, room="dialogue", about=_dialogue("subject__")),
        _rows(MinutesApproval, "dialogue__contract", contracts, room="approval", about=_dialogue("dialogue__")),
        _rows(PaymentTransition, "subject__contract", contracts, room="payment", number=F("subject__net_amount")),
        _rows(
            ValueTransition,
            "subject__indicator__programme_mission__programme__contract_year__contract",
            contracts,
            room="value",
            about=F("subject__indicator__label"),
        ),
        _rows(CrisisDeclaration, "contract", contracts, room="crisis", about=F("label")),
        _signatures(Contract, "", contracts, room="signature"),
        _signatures(AnnualAnnex, "contract", contracts, room="annex", about=Cast("year", CharField())),
    ]
    if since:
        sources = [rows.filter(shown_at__gte=since) for rows in sources]
    columns = list(_Trace.__dataclass_fields__)
    first, *others = (rows.values_list(*(f"shown_{name}" for name in columns)) for rows in sources)
    return first.union(*others, all=True).order_by("-shown_at")


def _rows(model, path: str, scope: QuerySet, *, room: str, cpts: str = "", about=None, number=None) -> QuerySet:
    """Return the `Signed` rows of a model whose `path` is in scope, with the columns of a trace."""
    has_transition = hasattr(model, "transition")
    is_project = room == "project"
    return (
        model.objects.filter(**{f"{path}__in": scope})
        .order_by()
        .annotate(
            **_columns(
                at=F("at"),
                user_name=F("user_name"),
                organisation_name=F("organisation_name"),
                side=F("side"),
                transition=F("transition") if has_transition else None,
                comment=F("comment") if has_transition else None,
                room=room,
                about=about,
                number=number,
                contract=None if is_project else F(f"{path}__pk"),
                project=F("subject__pk") if is_project else None,
                cpts=F(cpts or f"{path}__cpts__name"),
            )
        )
    )


def _signatures(model, path: str, scope: QuerySet, *, room: str, about=None) -> QuerySet:
    """Return the signatures given to the documents of a model, with the columns of a trace."""
    prefix = f"{path}__" if path else ""
    given = {f"{prefix}pk__in": scope, "document__signatures__signed_at__isnull": False}
    return (
        model.objects.filter(**given)
        .order_by()
        .annotate(
            **_columns(
                at=F("document__signatures__signed_at"),
                user_name=F("document__signatures__signer_name"),
                organisation_name=F("document__signatures__organisation_name"),
                side=F("document__signatures__side"),
                transition=Case(
                    When(document__signatures__scan__isnull=False, then=Value("on_paper")),
                    default=Value(""),
                    output_field=CharField(),
                ),
                comment=None,
                room=room,
                about=about,
                number=None,
                contract=F(f"{prefix}pk"),
                project=None,
                cpts=F(f"{prefix}cpts__name"),
            )
        )
    )


def _columns(*, room: str, number, contract, project, **words) -> dict[str, Any]:
    """Give every branch of the union the same columns with the same types."""
    text = CharField()
    # Cast, or PostgreSQL takes the NULL of the first branch for a text.
    missing_key = Cast(Value(None), UUIDField())
    missing_number = Cast(Value(None), DecimalField(max_digits=12, decimal_places=2))
    columns = {name: Value("", output_field=text) if value is None else value for name, value in words.items()}
    columns |= {
        "room": Value(room, output_field=text),
        "number": missing_number if number is None else number,
        "contract": missing_key if contract is None else contract,
        "project": missing_key if project is None else project,
    }
    return {f"shown_{name}": value for name, value in columns.items()}


def _dialogue(path: str) -> Concat:
    """Return « kind|year|mission » of a dialogue."""
    year = Coalesce(Cast(f"{path}year", CharField()), Value(""))
    separator = Value(SEPARATOR)
    return Concat(f"{path}kind", separator, year, separator, f"{path}mission", output_field=CharField())


def _grouped(rows: Iterable[tuple]) -> list[list[_Trace]]:
    """Put together what one person did in series; the order stays that of the latest of each group."""
    traces = [_Trace(**dict(zip(_Trace.__dataclass_fields__, row, strict=True))) for row in rows]
    groups: dict[tuple, list[_Trace]] = {}
    for trace in _told_once(sorted(traces, key=lambda trace: trace.rank, reverse=True)):
        groups.setdefault(trace.group, []).append(trace)
    return list(groups.values())


def _told_once(traces: Iterable[_Trace]) -> Iterator[_Trace]:
    """Leave out the approval that closed a dialogue: the closing, later in time and read before, tells it."""
    closings = set()
    for trace in traces:
        dialogue = (trace.contract, trace.about, trace.user_name)
        if (trace.room, trace.transition) == ("dialogue", "close"):
            closings.add(dialogue)
        elif trace.room == "approval" and dialogue in closings:
            closings.remove(dialogue)
            continue
        yield trace


def _entry(traces: list[_Trace]) -> HistoryEntry:
    return HistoryEntry.of(traces[0], _words(traces), comment=traces[0].comment)


def _words(traces: list[_Trace]) -> str:
    trace = traces[0]
    if (trace.room, trace.transition) in COUNTED:
        singular, plural = COUNTED[trace.room, trace.transition]
        words = plural.format(len(traces)) if len(traces) > 1 else singular
        total = sum((item.number for item in traces if item.number is not None), Decimal(0))
        named = {item.about for item in traces} - {""}
        words += f"\u00a0: {named.pop()}" if len(named) == 1 else ""
        return f"{words} ({format_euros(total)})" if total else words
    words = WORDS[trace.room].get(trace.transition, trace.transition)
    return words.format(_about(trace)) if "{}" in words else words


def _about(trace: _Trace) -> str:
    if trace.room not in ("dialogue", "approval"):
        return trace.about
    kind, year, mission = trace.about.split(SEPARATOR)
    label = DialogueKind(kind).label.lower()
    if year:
        return f"{label}, année {year}"
    return f"{label}, {MissionCode(mission).label.lower()}" if mission else label


def _url(trace: _Trace) -> str:
    if trace.contract:
        return reverse("dashboards:dossier", args=[trace.contract])
    return reverse("health_projects:project_detail", args=[trace.project])
