"""What the simulator reads: the versions of the agreement, the communes of a territory, and a contract."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from agreements.agreement import Agreement
from agreements.inputs import ContractInputs, MissionInputs
from agreements.models import AgreementVersion
from agreements.rules import size_for_population
from agreements.scales import IndicatorInput
from contracts.models import DURATION_YEARS, Contract
from core.actor import Actor
from funding.assemblers import contract_inputs, forecast_inputs
from indicators.assemblers import result_inputs
from indicators.models import Indicator, Programme, ProgrammeMission
from simulator import documents
from simulator.documents import YEARS, Fields, Simulation
from simulator.variants import rounded_share
from territories.models import Commune
from territories.rules import PARENTS, TerritorySummary, parse_insee_codes

MAX_COMMUNES = 300  # a territory of any CPTS fits in; an address stays short enough for every server


@dataclass(frozen=True, kw_only=True)
class ChosenTerritory:
    """The communes of a scenario, in their order, and what they add up to."""

    communes: tuple[Commune, ...]
    summary: TerritorySummary

    @property
    def population(self) -> int | None:
        """Return the published population, None while a commune has none or stands there twice."""
        return self.summary.population if self.communes and self.summary.is_complete else None


def known_agreements() -> dict[str, Agreement]:
    """Return every version of the agreement by its code, the oldest first, in a fixed number of queries."""
    return {version.code: version.as_value() for version in AgreementVersion.objects.with_rows()}


def territory_of(codes: Collection[str]) -> ChosenTerritory:
    """Return the territory of INSEE codes; a code of no commune is in `summary.unknown`."""
    if not codes:
        return ChosenTerritory(communes=(), summary=Commune.objects.none().summarise(()))
    communes = Commune.objects.filter(code__in=codes).with_population().order_by("search_name", "code")
    return ChosenTerritory(communes=tuple(communes), summary=Commune.objects.summarise(codes))


def with_places(
    codes: Iterable[str], *, added: Iterable[str], epcis: Iterable[str], removed: Iterable[str]
) -> list[str]:
    """Return the codes once communes and whole EPCI are added and others removed, none of them twice."""
    found = [*codes, *added]
    for siren in epcis:
        inside = Commune.objects.in_epci(siren).values_list("code", flat=True)
        # An arrondissement already chosen stands for its part of the commune.
        found += [code for code in inside if code not in {PARENTS.get(chosen) for chosen in found}]
    removed = set(removed)
    return list(dict.fromkeys(code for code in found if code not in removed))


def read_pasted(text: str) -> tuple[list[str], list[str]]:
    """Return the codes of the communes that a pasted list names, and a sentence for each word that names none."""
    parsed = parse_insee_codes(text)
    resolved = Commune.objects.resolve(parsed.codes)
    refused = [f"{code} est aujourd’hui {commune} : écrivez {commune.pk}." for code, commune in resolved.former.items()]
    unknown = [*parsed.unreadable, *resolved.unknown]
    if unknown:
        refused.append(f"Aucune commune n’a ce code : {', '.join(unknown[:10])}{'…' if len(unknown) > 10 else ''}.")
    return [commune.code for commune in resolved.communes], refused


# A contract ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ContractScenario:
    """A signed contract as a scenario: its fields, what they give, and what its questions may be about.

    `from_year` is the first contract year that a change may still touch.
    """

    contract: Contract
    fields: Fields
    simulation: Simulation
    from_year: int
    communes: tuple[Commune, ...]
    missions: tuple[ProgrammeMission, ...]

    @property
    def indicators(self) -> list[tuple[ProgrammeMission, Indicator]]:
        """Return the result indicators of the years whose programme is known, the last year first."""
        return [(mission, item) for mission in self.missions for item in mission.indicators.all() if item.is_result]


def contract_scenario(
    actor: Actor, contract: Contract, today: date, *, fields: Fields, simulation: Simulation
) -> ContractScenario:
    """Return a signed contract as a scenario, with what the actor sees of its territory and its programmes."""
    programmes = Programme.objects.visible_to(actor).filter(contract_year__contract=contract).with_content()
    return ContractScenario(
        contract=contract,
        fields=fields,
        simulation=simulation,
        from_year=min(contract.year_on(today) + 1, DURATION_YEARS),
        communes=territory_of(communes_of(contract)).communes,
        missions=tuple(mission for programme in programmes.order_by("-year") for mission in programme.missions.all()),
    )


def communes_of(contract: Contract) -> list[str]:
    """Return the INSEE codes of the territory of a contract."""
    return list(contract.health_project.communes.order_by("search_name", "code").values_list("code", flat=True))


def contract_fields(contract: Contract, today: date) -> Fields:
    """Return the fields that tell a signed contract: what is known of it, and what is planned.

    A year whose results are known has its rate, rounded to ten decimals of a percent; the others suppose every
    indicator reached. DomainError when the contract cannot be computed.
    """
    planned, known = forecast_inputs(contract, today), contract_inputs(contract)
    results = {mission.mission: mission for mission in known.missions}
    fields = {
        "population": str(contract.population),
        "communes": ",".join(communes_of(contract)),
        "signed_on": contract.signed_on.isoformat(),
        "agreement": contract.agreement_version.code,
        "years": str(planned.years),
        **{f"members-{year}": str(count) for year, count in planned.members.items() if count},
        **_sizes(planned),
        **{f"advanced-{year}": str(size) for year, size in known.advance_sizes.items() if size != known.size_in(year)},
        **{
            f"advanced_members-{year}": str(count)
            for year, count in known.advance_members.items()
            if count != known.members.get(year, 0)
        },
        "terminated_on": contract.terminated_on.isoformat() if contract.terminated_on else "",
    }
    for mission in planned.missions:
        fields |= _mission_fields(planned, known, mission, results.get(mission.mission))
    return {name: value for name, value in fields.items() if value}


def supposed_inputs(mission: ProgrammeMission, indicator: Indicator) -> tuple[list[IndicatorInput], IndicatorInput]:
    """Return the other result indicators of a mission as the arithmetic takes them, and this one."""
    inputs = result_inputs(mission)
    others = [terms for item, terms in inputs.items() if item.pk != indicator.pk]
    return others, next(terms for item, terms in inputs.items() if item.pk == indicator.pk)


def _sizes(inputs: ContractInputs) -> Fields:
    """Return the sizes that the population alone does not give, from the year on in which they change."""
    found, last = {}, size_for_population(inputs.agreement, inputs.population)
    for year in YEARS:
        size = inputs.size_in(year)
        if size != last:
            found[f"size-{year}"] = str(size)
        last = size
    return found


def _mission_fields(
    planned: ContractInputs, known: ContractInputs, mission: MissionInputs, results: MissionInputs | None
) -> Fields:
    code = mission.mission
    active = documents.active_years(
        mission.starts_on,
        signed_on=planned.signed_on,
        years=planned.years,
        terminated_on=planned.terminated_on,
    )
    rates = {
        str(year): documents.percentage(rounded_share(_rate(planned, known, mission, results, year)))
        for year in active
        if planned.agreement_in(year).has(code, documents.NEEDS["rate"])
    }
    actual = {str(year): f"{amount:f}" for year, amount in mission.compensation_actual.items()}
    return {
        code: "on",
        f"{code}-starts_on": mission.starts_on.isoformat(),
        **documents.spread(f"{code}-rate", rates, active),
        f"{code}-triage_starts_on": documents.iso(mission.triage_starts_on),
        f"{code}-compensation_starts_on": documents.iso(mission.compensation_starts_on),
        **documents.spread(f"{code}-compensation_actual", actual, ()),
        f"{code}-crises": ",".join(day.isoformat() for day in sorted(set(mission.crises))),
    }


def _rate(
    planned: ContractInputs,
    known: ContractInputs,
    mission: MissionInputs,
    results: MissionInputs | None,
    year: int,
) -> Fraction:
    """Return the rate that a mission-year really had, else the one supposed."""
    real = known.rate_in(results, year) if results else None
    return real if real is not None else planned.rate_in(mission, year) or Fraction(1)
