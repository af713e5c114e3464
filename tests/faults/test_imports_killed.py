"""Fault F02: processes are killed (SIGKILL) while a file comes in, by command line, worker and web.

Every kill is at a random point of the import: once so many rows are committed, up to the time of one commit
later. What is asked after each: the profile holds the rows that its own account of the
file says, and no others; the figures are those of the rows. What is asked at the end: the import went on
where it was, every row of the file was read once, and the same file again adds nothing.

Processes of the product on SQLite and PostgreSQL (see `importing_process`), six kills each (three of the
web); `LINKSTEAD_LONG_TESTS=1` makes it fifty, of a larger file.
"""

from __future__ import annotations

import csv
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from linkstead.profile import history, tallies
from linkstead.profile.store import Store, open_workspace, tune_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
LONG = bool(os.environ.get("LINKSTEAD_LONG_TESTS"))
KILLS = 50 if LONG else 6
WEB_KILLS = 50 if LONG else 3
pytestmark = pytest.mark.timeout(3_600 if LONG else 120)
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


def clean(environ: dict[str, str]) -> dict[str, str]:
    """The variables of a process: those of ours that are not about an installation, and its own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LINKSTEAD_", "DJANGO_"))
    }
    return kept | environ


class Lines:
    """A process that answers each line with a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, asked: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "it died; its stderr is above"
        return json.loads(answer)


@contextmanager
def lines(name: str, environ: dict[str, str]) -> Iterator[Lines]:
    """One of `importing_process` that is asked line by line."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.importing_process", name],
        cwd=ROOT,
        env=clean(environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Lines(process)
        assert process.stdin is not None
        process.stdin.close()


class Process:
    """A process of the product that a nursery started, in a session of its own."""

    def __init__(self, nursery: Lines, log: Path, *arguments: str, dies_after: str = "") -> None:
        self.log, self._nursery = log, nursery
        self._status: int | None = None
        self.number = int(nursery({"start": list(arguments), "log": str(log), "dies_after": dies_after}))

    def kill(self) -> None:
        if self._status is None:
            os.kill(self.number, signal.SIGKILL)
            self.ended()

    def end(self) -> int:
        """Ask it to end; how it ended."""
        os.kill(self.number, signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; how it ended."""
        if self._status is None:
            self._status = int(self._nursery({"wait": self.number}))
        return self._status

    def until(self, what: Callable[[], Any], seconds: float = 60) -> Any:
        return until(what, self.log, seconds)


def until(what: Callable[[], Any], log: Path, seconds: float = 60) -> Any:
    """Wait for something."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if found := what():
            return found
        time.sleep(0.005)
    raise AssertionError(f"it did not happen in time; the process said:\n{log.read_text()[-3000:]}")


def committed(store: Store) -> int:
    """Rows of the file that are read for good."""
    return sum(done for (done,) in store.query("SELECT done_row FROM import_file"))


#: One statement, which sees one moment: a commit that was on its way to PostgreSQL may still arrive.
WHAT_IS_THERE: Final = """
    SELECT (SELECT count(*) FROM backlink), (SELECT count(DISTINCT page_id) FROM backlink),
        (SELECT count(*) FROM sighting), (SELECT count(*) FROM quarantine),
        (SELECT count(DISTINCT row_number) FROM quarantine), coalesce(sum(new_links), 0),
        coalesce(sum(sightings), 0), coalesce(sum(quarantined), 0), coalesce(sum(rows), 0)
    FROM import_file
"""


def what_is_there(store: Store) -> tuple[int, int]:
    """Links and rows set aside; what the file's own account says must be the same."""
    ((links, pages, sightings, aside, numbers, new_links, told, quarantined, rows),) = store.query(
        WHAT_IS_THERE
    )
    assert links == pages == sightings == new_links == told
    assert aside == numbers == quarantined
    assert rows == told + quarantined
    return int(links), int(aside)


def is_whole(store: Store, project: int) -> None:
    """Every row of the file was read once, and all that is kept beside the rows agrees with them."""
    assert what_is_there(store) == (LINKS, BAD)
    assert list(history.differences(store, project)) == []
    assert tallies.differences(store, project) == []


def _has_read(store: Store, rows: int, meanwhile: Callable[[], object]) -> bool:
    if committed(store) >= rows:
        return True
    meanwhile()
    return False


