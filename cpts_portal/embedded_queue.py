"""The queue of a portal without Redis: a folder, where a message appears whole or not at all.

kombu writes each message under the name by which a worker finds it (celery/kombu#1551): a worker that comes meanwhile
reads half of one, and stops for good.
"""

from contextlib import suppress
from pathlib import Path
from time import monotonic_ns
from uuid import uuid4

from kombu.exceptions import OperationalError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes aside, then gives the name."""

    def _put(self, queue, payload, **kwargs):
        """Put a message onto `queue`; OperationalError, as from any queue out of reach, when the disk refuses."""
        path = Path(self.data_folder_out, f"{monotonic_ns():020}_{uuid4()}.{queue}.msg")
        aside = path.with_suffix(".part")
        try:
            aside.write_text(dumps(payload))
            aside.rename(path)
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise OperationalError(str(error)) from error


class Transport(filesystem.Transport):
    """The transport that the settings name."""

    Channel = Channel
