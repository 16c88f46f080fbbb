"""What stories are made of: chapters that go on where the one before them stopped, each the same in many dossiers."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from agreements.enums import MissionCode
from contracts.models import DURATION_YEARS
from core.dates import add_months, anniversary
from demonstration.acts import amendments, contracts, dialogues, payments, projects, scenarios, spending, values
from demonstration.cast import Dossier
from demonstration.playback import Story
from dialogues.enums import DialogueKind
from spending.pages import known_ceiling

# Days after the signature on which each mission starts: inside the delays of R4.
STARTS = {
    MissionCode.ACCESS_TO_CARE: 120,
    MissionCode.HEALTH_CRISIS: 150,
    MissionCode.CARE_PATHWAYS: 200,
    MissionCode.PREVENTION: 230,
    MissionCode.QUALITY: 240,
}
PAYMENT_ROUNDS = 62  # one a month for five years and a little more
APPROVAL_DAYS = 11  # from the dialogue to its third approval: inside the two months of R12


def submitted(dossier: Dossier, on: date) -> Story:
    yield on - timedelta(days=30)
    projects.write(dossier)
    yield on
    projects.submit(dossier)


def approved(dossier: Dossier, on: date) -> Story:
    yield from submitted(dossier, on - timedelta(days=41))
    yield on
    projects.approve(dossier)


def consented(dossier: Dossier, on: date, days_before: Sequence[int]) -> Story:
    """Have the president, then the ARS, then the fund consent to the amendment, so many days before `on` each."""
    for actor, days in zip(dossier.officers, days_before, strict=False):
        yield on - timedelta(days=days)
        amendments.consent(dossier, actor)


def negotiated(dossier: Dossier, on: date) -> Story:
    """Up to the closing of the SIGNATURE dialogue, on `on`."""
    yield from approved(dossier, on - timedelta(days=75))
    yield on - timedelta(days=55)
    contracts.draft(dossier)
    contracts.write_programme(dossier)
    yield on - timedelta(days=35)
    contracts.open_negotiation(dossier)
    projects.accept_overlaps(dossier)
    dialogue = dialogues.find(dossier, DialogueKind.SIGNATURE)
    dialogues.convene(dossier.ars_officer, dialogue, on - timedelta(days=12))
    yield on - timedelta(days=12)
    dialogue = dialogues.send(dossier, dialogues.write(dossier, dialogues.hold(dossier, dialogue)))
    yield on
    dialogues.approve(dialogue, *dossier.officers)
    dossier.contract.refresh_from_db()


def agreed(dossier: Dossier, on: date) -> Story:
    yield from negotiated(dossier, on - timedelta(days=15))
    for actor, days_before in zip(dossier.officers, (5, 2, 0), strict=True):
        yield on - timedelta(days=days_before)
        contracts.consent(dossier, actor)


def signed(dossier: Dossier, on: date) -> Story:
    """Up to the last of the three signatures, on `on` (R3)."""
    president, ars, fund = dossier.signatories
    yield from agreed(dossier, on - timedelta(days=14))
    yield on - timedelta(days=9)
    contracts.sign(dossier, president)
    yield on - timedelta(days=4)
    contracts.sign(dossier, ars)
    yield on
    contracts.sign(dossier, fund)


def mission_started(dossier: Dossier, mission: str, on: date) -> Story:
    """Hold the dialogue that starts a mission on `on` (R4); nothing when the contract does not have it."""
    yield on - timedelta(days=30)
    if not dossier.contract.missions.filter(mission=mission).exists():
        return
    dialogue = dialogues.find(dossier, DialogueKind.MISSION_START, mission=mission)
    dialogues.convene(dossier.coordinator, dialogue, on - timedelta(days=14))
    yield on - timedelta(days=14)
    dialogue = dialogues.send(dossier, dialogues.write(dossier, dialogues.hold(dossier, dialogue), starts_on=on))
    yield on - timedelta(days=7)
    dialogues.approve(dialogue, *dossier.officers)
    yield on
    contracts.follow_schedule(dossier)


def missions_started(dossier: Dossier, signed_on: date, starts: Mapping[str, int] = STARTS) -> list[Story]:
    return [mission_started(dossier, mission, signed_on + timedelta(days=days)) for mission, days in starts.items()]


def year_closed(dossier: Dossier, signed_on: date, number: int, new_size: int | None = None) -> Story:
    """The end of a contract year: values, annual dialogue, closing, annex (R15–R17).

    `new_size` is the size that the dialogue gives to the year in which it is held (R18).
    """
    end = anniversary(signed_on, number)
    yield end - timedelta(days=12)
    year = values.year_of(dossier, number)
    values.enter(dossier, year)
    yield end - timedelta(days=3)
    values.confirm(dossier, year)
    yield end
    contracts.follow(dossier)
    following = dossier.contract.years.filter(number=number + 1).first()
    if following and new_size is None:
        contracts.carry_over(dossier, year.programme, following.programme)
    yield from dialogue_closed(dossier, number, held_on=end + timedelta(days=29), new_size=new_size)
    president, ars, fund = dossier.signatories
    yield end + timedelta(days=43)
    dialogues.sign_annex(dossier, number, president)
    yield end + timedelta(days=48)
    dialogues.sign_annex(dossier, number, ars, fund)


def dialogue_closed(
    dossier: Dossier, number: int, *, held_on: date, new_size: int | None = None, days: int = APPROVAL_DAYS
) -> Story:
    """Convene an annual dialogue, hold it, approve its minutes: the third, `days` later, issues the statement."""
    dialogue = dialogues.find(dossier, DialogueKind.ANNUAL, year=number)
    dialogues.convene(dossier.fund_officer, dialogue, held_on)
    yield held_on
    dialogue = dialogues.write(dossier, dialogues.hold(dossier, dialogue), new_size=new_size)
    if new_size:
        contracts.write_year(dossier, number + 1)
    dialogue = dialogues.send(dossier, dialogue)
    yield held_on + timedelta(days=5)
    dialogues.approve(dialogue, dossier.president)
    yield held_on + timedelta(days=days)
    dialogues.approve(dialogue, dossier.ars_officer, dossier.fund_officer)


def year_revised(dossier: Dossier, number: int, on: date) -> Story:
    """A value of a closed year was wrong: it is contested and entered again, the three approve and sign again (R17)."""
    yield on
    dialogue = dialogues.revise(dossier, number)
    year = values.year_of(dossier, number)
    values.enter_again(dossier, year)
    yield on + timedelta(days=9)
    values.confirm(dossier, year)
    dialogue = dialogues.send(dossier, dialogues.write(dossier, dialogue))
    yield on + timedelta(days=16)
    dialogues.approve(dialogue, *dossier.officers)
    yield on + timedelta(days=24)
    dialogues.sign_annex(dossier, number, *dossier.signatories)


def year_left_alone(dossier: Dossier, signed_on: date, number: int) -> Story:
    """The end of a contract year whose dialogue nobody holds: the calendar goes on, and shows it late."""
    yield anniversary(signed_on, number)
    contracts.follow(dossier)


def paid_monthly(dossier: Dossier, signed_on: date, orders_until: date = date.min) -> Story:
    """Each month the accountant pays what was ordered the month before, and orders most of what is due since.

    Up to `orders_until`, what is due to every CPTS of the fund is ordered at once each quarter.
    """
    for number in range(PAYMENT_ROUNDS):
        day = add_months(signed_on, number) + timedelta(days=20)
        yield day
        payments.pay(dossier)
        if number % 3 == 2 and day <= orders_until:
            payments.order_quarter(dossier)
        else:
            payments.order(dossier, limit=4)


def simulated(dossier: Dossier, signed_on: date) -> Story:
    """Once its missions have started, the CPTS saves what the contract may bring it."""
    yield signed_on + timedelta(days=max(STARTS.values()) + 20)
    scenarios.save(dossier)


def spent(dossier: Dossier, signed_on: date) -> Story:
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


def in_force(
    dossier: Dossier,
    signed_on: date,
    *,
    years: int = DURATION_YEARS,
    reviews: Mapping[int, int] = MappingProxyType({}),
    orders_until: date = date.min,
) -> list[Story]:
    """A whole contract, from its project to wherever today finds it; `years` are those closed in time.

    `reviews` gives the sizes that annual dialogues decided, by the year evaluated; `orders_until` as `paid_monthly`.
    """
    return [
        signed(dossier, signed_on),
        *missions_started(dossier, signed_on),
        *(year_closed(dossier, signed_on, number, reviews.get(number)) for number in range(1, years + 1)),
        *(year_left_alone(dossier, signed_on, number) for number in range(years + 1, DURATION_YEARS + 1)),
        paid_monthly(dossier, signed_on, orders_until),
    ]
