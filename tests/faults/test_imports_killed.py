"""Fault F02: processes are killed (SIGKILL) while a file comes in, by command line, worker and web.

Every kill is at a random point of the import: as soon as so many rows are committed, then up to a hundredth
of a second later. What is asked after each: the profile holds the rows that its own account of the file says, and no
others; the figures are those of the rows. What is asked at the end: the import went on where it was, every
row of the file was read once, and the same file again adds nothing.

Real processes of the product on SQLite and PostgreSQL (see `importing_process`): six kills each, and
`LINKSTEAD_LONG_TESTS=1` fifty.
"""

from __future__ import annotations

import csv
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.profile import history, tallies
from linkstead.profile.store import Store, open_workspace, tune_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
LONG = bool(os.environ.get("LINKSTEAD_LONG_TESTS"))
KILLS = 50 if LONG else 6
WEB_KILLS = 50 if LONG else 5
#: The file: so many links, and so many rows that are none.
LINKS, BAD = (20_000, 200) if LONG else (2_400, 24)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_export(tmp_path_factory.mktemp("exports") / "export.csv", LINKS, BAD)


def write_export(path: Path, links: int, bad: int) -> Path:
    """Every hundredth row, here and there, is no link."""
    header = "Referring page title,Referring page URL,Domain rating,Target URL,Anchor,Nofollow,First seen"
    rows = [
        [f"A title {n}", f"https://site{n % 97}.example.org/{n}", 60, f"https://example.com/p/{n % 50}",
         f"text {n % 300}", "false", "2026-01-02 03:04:05"]
        for n in range(links)
    ]  # fmt: skip
    rows += [[f"A title {n}", f"no address {n}", *[""] * 5] for n in range(bad)]
    random.Random(2).shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header.split(","), *rows])
    return path


# -- killing ---------------------------------------------------------------------------------------


class Process:
    """One of `importing_process`, in a session of its own; what it says is in a file."""

    def __init__(self, log: Path, *arguments: str, **environ: str) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("LINKSTEAD_") and name != "DJANGO_SETTINGS_MODULE"
        }
        self.log = log
        with log.open("ab") as written:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.importing_process", *arguments],
                cwd=ROOT,
                env=kept | environ,
                stdout=written,
                stderr=written,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def end(self) -> int:
        """Ask it to end; how it ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def until(self, what: Callable[[], Any], seconds: float = 60) -> Any:
        """Wait for something, as long as the process lives."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if found := what():
                return found
            if self.process.poll() is not None and not what():
                break
            time.sleep(0.005)
        raise AssertionError(f"it did not happen; the process said:\n{self.log.read_text()[-3000:]}")


def points(dice: random.Random) -> list[int]:
    """After how many committed rows to kill: once before the first, then all over the file, in order."""
    return [0, *sorted(dice.sample(range(1, int(LINKS * 0.8)), KILLS - 1))]


def committed(store: Store) -> int:
    """Rows of the file that are read for good."""
    return sum(done for (done,) in store.query("SELECT done_row FROM import_file"))


def what_is_there(store: Store) -> tuple[int, int]:
    """Links and rows set aside; what the file's own account says must be the same."""
    links = store.query("SELECT count(*), count(DISTINCT page_id), coalesce(sum(1), 0) FROM backlink")[0]
    aside = store.query("SELECT count(*), count(DISTINCT row_number) FROM quarantine")[0]
    sightings = store.query("SELECT count(*) FROM sighting")[0][0]
    account = store.query(
        "SELECT coalesce(sum(new_links), 0), coalesce(sum(quarantined), 0), coalesce(sum(sightings), 0),"
        " coalesce(sum(rows), 0) FROM import_file"
    )[0]
    assert (links[0], links[1], sightings) == (account[0], account[0], account[2])
    assert (aside[0], aside[1]) == (account[1], account[1])
    assert account[3] == account[1] + account[2]
    return int(links[0]), int(aside[0])


def is_whole(store: Store, project: int) -> None:
    """Every row of the file was read once, and all that is kept beside the rows agrees with them."""
    assert what_is_there(store) == (LINKS, BAD)
    assert list(history.differences(store, project)) == []
    assert tallies.differences(store, project) == []


def kill_at(store: Store, process: Process, target: int, dice: random.Random) -> int:
    """Kill a process once it has committed `target` rows; how many were there then."""
    try:
        if target == 0:
            time.sleep(dice.uniform(0, 0.5))
        else:
            process.until(lambda: committed(store) >= target)
            time.sleep(dice.choice([0.0, dice.uniform(0, 0.01)]))
    finally:
        process.kill()
    return sum(what_is_there(store))


