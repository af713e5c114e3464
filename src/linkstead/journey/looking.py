"""One look at a referring page: fetched once, read once, judged for every link that we expect on it.

A link that is not there is looked for a little further before it is called missing: on the page's
canonical and the next page of its list, in a browser where scripts build the page. And before a page
that reads well makes a link lost, a random address beside it is asked: a site that answers everything
alike has no such page.
"""

from __future__ import annotations

import secrets
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import LinkStatus, Outcome, Reason, Verdict
from linkstead.monitor import browser
from linkstead.monitor.fetch import Fetcher
from linkstead.monitor.neighbours import Neighbour, moved_verdict, neighbours
from linkstead.monitor.probe import probe_address, says_the_same
from linkstead.monitor.schedule import look_time
from linkstead.monitor.validators import Validators
from linkstead.monitor.verify import judge
from linkstead.page import read_page
from linkstead.page.bounded_async import AsyncBoundedCalls, Overrun
from linkstead.page.facts import PageFigures, page_figures
from linkstead.page.fingerprint import fingerprint_of_page
from linkstead.profile.looks import DueLink, DuePage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linkstead.monitor.browser import Renderer
    from linkstead.monitor.fetch import Fetched, FetchSettings

#: A page is read as a whole at least this often, however often its server says that it is unchanged.
READ_AFTER: Final = 30 * 86_400
#: Limits of one page's parsing in its child process (robustness: hostile HTML).
PARSE_SECONDS: Final = 5.0
PARSE_MEGABYTES: Final = 512
PARSERS: Final = 2
_SHOWN: Final = frozenset({Reason.LINK_PRESENT, Reason.REMOVED, Reason.PARKED, Reason.SOFT_404})


