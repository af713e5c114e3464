"""Whose turn it is: one visit at a time per host, per registrable domain and per address.

Visitors of one host stand in one line and are let in by its pace; those of other hosts never wait for
them. Locks are taken in one order (host, domain, address, slot), so nobody waits in a circle.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from linkstead.monitor.pacing import SLOWING_STATUSES, backoff, delay_between

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_SWEEP_EVERY = 4096


class Clock(Protocol):
    """The time and a way to wait; tests bring their own.

    `now` is in epoch seconds and may jump when the machine's clock is set; `monotonic` never does, and
    is what waiting goes by.
    """

    def now(self) -> float: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


@dataclass(slots=True)
class HostPace:
    """What is known of one host's pace. Times are monotonic seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    held_until: float = 0.0
    crawl_delay: float | None = None
    slowings: int = 0
    visitors: int = 0


@dataclass(slots=True)
class _Door:
    """A lock for a domain or an address, forgotten when nobody stands at it."""

    lock: asyncio.Semaphore
    visitors: int = 0


class Turns:
    """The lines before all hosts. `delay` is our own seconds between two visits to one host."""

    def __init__(self, clock: Clock, *, delay: float, per_domain: int = 1, per_address: int = 1) -> None:
        self._clock = clock
        self._delay = delay
        self._widths = {"domain": per_domain, "address": per_address}
        self._hosts: dict[str, HostPace] = {}
        self._doors: dict[tuple[str, str], _Door] = {}

    @asynccontextmanager
    async def at_host(self, host: str) -> AsyncIterator[HostPace]:
        """Stand in the host's line, then wait for its pace.

        A host that asked us to stay away is not waited for: the caller reads `held_until`.
        """
        pace = self._pace(host)
        pace.visitors += 1
        try:
            async with pace.lock:
                await self._rest(pace)
                yield pace
        finally:
            pace.visitors -= 1

    @asynccontextmanager
    async def at(self, kind: str, name: str) -> AsyncIterator[None]:
        """Stand at the door of a `domain` or an `address`."""
        key = (kind, name)
        door = self._doors.get(key)
        if door is None:
            door = self._doors[key] = _Door(asyncio.Semaphore(self._widths[kind]))
        door.visitors += 1
        try:
            async with door.lock:
                yield
        finally:
            door.visitors -= 1
            if not door.visitors:
                self._doors.pop(key, None)

    def visited(self, pace: HostPace, seconds: float, status: int | None) -> None:
        """A visit took so many seconds and ended with a status.

        Without an answer (None) it neither adds to the backoff nor ends it: a host in trouble is silent
        now and then.
        """
        if status is not None:
            pace.slowings = pace.slowings + 1 if status in SLOWING_STATUSES else 0
        delay = delay_between(self._delay, pace.crawl_delay, seconds)
        pace.free_at = self._clock.monotonic() + (backoff(delay, pace.slowings) if pace.slowings else delay)

    def hold(self, pace: HostPace, seconds: float) -> None:
        """The host asks to be left alone for so long (Retry-After)."""
        pace.held_until = max(pace.held_until, self._clock.monotonic() + seconds)

    def held(self, pace: HostPace) -> float:
        """Seconds for which the host still wants to be left alone."""
        return max(0.0, pace.held_until - self._clock.monotonic())

    async def _rest(self, pace: HostPace) -> None:
        wait = pace.free_at - self._clock.monotonic()
        if wait > 0:
            await self._clock.sleep(wait)

    def _pace(self, host: str) -> HostPace:
        pace = self._hosts.get(host)
        if pace is None:
            if len(self._hosts) % _SWEEP_EVERY == _SWEEP_EVERY - 1:
                self._sweep()
            pace = self._hosts[host] = HostPace()
        return pace

    def _sweep(self) -> None:
        """Forget hosts that nobody waits for and that could be visited now."""
        now = self._clock.monotonic()
        idle = [
            host
            for host, pace in self._hosts.items()
            if not pace.visitors and max(pace.free_at, pace.held_until) <= now and not pace.slowings
        ]
        for host in idle:
            del self._hosts[host]
