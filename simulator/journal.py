"""What the codes of this room mean in the journal (core.journal)."""

WORDS = {
    "scenario.delete": "a supprimé un scénario",
    "scenario.rename": "a renommé un scénario",
    "scenario.save": "a enregistré un scénario",
}
FIELDS = {
    "actual": "réel déclaré",
    "agreement": "accord",
    "crises": "crises",
    "members": "adhérents",
    "missions": "missions",
    "population": "population",
    "rates": "résultats",
    "signed_on": "signature",
    "sizes": "tailles",
    "years": "années",
}
