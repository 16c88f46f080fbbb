"""The queue made of files, that serves a portal without Redis."""

from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.transport.filesystem import Channel as HastyChannel

from cpts_portal.embedded_queue import Channel


@pytest.fixture
def connection(tmp_path):
    folders = {name: tmp_path / name for name in ("messages", "control")}
    for folder in folders.values():
        folder.mkdir()
    options = {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
    }
    transport = "cpts_portal.embedded_queue:Transport"
    with Connection("filesystem://localhost/", transport=transport, transport_options=options) as connection:
        yield connection


class Slow:
    """What a message holds that a worker comes to read while it is being written."""

    def __init__(self, channel):
        self.channel, self.seen = channel, None

    def __json__(self):
        try:
            self.seen = self.channel._get("celery")
        except (Empty, ValueError) as error:
            self.seen = type(error)
        return "whole"


@pytest.mark.parametrize(("kind", "seen"), [(Channel, Empty), (HastyChannel, ValueError)])
def test_a_worker_never_reads_half_of_a_message(connection, kind, seen):
    """Beside kombu's own channel, by which a worker reads an empty message, and dies."""
    channel = kind(connection.connect())
    message = Slow(channel)
    channel._put("celery", {"body": message})
    assert issubclass(message.seen, seen)
    if kind is Channel:
        assert channel._get("celery") == {"body": "whole"}


def test_messages_are_read_once_in_their_order(connection):
    channel = connection.channel()
    assert isinstance(channel, Channel)
    for number in range(3):
        channel._put("celery", {"number": number})
    assert [channel._get("celery")["number"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        channel._get("celery")


def test_a_folder_that_refuses_a_message_is_a_queue_out_of_reach_and_keeps_no_half_of_it(connection, tmp_path):
    channel = connection.channel()
    (tmp_path / "messages").rmdir()
    with pytest.raises(OperationalError):
        channel._put("celery", {})
    assert not list(tmp_path.rglob("*.part"))
