"""What a row of the policy is made of: the objects of the story a route is about, and what is posted to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from accounts.permissions import Act
from contracts.amending import amendment_hash
from contracts.assemblers import content_hash
from core.actor import Actor
from core.dates import add_months
from core.enums import PARTIES, Role, Side
from core.fingerprints import fingerprint
from core.spreadsheets import write_csv
from spending.sheets import BUDGET_HEADS, EXPENSE_HEADS
from tests.architecture.story import TODAY, Dossier, Story
from tests.utils.stories import PDF
from tests.utils.world import Tenant

AUTHORITIES = {Side.ARS, Side.FUND, Side.NATIONAL}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An object of the story: the tenant it belongs to, the route's arguments, who sees it, who else is refused."""

    tenant: Tenant
    kwargs: dict[str, Any]
    organisations: frozenset[UUID]
    is_national: bool = True
    refused: frozenset[Side] = frozenset()
    data: dict[str, Any] = field(default_factory=dict)

    def is_seen_by(self, actor: Actor) -> bool:
        if actor.side == Side.NATIONAL:
            return self.is_national
        return actor.organisation_id in self.organisations


def of_parties(tenant: Tenant, *, refused: Iterable[Side] = (), **kwargs) -> Subject:
    """Seen by the three parties and by the national observer."""
    return Subject(
        tenant=tenant,
        kwargs=kwargs,
        organisations=frozenset({tenant.cpts.pk, tenant.ars.pk, tenant.fund.pk}),
        refused=frozenset(refused),
    )


def of_cpts(tenant: Tenant, **kwargs) -> Subject:
    """Seen by its CPTS alone: nothing was sent yet, or it is the team's."""
    return Subject(tenant=tenant, kwargs=kwargs, organisations=frozenset({tenant.cpts.pk}), is_national=False)


def of_fund(tenant: Tenant, **kwargs) -> Subject:
    """Seen by its fund, and by the national observer."""
    return Subject(tenant=tenant, kwargs=kwargs, organisations=frozenset({tenant.fund.pk}))


def both(about: Callable[[Dossier], Subject]) -> Callable[[Story], list[Subject]]:
    """The object of west, then that of east."""
    return lambda story: [about(dossier) for dossier in story.dossiers]


@dataclass(frozen=True, kw_only=True)
class Row:
    """The line of a route. `data` is added to what its form already holds; a function of it gets (story, subject)."""

    methods: tuple[str, ...] = ("GET",)
    public: str = ""  # why anyone may open it
    about: Callable[[Story], list[Subject]] | None = None
    act: Act | None = None
    may: Callable[[Actor], bool] | None = None  # when the right is not an act
    data: dict[str, Any] = field(default_factory=dict)
    leaves_no_trace: str = ""  # why a POST that succeeds writes nothing in the journal
    is_list: bool = False  # exports too


GET, POST, FORM = ("GET",), ("POST",), ("GET", "POST")
DAY = f"{TODAY:%d/%m/%Y}"
IN_TWO_MONTHS = f"{add_months(TODAY, 2):%d/%m/%Y}"


def is_writer(actor: Actor) -> bool:
    """Someone of a party who is not there to read only."""
    return actor.side in PARTIES and actor.role != Role.READER


def draft_project(dossier: Dossier, **kwargs) -> Subject:
    return of_cpts(dossier.tenant, pk=dossier.new_version.pk, **kwargs)


def project_row(methods=FORM, **options) -> Row:
    """A page of a project that its CPTS is still writing: the second version, not sent yet."""
    kwargs = options.pop("kwargs", {})
    return Row(methods=methods, about=both(lambda d: draft_project(d, **kwargs)), act=Act.DRAFT_PROJECT, **options)


def submitted(story: Story, **kwargs) -> list[Subject]:
    return [of_parties(story.beside["Voisine"], pk=story.submitted.pk, **kwargs)]


def draft_mission(story: Story):
    return story.draft.years.get(number=1).programme.missions.get(mission="PREVENTION")


def of_draft(story: Story, pk) -> list[Subject]:
    return [of_cpts(story.beside["Rive"], pk=pk)]


def draft_programme_row(pk: Callable[[Story], Any], methods=FORM, **options) -> Row:
    """A page of the programme of a contract being drafted."""
    return Row(methods=methods, about=lambda s: of_draft(s, pk(s)), act=Act.PROPOSE_CONTRACT_CHANGE, **options)


def contract_row(name: str, state: str, act: Act, methods=FORM, **options) -> Row:
    """A page of a contract at one stage, that its three parties see."""
    return Row(
        methods=methods,
        about=lambda s: [of_parties(s.beside[name], pk=getattr(s, state).pk)],
        act=act,
        **options,
    )


def dialogue_row(state: str, act: Act, methods=FORM, **options) -> Row:
    return Row(methods=methods, about=both(lambda d: of_parties(d.tenant, pk=getattr(d, state).pk)), act=act, **options)


