"""The money of France: 850 contracts of 5 years, 6 missions and 5 result indicators each, to the cent.

Three ways to the same 4 250 totals, interleaved: Decimals in memory, by hand; the sum that PostgreSQL makes of the
lines issued; every statement computed again by the engine from what was kept with it. Each is a ratio to the first.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpts_portal.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.enums import FundKind  # noqa: E402
from accounts.models import Organisation  # noqa: E402
from agreements.actions import load_agreements  # noqa: E402
from agreements.agreement import Agreement  # noqa: E402
from agreements.engine import ENGINE_VERSION, compute, compute_year  # noqa: E402
from agreements.enums import AmountKind, Direction, MissionCode, Scale  # noqa: E402
from agreements.inputs import ContractInputs, MissionInputs  # noqa: E402
from agreements.inputs_document import from_document, to_document  # noqa: E402
from agreements.models import AgreementVersion  # noqa: E402
from agreements.scales import IndicatorInput, Level  # noqa: E402
from contracts.enums import ContractStatus  # noqa: E402
from contracts.models import Contract  # noqa: E402
from core.dates import anniversary  # noqa: E402
from core.enums import Side  # noqa: E402
from funding.assemblers import line_rows, statement_fingerprint  # noqa: E402
from funding.models import Statement, StatementLine  # noqa: E402
from health_projects.models import HealthProject  # noqa: E402

CONTRACTS, YEARS, ROUNDS = 850, 5, 3
CENT, ZERO = Decimal("0.01"), Decimal(0)
Totals = dict[tuple[str, int], Decimal]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A contract drawn at random, and the same facts as the by-hand computation reads them."""

    number: str
    inputs: ContractInputs


def draw_case(position: int, agreement: Agreement) -> Case:
    """Return contract `position`: same seed, same contract."""
    rng = random.Random(position)  # noqa: S311 - a draw to measure, no secret
    size = rng.randint(1, 4)
    signed_on = date(2022, 4, 1) + timedelta(days=rng.randint(0, 300))
    missions = tuple(_draw_mission(rng, agreement, terms.code, size, signed_on) for terms in agreement.missions)
    inputs = ContractInputs(
        agreement=agreement, signed_on=signed_on, population=50_000, size=size, missions=missions, years=YEARS
    )
    return Case(number=f"B{position:04d}", inputs=inputs)


def _draw_mission(rng: random.Random, agreement: Agreement, code: str, size: int, signed_on: date) -> MissionInputs:
    starts_on = signed_on + timedelta(days=rng.randint(0, 360))
    if code == MissionCode.HEALTH_CRISIS:
        return MissionInputs(mission=code, starts_on=starts_on)
    maximum = agreement.line(code, AmountKind.VARIABLE, size).amount
    indicators = {year: _draw_indicators(rng, maximum) for year in range(1, YEARS + 1)}
    return MissionInputs(mission=code, starts_on=starts_on, indicators=indicators)


def _draw_indicators(rng: random.Random, maximum: Decimal) -> tuple[IndicatorInput, ...]:
    part = maximum / 5
    value = Decimal(rng.randint(0, 120))
    levels = tuple(Level(threshold=Decimal(at), amount=part * at / 100) for at in (25, 50, 100))
    linear = {"amount": part, "scale": Scale.LINEAR, "direction": Direction.UP, "target": Decimal(97)}
    return (
        IndicatorInput(amount=part, scale=Scale.ACHIEVED, achieved=rng.random() < 0.7),
        IndicatorInput(amount=part, scale=Scale.ACHIEVED, achieved=rng.random() < 0.5),
        IndicatorInput(amount=part, scale=Scale.LEVELS, direction=Direction.UP, levels=levels, value=value),
        IndicatorInput(**linear, baseline=Decimal(11), value=Decimal(rng.randint(0, 120))),
        IndicatorInput(**linear, value=Decimal(rng.randint(0, 120))),
    )


# By hand: the rules again, in Decimals, without the engine -----------------------------------------------------


def totals_by_hand(cases: list[Case]) -> Totals:
    """Return the total of each contract year, as a script on facts in memory would work it out."""
    with localcontext(prec=40):
        return {(case.number, year): _year_by_hand(case.inputs, year) for case in cases for year in range(1, YEARS + 1)}


def _year_by_hand(inputs: ContractInputs, year: int) -> Decimal:
    first_day, next_day = anniversary(inputs.signed_on, year - 1), anniversary(inputs.signed_on, year)
    days_in_year = (next_day - first_day).days
    total = inputs.agreement.line(None, AmountKind.OPERATING, inputs.size).amount
    for mission in inputs.missions:
        if mission.starts_on >= next_day:
            continue
        days = (next_day - max(mission.starts_on, first_day)).days
        for amount in _amounts_by_hand(inputs, mission, year, first_day):
            total += (amount * days / days_in_year).quantize(CENT, ROUND_HALF_UP)
    return total


