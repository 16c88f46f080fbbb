"""People who use the portal through a browser: they see, they click, they type, and axe reads over their shoulder."""

import time
from dataclasses import dataclass, field

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from accounts.models import Membership, Organisation
from core.enums import Role, Side
from tests.utils.factories import PASSWORD, TOTP_SECRET, CptsFactory, MembershipFactory, OrganisationFactory

AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PERIOD = 30  # seconds
ARS, FUND = "ars-auvergne-rhone-alpes", "cpam-69"


class Person:
    """A member in her own browser."""

    def __init__(self, membership: Membership, browser: Browser, address: str):
        self.membership, self.address = membership, address
        self.context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.on("pageerror", lambda error: self.faults.append(f"script : {error}"))
        self.page.on("console", lambda message: self._note(message))
        self.used_codes: set[str] = set()
        self.faults: list[str] = []
        self.audited: set[str] = set()

    def sign_in(self) -> "Person":
        """Sign in with the password, then the second factor if this person has one."""
        self.go("/")
        self.fill(login=self.membership.user.email, password=PASSWORD).click("Se connecter")
        if self.page.locator("input[name=code]").count():
            self.page.fill("input[name=code]", self.code())
            self.page.locator("main form button:not([formnovalidate])").first.click()
        self.page.wait_for_url(f"{self.address}/")
        return self

    def go(self, path: str) -> "Person":
        """Open an address; the page must answer, and be one that a screen reader can read."""
        response = self.page.goto(self.address + path if path.startswith("/") else path)
        assert response.status == 200, f"{path} : {response.status}"
        self.audit()
        return self

    def click(self, name: str, *, within: str = "main", exact: bool = False) -> "Person":
        """Press a button or follow a link by the words it shows."""
        area = self.page.locator(within)
        button, link = (area.get_by_role(role, name=name, exact=exact) for role in ("button", "link"))
        target = button if button.count() else link
        assert target.count(), f"« {name} » n’est pas sur {self.path} :\n{area.inner_text()[:3000]}"
        target.first.click()
        self.page.wait_for_load_state()
        self.audit()
        return self

    def fill(self, **fields: str) -> "Person":
        """Write in fields by their names."""
        for name, text in fields.items():
            self.page.locator(f"[name='{name}']:visible").first.fill(text)
        return self

    def sees(self, text: str) -> "Person":
        """The page says so."""
        self.page.get_by_text(text).first.wait_for()
        return self

    def waits_for(self, text: str, *, seconds: int = 60) -> "Person":
        """Refresh as a person would, until the worker is done."""
        end = time.monotonic() + seconds
        while not self.page.get_by_text(text).count():
            assert time.monotonic() < end, f"« {text} » n’est pas apparu en {seconds} s sur {self.page.url}"
            self.page.wait_for_timeout(500)
            self.page.reload()
        return self

    def code(self) -> str:
        """Return a code of the second factor that was not used yet: each works once; the next one is good already."""
        now = int(time.time()) // PERIOD
        for counter in (now, now + 1):
            code = format_hotp_value(hotp_value(TOTP_SECRET, counter))
            if code not in self.used_codes:
                self.used_codes.add(code)
                return code
        self.page.wait_for_timeout(5_000)
        return self.code()

    def audit(self) -> None:
        """Let axe read each kind of page once; a refused script or style is a fault too."""
        kind = "/".join(part if "-" not in part or len(part) != 36 else "*" for part in self.path.split("/"))
        if kind in self.audited:
            return
        self.audited.add(kind)
        violations = Axe().run(self.page, options=AXE).response["violations"]
        self.faults += [f"{kind} : {item['id']} ({item['help']}) × {len(item['nodes'])}" for item in violations]

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address).split("?")[0]

    def _note(self, message) -> None:
        if message.type == "error":
            self.faults.append(f"{self.path} : {message.text}")


@dataclass
class Cast:
    """Everyone of one dossier."""

    coordinator: Person
    president: Person
    ars_officer: Person
    ars_signatory: Person
    fund_officer: Person
    fund_signatory: Person
    accountant: Person
    observer: Person
    everyone: list[Person] = field(default_factory=list)

    def __post_init__(self):
        self.everyone = [value for value in vars(self).values() if isinstance(value, Person)]

    @property
    def consenting(self) -> list[Person]:
        return [self.president, self.ars_officer, self.fund_officer]

    @property
    def signing(self) -> list[Person]:
        return [self.president, self.ars_signatory, self.fund_signatory]

    @property
    def faults(self) -> list[str]:
        return sorted({fault for person in self.everyone for fault in person.faults})

    def leave(self) -> None:
        for person in self.everyone:
            person.context.close()


def cast_of(browser: Browser, address: str) -> Cast:
    """Return the people of a CPTS of the Rhône, of its ARS, of its fund, and a national observer."""
    ars, fund = Organisation.objects.get(code=ARS), Organisation.objects.get(code=FUND)
    cpts = CptsFactory(name="CPTS du Beaujolais (exemple)", ars=ars, fund=fund)
    national = OrganisationFactory(side=Side.NATIONAL, name="Observatoire de test")

    def person(organisation: Organisation, role: Role) -> Person:
        return Person(MembershipFactory(organisation=organisation, role=role), browser, address)

    return Cast(
        coordinator=person(cpts, Role.COORDINATOR),
        president=person(cpts, Role.PRESIDENT),
        ars_officer=person(ars, Role.OFFICER),
        ars_signatory=person(ars, Role.SIGNATORY),
        fund_officer=person(fund, Role.OFFICER),
        fund_signatory=person(fund, Role.SIGNATORY),
        accountant=person(fund, Role.ACCOUNTANT),
        observer=person(national, Role.OBSERVER),
    )
