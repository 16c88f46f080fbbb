"""What the codes of this room mean in the journal (core.journal)."""

WORDS = {
    "agreement.loaded": "a chargé un accord national",
    "national_indicator.loaded": "a chargé un indicateur national",
    "pass.loaded": "a chargé un plafond de la sécurité sociale",
}