def payment_row(state: str, methods=FORM, **options) -> Row:
    return Row(
        methods=methods, about=both(lambda d: of_parties(d.tenant, pk=getattr(d, state).pk)), act=Act.PAY, **options
    )


def member_row() -> Row:
    return Row(methods=POST, about=both(lambda d: of_cpts(d.tenant, pk=d.tenant.treasurer.pk)), act=Act.INVITE)


def value_row(refused: Iterable[Side], act: Act, **options) -> Row:
    return Row(
        methods=FORM, about=both(lambda d: of_parties(d.tenant, pk=d.value.pk, refused=refused)), act=act, **options
    )


def scenario_row(methods=FORM, **options) -> Row:
    """A page of a scenario that a CPTS saved: its own, nobody else's."""
    return Row(methods=methods, about=both(lambda d: of_cpts(d.tenant, pk=d.scenario.pk)), **options)


def read_row(pk: Callable[[Dossier], Any]) -> Row:
    """A page that whoever sees the object may read."""
    return Row(methods=GET, about=both(lambda d: of_parties(d.tenant, pk=pk(d))))


def evidence_files(story: Story, subject: Subject) -> list[SimpleUploadedFile]:
    """Bytes that no piece has yet: the same file proves nothing twice."""
    return [SimpleUploadedFile("piece.pdf", PDF + b"\n% une autre", content_type="application/pdf")]


def receipt_file(story: Story, subject: Subject) -> SimpleUploadedFile:
    return SimpleUploadedFile("facture.pdf", PDF, content_type="application/pdf")


EXPENSE = {
    "spent_on": DAY,
    "envelope": "OPERATING",
    "category": "PREMISES",
    "label": "Loyer",
    "amount": "800",
}


def budget_file(story: Story, subject: Subject) -> SimpleUploadedFile:
    return SimpleUploadedFile("budget.csv", write_csv(BUDGET_HEADS, [["OPERATING", "OTHER", "10"]]))


def expense_file(story: Story, subject: Subject) -> SimpleUploadedFile:
    return SimpleUploadedFile("depenses.csv", write_csv(EXPENSE_HEADS, [[DAY, "OPERATING", "OTHER", "Timbres", "10"]]))


def spending_row(pk: Callable[[Dossier], Any], methods=FORM, *, year: int | None = None, **options) -> Row:
    """A page on which the CPTS alone tells what it spent, of a contract year when `year` is given."""
    more = {"year": year} if year else {}
    return Row(
        methods=methods,
        about=both(lambda d: of_parties(d.tenant, pk=pk(d), **more)),
        act=Act.ENTER_SPENDING,
        **options,
    )


def codes(story: Story, subject: Subject) -> list[str]:
    """Return a commune of the tenant, and one it does not have yet."""
    return [subject.tenant.communes[0].code, story.beside["Rive"].communes[0].code]


def pasted(story: Story, subject: Subject) -> str:
    return ", ".join(codes(story, subject))


def seen_hash(story: Story, subject: Subject) -> str:
    """Return the fingerprint of the content that the page shows."""
    return content_hash(story.negotiated)


def day_due(story: Story, subject: Subject) -> str:
    """Return the day of the next payment to order: the same in the west and in the east."""
    return f"{story.west.due.due_on:%d/%m/%Y}"


def euros_due(story: Story, subject: Subject) -> str:
    return str(story.west.due.amount)


def amended(story: Story) -> list[Subject]:
    """A draft amendment."""
    return [of_parties(story.beside["Lande"], pk=story.amendment.pk)]


def amendment_to_sign(story: Story) -> list[Subject]:
    """An amendment in signature."""
    return [of_parties(story.beside["Berge"], pk=story.amendment_to_sign.pk)]


def amended_hash(story: Story, subject: Subject) -> str:
    """Return the fingerprint of the amendment that the page shows."""
    return amendment_hash(story.amendment)


def ending_subjects(story: Story) -> list[Subject]:
    """The contract whose end is proposed to the three parties, its rates on the table."""
    return [of_parties(story.beside["Lande"], pk=story.ending.pk)]


def terms_hash(story: Story, subject: Subject) -> str:
    """Return the fingerprint of the terms of the end that the page shows."""
    return fingerprint(story.ending.termination.terms)


def switch_subjects(story: Story) -> list[Subject]:
    """One's own place only: nobody but this person may choose it."""
    data = {"membership": story.west.tenant.reader.pk}
    return [Subject(tenant=story.west.tenant, kwargs={}, organisations=frozenset(), is_national=False, data=data)]


def members_of(tenant: Tenant) -> dict[str, Membership]:
    """Return the members of a tenant by the name of their place."""
    return {key: value for key, value in vars(tenant).items() if isinstance(value, Membership)}
