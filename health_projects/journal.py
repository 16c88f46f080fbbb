"""What the codes of this room mean in the journal (core.journal)."""

from health_projects.enums import OppositionGround, SectionKey
from health_projects.lifecycle import Transition

WORDS = {
    "health_project.accept_overlap": "a accepté un chevauchement de territoires",
    "health_project.comment": "a commenté une section du projet de santé",
    "health_project.create": "a commencé un projet de santé",
    "health_project.read_overlaps": "a lu les chevauchements de territoires",
    "health_project.new_version": "a ouvert une nouvelle version du projet de santé",
    "health_project.rename": "a renommé le projet de santé",
    "health_project.save_section": "a écrit une section du projet de santé",
    "health_project.set_communes": "a choisi les communes du territoire",
    "health_project.set_missions": "a choisi les missions du projet de santé",
    "health_project.set_population": "a indiqué une population convenue",
    f"health_project.{Transition.SUBMIT}": "a envoyé le projet de santé à l’ARS",
    f"health_project.{Transition.SEND_BACK}": "a demandé des corrections au projet de santé",
    f"health_project.{Transition.RESUME}": "a repris la rédaction du projet de santé",
    f"health_project.{Transition.APPROVE}": "a approuvé le projet de santé",
    f"health_project.{Transition.APPROVE_TACITLY}": "a constaté l’approbation tacite du projet de santé",
    f"health_project.{Transition.OPPOSE}": "a fait opposition au projet de santé",
}
FIELDS = {
    "added": "ajouts",
    "characters": "nombre de caractères",
    "comment": "commentaire",
    "communes": "communes",
    "count": "nombre de communes",
    "cpts": "CPTS",
    "follows": "suit la version",
    "ground": "motif",
    "other": "autre projet",
    "removed": "retraits",
    "section": "section",
}
VALUES = {"ground": dict(OppositionGround.choices), "section": dict(SectionKey.choices)}
