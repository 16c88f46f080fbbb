"""What the codes of this room mean in the journal (core.journal)."""

from agreements.enums import LineKind, MissionCode

WORDS = {
    "agreement.loaded": "a chargé un accord national",
    "national_indicator.loaded": "a chargé un indicateur national",
    "pass.loaded": "a chargé un plafond de la sécurité sociale",
}
KINDS = dict(LineKind.choices)
MISSIONS = dict(MissionCode.choices)
FIELDS = MISSIONS
VALUES = {"kind": KINDS, "bonus_kinds": KINDS} | dict.fromkeys(("mission", "missions", "mission_code"), MISSIONS)
