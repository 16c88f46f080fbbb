"""`make test`: the checks, then the tests on a PostgreSQL and a Redis of our own, stopped at the end.

Without arguments, everything runs. With arguments, only pytest does, and receives them: a quick loop.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import build_assets
import environment
import machine
import processes
from console import say
from environment import ROOT
from servers import DATABASE, folder_and_servers, own_environment, temporary_folder

CHECKS = {
    "règles d’écriture (ruff)": ["ruff", "check", "."],
    "mise en forme (ruff)": ["ruff", "format", "--check", "."],
    "murs entre les pièces (import-linter)": ["lint-imports", "--no-cache"],
    "gabarits (djlint)": ["djlint", "templates", "--lint", "--quiet"],
    "cohérence de Django": ["python", "manage.py", "check", "--fail-level", "WARNING"],
    "migrations à jour": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
}
SMOKE = "tests/smoke"
# A file stays whole: it makes its world once. A process that falls ends the run: replaced, xdist may wait for ever.
ON_BOTH_CORES = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart", "0"]
AS_WRITTEN = ["-p", "no:randomly"]  # the same answer twice; with arguments, the order is drawn at random


def main(arguments: list[str]) -> int:
    processes.raise_on_signals()
    machine.ensure(machine.FOR_TESTING)
    environment.ensure(environment.DEVELOPMENT_LOCK)
    build_assets.ensure()
    if arguments == ["--checks-only"]:
        with temporary_folder() as folder:
            return report(run_checks(own_environment(folder)))
    with folder_and_servers() as (folder, variables):
        if arguments:
            return pytest(arguments, variables)
        failures = run_checks(variables)
        with migrating(folder, variables) as is_migrated:
            failures += run_smoke(folder, variables)
            migrated = {"MIGRATED_DATABASE": DATABASE} if is_migrated() else {}
        if pytest([*ON_BOTH_CORES, *AS_WRITTEN, "--ignore", SMOKE], variables | migrated):
            failures.append("tests sur PostgreSQL")
        return report(failures)


def run_checks(variables: dict[str, str]) -> list[str]:
    """Run every check, even after one has failed, and return the names of those that did."""
    failures = []
    for name, command in CHECKS.items():
        started = time.monotonic()
        result = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
        verdict = "échec" if result.returncode else "bon"
        say(f"{verdict:>6} · {name} ({time.monotonic() - started:.1f} s)")
        if result.returncode:
            failures.append(name)
            say(result.stdout + result.stderr)
    return failures


@contextmanager
def migrating(folder: Path, variables: dict[str, str]) -> Iterator[Callable[[], bool]]:
    """Migrate PostgreSQL's database on the other core; give what waits for the end, and says whether it went well.

    The processes of pytest copy it. If it did not go well, they migrate their own, and say what is wrong.
    """
    command = ["python", "manage.py", "migrate", "--verbosity", "0"]
    process = processes.start(command, cwd=ROOT, env=variables, log=folder / "migrate.log")
    try:
        yield lambda: process.wait() == 0
    finally:
        processes.stop_all([process])


def run_smoke(folder: Path, variables: dict[str, str]) -> list[str]:
    """Walk the thin path on SQLite too, the embedded default, without any server."""
    if not (ROOT / SMOKE).is_dir():
        return [f"{SMOKE} est absent : le chemin sur SQLite n’est pas vérifié"]
    embedded = {**variables, "DATABASE_URL": f"sqlite:///{folder / 'smoke.sqlite3'}", "REDIS_URL": ""}
    return ["tests sur SQLite"] if pytest([SMOKE], embedded) else []


def pytest(arguments: list[str], variables: dict[str, str]) -> int:
    """Run pytest and return its exit code; when we are asked to stop, let it tidy up first."""
    process = subprocess.Popen(["pytest", *arguments], cwd=ROOT, env=variables)
    try:
        return process.wait()
    except processes.Interrupted:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(processes.SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def report(failures: list[str]) -> int:
    if failures:
        say(f"\nÉchec : {' ; '.join(failures)}.")
        return 1
    say("\nTout est bon.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except processes.Interrupted:
        say("\nInterrompu.")
        sys.exit(130)
