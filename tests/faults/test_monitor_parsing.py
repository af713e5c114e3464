"""Fault F17: markup made to exhaust whoever reads it. At most 2 s and 256 MiB, and only the child dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkstead.link import Outcome, Reason
from linkstead.monitor.fetch import Fetched, Fetcher, run
from linkstead.monitor.verify import look
from linkstead.page import Page, read_page
from linkstead.page.bounded import BoundedCalls, Overrun
from linkstead.page.limits import MAX_BYTES
from tests.faults.measured import Reading, read_measured
from tests.loopback.web import Answer, Hit, LoopbackWeb

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

MAX_SECONDS = 2.0
MAX_MEMORY = 256
HOST = "fault.example"

#: Bodies as F17 names them, and some of their kin. Made when asked for: they are large.
MARKUP: dict[str, Callable[[], bytes]] = {
    "1,000,000 nested divisions": lambda: b"<div>" * 1_000_000,
    "1,000,000 nested divisions, closed": lambda: b"<div>" * 1_000_000 + b"</div>" * 1_000_000,
    "1,000,000 nested formatting elements": lambda: b"<b>" * 1_000_000,
    "1,000,000 nested links": lambda: b"<a href=/x>" * 1_000_000,
    "1,000,000 nested table parts": lambda: b"<table><tr><td>" * 333_334,
    "1,000,000 nested foreign elements": lambda: b"<svg>" * 1_000_000,
    "5,000,000 attributes of one tag": lambda: b"<p" + b" a%d" * 5_000_000 % tuple(range(5_000_000)) + b">",
    "5,000,000 attributes of one name": lambda: b"<p " + b"a=1 " * 5_000_000 + b">",
    "5,000,000 attributes of 1,000,000 tags": lambda: b"<p a b c d e>" * 1_000_000,
    "NULs": lambda: bytes(MAX_BYTES),
    "NULs in tags": lambda: b"<\0a\0 href\0=/x\0>x\0</a>" * 200_000,
    "beginnings of tags": lambda: b"<" * MAX_BYTES,
    "beginnings of references": lambda: b"&" * MAX_BYTES,
    "a comment without an end": lambda: b"<!--" + b"-" * MAX_BYTES,
}
#: Lines of 200 MB, fed past the fetch, which would have stopped at 3 MiB.
LINES: dict[str, Callable[[], bytes]] = {
    "letters": lambda: b"x" * 200_000_000,
    "links": lambda: b"<a href=/x>x</a>" * 12_500_000,
    "NULs": lambda: bytes(200_000_000),
}


@pytest.fixture(scope="module")
def readings() -> Iterator[BoundedCalls[Reading]]:
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("peak memory is read from /proc, which is not here")
    with BoundedCalls(read_measured, workers=1, seconds=20, megabytes=MAX_MEMORY) as calls:
        calls.submit(b"<p>warm").result()
        yield calls


@pytest.mark.parametrize("name", MARKUP)
def test_f17_hostile_markup_is_read_within_2_seconds_of_cpu_and_256_mib(
    name: str, readings: BoundedCalls[Reading]
) -> None:
    reading = readings.submit(MARKUP[name]()).result()
    assert isinstance(reading, Reading), reading
    assert reading.cpu <= MAX_SECONDS
    assert reading.grown <= MAX_MEMORY


@pytest.fixture(scope="module")
def pages() -> Iterator[BoundedCalls[Page]]:
    with BoundedCalls(read_page, workers=1, seconds=MAX_SECONDS, megabytes=MAX_MEMORY) as calls:
        yield calls


@pytest.mark.parametrize("name", LINES)
def test_f17_a_line_of_200_mb_ends_the_child_alone(name: str, pages: BoundedCalls[Page]) -> None:
    ours = os.getpid()
    ended = pages.submit(LINES[name](), url=f"https://{HOST}/").result()
    assert isinstance(ended, Overrun)
    after = pages.submit(b"<a href=/x>x</a>", url=f"https://{HOST}/").result()
    assert isinstance(after, Page)
    assert len(after.links) == 1
    assert os.getpid() == ours


async def _endless_line(writer: asyncio.StreamWriter, _: Hit) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 200000000\r\n\r\n")
    for _number in range(200):
        writer.write(b"x" * 1_000_000)
        await writer.drain()


def test_f17_over_the_wire_a_line_of_200_mb_ends_at_3_mib_and_is_unreadable() -> None:
    async def visit(web: LoopbackWeb) -> Fetched:
        async with Fetcher(web.settings(obey_robots=False)) as fetcher:
            return await fetcher.fetch(web.url(HOST))

    with LoopbackWeb({(HOST, "/"): Answer(write=_endless_line)}) as web:
        fetched = run(visit(web))
    verdict = look(fetched, target="https://example.com/", site="example.com", now=0)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNREADABLE, Reason.TOO_LARGE)
    assert MAX_BYTES - 16_384 <= len(fetched.body) <= MAX_BYTES
