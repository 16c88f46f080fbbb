"""The project's own Python environment: .venv, filled from a lock; run by itself, it writes the locks."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from console import say, step, stop

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
UV = BIN / "uv"
UV_VERSION = "0.13.9"
RUNTIME_LOCK = "requirements.lock"
DEVELOPMENT_LOCK = "requirements-dev.lock"
LOCKS = {RUNTIME_LOCK: "requirements.txt", DEVELOPMENT_LOCK: "requirements-dev.txt"}
OLDEST_PYTHON = "3.11.2"  # Debian 12's: redis-py needs async-timeout there and not after


def ensure(lock: str) -> None:
    """Make .venv hold what the lock file says; nothing is done when it already does."""
    stamp = VENV / f".{lock}.installed"
    wanted = digest([ROOT / lock])
    if stamp.exists() and stamp.read_text() == wanted and works():
        return
    with step("Bibliothèques Python"):
        if not works():
            create()
        install(lock)
    stamp.write_text(wanted)


def works() -> bool:
    """Tell whether .venv is whole: an interrupted creation, or a Python since removed, is not."""
    return UV.exists() and PYTHON.exists()


def create() -> None:
    must([sys.executable, "-m", "venv", "--clear", VENV], "Le dossier .venv n’a pas pu être créé.")
    must(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"uv=={UV_VERSION}"],
        "L’installateur « uv » n’a pas pu être téléchargé : vérifiez l’accès à l’index des paquets Python.",
    )


def install(lock: str) -> None:
    with_uv = [UV, "pip", "install", "--quiet", "--python", PYTHON, "--requirement", lock]
    if subprocess.run(with_uv, cwd=ROOT).returncode == 0:
        return
    say("  uv n’a pas abouti, nouvel essai avec pip (qui lit la configuration de la machine)")
    with_pip = [PYTHON, "-m", "pip", "install", "--quiet", "--requirement", lock]
    must(with_pip, f"Les bibliothèques de {lock} n’ont pas pu être installées.")


def child_environment(**defaults: str) -> dict[str, str]:
    """Return the environment of our processes: .venv first on the PATH, `defaults` where nothing is set."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"PYTHONUNBUFFERED": "1", **defaults, **os.environ, "PATH": path}


def digest(paths: list[Path], *words: str) -> str:
    """Return a fingerprint of the content of files, and of a few words."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    for word in words:
        total.update(word.encode() + b"\0")
    return total.hexdigest()


def must(command: list, sentence: str) -> None:
    """Run a command; when it fails, stop with the sentence."""
    if subprocess.run([str(part) for part in command], cwd=ROOT).returncode:
        stop(sentence)


def write_locks() -> None:
    uv = UV if UV.exists() else shutil.which("uv")
    if uv is None:
        stop("Lancez d’abord make run : l’outil « uv » vit dans .venv.")
    for lock, source in LOCKS.items():
        options = ["--no-header", "--no-annotate", "--no-emit-index-url", "--python-version", OLDEST_PYTHON]
        compile_lock = [uv, "pip", "compile", "--quiet", *options, source, "--output-file", lock]
        must(compile_lock, f"{lock} n’a pas pu être calculé depuis {source}.")
        say(f"{lock} est à jour.")


if __name__ == "__main__":
    write_locks()
