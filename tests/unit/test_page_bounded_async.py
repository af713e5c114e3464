"""The pool for an event loop: it keeps what the pool with threads promises, and loses no call."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from linkstead.errors import UsageError
from linkstead.page import read_page
from linkstead.page.bounded_async import AsyncBoundedCalls, Overrun

Calls = AsyncBoundedCalls[object]


def act(what: str) -> object:
    """Runs in the child: a deed by its name, else the name itself."""
    if what == "spin":
        while True:
            pass
    if what == "sleep":
        time.sleep(600)
    if what == "eat":
        return len(bytearray(1024**3))
    if what == "exit":
        os._exit(7)
    if what == "close":
        os.closerange(3, 64)
        time.sleep(600)
    if what == "raise":
        raise ValueError("not like this")
    return {"pid": os.getpid(), "big": b"x" * 5_000_000}.get(what, what)


def size(body: bytes) -> int:
    return len(body)


def pool(*, workers: int = 1, seconds: float = 20) -> Calls:
    return AsyncBoundedCalls(act, workers=workers, seconds=seconds, megabytes=100)


def is_gone(pid: object) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_every_call_gets_its_own_answer() -> None:
    async def ask() -> list[object]:
        async with pool(workers=2) as calls:
            return await asyncio.gather(*(calls.submit(str(number)) for number in range(200)))

    assert asyncio.run(ask()) == [str(number) for number in range(200)]


@pytest.mark.parametrize(
    ("what", "reason"),
    [("spin", "time"), ("sleep", "time"), ("eat", "memory"), ("exit", "died"), ("close", "died")],
)
def test_a_call_that_goes_over_is_the_only_one_lost(what: str, reason: str) -> None:
    async def ask() -> tuple[object, list[object], object]:
        async with pool(seconds=1) as calls:
            before = await calls.submit("pid")
            around = [*(str(n) for n in range(5)), what, *(str(n) for n in range(20))]
            return (
                before,
                await asyncio.gather(*(calls.submit(word) for word in around)),
                await calls.submit("pid"),
            )

    before, answers, after = asyncio.run(ask())
    lost = answers.pop(5)
    assert answers == [*(str(n) for n in range(5)), *(str(n) for n in range(20))]
    assert isinstance(lost, Overrun)
    assert lost.reason == reason
    assert lost.detail.endswith(".")
    assert after != before
    assert is_gone(before)


def test_several_bad_calls_in_a_row_lose_only_themselves() -> None:
    async def ask() -> list[object]:
        async with pool() as calls:
            return await asyncio.gather(*(calls.submit(w) for w in ("exit", "exit", "a", "exit", "b")))

    kinds = [answer if isinstance(answer, str) else type(answer) for answer in asyncio.run(ask())]
    assert kinds == [Overrun, Overrun, "a", Overrun, "b"]


def test_the_other_worker_goes_on_meanwhile() -> None:
    async def ask() -> tuple[bool, list[object], object]:
        async with pool(workers=2, seconds=3) as calls:
            slow = asyncio.ensure_future(calls.submit("sleep"))
            await asyncio.sleep(0)
            quick = [await calls.submit("quick") for _ in range(5)]
            return slow.done(), quick, await slow

    done, quick, slow = asyncio.run(ask())
    assert not done
    assert quick == ["quick"] * 5
    assert isinstance(slow, Overrun)


def test_an_exception_of_the_function_is_raised_and_the_child_stays() -> None:
    async def ask() -> None:
        async with pool() as calls:
            pid = await calls.submit("pid")
            with pytest.raises(ValueError, match="not like this"):
                await calls.submit("raise")
            assert await calls.submit("pid") == pid

    asyncio.run(ask())


def test_bodies_larger_than_a_pipe_go_both_ways() -> None:
    async def ask() -> tuple[list[object], object]:
        async with AsyncBoundedCalls(size, workers=1, seconds=20, megabytes=200) as sizes, pool() as calls:
            bodies = [b"x" * (n * 700_000) for n in range(8)]
            return await asyncio.gather(*map(sizes.submit, bodies)), await calls.submit("big")

    sizes, big = asyncio.run(ask())
    assert sizes == [n * 700_000 for n in range(8)]
    assert big == b"x" * 5_000_000


def test_pages_are_read_in_children_on_uvloop_too() -> None:
    uvloop = pytest.importorskip("uvloop")
    bodies = [b"<a href=/x>x</a>" * number for number in range(6)]

    async def ask() -> list[object]:
        async with AsyncBoundedCalls(read_page, workers=2, seconds=20, megabytes=256) as calls:
            return await asyncio.gather(*(calls.submit(body, url="https://site.example/") for body in bodies))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(ask()) == [read_page(body, url="https://site.example/") for body in bodies]


def test_a_caller_who_gives_up_takes_nobody_along() -> None:
    async def ask() -> list[object]:
        async with pool() as calls:
            first = asyncio.ensure_future(calls.submit("a"))
            given_up = asyncio.ensure_future(calls.submit("b"))
            await asyncio.sleep(0)
            given_up.cancel()
            return [await first, await calls.submit("c")]

    assert asyncio.run(ask()) == ["a", "c"]


def test_what_cannot_be_sent_is_the_callers_error() -> None:
    async def ask() -> object:
        async with pool() as calls:
            with pytest.raises((AttributeError, TypeError)):
                await calls.submit(lambda: 1)
            return await calls.submit("a")

    assert asyncio.run(ask()) == "a"


def test_closing_cancels_what_is_left_and_leaves_no_process() -> None:
    async def ask() -> object:
        calls = pool()
        async with calls:
            pid = await calls.submit("pid")
            left = [asyncio.ensure_future(calls.submit("sleep")) for _ in range(40)]
            await asyncio.sleep(0.05)
        answers = await asyncio.gather(*left, return_exceptions=True)
        assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)
        with pytest.raises(UsageError, match="closed"):
            await calls.submit("x")
        return pid

    assert is_gone(asyncio.run(ask()))


def test_a_function_that_a_child_cannot_import_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "soon_gone.py").write_text("def deed():\n    return 1\n", encoding="ascii")
    monkeypatch.syspath_prepend(tmp_path)
    deed = __import__("soon_gone").deed
    calls = AsyncBoundedCalls(deed, workers=1, seconds=20, megabytes=50)
    (tmp_path / "soon_gone.py").unlink()
    del sys.modules["soon_gone"]

    async def ask() -> None:
        async with calls:
            with pytest.raises(UsageError, match="could not import"):
                await calls.submit()

    asyncio.run(ask())
