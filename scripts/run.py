"""`make run`: from a bare machine to a portal that answers, in one command; Ctrl-C stops all of it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import build_assets
import environment
import machine
import processes
from console import say, step, stop
from environment import BIN, PYTHON, ROOT

PORT = int(os.environ.get("PORT", "8000"))
ADDRESS = f"http://localhost:{PORT}"  # a name, not an IP address: passkeys refuse one
WEB_WORKERS = 2
WEB_THREADS = 4  # browsers open connections ahead of need: a worker without threads would wait on them
QUIET = "ignore:You're running the worker"  # as root, in a container: nothing a person could act on
PREPARATION = {
    "Tables de la base": ["migrate", "--no-input", "--verbosity", "0"],
    "Données de référence (communes, ARS, caisses, accords)": ["load_reference_data"],
    "Démonstration": ["load_demonstration"],
}


def main() -> int:
    started = time.monotonic()
    processes.raise_on_signals()
    machine.ensure(machine.FOR_RUNNING)
    environment.ensure(environment.RUNTIME_LOCK)
    build_assets.ensure()
    refuse_busy_port()
    variables = environment.child_environment(DEBUG="1", PORTAL_URL=ADDRESS, PYTHONWARNINGS=QUIET)
    var = Path(variables.get("VAR_DIR", ROOT / "var"))
    create_folders(var)
    prepare_database(var, variables)
    return serve(var, variables, started)


def refuse_busy_port() -> None:
    if not processes.is_port_free(PORT):
        stop(
            f"Le port {PORT} est déjà pris, peut-être par un portail déjà démarré.\n"
            f"Arrêtez-le, ou choisissez un autre port : make run PORT={PORT + 1}"
        )


def create_folders(var: Path) -> None:
    """The embedded queue is made of folders, which Celery expects to find."""
    for name in ("messages", "control"):
        (var / "queue" / name).mkdir(parents=True, exist_ok=True)


def prepare_database(var: Path, variables: dict[str, str]) -> None:
    """Migrate and load what the pages need, unless nothing that matters has changed since the last time."""
    stamp = var / ".prepared"
    wanted = environment.digest(sources_of_data(), variables.get("DATABASE_URL", ""))
    if stamp.exists() and stamp.read_text() == wanted and is_database_there(var, variables):
        return
    for title, arguments in PREPARATION.items():
        with step(title):
            manage(arguments, variables)
    stamp.write_text(wanted)


def sources_of_data() -> list[Path]:
    """Return the files that decide what the database holds at start."""
    loaders = ("territories", "agreements", "accounts", "demonstration")
    files = [path for app in loaders for path in (ROOT / app).rglob("*") if path.is_file()]
    files += ROOT.glob("*/migrations/*.py")
    return [path for path in set(files) if path.suffix != ".pyc"]


def is_database_there(var: Path, variables: dict[str, str]) -> bool:
    return "DATABASE_URL" in variables or (var / "portal.sqlite3").exists()


def manage(arguments: list[str], variables: dict[str, str]) -> None:
    result = subprocess.run([str(PYTHON), "manage.py", *arguments], cwd=ROOT, env=variables)
    if result.returncode:
        stop(f"La commande « manage.py {' '.join(arguments)} » a échoué : la raison est juste au-dessus.")


def serve(var: Path, variables: dict[str, str], started: float) -> int:
    """Run the web server and the worker until someone stops them, or one of them falls."""
    services: dict[str, subprocess.Popen] = {}
    try:
        services["Le serveur web"] = processes.start(web_command(), cwd=ROOT, env=variables)
        services["Le travailleur des tâches"] = processes.start(worker_command(var), cwd=ROOT, env=variables)
        accounts = demonstration_accounts(variables)
        if processes.wait_for_port(PORT, services["Le serveur web"]):
            welcome(accounts, time.monotonic() - started)
        return watch(services)
    finally:
        processes.ignore_signals()
        say("\nArrêt du portail…")
        processes.stop_all(list(services.values()))


def web_command() -> list:
    binds = ["--bind", f"127.0.0.1:{PORT}"]
    if processes.has_ipv6_loopback():
        binds += ["--bind", f"[::1]:{PORT}"]
    size = ["--workers", WEB_WORKERS, "--threads", WEB_THREADS]
    manners = ["--preload", "--timeout", 120, "--graceful-timeout", 3, "--log-level", "warning"]
    return [BIN / "gunicorn", "cpts_portal.wsgi", *binds, *size, *manners]


def worker_command(var: Path) -> list:
    """One process runs the tasks and keeps the timetable: the embedded queue is a folder, no server."""
    celery = [BIN / "celery", "--quiet", "--app", "cpts_portal", "worker"]
    timetable = ["--beat", "--schedule", var / "beat-schedule"]
    return [*celery, "--pool", "threads", "--concurrency", 2, *timetable, "--loglevel", "error"]


def demonstration_accounts(variables: dict[str, str]) -> str:
    command = [str(PYTHON), "manage.py", "demonstration_accounts"]
    result = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    if result.returncode:
        return f"Les comptes de démonstration n’ont pas pu être lus :\n{result.stderr.strip()}"
    return result.stdout.strip()


def welcome(accounts: str, seconds: float) -> None:
    say(f"\n{accounts}\n")
    say(f"Portail CPTS : {ADDRESS}   (prêt en {seconds:.0f} s, Ctrl-C pour arrêter)")


def watch(services: dict[str, subprocess.Popen]) -> int:
    while True:
        for name, process in services.items():
            if process.poll() is not None:
                say(f"\n{name} s’est arrêté (code {process.returncode}) : la raison est juste au-dessus.")
                return 1
        time.sleep(0.5)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except processes.Interrupted:
        say("Arrêté.")
        sys.exit(0)
