"""Days of one real patrol within seconds: its clock is ours, its web and its name server fail when we say so.

    async with World(store, hosts=20, pages=2).lives() as world:
        await world.passes(2 * DAY)
        world.names_fail = True
        await world.passes(DAY)

Everything but the clock is real: one `Patrol` on a store, its children that read pages, a web on loopback
addresses, canaries. Time stands while there is something to do, and jumps when there is nothing.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from linkstead.journey import doubt, patrol
from linkstead.journey.patrol import Hooks, Orders, Patrol, Tools
from linkstead.monitor.canary import Canary, NetworkWatch
from linkstead.profile import appointments, hosts
from tests.loopback.web import Answer, Hit, LoopbackWeb
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    import pytest

    from linkstead.journey.patrol import PatrolReport
    from linkstead.profile.store import Store

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
TARGET: Final = "https://example.com/"
CANARIES: Final = ("canary1.example", "canary2.example", "canary3.example")
#: How far time jumps while the patrol waits for its network.
_WHILE_IN_DOUBT: Final = 10 * MINUTE
_PORTAL: Final = Answer.html("<title>Welcome to our hotel</title><form>Room <input></form>")
_CANARY: Final = Answer.html("<h1>Example Domain</h1>")


def linking(hit: Hit) -> Answer:
    return Answer.html(f"<title>{hit.path}</title><main><p>See <a href='{TARGET}'>us</a>.</p></main>")


def bare(hit: Hit) -> Answer:
    """The same page without its link."""
    return Answer.html(f"<title>{hit.path}</title><main><p>See us.</p></main>")


class Clock:
    """Runs with the real one, and jumps when it is told to."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._epoch = float(int(time.time()))
        self.jumped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() - self._began + self.jumped

    def now(self) -> float:
        return self._epoch + self.monotonic()

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0)  # nobody waits in simulated time


