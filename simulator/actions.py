"""Writes of the simulator: an organisation saves, renames and deletes its scenarios."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from accounts.models import Organisation
from accounts.permissions import Act, check
from core import audit
from core.actor import Actor
from core.errors import DomainError, NotAllowed
from core.fingerprints import check_unchanged
from simulator.assemblers import known_agreements
from simulator.documents import NO_ADVANCES, Advances, Document, simulate_document
from simulator.models import Scenario

MAX_SCENARIOS = 100  # of an organisation: its list is one page


@transaction.atomic
def save_scenario(
    *,
    actor: Actor,
    name: str,
    note: str = "",
    document: Document,
    communes: Iterable[str] = (),
    advances: Advances = NO_ADVANCES,
) -> Scenario:
    """Save a simulation under a name for the actor's organisation.

    Takes the document of `simulate_funding`, the INSEE codes behind its population and, of a real contract, how its
    advances were paid. Raises DomainError for a document that the engine refuses, a name already taken, or one
    scenario too many.
    """
    check(actor, Act.SAVE_SCENARIO)
    simulate_document(document, known_agreements(), advances=advances)
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)  # two at once count in turn
    if Scenario.objects.visible_to(actor).count() >= MAX_SCENARIOS:
        raise DomainError(f"Votre organisation a déjà {MAX_SCENARIOS} scénarios : supprimez-en un.")
    scenario = Scenario(
        organisation_id=actor.organisation_id,
        inputs=document,
        communes=list(communes),
        **{name: {str(year): n for year, n in known.items()} for name, known in advances.items()},
        author_id=actor.user_id,
        author_name=actor.user_name,
    )
    _name(scenario, name, note)
    audit.record(actor, "scenario.save", scenario, after={"name": scenario.name, "inputs": document})
    return scenario


@transaction.atomic
def rename_scenario(
    *, actor: Actor, scenario: Scenario, name: str, note: str = "", version: str | None = None
) -> Scenario:
    """Change the name and the note of a scenario; its figures never change.

    Raises StaleForm when someone else renamed it since `version` was read.
    """
    scenario = _locked(actor, scenario)
    before = {"name": scenario.name, "note": scenario.note}
    check_unchanged(version, before)
    _name(scenario, name, note)
    audit.record(
        actor, "scenario.rename", scenario, before=before, after={"name": scenario.name, "note": scenario.note}
    )
    return scenario


@transaction.atomic
def delete_scenario(*, actor: Actor, scenario: Scenario) -> None:
    """Delete a scenario: it was nobody's money. The journal keeps its document."""
    scenario = _locked(actor, scenario)
    audit.record(actor, "scenario.delete", scenario, before={"name": scenario.name, "inputs": scenario.inputs})
    scenario.delete()


def _locked(actor: Actor, scenario: Scenario) -> Scenario:
    check(actor, Act.SAVE_SCENARIO)
    current = Scenario.objects.select_for_update().filter(pk=scenario.pk).first()
    if current is None:
        raise DomainError("Ce scénario a déjà été supprimé.")
    if current.organisation_id != actor.organisation_id:
        raise NotAllowed("Ce scénario est celui d’une autre organisation.")
    return current


def _name(scenario: Scenario, name: str, note: str) -> None:
    """Write a scenario under a name; the database says whether it is taken, whoever comes at the same time."""
    scenario.name, scenario.note = " ".join(name.split()), note.strip()
    if not scenario.name:
        raise DomainError("Donnez un nom au scénario.", "name")
    try:
        with transaction.atomic():
            scenario.save()
    except IntegrityError as error:
        raise DomainError("Votre organisation a déjà un scénario de ce nom.", "name") from error
