"""Servers of our own for tests and benchmarks: on free ports, in a temporary folder, gone at the end."""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import environment
import machine
import processes
from console import stop

S3_PARTS = ("master", "volume", "filer", "s3")
S3_OPTIONS = (
    *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.iam=false", "-volume.max=200"),
    *(
        "-volume.preStopSeconds=0",
        "-s3.autoCreateBucket=false",
        "-master.volumeSizeLimitMB=64",
        "-master.telemetry=false",
    ),
)
DATABASE = "portal"
SERVER_SETTINGS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def own_environment(folder: Path) -> dict[str, str]:
    """Return an environment where nothing of the person's own settings reaches the tests."""
    own = {"DEBUG": "1", "SECRET_KEY": "for-the-tests-only", "VAR_DIR": str(folder / "var")}
    inherited = environment.child_environment()
    for name in ("DEMONSTRATION", "EMAIL_URL", "STORAGE_DIR", "STORAGE_S3_BUCKET", "PORTAL_URL"):
        inherited.pop(name, None)
    return inherited | own


@contextmanager
def folder_and_servers(**settings: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Start a PostgreSQL and a Redis of our own; give their folder, and the environment that names them, `settings`
    with it."""
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        variables = own_environment(folder) | settings
        variables["DATABASE_URL"] = stack.enter_context(postgresql(folder))
        variables["REDIS_URL"] = stack.enter_context(redis(folder))
        yield folder, variables


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that the `postgres` user may walk through, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="portail-cpts-"))
    try:
        folder.chmod(0o755)
        (folder / "var").mkdir()
        yield folder
    finally:
        processes.ignore_signals()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start a private PostgreSQL on a free port and give the address of an empty database; nothing of it survives."""
    data = folder / "postgresql"
    data.mkdir()
    as_owner = owner_prefix(data)
    port = processes.free_port()
    initdb, pg_ctl, createdb = (machine.postgresql_program(name) for name in ("initdb", "pg_ctl", "createdb"))
    layout = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    server = f"-p {port} -c listen_addresses=127.0.0.1 -k {data} {SERVER_SETTINGS}"
    quietly([*as_owner, initdb, "-D", data, *layout], "initdb")
    try:
        quietly([*as_owner, pg_ctl, "-D", data, "-l", data / "log", "-w", "-o", server, "start"], "PostgreSQL")
        quietly([*as_owner, createdb, "-h", data, "-p", port, "-U", "postgres", DATABASE], "La base de PostgreSQL")
        yield f"postgres://postgres@127.0.0.1:{port}/{DATABASE}"
    finally:
        processes.ignore_signals()
        stop_server = [*as_owner, pg_ctl, "-D", data, "-m", "immediate", "stop"]
        subprocess.run([str(part) for part in stop_server], capture_output=True, cwd=data)


def owner_prefix(data: Path) -> list:
    """PostgreSQL refuses to run as root: root lends the folder to the `postgres` user of Debian's package."""
    if os.geteuid() != 0:
        return []
    postgres = pwd.getpwnam("postgres")
    os.chown(data, postgres.pw_uid, postgres.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def quietly(command: list, what: str) -> None:
    """Run a command and show what it said only when it fails (to a file: a server would hold a pipe open)."""
    with tempfile.TemporaryFile("w+") as output:
        arguments = [str(part) for part in command]
        if subprocess.run(arguments, stdout=output, stderr=output, cwd="/").returncode:
            output.seek(0)
            stop(f"{what} n’a pas pu démarrer :\n{output.read()}")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Start a private Redis that keeps nothing, and give its address."""
    port = processes.free_port()
    options = ["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", folder]
    command = ["redis-server", *options]
    server = processes.start(command, cwd=folder, env=dict(os.environ), log=folder / "redis.log")
    try:
        if not processes.wait_for_port(port, server, seconds=15):
            stop(f"Redis n’a pas pu démarrer :\n{(folder / 'redis.log').read_text()}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        processes.ignore_signals()
        processes.stop_all([server])


@contextmanager
def s3(folder: Path) -> Iterator[dict[str, str]]:
    """Start a private S3 server (SeaweedFS) with one account, and give what a client needs to reach it."""
    account = {"access_key": "portail", "secret_key": "for-the-tests-only"}
    identity = {"name": "portail", "actions": ["Admin"], "credentials": [_camel_keys(account)]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "s3").mkdir()
    ports = {f"{part}.port{kind}": processes.free_port() for part in S3_PARTS for kind in ("", ".grpc")}
    options = [f"-{name}={port}" for name, port in ports.items()]
    options += [f"-dir={folder / 's3'}", f"-s3.config={folder / 's3.json'}", *S3_OPTIONS]
    server = processes.start(
        ["weed", "-logtostderr=true", "server", *options], cwd=folder, env=dict(os.environ), log=folder / "s3.log"
    )
    try:
        if not processes.wait_for_port(ports["s3.port"], server, seconds=30):
            stop(f"Le serveur S3 n’a pas pu démarrer :\n{(folder / 's3.log').read_text()}")
        yield {**account, "endpoint_url": f"http://127.0.0.1:{ports['s3.port']}", "region_name": "fr"}
    finally:
        processes.ignore_signals()
        processes.stop_all([server])


def _camel_keys(account: dict[str, str]) -> dict[str, str]:
    return {"accessKey": account["access_key"], "secretKey": account["secret_key"]}
