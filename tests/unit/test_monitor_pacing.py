from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.monitor.pacing import MAX_RETRY_AFTER, backoff, delay_between, retry_after
from linkstead.monitor.turns import HostPace, Turns

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("base", "crawl_delay", "last", "expected"),
    [
        (5.0, None, 0.1, 5.0),
        (5.0, None, 2.0, 20.0),
        (5.0, 12.0, 0.1, 12.0),
        (5.0, 3_600.0, 0.1, 60.0),
        (5.0, -1.0, 0.1, 5.0),
        (0.0, None, 9.0, 0.0),
        (0.0, 3.0, 9.0, 3.0),
    ],
)
def test_the_longest_wish_decides_the_delay(
    base: float, crawl_delay: float | None, last: float, expected: float
) -> None:
    assert delay_between(base, crawl_delay, last) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["120"], 120.0),
        ([" 120 "], 120.0),
        (["0"], None),
        (["-5"], None),
        (["soon"], None),
        ([], None),
        (["1.5"], None),
        (["99999999999999999999"], MAX_RETRY_AFTER),
        ([format_datetime(datetime.fromtimestamp(NOW + 90, UTC), usegmt=True)], 90.0),
        ([format_datetime(datetime.fromtimestamp(NOW - 90, UTC), usegmt=True)], None),
        (["Friday, 31-Dec-99 23:59:59 GMT"], None),
        (["10", "30"], 30.0),
        (["²"], None),
    ],
)
def test_retry_after_is_read_in_both_forms(values: list[str], expected: float | None) -> None:
    assert retry_after(values, NOW) == expected


@given(st.text(max_size=60), st.floats(0, 4e9))
def test_retry_after_never_raises_and_never_exceeds_seven_days(value: str, now: float) -> None:
    seconds = retry_after([value], now)
    assert seconds is None or 0 < seconds <= MAX_RETRY_AFTER


@given(st.floats(0, 60), st.integers(0, 1_000))
def test_backoff_grows_and_ends_at_ten_minutes(base: float, failures: int) -> None:
    assert backoff(base, failures) <= backoff(base, failures + 1) <= 600.0


class _Clock:
    """Waiting takes no time and is written down."""

    def __init__(self) -> None:
        self.time = NOW
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


def _visits(statuses: list[int], seconds: float = 0.1) -> list[float]:
    clock = _Clock()
    turns = Turns(clock, delay=5.0)

    async def visit() -> None:
        for status in statuses:
            async with turns.at_host("a.example") as pace:
                turns.visited(pace, seconds, status)

    asyncio.run(visit())
    return clock.waits


def test_visits_to_one_host_are_five_seconds_apart() -> None:
    assert _visits([200, 200, 404]) == [5.0, 5.0]


def test_429_500_and_503_slow_the_host_down_until_it_recovers() -> None:
    assert _visits([429, 500, 503, 200, 200]) == [10.0, 20.0, 40.0, 5.0]


def test_one_visit_at_a_time_per_host_and_others_go_on() -> None:
    clock = _Clock()
    turns = Turns(clock, delay=0.0)
    inside: list[str] = []
    most: dict[str, int] = {}

    async def visit(host: str, address: str) -> None:
        async with turns.at_host(host), turns.at("domain", host), turns.at("address", address):
            inside.extend((host, address))
            for name in (host, address):
                most[name] = max(most.get(name, 0), inside.count(name))
            most["all"] = max(most.get("all", 0), len(inside) // 2)
            for _ in range(3):
                await asyncio.sleep(0)
            inside.remove(host)
            inside.remove(address)

    async def all_visits() -> None:
        visits = [visit(f"h{number % 4}.example", f"10.0.0.{number % 4 // 2}") for number in range(40)]
        await asyncio.gather(*visits)

    asyncio.run(all_visits())
    assert most.pop("all") == 2
    assert set(most.values()) == {1}


def test_hosts_that_nobody_waits_for_are_forgotten() -> None:
    clock = _Clock()
    turns = Turns(clock, delay=5.0)

    async def visit(host: str) -> HostPace:
        async with turns.at_host(host) as pace:
            turns.visited(pace, 0.1, 200)
            return pace

    async def many() -> None:
        for number in range(10_000):
            clock.time += 1
            await visit(f"h{number}.example")

    asyncio.run(many())
    assert len(turns._hosts) < 4_200