def kill_again_and_again(
    store: Store,
    start: Callable[[], Process],
    dice: random.Random,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[None]:
    """Kill one process after the other: the first at its start, each other some rows further in the file."""
    left_at = []
    for left in range(KILLS, 0, -1):
        before = committed(store)
        process = start()
        try:
            if left == KILLS:
                time.sleep(dice.uniform(0, 0.1))
            else:
                aim = before + dice.randint(1, max(1, int(LINKS * 0.9 - before) // left))
                process.until(partial(_has_read, store, aim, meanwhile))
                time.sleep(dice.uniform(0, 0.03))  # the time of a commit and all that belongs to it
        finally:
            process.kill()
        left_at.append(sum(what_is_there(store)))
        yield
    assert left_at == sorted(left_at), "what was committed stayed"
    assert left_at[-1] < LINKS + BAD, "every kill came in the middle"
    assert len(set(left_at[1:])) == KILLS - 1, "each process went on"


# -- the command line ------------------------------------------------------------------------------


def test_f02_an_audit_killed_anywhere_in_an_import_goes_on_where_it_was(export: Path, tmp_path: Path) -> None:
    path, log = tmp_path / "site.sqlite3", tmp_path / "log"
    command = ["audit", "example.com", str(export), "--no-verify", "--workspace", str(path)]
    with open_workspace(path) as store, lines("nursery", {}) as nursery:
        for _ in kill_again_and_again(store, lambda: Process(nursery, log, *command), random.Random(3)):
            assert list(history.differences(store, 1)) == []
        log.unlink()
        assert Process(nursery, log, *command).ended() in (0, 1), log.read_text()
        is_whole(store, 1)
        assert f"{LINKS + BAD:,} rows" in log.read_text()
        log.unlink()
        assert Process(nursery, log, *command).ended() in (0, 1), log.read_text()
        assert "had been imported before: nothing new" in log.read_text()
        is_whole(store, 1)


# -- the server ------------------------------------------------------------------------------------


class Installation:
    """A prepared installation, somebody who uploads to it, and our own door to its rows."""

    def __init__(self, folder: Path, environ: dict[str, str], store: Store, asks: Lines) -> None:
        self.folder, self.environ, self.store, self._asks = folder, environ, store, asks
        self.log = folder / "log"
        self.project = self("project")

    def __call__(self, do: str, **more: Any) -> Any:
        return self._asks({"do": do, **more})

    def upload(self, file: Path) -> int:
        """Have a file imported; the number of the run."""
        return int(self("upload", project=self.project, path=str(file)))

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self("runs", project=self.project)
        return found

    def uploads(self) -> list[Path]:
        return sorted((self.folder / "data" / "uploads").iterdir())


@contextmanager
def opened(folder: Path, database: str) -> Iterator[Installation]:
    """An installation on a PostgreSQL database, or (empty) on a SQLite file of its own."""
    environ = {"LINKSTEAD_DATA": str(folder / "data"), "LINKSTEAD_CANARIES": "none", "LINKSTEAD_WORKERS": "1"}
    if database:
        environ["LINKSTEAD_DATABASE"] = database
    with lines("installation", environ) as asks:
        asks({"do": "ready"})
        with closing(_connected(folder, database)) as connection:
            store = Store(connection, "postgresql" if database else "sqlite")
            yield Installation(folder, environ, store, asks)


def _connected(folder: Path, database: str) -> Any:
    if database:
        import psycopg

        return psycopg.connect(database, autocommit=True)
    raw = sqlite3.connect(folder / "data" / "linkstead.sqlite3", isolation_level=None, timeout=30)
    tune_sqlite(raw)
    return raw


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
    store, log, run = installation.store, installation.log, installation.upload(export)
    with lines("nursery", installation.environ) as nursery:
        for _ in kill_again_and_again(
            store,
            lambda: Process(nursery, log, "work"),
            random.Random(4),
            meanwhile=lambda: state_of(installation, run),
        ):
            assert list(history.differences(store, installation.project)) == []
        last = Process(nursery, log, "work")
        last.until(lambda: state_of(installation, run) == "done")
        installation.upload(export)
        last.until(lambda: installation.runs()[1]["state"] == "done")
        assert last.end() == 0
    first, second = installation.runs()
    assert (first["rows"], first["new_links"], first["message"]) == (LINKS + BAD, LINKS, "")
    assert first["attempt"] > KILLS // 2, "it was taken up again and again"
    assert (second["new_links"], second["already"]) == (0, True)
    assert installation.uploads() == []
    is_whole(store, installation.project)


def state_of(installation: Installation, run: int) -> str:
    """Where an import stands. One that took five workers with it waits for a person, who has it go on."""
    (told,) = installation.runs()
    if told["state"] == "failed":
        assert "took its process with it" in told["message"]
        installation("again", run=run)
    return str(told["state"])


#: What a worker does between the last row and the end of an import, one step after the other.
LAST_STEPS = (
    "linkstead.profile.files:finish",
    "linkstead.server.tracking.runs:finish",
    "linkstead.server.tracking.importing:remove_stored",
)


def test_f02_a_worker_killed_between_the_last_row_and_the_end_leaves_nothing_undone(
    on_sqlite: Installation, tmp_path: Path
) -> None:
    with lines("nursery", on_sqlite.environ) as nursery:
        for count, step in enumerate(LAST_STEPS, 1):
            file = write_export(tmp_path / f"{count}.csv", 10 * count, 0)
            on_sqlite.upload(file)
            dying = Process(nursery, on_sqlite.log, "work", dies_after=step)
            assert dying.ended() == -signal.SIGKILL
            heir = Process(nursery, on_sqlite.log, "work")
            heir.until(lambda: on_sqlite("open_tasks") == 0)
            assert heir.end() == 0
            told = on_sqlite.runs()[-1]
            assert (told["state"], told["message"]) == ("done", ""), step
            assert on_sqlite.store.query("SELECT count(*) FROM backlink") == [(10 * count,)]
            assert on_sqlite("audits") == count, "pages show what is judged after an import"
    left = on_sqlite.uploads()
    assert len(left) == 1, "one worker died before it removed its file"
    os.utime(left[0], (0, time.time() - 2 * 86_400))
    with lines("installation", on_sqlite.environ) as again:
        again({"do": "ready"})
    assert on_sqlite.uploads() == []


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


@contextmanager
def web_of(installation: Installation, uploader: Uploader) -> Iterator[subprocess.Popen[bytes]]:
    """`linkstead web` that answers, in a session of its own with the processes that it starts."""
    environ = clean(installation.environ | {"LINKSTEAD_PORT": str(uploader.port)})
    command = [sys.executable, "-m", "tests.faults.importing_process", "web"]
    with installation.log.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
        )
    try:
        until(uploader.is_up, installation.log)
        yield process
    finally:
        kill_all(process)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def test_f02_a_web_process_killed_during_an_upload_leaves_a_whole_import_or_none(
    on_sqlite: Installation, uploader: Uploader
) -> None:
    """What is uploaded lies under a random name until it is whole and on disk; only then is there a run."""
    dice, size = random.Random(5), len(uploader.body)
    # half of the file, then around the moment in which the last byte has come, then anywhere
    runs = on_sqlite.runs()
    points = [size // 2, size] + [dice.choice([size, dice.randrange(size)]) for _ in range(WEB_KILLS - 2)]
    for count in points:
        with web_of(on_sqlite, uploader) as web, uploader.sending(count):
            time.sleep(dice.uniform(0, 0.1))
            kill_all(web)
        runs = on_sqlite.runs()
        assert {run["state"] for run in runs} <= {"waiting"}
        assert {(run["size"], run["kept"]) for run in runs} <= {(uploader.file.stat().st_size,) * 2}
        assert on_sqlite("tasks") == len(runs), "every run has its task"
    for path in parts_of(on_sqlite):
        os.utime(path, (0, time.time() - 2 * 86_400))
    with web_of(on_sqlite, uploader) as web, uploader.sending(size) as browser:
        assert parts_of(on_sqlite) == [], "what broke off was cleared away"
        assert browser.getresponse().status == 302
        web.send_signal(signal.SIGTERM)
        assert web.wait(60) == 0
    assert len(on_sqlite.runs()) == len(runs) + 1
    with lines("nursery", on_sqlite.environ) as nursery:
        worker = Process(nursery, on_sqlite.log, "work")
        worker.until(lambda: {run["state"] for run in on_sqlite.runs()} == {"done"})
        assert worker.end() == 0
    assert sum(run["new_links"] for run in on_sqlite.runs()) == LINKS
    is_whole(on_sqlite.store, on_sqlite.project)


def parts_of(installation: Installation) -> list[Path]:
    """Uploads that are not whole."""
    return [path for path in installation.uploads() if path.suffix == ".part"]
