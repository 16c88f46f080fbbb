"""The command `simulate_funding`: its document, its refusals, its exit codes."""

import copy
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from agreements.management.commands.simulate_funding import Command
from agreements.simulation import simulate
from agreements.strict_json import Refused

ROOT = Path(__file__).resolve().parents[2]

ACI_2019 = {
    "agreement": "aci-2019",
    "signed_on": "2020-03-15",
    "population": 65000,
    "years": 3,
    "sizes": {"3": 3},
    "members": {"1": 120, "2": 95},
    "missions": [
        {
            "mission": "ACCESS_TO_CARE",
            "starts_on": "2020-09-15",
            "rates": {"1": "0.80"},
            "triage_starts_on": "2020-10-01",
            "compensation_starts_on": "2020-10-01",
            "compensation_actual": {"1": "8000.00"},
        },
        {"mission": "PREVENTION", "starts_on": "2021-03-15"},
    ],
    "terminated_on": None,
}
LEVELS = {
    "amount": "9000.00",
    "scale": "LEVELS",
    "direction": "DOWN",
    "levels": [["219", "3000.00"], ["100", "6000.00"], ["50", "9000.00"]],
    "value": "62",
}
ACHIEVED = {"amount": "6000.00", "scale": "ACHIEVED", "achieved": True}
LINEAR = {
    "amount": "5000.00",
    "scale": "LINEAR",
    "direction": "UP",
    "baseline": "66111",
    "target": "68811",
    "value": "67000",
}
RETAINED = {
    "amount": "1500.00",
    "scale": "ACHIEVED",
    "achieved": False,
    "retained": "500.00",
    "reason": "Fait en partie",
}
NEUTRALISED = {
    "amount": "3500.00",
    "scale": "LEVELS",
    "direction": "UP",
    "levels": [["69.7", "1000.00"], ["72.4", "2500.00"], ["75", "3500.00"]],
    "neutralised": True,
    "reason": "Donnée absente",
}
ACI_2021 = {
    "agreement": "aci-2021",
    "signed_on": "2022-06-01",
    "population": 30000,
    "years": 2,
    "missions": [
        {
            "mission": "ACCESS_TO_CARE",
            "starts_on": "2022-06-01",
            "indicators": {"1": [LEVELS, ACHIEVED, LINEAR, RETAINED, NEUTRALISED]},
        },
        {"mission": "HEALTH_CRISIS", "starts_on": "2022-09-01", "crises": ["2023-08-02"]},
    ],
}
REMOVED = object()


