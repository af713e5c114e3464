"""Is it the web that fails, or we? While our own network is in doubt, no miss is believed.

Whatever did not find its link waits a little before it is written. It is believed when looks that began
after it found theirs: a name server that is down, a cut line or a sign-in page for everybody finds nothing.
Where no such looks follow, the canaries (`monitor.canary`) are asked, after the look and never before it.
When they fail too, what waited says nothing, an incident is opened, and nobody looks at anything until they
answer again.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import Outcome
from linkstead.monitor.verify import in_doubt_verdict
from linkstead.profile import visited

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkstead.journey.looking import Looked
    from linkstead.journey.rota import Held
    from linkstead.monitor.canary import NetworkWatch
    from linkstead.profile.store import Store
    from linkstead.progress import StopAsked

#: So many looks that found their links prove that the network worked when they began.
_GOOD_PROVE: Final = 3
#: So many doubtful looks, or the first of them for so long (seconds), make us ask the canaries.
_FEW: Final = 10
WAIT_SECONDS: Final = 15.0
#: So many looks, or so many bytes of their bodies, wait for no canary's minute: they are asked at once.
_MANY: Final = 200
_MANY_BYTES: Final = 16 << 20
_ASK_AGAIN: Final = 1.0


class Seen(NamedTuple):
    """A look that waits to be written: when it began and ended, in the monotonic seconds of the watch."""

    held: Held
    looked: Looked
    began: float
    ended: float

    @property
    def found_all(self) -> bool:
        return all(verdict.outcome is Outcome.FOUND for verdict in self.looked.verdicts)


class Doubt:
    """What one patrol thinks of its own network. `open` is set while pages may be looked at.

    `patience` is how many seconds the patrol waits for a network in doubt before it gives up (None: for
    ever); `gave_up` then says why. `run` has to run beside the looks.
    """

    def __init__(
        self,
        store: Store,
        network: NetworkWatch | None,
        *,
        now: Callable[[], int],
        should_stop: StopAsked,
        patience: float | None = None,
    ) -> None:
        self._store = store
        self._network = network
        self._now = now
        self._should_stop = should_stop
        self._patience = patience
        self._good: deque[float] = deque(maxlen=_GOOD_PROVE)
        self._told = ""
        #: looks that began before this moment may have been made through a broken network
        self._shaky_until = float("-inf")
        self._shut = asyncio.Event()
        self.unsure: list[Seen] = []
        self.open = asyncio.Event()
        self.open.set()
        self.gave_up: str | None = None

    def clock(self) -> float:
        """The monotonic seconds by which looks and soundings are compared."""
        return time.monotonic() if self._network is None else self._network.monotonic()

    async def sift(self, batch: Sequence[Seen], *, last: bool = False) -> list[Seen]:
        """What of this batch and of those that waited may be written now; all of it if this is the `last`."""
        if self._network is None:
            return list(batch)
        ready: list[Seen] = []
        for seen in batch:
            if seen.found_all:
                self._good.append(seen.began)
                ready.append(seen)
            elif not self.open.is_set() or seen.began < self._shaky_until:
                ready.append(_nothing_known(seen, self._told))
            else:
                self.unsure.append(seen)
        ready += self._proven()
        if self.unsure and (last or self._is_time(self._network)):
            ready += await self._asked(self._network)
        return ready

    def _proven(self) -> list[Seen]:
        """Those after which enough looks found their links."""
        if len(self._good) < _GOOD_PROVE:
            return []
        since = min(self._good)
        proven = [seen for seen in self.unsure if seen.ended < since]
        self.unsure = [seen for seen in self.unsure if seen.ended >= since]
        return proven

    def _is_time(self, network: NetworkWatch) -> bool:
        here = self.clock()
        size = sum(len(seen.looked.fetched.body) for seen in self.unsure)
        if len(self.unsure) >= _MANY or size >= _MANY_BYTES:
            return True
        rested = network.last is None or here >= network.last.at + WAIT_SECONDS
        waited = here >= min(seen.ended for seen in self.unsure) + WAIT_SECONDS
        return waited or (rested and len(self.unsure) >= _FEW)

    async def _asked(self, network: NetworkWatch) -> list[Seen]:
        asked, self.unsure = self.unsure, []
        told = await network.sound(since=max(seen.ended for seen in asked))
        if told is None:
            return asked
        self._suspend(told)
        return [_nothing_known(seen, told) for seen in asked]

    # -- while in doubt -------------------------------------------------------------------------

    def begin(self) -> None:
        """Take over an incident that a process left open when it ended: ask the canaries first of all."""
        note = visited.open_incident(self._store, visited.NETWORK) if self._network is not None else None
        if note is not None:
            self._suspend(note)

    def _suspend(self, told: str) -> None:
        if self.open.is_set():
            self.open.clear()
            self._told = told
            visited.begin_incident(self._store, visited.NETWORK, told, now=self._now())
            self._shut.set()

    async def run(self) -> None:
        """Until cancelled: whenever looks are suspended, wait until the canaries answer again."""
        while True:
            await self._shut.wait()
            self._shut.clear()
            if self._network is not None:
                await self._until_sound(self._network)
            self.open.set()

    async def _until_sound(self, network: NetworkWatch) -> None:
        began = time.monotonic()
        while (doubt := await network.sound()) is not None and not self._should_stop():
            self._told = doubt
            if self._patience is not None and time.monotonic() - began > self._patience:
                self.gave_up = doubt
                return
            await asyncio.sleep(_ASK_AGAIN)
        if doubt is None:
            visited.end_incident(self._store, visited.NETWORK, now=self._now())
            self._shaky_until = self.clock()


def _nothing_known(seen: Seen, told: str) -> Seen:
    verdicts = tuple(
        verdict
        if verdict.outcome is Outcome.FOUND
        else in_doubt_verdict(verdict.page_url, verdict.target_url, verdict.checked_at, told)
        for verdict in seen.looked.verdicts
    )
    return seen._replace(looked=replace(seen.looked, verdicts=verdicts))
