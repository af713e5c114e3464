"""A PostgreSQL server that can be stopped and started again, and an installation of ours on it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests.faults.many_links import ROOT
from tests.postgres import _FAST, Server, _create, _unprivileged, _wait_until_ready, find_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREPARE = """
import os
from linkstead.settings import read_settings
from linkstead.server import bootstrap
bootstrap._make_chart_scripts = lambda settings: None
bootstrap.prepare(read_settings(os.environ))
"""


@dataclass(slots=True)
class FailingServer:
    """Its database is in `folder`; `stop` is what an administrator's restart does."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> Server:
        return Server(str(self.folder))

    def start(self) -> None:
        options = [part for name, value in _FAST.items() for part in ("-c", f"{name}={value}")]
        place = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses="]
        command = [str(find_programs() / "postgres"), *place, *options]
        log = self.folder / "log"
        with log.open("ab") as written:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=written, stderr=written, cwd=self.folder, **_unprivileged()
            )
        self.process = process
        _wait_until_ready(self.server, process, log)

    def stop(self) -> None:
        """Cut all connections and end."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def cut_connections(self, database: str) -> int:
        """End everybody else's connections to a database; how many."""
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,)
            ).fetchall()
        return len(rows)


@contextmanager
def failing_server() -> Iterator[FailingServer]:
    """Raises NoPostgres."""
    programs, who = find_programs(), _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="ls-pg-"))
    one = FailingServer(folder)
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        _create(programs, folder, who)
        one.start()
        yield one
    finally:
        if one.process is not None and one.process.poll() is None:
            one.process.send_signal(signal.SIGQUIT)
            one.process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def environment(data: Path, database: str) -> dict[str, str]:
    """The variables of an installation that may look at loopback addresses, as fast as it can."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINKSTEAD_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | {
        "LINKSTEAD_DATA": str(data),
        "LINKSTEAD_DATABASE": database,
        "LINKSTEAD_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
        "LINKSTEAD_HOST_DELAY": "0",
        "LINKSTEAD_FETCH_RATE": "0",
        "LINKSTEAD_FETCH_CONCURRENCY": "8",
        "LINKSTEAD_CANARIES": "none",
    }


def prepare(env: dict[str, str]) -> None:
    """Make an installation's tables."""
    subprocess.run([sys.executable, "-c", _PREPARE], env=env, cwd=ROOT, check=True, capture_output=True)


def start_monitor(env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """`linkstead monitor`, with what it says in a file."""
    with log.open("ab") as written:
        return subprocess.Popen(
            [sys.executable, "-m", "linkstead.server", "monitor"],
            env=env,
            cwd=ROOT,
            stdout=written,
            stderr=written,
        )
