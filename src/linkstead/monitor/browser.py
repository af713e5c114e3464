"""The browser tier: a page as a browser builds it, for pages that scripts fill in.

    async with Renderer(FetchSettings()) as renderer:
        rendered = await renderer.render("https://example.com/app")

A `Fetched` comes back as from the crawler, its body the page's markup after its scripts have run. The
browser is started when it is first needed, shows one page at a time in a context of its own, goes out
through `browser_proxy` only, and is killed with all its processes when a page takes too much time or
memory. Whatever happens is part of the `Fetched`; nothing is raised for it.

The page itself was allowed by robots.txt when the crawler fetched it; what it loads is loaded as any
browser does. A document that its scripts move to is one more page: `may_visit` is asked before.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from linkstead.errors import UsageError
from linkstead.link import Reason, Redirect
from linkstead.monitor.browser_choice import (
    RenderLimits,
    find_chromium,
    rendered_after,
    why_not,
    worth_rendering,
)
from linkstead.monitor.browser_process import Browser
from linkstead.monitor.browser_proxy import USER, GuardedProxy, Ledger
from linkstead.monitor.content import is_page, media_type
from linkstead.monitor.guard import WebAddress, read_address
from linkstead.monitor.trail import Answer, Failure, Trail

if TYPE_CHECKING:
    from linkstead.monitor.browser_words import Asked, Told
    from linkstead.monitor.fetch_settings import FetchSettings
    from linkstead.monitor.fetched import Fetched

__all__ = [
    "RenderCost",
    "RenderLimits",
    "Renderer",
    "agent_of",
    "find_chromium",
    "rendered_after",
    "why_not",
    "worth_rendering",
]

MayVisit = Callable[[str], Awaitable[bool]]

#: Headers that speak of the bytes on the wire, which the markup replaces. Validators are among them: the
#: same shell may be filled with something else tomorrow.
_OF_THE_WIRE: Final = frozenset(
    {
        "content-type",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "content-range",
        "etag",
        "last-modified",
    }
)
_MARKUP: Final = ("Content-Type", "text/html; charset=utf-8")
_STATUS_OF_A_MOVE: Final = 200


@dataclass(frozen=True, slots=True)
class RenderCost:
    """What one page took: wall and CPU seconds, the peak of memory and the traffic in bytes."""

    seconds: float
    cpu: float
    memory: int
    traffic: int


class Renderer:
    """An async context manager; one for a process. `chromium` is a path, else the system's is used.

    `counts` tells what became of the pages: `rendered` (of these, `never quiet` had not stopped to change),
    and the words of `Reason` for those that failed. `kept_out` counts what pages were kept from: `image`,
    `frame`, `window`, `address` and so on. `last` is the last page's cost.
    """

    def __init__(
        self,
        settings: FetchSettings,
        limits: RenderLimits | None = None,
        chromium: str | None = None,
        may_visit: MayVisit | None = None,
    ) -> None:
        self._settings = settings
        self._limits = limits or RenderLimits()
        self._chromium = chromium
        self._may_visit = may_visit
        self._turn = asyncio.Lock()
        self._proxy: GuardedProxy | None = None
        self._browser: Browser | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self.counts: Counter[str] = Counter()
        self.kept_out: Counter[str] = Counter()
        self.last: RenderCost | None = None

    def ask_first(self, may_visit: MayVisit) -> None:
        """Whom to ask before a document is shown that scripts move to."""
        self._may_visit = may_visit

    async def __aenter__(self) -> Self:
        self._proxy = GuardedProxy(self._settings)
        await self._proxy.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._rest_no_more()
        if self._ending is not None:
            await self._ending
        await self._end_browser()
        if self._proxy is not None:
            await self._proxy.close()
            self._proxy = None

    async def render(self, url: str) -> Fetched:
        """Show one page and bring its markup. Waits for its turn; never raises for what the web does."""
        if self._proxy is None:
            raise UsageError("The renderer is closed; use it as `async with Renderer(settings)`.")
        async with self._turn:
            self._rest_no_more()
            try:
                fetched = await self._rendered(url, self._proxy)
            finally:
                self._rest_until_asked()
        self.counts["rendered" if fetched.failure is None else str(fetched.failure)] += 1
        return fetched

    async def _rendered(self, url: str, proxy: GuardedProxy) -> Fetched:
        limits = self._limits
        now = int(self._settings.clock.now())
        trail = Trail(url, self._settings.max_redirects, limits.page_seconds, now)
        step = trail.start()
        moves = 0
        while isinstance(step, WebAddress):
            if moves > limits.moves:
                return trail.failed(Reason.TOO_MANY_REDIRECTS, "its scripts move on and on")
            if moves and not await self._is_allowed(step):
                return trail.failed(Reason.ROBOTS, "robots.txt: where its scripts move to")
            step = await self._visit(step, trail, proxy)
            moves += 1
        return step

    async def _is_allowed(self, address: WebAddress) -> bool:
        return self._may_visit is None or await self._may_visit(address.url)

    async def _visit(self, address: WebAddress, trail: Trail, proxy: GuardedProxy) -> WebAddress | Fetched:
        """One document; where its scripts move to is given back."""
        browser = await self._ready(proxy)
        if isinstance(browser, Failure):
            return trail.failed(browser.reason, browser.detail)
        limits = self._limits
        with proxy.page(limits.traffic, limits.connections) as ledger:
            asked = self._asked(address, trail, proxy, ledger, browser)
            told = await self._watched(browser, asked, trail, ledger)
        self.kept_out.update(ledger.counts)
        if isinstance(told, Failure):
            return trail.failed(told.reason, told.detail)
        self.kept_out.update(told["counts"])
        self.counts["never quiet"] += not told["quiet"]
        return self._taken(told, trail, ledger)

    async def _watched(self, browser: Browser, asked: Asked, trail: Trail, ledger: Ledger) -> Told | Failure:
        """Ask the browser, with the cost noted; a browser that is of no more use is ended."""
        before, started, browser.peak = await browser.usage(), time.monotonic(), 0
        try:
            told = await browser.ask(asked)
        finally:
            seconds = time.monotonic() - started
            trail.spend(seconds)
            trail.wire_bytes += ledger.traffic
            cpu = (await browser.usage()).cpu - before.cpu
            self.last = RenderCost(seconds, max(cpu, 0.0), browser.peak, ledger.traffic)
            if not browser.usable or browser.pages >= self._limits.pages:
                await self._end_browser()
        return told

    def _asked(
        self, address: WebAddress, trail: Trail, proxy: GuardedProxy, ledger: Ledger, browser: Browser
    ) -> Asked:
        limits = self._limits
        return {
            "url": address.url,
            "proxy": _at(proxy),
            "user": USER,
            "secret": ledger.secret,
            "agent": agent_of(self._settings.agent, browser.version),
            "seconds": max(trail.seconds_left, 1.0),
            "settle": limits.settle_seconds,
            "quiet": limits.quiet_seconds,
            "requests": limits.requests,
            "characters": self._settings.max_body,
        }

    def _taken(self, told: Told, trail: Trail, ledger: Ledger) -> WebAddress | Fetched:
        """Put what the browser told into the trail, and go on or end."""
        trail.took(self._answer(told, ledger))
        trail.requests += told["requests"]
        trail.redirects.extend(Redirect(*hop) for hop in told["redirects"])
        trail.final_url = told["final_url"] or trail.final_url
        moved = told["moved"]
        if moved is None:
            return trail.ended()
        return trail.hop(trail.final_url, told["status"] or _STATUS_OF_A_MOVE, moved)

    def _answer(self, told: Told, ledger: Ledger) -> Answer:
        body = told["html"].encode("utf-8", errors="replace")
        limit = self._settings.max_body
        answer = Answer(told["status"], _headers(told["headers"]), body[:limit])
        answer.failure = _failure(told, ledger, too_long=len(body) > limit)
        if answer.failure is not None and answer.failure.reason is Reason.NOT_HTML:
            answer.body = b""
        return answer

    async def _ready(self, proxy: GuardedProxy) -> Browser | Failure:
        """The running browser, or a new one."""
        if self._ending is not None:
            await self._ending
        if self._browser is not None and self._browser.usable:
            return self._browser
        await self._end_browser()
        missing = why_not(self._chromium)
        chromium = self._chromium or find_chromium()
        if missing is not None or chromium is None:
            return Failure(Reason.SELF, "there is no browser")
        started = await Browser.start(chromium, _at(proxy), self._limits)
        if isinstance(started, Browser):
            self._browser = started
        return started

    async def _end_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.end()

    def _rest_until_asked(self) -> None:
        """A browser that nobody asks for a while gives its memory back."""
        if self._browser is not None:
            loop = asyncio.get_running_loop()
            self._resting = loop.call_later(self._limits.idle_seconds, self._end_idle)

    def _rest_no_more(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def _end_idle(self) -> None:
        self._ending = asyncio.ensure_future(self._end_browser())


def agent_of(agent: str, version: str) -> str:
    """The User-Agent of a rendered page: a Chromium, which it is, and our own name, which robots.txt knows.

    Servers and bundles choose by `Chrome/` what they send; without it some send pages for old browsers.
    Search engines' rendering crawlers name themselves the same way.
    """
    major = version.partition(".")[0]
    engine = "AppleWebKit/537.36 (KHTML, like Gecko; compatible)"
    return f"Mozilla/5.0 {engine} Chrome/{major}.0.0.0 Safari/537.36 {agent}"


def _at(proxy: GuardedProxy) -> str:
    return f"http://127.0.0.1:{proxy.port}"


def _headers(told: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    kept = ((name, value) for name, value in told if name.lower() not in _OF_THE_WIRE)
    return (_MARKUP, *kept)


def _failure(told: Told, ledger: Ledger, *, too_long: bool) -> Failure | None:
    """Why there is no whole page: the proxy knows best why an address could not be reached."""
    if told["status"] is None:
        last = read_address(told["final_url"])
        known = ledger.troubles.get((last.host, last.port)) if isinstance(last, WebAddress) else None
        return known or _failure_of(told) or Failure(Reason.BAD_ANSWER, "no status")
    if told["failure"] is not None:
        return _failure_of(told)
    declared = media_type([value for name, value in told["headers"] if name.lower() == "content-type"])
    if 200 <= told["status"] < 300 and not is_page(declared, told["html"][:1024].encode()):
        return Failure(Reason.NOT_HTML, declared)
    if ledger.exceeded is not None:
        return Failure(Reason.TOO_LARGE, ledger.exceeded)
    if told["capped"]:
        return Failure(Reason.TOO_LARGE, "more requests than a page may make")
    return Failure(Reason.TOO_LARGE, "more than is read of a page") if told["cut"] or too_long else None


def _failure_of(told: Told) -> Failure | None:
    if told["spent"] and told["status"] is None and told["failure"] == Reason.NOT_HTML:
        # a browser that dies gives its pages up, which looks like a document that was none
        return Failure(Reason.CONNECTION, "the browser ended")
    return None if told["failure"] is None else Failure(Reason(told["failure"]), told["detail"])
