"""Names to addresses that may be contacted: resolved once, judged as one answer, pinned for the connector."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from linkstead.link import Reason
from linkstead.monitor.connection import SystemResolver
from linkstead.monitor.guard import judge_answer, judge_port
from linkstead.monitor.trail import Failure

if TYPE_CHECKING:
    from linkstead.monitor.exchange import Exchange
    from linkstead.monitor.fetch_settings import FetchSettings
    from linkstead.monitor.guard import WebAddress

_PINS: Final = 50_000


class GuardedLookup:
    """The one way from a name to a connection of `exchange`."""

    def __init__(self, exchange: Exchange, settings: FetchSettings) -> None:
        self._exchange = exchange
        self._allowed = settings.allowed_private_networks
        self._system = SystemResolver()  # starts no thread before it is asked
        self._resolve = settings.resolver or self._system

    def close(self) -> None:
        self._system.close()

    async def addresses(self, address: WebAddress, seconds: float) -> tuple[str, ...] | Failure:
        """Resolve within so many seconds, judge all answers as one, and pin them for the connector."""
        if address.literal:
            found: tuple[str, ...] = (address.host,)
        else:
            try:
                async with asyncio.timeout(seconds):
                    found = tuple(await self._resolve(address.host, address.port))
            except (OSError, UnicodeError):  # TimeoutError is an OSError
                return Failure(Reason.DNS, "the name was not found")
        refusal = judge_answer(found, self._allowed, self._exchange.own) or judge_port(
            address.port, found, self._allowed
        )
        if refusal is not None:
            return Failure(Reason.ADDRESS_REFUSED, refusal)
        if not found:
            return Failure(Reason.DNS, "the name has no address")
        self._pin(address.host, found)
        return found

    def _pin(self, host: str, found: tuple[str, ...]) -> None:
        pins = self._exchange.pinned.pins
        pins.pop(host, None)
        pins[host] = found
        if len(pins) > _PINS:
            del pins[next(iter(pins))]
