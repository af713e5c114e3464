"""The crawler: one page over the wire, with its redirects, as polite and as bounded as the rules say.

    async with Fetcher(FetchSettings()) as fetcher:
        fetched = await fetcher.fetch("https://example.com/page")

Every hop is treated alike: the address is taken apart once, judged, resolved and judged again (`guard`),
the host's line is kept (`turns`), its robots.txt is asked (`robots`), the body is read within limits
(`inflate`, `content`). Whatever goes wrong out there is part of the `Fetched`; nothing is raised for it.
"""

from __future__ import annotations

import asyncio
import gc
import math
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from linkstead.link import Reason
from linkstead.monitor.content import may_refresh
from linkstead.monitor.exchange import NO_CONNECTION_IN_TIME, NOT_MODIFIED, REDIRECTS, Exchange, Wanted
from linkstead.monitor.fetch_settings import FetchSettings
from linkstead.monitor.fetched import Fetched, RobotsSaid
from linkstead.monitor.guard import RefusedUrl, WebAddress, judge_port, read_address
from linkstead.monitor.inflate import BodyLimits
from linkstead.monitor.lookup import GuardedLookup
from linkstead.monitor.pacing import retry_after
from linkstead.monitor.robots import MAX_BYTES as ROBOTS_BYTES
from linkstead.monitor.robots import MAX_REDIRECTS as ROBOTS_REDIRECTS
from linkstead.monitor.robots import RobotsFile, RobotsRules, read_file, unreachable
from linkstead.monitor.robots_cache import RobotsCache
from linkstead.monitor.trail import Answer, Failure, Trail
from linkstead.monitor.turns import HostPace, Turns
from linkstead.monitor.validators import Validators, condition
from linkstead.page import read_page
from linkstead.urls import domain_of_host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

__all__ = ["FetchSettings", "Fetched", "Fetcher", "RobotsSaid", "Validators", "run"]

_T = TypeVar("_T")
_ROBOTS_TEXT: Final = Wanted(False, BodyLimits(ROBOTS_BYTES * 2, ROBOTS_BYTES + 1))
#: A meta refresh stands in the head; so much of a page is parsed for it.
_HEAD_BYTES: Final = 65_536
#: What ails a host ails its pages: these are told as they are instead of as robots.txt's answer.
_HOST_TROUBLE: Final = frozenset({Reason.DNS, Reason.CONNECTION, Reason.TLS, Reason.ADDRESS_REFUSED})
#: When Python looks for circular garbage while we crawl (gc.set_threshold).
_COLLECTIONS: Final = (20_000, 20, 20)
#: When to come back to an address whose shared door was closed; a visit takes at most `total_seconds`.
_TURNED_AWAY_SECONDS: Final = 30

#: What is done at a host: its address, the IP addresses behind it, the fetch on its way, the host's pace.
_Work = Callable[[WebAddress, tuple[str, ...], Trail, HostPace], Awaitable[WebAddress | Fetched]]


