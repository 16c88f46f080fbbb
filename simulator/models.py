"""Scenarios that an organisation keeps: the document of a simulation, under a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Organisation
from core.actor import Actor
from core.models import TenantModel


class ScenarioQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "ScenarioQuerySet":
        """Return the scenarios of the actor's own organisation: nobody else sees them."""
        return self.filter(organisation=actor.organisation_id) if actor.organisation_id else self.none()


class Scenario(TenantModel):
    """A simulation kept under a name. `inputs` is the document of `simulate_funding`, `communes` its INSEE codes.

    The population is in the document, as it was when the scenario was saved: a scenario keeps its figures.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="scenarios", verbose_name="organisation"
    )
    name = models.CharField("nom", max_length=120)
    note = models.TextField("note", blank=True, max_length=2000)
    inputs = models.JSONField("données du calcul")
    communes = models.JSONField("communes", default=list, blank=True)
    # R18: of a real contract, the sizes at which advances were paid, by year; its document cannot say it.
    advance_sizes = models.JSONField("tailles des avances", default=dict, blank=True)
    # R11: the same of the members counted then, where another count came later.
    advance_members = models.JSONField("adhérents des avances", default=dict, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="auteur")
    author_name = models.CharField("nom de l’auteur", max_length=200)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = "scénario"
        ordering = ["-updated_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("name"),
                name="simulator_one_scenario_a_name",
                violation_error_message="Votre organisation a déjà un scénario de ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="simulator_scenario_has_a_name",
                violation_error_message="Donnez un nom au scénario.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def advances(self) -> dict[str, dict[int, int]]:
        """How the advances were paid, by contract year: the keys of a JSON are words."""
        kept = {"advance_sizes": self.advance_sizes, "advance_members": self.advance_members}
        return {name: {int(year): n for year, n in known.items()} for name, known in kept.items()}
