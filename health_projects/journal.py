"""What the codes of this room mean in the journal (core.journal)."""

from health_projects.enums import OppositionGround, SectionKey
from health_projects.lifecycle import WORDS as TRANSITION_WORDS
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
    **{f"health_project.{transition}": TRANSITION_WORDS[transition] for transition in Transition},
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
