"""How a contract is written: its number, its missions, and the programme of its first year that follows."""

from collections.abc import Sequence

from django.db import IntegrityError

from contracts import assemblers, rules
from contracts.models import Contract, ContractMission
from core import clock
from core.actor import Actor
from core.errors import DomainError
from health_projects.models import HealthProject
from indicators import actions as indicator_actions
from territories.models import Department


def create_contract(project: HealthProject) -> Contract:
    """Create the row with the next number of its département and year; the département's lock orders the drafts."""
    department = _department_of(project)
    Department.objects.select_for_update(no_key=True).get(pk=department)
    year = clock.today().year
    prefix = rules.contract_number(year, department, 0)[:-3]
    taken = Contract.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    sequence = 1 + max((int(number.removeprefix(prefix)) for number in taken), default=0)
    cpts = project.cpts
    try:
        return Contract.objects.create(
            number=rules.contract_number(year, department, sequence),
            cpts=cpts,
            ars=cpts.ars,
            fund=cpts.fund,
            health_project=project,
        )
    except IntegrityError as error:  # drafted at the same instant from another version of the project
        raise DomainError("Cette CPTS a déjà un contrat en cours.") from error


def _department_of(project: HealthProject) -> str:
    """Return the département where most of the territory's people live."""
    people: dict[str, int] = {}
    for commune in project.communes.with_population():
        people[commune.department_id] = people.get(commune.department_id, 0) + (commune.population or 0)
    if not people:
        raise DomainError("Le territoire du projet de santé n’a pas de commune.")
    return max(sorted(people), key=people.__getitem__)


def set_missions(contract: Contract, missions: Sequence[rules.Plan]) -> None:
    """Keep one row a mission, in the order of the national agreement."""
    order = {code: position for position, code in enumerate(rules.MISSION_ORDER, start=1)}
    kept = dict(missions)
    contract.missions.exclude(mission__in=kept).delete()
    for code, planned_start in kept.items():
        ContractMission.objects.update_or_create(
            contract=contract,
            mission=code,
            defaults={"planned_start": planned_start, "position": order.get(code, len(order) + 1)},
        )


def spread_programme(actor: Actor, contract: Contract, terms: assemblers.Terms, missions: Sequence[rules.Plan]) -> None:
    """R13a, R13b: give the first year's programme the missions that start in it, with their variable parts."""
    if terms.size is None:
        return
    programme = assemblers.first_programme(contract)
    indicator_actions.set_programme_missions(
        actor=actor,
        programme=programme,
        missions=rules.programme_missions(
            terms.agreement,
            terms.size,
            missions,
            before=rules.end_of_first_year(clock.today()),
            kept=assemblers.written_missions(programme),
        ),
    )
