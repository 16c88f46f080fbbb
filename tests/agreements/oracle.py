"""A second implementation of the rules of money, to check the first: days counted one by one, cents as integers.

It shares nothing with `agreements/`, not even the amounts, which it reads in docs/funding.md.
"""

from datetime import date, timedelta
from fractions import Fraction

from tests.agreements.funding_document import amounts_of

ORDER = ["OPERATING", "FIXED", "VARIABLE", "TRIAGE", "COMPENSATION", "CRISIS_EVENT", "SIZE4_BONUS"]
MISSIONS = {
    "aci-2019": ["ACCESS_TO_CARE", "CARE_PATHWAYS", "PREVENTION", "QUALITY", "PROFESSIONAL_SUPPORT"],
    "aci-2021": [
        "ACCESS_TO_CARE", "CARE_PATHWAYS", "PREVENTION", "HEALTH_CRISIS", "QUALITY", "PROFESSIONAL_SUPPORT",
    ],
}  # fmt: skip
AMOUNTS = {code: amounts_of(code) for code in MISSIONS}


def cents(value):
    """Half up, in whole cents."""
    value = Fraction(value) * 100
    whole = value.numerator // value.denominator
    return whole + (1 if value - whole >= Fraction(1, 2) else 0)


def text(amount):
    return f"{amount // 100}.{amount % 100:02d}"


def anniversary(signed, number):
    try:
        return signed.replace(year=signed.year + number)
    except ValueError:
        return date(signed.year + number, 2, 28)


def days_between(first, last):
    count, day = 0, first
    while day < last:
        count, day = count + 1, day + timedelta(days=1)
    return count


def size_of(population):
    if population > 175_000:
        return 4
    if population >= 80_000:
        return 3
    return 2 if population >= 40_000 else 1


def day(value):
    return date.fromisoformat(value) if value else None