def _amounts_by_hand(inputs: ContractInputs, mission: MissionInputs, year: int, first_day: date) -> list[Decimal]:
    agreement, size = inputs.agreement, inputs.size
    if mission.mission == MissionCode.HEALTH_CRISIS:
        kind = AmountKind.PLAN_WRITTEN if mission.starts_on >= first_day else AmountKind.PLAN_UPDATED
        return [agreement.line(mission.mission, kind, size).amount]
    earned = sum((_earned_by_hand(item) for item in mission.indicators[year]), ZERO)
    return [agreement.line(mission.mission, AmountKind.FIXED, size).amount, earned]


def _earned_by_hand(item: IndicatorInput) -> Decimal:
    if item.scale == Scale.ACHIEVED:
        return item.amount if item.achieved else ZERO
    if item.scale == Scale.LEVELS:
        return max((level.amount for level in item.levels if level.threshold <= item.value), default=ZERO)
    baseline = item.baseline or ZERO
    share = (item.value - baseline) / (item.target - baseline)
    return item.amount * min(max(share, ZERO), Decimal(1))


# By the database, by the engine --------------------------------------------------------------------------------


def totals_by_sql(cases: list[Case]) -> Totals:
    """Return the same from the lines issued: one query."""
    rows = StatementLine.objects.order_by().values_list("statement__contract__number", "statement__year")
    return {(number, year): total for number, year, total in rows.annotate(total=Sum("amount"))}


def totals_by_engine(cases: list[Case]) -> Totals:
    """Return the same computed again, from what each statement kept."""
    rows = Statement.objects.order_by("pk").values_list("contract__number", "year", "inputs")
    return {
        (number, year): compute_year(from_document(inputs), year).total
        for number, year, inputs in rows.iterator(chunk_size=200)
    }


# The run -------------------------------------------------------------------------------------------------------


def issue_statements(cases: list[Case], version: AgreementVersion) -> None:
    """Store the contracts and their statements, a year at a time as dialogues close."""
    contracts = _store_contracts(cases, version)
    statements, lines = [], []
    for case in cases:
        result = compute(case.inputs)
        for year in result.years:
            document, rows = to_document(case.inputs.only(year.year)), line_rows(year)
            statement = Statement(
                contract=contracts[case.number],
                year=year.year,
                agreement_version=version,
                engine_version=ENGINE_VERSION,
                inputs=document,
                total=year.total,
                content_hash=statement_fingerprint(document, rows),
                issued_at=timezone.now(),
            )
            statements.append(statement)
            lines += [StatementLine(statement=statement, **row) for row in rows]
    Statement.objects.bulk_create(statements, batch_size=500)
    StatementLine.objects.bulk_create(lines, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _store_contracts(cases: list[Case], version: AgreementVersion) -> dict[str, Contract]:
    ars = Organisation.objects.create(side=Side.ARS, name="ARS", code="ARS-B")
    fund = Organisation.objects.create(side=Side.FUND, name="Caisse", code="CPAM-B", fund_kind=FundKind.CPAM)
    cpts = [
        Organisation(side=Side.CPTS, name=f"CPTS {case.number}", code=case.number, ars=ars, fund=fund) for case in cases
    ]
    Organisation.objects.bulk_create(cpts)
    projects = [HealthProject(cpts=row, title=row.name) for row in cpts]
    HealthProject.objects.bulk_create(projects)
    contracts = [
        Contract(
            number=case.number,
            cpts=project.cpts,
            ars=ars,
            fund=fund,
            health_project=project,
            status=ContractStatus.ACTIVE,
            agreement_version=version,
            population=case.inputs.population,
            size=case.inputs.size,
            agreed_on=case.inputs.signed_on,
            signed_on=case.inputs.signed_on,
            ends_on=anniversary(case.inputs.signed_on, YEARS),
        )
        for case, project in zip(cases, projects, strict=True)
    ]
    Contract.objects.bulk_create(contracts)
    return {contract.number: contract for contract in contracts}


def measure(ways: dict[str, Callable], cases: list[Case]) -> tuple[dict[str, float], dict[str, Totals]]:
    """Run each way `ROUNDS` times, in turn; return the median seconds and the totals of each."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    totals = {}
    for _round in range(ROUNDS):
        for name, way in ways.items():
            started = time.perf_counter()
            totals[name] = way(cases)
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}, totals


def main() -> int:
    load_agreements()
    version = AgreementVersion.objects.with_rows().get(code="aci-2021")
    agreement = version.as_value()
    cases = [draw_case(position, agreement) for position in range(CONTRACTS)]
    issue_statements(cases, version)
    ways = {"à la main": totals_by_hand, "base de données": totals_by_sql, "moteur": totals_by_engine}
    medians, totals = measure(ways, cases)
    reference = totals["à la main"]
    print(f"P8 · {CONTRACTS} contrats × {YEARS} ans : {len(reference)} totaux, médianes de {ROUNDS} passages")
    for name, seconds in medians.items():
        wrong = sum(1 for key, total in reference.items() if totals[name].get(key) != total)
        verdict = "au centime" if not wrong else f"{wrong} totaux en écart"
        print(f"  {name:<16} {seconds:7.2f} s   × {seconds / medians['à la main']:5.2f}   {verdict}")
    return int(any(totals[name] != reference for name in ways))


if __name__ == "__main__":
    sys.exit(main())
