"""What the pages show of a contract: whose turn it is, the three parties, the missions in time.

Values for the components of the face; the dossier of the contract, above, shows the same panels.
"""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.conf import settings
from django.urls import reverse

from agreements.agreement import Agreement
from agreements.explanations import format_rate
from contracts import assemblers, consents, payload, permissions, rules
from contracts.assemblers import Reading, Terms
from contracts.enums import ContractStatus
from contracts.models import DURATION_YEARS, Amendment, AmendmentConsent, Consent, Contract
from contracts.wordings import inhabitants_words
from core import clock
from core.actor import Actor
from core.dates import anniversary, format_date
from core.enums import PARTIES, Side
from core.face import PartyLine, Turn
from core.figures import BRAND, WASH, Figure
from core.timelines import TimelineRow, timeline
from core.wording import counted, spoken_integer, spoken_list
from documents.models import Document

WHO = {Side.CPTS: "la CPTS", Side.ARS: "l’ARS", Side.FUND: "la caisse"}
CONSENTING = {Side.CPTS: "la présidence", Side.ARS: "l’instruction", Side.FUND: "l’instruction"}
MISSIONS_LEGEND = (("démarrée", BRAND, BRAND), ("prévue", WASH, BRAND))
STALE = "retiré : le contenu a changé"


@dataclass(frozen=True, kw_only=True)
class MissionsTimeline:
    """The missions drawn in time, and beside their latest dates (R4). `is_forecast`: the contract is not signed."""

    figure: Figure
    missions: list[rules.MissionDates]
    is_forecast: bool


@dataclass(frozen=True, kw_only=True)
class ContentSummary:
    """The content in a few figures: what a person reads before she consents."""

    facts: list[tuple[str, str]]
    amounts: list[dict]
    total: str
    all_validated: bool
    programme: list[dict]
    articles: list[dict]
    local_clauses: list[str]
    clauses_status: str


def short_code(digest: str) -> str:
    """Return the beginning of a content's hash, as people compare it: « 3F9A-C2D1 »."""
    return f"{digest[:4]}-{digest[4:8]}".upper()


# Missions


def missions_timeline(contract: Contract, *, terms: Terms | None = None) -> MissionsTimeline:
    """Return the drawing of the missions over the five years; the signature is taken as today until there is one."""
    missions = assemblers.mission_calendar(contract, terms or assemblers.terms_of(contract))
    today = clock.today()
    start = contract.signed_on or today
    end = contract.terminated_on or contract.ends_on or anniversary(start, DURATION_YEARS)
    rows = [mission_bar(mission, start, end, today, mission_state(mission)) for mission in missions]
    title = "Calendrier des missions" if contract.is_signed else "Calendrier si le contrat était signé aujourd’hui"
    figure = replace(timeline(start, end, today, rows, title), legend=MISSIONS_LEGEND)
    return MissionsTimeline(figure=figure, missions=missions, is_forecast=not contract.is_signed)


def mission_bar(mission: rules.MissionDates, start: date, end: date, today: date, state: str) -> TimelineRow:
    """Return a full bar once the mission started, an outline while it is planned: from today if the day is past."""
    begins = mission.started_on or (max(mission.planned_start, today) if mission.planned_start else None)
    end = min(end, mission.withdrawn_from or end)
    return TimelineRow(
        label=mission.label if mission.is_core else f"{mission.label} (option)",
        start=max(begins, start) if begins and begins < end else None,
        end=end,
        is_planned=mission.started_on is None,
        state=state,
    )


def withdrawn_words(day: date, today: date) -> str:
    """R18: return what is said of a mission that an amendment withdraws from a day on."""
    return f"Retirée depuis le {format_date(day)}" if day <= today else f"Retirée à partir du {format_date(day)}"


def mission_state(mission: rules.MissionDates) -> str:
    """Return where a mission is, in words."""
    if mission.withdrawn_from:
        return withdrawn_words(mission.withdrawn_from, clock.today()).lower()
    if mission.started_on:
        return "démarrée en retard" if mission.is_late else "démarrée"
    if mission.planned_start is None:
        return "sans date prévue"
    return "prévue après le délai" if mission.is_late else "prévue"


