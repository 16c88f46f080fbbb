"""Invented values for the page that shows every component (`/face/`, in development only)."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django import forms

from core import clock
from core.bars import BarGroup, bars
from core.columns import DateColumn, EuroColumn, IntegerColumn, PartyColumn, StatusColumn, TextColumn
from core.curves import CurvePoint, curve
from core.enums import Side, Status
from core.face import Difference, HistoryEntry, PartyLine, Step, TodoItem, Turn
from core.filters import BaseFilterSet, SearchFilter
from core.form_fields import DocumentField, FrenchDateField, MoneyField
from core.forms import CrispyMixin
from core.models import AuditEvent, JobState
from core.tables import BaseTable
from core.timelines import TimelineMark, TimelineRow, timeline


class SampleStatus(Status):
    ACTIVE = "ACTIVE", "En vigueur"
    NEGOTIATION = "NEGOTIATION", "En négociation"
    REFUSED = "REFUSED", "Refusé"
    EXPIRED = "EXPIRED", "Arrivé à échéance"

    @property
    def tone(self) -> str:
        return {"ACTIVE": "ok", "NEGOTIATION": "wait", "REFUSED": "stop"}.get(self.value, "off")


class SampleForm(CrispyMixin, forms.Form):
    title = forms.CharField(label="intitulé de l’action", help_text="Ce que la CPTS fait, en une phrase.")
    amount = MoneyField(label="montant maximal", help_text="Il reste 2 500,00 € à répartir.")
    starts_on = FrenchDateField(label="date de démarrage", required=False)
    mission = forms.ChoiceField(
        label="mission", choices=[("", "Choisissez"), ("A", "Accès aux soins"), ("P", "Prévention")]
    )
    reason = forms.CharField(label="motif", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    parties = forms.MultipleChoiceField(
        label="parties prévenues",
        choices=[(side.value, side.label) for side in (Side.CPTS, Side.ARS, Side.FUND)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    proof = DocumentField(label="pièce justificative", kinds=("pdf", "xlsx"), required=False)
    agrees = forms.BooleanField(label="J’ai lu ce à quoi ce contrat engage ma CPTS")


class SampleTable(BaseTable):
    name = TextColumn(verbose_name="CPTS")
    side = PartyColumn(verbose_name="chez")
    status = StatusColumn(verbose_name="état")
    population = IntegerColumn(verbose_name="population")
    due_on = DateColumn(verbose_name="dialogue au plus tard le")
    amount = EuroColumn(verbose_name="dû cette année")

    class Meta(BaseTable.Meta):
        noun = ("contrat", "contrats")
        empty_title = "Aucun contrat pour l’instant"
        empty_text = "Un contrat apparaît ici dès qu’une CPTS le prépare."


class SampleFilter(BaseFilterSet):
    search = SearchFilter(fields=("object_label",))

    class Meta:
        model = AuditEvent
        fields = ("side",)


def face_context(request) -> dict:
    """Return one value for each component."""
    today = clock.today()
    table = SampleTable(_rows(today)).turn_to(request, per_page=4)
    return {
        "statuses": list(SampleStatus),
        "sides": list(Side),
        "turns": _turns(),
        "parties": _parties(today),
        "todos": _todos(today),
        "events": _events(),
        "steps": _steps(),
        "jobs": _jobs(),
        "calendar": _calendar(today),
        "money": _money(),
        "progress": _progress(),
        "payout": _payout(),
        "table": table,
        "empty_table": SampleTable([]).turn_to(request),
        "filter": SampleFilter(request.GET or None, AuditEvent.objects.none(), request=request),
        "form": SampleForm(),
        "wrong_form": _wrong_form(),
        "stale": _stale(),
        "now": clock.now(),
    }


def _rows(today: date) -> list[dict]:
    names = ("Trois Rives", "Val d’Exemple", "Plaine Inventée", "Haut Pays Fictif", "Littoral Modèle", "Bocage")
    return [
        {
            "name": f"CPTS {name}",
            "side": (Side.CPTS, Side.ARS, Side.FUND)[number % 3],
            "status": list(SampleStatus)[number % 4],
            "population": 66_614 + 12_345 * number,
            "due_on": today + timedelta(days=17 * number + 1),
            "amount": Decimal("97500.00") + number * Decimal("8678.08") if number != 2 else None,
        }
        for number, name in enumerate(names * 3)
    ]


def _turns() -> list[Turn]:
    return [
        Turn(
            text="À vous : 4 valeurs d’indicateurs à saisir avant le dialogue annuel.",
            detail="Fenêtre du dialogue : du 15 mars au 15 mai 2026 · il reste 23 jours",
            url="#",
            label="Saisir les valeurs",
        ),
        Turn(
            text="Chez l’ARS depuis 12 jours : instruction du projet de santé.",
            detail="Réponse attendue avant le 3 mars 2027 ; sans opposition à cette date, le projet est approuvé.",
            is_mine=False,
        ),
    ]


def _parties(today: date) -> list[PartyLine]:
    return [
        PartyLine(
            side=Side.CPTS,
            organisation="CPTS des Trois Rives",
            tone="ok",
            state="Signé",
            who="Nadia Exemple, présidente",
            at=today,
        ),
        PartyLine(
            side=Side.ARS,
            organisation="ARS Auvergne-Rhône-Alpes",
            tone="wait",
            state="À signer",
            missing="la signature de Paul Fictif, délégataire",
        ),
        PartyLine(side=Side.FUND, organisation="CPAM du Rhône", tone="off", state="Ensuite"),
    ]


def _todos(today: date) -> list[TodoItem]:
    return [
        TodoItem(
            text="Approuver le compte rendu du dialogue annuel",
            url="#",
            due=today - timedelta(days=3),
            dossier="CPTS des Trois Rives",
            detail="contrat 2023-069-012",
            is_late=True,
        ),
        TodoItem(
            text="Saisir 4 valeurs d’indicateurs",
            url="#",
            due=today + timedelta(days=23),
            dossier="CPTS des Trois Rives",
            side=Side.CPTS,
        ),
        TodoItem(text="Lire la proposition de la caisse sur le parcours", url="#", dossier="CPTS Val d’Exemple"),
    ]


def _events() -> list[HistoryEntry]:
    now = clock.now()
    return [
        HistoryEntry(
            at=now,
            who="Paul Fictif",
            what="a demandé des corrections au projet de santé",
            organisation="ARS Auvergne-Rhône-Alpes",
            side=Side.ARS,
            comment="Le diagnostic ne dit rien de l’offre du soir.\nMerci d’ajouter les horaires.",
        ),
        HistoryEntry(
            at=now - timedelta(days=8),
            who="Claire Modèle",
            what="a envoyé le projet de santé à l’ARS",
            organisation="CPTS des Trois Rives",
            side=Side.CPTS,
        ),
    ]


def _steps() -> list[Step]:
    return [
        Step(label="Territoire", state="done", url="#"),
        Step(label="Diagnostic", state="done", url="#"),
        Step(label="Missions", state="current", detail="2 sur 4"),
        Step(label="Dépôt", state="todo"),
    ]


def _jobs() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(pk=1, job_state=JobState.RUNNING, step="Mise en page du contrat", progress=40, error=""),
        SimpleNamespace(pk=2, job_state=JobState.DONE, step="", progress=100, error=""),
        SimpleNamespace(
            pk=3,
            job_state=JobState.FAILED,
            step="",
            progress=60,
            error="La police du document manque. Relancez ; si cela se reproduit, prévenez l’exploitant.",
        ),
    ]


def _calendar(today: date):
    start = date(today.year - 2, 3, 15)
    end = date(today.year + 3, 3, 15)
    return timeline(
        start,
        end,
        today,
        [
            TimelineRow(label="Accès aux soins", start=start + timedelta(days=180), end=end, state="démarrée"),
            TimelineRow(label="Parcours pluriprofessionnels", start=start + timedelta(days=330), end=end),
            TimelineRow(label="Prévention", start=start + timedelta(days=350), end=end),
            TimelineRow(label="Crises sanitaires", start=None, end=None, state="en retard"),
            TimelineRow(label="Qualité (option)", start=start + timedelta(days=900), end=end, is_planned=True),
        ],
        "Frise des missions, de la signature à l’échéance",
        marks=[TimelineMark(on=start + timedelta(days=390), label="Dialogue annuel, année 1")],
    )


def _money():
    return bars(
        "Montants dus et versés, par mission",
        [
            BarGroup(label="Fonctionnement", values=(Decimal("60000"), Decimal("45000"))),
            BarGroup(label="Accès aux soins", values=(Decimal("100000"), Decimal("52500"))),
            BarGroup(label="Prévention", values=(Decimal("37500.50"), None)),
        ],
        ("Dû", "Versé"),
    )


def _progress():
    values = (Decimal("61.5"), Decimal("64.2"), None, Decimal("69.7"))
    return curve(
        "Part des patients avec médecin traitant",
        [CurvePoint(label=str(2023 + number), value=value) for number, value in enumerate(values)],
        target=Decimal("72"),
        baseline=Decimal("60"),
        unit="%",
    )


def _payout():
    points = ((60, 0), (65, 4000), (70, 7500), (75, 12500), (80, 12500))
    return curve(
        "Ce que rapporte l’indicateur selon sa valeur",
        [CurvePoint(label=f"{at} %", value=Decimal(value), at=Decimal(at)) for at, value in points],
        unit="€",
        steps=True,
    )


def _wrong_form() -> SampleForm:
    typed = {"title": "Ouvrir un créneau du soir", "amount": "1e3", "starts_on": "31/02/2026", "mission": ""}
    return SampleForm({f"wrong-{name}": value for name, value in typed.items()}, prefix="wrong")


def _stale() -> SimpleNamespace:
    differences = [
        Difference(
            label="Diagnostic",
            theirs="Deux médecins partent en 2026, dont un à Val.",
            yours="Deux médecins partent en 2026.",
        )
    ]
    return SimpleNamespace(is_stale=True, differences=differences)
