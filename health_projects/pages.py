"""What the pages of health projects show, built from scoped rows."""

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlencode

from django.urls import reverse

from agreements.agreement import Agreement
from core.actor import Actor
from core.enums import Side
from core.face import HistoryEntry, latest_first
from core.wording import counted, plural
from health_projects import assemblers, permissions
from health_projects.assemblers import Overlap
from health_projects.enums import ProjectStatus, SectionKey
from health_projects.lifecycle import WORDS
from health_projects.models import HealthProject, ProjectSubmission
from health_projects.rules import ADVISED_SECTIONS
from territories.models import Resolution
from territories.rules import ParsedCodes

DRAFT_KEY = "brouillon"
MAX_COMPARED_WORDS = 2000  # above, a paragraph is shown whole on both sides: comparing words would take seconds
PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, kw_only=True)
class SectionView:
    """A section as the page of a project shows it."""

    key: SectionKey
    text: str
    is_advised: bool
    comments: list
    saved_by: str
    saved_at: object

    @property
    def label(self) -> str:
        return self.key.label


@dataclass(frozen=True, kw_only=True)
class RefusedCodes:
    """What a pasted list held that is not in the territory: `words` go back to the field."""

    words: str
    unreadable: tuple[str, ...]
    unknown: tuple[str, ...]
    former: tuple[tuple[str, str, str], ...]  # old code, name and code of the commune of today


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A paragraph of a comparison: the same on both sides, rewritten, added or removed."""

    kind: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One side of a comparison: a submission, or the draft in progress."""

    key: str
    label: str
    content: dict


def detail_url(project: HealthProject) -> str:
    return reverse("health_projects:project_detail", args=[project.pk])


def picker_url(project: HealthProject, text: str) -> str:
    """Return the address of the picker, with the search kept."""
    url = reverse("health_projects:project_territory", args=[project.pk])
    return f"{url}?{urlencode({'q': text})}" if text else url


def list_context(actor: Actor) -> dict:
    """Return what surrounds the list: the version in progress of a CPTS, and what it may begin."""
    if actor.side != Side.CPTS:
        return {"last": None, "turn": None, "can_create": False, "can_start_version": False}
    last = HealthProject.objects.visible_to(actor).select_related("cpts").order_by("-version_number").first()
    return {
        "last": last,
        "turn": assemblers.turn_of(actor, last) if last else None,
        "can_create": last is None and permissions.may_draft(actor),
        "can_start_version": last is not None and permissions.can_start_version(actor, last),
    }


def detail_context(actor: Actor, project: HealthProject, overlaps: list[Overlap]) -> dict:
    """Return everything the page of a project says."""
    agreement = assemblers.agreement_today()
    territory = assemblers.territory_of(project, agreement=agreement)
    is_open = project.status in (ProjectStatus.DRAFT, ProjectStatus.CHANGES_REQUESTED)
    missing = assemblers.missing_items(project, territory=territory) if is_open else []
    versions = list(HealthProject.objects.visible_to(actor).filter(cpts=project.cpts_id).order_by("-version_number"))
    submissions = project.submissions.count()
    return {
        "project": project,
        "turn": assemblers.turn_of(actor, project, missing=missing),
        "decision": assemblers.decision_sentence(project),
        "asked": standing_reason(project),
        "territory": territory,
        "communes": project.communes.with_population().order_by("search_name", "code"),
        "overlaps": overlaps,
        "missions": mission_rows(project, agreement),
        "sections": section_views(project),
        "missing": missing,
        "history": history_of(project),
        "versions": versions if len(versions) > 1 else [],
        "submission_count": submissions,
        "can_compare": submissions > 1
        or (submissions and project.status == ProjectStatus.DRAFT)
        or (submissions and project.version_number > 1),
        "can_edit": permissions.can_edit(actor, project),
        "can_review": permissions.can_review(actor, project),
        "can_comment": permissions.can_comment(actor, project),
        "can_start_version": permissions.can_start_version(actor, project) and versions[0].pk == project.pk,
        "can_accept_overlap": permissions.may_accept_overlap(actor),
    }


def section_views(project: HealthProject) -> list[SectionView]:
    """Return the sections in their order, each with its comments."""
    rows = {row.key: row for row in project.sections.all()}
    comments = defaultdict(list)
    for comment in project.comments.all():
        comments[comment.part].append(comment)
    return [
        SectionView(
            key=key,
            text=rows[key].text if key in rows else "",
            is_advised=key in ADVISED_SECTIONS,
            comments=comments[key.value],
            saved_by=rows[key].updated_by_name if key in rows else "",
            saved_at=rows[key].updated_at if key in rows else None,
        )
        for key in SectionKey
    ]


def mission_rows(project: HealthProject, agreement: Agreement) -> list[dict]:
    """Return the missions chosen, each with its label and whether `agreement` makes it core."""
    terms = {row.code: row for row in agreement.missions}
    return [
        {"label": label, "is_core": code in terms and terms[code].is_core}
        for code, label in zip(project.missions, project.mission_labels, strict=True)
    ]


def history_of(project: HealthProject) -> list[HistoryEntry]:
    """Return what happened to a project."""
    return latest_first(
        HistoryEntry.of(step, WORDS[step.transition], comment=step.comment) for step in project.transitions.all()
    )


