"""Faults F03, F04 and the mail part of F41: alerts by mail while processes die and mail servers err.

F03 kills the sending process (SIGKILL) at random moments and at each step of the conversation, over and
over: DELIVERY_KILLS=200 is the long form. Nothing may be lost, and no event may be told under two
Message-IDs. One window is open and is counted, not hidden: a process that dies after the server has taken
the message and before the row says so leads to the same message again, byte for byte under the same
Message-ID, which receivers fold. No protocol without a common transaction can close it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.smtp_sink import Mail, Manner, Sink

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("django", reason="deliveries need Linkstead's server packages")

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("DELIVERY_KILLS", "24"))


class Installation:
    """The other side of deliveries_child.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, do: str, **more: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the installation died; its stderr is above"
        return json.loads(answer)


@contextmanager
def _installed(folder: Path, port: int) -> Iterator[Installation]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LINKSTEAD_", "DJANGO_"))
    }
    env = {
        **kept,
        "LINKSTEAD_DATA": str(folder / "data"),
        "LINKSTEAD_MAIL_HOST": "127.0.0.1",
        "LINKSTEAD_MAIL_PORT": str(port),
        "LINKSTEAD_MAIL_TLS": "none",
        "LINKSTEAD_MAIL_FROM": "linkstead@links.example",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]),
    }
    command = [sys.executable, str(Path(__file__).with_name("deliveries_child.py"))]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Installation(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as started:
        yield started


@pytest.fixture(scope="module")
def started(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with _installed(tmp_path_factory.mktemp("installation"), sink.port) as made:
        yield made


@pytest.fixture
def installation(sink: Sink, started: Installation) -> Installation:
    sink.plan = [Manner.FINE]
    sink.at = lambda where: None
    sink.taken.clear()
    sink.seen.clear()
    sink.tries = 0
    return started


def _of(installation: Installation, *addresses: str) -> list[dict[str, Any]]:
    return [one for one in installation("deliveries") if one["address"] in addresses]


class Killer:
    """Kills the process of this round when the conversation comes to a certain step."""

    def __init__(self) -> None:
        self._process = 0
        self._where = ""
        self._lock = threading.Lock()

    def aim(self, process: int, where: str) -> None:
        with self._lock:
            self._process, self._where = process, where

    def __call__(self, where: str) -> None:
        with self._lock:
            if self._process and where == self._where:
                self.fire()

    def fire(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        self._process = 0

    def fire_later(self, process: int, seconds: float) -> None:
        self.aim(process, "")
        threading.Event().wait(seconds)
        with self._lock:
            if self._process:
                self.fire()


@pytest.mark.timeout(900)
def test_no_kill_loses_an_alert_or_tells_it_under_two_names(sink: Sink, installation: Installation) -> None:
    project = installation("project", name="Harbour", addresses=["killed@example.com"])
    chance, killer = random.Random(3), Killer()
    sink.at = killer
    killed = 0
    for number in range(1, KILLS + 1):
        installation("happen", project=project, numbers=[number])
        process = installation("work")
        where = ("rcpt", "data", "done", "at random")[number % 4]
        if where == "at random":
            killer.fire_later(process, chance.uniform(0, 0.15))
        else:
            killer.aim(process, where)
        killed += installation("wait", process=process) == -signal.SIGKILL
        killer.aim(0, "")
        if number % 3:  # else the next round finds what this one left
            installation("finish")
    installation("finish")

    deliveries = _of(installation, "killed@example.com")
    assert {one["state"] for one in deliveries} == {"sent"}
    told = Counter(event for one in deliveries for event in one["events"])
    assert len(told) == KILLS
    assert set(told.values()) == {1}, "no event is told under two Message-IDs"
    arrived: dict[str, list[Mail]] = {}
    for mail in sink.taken:
        arrived.setdefault(mail.message_id, []).append(mail)
    assert set(arrived) == {one["message_id"] for one in deliveries}, "nothing lost, nothing else sent"
    for mails in arrived.values():
        assert len({mail.part("plain") for mail in mails}) == 1, "one name, one text"
    # the open window: at most the kills that hit it, here at “data” and “done” and by chance
    repeated = sum(len(mails) - 1 for mails in arrived.values())
    assert killed >= KILLS // 2, "too few of the kills hit anything"
    assert repeated <= killed
    print(f"{killed} kills, {len(deliveries)} messages, {repeated} repeated under their own Message-ID")


#: how the server meets the first attempt, and what is then: state, attempts, copies taken
MANNERS = (
    (Manner.LATER, "sent", 2, 1),
    (Manner.DATA_LATER, "sent", 2, 1),
    (Manner.NEVER, "parked", 1, 0),
    (Manner.DATA_NEVER, "parked", 1, 0),
    (Manner.DROP_BEFORE, "sent", 2, 1),
    (Manner.DROP_AFTER, "sent", 1, 1),
)


@pytest.mark.parametrize(("manner", "state", "attempts", "copies"), MANNERS)
def test_a_mail_server_that_errs_gets_each_mail_once(
    sink: Sink, installation: Installation, manner: Manner, state: str, attempts: int, copies: int
) -> None:
    number = 10_000 + 10 * manner.value
    address = f"{manner.name.lower()}@example.com"
    project = installation("project", name="Harbour", addresses=[address])
    sink.plan = [manner, Manner.FINE]
    installation("happen", project=project, numbers=list(range(number, number + 5)))
    installation("finish")
    (delivery,) = _of(installation, address)
    assert (delivery["state"], delivery["attempt"]) == (state, attempts)
    assert len(sink.taken) == copies
    assert {mail.message_id for mail in sink.taken} <= {delivery["message_id"]}
    if state == "parked":
        assert "The mail server said: 55" in delivery["reason"]


def test_a_server_that_hangs_after_the_message_is_given_up_in_time(
    sink: Sink, installation: Installation
) -> None:
    """The deadline is that of one step, which is shortened here."""
    project = installation("project", name="Harbour", addresses=["hung@example.com"])
    sink.plan = [Manner.HANG, Manner.FINE]
    installation("patience", seconds=0.3)
    installation("happen", project=project, numbers=[19_000])
    installation("finish")
    installation("patience", seconds=20)
    (delivery,) = _of(installation, "hung@example.com")
    assert (delivery["state"], delivery["attempt"]) == ("sent", 2)
    assert len(sink.seen) == 2
    assert len({mail.message_id for mail in sink.seen}) == 1


def test_one_refused_address_holds_up_no_other(sink: Sink, installation: Installation) -> None:
    addresses = ["gone@example.com", "there@example.com"]
    project = installation("project", name="Harbour", addresses=addresses)
    sink.plan = [Manner.NEVER, Manner.FINE]
    installation("happen", project=project, numbers=[20_000])
    installation("finish")
    assert sorted(one["state"] for one in _of(installation, *addresses)) == ["parked", "sent"]
    assert len(sink.taken) == 1


HOSTILE = (
    "Harbour\r\nBcc: everybody@example.org\r\n\r\n<h1>x", "\u202egnp.tfil \u05de\u05d2", "=?utf-8?q?Bcc:_x?=",
    "x" * 1_000_000, "a\x00b\x1b[31mc", "\u0430pple.example",
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_names_and_anchors_leave_the_headers_whole(
    sink: Sink, installation: Installation, number: int
) -> None:
    text = HOSTILE[number]
    address = f"hostile{number}@example.com"
    project = installation("project", name=text.replace("\0", ""), addresses=[address])
    installation("happen", project=project, numbers=[30_000 + number], anchor=text)
    installation("finish")
    (mail,) = sink.taken
    parsed = mail.parsed
    assert mail.to == (address,)
    assert sorted(set(parsed.keys())) == sorted(
        ["Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
         "X-Auto-Response-Suppress"]
    )  # fmt: skip
    assert parsed.keys().count("Bcc") == 0
    assert len(str(parsed["Subject"])) < 150
    plain, markup = mail.part("plain"), mail.part("html")
    assert "\u202e" not in plain + markup + str(parsed["Subject"])
    assert "<h1>x" not in markup
    assert max(map(len, plain.splitlines())) < 1_000
    if not text.isascii():
        assert "\u2068" in plain
        assert "<bdi>" in markup
