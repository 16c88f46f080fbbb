"""What the three parties approve, what is still missing, and the data of the minutes and of the annex."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.timezone import localdate

from agreements.enums import MissionCode
from agreements.explanations import payment_label
from contracts.models import DURATION_YEARS, Contract, ContractYear
from contracts.payload import programme_pages
from core import clock
from core.dates import format_date
from core.enums import PARTIES
from core.errors import DomainError
from core.fingerprints import fingerprint
from core.money import format_euros
from core.values import percent_fr
from core.wording import Lack
from dialogues.enums import DialogueKind, DialogueStatus
from dialogues.models import ManagementDialogue, MinutesApproval
from funding.models import Statement
from funding.statement_document import statement_values
from funding.unscheduled import awaits_declaration
from indicators.assemblers import missing_items as programme_missing_items
from indicators.assemblers import missing_of, missing_results, printed_results, programme_content, programme_results
from spending.assemblers import balance_of, figures_of, told_content

UNCOUNTED = "Le nombre d’adhérents au premier jour de l’année suivante n’est pas noté (R11)."
UNDECLARED = "La CPTS n’a pas déclaré ce qu’elle a versé aux professionnels (compensation, R9)."


def year_of(contract: Contract, number: int | None) -> ContractYear | None:
    """Return a contract year with its programme, or None when it is not open."""
    if number is None:
        return None
    return contract.years.select_related("programme", "contract").filter(number=number).first()


def programme_years(dialogue: ManagementDialogue) -> list[ContractYear]:
    """Return the years whose programme the dialogue decides: the next one, or that of the mission's start."""
    contract = dialogue.contract
    match dialogue.kind:
        case DialogueKind.ANNUAL:
            following = dialogue.year + 1
            return [year for year in [year_of(contract, following)] if year] if following <= DURATION_YEARS else []
        case DialogueKind.MISSION_START:
            day = dialogue.mission_starts_on or dialogue.held_on
            number = contract.year_on(day) if day and contract.signed_on else 1
            return [year for year in [year_of(contract, number)] if year]
        case _:
            return []


def dialogue_content(dialogue: ManagementDialogue) -> dict:
    """Return what a party approves: the minutes, the decisions, and the figures and programmes they bind."""
    evaluated = year_of(dialogue.contract, dialogue.year)
    return {
        "dialogue": str(dialogue.pk),
        "revision": dialogue.revision,
        "held_on": str(dialogue.held_on),
        "participants": dialogue.participants,
        "minutes": dialogue.minutes,
        "decisions": dialogue.decisions,
        "mission_starts_on": str(dialogue.mission_starts_on or ""),
        "new_size": dialogue.new_size,
        "evaluated": programme_results(evaluated.programme) if evaluated else None,
        **_declared(evaluated),
        **_counted(dialogue),
        "programmes": decided_missions(dialogue),
        "spending": told_content(dialogue.contract, dialogue.year) if dialogue.kind == DialogueKind.ANNUAL else None,
    }


def _declared(evaluated: ContractYear | None) -> dict:
    """R9: return what the CPTS declared to have paid to professionals, once it did."""
    declared = evaluated.declared_compensation if evaluated else None
    return {} if declared is None else {"declared_compensation": str(declared)}


def _counted(dialogue: ManagementDialogue) -> dict:
    """R11: return the members of the next year's first day, once they are counted."""
    return {} if dialogue.members is None else {"members": dialogue.members}


def counted_year(dialogue: ManagementDialogue) -> ContractYear | None:
    """R11: return the year of which the dialogue counts the members, None when it counts none."""
    if dialogue.kind != DialogueKind.ANNUAL or dialogue.revision > 1:
        return None
    return next(iter(programme_years(dialogue)), None)


def _lacks_members(dialogue: ManagementDialogue) -> bool:
    """Say whether the year that the dialogue prepares may have R11's bonus, its members not being counted."""
    year = counted_year(dialogue)
    if year is None or dialogue.members is not None:
        return False
    bonus = dialogue.contract.agreement_in(year.number).as_value().bonus
    return bonus is not None and year.size == bonus.size


def decided_missions(dialogue: ManagementDialogue) -> list[dict]:
    """Return what the dialogue decides of programmes: of its mission alone when it starts one (R13a)."""
    missions = [
        mission for year in programme_years(dialogue) for mission in programme_content(year.programme)["missions"]
    ]
    return [mission for mission in missions if dialogue.mission in ("", mission["mission"])]


