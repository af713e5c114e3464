"""Verified: every target and every referring page looked at by ourselves.

One fetch of a page serves all links that are expected on it; pages are parsed in child processes
that can be killed; what was found is written every few seconds, so that a stop loses next to nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from linkstead.journey.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.journey.projects import site_of_project
from linkstead.journey.turns import Turns
from linkstead.link import Outcome, Reason
from linkstead.monitor.fetch import Fetched, Fetcher, FetchSettings, run
from linkstead.monitor.state import state_after
from linkstead.monitor.verify import judge
from linkstead.page import read_page
from linkstead.page.bounded import BoundedCalls, Overrun
from linkstead.profile import identity, looks
from linkstead.profile.looks import DuePage, Judged, TargetCheck
from linkstead.urls import try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from linkstead.link import Verdict
    from linkstead.profile.store import Store

#: A link looked at within this time is not due again in the same sitting.
RECHECK_AFTER: Final = 20 * 3_600
WRITE_EVERY_SECONDS: Final = 2.0
WRITE_EVERY_PAGES: Final = 200
#: Limits of one page's parsing in its child process (robustness: hostile HTML).
PARSE_SECONDS: Final = 5.0
PARSE_MEGABYTES: Final = 512
PARSERS: Final = 2
#: Our user's own site may be asked a little faster than a stranger's (seconds), but not without end:
#: the most linked targets first, the others are due in the next sitting.
OWN_SITE_DELAY: Final = 0.5
TARGETS_A_SITTING: Final = 1_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to look at: what was not looked at for `recheck_after` seconds, at most `limit` pages.

    With `backlink_ids` exactly the pages of those links, due or not.
    """

    recheck_after: int = RECHECK_AFTER
    limit: int | None = None
    backlink_ids: Sequence[int] | None = None


@dataclass(slots=True)
class VerifyReport:
    """What a verification did.

    `left` pages were not looked at: `held` of them because their host has asked us to stay away for
    now, the others because somebody asked to stop.
    """

    pages: int = 0
    links: int = 0
    targets: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    left: int = 0
    held: int = 0
    stopped: bool = False


def verify_links(
    store: Store,
    project_id: int,
    settings: FetchSettings,
    *,
    now: Callable[[], int] = lambda: int(time.time()),
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
    chosen: Chosen | None = None,
) -> VerifyReport:
    """Look at every target and referring page that is due, or at those chosen."""
    sitting = _Sitting(store, project_id, settings, now, progress, should_stop)
    return run(sitting.run(chosen or Chosen()))