# -- the command line ------------------------------------------------------------------------------


def test_f02_an_audit_killed_anywhere_in_an_import_goes_on_where_it_was(export: Path, tmp_path: Path) -> None:
    path, log, dice = tmp_path / "site.sqlite3", tmp_path / "log", random.Random(3)
    command = ["audit", "example.com", str(export), "--no-verify", "--workspace", str(path)]
    left_at = []
    with open_workspace(path) as store:
        for target in points(dice):
            left_at.append(kill_at(store, Process(log, *command), target, dice))
            assert tallies.differences(store, 1) == []
        assert left_at == sorted(left_at), "what was committed stays"
        assert len({rows for rows in left_at if 0 < rows < LINKS + BAD}) > KILLS // 2
        log.unlink()
        assert Process(log, *command).process.wait(120) in (0, 1), log.read_text()
        is_whole(store, 1)
        assert f"{LINKS + BAD:,} rows" in log.read_text()
        log.unlink()
        assert Process(log, *command).process.wait(120) in (0, 1), log.read_text()
        assert "had been imported before: nothing new" in log.read_text()
        is_whole(store, 1)


# -- the server ------------------------------------------------------------------------------------


class Installation:
    """A prepared installation, somebody who uploads to it, and our own door to its rows."""

    def __init__(self, folder: Path, database: str, store: Store, asks: subprocess.Popen[str]) -> None:
        self.folder, self.store, self._asks = folder, store, asks
        self.log = folder / "log"
        self.environ = environ_of(folder, database)
        self.project = self("project")

    def __call__(self, do: str, **more: Any) -> Any:
        assert self._asks.stdin is not None
        assert self._asks.stdout is not None
        self._asks.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._asks.stdin.flush()
        answer = self._asks.stdout.readline()
        assert answer, "the installation died; its stderr is above"
        return json.loads(answer)

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self("runs", project=self.project)
        return found

    def start(self, part: str, **environ: str) -> Process:
        return Process(self.log, part, **self.environ, **environ)

    def uploads(self) -> list[Path]:
        return sorted((self.folder / "data" / "uploads").iterdir())


def environ_of(folder: Path, database: str) -> dict[str, str]:
    given = {"LINKSTEAD_DATA": str(folder / "data"), "LINKSTEAD_CANARIES": "none", "LINKSTEAD_WORKERS": "1"}
    return given | ({"LINKSTEAD_DATABASE": database} if database else {})


@contextmanager
def asking(folder: Path, database: str) -> Iterator[subprocess.Popen[str]]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LINKSTEAD_", "DJANGO_"))
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.importing_process", "installation"],
        cwd=ROOT,
        env=kept | environ_of(folder, database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def opened(folder: Path, database: str) -> Iterator[Installation]:
    """An installation on a PostgreSQL database, or (empty) on a SQLite file of its own."""
    with ExitStack() as stack:
        asks = stack.enter_context(asking(folder, database))
        if database:
            import psycopg

            connection = stack.enter_context(closing(psycopg.connect(database, autocommit=True)))
            store = Store(connection, "postgresql")
        else:
            import sqlite3

            path = folder / "data" / "linkstead.sqlite3"
            raw = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None, timeout=30)))
            tune_sqlite(raw)
            store = Store(raw, "sqlite")
        yield Installation(folder, database, store, asks)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Installation]:
    pytest.importorskip("django", reason="an installation needs Linkstead's server packages")
    with opened(tmp_path, "") as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    pytest.importorskip("django", reason="an installation needs Linkstead's server packages")
    if request.param == "sqlite":
        yield request.getfixturevalue("on_sqlite")
        return
    from tests.postgres import new_database

    server = request.getfixturevalue("postgresql_server")
    with new_database(server) as url, opened(tmp_path, url) as made:
        yield made


