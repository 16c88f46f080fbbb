"""Documents of `simulate_funding` drawn at random, all of them valid."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.agreements.oracle import MISSIONS, anniversary

populations = st.one_of(
    st.sampled_from([0, 19_999, 20_000, 39_999, 40_000, 79_999, 80_000, 175_000, 175_001]),
    st.integers(0, 400_000),
)
signatures = st.one_of(
    st.dates(date(2019, 9, 1), date(2026, 12, 31)),
    st.sampled_from([date(2020, 2, 29), date(2024, 2, 29), date(2023, 3, 1), date(2023, 2, 28)]),
)
rates = st.one_of(
    st.sampled_from(["0", "1", "0.5", "+0.3333333", "1.000"]),
    st.integers(0, 10_000).map(lambda n: f"{n // 10_000}.{n % 10_000:04d}"),
)
money = st.integers(0, 3_000_000).map(lambda n: f"{n // 100}.{n % 100:02d}")


@st.composite
def documents(draw, agreements=("aci-2019", "aci-2021"), terminated=None):
    """A contract: `terminated` True or False to force an end inside the contract or none."""
    code = draw(st.sampled_from(agreements))
    signed = draw(signatures)
    years = draw(st.integers(1, 5))
    document = {
        "agreement": code, "signed_on": str(signed), "population": draw(populations), "years": years,
    }  # fmt: skip
    keys = st.integers(1, years).map(str)
    if draw(st.booleans()):
        document["sizes"] = draw(st.dictionaries(keys, st.integers(1, 4), max_size=3))
    if draw(st.booleans()):
        document["members"] = draw(st.dictionaries(keys, st.sampled_from([0, 99, 100, 350])))
    last_day = anniversary(signed, years)
    days = (last_day - signed).days
    end = None
    if terminated or (terminated is None and draw(st.booleans())):
        end = signed + timedelta(days=draw(st.integers(1, days if terminated else days + 400)))
        if draw(st.integers(0, 5)) == 0:
            end = anniversary(signed, draw(st.integers(1, years)))
        document["terminated_on"] = str(end)
    names = draw(st.lists(st.sampled_from(MISSIONS[code]), unique=True, max_size=5))
    document["missions"] = [draw(_missions(name, code, signed, years, end)) for name in names]
    return document


@st.composite
def _missions(draw, name, code, signed, years, end):
    span = (anniversary(signed, years) - signed).days
    start = signed + timedelta(days=draw(st.one_of(st.integers(0, span + 100), st.integers(0, 366))))
    mission = {"mission": name, "starts_on": str(start)}
    if name == "HEALTH_CRISIS":
        offsets = draw(st.lists(st.integers(-50, span + 50), max_size=4))
        mission["crises"] = [str(start + timedelta(days=offset)) for offset in offsets]
        return mission
    mission["rates"] = draw(_by_year(_active(signed, years, start, end), rates))
    if name == "ACCESS_TO_CARE" and code == "aci-2019":
        if draw(st.booleans()):
            mission["triage_starts_on"] = str(start + timedelta(days=draw(st.integers(0, 500))))
        if draw(st.booleans()):
            compensation = start + timedelta(days=draw(st.integers(0, 500)))
            mission["compensation_starts_on"] = str(compensation)
            mission["compensation_actual"] = draw(_by_year(_active(signed, years, compensation, end), money))
    return mission


def _active(signed, years, start, end):
    """Return the years with an active day before the end."""
    return [
        str(number)
        for number in range(1, years + 1)
        if start < min(anniversary(signed, number), end or date.max)
        and anniversary(signed, number - 1) < (end or date.max)
    ]


def _by_year(years, values):
    return st.dictionaries(st.sampled_from(years), values) if years else st.just({})
