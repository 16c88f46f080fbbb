"""Every mail of the portal, sent in the story: to the people of its dossier alone, with links that open for them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage

from accounts import notifications as accounts
from accounts.models import Delegation, Membership
from contracts import notifications as contracts
from contracts.models import Contract
from core import clock
from dialogues import notifications as dialogues
from documents import notifications as documents
from health_projects import notifications as health_projects
from tests.architecture.portal import Portal, Principal
from tests.architecture.story import CANARY, TODAY, Story
from tests.utils import stories
from tests.utils.world import Tenant

pytestmark = pytest.mark.django_db
REASON = "Une raison donnée."
PERSONAL = ("accounts/second_factor_reset", "accounts/security_changed")  # mails of the account, not of a dossier

# What sends each mail, and the tenant whose it is.
Sent = Callable[[Story], object]
OF_WEST: dict[str, Sent] = {
    "accounts/delegation_granted": lambda story: accounts.delegation_granted(story.west.delegation),
    "accounts/delegation_ended": lambda story: accounts.delegation_ended(ended(story.west.delegation)),
    "accounts/invitation": lambda story: accounts.send_invitation(story.west.invitation),
    "accounts/second_factor_reset": lambda story: accounts.second_factor_reset(president(story), REASON),
    "accounts/security_changed": lambda story: accounts.security_changed(president(story), REASON),
    "contracts/negotiation_opened": lambda story: contracts.negotiation_opened(story.west.contract),
    "contracts/signature_awaited": lambda story: contracts.signature_awaited(story.west.contract),
    "contracts/signature_refused": lambda story: contracts.signature_refused(
        story.west.contract, story.west.contract.document, "CPAM du Rhône", REASON
    ),
    "contracts/negotiation_reopened": lambda story: contracts.negotiation_reopened(
        story.west.contract, story.west.contract.document, REASON
    ),
    "contracts/contract_in_force": lambda story: contracts.contract_in_force(story.west.contract),
    "contracts/termination_withdrawn": lambda story: contracts.termination_withdrawn(story.west.contract, REASON),
    "contracts/contract_terminated": lambda story: contracts.contract_terminated(story.west.contract),
    "dialogues/convening": lambda story: dialogues.send_convening(story.west.planned),
    "dialogues/minutes_ready": lambda story: dialogues.send_minutes_ready(story.west.at_approval),
    "dialogues/closed": lambda story: dialogues.send_closed(story.west.closed),
    "dialogues/revision_opened": lambda story: dialogues.send_revision_opened(
        story.west.closed, "ARS Bretagne", REASON
    ),
    "dialogues/annex_refused": lambda story: dialogues.send_annex_refused(
        story.west.annex, story.west.annex.document, "ARS Bretagne", REASON
    ),
    "dialogues/annex_sent_again": lambda story: dialogues.send_annex_again(story.west.annex, story.west.annex.document),
    "documents/signature_turn": lambda story: documents.signature_turn(
        story.west.annex.document.signatures.get(side="ARS")
    ),
    "documents/signature_reminder": lambda story: documents.signature_reminder(
        story.west.annex.document.signatures.get(side="ARS"), "CPAM du Rhône"
    ),
    "health_projects/project_submitted": lambda story: health_projects.project_submitted(project(story)),
    "health_projects/project_sent_back": lambda story: health_projects.project_sent_back(project(story), REASON),
    "health_projects/project_approved": lambda story: health_projects.project_approved(project(story)),
    "health_projects/project_approved_tacitly": lambda story: health_projects.project_approved_tacitly(project(story)),
    "health_projects/project_opposed": lambda story: health_projects.project_opposed(project(story), REASON),
}
OF_LANDE: dict[str, Sent] = {
    "contracts/termination_notified": lambda story: contracts.termination_notified(
        story.ending, story.ending.terminations.get()
    ),
    "contracts/termination_rates_proposed": lambda story: contracts.termination_rates_proposed(
        story.ending, "ARS Bretagne"
    ),
    "contracts/amendment_drafted": lambda story: contracts.amendment_drafted(story.amendment, "CPAM du Rhône"),
    "contracts/amendment_to_sign": lambda story: contracts.amendment_to_sign(story.amendment),
    "contracts/amendment_refused": lambda story: contracts.amendment_refused(
        story.amendment, story.amendment.contract.document, "CPAM du Rhône", REASON
    ),
    "contracts/amendment_reopened": lambda story: contracts.amendment_reopened(
        story.amendment, story.amendment.contract.document, REASON
    ),
    "contracts/amendment_in_force": lambda story: contracts.amendment_in_force(story.amendment),
}
# The one mail that goes to another CPTS: it names the sender and the communes they share (R1).
OF_VOISINE: dict[str, Sent] = {
    "health_projects/territory_shared": lambda story: health_projects.territory_shared(story.overlapping),
}
MAILS = OF_WEST | OF_LANDE | OF_VOISINE


@pytest.fixture(scope="module")
def opened() -> dict:
    """What a reader found behind an address: several mails lead to the same page."""
    return {}


def president(story: Story):
    return story.west.tenant.president.user


def ended(delegation: Delegation) -> Delegation:
    """Return the delegation as its end leaves it; the row of the story is not touched."""
    delegation = Delegation.objects.get(pk=delegation.pk)
    delegation.ended_at, delegation.ended_by = clock.now(), str(delegation.grantor.user)
    return delegation


def project(story: Story):
    return story.west.contract.health_project


def tenant_of(event: str, story: Story) -> Tenant:
    if event in OF_WEST:
        return story.west.tenant
    return story.beside["Lande" if event in OF_LANDE else "Voisine"]


def sent(portal: Portal, event: str) -> list[EmailMessage]:
    """Send a mail in the story, and return its messages."""
    mail.outbox.clear()
    with stories.at(TODAY):
        MAILS[event](portal.story)
    return list(mail.outbox)


def test_every_mail_is_listed():
    templates = Path(settings.BASE_DIR / "templates").glob("*/emails/*_body.txt")
    assert set(MAILS) == {f"{path.parts[-3]}/{path.name.removesuffix('_body.txt')}" for path in templates}


@pytest.mark.parametrize("event", sorted(MAILS))
def test_a_mail_reaches_the_people_of_its_dossier_alone(portal, event):
    tenant = tenant_of(event, portal.story)
    parties = Membership.objects.active().filter(organisation__in=[tenant.cpts, tenant.ars, tenant.fund])
    members = set(parties.values_list("user__email", flat=True))
    invited = {portal.story.west.invitation.email}
    messages = sent(portal, event)
    assert messages and all(len(message.recipients()) == 1 for message in messages)
    assert {message.to[0] for message in messages} <= (invited if event == "accounts/invitation" else members)


@pytest.mark.parametrize("event", sorted(MAILS))
def test_a_mail_says_nothing_of_a_far_tenant_and_names_its_dossier(portal, event):
    dossier = portal.story.overlapping if event in OF_VOISINE else tenant_of(event, portal.story)
    message = sent(portal, event)[0]
    words = f"{message.subject}\n{message.body}"
    assert message.subject.startswith("[Portail CPTS] ") and message.subject.count("Portail CPTS") == 1
    assert message.body.startswith("Bonjour") and message.body.rstrip().endswith("Le Portail CPTS")
    assert CANARY not in words
    assert not re.search(r"None|\{\{|\{%|&#|&amp;|<[a-z]", words)
    if event not in PERSONAL:
        numbers = Contract.objects.filter(cpts=dossier.cpts).values_list("number", flat=True)
        assert any(name in words for name in (dossier.cpts.name, *numbers))


@pytest.mark.parametrize("event", sorted(MAILS))
def test_the_link_of_a_mail_opens_for_each_who_receives_it(portal, event, opened):
    people = {person.user.email: person for person in portal.everyone() if person.user}
    for message in sent(portal, event):
        (address,) = re.findall(re.escape(settings.PORTAL_URL) + r"(\S*)", message.body)
        reader = people.get(message.to[0], Principal(name="anonymous"))
        key = (address, message.to[0])
        if key not in opened:
            opened[key] = portal.visit(address or "/", reader)
        answer = opened[key]
        assert answer.status == 200 or (event in PERSONAL and answer.status == 302), f"{answer}"