def standing_reason(project: HealthProject) -> str:
    """Return the reason of an opposition, or of the corrections asked for, while they stand."""
    if project.status not in (ProjectStatus.OPPOSED, ProjectStatus.CHANGES_REQUESTED, ProjectStatus.DRAFT):
        return ""
    last = project.transitions.filter(transition__in=["send_back", "oppose"]).last()
    return last.comment if last else ""


# The territory picker


def picker_context(project: HealthProject, overlaps: list[Overlap], **context) -> dict:
    """Return the chosen communes, what they add up to, and the results of the paste, if there was one."""
    communes = list(project.communes.with_population().select_related("department").order_by("search_name", "code"))
    return {
        "project": project,
        "communes": communes,
        "chosen_codes": [commune.code for commune in communes],
        "territory": assemblers.territory_of(project),
        "overlaps": overlaps,
        "refused": None,
        "read_count": 0,
        **context,
    }


def refused_codes(parsed: ParsedCodes, resolution: Resolution) -> RefusedCodes:
    """Return what a pasted list could not add, to be named one by one and kept in the field."""
    former = tuple((parsed.typed[code], today.name, today.code) for code, today in resolution.former.items())
    unknown = tuple(parsed.typed[code] for code in resolution.unknown)
    words = [*parsed.unreadable, *unknown, *(typed for typed, _name, _today in former)]
    return RefusedCodes(words="\n".join(words), unreadable=parsed.unreadable, unknown=unknown, former=former)


def pasted_sentence(count: int) -> str:
    return f"{counted(count, 'commune')} de votre liste {plural(count, 'est', 'sont')} dans le territoire."


# Comparing two submissions


def compare_context(actor: Actor, project: HealthProject, before: str, after: str) -> dict:
    """Return the comparison of two submissions (« 1.2 »: version 1, envoi 2), by default the last two."""
    choices = comparable(actor, project)
    keys = [choice.key for choice in choices]
    own = [
        choice.key
        for choice in choices
        if choice.key == DRAFT_KEY or choice.key.startswith(f"{project.version_number}.")
    ]
    after = after if after in keys else (own or keys or [""])[-1]
    if before not in keys:
        before = keys[max(keys.index(after) - 1, 0)] if keys else ""
    sides = {choice.key: choice for choice in choices}
    context = {"project": project, "choices": choices, "before": before, "after": after}
    if len(choices) > 1 and before != after:
        context["comparison"] = comparison(sides[before].content, sides[after].content)
    return context


def comparable(actor: Actor, project: HealthProject) -> list[Compared]:
    """Return, in order, the submissions of every version the actor sees, then the writer's own draft."""
    versions = HealthProject.objects.visible_to(actor).filter(cpts=project.cpts_id)
    rows = ProjectSubmission.objects.filter(project__in=versions).select_related("project")
    found = [
        Compared(
            key=f"{row.project.version_number}.{row.number}",
            label=f"Version {row.project.version_number}, envoi {row.number}",
            content=row.content,
        )
        for row in rows.order_by("project__version_number", "number")
    ]
    if permissions.can_edit(actor, project):
        content = assemblers.project_content(project)
        found.append(Compared(key=DRAFT_KEY, label="Brouillon en cours", content=content))
    return found


def comparison(before: dict, after: dict) -> dict:
    """Return what changed between two contents: territory, population, missions, and each section."""
    old, new = ({row["code"]: row["name"] for row in side["communes"]} for side in (before, after))
    was, now = ([row["label"] for row in side["missions"]] for side in (before, after))
    texts = {row["key"]: row["text"] for row in before["sections"]}
    sections = [
        {"key": row["key"], "title": row["title"], "chunks": text_changes(texts.get(row["key"], ""), row["text"])}
        for row in after["sections"]
        if texts.get(row["key"], "") != row["text"]
    ]
    changed = {row["key"] for row in sections}
    return {
        "communes_added": [name for code, name in new.items() if code not in old],
        "communes_removed": [name for code, name in old.items() if code not in new],
        "missions_added": [label for label in now if label not in was],
        "missions_removed": [label for label in was if label not in now],
        "population": (before["population"]["covered"], after["population"]["covered"]),
        "size": (before["size"], after["size"]),
        "sections": sections,
        "same_sections": [row["title"] for row in after["sections"] if row["key"] not in changed],
    }


def text_changes(before: str, after: str) -> list[Chunk]:
    """Return the paragraphs of two texts side by side; words are compared only inside rewritten paragraphs."""
    old, new = ([part for part in PARAGRAPHS.split(text) if part.strip()] for text in (before, after))
    chunks = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        removed, added = "\n\n".join(old[old_from:old_to]), "\n\n".join(new[new_from:new_to])
        if kind == "equal":
            chunks.append(Chunk(kind="same", after=added))
        elif max(len(removed.split()), len(added.split())) > MAX_COMPARED_WORDS:
            chunks.append(Chunk(kind="removed", before=removed))
            chunks.append(Chunk(kind="added", after=added))
        else:
            chunks.append(Chunk(kind="changed", before=removed, after=added))
    return chunks