def changed(document, path, value):
    """Return a copy of a document with one value set, or removed. `path` is a tuple of keys and positions."""
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is REMOVED:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def written(path):
    """Return ("missions", 0, "rates") as « missions[0].rates »."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def refusal(text):
    with pytest.raises(Refused) as refused:
        simulate(text if isinstance(text, str | bytes) else json.dumps(text))
    assert refused.value.message.endswith(".")
    return refused.value


def test_the_documents_of_these_tests_are_accepted():
    simulate(json.dumps(ACI_2019))
    simulate(json.dumps(ACI_2021))


def test_the_answer_has_the_keys_of_the_rules_in_their_order():
    answer = simulate(json.dumps(ACI_2019))
    assert list(answer) == [
        "agreement", "validated", "years", "payments", "pending", "warnings", "repayment", "total",
    ]  # fmt: skip
    assert list(answer["years"][0]) == ["year", "starts_on", "ends_on", "size", "lines", "total"]
    assert answer["years"][0]["lines"][0] == {
        "mission": None, "kind": "OPERATING", "amount": "60000.00", "rule": "R6",
    }  # fmt: skip
    assert answer["payments"][0] == {
        "due_on": "2020-03-15", "kind": "FULL", "mission": None, "line_kind": "OPERATING", "year": 1,
        "amount": "60000.00",
    }  # fmt: skip
    assert [year["size"] for year in answer["years"]] == [2, 2, 3]
    assert answer["validated"] is True
    assert simulate(json.dumps(ACI_2021))["validated"] is False


def test_r1_a_small_population_warns_and_is_not_refused():
    assert simulate(json.dumps(ACI_2019))["warnings"] == []
    (warning,) = simulate(json.dumps(ACI_2019 | {"population": 8500}))["warnings"]
    assert "8\u202f500" in warning


ACCESS = ("missions", 0)
CRISIS = ("missions", 1)
YEAR_1 = (*ACCESS, "indicators", "1")

REFUSED_2019 = [
    # missing, unknown, of another type
    *[((key,), REMOVED) for key in ("agreement", "signed_on", "population", "years", "missions")],
    ((*ACCESS, "mission"), REMOVED),
    ((*ACCESS, "starts_on"), REMOVED),
    (("sizing",), {}),
    ((*ACCESS, "crises"), []),
    ((*ACCESS, "rate"), "0.5"),
    (("missions", 1, "triage_starts_on"), "2021-04-01"),
    (("missions",), {}),
    (("sizes",), []),
    (ACCESS, "ACCESS_TO_CARE"),
    ((*ACCESS, "rates"), ["0.5"]),
    # null
    *[((key,), None) for key in ("agreement", "signed_on", "population", "years", "missions", "sizes", "members")],
    (("sizes", "3"), None),
    ((*ACCESS, "rates", "1"), None),
    ((*ACCESS, "triage_starts_on"), None),
    ((*ACCESS, "compensation_actual", "1"), None),
    # numbers
    (("population",), -1),
    (("population",), "65000"),
    (("population",), 65000.0),
    (("population",), True),
    (("population",), 10**30),
    (("years",), 0),
    (("years",), 6),
    (("years",), "3"),
    (("years",), False),
    (("sizes", "3"), 0),
    (("sizes", "3"), 5),
    (("sizes", "3"), "3"),
    (("sizes", "4"), 3),
    (("sizes", "0"), 3),
    (("sizes", "01"), 3),
    (("sizes", "three"), 3),
    (("members", "1"), -1),
    (("members", "4"), 10),
    *[
        ((*ACCESS, "rates", "1"), rate)
        for rate in (0.8, 1, "0,8", "80 %", "", " 0.8", "0.8\n", ".8", "1.", "1e-1", "NaN", "٠", "-0.01", "1.01")
    ],
    *[
        ((*ACCESS, "compensation_actual", "1"), amount)
        for amount in (8000, 8000.0, "8000.001", "-1.00", "1 000", "1_000", "Infinity", "9" * 30)
    ],
    # dates
    *[
        (("signed_on",), day)
        for day in ("2021-02-29", "2020-3-15", "15/03/2020", "20200315", "2020-W11-7", "2020-03-15T00:00", 20200315,
                    "9999-01-01", "0000-01-01")
    ],
    ((*ACCESS, "starts_on"), "2020-03-14"),
    ((*ACCESS, "triage_starts_on"), "2020-09-14"),
    ((*ACCESS, "compensation_starts_on"), "2020-09-14"),
    (("terminated_on",), "2020-03-15"),
    (("terminated_on",), "2019-01-01"),
    (("terminated_on",), ""),
    # codes
    (("agreement",), "aci-2020"),
    (("agreement",), "../aci-2019"),
    (("agreement",), 2019),
    ((*ACCESS, "mission"), "HEALTH_CRISIS"),
    ((*ACCESS, "mission"), "access_to_care"),
    ((*ACCESS, "mission"), 1),
    (("missions", 1, "mission"), "ACCESS_TO_CARE"),
    # years without an active day
    ((*ACCESS, "rates", "4"), "0.5"),
    ((*ACCESS, "rates", "0"), "0.5"),
    ((*ACCESS, "compensation_actual", "4"), "1.00"),
    (("missions", 1, "rates"), {"1": "0.5"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), REFUSED_2019)
def test_refused_input_names_its_field(path, value):
    field = written(path)
    if path == ("missions", 1, "rates"):
        field = "missions[1].rates.1"
    assert refusal(changed(ACI_2019, path, value)).field == field


REFUSED_2021 = [
    # keys that aci-2021 does not have
    ((*ACCESS, "triage_starts_on"), "2022-07-01"),
    ((*ACCESS, "compensation_starts_on"), "2022-07-01"),
    ((*ACCESS, "compensation_actual"), {}),
    ((*ACCESS, "crises"), []),
    ((*CRISIS, "rates"), {}),
    ((*CRISIS, "indicators"), {}),
    ((*CRISIS, "crises"), "2023-08-02"),
    ((*CRISIS, "crises", 0), "2023-02-30"),
    ((*CRISIS, "crises", 0), None),
    # indicators
    (YEAR_1, []),
    (YEAR_1, {}),
    ((*YEAR_1, 0), "LEVELS"),
    ((*YEAR_1, 0, "scale"), REMOVED),
    ((*YEAR_1, 0, "scale"), "STEPS"),
    ((*YEAR_1, 0, "amount"), REMOVED),
    ((*YEAR_1, 0, "amount"), "-9000.00"),
    ((*YEAR_1, 0, "amount"), 9000),
    ((*YEAR_1, 0, "direction"), REMOVED),
    ((*YEAR_1, 0, "direction"), "LEFT"),
    ((*YEAR_1, 0, "direction"), "UP"),
    ((*YEAR_1, 0, "levels"), REMOVED),
    ((*YEAR_1, 0, "levels"), []),
    ((*YEAR_1, 0, "levels", 1), ["100"]),
    ((*YEAR_1, 0, "levels", 1, 0), 100),
    ((*YEAR_1, 0, "levels", 1, 1), "-6000.00"),
    ((*YEAR_1, 0, "levels", 1, 1), "6000.001"),
    ((*YEAR_1, 0, "value"), REMOVED),
    ((*YEAR_1, 0, "value"), None),
    ((*YEAR_1, 0, "value"), 62),
    ((*YEAR_1, 0, "achieved"), True),
    ((*YEAR_1, 1, "achieved"), REMOVED),
    ((*YEAR_1, 1, "achieved"), "true"),
    ((*YEAR_1, 1, "achieved"), 1),
    ((*YEAR_1, 1, "value"), "1"),
    ((*YEAR_1, 2, "target"), REMOVED),
    ((*YEAR_1, 2, "target"), "66111"),
    ((*YEAR_1, 2, "target"), "60000"),
    ((*YEAR_1, 2, "baseline"), None),
    ((*YEAR_1, 3, "reason"), REMOVED),
    ((*YEAR_1, 3, "reason"), "  "),
    ((*YEAR_1, 3, "reason"), 3),
    ((*YEAR_1, 3, "retained"), "-1.00"),
    ((*YEAR_1, 3, "retained"), "1744.19"),
    ((*YEAR_1, 4, "reason"), REMOVED),
    ((*YEAR_1, 4, "neutralised"), "yes"),
    ((*YEAR_1, 4, "retained"), "1.00"),
    ((*YEAR_1, 4, "label"), "Dépistage"),
]


@pytest.mark.parametrize(("path", "value"), REFUSED_2021)
def test_refused_indicators_name_their_field(path, value):
    document = changed(ACI_2021, path, value)
    field = written(path)
    if path[-1] == "direction" and value == "UP":
        field = written((*path[:-1], "levels"))
    assert refusal(document).field == field


@pytest.mark.parametrize(
    ("levels", "amount"),
    [
        ([["219", "3000.00"], ["219", "9000.00"]], "9000.00"),
        ([["50", "3000.00"], ["100", "9000.00"]], "9000.00"),
        ([["219", "9000.00"], ["100", "9000.00"]], "9000.00"),
        ([["219", "3000.00"], ["100", "6000.00"]], "9000.00"),
        ([["219", "9000.00"], ["100", "3000.00"]], "9000.00"),
    ],
)
def test_r13d_levels_out_of_order_or_short_of_the_maximum_are_refused(levels, amount):
    document = changed(ACI_2021, (*YEAR_1, 0), LEVELS | {"levels": levels, "amount": amount})
    assert refusal(document).field == written((*YEAR_1, 0, "levels"))


@pytest.mark.parametrize(("key", "value"), [("target", "0"), ("target", "-5"), ("value", "-1")])
def test_r13d_without_baseline_targets_are_positive_and_values_not_negative(key, value):
    linear = {"amount": "5000.00", "scale": "LINEAR", "direction": "UP", "target": "10", "value": "5"}
    document = changed(ACI_2021, (*YEAR_1, 2), linear)
    simulate(json.dumps(document))
    assert refusal(changed(document, (*YEAR_1, 2, key), value)).field == written((*YEAR_1, 2, key))


def test_r13b_amounts_that_do_not_add_up_are_refused_at_the_sum():
    refused = refusal(changed(ACI_2021, (*YEAR_1, 1, "amount"), "6000.01"))
    assert refused.field == "missions[0].indicators.1"
    assert "25\u202f000,00" in refused.message


def test_r13b_amounts_add_up_to_the_variable_part_of_the_size_of_the_year():
    assert refusal(ACI_2021 | {"sizes": {"1": 2}}).field == "missions[0].indicators.1"
    simulate(json.dumps(ACI_2021 | {"sizes": {"2": 2}}))


def test_r13e_all_of_a_mission_neutralised_is_refused():
    alone = {"amount": "25000.00", "scale": "ACHIEVED", "neutralised": True, "reason": "Aucune donnée"}
    refused = refusal(changed(ACI_2021, YEAR_1, [alone]))
    assert (refused.field, "neutralisés" in refused.message) == ("missions[0].indicators.1", True)
    empty = {"amount": "0.00", "scale": "ACHIEVED", "achieved": True}
    assert refusal(changed(ACI_2021, YEAR_1, [alone, empty])).field == "missions[0].indicators.1"


def test_r13e_retained_reaches_the_multiplied_maximum_but_no_more():
    # 1 500 × 25 000 / 21 500 = 1 744.186
    simulate(json.dumps(changed(ACI_2021, (*YEAR_1, 3, "retained"), "1744.18")))


def test_both_rate_and_indicators_are_refused():
    document = changed(ACI_2021, (*ACCESS, "rates"), {"1": "0.5"})
    assert refusal(document).field == "missions[0].indicators.1"
    simulate(json.dumps(changed(ACI_2021, (*ACCESS, "rates"), {"2": "0.5"})))


def test_a_figure_for_a_year_without_active_day_before_the_end_is_refused():
    ended = ACI_2019 | {"terminated_on": "2020-12-01"}
    simulate(json.dumps(ended))
    assert refusal(changed(ended, (*ACCESS, "rates", "2"), "0.5")).field == "missions[0].rates.2"
    before = ACI_2019 | {"terminated_on": "2020-09-15"}
    assert refusal(before).field == "missions[0].rates.1"
    later = changed(ACI_2019, (*ACCESS, "compensation_starts_on"), "2021-03-15")
    assert refusal(later).field == "missions[0].compensation_actual.1"
    never = changed(ACI_2019, (*ACCESS, "compensation_starts_on"), REMOVED)
    assert refusal(never).field == "missions[0].compensation_actual.1"


@pytest.mark.parametrize(
    "change",
    [
        {"terminated_on": "2040-01-01"},
        {"missions": []},
        {"sizes": {}, "members": {}},
        {"missions": [{"mission": "QUALITY", "starts_on": "2029-01-01"}]},
        {"missions": [{"mission": "QUALITY", "starts_on": "2020-06-01"}], "terminated_on": "2020-05-01"},
        {"signed_on": "2015-01-01", "missions": []},
        {"population": 0},
        {"population": 10**9},
        {"missions": [{"mission": "QUALITY", "starts_on": "2020-03-15", "rates": {"1": "+0.50", "2": "-0"}}]},
        {"missions": [{"mission": "QUALITY", "starts_on": "2020-03-15", "rates": {"1": "0." + "3" * 300}}]},
    ],
)
def test_what_the_rules_do_not_refuse_is_accepted(change):
    simulate(json.dumps(ACI_2019 | change))


def test_r10_a_crisis_outside_the_active_days_has_no_effect():
    document = changed(ACI_2021, (*CRISIS, "crises"), ["2022-08-31", "1999-01-01", "2030-01-01"])
    kinds = {line["kind"] for year in simulate(json.dumps(document))["years"] for line in year["lines"]}
    assert "CRISIS_EVENT" not in kinds


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", ""),
        ("{", ""),
        ("[]", ""),
        ("null", ""),
        ("12", ""),
        ("{} {}", ""),
        (b"\xff\xfe", ""),
        ("[" * 100_000, ""),
        ('{"a": ' * 5_000 + "1" + "}" * 5_000, ""),
        ('{"years": 1, "years": 2}', "years"),
        ('{"sizes": {"1": 1, "1": 2}}', "sizes.1"),
        ('{"missions": [{"rates": {"1": "0", "1": "1"}}]}', "missions[0].rates.1"),
        ('{"population": 1.5}', "population"),
        ('{"population": 1e3}', "population"),
        ('{"population": NaN}', "population"),
        ('{"population": -Infinity}', "population"),
        ('{"population": ' + "9" * 5_000 + "}", "population"),
        ('{"missions": [{"crises": [1.0]}]}', "missions[0].crises[0]"),
    ],
)
def test_a_document_that_loses_or_guesses_something_is_refused(text, field):
    assert refusal(text).field == field


# The command itself -----------------------------------------------------------------------------------


def run(*arguments, text=None):
    """Run the command as a person would on a fresh machine, with a database that does not exist."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere"}
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate_funding", *arguments],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    return done.returncode, json.loads(done.stdout)


