"""How the crawler behaves: its name, its limits, its pace."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkstead import __version__
from linkstead.page.limits import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from linkstead.monitor.connection import Resolver
    from linkstead.monitor.guard import Network
    from linkstead.monitor.turns import Clock


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Limits in bytes and seconds.

    `allowed_private_networks` are the only inner addresses that may be contacted. `user_agent` is made
    from `contact_url`, the page that tells site owners who we are, when it is empty. `total_seconds`
    covers a fetch with all its hops, waiting for its turn left out. `delay_seconds` is our own pause
    between two visits to one host (0 for tests on loopback; a site's Crawl-delay holds all the same).
    `refresh_seconds` is the longest delay of a meta refresh that is followed like a redirect.
    `resolver` replaces the system's name look-up, `clock` its clock; `ca_file` adds an authority.
    `pages_only` leaves bodies unread that are no markup. `address_door` lets several processes share the
    rule of one visit at a time to an address: it is entered with the address before each visit, and says
    whether the visit may be made; it may wait, which costs a fetch none of its time. Without one the rule
    holds within this process.
    """

    allowed_private_networks: tuple[Network, ...] = ()
    user_agent: str = ""
    contact_url: str = "https://github.com/linkstead/linkstead"
    concurrency: int = 64
    total_seconds: float = 30.0
    connect_seconds: float = 10.0
    max_redirects: int = 10
    max_wire: int = MAX_BYTES
    max_body: int = MAX_BYTES
    max_header_bytes: int = 16_384  # of one header; servers refuse longer ones themselves
    max_headers: int = 256
    delay_seconds: float = 5.0
    per_domain: int = 1
    per_address: int = 1
    refresh_seconds: float = 5.0
    obey_robots: bool = True
    resolver: Resolver | None = None
    clock: Clock = field(default_factory=SystemClock)
    ca_file: Path | None = None
    pages_only: bool = True
    address_door: Callable[[str], AbstractAsyncContextManager[bool]] | None = None

    @property
    def agent(self) -> str:
        """The User-Agent header: name, version, and where to read about us."""
        return self.user_agent or f"Linkstead/{__version__} (+{self.contact_url})"
