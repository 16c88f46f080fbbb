"""What the codes of this room mean in the journal (core.journal)."""

from spending.enums import Category, Envelope

WORDS = {
    "budget.save": "a enregistré un budget prévisionnel",
    "expense.cancel": "a annulé une dépense",
    "expense.enter": "a saisi une dépense",
    "expense.receipt": "a joint une pièce à une dépense",
    "professional.add": "a ajouté un professionnel",
    "professional.correct": "a corrigé la fiche d’un professionnel",
}
FIELDS = {
    f"{envelope}-{category}": f"{envelope.label}, {category.label.lower()}"
    for envelope in Envelope
    for category in Category
}
