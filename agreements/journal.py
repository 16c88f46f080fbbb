"""What the codes of this room mean in the journal (core.journal)."""

from agreements.enums import LineKind, MissionCode

WORDS = {
    "agreement.loaded": "a chargé un accord national",
    "national_indicator.loaded": "a chargé un indicateur national",
    "pass.loaded": "a chargé un plafond de la sécurité sociale",
}
FIELDS = dict(MissionCode.choices)
VALUES = {"kind": dict(LineKind.choices), "mission": dict(MissionCode.choices), "missions": dict(MissionCode.choices)}