class Contract:
    def __init__(self, document):
        self.document = document
        self.code = document["agreement"]
        self.signed = day(document["signed_on"])
        self.end = day(document.get("terminated_on"))
        self.lines, self.payments, self.pending, self.years = [], [], [], []
        self.repaid = 0
        for number in range(1, document["years"] + 1):
            first, last = anniversary(self.signed, number - 1), anniversary(self.signed, number)
            if self.end is None or first < self.end:
                self.year(number, first, last)

    def size(self, number):
        size = size_of(self.document["population"])
        for year in range(1, number + 1):
            size = self.document.get("sizes", {}).get(str(year), size)
        return size

    def year(self, number, first, last):
        self.number, self.first, self.last = number, first, last
        self.stop = self.end if self.end and self.end < last else last
        self.cut = self.stop < last
        size = self.size(number)
        self.years.append((number, first, last, size))
        self.amount = lambda mission, kind: AMOUNTS[self.code].get((mission, kind, size))
        self.bonus = (
            self.code == "aci-2021" and size == 4 and self.document.get("members", {}).get(str(number), 0) >= 100
        )
        self.operating()
        for name in MISSIONS[self.code]:
            for mission in self.document["missions"]:
                if mission["mission"] == name:
                    self.mission(name, mission)

    def operating(self):
        amount = self.amount(None, "OPERATING") * 100
        started = any(day(mission["starts_on"]) < self.first for mission in self.document["missions"])
        if self.number == 1 or not started:
            self.pay(self.first, "FULL", None, "OPERATING", None, amount)
        else:
            advance = cents(Fraction(amount, 100) * Fraction(3, 4))
            self.pay(self.first, "ADVANCE", None, "OPERATING", None, advance)
            if self.cut:
                amount = advance
            else:
                self.pay(self.last, "BALANCE", None, "OPERATING", None, amount - advance)
        self.line(None, "OPERATING", None, amount, "R6")

    def mission(self, name, mission):
        start = day(mission["starts_on"])
        if start >= self.stop:
            return
        year = str(self.number)
        fixed, rule = self.amount(name, "FIXED"), "R7"
        if fixed is None:
            written = anniversary(self.signed, self.number - 1) <= start
            fixed, rule = self.amount(name, "PLAN_WRITTEN" if written else "PLAN_UPDATED"), "R10"
        self.advanced(name, "FIXED", fixed, start, rule)
        if self.amount(name, "VARIABLE") is not None:
            if year in mission.get("rates", {}):
                exact = self.amount(name, "VARIABLE") * self.share(start) * Fraction(mission["rates"][year])
                self.unadvanced(name, "VARIABLE", cents(exact), "R8")
            elif not self.cut:
                self.pending.append((self.number, name, "VARIABLE"))
        triage = day(mission.get("triage_starts_on"))
        if triage and triage < self.stop:
            self.advanced(name, "TRIAGE", self.amount(name, "TRIAGE"), triage, "R9")
        compensation = day(mission.get("compensation_starts_on"))
        if compensation and compensation < self.stop:
            if year in mission.get("compensation_actual", {}):
                ceiling = self.amount(name, "COMPENSATION") * self.share(compensation)
                declared = Fraction(mission["compensation_actual"][year])
                self.unadvanced(name, "COMPENSATION", cents(min(ceiling, declared)), "R9")
            else:
                self.pending.append((self.number, name, "COMPENSATION"))
        crises = [day(crisis) for crisis in mission.get("crises", [])]
        if any(start <= crisis and self.first <= crisis < self.stop for crisis in crises):
            self.unadvanced(name, "CRISIS_EVENT", self.amount(name, "CRISIS_EVENT") * 100, "R10")

    def share(self, start, stop=None):
        active = days_between(max(start, self.first), stop or self.stop)
        return Fraction(active, days_between(self.first, self.last))

    def advanced(self, name, kind, amount, start, rule):
        line = cents(amount * self.share(start))
        at_first = cents(amount * self.share(start, self.last))
        self.settle(name, kind, None, line, at_first, max(start, self.first), rule)
        if self.bonus:
            self.settle(
                name, "SIZE4_BONUS", kind, cents(Fraction(line, 1000)), cents(Fraction(at_first, 1000)),
                max(start, self.first), "R11",
            )  # fmt: skip

    def settle(self, name, kind, base, line, at_first, start, rule):
        advance = cents(Fraction(at_first, 100) * Fraction(3, 4))
        self.line(name, kind, base, line, rule)
        self.pay(start, "ADVANCE", name, kind, base, advance)
        if self.cut and advance > line:
            self.repaid += advance - line
        else:
            self.pay(self.stop, "BALANCE", name, kind, base, line - advance)

    def unadvanced(self, name, kind, line, rule):
        self.line(name, kind, None, line, rule)
        self.pay(self.stop, "BALANCE", name, kind, None, line)
        if self.bonus:
            bonus = cents(Fraction(line, 1000))
            self.line(name, "SIZE4_BONUS", kind, bonus, "R11")
            self.pay(self.stop, "BALANCE", name, "SIZE4_BONUS", kind, bonus)

    def line(self, mission, kind, base, amount, rule):
        self.lines.append((self.number, mission, kind, base, amount, rule))

    def pay(self, due, how, mission, kind, base, amount):
        if amount:
            self.payments.append((self.number, due, how, mission, kind, base, amount))

    def rank(self, mission, kind, base):
        place = -1 if mission is None else MISSIONS[self.code].index(mission)
        return place, ORDER.index(kind), ORDER.index(base) if base else -1

    def result(self):
        lines = sorted(self.lines, key=lambda row: (row[0], *self.rank(*row[1:4])))
        payments = sorted(self.payments, key=lambda row: (row[0], row[1], *self.rank(*row[3:6])))
        years = [
            {
                "year": number, "starts_on": str(first), "ends_on": str(last), "size": size,
                "lines": [
                    {"mission": mission, "kind": kind, **({"base": base} if base else {}),
                     "amount": text(amount), "rule": rule}
                    for year, mission, kind, base, amount, rule in lines if year == number
                ],
                "total": text(sum(row[4] for row in lines if row[0] == number)),
            }
            for number, first, last, size in self.years
        ]  # fmt: skip
        return {
            "agreement": self.code,
            "validated": self.code == "aci-2019",
            "years": years,
            "payments": [
                {"due_on": str(due), "kind": how, "mission": mission, "line_kind": kind,
                 **({"base": base} if base else {}), "year": number, "amount": text(amount)}
                for number, due, how, mission, kind, base, amount in payments
            ],
            "pending": [
                {"year": number, "mission": mission, "kind": kind} for number, mission, kind in self.pending
            ],
            "repayment": text(self.repaid),
            "total": text(sum(row[4] for row in lines)),
        }  # fmt: skip


def simulate(document):
    """Return what `simulate_funding` must answer, but for the sentences of its warnings."""
    return Contract(document).result()
