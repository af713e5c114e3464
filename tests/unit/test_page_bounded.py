"""Calls in children: a hostile one ends alone, the others go on, nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import UsageError
from linkstead.page import read_page
from linkstead.page.bounded import BoundedCalls, Overrun

if TYPE_CHECKING:
    from collections.abc import Callable


def spin() -> object:
    while True:
        pass


def eat() -> object:
    return len(bytearray(1024**3))


def fail() -> object:
    raise ValueError("not like this")


def fail_oddly() -> object:
    raise _OddError("one", "two")


def make_noise() -> object:
    print("noise on standard output", flush=True)
    return sys.stdin.read()


DEEDS: dict[str, Callable[[], object]] = {
    "spin": spin,
    "sleep": lambda: time.sleep(600),
    "eat": eat,
    "exit": lambda: os._exit(7),
    "raise": fail,
    "odd": fail_oddly,
    "print": make_noise,
    "pid": os.getpid,
    "big": lambda: b"x" * 5_000_000,
}


def act(what: str) -> object:
    """Runs in the child: a deed by its name, else the name itself."""
    return DEEDS[what]() if what in DEEDS else what


class _OddError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_results_come_back_in_order_of_their_futures() -> None:
    with BoundedCalls(act, workers=2, seconds=20, megabytes=200) as calls:
        futures = [calls.submit(str(number)) for number in range(20)]
        assert [future.result() for future in futures] == [str(number) for number in range(20)]


@pytest.mark.parametrize(
    ("what", "reason"), [("spin", "time"), ("sleep", "time"), ("eat", "memory"), ("exit", "died")]
)
def test_a_call_that_goes_over_ends_alone(what: str, reason: str) -> None:
    with BoundedCalls(act, workers=1, seconds=1, megabytes=100) as calls:
        before = calls.submit("pid").result()
        overrun, after = calls.submit(what), calls.submit("pid")
        answer = overrun.result()
        assert isinstance(answer, Overrun)
        assert answer.reason == reason
        assert answer.detail.endswith(".")
        assert isinstance(before, int)
        assert after.result() != before
        assert is_gone(before)


def test_the_other_workers_go_on_meanwhile() -> None:
    with BoundedCalls(act, workers=2, seconds=3, megabytes=100) as calls:
        slow = calls.submit("sleep")
        assert [calls.submit("quick").result() for _ in range(5)] == ["quick"] * 5
        assert not slow.done()
        assert isinstance(slow.result(), Overrun)


def test_an_exception_of_the_function_is_the_futures() -> None:
    with BoundedCalls(act, workers=1, seconds=20, megabytes=100) as calls:
        pid = calls.submit("pid").result()
        with pytest.raises(ValueError, match="not like this"):
            calls.submit("raise").result()
        with pytest.raises(Exception, match="one and two"):
            calls.submit("odd").result()
        assert calls.submit("pid").result() == pid


def test_noise_and_large_results_do_not_disturb_the_pipe() -> None:
    with BoundedCalls(act, workers=1, seconds=20, megabytes=100) as calls:
        assert calls.submit("print").result() == ""
        assert calls.submit("big").result() == b"x" * 5_000_000


def test_pages_are_read_in_children() -> None:
    bodies = [b"<a href=/x>x</a>" * number for number in range(6)]
    with BoundedCalls(read_page, workers=2, seconds=20, megabytes=256) as calls:
        futures = [calls.submit(body, url="https://site.example/") for body in bodies]
        assert [future.result() for future in futures] == [
            read_page(body, url="https://site.example/") for body in bodies
        ]


def test_asyncio_can_wait_for_a_call() -> None:
    async def ask(calls: BoundedCalls[object]) -> list[object]:
        return await asyncio.gather(*(asyncio.wrap_future(calls.submit(word)) for word in ("a", "b", "exit")))

    with BoundedCalls(act, workers=2, seconds=20, megabytes=100) as calls:
        first, second, third = asyncio.run(ask(calls))
    assert (first, second) == ("a", "b")
    assert isinstance(third, Overrun)


def test_closing_cancels_what_waits_and_leaves_no_process() -> None:
    calls = BoundedCalls(act, workers=1, seconds=2, megabytes=100)
    pid = calls.submit("pid").result()
    running = calls.submit("sleep")
    while not running.running():
        time.sleep(0.01)
    waiting = calls.submit("never")
    calls.close()
    calls.close()
    assert isinstance(running.result(), Overrun)
    with pytest.raises(CancelledError):
        waiting.result()
    assert isinstance(pid, int)
    assert is_gone(pid)
    with pytest.raises(UsageError, match="closed"):
        calls.submit("x")


@pytest.mark.parametrize("arguments", [{"workers": 0}, {"seconds": 0}, {"megabytes": 0}])
def test_a_pool_without_room_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="at least one"):
        BoundedCalls(act, **({"workers": 1, "seconds": 1, "megabytes": 1} | arguments))


def test_a_function_that_no_child_can_import_is_refused() -> None:
    with pytest.raises(UsageError, match="importable"):
        BoundedCalls(lambda: 1, workers=1, seconds=1, megabytes=1)


def test_it_works_when_standard_input_is_closed() -> None:
    script = (
        "import os, math; from linkstead.page.bounded import BoundedCalls\n"
        "with BoundedCalls(math.sqrt, workers=1, seconds=20, megabytes=50) as calls:\n"
        "    os.write(1, str(calls.submit(9.0).result()).encode())\n"
    )
    shell = ["sh", "-c", 'exec "$0" -c "$1" <&-', sys.executable, script]
    assert subprocess.run(shell, capture_output=True, timeout=60, check=True).stdout == b"3.0"