class PageJudged(NamedTuple):
    """What the child that read a page says of it, beside the verdicts in the order of the targets."""

    verdicts: list[Verdict]
    neighbours: tuple[Neighbour, ...] = ()
    worth_rendering: bool = False
    fingerprint: int | None = None
    words: int = 0
    figures: PageFigures | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at a page: the verdicts in the order of its links, and the answer that they rest on.

    `drawn` is what a browser made of the page, where a link was found only there. `unchanged` says that
    the server called the page the same (304): the verdicts hold no facts then. `held_until` (epoch seconds)
    says that the host sent us away unseen; there are no verdicts. `at` is the moment that is entered, which
    is later than the clock's own, `made_at`, where that has gone back since the last look. `figures` are
    those of the page, where they were due and the page was read.
    """

    page: DuePage
    fetched: Fetched
    verdicts: tuple[Verdict, ...]
    at: int
    drawn: Fetched | None = None
    unchanged: bool = False
    held_until: int | None = None
    made_at: int | None = None
    figures: PageFigures | None = None


def judge_page(
    fetched: Fetched,
    targets: Sequence[str | None],
    site: str,
    now: int,
    proven: Mapping[str, str],
    figures: bool = False,
) -> PageJudged:
    """Read a fetched page once and judge every link expected on it. Runs in a child process.

    With `figures` the page itself is counted, too, where it is the page that was asked for.
    """
    page = None
    if fetched.body:
        page = read_page(fetched.body, url=fetched.final_url, headers=fetched.headers)

    def same_target(one: str, other: str) -> bool:
        return proven.get(one, one) == proven.get(other, other)

    verdicts = [
        judge(
            fetched,
            page,
            target=target,
            site=site,
            now=now,
            robots_allowed=fetched.robots.search_engines,
            same_target=same_target,
        )
        for target in targets
    ]
    if page is None:
        return PageJudged(verdicts)
    missing = any(verdict.reason is Reason.REMOVED for verdict in verdicts)
    mark = next((verdict.fingerprint for verdict in verdicts if verdict.fingerprint is not None), None)
    if not verdicts:  # the page beside, which is only compared
        mark = fingerprint_of_page(page)
    return PageJudged(
        verdicts,
        neighbours(page, fetched) if missing else (),
        any(browser.worth_rendering(verdict, page) for verdict in verdicts),
        mark,
        page.words,
        page_figures(page, fetched.body) if figures and any(map(_shows_the_page, verdicts)) else None,
    )


def _shows_the_page(verdict: Verdict) -> bool:
    """Whether the look read the page of the address, and no challenge, form or other page in its place."""
    return verdict.reason in _SHOWN


class Looker:
    """Looks at pages. `proven(project_id, targets)` are the spellings of our own pages that are one."""

    def __init__(
        self,
        fetcher: Fetcher,
        judges: AsyncBoundedCalls[PageJudged],
        renderer: Renderer | None,
        now: Callable[[], int],
        would_be_lost: Callable[[DuePage, Sequence[Verdict]], bool],
    ) -> None:
        self._fetcher = fetcher
        self._judges = judges
        self._renderer = renderer
        self._now = now
        self._would_be_lost = would_be_lost
        if renderer is not None:
            renderer.ask_first(fetcher.may_visit)

    async def look(self, page: DuePage, site: str, proven: Mapping[str, str]) -> Looked:
        """One look, with everything that it takes to be sure."""
        fetched = await self._fetch(page)
        here = self._now()
        at = look_time(here, max((link.last_checked or 0 for link in page.links), default=0) or None)
        if fetched.retry_at is not None and fetched.status is None:
            # the host has asked us to stay away: nobody looked, so the page stays due
            return Looked(page, fetched, (), at, held_until=fetched.retry_at, made_at=here)
        if fetched.not_modified:
            seen = tuple(_unchanged(page, fetched, at))
            return Looked(page, fetched, seen, at, unchanged=True, made_at=here)
        expected = _Expected([link.target_url for link in page.links], site, at, proven)
        judged = await self._judge(fetched, expected, figures=figures_due(page, here))
        verdicts, drawn = await self._looked_further(page, fetched, judged, expected)
        return Looked(page, fetched, tuple(verdicts), at, drawn, made_at=here, figures=judged.figures)

    async def _fetch(self, page: DuePage) -> Fetched:
        known = validators(page, self._now())
        fetched = await self._fetcher.fetch(page.url, validators=known)
        if fetched.not_modified and (fetched.header("x-robots-tag") or not fetched.robots.search_engines):
            # what the header or robots.txt says may be new, though the body is not: read the whole page
            return await self._fetcher.fetch(page.url)
        return fetched

    async def _looked_further(
        self, page: DuePage, fetched: Fetched, judged: PageJudged, expected: _Expected
    ) -> tuple[list[Verdict], Fetched | None]:
        verdicts, drawn = judged.verdicts, None
        for neighbour in judged.neighbours:
            if not _some_missing(verdicts):
                break
            verdicts = await self._ask_neighbour(verdicts, neighbour, expected)
        if self._renderer is not None and judged.worth_rendering and _some_missing(verdicts):
            verdicts, drawn = await self._rendered(self._renderer, fetched, verdicts, expected)
        if _some_missing(verdicts) and self._would_be_lost(page, verdicts):
            verdicts = await self._probed(fetched, judged, verdicts)
        return verdicts, drawn

    async def _ask_neighbour(
        self, verdicts: list[Verdict], neighbour: Neighbour, expected: _Expected
    ) -> list[Verdict]:
        there = await self._judge(await self._fetcher.fetch(neighbour.url), expected)
        return [
            moved_verdict(first, second, neighbour)
            if _is_missing(first) and second.outcome is Outcome.FOUND
            else first
            for first, second in zip(verdicts, there.verdicts, strict=True)
        ]

    async def _rendered(
        self, renderer: Renderer, fetched: Fetched, verdicts: list[Verdict], expected: _Expected
    ) -> tuple[list[Verdict], Fetched | None]:
        """What a browser makes of the page; it only ever adds links, and never takes one away."""
        drawn = await renderer.render(fetched.final_url)
        if drawn.failure is not None:
            return verdicts, None
        drawn = browser.rendered_after(fetched, drawn)
        there = await self._judge(drawn, expected)
        seen = [
            replace(second, rendered=True)
            if _is_missing(first) and second.outcome is Outcome.FOUND
            else replace(first, rendered=_is_missing(first))
            for first, second in zip(verdicts, there.verdicts, strict=True)
        ]
        found_more = any(verdict.rendered and verdict.outcome is Outcome.FOUND for verdict in seen)
        return seen, drawn if found_more else None

    async def _probed(self, fetched: Fetched, judged: PageJudged, verdicts: list[Verdict]) -> list[Verdict]:
        beside = probe_address(fetched.final_url, secrets.token_hex(8))
        if beside is None:
            return verdicts
        answer = await self._fetcher.fetch(beside)
        if answer.failure is not None:
            return verdicts
        there = await self._judge(answer, _Expected([], "", 0, {}))
        if not says_the_same(fetched.status, judged.fingerprint, answer.status, there.fingerprint):
            return verdicts
        told = "The page answers like any invented address beside it: the site has no such page any more."
        return [
            replace(verdict, reason=Reason.SOFT_404, explanation=told) if _is_missing(verdict) else verdict
            for verdict in verdicts
        ]

    async def _judge(self, fetched: Fetched, expected: _Expected, *, figures: bool = False) -> PageJudged:
        arguments = (fetched, expected.targets, expected.site, expected.at, expected.proven, figures)
        result = await self._judges.submit(*arguments)
        if not isinstance(result, Overrun):
            return result
        heavy = replace(fetched, body=b"", failure=Reason.BOMB, failure_detail=result.detail)
        return judge_page(heavy, expected.targets, expected.site, expected.at, {})


async def look_once(
    page_url: str, target: str, site: str, settings: FetchSettings, renderer: Renderer | None = None
) -> Verdict:
    """One look at one page for one link, outside any profile."""
    page = DuePage(0, 0, page_url, (DueLink(0, target),))
    async with AsyncExitStack() as stack:
        judges = await stack.enter_async_context(page_judges())
        fetcher = await stack.enter_async_context(Fetcher(settings))
        if renderer is not None:
            await stack.enter_async_context(renderer)
        looker = Looker(fetcher, judges, renderer, lambda: int(time.time()), lambda *_: False)
        looked = await looker.look(page, site, {})
    if looked.verdicts:
        return looked.verdicts[0]
    # the host has sent us away before anything was asked: that is a verdict, too
    return judge_page(looked.fetched, [target], site, looked.at, {}).verdicts[0]


def page_judges() -> AsyncBoundedCalls[PageJudged]:
    """Child processes that read pages, within the limits of one page."""
    return AsyncBoundedCalls(judge_page, workers=PARSERS, seconds=PARSE_SECONDS, megabytes=PARSE_MEGABYTES)


class _Expected(NamedTuple):
    """What is looked for on a page."""

    targets: list[str | None]
    site: str
    at: int
    proven: Mapping[str, str]


def validators(page: DuePage, now: int) -> Validators | None:
    """What lets the server say that the page is unchanged, where that would tell us all we want to know."""
    known = page.validated_url is not None and (page.etag or page.last_modified)
    if not known or page.read_at is None or now - page.read_at > READ_AFTER or figures_due(page, now):
        return None
    if not all(link.state is LinkStatus.LIVE and link.look_id is not None for link in page.links):
        return None
    return Validators(page.validated_url or "", page.etag, page.last_modified)


def figures_due(page: DuePage, now: int) -> bool:
    """Whether the page is to be counted: it never was or not for long, or something has happened to it."""
    if page.facts_at is None or now - page.facts_at > READ_AFTER:
        return True
    return not all(link.state is LinkStatus.LIVE for link in page.links)


def _unchanged(page: DuePage, fetched: Fetched, at: int) -> list[Verdict]:
    return [
        Verdict(
            outcome=Outcome.FOUND,
            reason=Reason.LINK_PRESENT,
            explanation="The server calls the page unchanged since our last look, which found the link.",
            page_url=page.url,
            target_url=link.target_url or "",
            checked_at=at,
            final_url=fetched.final_url,
            redirects=fetched.redirects,
            http_status=fetched.status,
            tls_invalid=fetched.tls_invalid,
            unchanged=True,
        )
        for link in page.links
    ]


def _is_missing(verdict: Verdict) -> bool:
    return verdict.reason is Reason.REMOVED


def _some_missing(verdicts: Sequence[Verdict]) -> bool:
    return any(map(_is_missing, verdicts))
