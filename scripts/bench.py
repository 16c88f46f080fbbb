"""`make bench`: what the portal costs, each figure a ratio within one run, on a PostgreSQL and a Redis of our own."""

import subprocess
import sys

import environment
import machine
import processes
from console import say
from environment import ROOT
from servers import folder_and_servers

BENCHES = ["tests.load.national_funding", "tests.load.documents"]


def main() -> int:
    processes.raise_on_signals()
    machine.ensure(machine.FOR_TESTING)
    environment.ensure(environment.DEVELOPMENT_LOCK)
    with folder_and_servers() as (_folder, variables):
        commands = [["python", "manage.py", "migrate", "--verbosity", "0"]]
        commands += [["python", "-m", bench] for bench in BENCHES]
        return max(subprocess.run(command, cwd=ROOT, env=variables).returncode for command in commands)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except processes.Interrupted:
        say("\nInterrompu.")
        sys.exit(130)
