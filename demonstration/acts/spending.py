"""The treasurer plans a year, and enters what was paid with its receipts: round figures, all invented (R9, R20)."""

from datetime import date
from decimal import Decimal

from agreements.enums import MissionCode
from core.actor import Actor
from core.dates import format_date
from core.enums import Role, Side
from core.money import round_cents
from demonstration.cast import Dossier
from spending import actions
from spending.assemblers import envelopes_of
from spending.enums import Category, Envelope, Profession
from spending.models import Expense, Professional

PEOPLE = (
    ("Dr Paule Démonstration", Profession.GENERAL_PRACTITIONER),
    ("Nadia Fictif", Profession.NURSE),
    ("Hugo Spécimen", Profession.PHYSIOTHERAPIST),
    ("Claire Prototype", Profession.PHARMACIST),
)
BUDGET = {
    (Envelope.OPERATING, Category.SALARIES): 38_000,
    (Envelope.OPERATING, Category.PREMISES): 7_200,
    (Envelope.OPERATING, Category.EQUIPMENT): 4_000,
    (Envelope.OPERATING, Category.COMMUNICATION): 2_000,
    (Envelope.ACCESS_TO_CARE, Category.INDEMNITIES): 48_000,
    (Envelope.ACCESS_TO_CARE, Category.EQUIPMENT): 6_000,
    (Envelope.CARE_PATHWAYS, Category.INDEMNITIES): 30_000,
    (Envelope.CARE_PATHWAYS, Category.TRAINING): 5_000,
    (Envelope.PREVENTION, Category.INDEMNITIES): 12_000,
    (Envelope.PREVENTION, Category.COMMUNICATION): 3_000,
    (Envelope.HEALTH_CRISIS, Category.TRAINING): 4_000,
    (Envelope.HEALTH_CRISIS, Category.EQUIPMENT): 3_000,
    (Envelope.QUALITY, Category.TRAINING): 6_000,
    (Envelope.TRIAGE, Category.INDEMNITIES): 24_000,
    (Envelope.TRIAGE, Category.SALARIES): 30_000,
}
# What is paid each quarter: envelope, category, label, euros, the professional who receives it.
QUARTER = (
    (Envelope.OPERATING, Category.SALARIES, "Salaire de la coordination, trimestre", 9_500, None),
    (Envelope.OPERATING, Category.PREMISES, "Loyer du local, trimestre", 1_800, None),
    (Envelope.OPERATING, Category.EQUIPMENT, "Abonnement au logiciel de coordination", 900, None),
    (Envelope.ACCESS_TO_CARE, Category.INDEMNITIES, "Régulation des soins non programmés", 4_500, 0),
    (Envelope.ACCESS_TO_CARE, Category.INDEMNITIES, "Soins non programmés à domicile", 3_600, 1),
    (Envelope.CARE_PATHWAYS, Category.INDEMNITIES, "Réunions du parcours insuffisance cardiaque", 2_400, 2),
    (Envelope.PREVENTION, Category.INDEMNITIES, "Dépistage en pharmacie", 1_500, 3),
    (Envelope.TRIAGE, Category.INDEMNITIES, "Astreinte de traitement des demandes", 5_000, 0),
    (Envelope.TRIAGE, Category.SALARIES, "Secrétariat de traitement des demandes", 7_000, None),
)
ONCE = (
    (Envelope.OPERATING, Category.COMMUNICATION, "Plaquette de présentation de la CPTS", 1_200, None),
    (Envelope.CARE_PATHWAYS, Category.TRAINING, "Formation aux plaies chroniques", 3_200, None),
    (Envelope.PREVENTION, Category.COMMUNICATION, "Affiches de la journée de dépistage", 800, None),
    (Envelope.HEALTH_CRISIS, Category.TRAINING, "Exercice de crise sanitaire", 2_500, None),
    (Envelope.QUALITY, Category.TRAINING, "Groupe d’analyse des pratiques", 3_000, None),
    (Envelope.TRIAGE, Category.EQUIPMENT, "Mobilier de la salle de réunion", 1_600, None),
)
WITHOUT_RECEIPT = {"Loyer du local, trimestre"}
OFF_PURPOSE = {"Mobilier de la salle de réunion"}  # paid with earmarked money, for something else (R9)


