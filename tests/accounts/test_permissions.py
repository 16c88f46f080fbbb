"""The table of who may do what, line by line, against design §1 written here by hand."""

from uuid import uuid4

import pytest

from accounts.enums import ROLES_OF
from accounts.permissions import DELEGATED, RIGHTS, Act, check, may, may_grant
from core.actor import Actor
from core.enums import Role, Side
from core.errors import NotAllowed

COORDINATION = {(Side.CPTS, Role.COORDINATOR), (Side.CPTS, Role.PRESIDENT)}
OFFICERS = {(Side.ARS, Role.OFFICER), (Side.FUND, Role.OFFICER)}
ARS_DECIDES = {(Side.ARS, Role.OFFICER), (Side.ARS, Role.SIGNATORY)}
EXPECTED = {
    Act.DRAFT_PROJECT: COORDINATION,
    Act.REVIEW_PROJECT: ARS_DECIDES,
    Act.ACCEPT_OVERLAP: ARS_DECIDES,
    Act.DECLARE_CRISIS: ARS_DECIDES,
    Act.DRAFT_CONTRACT: COORDINATION,
    Act.PROPOSE_CONTRACT_CHANGE: COORDINATION | OFFICERS,
    Act.START_TRIAGE: OFFICERS,
    Act.CONSENT: {(Side.CPTS, Role.PRESIDENT)} | OFFICERS,
    Act.APPROVE_MINUTES: {(Side.CPTS, Role.PRESIDENT)} | OFFICERS,
    Act.REVISE: {(Side.CPTS, Role.PRESIDENT)} | OFFICERS,
    Act.SETTLE_INDICATOR: {(Side.CPTS, Role.PRESIDENT)} | OFFICERS,
    Act.SIGN: {(Side.CPTS, Role.PRESIDENT), (Side.ARS, Role.SIGNATORY), (Side.FUND, Role.SIGNATORY)},
    Act.DELEGATE: {(Side.CPTS, Role.PRESIDENT), (Side.ARS, Role.SIGNATORY), (Side.FUND, Role.SIGNATORY)},
    Act.TERMINATE: {(Side.CPTS, Role.PRESIDENT), (Side.ARS, Role.SIGNATORY), (Side.FUND, Role.SIGNATORY)},
    Act.ENTER_VALUE: {(Side.CPTS, Role.COORDINATOR)} | OFFICERS,
    Act.CONFIRM_VALUE: {(Side.CPTS, Role.COORDINATOR)} | OFFICERS,
    Act.PREPARE_DIALOGUE: COORDINATION | OFFICERS,
    Act.ENTER_SPENDING: {(Side.CPTS, Role.COORDINATOR), (Side.CPTS, Role.TREASURER)},
    Act.PAY: {(Side.FUND, Role.ACCOUNTANT)},
    Act.SAVE_SCENARIO: COORDINATION
    | {(Side.CPTS, Role.TREASURER), (Side.ARS, Role.OFFICER), (Side.ARS, Role.SIGNATORY)}
    | {(Side.FUND, Role.OFFICER), (Side.FUND, Role.SIGNATORY), (Side.FUND, Role.ACCOUNTANT)},
    Act.INVITE: COORDINATION | ARS_DECIDES | {(Side.FUND, Role.OFFICER), (Side.FUND, Role.SIGNATORY)},
}
GRANTED = {
    (Side.CPTS, Role.COORDINATOR): {Role.COORDINATOR, Role.TREASURER, Role.READER},
    (Side.CPTS, Role.PRESIDENT): {Role.COORDINATOR, Role.PRESIDENT, Role.TREASURER, Role.READER},
    (Side.ARS, Role.OFFICER): {Role.OFFICER, Role.READER},
    (Side.ARS, Role.SIGNATORY): {Role.OFFICER, Role.SIGNATORY, Role.READER},
    (Side.FUND, Role.OFFICER): {Role.OFFICER, Role.READER},
    (Side.FUND, Role.SIGNATORY): {Role.OFFICER, Role.SIGNATORY, Role.ACCOUNTANT, Role.READER},
}
EVERYONE = [(side, role) for side, roles in ROLES_OF.items() for role in roles]


def actor(side, role, *powers) -> Actor:
    return Actor(
        user_id=1,
        user_name="Personne",
        organisation_id=uuid4(),
        organisation_name="Organisation",
        side=side,
        role=role,
        powers=frozenset(powers),
    )


def test_every_act_has_its_line():
    assert set(RIGHTS) == set(Act) == set(EXPECTED)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize(("side", "role"), EVERYONE)
def test_who_may_do_what(act, side, role):
    assert may(actor(side, role), act) == ((side, role) in EXPECTED[act])


@pytest.mark.parametrize("given", Role)
@pytest.mark.parametrize(("side", "role"), EVERYONE)
def test_who_opens_which_places(side, role, given):
    assert may_grant(actor(side, role), given) == (given in GRANTED.get((side, role), ()))


@pytest.mark.parametrize("act", DELEGATED)
def test_a_delegation_opens_its_acts_and_no_other(act):
    power, roles = DELEGATED[act]
    other = "SIGN" if power == "CONSENT" else "CONSENT"
    for side, allowed in roles.items():
        for role in allowed:
            assert may(actor(side, role, power), act)
            assert may(actor(side, role, other), act) == ((side, role) in EXPECTED[act])


@pytest.mark.parametrize("act", Act)
def test_a_reader_and_the_back_office_may_do_nothing(act):
    for side, role in (
        (Side.CPTS, Role.READER),
        (Side.BACK_OFFICE, Role.ADMINISTRATOR),
        (Side.NATIONAL, Role.OBSERVER),
    ):
        with pytest.raises(NotAllowed):
            check(actor(side, role, "SIGN", "CONSENT"), act)
