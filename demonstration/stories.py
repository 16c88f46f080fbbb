"""The twenty stories of the demonstration: each leaves its CPTS in one state, whatever the day it is loaded.

Most dates count back from today, so that the state is the same next year; the two contracts of the first national
agreement keep the dates of that agreement, and grow old with the portal.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from agreements.enums import MissionCode
from core.dates import add_months, anniversary
from demonstration import chapters
from demonstration.acts import amendments, contracts, dialogues, payments, projects, values
from demonstration.cast import Dossier
from demonstration.playback import Story
from dialogues.enums import DialogueKind
from health_projects.enums import SectionKey


def stories_of(dossier: Dossier, today: date) -> list[Story]:
    """Return the stories of a CPTS, by the name that its file gives."""
    return STORIES[dossier.data["story"]](dossier, today)


# Health projects


def blank(dossier: Dossier, today: date) -> list[Story]:
    return []


def draft_project(dossier: Dossier, today: date) -> list[Story]:
    def story() -> Story:
        yield today - timedelta(days=12)
        projects.write(dossier, [SectionKey.ASSESSMENT, SectionKey.MEMBERS, SectionKey.GOVERNANCE])

    return [story()]


def submitted_project(dossier: Dossier, today: date) -> list[Story]:
    return [chapters.submitted(dossier, today - timedelta(days=21))]


def nearly_tacit_project(dossier: Dossier, today: date) -> list[Story]:
    """The ARS has not answered: a few days more and silence approves (R5)."""
    return [chapters.submitted(dossier, add_months(today, -2) + timedelta(days=5))]


def sent_back_project(dossier: Dossier, today: date) -> list[Story]:
    def story() -> Story:
        yield from chapters.submitted(dossier, today - timedelta(days=40))
        yield today - timedelta(days=9)
        projects.send_back(dossier)

    return [story()]


def opposed_project(dossier: Dossier, today: date) -> list[Story]:
    def story() -> Story:
        yield from chapters.submitted(dossier, today - timedelta(days=95))
        yield today - timedelta(days=52)
        projects.oppose(dossier)

    return [story()]


def approved_project(dossier: Dossier, today: date) -> list[Story]:
    return [chapters.approved(dossier, today - timedelta(days=15))]


# Contracts that are not signed


def draft_contract(dossier: Dossier, today: date) -> list[Story]:
    """Silence approved the project; the contract is half written."""

    def story() -> Story:
        yield from chapters.submitted(dossier, today - timedelta(days=120))
        yield add_months(today - timedelta(days=120), 2) + timedelta(days=1)
        projects.approve_tacitly(dossier)
        yield today - timedelta(days=20)
        contracts.draft(dossier)
        contracts.write_programme(dossier, missions=1)

    return [story()]


def overlapping_negotiation(dossier: Dossier, today: date) -> list[Story]:
    """The negotiation is open; the ARS has yet to accept that two territories share a commune (R1)."""

    def story() -> Story:
        yield from chapters.approved(dossier, today - timedelta(days=50))
        yield today - timedelta(days=35)
        contracts.draft(dossier)
        contracts.write_programme(dossier)
        yield today - timedelta(days=8)
        contracts.open_negotiation(dossier)
        dialogue = dialogues.find(dossier, DialogueKind.SIGNATURE)
        dialogues.convene(dossier.ars_officer, dialogue, today + timedelta(days=9))

    return [story()]


def negotiation(dossier: Dossier, today: date) -> list[Story]:
    """Two of the three parties have consented."""

    def story() -> Story:
        yield from chapters.negotiated(dossier, today - timedelta(days=20))
        yield today - timedelta(days=6)
        contracts.consent(dossier, dossier.president)
        yield today - timedelta(days=4)
        contracts.consent(dossier, dossier.ars_officer)

    return [story()]


def signing(dossier: Dossier, today: date) -> list[Story]:
    """The CPTS signs first, by its two co-presidents, who have; the turn of the ARS and of the fund has come."""

    def story() -> Story:
        yield from chapters.agreed(dossier, today - timedelta(days=11))
        yield today - timedelta(days=5)
        for president in dossier.presidents:
            contracts.sign(dossier, president)

    return [story()]


def abandoned(dossier: Dossier, today: date) -> list[Story]:
    def story() -> Story:
        yield from chapters.negotiated(dossier, today - timedelta(days=90))
        yield today - timedelta(days=60)
        contracts.abandon(dossier)

    return [story()]


# Contracts in force


def starting(dossier: Dossier, today: date) -> list[Story]:
    """Signed ten weeks ago: one mission has started, the next is convened; the territory is about to grow."""
    signed_on = today - timedelta(days=75)

    def wider() -> Story:
        yield today - timedelta(days=10)
        projects.widen(dossier, ["69066"])

    return [
        chapters.signed(dossier, signed_on),
        chapters.mission_started(dossier, MissionCode.ACCESS_TO_CARE, signed_on + timedelta(days=50)),
        chapters.mission_started(dossier, MissionCode.CARE_PATHWAYS, today + timedelta(days=18)),
        chapters.paid_monthly(dossier, signed_on),
        wider(),
    ]


def terminated(dossier: Dossier, today: date) -> list[Story]:
    """Fewer than 20 000 people, signed ten months ago; the CPTS left twelve days ago, with a notice (R19).

    The year cut short is settled: what it is still owed is due, what it pays back is to be claimed.
    """
    signed_on, ends_on = add_months(today, -10), today - timedelta(days=12)
    starts = {MissionCode.ACCESS_TO_CARE: 60, MissionCode.HEALTH_CRISIS: 90, MissionCode.PREVENTION: 140}

    def end() -> Story:
        yield add_months(ends_on, -2) - timedelta(days=3)
        contracts.notify_end(dossier, ends_on)
        yield ends_on - timedelta(days=20)
        contracts.propose_rates(dossier, {MissionCode.ACCESS_TO_CARE: "0.80", MissionCode.PREVENTION: "0.50"})
        for actor, days_before in zip(dossier.signatories, (18, 16, 11), strict=True):
            yield ends_on - timedelta(days=days_before)
            contracts.agree_on_end(dossier, actor)
        yield ends_on
        contracts.follow(dossier)
        yield from chapters.dialogue_closed(dossier, 1, held_on=ends_on + timedelta(days=3), days=8)

    return [
        chapters.signed(dossier, signed_on),
        *chapters.missions_started(dossier, signed_on, starts),
        chapters.paid_monthly(dossier, signed_on),
        end(),
    ]


def values_to_confirm(dossier: Dossier, today: date) -> list[Story]:
    """The first year ends in two weeks: values are entered, some confirmed, one contested.

    An amendment that adds a mission from the third year on waits for the consent of the fund (R18).
    """
    signed_on = add_months(today, -12) + timedelta(days=14)

    def year() -> Story:
        yield today - timedelta(days=12)
        first = values.year_of(dossier, 1)
        values.enter(dossier, first, leave=2)
        yield today - timedelta(days=6)
        values.confirm(dossier, first, share=3)
        yield today - timedelta(days=3)
        values.contest(dossier, first)

    def amending() -> Story:
        yield today - timedelta(days=25)
        amendments.propose_mission(dossier, year=3)
        yield from chapters.consented(dossier, today, (19, 8))

    return [
        chapters.signed(dossier, signed_on),
        *chapters.missions_started(dossier, signed_on),
        chapters.paid_monthly(dossier, signed_on),
        year(),
        amending(),
    ]


def minutes(dossier: Dossier, today: date) -> list[Story]:
    """The first annual dialogue was held; one party of three has approved its minutes."""
    return chapters.in_force(dossier, add_months(today, -12) - timedelta(days=38))


def annex(dossier: Dossier, today: date) -> list[Story]:
    """The first annual dialogue is closed, with a review of the size (R18); its annex waits for two signatures."""
    return chapters.in_force(dossier, add_months(today, -12) - timedelta(days=46), reviews={1: 3})


def three_years(dossier: Dossier, today: date) -> list[Story]:
    """Three years lived: values, dialogues, statements, signed annexes, payments due, ordered and paid.

    An amendment signed in the third year adds a mission and rewrites the clauses, from the fourth one on (R18). A
    crisis was declared in the second year (R10), an indicator neutralised, another one retained (R13e); the second year
    was revised, and what had been paid in excess is deducted (R17, R18).
    """
    signed_on = add_months(today, -36) - timedelta(days=53)

    def decided() -> Story:
        yield anniversary(signed_on, 1) + timedelta(days=100)
        contracts.declare_crisis(dossier)
        yield anniversary(signed_on, 2) - timedelta(days=2)
        values.neutralise(dossier, values.year_of(dossier, 2))
        yield anniversary(signed_on, 3) - timedelta(days=2)
        values.retain(dossier, values.year_of(dossier, 3))

    def amended() -> Story:
        fourth_year = anniversary(signed_on, 3)
        yield fourth_year - timedelta(days=70)
        amendments.propose_mission(dossier, year=4)
        yield from chapters.consented(dossier, fourth_year, (62, 55, 50))
        for actor, days_before in zip(dossier.signatories, (44, 40, 33), strict=True):
            yield fourth_year - timedelta(days=days_before)
            amendments.sign(dossier, actor)

    return [
        *chapters.in_force(dossier, signed_on, orders_until=today - timedelta(days=60)),
        decided(),
        chapters.year_revised(dossier, 2, anniversary(signed_on, 2) + timedelta(days=120)),
        amended(),
        chapters.simulated(dossier, signed_on),
    ]


def first_agreement(dossier: Dossier, today: date) -> list[Story]:
    """Signed a fortnight before the second agreement took effect: it keeps the amounts and missions of 2019 (R2).

    Three years are closed; the dialogue of the fourth is late (R16). Triage and the compensation of professionals run
    from the first year on (R9); the compensation of that year was given up. An amendment that took the second agreement
    was refused at its signature, then abandoned.
    """
    signed_on = date(2022, 3, 14)

    def unscheduled() -> Story:
        access_starts = signed_on + timedelta(days=chapters.STARTS[MissionCode.ACCESS_TO_CARE])
        yield access_starts + timedelta(days=10)
        contracts.start_unscheduled_lines(dossier, access_starts + timedelta(days=20))
        yield anniversary(signed_on, 1) - timedelta(days=8)
        contracts.declare_compensation(dossier, 1, "8400.00")
        yield anniversary(signed_on, 1) + timedelta(days=41)
        payments.cancel_compensation(dossier, 1)
        for number, amount in ((2, "13250.00"), (3, "16800.00")):
            yield anniversary(signed_on, number) - timedelta(days=8)
            contracts.declare_compensation(dossier, number, amount)

    def refused() -> Story:
        fourth_year = anniversary(signed_on, 3)
        yield fourth_year - timedelta(days=80)
        amendments.propose_agreement(dossier, year=4)
        yield from chapters.consented(dossier, fourth_year, (74, 66, 61))
        yield fourth_year - timedelta(days=52)
        amendments.refuse(dossier)
        yield fourth_year - timedelta(days=45)
        amendments.abandon(dossier)

    orders_until = today - timedelta(days=60)
    return [
        *chapters.in_force(dossier, signed_on, years=3, orders_until=orders_until),
        unscheduled(),
        refused(),
        chapters.spent(dossier, signed_on),
    ]


def expired(dossier: Dossier, today: date) -> list[Story]:
    """Five years lived under the agreement of 2019; the next contract is being drafted."""
    signed_on = date(2021, 9, 13)

    def renewal() -> Story:
        yield anniversary(signed_on, 5)
        contracts.follow(dossier)
        yield max(today - timedelta(days=3), anniversary(signed_on, 5) + timedelta(days=1))
        contracts.draft(dossier)

    return [*chapters.in_force(dossier, signed_on), renewal()]


STORIES: Mapping[str, Callable[[Dossier, date], list[Story]]] = {
    "blank": blank,
    "draft_project": draft_project,
    "submitted_project": submitted_project,
    "nearly_tacit_project": nearly_tacit_project,
    "sent_back_project": sent_back_project,
    "opposed_project": opposed_project,
    "approved_project": approved_project,
    "draft_contract": draft_contract,
    "overlapping_negotiation": overlapping_negotiation,
    "negotiation": negotiation,
    "signing": signing,
    "abandoned": abandoned,
    "starting": starting,
    "terminated": terminated,
    "values": values_to_confirm,
    "minutes": minutes,
    "annex": annex,
    "three_years": three_years,
    "first_agreement": first_agreement,
    "expired": expired,
}
