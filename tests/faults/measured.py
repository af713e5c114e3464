"""Fetches and readings in a process of their own, with the memory and the processor time that they took."""

from __future__ import annotations

import multiprocessing
import re
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.monitor.fetch import Fetcher, FetchSettings, run
from linkstead.monitor.verify import look
from linkstead.page import read_page
from tests.loopback.web import LOOPBACK

if TYPE_CHECKING:
    from linkstead.link import Reason, Verdict

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Measured:
    """Of one fetch: the verdict, the growth of the peak memory in MiB, CPU seconds with the look."""

    verdict: Verdict
    failure: Reason | None
    grown: float
    cpu: float


def measure(urls: list[str], **settings: Any) -> list[Measured]:
    """Fetch the URLs one after the other in a fresh process; the first is a warm-up and left out."""
    if not _STATUS.exists():
        pytest.skip("peak memory is read from /proc, which is not here")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_in_child, urls, settings).result()[1:]


def _in_child(urls: list[str], settings: dict[str, Any]) -> list[Measured]:
    return run(_fetch(urls, settings))


async def _fetch(urls: list[str], settings: dict[str, Any]) -> list[Measured]:
    found = []
    defaults: dict[str, Any] = {
        "allowed_private_networks": LOOPBACK,
        "delay_seconds": 0.0,
        "obey_robots": False,
    }
    async with Fetcher(FetchSettings(**(defaults | settings))) as fetcher:
        for url in urls:
            _reset_peak()
            before, started = _peak(), time.process_time()
            fetched = await fetcher.fetch(url)
            grown = (_peak() - before) / 1024  # the look has limits and a process of its own
            verdict = look(fetched, target="https://example.com/", site="example.com", now=0)
            found.append(Measured(verdict, fetched.failure, grown, time.process_time() - started))
    return found


def _reset_peak() -> None:
    """The peak is what is in use now."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    match = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text())
    return int(match[1]) if match else 0


@dataclass(frozen=True)
class Reading:
    """Of one page read in a child: how many links, whether it was cut, peak growth in MiB, CPU seconds."""

    links: int
    truncated: bool
    grown: float
    cpu: float


def read_measured(body: bytes) -> Reading:
    """Read a page and measure it. Made for a child of `BoundedCalls`, whose limits it runs under."""
    _reset_peak()
    before, started = _peak(), time.process_time()
    page = read_page(body, url="https://fault.example/")
    grown = (_peak() - before) / 1024
    return Reading(len(page.links), page.truncated, grown, time.process_time() - started)
