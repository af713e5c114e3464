"""Verified, again and again: due hosts are claimed, visited in their own pace, and given back.

One engine for the command line and for any number of monitor processes on one database. It claims
hosts by lease (`profile.hosts`), looks at their due pages one after the other (`looking`), and writes
what was seen every few seconds (`writing`). Nothing is fetched twice for one appointment while a lease
holds, and nothing is written by a process that has lost it. While our own network is in doubt, nothing
is fetched and no miss is believed.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.journey.doors import doors_of
from linkstead.journey.doubt import Doubt, Seen
from linkstead.journey.errands import ErrandHooks, Errands
from linkstead.journey.looking import Looked, Looker, page_judges
from linkstead.journey.pulse import Pulse
from linkstead.journey.rota import Held, Rate, Rota
from linkstead.journey.writing import Writer
from linkstead.link import Outcome
from linkstead.monitor.fetch import Fetcher, FetchSettings
from linkstead.monitor.pacing import SLOWING_STATUSES, backoff, delay_between
from linkstead.profile import appointments, hosts, identity, looks
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.journey.writing import Written
    from linkstead.monitor.browser import Renderer
    from linkstead.monitor.canary import NetworkWatch
    from linkstead.monitor.evidence import EvidenceBox
    from linkstead.profile.hosts import HostLease
    from linkstead.profile.looks import DuePage
    from linkstead.profile.store import Store

WRITE_EVERY_SECONDS: Final = 2.0
WRITE_EVERY_PAGES: Final = 200
WRITE_EVERY_BYTES: Final = 16 << 20
#: Pages of one host that are read from the store at once, and looked at under one lease.
PAGES_AT_ONCE: Final = 20
PAGES_A_LEASE: Final = 100
#: Hosts that one process holds at most: at the usual pace most of them rest.
MOST_HOSTS: Final = 2_000
MOST_REST: Final = 600.0
_SPELLINGS_FRESH: Final = 300.0
#: A patrol that ends when nothing is due waits so long for a network in doubt (seconds).
PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Orders:
    """How a patrol goes about.

    `holder` is the process's name on its leases, nobody else's at the same time. `rate` is the most pages
    a second over all hosts, 0 for no limit. `only` is a project whose pages alone are looked at. With
    `until_idle` the patrol ends when nothing is due; with `errands` it also looks at the projects' own pages.
    """

    fetch: FetchSettings
    holder: str
    rate: float = 0.0
    lease_seconds: int = hosts.LEASE_SECONDS
    idle_seconds: float = 2.0
    only: int | None = None
    until_idle: bool = False
    errands: bool = False


@dataclass(frozen=True, slots=True)
class Hooks:
    """Whom a patrol asks and tells. `also` is called in each write's transaction, with what it did."""

    now: Callable[[], int] = lambda: int(time.time())
    progress: ProgressSink = silent
    total: int | None = None
    should_stop: StopAsked = never
    also: Callable[[Store, Written], None] | None = None


class Tools(NamedTuple):
    """What a patrol may use beside the fetcher; None for what is not there."""

    network: NetworkWatch | None = None
    evidence: EvidenceBox | None = None
    renderer: Renderer | None = None


@dataclass(slots=True)
class PatrolReport:
    """What a patrol did. `held` pages were not looked at because their host has sent us away for now.

    `in_doubt` is a sentence when it ended since our own network was in doubt for too long.
    """

    pages: int = 0
    links: int = 0
    held: int = 0
    fenced: int = 0
    events: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    stopped: bool = False
    in_doubt: str | None = None