def approval_hash(dialogue: ManagementDialogue) -> str:
    """Return the hash that an approval carries: it counts only while the content is the same."""
    return fingerprint(dialogue_content(dialogue))


def standing_approvals(dialogue: ManagementDialogue, current: str = "") -> list[MinutesApproval]:
    """Return the approvals given to the minutes as they are now; `current` is their hash, when it is known."""
    approvals = list(dialogue.approvals.filter(revision=dialogue.revision, withdrawn_at__isnull=True))
    if dialogue.status == DialogueStatus.CLOSED:
        return approvals  # they closed it: what the programmes became since changes nothing to that
    if approvals and not current:
        current = approval_hash(dialogue)
    return [approval for approval in approvals if approval.content_hash == current]


def check_mission_start(dialogue: ManagementDialogue, starts_on: date | None) -> None:
    """R4: refuse a mission that starts before the first day of the running contract year, or after its end."""
    if starts_on is None:
        return
    if dialogue.kind != DialogueKind.MISSION_START:
        raise DomainError("Seul le dialogue de démarrage d’une mission fixe son premier jour (R4).")
    contract = dialogue.contract
    if starts_on < contract.anniversary(contract.year_on(clock.today()) - 1):
        raise DomainError(
            "Une mission ne démarre pas avant le premier jour de l’année contractuelle en cours (R4).",
            field="mission_starts_on",
        )
    if starts_on >= contract.ends_on:
        raise DomainError("Cette date est après la fin du contrat.", field="mission_starts_on")


def missing_items(dialogue: ManagementDialogue) -> list[Lack]:
    """Return what must be done before the minutes go to approval, as sentences with their pages."""
    missing, minutes = [], reverse("dialogues:dialogue_minutes", args=[dialogue.pk])
    if not dialogue.minutes.strip():
        missing.append(Lack("Le compte rendu n’est pas rédigé.", url=minutes))
    if dialogue.kind == DialogueKind.MISSION_START and dialogue.mission_starts_on is None:
        missing.append(Lack("La date de démarrage de la mission n’est pas fixée.", url=minutes))
    if dialogue.kind == DialogueKind.ANNUAL:
        evaluated = year_of(dialogue.contract, dialogue.year)
        missing += _missing_of_year(dialogue.contract, evaluated)
        if _lacks_members(dialogue):
            missing.append(Lack(UNCOUNTED, url=minutes))
        for year in programme_years(dialogue):
            lacks = programme_missing_items(year.programme)
            missing += [Lack(f"Année {year.number} : {lack}", url=lack.url) for lack in lacks]
    if dialogue.kind == DialogueKind.MISSION_START:
        missing += missing_of_mission(dialogue)
    return missing


def _missing_of_year(contract: Contract, evaluated: ContractYear | None) -> list[Lack]:
    if evaluated is None:
        return [Lack("L’année évaluée n’a pas de programme.")]
    page = reverse("funding:unscheduled_care", args=[contract.pk])
    undeclared = [Lack(UNDECLARED, url=page)] if awaits_declaration(contract, evaluated.number) else []
    if contract.is_cut_short(evaluated.number):
        return undeclared  # R19: what has no rate has no variable line
    return [*missing_results(evaluated.programme), *undeclared]


def missing_of_mission(dialogue: ManagementDialogue) -> list[Lack]:
    """Return what the programme of the mission to start lacks (R13a)."""
    for year in programme_years(dialogue):
        mission = year.programme.missions.filter(mission=dialogue.mission).first()
        if mission is None:
            return [Lack("La mission n’a pas encore sa place dans le programme de l’année.")]
        if sentence := missing_of(mission):
            return [sentence]
    return []


