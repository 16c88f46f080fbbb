"""Starting and stopping processes so that nothing is left behind, however the script ends."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

SECONDS_TO_STOP = 8


class Interrupted(Exception):
    """Someone asked the script to end: Ctrl-C, `kill`, or a closed terminal."""


def raise_on_signals() -> None:
    """Turn the three ways of asking a script to end into one exception, so that `finally` clauses run."""

    def handler(number: int, frame: object) -> None:
        raise Interrupted(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def ignore_signals() -> None:
    """Let the stopping itself go to its end: it is bounded in time."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def start(command: list, *, cwd: Path, env: dict[str, str], log: Path | None = None) -> subprocess.Popen:
    """Start a process in a group of its own: a Ctrl-C reaches us alone, and we stop the group whole."""
    arguments = [str(part) for part in command]
    if log is None:
        return subprocess.Popen(arguments, cwd=cwd, env=env, stdin=subprocess.DEVNULL, start_new_session=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            arguments,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop_all(processes: list[subprocess.Popen]) -> None:
    """Ask every group to end, give them a few seconds together, then end what is left."""
    for process in processes:
        signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        signal_group(process, signal.SIGKILL)
        process.wait()


def signal_group(process: subprocess.Popen, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def wait_for_port(port: int, process: subprocess.Popen, seconds: float = 60) -> bool:
    """Wait until someone answers on the port; False when the process ended or the time ran out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.1)
    return False