def judge_page(
    fetched: Fetched, targets: Sequence[str | None], site: str, now: int, proven: dict[str, str]
) -> list[Verdict]:
    """Read a fetched page once and judge every link expected on it. Runs in a child process."""
    page = None
    if fetched.body:
        page = read_page(fetched.body, url=fetched.final_url, headers=fetched.headers)

    def same_target(one: str, other: str) -> bool:
        return proven.get(one, one) == proven.get(other, other)

    return [
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


class _Sitting:
    """One verification from its start to its end."""

    def __init__(
        self,
        store: Store,
        project_id: int,
        settings: FetchSettings,
        now: Callable[[], int],
        progress: ProgressSink,
        should_stop: StopAsked,
    ) -> None:
        self._store = store
        self._project_id = project_id
        self._settings = settings
        self._now = now
        self._progress = progress
        self._should_stop = should_stop
        self._site = site_of_project(store, project_id)
        self._proven: dict[str, dict[str, str]] = {}
        self._waiting: list[tuple[int, Verdict]] = []
        self._pages_waiting = 0
        self._written_at = time.monotonic()
        self._report = VerifyReport()

    async def run(self, chosen: Chosen) -> VerifyReport:
        before = self._now() - chosen.recheck_after
        with BoundedCalls(
            judge_page, workers=PARSERS, seconds=PARSE_SECONDS, megabytes=PARSE_MEGABYTES
        ) as judges:
            if chosen.backlink_ids is None:
                own = replace(self._settings, delay_seconds=min(OWN_SITE_DELAY, self._settings.delay_seconds))
                async with Fetcher(own) as fetcher:
                    await self._targets(fetcher, before)
            async with Fetcher(self._settings) as fetcher:
                for url, final in identity.proven_spellings(self._store, self._project_id).items():
                    self._proven.setdefault(identity.bare(url), {})[url] = final
                await self._pages(fetcher, judges, self._due(before, chosen))
        return self._report

    def _due(self, before: int, chosen: Chosen) -> list[tuple[int, int]]:
        if chosen.backlink_ids is not None:
            return looks.pages_of(self._store, self._project_id, chosen.backlink_ids)
        due = looks.due_page_ids(self._store, self._project_id, before=before)
        return due if chosen.limit is None else due[: chosen.limit]

    # -- targets --------------------------------------------------------------------------------

    async def _targets(self, fetcher: Fetcher, before: int) -> None:
        """Look at our own pages: which fail, which redirect, which spellings are one."""
        due = looks.due_targets(self._store, self._project_id, before=before)[:TARGETS_A_SITTING]
        checks: list[TargetCheck] = []
        queue = iter(due)

        async def work() -> None:
            for target_id, url in queue:
                if self._should_stop():
                    return
                fetched = await fetcher.fetch(url)
                checks.append(target_check(target_id, url, fetched, self._now()))
                self._progress(
                    Progress("Looking at your own pages", len(checks), len(due), "targets", len(checks))
                )

        try:
            await _together(work, min(8, len(due)))
        finally:
            looks.record_targets(self._store, checks)
            self._report.targets = len(checks)
        identity.fold_targets(self._store, self._project_id)

    # -- referring pages ------------------------------------------------------------------------

    async def _pages(
        self,
        fetcher: Fetcher,
        judges: BoundedCalls[list[Verdict]],
        due: list[tuple[int, int]],
    ) -> None:
        turns = Turns(due, rest=self._settings.delay_seconds)

        async def work() -> None:
            while (turn := await turns.take()) is not None:
                page_id, domain_id = turn
                try:
                    await self._look(fetcher, judges, page_id)
                finally:
                    turns.finished(domain_id)
                self._tell(turns.total)
                if self._should_stop():
                    self._report.stopped = True
                    turns.stop()

        try:
            await _together(work, min(self._settings.concurrency, max(1, len(due))))
        finally:
            self._write()
            self._report.left = turns.total - self._report.pages

    async def _look(self, fetcher: Fetcher, judges: BoundedCalls[list[Verdict]], page_id: int) -> None:
        found = looks.pages(self._store, [page_id])
        if not found:
            return
        page = found[0]
        fetched = await fetcher.fetch(page.url)
        if fetched.retry_at is not None and fetched.status is None:
            # the host has asked us to stay away: nobody looked, so the page stays due
            self._report.held += 1
            return
        verdicts = await self._judge(judges, page, fetched)
        for link, verdict in zip(page.links, verdicts, strict=True):
            self._waiting.append((link.backlink_id, verdict))
            self._report.outcomes[str(verdict.outcome)] += 1
        self._report.pages += 1
        self._report.links += len(verdicts)
        self._pages_waiting += 1
        if (
            self._pages_waiting >= WRITE_EVERY_PAGES
            or time.monotonic() - self._written_at >= WRITE_EVERY_SECONDS
        ):
            self._write()

    async def _judge(
        self, judges: BoundedCalls[list[Verdict]], page: DuePage, fetched: Fetched
    ) -> list[Verdict]:
        targets = [link.target_url for link in page.links]
        at = self._now()
        proven = {
            url: final
            for target in targets
            if target
            for url, final in self._proven.get(identity.bare(target), {}).items()
        }
        result = await asyncio.wrap_future(judges.submit(fetched, targets, self._site, at, proven))
        if not isinstance(result, Overrun):
            return result
        heavy = replace(fetched, body=b"", failure=Reason.BOMB, failure_detail=result.detail)
        return judge_page(heavy, targets, self._site, at, {})

    def _write(self) -> None:
        """Write what was found, with the states that follow from it and from earlier looks."""
        waiting, self._waiting = self._waiting, []
        self._pages_waiting = 0
        self._written_at = time.monotonic()
        past = looks.past_looks(self._store, [row_id for row_id, _ in waiting])
        judged = [
            Judged(
                row_id,
                verdict,
                state_after(
                    ((look.checked_at, look.outcome) for look in past.get(row_id, ())),
                    verdict.outcome,
                    verdict.reason,
                    verdict.checked_at,
                ),
            )
            for row_id, verdict in waiting
        ]
        looks.record(self._store, self._project_id, judged)

    def _tell(self, total: int) -> None:
        counts = self._report.outcomes
        note = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in Outcome if counts[outcome])
        self._progress(
            Progress(
                "Looking at referring pages", self._report.pages, total, "pages", self._report.links, note
            )
        )


def target_check(target_id: int, url: str, fetched: Fetched, now: int) -> TargetCheck:
    """What a look at one of our own pages says: ok, redirected, broken, or unknown when we could not tell."""
    hops = tuple(f"{hop.status} {hop.location}" for hop in fetched.redirects)
    return TargetCheck(target_id, now, _target_outcome(url, fetched), fetched.status, fetched.final_url, hops)


#: Failures that a visitor of the target would meet too; a refusal by our own guard or a block is none.
_BROKEN: Final = frozenset({Reason.REDIRECT_LOOP, Reason.TOO_MANY_REDIRECTS, Reason.BAD_REDIRECT, Reason.DNS})


def _target_outcome(url: str, fetched: Fetched) -> str:
    status = fetched.status
    if fetched.failure in _BROKEN or (status is not None and (status in (404, 410) or status >= 500)):
        return "broken"
    if status is None or status >= 300:
        return "unknown"
    return "ok" if try_normalise_url(fetched.final_url) == url else "redirected"


async def _together(work: Callable[[], Coroutine[None, None, None]], workers: int) -> None:
    """Run the same worker several times at once; the first error ends all."""
    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())
