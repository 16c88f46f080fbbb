"""A folder as a store: a file appears there whole or not at all, under a name it never shares."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.storage import FileSystemStorage

READ_ONLY = 0o440


class Folder(FileSystemStorage):
    """The store of a single machine, or of a shared disk."""

    def names(self) -> Iterator[str]:
        """Yield the path of each file of the store, from its root, in no order; what a crash left included."""
        root = Path(self.location)
        for folder, _folders, files in os.walk(root):
            for name in files:
                yield Path(folder, name).relative_to(root).as_posix()

    def get_available_name(self, name, max_length=None):
        return name  # found by content: another name would never be found again

    def _save(self, name, content):
        """Write aside, wait for the disk, then give the name: a full disk or a crash leaves no half file.

        A name already taken keeps its bytes.
        """
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part") as aside:
            for chunk in content.chunks():
                aside.write(chunk)
            aside.flush()
            os.fchmod(aside.fileno(), READ_ONLY)
            os.fsync(aside.fileno())
            with suppress(FileExistsError):
                os.link(aside.name, path)  # unlike a renaming, never replaces
        _sync_folder(path.parent)
        return name


def _sync_folder(folder: Path) -> None:
    """Wait until the disk knows the new name too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
