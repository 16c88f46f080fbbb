"""The twenty stories of the demonstration: each leaves its CPTS in one state, whatever the day it is loaded.

Most dates count back from today, so that the state is the same next year; the two contracts of the first national
agreement keep the dates of that agreement, and grow old with the portal.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from contracts.models import DURATION_YEARS
from core.dates import add_months, anniversary
from demonstration.acts import amendments, contracts, dialogues, payments, projects, scenarios, spending, values
from demonstration.cast import Dossier
from demonstration.playback import Story
from dialogues.enums import DialogueKind
from health_projects.enums import SectionKey
from spending.pages import known_ceiling

# Days after the signature on which each mission starts: inside the delays of R4.
STARTS = {"ACCESS_TO_CARE": 120, "HEALTH_CRISIS": 150, "CARE_PATHWAYS": 200, "PREVENTION": 230, "QUALITY": 240}
PAYMENT_ROUNDS = 62  # one a month for five years and a little more


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
    return [_submitted(dossier, today - timedelta(days=21))]


def nearly_tacit_project(dossier: Dossier, today: date) -> list[Story]:
    """The ARS has not answered: a few days more and silence approves (R5)."""
    return [_submitted(dossier, add_months(today, -2) + timedelta(days=5))]


def sent_back_project(dossier: Dossier, today: date) -> list[Story]:
    def story() -> Story:
        yield from _submitted(dossier, today - timedelta(days=40))
        yield today - timedelta(days=9)
        projects.send_back(dossier)

    return [story()]


def opposed_project(dossier: Dossier, today: date) -> list[Story]:
    def story() -> Story:
        yield from _submitted(dossier, today - timedelta(days=95))
        yield today - timedelta(days=52)
        projects.oppose(dossier)

    return [story()]


def approved_project(dossier: Dossier, today: date) -> list[Story]:
    return [_approved(dossier, today - timedelta(days=15))]


# Contracts that are not signed


def draft_contract(dossier: Dossier, today: date) -> list[Story]:
    """Silence approved the project; the contract is half written."""

    def story() -> Story:
        yield from _submitted(dossier, today - timedelta(days=120))
        yield add_months(today - timedelta(days=120), 2) + timedelta(days=1)
        projects.approve_tacitly(dossier)
        yield today - timedelta(days=20)
        contracts.draft(dossier)
        contracts.write_programme(dossier, missions=1)

    return [story()]


def overlapping_negotiation(dossier: Dossier, today: date) -> list[Story]:
    """The negotiation is open; the ARS has yet to accept that two territories share a commune (R1)."""

    def story() -> Story:
        yield from _approved(dossier, today - timedelta(days=50))
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
        yield from _negotiated(dossier, today - timedelta(days=20))
        yield today - timedelta(days=6)
        contracts.consent(dossier, dossier.president)
        yield today - timedelta(days=4)
        contracts.consent(dossier, dossier.ars_officer)

    return [story()]


def signing(dossier: Dossier, today: date) -> list[Story]:
    """The president has signed; the ARS and the fund have not."""

    def story() -> Story:
        yield from _agreed(dossier, today - timedelta(days=11))
        yield today - timedelta(days=5)
        contracts.sign(dossier, dossier.president)

    return [story()]


def abandoned(dossier: Dossier, today: date) -> list[Story]:
    def story() -> Story:
        yield from _negotiated(dossier, today - timedelta(days=90))
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
        _signed(dossier, signed_on),
        _start(dossier, "ACCESS_TO_CARE", signed_on + timedelta(days=50)),
        _start(dossier, "CARE_PATHWAYS", today + timedelta(days=18)),
        _payments(dossier, signed_on),
        wider(),
    ]


def terminated(dossier: Dossier, today: date) -> list[Story]:
    """Fewer than 20 000 people, signed ten months ago; the CPTS left twelve days ago, with a notice (R19)."""
    signed_on, ends_on = add_months(today, -10), today - timedelta(days=12)
    starts = {"ACCESS_TO_CARE": 60, "HEALTH_CRISIS": 90, "PREVENTION": 140}

    def end() -> Story:
        yield add_months(ends_on, -2) - timedelta(days=3)
        contracts.notify_end(dossier, ends_on)
        yield ends_on - timedelta(days=20)
        contracts.propose_rates(dossier, {"ACCESS_TO_CARE": "0.80", "PREVENTION": "0.50"})
        for actor, days_before in zip(dossier.signatories, (18, 16, 11), strict=True):
            yield ends_on - timedelta(days=days_before)
            contracts.agree_on_end(dossier, actor)
        yield ends_on
        contracts.follow(dossier)

    return [_signed(dossier, signed_on), *_starts(dossier, signed_on, starts), _payments(dossier, signed_on), end()]


def values_to_confirm(dossier: Dossier, today: date) -> list[Story]:
    """The first year ends in two weeks: values are entered, some confirmed, one contested."""
    signed_on = add_months(today, -12) + timedelta(days=14)

    def year() -> Story:
        yield today - timedelta(days=12)
        first = values.year_of(dossier, 1)
        values.enter(dossier, first, leave=2)
        yield today - timedelta(days=6)
        values.confirm(dossier, first, share=3)
        yield today - timedelta(days=3)
        values.contest(dossier, first)

    return [_signed(dossier, signed_on), *_starts(dossier, signed_on), _payments(dossier, signed_on), year()]


def minutes(dossier: Dossier, today: date) -> list[Story]:
    """The first annual dialogue was held; one party of three has approved its minutes."""
    return _in_force(dossier, add_months(today, -12) - timedelta(days=38))


def annex(dossier: Dossier, today: date) -> list[Story]:
    """The first annual dialogue is closed; its annex waits for two signatures."""
    return _in_force(dossier, add_months(today, -12) - timedelta(days=46))


def three_years(dossier: Dossier, today: date) -> list[Story]:
    """Three years lived: values, dialogues, statements, signed annexes, payments due, ordered and paid.

    An amendment signed in the third year adds a mission and rewrites the clauses, from the fourth one on (R18).
    """
    signed_on = add_months(today, -36) - timedelta(days=53)

    def amended() -> Story:
        fourth_year = anniversary(signed_on, 3)
        yield fourth_year - timedelta(days=70)
        amendments.draft(dossier, year=4)
        for actor, days_before in zip(dossier.officers, (62, 55, 50), strict=True):
            yield fourth_year - timedelta(days=days_before)
            amendments.consent(dossier, actor)
        for actor, days_before in zip(dossier.signatories, (44, 40, 33), strict=True):
            yield fourth_year - timedelta(days=days_before)
            amendments.sign(dossier, actor)

    return [*_in_force(dossier, signed_on), amended(), _simulating(dossier, signed_on)]


def first_agreement(dossier: Dossier, today: date) -> list[Story]:
    """Signed a fortnight before the second agreement took effect: it keeps the amounts and missions of 2019 (R2).

    Three years are closed; the dialogue of the fourth is late (R16).
    """
    signed_on = date(2022, 3, 14)
    return [*_in_force(dossier, signed_on, years=3), _spending(dossier, signed_on)]


def expired(dossier: Dossier, today: date) -> list[Story]:
    """Five years lived under the agreement of 2019; the next contract is being drafted."""
    signed_on = date(2021, 9, 13)

    def renewal() -> Story:
        yield anniversary(signed_on, 5)
        contracts.follow(dossier)
        yield max(today - timedelta(days=3), anniversary(signed_on, 5) + timedelta(days=1))
        contracts.draft(dossier)

    return [*_in_force(dossier, signed_on), renewal()]


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


# What stories are made of: each goes on where the one before it stopped


def _submitted(dossier: Dossier, on: date) -> Story:
    yield on - timedelta(days=30)
    projects.write(dossier)
    yield on
    projects.submit(dossier)


def _approved(dossier: Dossier, on: date) -> Story:
    yield from _submitted(dossier, on - timedelta(days=41))
    yield on
    projects.approve(dossier)


def _negotiated(dossier: Dossier, on: date) -> Story:
    """Up to the closing of the SIGNATURE dialogue, on `on`."""
    yield from _approved(dossier, on - timedelta(days=75))
    yield on - timedelta(days=55)
    contracts.draft(dossier)
    contracts.write_programme(dossier)
    yield on - timedelta(days=35)
    contracts.open_negotiation(dossier)
    projects.accept_overlaps(dossier)
    dialogue = dialogues.find(dossier, DialogueKind.SIGNATURE)
    dialogues.convene(dossier.ars_officer, dialogue, on - timedelta(days=12))
    yield on - timedelta(days=12)
    dialogue = dialogues.write_and_send(dossier, dialogues.hold(dossier, dialogue))
    yield on
    dialogues.approve(dialogue, *dossier.officers)
    dossier.contract.refresh_from_db()


def _agreed(dossier: Dossier, on: date) -> Story:
    yield from _negotiated(dossier, on - timedelta(days=15))
    for actor, days_before in zip(dossier.officers, (5, 2, 0), strict=True):
        yield on - timedelta(days=days_before)
        contracts.consent(dossier, actor)


def _signed(dossier: Dossier, on: date) -> Story:
    """Up to the last of the three signatures, on `on` (R3)."""
    president, ars, fund = dossier.signatories
    yield from _agreed(dossier, on - timedelta(days=14))
    yield on - timedelta(days=9)
    contracts.sign(dossier, president)
    yield on - timedelta(days=4)
    contracts.sign(dossier, ars)
    yield on
    contracts.sign(dossier, fund)


def _start(dossier: Dossier, mission: str, on: date) -> Story:
    """Hold the dialogue that starts a mission on `on` (R4); nothing when the contract does not have it."""
    yield on - timedelta(days=30)
    if not dossier.contract.missions.filter(mission=mission).exists():
        return
    dialogue = dialogues.find(dossier, DialogueKind.MISSION_START, mission=mission)
    dialogues.convene(dossier.coordinator, dialogue, on - timedelta(days=14))
    yield on - timedelta(days=14)
    dialogue = dialogues.write_and_send(dossier, dialogues.hold(dossier, dialogue), starts_on=on)
    yield on - timedelta(days=7)
    dialogues.approve(dialogue, *dossier.officers)
    yield on
    contracts.follow_schedule(dossier)


def _starts(dossier: Dossier, signed_on: date, starts: Mapping[str, int] = STARTS) -> list[Story]:
    return [_start(dossier, mission, signed_on + timedelta(days=days)) for mission, days in starts.items()]


def _year(dossier: Dossier, signed_on: date, number: int) -> Story:
    """The end of a contract year: values, annual dialogue, closing, annex (R15–R17)."""
    end = anniversary(signed_on, number)
    yield end - timedelta(days=12)
    year = values.year_of(dossier, number)
    values.enter(dossier, year)
    yield end - timedelta(days=3)
    values.confirm(dossier, year)
    yield end
    contracts.follow(dossier)
    following = dossier.contract.years.filter(number=number + 1).first()
    if following:
        contracts.carry_over(dossier, year.programme, following.programme)
    dialogue = dialogues.find(dossier, DialogueKind.ANNUAL, year=number)
    dialogues.convene(dossier.fund_officer, dialogue, end + timedelta(days=29))
    yield end + timedelta(days=29)
    dialogue = dialogues.write_and_send(dossier, dialogues.hold(dossier, dialogue))
    yield end + timedelta(days=34)
    dialogues.approve(dialogue, dossier.president)
    yield end + timedelta(days=40)
    dialogues.approve(dialogue, dossier.ars_officer, dossier.fund_officer)
    yield end + timedelta(days=43)
    president, ars, fund = dossier.signatories
    dialogues.sign_annex(dossier, number, president)
    yield end + timedelta(days=48)
    dialogues.sign_annex(dossier, number, ars, fund)


def _left_alone(dossier: Dossier, signed_on: date, number: int) -> Story:
    """The end of a contract year whose dialogue nobody holds: the calendar goes on, and shows it late."""
    yield anniversary(signed_on, number)
    contracts.follow(dossier)


def _payments(dossier: Dossier, signed_on: date) -> Story:
    """Each month the accountant pays what was ordered the month before, and orders most of what is due since."""
    for number in range(PAYMENT_ROUNDS):
        yield add_months(signed_on, number) + timedelta(days=20)
        payments.pay(dossier)
        payments.order(dossier, limit=4)


def _simulating(dossier: Dossier, signed_on: date) -> Story:
    """Once its missions have started, the CPTS saves what the contract may bring it."""
    yield signed_on + timedelta(days=max(STARTS.values()) + 20)
    scenarios.save(dossier)


def _spending(dossier: Dossier, signed_on: date) -> Story:
    """Each year its budget; each quarter what was paid, entered three weeks before the quarter ends; one correction."""
    yield signed_on + timedelta(days=20)
    spending.list_people(dossier)
    for number in range(1, DURATION_YEARS + 1):
        begins = anniversary(signed_on, number - 1)
        yield begins + timedelta(days=20)
        spending.plan(dossier, number)
        for quarter in range(1, 5):
            day = add_months(begins, 3 * quarter) - timedelta(days=21)
            yield day
            if known_ceiling(day.year) is None:  # R20: nobody may be paid in a year whose ceiling is not known
                return
            spending.pay_quarter(dossier, day, with_extras=quarter == 3)
            if quarter == 2:
                spending.correct(dossier, day)


def _in_force(
    dossier: Dossier, signed_on: date, starts: Mapping[str, int] = STARTS, years: int = DURATION_YEARS
) -> list[Story]:
    """A whole contract, from its project to wherever today finds it; `years` are those closed in time."""
    return [
        _signed(dossier, signed_on),
        *_starts(dossier, signed_on, starts),
        *(_year(dossier, signed_on, number) for number in range(1, years + 1)),
        *(_left_alone(dossier, signed_on, number) for number in range(years + 1, DURATION_YEARS + 1)),
        _payments(dossier, signed_on),
    ]
