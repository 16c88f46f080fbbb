"""What the codes of this room mean in the journal (core.journal)."""

from indicators.lifecycle import ProgrammeTransition

WORDS = {
    "action.delete": "a supprimé une action du programme",
    "action.save": "a enregistré une action du programme",
    "deliverable.deposit": "a déposé un livrable",
    "evidence.add": "a ajouté une pièce justificative",
    "indicator.delete": "a supprimé un indicateur",
    "indicator.save": "a enregistré un indicateur",
    "indicator.settle": "a noté une décision sur un indicateur",
    "programme.agree_mission": "a convenu du programme d’une mission",
    "programme.copy": "a repris le programme d’une autre année",
    "programme.create": "a commencé un programme",
    "programme.missions": "a changé les missions d’un programme",
    "programme.share": "a ouvert un programme à l’ARS et à la caisse",
    "programme.start_mission": "a fait entrer une mission dans le programme",
    "value.confirm": "a confirmé une valeur d’indicateur",
    "value.contest": "a contesté une valeur d’indicateur",
    "value.enter": "a saisi une valeur d’indicateur",
    f"programme.{ProgrammeTransition.AGREE}": "a constaté l’accord sur un programme",
    f"programme.{ProgrammeTransition.REOPEN}": "a rouvert un programme à la rédaction",
    f"programme.{ProgrammeTransition.OPEN}": "a ouvert un programme",
    f"programme.{ProgrammeTransition.CLOSE}": "a clos un programme",
    f"programme.{ProgrammeTransition.REVISE}": "a rouvert un programme pour une révision",
}
FIELDS = {
    "deliverables": "livrables",
    "file": "fichier",
    "levels": "paliers",
    "missions": "missions",
    "name": "nom du fichier",
}
