"""What the pages of a dialogue show of it: three positions, whose turn, history."""

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse

from accounts.permissions import Act, may
from contracts.panels import turn_of as contract_turn_of
from core import clock
from core.actor import Actor
from core.dates import format_date
from core.enums import PARTIES, Side
from core.face import HistoryEntry, PartyLine, Turn, latest_first
from core.wording import counted
from dialogues.assemblers import standing_approvals
from dialogues.enums import AnnexStatus, DialogueKind, DialogueStatus
from dialogues.lifecycle import APPROVED, WORDS
from dialogues.models import AnnualAnnex, ManagementDialogue, MinutesApproval

CLOSED_BY_LAST = {
    DialogueKind.SIGNATURE: "le dialogue est clos, les trois parties peuvent consentir au contrat",
    DialogueKind.MISSION_START: "le dialogue est clos, la mission démarre à la date fixée",
    DialogueKind.ANNUAL: "le dialogue est clos, le décompte est émis et l’annexe part à la signature",
    DialogueKind.EXTRAORDINARY: "le dialogue est clos",
}
STALE = "Retirée : le contenu a changé"


def approval_panel(dialogue: ManagementDialogue, standing: list[MinutesApproval]) -> list[PartyLine]:
    """Return one line a party: approved when, by whom, approved before the content changed, or still awaited."""
    given = {approval.side: approval for approval in dialogue.approvals.filter(revision=dialogue.revision)}
    valid = {approval.pk for approval in standing}
    return [_approval_line(dialogue, side, given.get(side), valid) for side in PARTIES]


def _approval_line(dialogue: ManagementDialogue, side: Side, approval: MinutesApproval | None, valid: set) -> PartyLine:
    name = dialogue.contract.party(side).name
    if approval is None:
        missing = "approbation du compte rendu"
        return PartyLine(side=side, organisation=name, tone="wait", state="Attendue", missing=missing)
    who = {"who": approval.user_name, "at": approval.at}
    if approval.pk not in valid:
        return PartyLine(
            side=side, organisation=name, tone="stop", state=STALE, missing="à approuver de nouveau", **who
        )
    return PartyLine(side=side, organisation=name, tone="ok", state="Approuvé", **who)


def turn_of(dialogue: ManagementDialogue, actor: Actor, *, missing: Sequence[str] = ()) -> Turn | None:
    """Return what is expected now, of the reader or of another party; `missing` is what the approval still lacks."""
    if dialogue.status == DialogueStatus.CLOSED:
        return _what_comes_next(dialogue, actor)
    if dialogue.status == DialogueStatus.MINUTES:
        return _approval_turn(dialogue, actor)
    if not may(actor, Act.PREPARE_DIALOGUE):
        return Turn(text="Le dialogue se prépare entre les trois parties.", detail=_window(dialogue), is_mine=False)
    steps = {
        DialogueStatus.PLANNED: ("À vous : convoquez les parties, ou notez que le dialogue s’est tenu.", "convene"),
        DialogueStatus.CONVENED: ("À vous : une fois la réunion tenue, notez-le.", "hold"),
        DialogueStatus.HELD: ("À vous : rédigez le compte rendu, puis envoyez-le à l’approbation.", "minutes"),
    }
    labels = {"convene": "Convoquer", "hold": "Noter la tenue", "minutes": "Rédiger le compte rendu"}
    text, step = steps[dialogue.status]
    if step == "hold" and not _may_be_held(dialogue):
        return Turn(text="La réunion est convoquée.", detail=_window(dialogue), is_mine=False)
    if step == "minutes" and dialogue.minutes.strip():
        return _written_turn(dialogue, missing)
    url = reverse(f"dialogues:dialogue_{step}", args=[dialogue.pk])
    return Turn(text=text, detail=_window(dialogue), url=url, label=labels[step])


def _what_comes_next(dialogue: ManagementDialogue, actor: Actor) -> Turn | None:
    """A closed dialogue leads on: that of signature to the consents, an annual one to the signature of its annex."""
    if dialogue.kind == DialogueKind.SIGNATURE:
        turn = contract_turn_of(actor, dialogue.contract)
        page = reverse("contracts:contract_preview", args=[dialogue.contract_id])
        return replace(turn, detail="", url=page, label="Ouvrir le contrat") if turn and not turn.url else turn
    annexes = dialogue.annexes.filter(status=AnnexStatus.SIGNING).prefetch_related("document__signatures__organisation")
    annex = annexes.order_by("-created_at").first()
    return _annex_turn(annex, actor) if annex else None


def can_sign(actor: Actor, annex: AnnualAnnex) -> bool:
    """Return whether the actor may sign, and her signature is awaited."""
    return annex.status == AnnexStatus.SIGNING and may(actor, Act.SIGN) and annex.document.awaits(actor)