def plan(dossier: Dossier, year: int) -> None:
    """Plan a contract year, each year two percent more than the one before."""
    envelopes = envelopes_of(dossier.contract)
    amounts = {
        (envelope.value, category.value): round_cents(Decimal(amount) * (98 + 2 * year) / 100)
        for (envelope, category), amount in BUDGET.items()
        if envelope in envelopes
    }
    actions.save_budget(actor=_payer(dossier), contract=dossier.contract, year=year, amounts=amounts, version=0)


def list_people(dossier: Dossier) -> None:
    """Write down whom the CPTS pays."""
    for name, profession in PEOPLE:
        actions.add_professional(actor=_payer(dossier), contract=dossier.contract, name=name, profession=profession)


def pay_quarter(dossier: Dossier, day: date, *, with_extras: bool = False) -> None:
    """Enter what was paid on a day: the quarter, and once a year what comes once."""
    envelopes = envelopes_of(dossier.contract)
    for envelope, category, label, amount, payee in QUARTER + (ONCE if with_extras else ()):
        if envelope in envelopes and _has_begun(dossier, envelope, day):
            _enter(dossier, day, envelope, category, label, Decimal(amount), payee)


def correct(dossier: Dossier, day: date) -> None:
    """Correct one expense of a day, entered with a figure too many."""
    wrong = _enter(
        dossier, day, Envelope.OPERATING, Category.OTHER, "Assemblée générale : location de salle", Decimal(4_500), None
    )
    actions.replace_expense(
        actor=_payer(dossier),
        expense=wrong,
        reason="Un zéro de trop : la facture est de 450 €.",
        spent_on=day,
        envelope=wrong.envelope,
        category=wrong.category,
        label=wrong.label,
        amount=Decimal(450),
    )


def _payer(dossier: Dossier) -> Actor:
    """Return who enters the spending: the treasurer where there is one."""
    return dossier.actors.get((Side.CPTS, Role.TREASURER), dossier.coordinator)


def _has_begun(dossier: Dossier, envelope: Envelope, day: date) -> bool:
    """A mission spends once it has started, triage from its own first day (R9)."""
    name = MissionCode.ACCESS_TO_CARE if envelope.is_earmarked else envelope
    mission = dossier.contract.missions.filter(mission=name).first()
    if mission is None:
        return True
    starts_on = mission.triage_starts_on if envelope.is_earmarked else mission.started_on
    return starts_on is not None and starts_on <= day


def _enter(dossier: Dossier, day: date, envelope, category, label: str, amount: Decimal, payee: int | None) -> Expense:
    professional = None
    if payee is not None:
        professional = Professional.objects.get(cpts=dossier.cpts, name=PEOPLE[payee][0])
    receipt = None if label in WITHOUT_RECEIPT else _receipt(dossier, day, label, amount)
    return actions.add_expense(
        actor=_payer(dossier),
        contract=dossier.contract,
        receipt=receipt,
        spent_on=day,
        envelope=envelope,
        category=category,
        label=label,
        amount=amount,
        professional=professional,
        is_off_purpose=label in OFF_PURPOSE,
    )


def _receipt(dossier: Dossier, day: date, label: str, amount: Decimal) -> tuple[str, bytes]:
    """Return a small table as receipt, which says that it is invented."""
    lines = [
        "Pièce fictive de la démonstration",
        f"Organisation;{dossier.cpts.name}",
        f"Objet;{label}",
        f"Payé le;{format_date(day)}",
        f"Montant;{amount:.2f} €".replace(".", ","),
    ]
    return f"facture-{day:%Y-%m-%d}.csv", "\r\n".join(lines).encode("utf-8-sig")