class Patrol:
    """One process's looks from start to stop."""

    def __init__(
        self, store: Store, orders: Orders, tools: Tools | None = None, hooks: Hooks | None = None
    ) -> None:
        self._store = store
        self._orders = orders
        self._tools = tools or Tools()
        self._hooks = hooks or Hooks()
        self._now = self._hooks.now
        errand_hooks = ErrandHooks(self._now, self._asked_to_stop)
        self._errands = (
            Errands(store, orders.fetch, self._tools.network, orders.holder, errand_hooks)
            if orders.errands
            else None
        )
        self._writer = Writer(store, orders.holder, box=self._tools.evidence, also=self._hooks.also)
        self._rota = Rota()
        self._waiting: list[Seen] = []
        self._bytes = 0
        self._given_back: dict[HostLease, hosts.Visited] = {}
        self._busy = 0
        self._doubt = Doubt(
            store,
            self._tools.network,
            now=self._now,
            should_stop=self._asked_to_stop,
            patience=PATIENCE if orders.until_idle else None,
        )
        self._pulse = Pulse()
        self._writing = asyncio.Lock()
        self._spellings: dict[int, tuple[float, str, dict[str, dict[str, str]]]] = {}
        self._rate = Rate(orders.rate)
        self.started = asyncio.Event()  # set when looks may begin: its children have started
        self.report = PatrolReport()

    async def run(self) -> PatrolReport:
        """Go until asked to stop or, with `until_idle`, until nothing is due."""
        hosts.end_if_silent(self._store, self._orders.lease_seconds)
        # what an earlier run of this process could not give back, since the database was away
        hosts.let_go(self._store, [self._orders.holder])
        if appointments.clock_went_back(self._store, self._now()):
            appointments.bring_forward(self._store, self._now())
        self._doubt.begin()
        async with AsyncExitStack() as stack:
            judges = await stack.enter_async_context(page_judges())
            fetch = replace(self._orders.fetch, address_door=doors_of(self._store))
            fetcher = await stack.enter_async_context(Fetcher(fetch))
            if self._tools.renderer is not None:
                await stack.enter_async_context(self._tools.renderer)
            looker = Looker(fetcher, judges, self._tools.renderer, self._now, self._writer.would_be_lost)
            try:
                await self._together(looker)
            except BaseException as error:
                with suppress(Exception):  # what counts is why it ended
                    self._abandon()
                if isinstance(error, BaseExceptionGroup):
                    raise _first(error) from error
                raise
            self._abandon()
        return self.report

    async def _together(self, looker: Looker) -> None:
        async with asyncio.TaskGroup() as group:
            claims = group.create_task(self._claims())
            beside = [self._renewals(), self._writes(), self._doubt.run(), self._pulse.run()]
            if self._errands is not None:
                beside.append(self._errands.run())
            tasks = [group.create_task(each) for each in beside]
            workers = [group.create_task(self._work(looker)) for _ in range(self._orders.fetch.concurrency)]
            self.started.set()
            await claims
            self._rota.stop()
            self._doubt.open.set()
            await asyncio.gather(*workers)
            for task in tasks:
                task.cancel()
        await self._flush(last=True)

    # -- hosts ----------------------------------------------------------------------------------

    async def _claims(self) -> None:
        """Hold as many hosts as the workers can use, until there is nothing to do or somebody asks.

        Those that rest are no use now: more are claimed while fewer are ready than there are workers.
        """
        workers = self._orders.fetch.concurrency
        while not self._asked_to_stop():
            room = min(workers - self._rota.ready, MOST_HOSTS - len(self._rota.held))
            taken: list[HostLease] = []
            if room >= max(1, workers // 4) and self._doubt.open.is_set():
                taken = hosts.claim(
                    self._store,
                    self._orders.holder,
                    now=self._now(),
                    limit=room,
                    seconds=self._orders.lease_seconds,
                    project_id=self._orders.only,
                )
                for lease in taken:
                    self._rota.add(Held(lease, troubles=lease.troubles))
            if taken:
                await asyncio.sleep(0)
            elif self._orders.until_idle and await self._is_over():
                return
            else:
                wait = 0.05 if self._orders.until_idle else 0.25
                await asyncio.sleep(min(wait, self._orders.idle_seconds))
                await self._idle()

    async def _idle(self) -> None:
        """Nothing to claim: wait a little, and longer when nothing is held either."""
        if not self._orders.until_idle and not self._rota.held:
            until = time.monotonic() + self._orders.idle_seconds
            # whoever asks us to stop is in another thread or a signal's hand: only looking tells
            for _ in iter(lambda: time.monotonic() < until and not self._hooks.should_stop(), False):
                await asyncio.sleep(min(0.1, self._orders.idle_seconds))

    async def _is_over(self) -> bool:
        if self._rota.held or self._busy or not self._doubt.open.is_set():
            return False
        if self._errands is not None and self._errands.left():
            return False
        await self._flush(last=True)
        return not hosts.resting(self._store, now=self._now(), project_id=self._orders.only)

    def _asked_to_stop(self) -> bool:
        self.report.in_doubt = self._doubt.gave_up
        self.report.stopped = (
            self.report.stopped or self._hooks.should_stop() or self._doubt.gave_up is not None
        )
        return self.report.stopped

    async def _renewals(self) -> None:
        while True:
            await asyncio.sleep(self._orders.lease_seconds / 3)
            self._writer.forget_plans()
            if back := self._pulse.clock_went_back(self._now()):
                appointments.bring_forward(self._store, self._now(), by=back)
            ours = hosts.renew(self._store, self._orders.holder, seconds=self._orders.lease_seconds)
            for held in list(self._rota.held.values()):
                if ours.get(held.lease.key) != held.lease.fence:
                    self._rota.drop(held)  # somebody else has it: whatever we still see of it is fenced off

    def _give_back(self, held: Held) -> None:
        self._rota.drop(held)
        self._given_back[held.lease] = hosts.Visited(
            held.rest,
            held.held_until,
            held.visits,
            held.troubles,
            held.last_at,
            held.outcome,
            held.reason,
            held.seconds,
        )

    def _abandon(self) -> None:
        """Leave nothing leased behind, whatever ended the patrol."""
        for held in list(self._rota.held.values()):
            self._give_back(held)
        if self._given_back:
            self._writer.write([], self._given_back)
            self._given_back = {}

    # -- looks ----------------------------------------------------------------------------------

    async def _work(self, looker: Looker) -> None:
        while (held := await self._rota.take()) is not None:
            await self._doubt.open.wait()
            page = self._next_page(held)
            if page is None or self._asked_to_stop():
                self._give_back(held)
                continue
            await self._rate.slot()
            self._busy += 1
            try:
                await self._visit(looker, held, page)
            finally:
                self._busy -= 1

    def _next_page(self, held: Held) -> DuePage | None:
        if not held.pages and not held.loaded and held.taken < PAGES_A_LEASE:
            limit = len(held.unwritten) + PAGES_AT_ONCE
            found = looks.due_on_host(
                self._store, held.lease.key, now=self._now(), limit=limit, project_id=self._orders.only
            )
            held.pages.extend(page for page in found if page.page_id not in held.unwritten)
            held.loaded = len(found) < limit
        if not held.pages or held.taken >= PAGES_A_LEASE:
            return None
        held.taken += 1
        return held.pages.popleft()

    async def _visit(self, looker: Looker, held: Held, page: DuePage) -> None:
        site, proven = self._spelled(page)
        began, missed = self._doubt.clock(), self._pulse.missed()
        looked = await looker.look(page, site, proven)
        self._note(held, looked)
        if self._pulse.spoilt(looked, missed):
            held.pages.appendleft(page)
            held.taken -= 1
            self._rota.rested(held, held.rest)
            return
        if looked.held_until is not None:
            self.report.held += 1 + len(held.pages)
            self._give_back(held)
            return
        self._waiting.append(Seen(held, looked, began, self._doubt.clock()))
        held.unwritten.add(page.page_id)
        self._bytes += len(looked.fetched.body)
        self._tell()
        if held.pages or not held.loaded:
            self._rota.rested(held, held.rest)
        else:
            self._give_back(held)
        if len(self._waiting) >= WRITE_EVERY_PAGES or self._bytes >= WRITE_EVERY_BYTES:
            await self._flush()

    def _spelled(self, page: DuePage) -> tuple[str, dict[str, str]]:
        """The site of a page's project, and which spellings of its targets are proven to be one page."""
        known = self._spellings.get(page.project_id)
        if known is None or time.monotonic() - known[0] > _SPELLINGS_FRESH:
            row = self._store.one("SELECT site FROM project WHERE id = ?", (page.project_id,))
            by_bare: dict[str, dict[str, str]] = {}
            for url, final in identity.proven_spellings(self._store, page.project_id).items():
                by_bare.setdefault(identity.bare(url), {})[url] = final
            known = self._spellings[page.project_id] = (time.monotonic(), str(row[0]) if row else "", by_bare)
        wanted = {identity.bare(link.target_url) for link in page.links if link.target_url}
        return known[1], {url: final for bare in wanted for url, final in known[2].get(bare, {}).items()}

    def _note(self, held: Held, looked: Looked) -> None:
        """What the visit says of the host's pace and health."""
        fetched, delay = looked.fetched, self._orders.fetch.delay_seconds
        held.visits += 1
        held.last_at = looked.at
        held.seconds = fetched.elapsed
        held.held_until = fetched.retry_at
        held.troubles = held.troubles + 1 if fetched.status in SLOWING_STATUSES else 0
        rest = delay_between(delay, fetched.robots.crawl_delay, fetched.elapsed)
        held.rest = min(backoff(rest, held.troubles) if held.troubles else rest, MOST_REST)
        if looked.verdicts:
            worst = max(looked.verdicts, key=lambda verdict: verdict.outcome is not Outcome.FOUND)
            held.outcome, held.reason = str(worst.outcome), str(worst.reason)

    # -- writing --------------------------------------------------------------------------------

    async def _writes(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_SECONDS)
            await self._flush()

    async def _flush(self, *, last: bool = False) -> None:
        """Write what waits, as far as it is to be believed; all of it when it is the `last` for now."""
        # one at a time: a host may not be given back before what was seen of it is written
        async with self._writing:
            batch, self._waiting, self._bytes = self._waiting, [], 0
            believed = await self._doubt.sift(batch, last=last)
            waiting = {seen.held.lease for seen in (*self._waiting, *self._doubt.unsure)}
            given_back = {lease: v for lease, v in self._given_back.items() if lease not in waiting}
            if not believed and not given_back:
                return
            for lease in given_back:
                del self._given_back[lease]
            self._took(self._writer.write([(seen.held, seen.looked) for seen in believed], given_back))
            self._tell()
            for seen in believed:
                seen.held.unwritten.discard(seen.looked.page.page_id)

    def _took(self, written: Written) -> None:
        report = self.report
        report.pages += written.pages
        report.links += written.links
        report.fenced += written.fenced
        report.events += written.events
        report.outcomes.update(written.outcomes)

    def _tell(self) -> None:
        report = self.report
        note = ", ".join(f"{report.outcomes[word]:,} {word}" for word in Outcome if report.outcomes[word])
        seen, total = report.pages + len(self._waiting) + len(self._doubt.unsure), self._hooks.total
        self._hooks.progress(Progress("Looking at referring pages", seen, total, "pages", report.links, note))


def _first(error: BaseException) -> BaseException:
    """What went wrong first: the tasks of a patrol fail in groups."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
