"""What the codes of this room mean in the journal (core.journal)."""

WORDS = {"territories.load": "a chargé les communes et leurs populations"}