def _annex_turn(annex: AnnualAnnex, actor: Actor) -> Turn:
    if can_sign(actor, annex):
        return Turn(
            text=f"À vous : lisez l’annexe de l’année {annex.year}, puis signez-la.",
            url=reverse("dialogues:annex_sign", args=[annex.pk]),
            label="Lire et signer l’annexe",
        )
    names = ", ".join(dict.fromkeys(item.organisation_name for item in annex.document.awaited))
    text = f"Signature de l’annexe de l’année {annex.year} attendue : {names}."
    page = reverse("dialogues:annex_detail", args=[annex.pk])
    return Turn(text=text, url=page, label="Ouvrir l’annexe", is_mine=False)


def _written_turn(dialogue: ManagementDialogue, missing: Sequence[str]) -> Turn:
    """The minutes are written: send them, or complete first what the three would approve with them."""
    page = reverse("dialogues:dialogue_minutes", args=[dialogue.pk])
    if not missing:
        text = "À vous : le compte rendu est rédigé, envoyez-le à l’approbation."
        return Turn(text=text, detail=_window(dialogue), url=page, label="Relire le compte rendu")
    left = f" Et {counted(len(missing) - 1, 'autre point', 'autres points')}." if len(missing) > 1 else ""
    return Turn(
        text="À vous : le compte rendu est rédigé ; complétez ce qui manque avant de l’envoyer à l’approbation.",
        detail=f"{missing[0]}{left}",
        url=page,
        label="Compléter",
    )


def can_revise(dialogue: ManagementDialogue, actor: Actor) -> bool:
    """Return whether the page offers to open a revision (R17)."""
    is_closed_year = dialogue.kind == DialogueKind.ANNUAL and dialogue.status == DialogueStatus.CLOSED
    return is_closed_year and may(actor, Act.REVISE)


def history_of(dialogue: ManagementDialogue) -> list[HistoryEntry]:
    """Return the transitions and approvals of a dialogue; the closing tells of the third approval."""
    steps = [HistoryEntry.of(step, WORDS[step.transition], comment=step.comment) for step in dialogue.transitions.all()]
    approvals = [
        HistoryEntry.of(approval, f"{APPROVED} (approbation retirée depuis)" if approval.withdrawn_at else APPROVED)
        for approval in _approvals_before_closing(dialogue)
    ]
    return latest_first(steps + approvals)


def _approvals_before_closing(dialogue: ManagementDialogue) -> list[MinutesApproval]:
    approvals = sorted(dialogue.approvals.all(), key=lambda approval: approval.at)
    if dialogue.status == DialogueStatus.CLOSED:
        last = max((row for row in approvals if not row.withdrawn_at), key=lambda row: row.at, default=None)
        approvals = [row for row in approvals if row is not last]
    return approvals


def approved_words(dialogue: ManagementDialogue) -> str:
    """Return what an approval just did, for the person who gave it: the third one closes the dialogue (R17)."""
    if dialogue.status != DialogueStatus.CLOSED:
        return "Vous avez approuvé le compte rendu."
    return f"Votre approbation est la dernière\u00a0: {CLOSED_BY_LAST[dialogue.kind]}."


def signed_words(annex: AnnualAnnex) -> str:
    """Return what a signature just did, for the person who gave it: with the last one the annex is in force."""
    if annex.status != AnnexStatus.IN_FORCE:
        return "Vous avez signé l’annexe."
    return "Votre signature est la dernière\u00a0: l’annexe est en vigueur."


def _approval_turn(dialogue: ManagementDialogue, actor: Actor) -> Turn:
    standing = standing_approvals(dialogue)
    done = {approval.side for approval in standing}
    if actor.side in PARTIES and actor.side not in done and may(actor, Act.APPROVE_MINUTES):
        return Turn(
            text="À vous : lisez le compte rendu et approuvez-le.",
            detail="La troisième approbation clôt le dialogue.",
            url=reverse("dialogues:dialogue_approve", args=[dialogue.pk]),
            label="Approuver le compte rendu",
            by_post=True,
        )
    awaited = ", ".join(dialogue.contract.party(side).name for side in PARTIES if side not in done)
    return Turn(text=f"Approbation attendue : {awaited}.", is_mine=False)


def _window(dialogue: ManagementDialogue) -> str:
    if dialogue.convened_for and dialogue.status == DialogueStatus.CONVENED:
        return f"Convoqué pour le {format_date(dialogue.convened_for)}"
    if dialogue.window:
        return f"À tenir {dialogue.window}"
    return ""


def _may_be_held(dialogue: ManagementDialogue) -> bool:
    return dialogue.kind != DialogueKind.ANNUAL or clock.today() >= dialogue.window_opens_on