def test_the_command_reads_standard_input_and_needs_no_database():
    code, answer = run(text=json.dumps(ACI_2019))
    assert (code, answer) == (0, simulate(json.dumps(ACI_2019)))


def test_the_command_exits_2_with_the_field_on_bad_input():
    code, answer = run(text=json.dumps(ACI_2019 | {"years": 9}))
    assert code == 2
    assert list(answer) == ["error", "field"]
    assert answer["field"] == "years"


def test_the_command_reads_a_file(tmp_path):
    path = tmp_path / "contract.json"
    path.write_text("\ufeff" + json.dumps(ACI_2021), encoding="utf-8")
    output = io.StringIO()
    call_command("simulate_funding", str(path), stdout=output)
    assert json.loads(output.getvalue()) == simulate(json.dumps(ACI_2021))


@pytest.mark.parametrize("name", ["nothing-there.json", ".", "\0"])
def test_a_file_that_cannot_be_read_is_refused(name):
    assert in_process(name)["field"] == ""


@pytest.mark.parametrize("arguments", [["one", "two"], ["--unknown"]])
def test_arguments_that_cannot_be_read_are_refused_as_json(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        Command().run_from_argv(["manage.py", "simulate_funding", *arguments])
    assert stopped.value.code == 2
    assert json.loads(capsys.readouterr().out)["field"] == ""


def test_half_a_character_in_a_key_is_answered_all_the_same(tmp_path):
    path = tmp_path / "contract.json"
    path.write_text('{"\\ud800": 1}', encoding="utf-8")
    assert in_process(str(path))["field"] == "\ud800"


def in_process(name):
    output = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("simulate_funding", name, stdout=output)
    assert stopped.value.code == 2
    return json.loads(output.getvalue())