class World:
    """`answer` is what every page of every host answers; `portal` and `names_fail` are our own troubles."""

    def __init__(self, store: Store, *, host_count: int, pages: int) -> None:
        self.store = store
        self.clock = Clock()
        self.names = [f"site{number:02}.example" for number in range(host_count)]
        self.answer: Callable[[Hit], Answer] = linking
        self.portal = False
        self.names_fail = False
        self.web = LoopbackWeb(_Pages(self), names=(*self.names, *CANARIES))
        self._pages = pages
        self.project = 0
        self.patrol: Patrol
        self._watch: NetworkWatch
        self._running: asyncio.Task[PatrolReport]

    def now(self) -> int:
        return int(self.clock.now())

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        if self.names_fail:
            raise OSError("server failure")
        return await self.web.resolve(host, port)

    @asynccontextmanager
    async def lives(self, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
        """With a web, a watched project, and a patrol that runs until the end."""
        monkeypatch.setattr(patrol, "WRITE_EVERY_SECONDS", 0.01)
        monkeypatch.setattr(doubt, "_ASK_AGAIN", 0.005)
        monkeypatch.setattr(hosts, "clock", lambda store: self.now())
        stopping = False
        with self.web:
            self._fill()
            fetch = self.web.settings(resolver=self._resolve, clock=self.clock, concurrency=16)
            watch = self._watch = NetworkWatch(
                [Canary(self.web.url(name), "Example Domain") for name in CANARIES], fetch
            )
            # a lease outlives every jump of the clock
            orders = Orders(fetch, "patrol", lease_seconds=10**9, idle_seconds=0.005)
            hooks = Hooks(now=self.now, should_stop=lambda: stopping)
            self.patrol = Patrol(self.store, orders, Tools(network=watch), hooks)
            monkeypatch.setattr(hosts, "_LONGEST_REST", 10**9)
            self._running = asyncio.create_task(self.patrol.run())
            await asyncio.wait_for(self.patrol.started.wait(), 60)
            try:
                yield self
            finally:
                stopping = True
                await self._running

    def _fill(self) -> None:
        self.project = new_project(self.store)
        rows = [
            sighting(
                row,
                page_url=self.web.url(host, f"/page{page}"),
                page_domain=host,
                target_url=TARGET,
                first_seen=self.now() - DAY,
                last_seen=self.now() - DAY,
            )
            for row, (page, host) in enumerate(
                ((page, host) for page in range(self._pages) for host in self.names), 1
            )
        ]
        merge(self.store, self.project, *rows)
        appointments.watch(self.store, self.project, on=True, now=self.now() - HOUR)
        self.store.execute("UPDATE project SET targets_due_at = NULL")

    # -- time -----------------------------------------------------------------------------------

    async def passes(self, seconds: float) -> None:
        """Let so much time pass, and everything be done that is due in it."""
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 0:
            await self.idle()
            self.clock.jumped += min(left, self._until_next())
        await self.idle()

    def _until_next(self) -> float:
        thoughts = self.patrol._doubt
        if not thoughts.open.is_set():
            return _WHILE_IN_DOUBT
        if thoughts.unsure:
            return doubt.WAIT_SECONDS + 1
        row = self.store.one(
            "SELECT min(max(due_at, coalesce(held_until, 0))) FROM crawl_host WHERE due_at IS NOT NULL"
        )
        soonest = self.now() + DAY if row is None or row[0] is None else int(row[0])
        return max(30 * MINUTE, soonest - self.now() + 1)

    async def idle(self) -> None:
        """Wait until nothing can be done now."""
        calm = 0
        give_up = time.monotonic() + 60
        while calm < 2:
            assert not self._running.done(), self._running
            assert time.monotonic() < give_up, "the patrol does not come to rest"
            await asyncio.sleep(0.003)
            calm = calm + 1 if self._is_calm() else 0

    def _is_calm(self) -> bool:
        one = self.patrol
        if self._watch._asking.locked():
            return False
        if one._busy or one._waiting or one._rota.held or one._writing.locked():
            # held hosts stay where they are while nobody may look at anything
            return not one._doubt.open.is_set() and not one._busy and not one._waiting
        if not one._doubt.open.is_set():
            return True
        waiting = {seen.held.lease.key for seen in one._doubt.unsure}
        now = self.now()
        free = self.store.query(
            "SELECT key FROM crawl_host WHERE due_at <= ? AND coalesce(held_until, 0) <= ?", (now, now)
        )
        return all(key in waiting for (key,) in free)

    # -- what came of it --------------------------------------------------------------------------

    def events(self, *, since: int = 0) -> list[tuple[str, int]]:
        rows = self.store.query(
            "SELECT kind, backlink_id FROM event WHERE at >= ? AND kind <> 'new' ORDER BY id", (since,)
        )
        return [(kind, backlink) for kind, backlink in rows]

    def looks(self, *, since: int = 0) -> list[tuple[int, int, str, str]]:
        """(backlink, moment, outcome, reason), oldest first."""
        found: list[Any] = self.store.query(
            "SELECT backlink_id, checked_at, outcome, reason FROM look WHERE checked_at >= ? ORDER BY id",
            (since,),
        )
        return found

    def states(self) -> set[int]:
        return {row[0] for row in self.store.query("SELECT DISTINCT state FROM backlink")}

    def incidents(self) -> list[tuple[int, int | None]]:
        found: list[Any] = self.store.query("SELECT began_at, ended_at FROM incident ORDER BY began_at")
        return found


class _Pages(dict[tuple[str, str], Any]):
    """Whatever is asked for, the world answers."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        del default
        host, path = key
        world = self._world
        if world.portal:
            return _PORTAL
        if host in CANARIES:
            return _CANARY
        if path == "/robots.txt":
            answer = world.answer(Hit(host, path, 0.0, {}, ""))
            return answer if answer.status >= 500 else Answer(404)
        return world.answer
