"""`make soak`: the tests that repeat themselves, at their full counts; what they count goes to bench/results/.

Hours rather than minutes: concurrency (C1, C2), kill points (F1), every byte of a signed file (S1). With arguments,
pytest receives them and only part of it runs: `make soak ARGS="-k f1"`.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import build_assets
import environment
import machine
import processes
from console import say
from environment import ROOT
from servers import folder_and_servers

RESULTS = ROOT / "bench" / "results"
SECONDS_A_TEST = "14400"


def main(arguments: list[str]) -> int:
    processes.raise_on_signals()
    machine.ensure(machine.FOR_TESTING)
    environment.ensure(environment.DEVELOPMENT_LOCK)
    build_assets.ensure()
    with folder_and_servers(SOAK="1") as (folder, variables):
        report = folder / "soak.xml"
        options = ["-m", "soak", "-p", "no:randomly", "--timeout", SECONDS_A_TEST]
        options += [f"--junitxml={report}", "-o", "junit_family=xunit1"]  # the family that holds what a test counts
        conditions = conditions_now()
        code = subprocess.run(["pytest", *options, *arguments], cwd=ROOT, env=variables).returncode
        write_results(report, conditions)
    return code


def conditions_now() -> dict:
    """Return on what code, on what machine and at what load a soak begins."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return {"began": now, "commit": head.stdout.strip(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}


def write_results(report: Path, conditions: dict) -> None:
    """Write what each test counted, how long it took and how it ended, after the conditions of the soak."""
    tests = [result_of(case) for case in ElementTree.parse(report).iter("testcase")]  # noqa: S314 - pytest wrote it
    results = {**conditions, "load at the end": round(os.getloadavg()[0], 1), "tests": tests}
    RESULTS.mkdir(parents=True, exist_ok=True)
    target = RESULTS / f"soak-{datetime.now(UTC):%Y%m%d-%H%M}.json"
    target.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    failed = sum(not test["passed"] for test in tests)
    say(f"{len(tests)} essais, {failed} en échec : {target.relative_to(ROOT)}")


def result_of(case: ElementTree.Element) -> dict:
    """Return one test: its name, whether it passed, its seconds, and what it counted."""
    counted = {item.get("name"): item.get("value") for item in case.iter("property")}
    return {
        "test": f"{case.get('classname')}::{case.get('name')}",
        "passed": all(case.find(end) is None for end in ("failure", "error")),
        "seconds": round(float(case.get("time", "0")), 1),
        **counted,
    }


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except processes.Interrupted:
        say("\nInterrompu.")
        sys.exit(130)
