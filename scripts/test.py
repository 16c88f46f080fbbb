"""`make test`: the checks, then the tests on a PostgreSQL and a Redis of our own, stopped at the end.

Without arguments, everything runs. With arguments, only pytest does, and receives them: a quick loop.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import build_assets
import environment
import machine
import processes
from console import say, stop
from environment import ROOT

CHECKS = {
    "règles d’écriture (ruff)": ["ruff", "check", "."],
    "mise en forme (ruff)": ["ruff", "format", "--check", "."],
    "murs entre les pièces (import-linter)": ["lint-imports", "--no-cache"],
    "gabarits (djlint)": ["djlint", "templates", "--lint", "--quiet"],
    "cohérence de Django": ["python", "manage.py", "check", "--fail-level", "WARNING"],
    "migrations à jour": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
}
SMOKE = "tests/smoke"
ON_BOTH_CORES = ["--numprocesses", "2", "--dist", "loadfile"]  # a file whole: it makes its world once
SERVER_SETTINGS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def main(arguments: list[str]) -> int:
    processes.raise_on_signals()
    machine.ensure(machine.FOR_TESTING)
    environment.ensure(environment.DEVELOPMENT_LOCK)
    build_assets.ensure()
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        variables = own_environment(folder)
        if arguments == ["--checks-only"]:
            return report(run_checks(variables))
        variables["DATABASE_URL"] = stack.enter_context(postgresql(folder))
        variables["REDIS_URL"] = stack.enter_context(redis(folder))
        if arguments:
            return pytest(arguments, variables)
        failures = run_checks(variables)
        failures += run_smoke(folder, variables)
        if pytest(ON_BOTH_CORES, variables):
            failures.append("tests sur PostgreSQL")
        return report(failures)


def own_environment(folder: Path) -> dict[str, str]:
    """Return an environment where nothing of the person's own settings reaches the tests."""
    own = {"DEBUG": "1", "SECRET_KEY": "for-the-tests-only", "VAR_DIR": str(folder / "var")}
    inherited = environment.child_environment()
    for name in ("DEMONSTRATION", "EMAIL_URL", "STORAGE_DIR", "PORTAL_URL"):
        inherited.pop(name, None)
    return inherited | own


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that the `postgres` user may walk through, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="portail-cpts-"))
    try:
        folder.chmod(0o755)
        (folder / "var").mkdir()
        yield folder
    finally:
        processes.ignore_signals()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start a private PostgreSQL on a free port and give its address; nothing of it survives."""
    data = folder / "postgresql"
    data.mkdir()
    as_owner = owner_prefix(data)
    port = processes.free_port()
    initdb, pg_ctl = machine.postgresql_program("initdb"), machine.postgresql_program("pg_ctl")
    layout = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    server = f"-p {port} -c listen_addresses=127.0.0.1 -k {data} {SERVER_SETTINGS}"
    quietly([*as_owner, initdb, "-D", data, *layout], "initdb")
    try:
        quietly([*as_owner, pg_ctl, "-D", data, "-l", data / "log", "-w", "-o", server, "start"], "PostgreSQL")
        yield f"postgres://postgres@127.0.0.1:{port}/portal"
    finally:
        processes.ignore_signals()
        stop_server = [*as_owner, pg_ctl, "-D", data, "-m", "immediate", "stop"]
        subprocess.run([str(part) for part in stop_server], capture_output=True, cwd=data)


def owner_prefix(data: Path) -> list:
    """PostgreSQL refuses to run as root: root lends the folder to the `postgres` user of Debian's package."""
    if os.geteuid() != 0:
        return []
    postgres = pwd.getpwnam("postgres")
    os.chown(data, postgres.pw_uid, postgres.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def quietly(command: list, what: str) -> None:
    """Run a command and show what it said only when it fails (to a file: a server would hold a pipe open)."""
    with tempfile.TemporaryFile("w+") as output:
        arguments = [str(part) for part in command]
        if subprocess.run(arguments, stdout=output, stderr=output, cwd="/").returncode:
            output.seek(0)
            stop(f"{what} n’a pas pu démarrer :\n{output.read()}")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Start a private Redis that keeps nothing, and give its address."""
    port = processes.free_port()
    options = ["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", folder]
    command = ["redis-server", *options]
    server = processes.start(command, cwd=folder, env=dict(os.environ), log=folder / "redis.log")
    try:
        if not processes.wait_for_port(port, server, seconds=15):
            stop(f"Redis n’a pas pu démarrer :\n{(folder / 'redis.log').read_text()}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        processes.ignore_signals()
        processes.stop_all([server])


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
