"""What the codes of this room mean in the journal (core.journal)."""

WORDS = {"territories.load": "a chargé les communes et leurs populations"}
FIELDS = {
    "communes": "communes",
    "departments": "départements",
    "epcis": "EPCI",
    "former_communes": "anciennes communes",
    "population_sources": "sources de population",
    "populations": "populations",
    "regions": "régions",
}