def minutes_payload(dialogue: ManagementDialogue) -> dict:
    """Return the data of the minutes as a document, plain JSON."""
    return {
        "contract": contract_facts(dialogue.contract),
        "dialogue": {
            "title": str(dialogue),
            "held_on": format_date(dialogue.held_on),
            "place": dialogue.place,
            "agenda": dialogue.agenda.splitlines(),
            "participants": dialogue.participants.splitlines(),
            "minutes": dialogue.minutes,
            "decisions": dialogue.decisions,
            "mission": MissionCode(dialogue.mission).label if dialogue.mission else "",
            "mission_starts_on": format_date(dialogue.mission_starts_on) if dialogue.mission_starts_on else "",
            "new_size": dialogue.new_size,
            "members": dialogue.members,
            "revision": dialogue.revision,
        },
        "spending": spending_figures(dialogue),
        "approvals": [
            {
                "party": approval.organisation_name,
                "person": approval.user_name,
                "on": format_date(localdate(approval.at)),
            }
            for approval in standing_approvals(dialogue)
        ],
    }


def annex_payload(dialogue: ManagementDialogue, statement: Statement) -> dict:
    """Return the data of the annual annex: results, amounts, and the next programme (R17), plain JSON."""
    contract = dialogue.contract
    evaluated = year_of(contract, dialogue.year)
    following = year_of(contract, dialogue.year + 1)
    last_day = contract.end_of_year(dialogue.year) - timedelta(days=1)
    return {
        "content": annex_content(dialogue, statement),
        "contract": contract_facts(contract),
        "revision": dialogue.revision,
        "year": dialogue.year,
        "period": f"du {format_date(evaluated.starts_on)} au {format_date(last_day)}",
        "size": evaluated.size,
        "next_size": following.size if following else None,
        "next_members": dialogue.members if following else None,
        "results": _told_results(contract, evaluated),
        "lines": [
            {
                "label": payment_label(line.mission, line.kind, line.base),
                "explanation": line.explanation,
                "rule": line.rule,
                "amount": format_euros(line.amount),
                "is_validated": line.is_validated,
            }
            for line in statement.lines.all()
        ],
        "total": format_euros(statement.total),
        "programme": programme_pages(programme_content(following.programme)) if following else None,
        "next_year": dialogue.year + 1 if following else None,
        "held_on": format_date(dialogue.held_on),
        "decisions": dialogue.decisions,
        "statement_hash": statement.content_hash,
    }


def _told_results(contract: Contract, evaluated: ContractYear) -> list[dict]:
    """Return the results as the annex prints them: a year cut short earns the rate agreed by the three (R19)."""
    end = contract.terminated_on
    is_cut = end is not None and contract.year_on(end - timedelta(days=1)) == evaluated.number
    rates = contract.agreed_rates() if is_cut else {}
    return [
        {**row, "agreed_rate": percent_fr(rates[row["mission"]]) if row["mission"] in rates else ""}
        for row in printed_results(evaluated.programme)
    ]


def annex_content(dialogue: ManagementDialogue, statement: Statement) -> dict:
    """Return what the annex decides as values: attached to its PDF (docs/schemas/donnees-1.json)."""
    contract = dialogue.contract
    evaluated, following = (year_of(contract, number) for number in (dialogue.year, dialogue.year + 1))
    return {
        "contract": contract.number,
        "parties": [{"side": side.value, "name": contract.party(side).name} for side in PARTIES],
        "year": dialogue.year,
        "starts_on": evaluated.starts_on.isoformat(),
        "ends_on": contract.end_of_year(dialogue.year).isoformat(),
        "size": evaluated.size,
        "held_on": dialogue.held_on.isoformat(),
        "decisions": dialogue.decisions,
        "results": programme_results(evaluated.programme)["missions"],
        "statement": statement_values(statement, statement.lines.all()),
        "next_size": following.size if following else None,
        "next_programme": programme_content(following.programme) if following else None,
    }


def spending_figures(dialogue: ManagementDialogue) -> dict | None:
    """Return what was planned, received, spent and is left of the year of an annual dialogue (R9, R17).

    Once the dialogue is closed, they are those that its minutes froze; None for the other dialogues.
    """
    if dialogue.kind != DialogueKind.ANNUAL:
        return None
    if dialogue.status == DialogueStatus.CLOSED and dialogue.minutes_document:
        return dialogue.minutes_document.payload.get("spending")
    return figures_of(balance_of(dialogue.contract, dialogue.year))


def contract_facts(contract: Contract) -> dict:
    """Return what every document of a contract says of it."""
    return {
        "number": contract.number,
        "signed_on": format_date(contract.signed_on) if contract.signed_on else "",
        "parties": [{"side": side.value, "label": side.label, "name": contract.party(side).name} for side in PARTIES],
        "cpts": contract.cpts.name,
    }
