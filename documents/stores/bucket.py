"""Gateway to an S3 bucket: any server of that protocol as a store, with errors that the rest of the house knows.

boto3 is imported with this file, which the settings name only when a bucket is configured.
"""

import base64
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from tempfile import SpooledTemporaryFile

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

MEGABYTE = 1024 * 1024
# A person waits at the other end: a server that is silent is given up in seconds, after one more try.
CLIENT = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",  # ours is sent below; other servers refuse AWS's own trailers
    response_checksum_validation="when_required",
)


class Bucket(S3Storage):
    """The store of several machines. Writes are conditional: the server itself refuses to replace a file."""

    def __init__(self, **settings):
        super().__init__(client_config=CLIENT, **settings)

    def names(self) -> Iterator[str]:
        """Yield the path of each file of the bucket, in no order."""
        with spoken_errors():
            for item in self.bucket.objects.all():
                yield item.key

    def exists(self, name):
        with spoken_errors():
            return super().exists(name)

    def delete(self, name):
        with spoken_errors():
            super().delete(name)

    def get_modified_time(self, name):
        with spoken_errors():
            return super().get_modified_time(name)

    def _open(self, name, mode="rb"):
        """Fetch the file whole, beyond a megabyte to a temporary file: memory stays small, errors come now."""
        with ExitStack() as on_error:
            content = on_error.enter_context(SpooledTemporaryFile(max_size=MEGABYTE))
            with spoken_errors():
                shutil.copyfileobj(self.bucket.Object(name).get()["Body"], content)
            on_error.pop_all()
        content.seek(0)
        return File(content, name)

    def _save(self, name, content):
        """Put the file whole, its checksum with it; a name already taken keeps its bytes."""
        data = content.read()
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        with suppress(FileExistsError), spoken_errors():
            self.bucket.Object(name).put(Body=data, IfNoneMatch="*", ChecksumSHA256=checksum)
        return name


@contextmanager
def spoken_errors() -> Iterator[None]:
    """Turn the errors of the S3 client into those of a file: not found, taken, or out of reach."""
    try:
        yield
    except ClientError as error:
        match error.response["Error"]["Code"]:
            case "NoSuchKey" | "404":
                raise FileNotFoundError(str(error)) from error
            case "PreconditionFailed" | "ConditionalRequestConflict":
                raise FileExistsError(str(error)) from error
            case _:
                raise OSError(str(error)) from error
    except BotoCoreError as error:
        raise ConnectionError(str(error)) from error