# The three parties


def consent_lines(contract: Contract, digest: str, subject: Contract | Amendment | None = None) -> list[PartyLine]:
    """Return one line a party: consented to this content, withdrawn because it changed, or awaited.

    `subject` is what is consented to: the contract, or one of its amendments.
    """
    given: dict[str, Consent | AmendmentConsent] = {}
    for consent in (subject or contract).consents.order_by("at"):
        given[consent.side] = consent
    return [_consent_line(contract, side, given.get(side), digest) for side in PARTIES]


def _consent_line(contract: Contract, side: Side, consent: Consent | AmendmentConsent | None, digest: str) -> PartyLine:
    name = contract.party(side).name
    if consent is None:
        return PartyLine(side=side, organisation=name, tone="wait", state="Attendu")
    who = {"who": consent.user_name, "at": consent.at}
    if consent.withdrawn_at:
        state = f"Retiré : {consent.withdrawn_because}"
        return PartyLine(side=side, organisation=name, tone="stop", state=state, **who)
    if consent.content_hash != digest:
        return PartyLine(side=side, organisation=name, tone="stop", state=STALE.capitalize(), **who)
    return PartyLine(side=side, organisation=name, tone="ok", state="Consenti", **who)


# Content


def content_summary(content: dict, terms: Terms) -> ContentSummary:
    """Return the content in the words of the pages."""
    territory = content["territory"]
    population = territory["population"]
    people = inhabitants_words(population)
    facts = [
        ("Accord", content["agreement"]["label"]),
        ("Territoire", counted(len(territory["communes"]), "commune")),
        ("Population", f"{people}, {territory['source']}" if territory["source"] else people),
        ("Taille", str(territory["size"]) if territory["size"] else "à déterminer"),
        ("Adhérents", members_words(content["members"], territory["size"], terms.agreement)),
    ]
    return ContentSummary(
        facts=facts,
        amounts=payload.amount_groups(content, terms.agreement),
        total=payload.ordinary_total(content),
        all_validated=all(row["is_validated"] for row in content["amounts"]),
        programme=payload.programme_pages(content["programme"]),
        articles=payload.article_texts(content, terms.agreement),
        local_clauses=payload.paragraphs(content["local_clauses"]),
        clauses_status=payload.clauses_status(content),
    )


def members_words(count: int, size: int | None, agreement: Agreement) -> str:
    """Return the members, with R11's bonus where they open it: the amounts of a year do not count it."""
    bonus = agreement.bonus
    if bonus is None or size != bonus.size or count < bonus.members:
        return spoken_integer(count)
    rate = format_rate(Fraction(bonus.rate))
    return f"{spoken_integer(count)}, qui majorent de {rate} chaque ligne de mission, en plus des montants ci-dessous"


# Turn and history


def turn_of(actor: Actor, contract: Contract, *, reading: Reading | None = None) -> Turn | None:
    """Return whose turn it is, as the person who looks should read it; None when nothing is expected."""
    match contract.status:
        case ContractStatus.DRAFT:
            return _drafting(actor, contract, reading or assemblers.read_content(contract))
        case ContractStatus.NEGOTIATION:
            return _negotiating(actor, contract, reading or assemblers.read_content(contract))
        case ContractStatus.SIGNING:
            return _signing(actor, contract)
        case _:
            return None


def _drafting(actor: Actor, contract: Contract, reading: Reading) -> Turn:
    if not permissions.can_edit(actor, contract):
        return Turn(text=f"Chez {WHO[Side.CPTS]} : le contrat est en rédaction.", is_mine=False)
    if not reading.left_to_write:
        return Turn(
            text="À vous : le contrat est complet, ouvrez la négociation.",
            detail="L’ARS et la caisse le verront alors ; il n’est visible que de votre CPTS jusque-là.",
            url=dossier_url(contract),
            label="Ouvrir la négociation depuis le dossier",
        )
    return Turn(
        text="À vous : complétez le contrat, puis ouvrez la négociation.",
        detail=f"Reste à écrire avant la négociation\u00a0: {counted(len(reading.left_to_write), 'point')}. "
        "Le contrat n’est visible que de votre CPTS jusque-là.",
        url=reading.left_to_write[0].url or reverse("contracts:contract_edit", args=[contract.pk]),
        label="Compléter le contrat",
    )