def test_f02_a_worker_killed_anywhere_in_an_import_leaves_it_to_the_next_who_goes_on(
    installation: Installation, export: Path
) -> None:
    dice, store = random.Random(4), installation.store
    run, left_at = installation("upload", project=installation.project, path=str(export)), []
    for target in points(dice):
        left_at.append(kill_at(store, installation.start("work"), target, dice))
        assert tallies.differences(store, installation.project) == []
        (told,) = installation.runs()
        if told["state"] == "failed":  # five workers died of it, so a person is asked
            assert "took its process with it" in told["message"]
            installation("again", run=run)
    assert left_at == sorted(left_at), "what was committed stays"
    assert len({rows for rows in left_at if 0 < rows < LINKS + BAD}) > KILLS // 2
    last = installation.start("work")
    for count in (1, 2):  # the file, and the same file once more
        last.until(lambda: _ended(installation, run, count), 120)
        if count == 1:
            run = installation("upload", project=installation.project, path=str(export))
    assert last.end() == 0
    first, second = installation.runs()
    assert (first["state"], first["rows"], first["new_links"]) == ("done", LINKS + BAD, LINKS)
    assert first["attempt"] > KILLS // 2, "it was taken up again and again"
    assert (second["state"], second["new_links"], second["already"]) == ("done", 0, True)
    assert installation.uploads() == []
    is_whole(store, installation.project)


def _ended(installation: Installation, run: int, count: int) -> bool:
    """Whether so many imports are done; one that was given up is run again."""
    states = [told["state"] for told in installation.runs()]
    if states[-1] == "failed":
        installation("again", run=run)
    return states.count("done") == count


# -- the web ---------------------------------------------------------------------------------------


class Uploader:
    """A browser that sends a file little by little."""

    def __init__(self, installation: Installation, port: int, file: Path) -> None:
        self.port, self.file = port, file
        edge = "an-edge-that-no-file-holds"
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        self.body = head.encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        secret = "s" * 32
        self.headers = {
            "Cookie": f"linkstead_session={installation('signed_in')}; linkstead_csrf={secret}",
            "X-CSRFToken": secret,
            "Content-Type": f"multipart/form-data; boundary={edge}",
            "Content-Length": str(len(self.body)),
        }
        self.address = f"/p/{installation.project}/imports/"

    def is_up(self) -> bool:
        with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as web:
            web.request("GET", "/healthz")
            return web.getresponse().status == 200
        return False

    @contextmanager
    def sending(self, count: int) -> Iterator[http.client.HTTPConnection]:
        """The upload after its first `count` bytes."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as web:
            web.putrequest("POST", self.address)
            for name, value in self.headers.items():
                web.putheader(name, value)
            web.endheaders()
            for start in range(0, count, 16_384):
                web.send(self.body[start : min(count, start + 16_384)])
            yield web


@pytest.fixture
def uploader(on_sqlite: Installation, export: Path) -> Uploader:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    return Uploader(on_sqlite, port, export)


def test_f02_a_web_process_killed_during_an_upload_leaves_a_whole_import_or_none(
    on_sqlite: Installation, uploader: Uploader
) -> None:
    """What is uploaded lies under a random name until it is whole and on disk; only then is there a run."""
    dice, size = random.Random(5), len(uploader.body)
    environ = {"LINKSTEAD_PORT": str(uploader.port)}
    # in the middle of the file, and around the moment in which the last byte has come and is answered
    points = [size] + [dice.choice([size, dice.randrange(size)]) for _ in range(WEB_KILLS - 1)]
    for count in points:
        web = on_sqlite.start("web", **environ)
        try:
            web.until(uploader.is_up)
            with uploader.sending(count):
                time.sleep(dice.uniform(0, 0.1))
                web.kill()
        finally:
            web.kill()
        for run in on_sqlite.runs():
            assert (run["state"], run["kept"]) == ("waiting", run["size"])
            assert run["size"] == uploader.file.stat().st_size
        assert len(on_sqlite("tasks")) == len(on_sqlite.runs()), "every run has its task"
    parts = [path for path in on_sqlite.uploads() if path.suffix == ".part"]
    for path in parts:
        os.utime(path, (0, time.time() - 2 * 86_400))
    web = on_sqlite.start("web", **environ)
    web.until(uploader.is_up)
    assert [path for path in on_sqlite.uploads() if path.suffix == ".part"] == [], "what broke off is cleared"
    before = len(on_sqlite.runs())
    with uploader.sending(size) as browser:
        assert browser.getresponse().status == 302
    assert web.end() == 0
    worker = on_sqlite.start("work")
    worker.until(lambda: all(run["state"] == "done" for run in on_sqlite.runs()), 120)
    assert worker.end() == 0
    runs = on_sqlite.runs()
    assert len(runs) == before + 1
    assert sum(run["new_links"] for run in runs) == LINKS
    is_whole(on_sqlite.store, on_sqlite.project)
