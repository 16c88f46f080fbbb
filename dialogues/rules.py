"""What a dialogue is made of (R16): pure."""

from dialogues.enums import DialogueKind

ANNOUNCED_MONTHS = 2  # an annual dialogue is on the calendar this long before its anniversary (decision)

AGENDAS = {
    DialogueKind.SIGNATURE: (
        "Territoire, population et taille",
        "Missions engagées et calendrier de déploiement",
        "Programme de la première année : actions, indicateurs et montants",
        "Décisions",
    ),
    DialogueKind.MISSION_START: (
        "Organisation de la mission",
        "Actions, indicateurs de suivi et de résultat, cibles",
        "Date de démarrage",
        "Décisions",
    ),
    DialogueKind.ANNUAL: (
        "Compte rendu précédent",
        "Rapport d’activité",
        "Budget et dépenses par enveloppe",
        "Indicateurs, mission par mission",
        "Taille, population et adhérents",
        "Programme et cibles de l’année suivante",
        "Montants dus",
        "Décisions",
    ),
    DialogueKind.EXTRAORDINARY: ("Objet de la réunion", "Décisions"),
}


def agenda_of(kind: DialogueKind) -> str:
    """Return the usual agenda of a kind of dialogue, a line a point."""
    return "\n".join(AGENDAS[kind])
