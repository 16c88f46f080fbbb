"""P6: the same contract from a word processor, as portals that fill a .docx make their PDF: one process a document.

The .docx is made once, from our own page; only its conversion to PDF is counted. Needs LibreOffice, which nothing else
here does (`apt install libreoffice-writer-nogui`): without it the measure says so and is left out.
"""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

TIMEOUT = 120  # seconds
AT_ONCE = 4


class WordProcessor:
    """LibreOffice without a screen, in a folder that holds its profiles and what it makes."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.program = shutil.which("soffice")

    def docx_of(self, html: str) -> Path:
        """Return a .docx that says what a page says."""
        page = self.folder / "contrat.html"
        page.write_text(html, "utf-8")
        self.convert(page, "docx:MS Word 2007 XML", self.folder, options=["--infilter=HTML (StarWriter)"])
        return page.with_suffix(".docx")

    def convert(self, source: Path, kind: str, target: Path, *, profile: str = "0", options: list[str] = ()) -> bool:
        """Convert a file in a process of its own; say whether the file is there."""
        home = (self.folder / f"profile-{profile}").as_uri()
        command = [self.program, f"-env:UserInstallation={home}", "--headless", *options]
        command += ["--convert-to", kind, "--outdir", str(target), str(source)]
        subprocess.run(command, capture_output=True, timeout=TIMEOUT)
        return (target / source.with_suffix(f".{kind.partition(':')[0]}").name).exists()


def report(html: str, seconds_of_ours: float, timed) -> None:
    """Print what LibreOffice takes for the content of `html`, beside ours; then four at once, each its profile."""
    if not shutil.which("soffice"):
        print("P6 · LibreOffice n’est pas installé : la comparaison avec un traitement de texte est omise")
        return
    with TemporaryDirectory() as folder:
        word = WordProcessor(Path(folder))
        docx = word.docx_of(html)
        word.convert(docx, "pdf", Path(folder))  # the profile is made by the first conversion
        theirs = sorted(timed(lambda: word.convert(docx, "pdf", Path(folder))) for _round in range(5))[2]
        print(f"P6 · notre document ÷ la conversion d’un .docx par LibreOffice ({theirs:.2f} s)")
        print(f"  un à la fois       {seconds_of_ours:6.2f} s   × {seconds_of_ours / theirs:5.2f}")
        print(f"  {AT_ONCE} à la fois, LibreOffice en rend {at_once(word, docx)}")


def at_once(word: WordProcessor, docx: Path) -> int:
    """Return how many of the conversions asked at once, with one profile as such portals do, made their file."""

    def one(number: int) -> bool:
        target = word.folder / str(number)
        target.mkdir()
        return word.convert(docx, "pdf", target)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(one, range(AT_ONCE)))
