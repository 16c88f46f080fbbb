"""What the codes of this room mean in the journal (core.journal)."""

WORDS = {"contract.download_year": "a téléchargé les pièces d’une année"}
