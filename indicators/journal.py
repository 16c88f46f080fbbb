"""What the codes of this room mean in the journal (core.journal)."""

from indicators.lifecycle import PROGRAMME_WORDS, VALUE_WORDS

WORDS = {
    "action.delete": "a supprimé une action du programme",
    "action.save": "a enregistré une action du programme",
    "deliverable.delete": "a retiré un livrable attendu",
    "deliverable.deposit": "a déposé un livrable",
    "evidence.add": "a ajouté une pièce justificative",
    "indicator.delete": "a supprimé un indicateur",
    "indicator.save": "a enregistré un indicateur",
    "indicator.settle": "a noté une décision sur un indicateur",
    "programme.agree_mission": "a convenu du programme d’une mission",
    "programme.copy": "a repris le programme d’une autre année",
    "programme.create": "a commencé un programme",
    "programme.missions": "a changé les missions d’un programme",
    "programme_mission.delete": "a retiré une mission d’un programme",
    "programme.share": "a ouvert un programme à l’ARS et à la caisse",
    "programme.start_mission": "a fait entrer une mission dans le programme",
    **{f"programme.{transition}": words for transition, words in PROGRAMME_WORDS.items()},
    **{f"value.{step}": words for step, words in VALUE_WORDS.items()},
}
FIELDS = {
    "deliverables": "livrables",
    "file": "fichier",
    "levels": "paliers",
    "missions": "missions",
    "name": "nom du fichier",
}
