"""A delegation as the page gives it: with its deed."""

from datetime import date

from accounts.enums import Power
from accounts.models import Delegation, Membership
from core import clock
from documents import actions

DEED = b"%PDF-1.4\n% acte\n%%EOF\n"


def delegate(
    giver: Membership,
    receiver: Membership,
    *,
    power: Power = Power.SIGN,
    deed: str = "Délibération n° 7",
    deed_on: date | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Delegation:
    """Give a power from today, by a deed of today, unless said otherwise."""
    return actions.grant_delegation_with_deed(
        actor=giver.as_actor(),
        copy=("Délibération.pdf", DEED),
        grantee=receiver,
        power=power,
        deed=deed,
        deed_on=deed_on or clock.today(),
        starts_on=starts_on or clock.today(),
        ends_on=ends_on,
    )
