"""What the machine itself must have: which Debian packages are missing, and how they get there."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from console import say, step, stop

POSTGRESQL_ROOT = Path("/usr/lib/postgresql")
LIBERATION_SANS = "LiberationSans-Regular.ttf"


@dataclass(frozen=True, kw_only=True)
class Need:
    """A Debian package, and how to see that what it brings is already there."""

    package: str
    is_met: Callable[[], bool]


def has_library(name: str) -> bool:
    """Tell whether the shared library can be loaded, as WeasyPrint will load it."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_font(file_name: str) -> bool:
    return any(True for _ in Path("/usr/share/fonts").rglob(file_name))


def postgresql_program(name: str) -> Path | None:
    """Return the newest `name` of the installed PostgreSQL servers (Debian keeps them off the PATH)."""
    found = shutil.which(name)
    if found:
        return Path(found)
    versions = sorted(POSTGRESQL_ROOT.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return versions[-1] if versions else None


def command(package: str, name: str) -> Need:
    return Need(package=package, is_met=lambda: shutil.which(name) is not None)


def library(package: str, name: str) -> Need:
    return Need(package=package, is_met=lambda: has_library(name))


FOR_RUNNING = (
    Need(package="python3-venv", is_met=lambda: importlib.util.find_spec("ensurepip") is not None),
    Need(package="tzdata", is_met=lambda: Path("/usr/share/zoneinfo/Europe/Paris").exists()),
    library("libpango-1.0-0", "libpango-1.0.so.0"),
    library("libpangoft2-1.0-0", "libpangoft2-1.0.so.0"),
    library("libharfbuzz-subset0", "libharfbuzz-subset.so.0"),
    command("fontconfig", "fc-list"),
    Need(package="fonts-liberation", is_met=lambda: has_font(LIBERATION_SANS)),
)
FOR_TESTING = (
    *FOR_RUNNING,
    Need(package="postgresql", is_met=lambda: postgresql_program("initdb") is not None),
    command("redis-server", "redis-server"),
    command("chromium", "chromium"),
    command("zbar-tools", "zbarimg"),
    command("poppler-utils", "pdfsig"),
    command("qpdf", "qpdf"),
    command("libnss3-tools", "certutil"),
    command("softhsm2", "softhsm2-util"),
)


def ensure(needs: Sequence[Need]) -> None:
    """Install the packages that are missing, or stop with a sentence that names them."""
    if sys.version_info < (3, 11):  # noqa: UP036 (the machine's Python may be older)
        stop(f"Le portail demande Python 3.11 ou plus récent ; celui-ci est {sys.version.split()[0]}.")
    os.environ["PATH"] += os.pathsep + "/usr/sbin:/sbin"  # `su` may leave these out, dpkg and runuser need them
    missing = missing_packages(needs)
    if not missing:
        return
    with step(f"Paquets système : {' '.join(missing)}"):
        apt_install(missing)
    importlib.invalidate_caches()
    still_missing = missing_packages(needs)
    if still_missing:
        stop(f"Ces paquets restent introuvables après leur installation : {' '.join(still_missing)}.")


def missing_packages(needs: Sequence[Need]) -> list[str]:
    return [need.package for need in needs if not need.is_met()]


def apt_install(packages: list[str]) -> None:
    prefix = root_prefix()
    if shutil.which("apt-get") is None or prefix is None:
        stop(missing_message(packages))
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*prefix, *environment, "apt-get", "-q", "-o", "Acquire::Retries=3"]
    install = ["install", "--yes", "--no-install-recommends", *packages]
    # What is installed decides, not what is said on the way: an unreachable list may not matter.
    subprocess.run([*apt, "update"], capture_output=True)
    result = subprocess.run([*apt, *install], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        say(result.stdout)
        stop(missing_message(packages))


def root_prefix() -> list[str] | None:
    """Return what to put before a command so that root runs it, or None when nothing will do."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if sys.stdin.isatty():
        return ["sudo"]
    can_sudo = subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL).returncode == 0
    return ["sudo", "-n"] if can_sudo else None


def missing_message(packages: list[str]) -> str:
    names = " ".join(packages)
    return (
        f"Il manque sur cette machine : {names}.\n"
        "Ce sont des paquets de Debian 12, que le portail n’a pas pu installer lui-même. "
        "Demandez à une personne qui administre la machine de lancer :\n\n"
        f"    apt-get install --no-install-recommends {names}\n\n"
        "puis relancez la même commande."
    )