class Fetcher:
    """An async context manager; one for a process, used by as many tasks as there are pages to see."""

    def __init__(self, settings: FetchSettings) -> None:
        self._settings = settings
        self._clock = settings.clock
        self._exchange = Exchange(settings)
        self._lookup = GuardedLookup(self._exchange, settings)
        self._turns = Turns(
            settings.clock,
            delay=settings.delay_seconds,
            per_domain=settings.per_domain,
            per_address=settings.per_address,
        )
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._robots = RobotsCache()

    async def __aenter__(self) -> Self:
        await self._exchange.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exchange.close()
        self._lookup.close()

    async def fetch(self, url: str, *, validators: Validators | None = None) -> Fetched:
        """Look at one page. Waits for the host's turn; never raises for what the web does.

        `validators` are those of an earlier fetch (`Fetched.validators`): they are sent to the address
        that gave them, wherever on the way that is, and to no other.
        """
        settings = self._settings
        trail = Trail(url, settings.max_redirects, settings.total_seconds, int(self._clock.now()), validators)
        step = trail.start()
        while isinstance(step, WebAddress):
            step = await self._visit(step, trail, self._hops)
        return step

    async def may_visit(self, url: str) -> bool:
        """Whether robots.txt lets us see a page that somebody else will load: `Renderer` asks this.

        A file that is not at hand is fetched in the host's turn. A host that cannot be reached, that may
        not be, or that has sent us away says no.
        """
        address = read_address(url)
        if isinstance(address, RefusedUrl):
            return False
        if not self._settings.obey_robots:
            return True
        rules = self._robots.fresh(address.origin, self._clock.monotonic())
        if rules is not None:
            return rules.say(address.url).ours
        trail = Trail(url, 0, self._settings.total_seconds, int(self._clock.now()))
        asked = await self._visit(address, trail, self._robots_alone)
        return isinstance(asked, Fetched) and asked.failure is None

    async def _robots_alone(
        self, address: WebAddress, _: tuple[str, ...], trail: Trail, pace: HostPace
    ) -> Fetched:
        said = await self._robots_said(address, trail, pace)
        if isinstance(said, Failure):
            return trail.failed(said.reason, said.detail)
        return trail.ended() if said.ours else trail.failed(Reason.ROBOTS, _robots_words(said))

    async def _visit(self, address: WebAddress, trail: Trail, work: _Work) -> WebAddress | Fetched:
        """Something done on one host, in its turn, such as all hops of a fetch that stay there."""
        async with self._turns.at_host(address.host) as pace:
            held = self._turns.held(pace)
            if held > 0:
                trail.retry_at = math.ceil(self._clock.now() + held)
                return trail.failed(Reason.RATE_LIMITED, "the host asked us to come back later")
            async with self._turns.at("domain", domain_of_host(address.host)):
                return await self._resolved_visit(address, trail, pace, work)

    async def _resolved_visit(
        self, address: WebAddress, trail: Trail, pace: HostPace, work: _Work
    ) -> WebAddress | Fetched:
        addresses = await self._timed(trail, lambda seconds: self._lookup.addresses(address, seconds))
        if isinstance(addresses, Failure):
            return trail.failed(addresses.reason, addresses.detail)
        trail.address = addresses[0]
        async with self._turns.at("address", addresses[0]), self._door(addresses[0]) as may_enter:
            if not may_enter:
                return trail.turned_away(math.ceil(self._clock.now() + _TURNED_AWAY_SECONDS))
            async with self._slots, self._in_pace(trail, pace):
                return await work(address, addresses, trail, pace)

    @asynccontextmanager
    async def _door(self, address: str) -> AsyncIterator[bool]:
        """The door that other processes may share."""
        if self._settings.address_door is None:
            yield True
            return
        async with self._settings.address_door(address) as may_enter:
            yield may_enter

    async def _hops(
        self, address: WebAddress, addresses: tuple[str, ...], trail: Trail, pace: HostPace
    ) -> WebAddress | Fetched:
        """One hop after another; an address on another host is given back."""
        step: WebAddress | Fetched = address
        while isinstance(step, WebAddress) and step.host == address.host:
            refusal = judge_port(step.port, addresses, self._settings.allowed_private_networks)
            if refusal is not None:
                return trail.failed(Reason.ADDRESS_REFUSED, refusal)
            step = await self._hop(step, trail, pace)
        return step

    @asynccontextmanager
    async def _in_pace(self, trail: Trail, pace: HostPace) -> AsyncIterator[None]:
        before, last = trail.elapsed, trail.answer
        try:
            yield
        finally:
            status = None if trail.answer is last else trail.answer.status  # the last one is another host's
            self._turns.visited(pace, trail.elapsed - before, status)

    async def _hop(self, address: WebAddress, trail: Trail, pace: HostPace) -> WebAddress | Fetched:
        """Ask robots.txt, get the page, and say where it leads."""
        if self._settings.obey_robots:
            said = await self._robots_said(address, trail, pace)
            if isinstance(said, Failure):
                return trail.failed(said.reason, said.detail)
            trail.robots = said
            if not said.ours:
                return trail.failed(Reason.ROBOTS, _robots_words(said))
        wanted = replace(self._exchange.page, headers=condition(trail.validators, address.url))
        answer = await self._timed(trail, lambda seconds: self._exchange.get(address, seconds, wanted))
        trail.count(answer)
        trail.took(answer)
        self._obey_retry_after(answer, trail, pace)
        if answer.failure is None and answer.status == NOT_MODIFIED:
            return trail.unchanged(address)
        if answer.failure is None and answer.status in REDIRECTS:
            return trail.hop(address.url, answer.status, "".join(answer.values("location")[:1]))
        return self._refreshed(address, answer, trail) or trail.ended()

    def _refreshed(self, address: WebAddress, answer: Answer, trail: Trail) -> WebAddress | Fetched | None:
        """Where a quick meta refresh leads; a page that only reloads itself, or leads back, stays."""
        if answer.failure is not None or answer.status is None or answer.status >= 300:
            return None
        if not may_refresh(answer.body) and not answer.values("refresh"):
            return None
        found = read_page(answer.body[:_HEAD_BYTES], url=address.url, headers=answer.headers).meta_refresh
        if found is None or found[0] > self._settings.refresh_seconds:
            return None
        target = read_address(found[1])
        if isinstance(target, RefusedUrl) or target.url in trail.seen:
            return None
        return trail.hop(address.url, answer.status, found[1])

    def _obey_retry_after(self, answer: Answer, trail: Trail, pace: HostPace) -> None:
        """Retry-After of 429 and 503 holds for the whole host."""
        if answer.status not in (429, 503):
            return
        seconds = retry_after(answer.values("retry-after"), self._clock.now())
        if seconds is not None:
            self._turns.hold(pace, seconds)
            trail.retry_at = math.ceil(self._clock.now() + self._turns.held(pace))

    async def _robots_said(self, address: WebAddress, trail: Trail, pace: HostPace) -> RobotsSaid | Failure:
        rules = self._robots.fresh(address.origin, self._clock.monotonic())
        if rules is None:
            got = await self._fetch_robots(address, trail, pace)
            if isinstance(got, Failure):
                return got
            rules = got
        said = rules.say(address.url)
        pace.crawl_delay = said.crawl_delay
        return said

    async def _fetch_robots(self, address: WebAddress, trail: Trail, pace: HostPace) -> RobotsRules | Failure:
        """GET /robots.txt with its redirects. A dead host is told as such and not remembered."""
        step: WebAddress | RefusedUrl = read_address("/robots.txt", address.url)
        redirects = 0
        while True:
            answer = await self._robots_answer(step, address, trail)
            self._obey_retry_after(answer, trail, pace)
            if not redirects and (trouble := _host_trouble(answer)) is not None:
                return trouble
            redirects += answer.status in REDIRECTS
            if answer.status not in REDIRECTS or redirects > ROBOTS_REDIRECTS or isinstance(step, RefusedUrl):
                file = _robots_file(answer, redirects)
                return self._robots.put(address.origin, file, self._clock.monotonic())
            step = read_address("".join(answer.values("location")[:1]), step.url)

    async def _robots_answer(
        self, step: WebAddress | RefusedUrl, visited: WebAddress, trail: Trail
    ) -> Answer:
        """One hop of a robots.txt. Another host is resolved and judged like any; this one was already."""
        if isinstance(step, RefusedUrl):
            return Answer(failure=Failure(Reason.BAD_REDIRECT, step.why))
        if step.origin != visited.origin:
            found = await self._timed(trail, lambda seconds: self._lookup.addresses(step, seconds))
            if isinstance(found, Failure):
                return Answer(failure=found)
        answer = await self._timed(trail, lambda seconds: self._exchange.get(step, seconds, _ROBOTS_TEXT))
        trail.count(answer)
        return answer

    async def _timed(self, trail: Trail, work: Callable[[float], Awaitable[_T]]) -> _T:
        """Do one part of a fetch within the time that is left, and take it off."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            return await work(max(trail.seconds_left, 0.0))
        finally:
            trail.spend(loop.time() - started)


def _robots_file(answer: Answer, redirects: int) -> RobotsFile:
    if answer.status is None:
        return unreachable(answer.failure.detail if answer.failure is not None else "no answer")
    reason = None if answer.failure is None else answer.failure.reason
    complete = reason is None or reason is Reason.TOO_LARGE
    return read_file(answer.status, answer.body, redirects=redirects, complete=complete)


def _host_trouble(answer: Answer) -> Failure | None:
    trouble = answer.failure
    if trouble is None or answer.status is not None:
        return None
    dead = trouble.reason in _HOST_TROUBLE or trouble.detail == NO_CONNECTION_IN_TIME
    return trouble if dead else None


def _robots_words(said: RobotsSaid) -> str:
    odd = f" ({', '.join(said.flags)})" if said.flags else ""
    return f"robots.txt: {said.why}{odd}"


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end, on uvloop where it is installed."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner, _rarer_collections():
        return runner.run(main)


@contextmanager
def _rarer_collections() -> Iterator[None]:
    """Look for circular garbage less often.

    Hundreds of fetches at once are young objects that soon go by themselves: looking through them every
    700 took a tenth of the crawler's time.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not on Windows
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
