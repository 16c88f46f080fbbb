"""The communes of a large territory as a gazetteer: a table of them would take a page for each thirty.

Pure: plain values in, plain JSON out.
"""

from itertools import groupby

from contracts.wordings import population_words
from territories.rules import search_key

NO_BREAK = "\u00a0"
MANY_COMMUNES = 100  # above, a gazetteer; up to there, a table
OVERSEAS = ("97", "98")  # departments whose code has three characters


def gazetteer(communes: list[dict]) -> list[dict]:
    """Return the communes by department, then by initial: « A  Affoux (69001) 345 ; Aigueperse (69002) 252 ».

    Takes `code`, `name` and `population` (None where it is not published) of each; every commune is written once, at
    the initial of its name without article: « L’Arbresle » stands at A.
    """
    ordered = sorted(communes, key=lambda row: (department_of(row["code"]), search_key(row["name"]), row["code"]))
    by_department = groupby(ordered, lambda row: department_of(row["code"]))
    pages = ((code, list(rows)) for code, rows in by_department)
    return [{"code": code, "count": len(rows), "initials": _initials(rows)} for code, rows in pages]


def department_of(commune_code: str) -> str:
    """« 69123 » → « 69 », « 2A004 » → « 2A », « 97101 » → « 971 »."""
    return commune_code[:3] if commune_code.startswith(OVERSEAS) else commune_code[:2]


def _initials(ordered: list[dict]) -> list[dict]:
    return [
        {"initial": initial.upper(), "communes": f"{NO_BREAK}; ".join(map(_written, rows))}
        for initial, rows in groupby(ordered, lambda row: search_key(row["name"])[0])
    ]


def _written(commune: dict) -> str:
    population = population_words(commune["population"])
    return f"{commune['name']}{NO_BREAK}({commune['code']}){NO_BREAK}{population}"