def _negotiating(actor: Actor, contract: Contract, reading: Reading) -> Turn:
    if reading.missing and not reading.left_to_write:
        return _planning(actor, contract)
    if reading.missing:
        left = _points_left(len(reading.missing))
        if permissions.can_edit(actor, contract):
            return Turn(text="À vous : complétez le contrat avec les deux autres parties.", detail=left)
        return Turn(text="Chez les trois parties : le contrat se complète.", detail=left, is_mine=False)
    standing = {consent.side for consent in consents.standing_consents(contract, reading.digest)}
    waiting = [side for side in PARTIES if side not in standing]
    if actor.side in waiting and permissions.can_consent(actor, contract):
        return Turn(
            text="À vous : relisez le contrat, puis consentez à son contenu.",
            detail="Au troisième consentement, il part à la signature.",
            url=reverse("contracts:contract_consent", args=[contract.pk]),
            label="Relire et consentir",
        )
    names = spoken_list([WHO[side] for side in waiting])
    detail = f"Pour votre organisation, {CONSENTING[actor.side]} consent." if actor.side in waiting else ""
    return Turn(text=f"Chez {names} : consentement attendu.", detail=detail, is_mine=False)


def _planning(actor: Actor, contract: Contract) -> Turn:
    """The content is written: what is left is the meeting that settles the size and the calendar (R16)."""
    if not permissions.can_edit(actor, contract):
        return Turn(text="Chez les trois parties : le dialogue de signature est à mener à son terme.", is_mine=False)
    return Turn(
        text="À vous : menez le dialogue de signature à son terme avec les deux autres parties.",
        detail="Le contrat est complet ; les consentements viennent une fois ce dialogue clos.",
        url=dossier_url(contract),
        label="Ouvrir le dialogue depuis le dossier",
    )


def dossier_url(contract: Contract) -> str:
    """Return the page that tells the whole story of a contract, in the room above that settings name."""
    return reverse(settings.DOSSIER_URL, args=[contract.pk])


def _points_left(count: int) -> str:
    return f"Il reste {counted(count, 'point')} à régler (liste plus bas)."


def _signing(actor: Actor, contract: Contract) -> Turn:
    document = contract.document
    if not document.is_ready:
        return Turn(text="Le document du contrat est en cours de préparation.", is_mine=False)
    if too_late := too_late_to_sign(document, "le contrat retourne à la négociation"):
        return too_late
    if document.awaits(actor) and permissions.can_sign(actor, contract):
        return Turn(
            text="À vous : signez le contrat.",
            detail=f"Le contenu est convenu depuis le {format_date(contract.agreed_on)}.",
            url=reverse("contracts:contract_sign", args=[contract.pk]),
            label="Lire et signer le contrat",
        )
    return Turn(
        text=f"Chez {awaited_words(document)} : signature attendue.",
        detail=f"Convenu depuis le {format_date(contract.agreed_on)}.",
        is_mine=False,
    )


def awaited_words(document: Document) -> str:
    """Return whose signature is awaited now: « la CPTS et la caisse »."""
    return spoken_list([WHO[side] for side in dict.fromkeys(item.side for item in document.awaited)])


def too_late_to_sign(document: Document, what_follows: str) -> Turn | None:
    """Return what is said once the last day to sign has passed, until the night's work draws the consequence."""
    if not document.has_expired:
        return None
    day = format_date(document.expires_on)
    return Turn(text=f"Le dernier jour pour signer, le {day}, est passé : {what_follows}.", is_mine=False)
