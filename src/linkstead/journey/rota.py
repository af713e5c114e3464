"""Whose turn it is: the hosts that we hold, each ready again when it has rested.

A worker takes a host that is ready, looks at one of its pages and says how long the host shall rest.
Hosts never wait for one another, and no worker waits for a host that rests.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkstead.profile.hosts import HostLease
    from linkstead.profile.looks import DuePage


@dataclass(slots=True, eq=False)
class Held:
    """A host under our lease: its pages, and what its visits were like.

    `loaded` says that all of its due pages have been read from the store, `unwritten` are pages that were
    looked at and whose looks are not written yet. `rest` is in seconds,
    `held_until` in epoch seconds: the host has asked us to stay away.
    """

    lease: HostLease
    pages: deque[DuePage] = field(default_factory=deque)
    loaded: bool = False
    unwritten: set[int] = field(default_factory=set)
    taken: int = 0
    visits: int = 0
    troubles: int = 0
    rest: float = 0.0
    held_until: int | None = None
    last_at: int | None = None
    outcome: str | None = None
    reason: str | None = None
    seconds: float | None = None


class Rota:
    """The hosts that we hold, and those among them that may be visited now."""

    def __init__(self) -> None:
        self.held: dict[int, Held] = {}
        self._ready: asyncio.Queue[Held | None] = asyncio.Queue()
        self._stopped = False

    def add(self, held: Held) -> None:
        """A host that was claimed."""
        self.held[held.lease.key] = held
        self._ready.put_nowait(held)

    async def take(self) -> Held | None:
        """A host that may be visited, when there is one; None when nobody shall visit any more."""
        while True:
            held = await self._ready.get()
            if held is None or self._stopped:
                self._ready.put_nowait(None)  # the others who wait shall know it, too
                return None
            if self.held.get(held.lease.key) is held:
                return held

    @property
    def ready(self) -> int:
        """How many hosts may be visited now."""
        return self._ready.qsize()

    def rested(self, held: Held, seconds: float) -> None:
        """The host is ready again after so many seconds."""
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, self._ready.put_nowait, held)
        else:
            self._ready.put_nowait(held)

    def drop(self, held: Held) -> None:
        """The host is no longer ours to visit."""
        if self.held.get(held.lease.key) is held:
            del self.held[held.lease.key]

    def stop(self) -> None:
        """Give out nothing more."""
        self._stopped = True
        self._ready.put_nowait(None)


class Rate:
    """At most so many visits a second over all hosts, evenly spaced; 0 for no limit."""

    def __init__(self, a_second: float) -> None:
        self._a_second = a_second
        self._next = 0.0

    async def slot(self) -> None:
        """Wait until one more visit is allowed."""
        if self._a_second <= 0:
            return
        here = time.monotonic()
        self._next = max(here, self._next + 1 / self._a_second)
        if self._next > here:
            await asyncio.sleep(self._next - here)
