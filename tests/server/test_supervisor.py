"""`linkstead serve` as a real process: it starts everything, restarts what dies, ends everything."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from linkstead.server.supervisor import FIRST_PAUSE, LONGEST_PAUSE, Child, end_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class _Fake:
    """A process whose end the test decides."""

    def __init__(self) -> None:
        self.status: int | None = None

    def poll(self) -> int | None:
        return self.status


def test_a_process_that_keeps_dying_is_started_again_after_growing_pauses() -> None:
    child, started, pauses = Child("work", ["work"]), [], []

    def start(command: Any) -> Any:
        started.append(_Fake())
        return started[-1]

    now = 1_000.0
    for _ in range(9):
        child.tend(now, start)
        started[-1].status = 1
        told = child.tend(now + 1, start)
        assert "status 1" in told
        pauses.append(child.start_at - (now + 1))
        child.tend(child.start_at - 0.01, start)
        now = child.start_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert len(started) == 9, "never earlier than its pause"
    assert (pauses[0], pauses[-1]) == (FIRST_PAUSE, LONGEST_PAUSE)


def test_a_process_that_had_a_good_life_is_started_again_at_once() -> None:
    child, fake = Child("work", ["work"], pause=60.0), _Fake()
    child.tend(0.0, lambda command: fake)  # type: ignore[arg-type, return-value]
    fake.status = 0
    child.tend(3_600.0, lambda command: fake)  # type: ignore[arg-type, return-value]
    assert child.start_at == 3_600.0 + FIRST_PAUSE


def test_a_process_that_does_not_end_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as out:
        out.readline()
        end_all([Child("deaf", [], process=process)], grace=0.2)
    assert process.returncode == -signal.SIGKILL


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Served:
    """`serve` in a process of its own."""

    def __init__(self, data: Path, **environ: str) -> None:
        self.port = _free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LINKSTEAD_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        env = kept | {"LINKSTEAD_DATA": str(data), "LINKSTEAD_PORT": str(self.port)} | environ
        self.process = subprocess.Popen(
            [sys.executable, "-m", "linkstead.server", "serve"], env=env, stderr=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as out:
            self.lines.extend(out)

    def until(self, what: Callable[[], Any], seconds: float = 60.0) -> Any:
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if found := what():
                return found
            time.sleep(0.1)
        raise AssertionError("".join(self.lines[-40:]))

    def health(self) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return json.load(connection.getresponse())
        except OSError:
            return None
        finally:
            connection.close()

    def part(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            try:
                if child.cmdline()[-1:] == [name]:
                    return child
            except psutil.Error:
                continue  # it is just ending
        return None

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self._reader.join(10)
        return status


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(**environ: str) -> Served:
        started.append(Served(tmp_path / "data", **environ))
        return started[-1]

    yield start
    for served in started:
        served.end()


def test_serve_starts_everything_restarts_what_dies_and_ends_everything(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    served = serve()
    assert served.until(served.health) == {"process": "ok", "database": "ok"}
    told = "".join(served.lines)
    assert f"http://127.0.0.1:{served.port}" in told
    assert str(tmp_path / "data") in told
    assert told.count("/account/sign-in/") == 1
    secret = tmp_path / "data" / "secret-key"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "linkstead.sqlite3").stat().st_mode & 0o077 == 0
    parts = {name: served.until(lambda name=name: served.part(name)) for name in ("web", "work", "monitor")}
    below = [one for part in parts.values() for one in part.children(recursive=True)]
    parts["work"].kill()
    again = served.until(lambda: (new := served.part("work")) and new.pid != parts["work"].pid and new)
    assert served.end() == 0
    _, alive = psutil.wait_procs([parts["web"], parts["monitor"], again, *below], timeout=10)
    assert alive == []
    assert "Traceback" not in "".join(served.lines)
    assert "Warning" not in "".join(served.lines)


def test_when_serve_is_killed_nothing_of_it_stays(prepared: Path, serve: Callable[..., Served]) -> None:
    served = serve()
    served.until(served.health)
    below = psutil.Process(served.process.pid).children(recursive=True)
    assert len(below) >= 4
    served.process.kill()
    _, alive = psutil.wait_procs(below, timeout=40)
    assert alive == []


def test_data_of_a_newer_version_is_refused_with_a_sentence(
    prepared: Path, serve: Callable[..., Served]
) -> None:
    with sqlite3.connect(prepared / "linkstead.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('tracking', '9999_future', '2030-01-01')"
        )
    database.close()
    served = serve()
    assert served.process.wait(60) == 1
    served.end()
    assert "newer Linkstead" in "".join(served.lines)
    assert "Traceback" not in "".join(served.lines)


@pytest.mark.parametrize(
    ("environ", "status", "told"),
    [
        ({"LINKSTEAD_PROT": "1"}, 2, "did you mean LINKSTEAD_PORT"),
        (
            {"LINKSTEAD_DATABASE": "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2"},
            1,
            "database cannot be",
        ),
        ({"LINKSTEAD_DATA": "/proc/nowhere"}, 2, "data folder"),
    ],
)
def test_what_cannot_start_says_why_in_one_sentence(
    serve: Callable[..., Served], environ: dict[str, str], status: int, told: str
) -> None:
    served = serve(**environ)
    assert served.process.wait(60) == status
    served.end()
    assert told in "".join(served.lines)
    assert len(served.lines) == 1
