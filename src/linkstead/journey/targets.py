"""The target side: our own pages that backlinks point at, looked at by ourselves.

Each is fetched once, with all its redirects; where they end, a child process reads title and canonical.
What was seen is written as it comes, so that a stop loses next to nothing. When a page fails for the
second time, somebody is told, and the pages that could take its place are named.

    this look                        never, answered or unknown    in doubt             broken
    answers                          ok or redirected              the same             the same
    fails (404, 410, 5xx, a loop)    in doubt                      broken, 15 min on    broken
    no answer (name, network, time)  in doubt                      broken, 2 h on       broken
    says nothing (blocked, robots)   unknown                       unknown              broken

One failing look may be a deployment or a restart (reference: of first misses few are true); one good look
is proof that a page answers, so a repair needs no second.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.alerts.rules import target_changes
from linkstead.journey.replacements import refresh_site_pages, suggest_replacements
from linkstead.link import Reason
from linkstead.monitor import signs
from linkstead.page import read_page
from linkstead.page.bounded import BoundedCalls, Overrun
from linkstead.page.facts import account_ids, outlinked
from linkstead.profile import events, identity, targets
from linkstead.profile.targets import (
    BROKEN,
    CONFIRM_AFTER,
    CONFIRM_SILENCE_AFTER,
    GONE,
    IN_DOUBT,
    OK,
    REDIRECTED,
    UNKNOWN,
    DueTarget,
    SaidOfItself,
    TargetCheck,
)
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.urls import domain_of, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkstead.events import Event
    from linkstead.monitor.canary import NetworkWatch
    from linkstead.monitor.fetch import Fetched, Fetcher, FetchSettings
    from linkstead.page import Page
    from linkstead.profile.store import Store

TARGETS_A_SITTING: Final = 1_000
WRITE_EVERY_SECONDS: Final = 2.0
WRITE_EVERY_TARGETS: Final = 100
#: One page of a site is fetched at a time; while it is read, the next is on its way.
_WORKERS: Final = 2
_PARSE_SECONDS: Final = 5.0
_PARSE_MEGABYTES: Final = 512
_TITLE_KEPT: Final = 300
_OPENING_KEPT: Final = 600
#: Domains that one of our pages links to, as many as are kept of it.
_LINKED_KEPT: Final = 500

#: Failures without an answer: the fault may be the server's or on our own way to it.
_NO_ANSWER: Final = frozenset({Reason.DNS, Reason.CONNECTION, Reason.TLS, Reason.TIMEOUT, Reason.BAD_ANSWER})
#: Failures that every visitor meets.
_NO_WAY: Final = frozenset({Reason.REDIRECT_LOOP, Reason.TOO_MANY_REDIRECTS, Reason.BAD_REDIRECT})
#: A body that is no page, or not one that we read: whoever follows the link gets it all the same.
_NOT_READ: Final = frozenset({Reason.NOT_HTML, Reason.TOO_LARGE, Reason.BOMB, Reason.ENCODING, Reason.EMPTY})


class Seen(Enum):
    """What one look at a target says."""

    ANSWERS = auto()
    MOVED = auto()
    FAILS = auto()
    SILENT = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What the child that read a page says of it. `sign` is `challenge`, `gone` or None."""

    title: str | None = None
    canonical: str | None = None
    sign: str | None = None
    said: SaidOfItself | None = None


async def look_at_targets(
    store: Store,
    project_id: int,
    fetcher: Fetcher,
    *,
    now: Callable[[], int],
    before: int,
    limit: int = TARGETS_A_SITTING,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> int:
    """Look at the targets not looked at since `before`, and at those in doubt; how many were looked at."""
    sitting = TargetSitting(store, project_id, now)
    return await sitting.run(fetcher, before=before, limit=limit, progress=progress, should_stop=should_stop)


def target_readers() -> BoundedCalls[TargetFacts]:
    """The child process that reads our own pages."""
    return BoundedCalls(read_target, workers=1, seconds=_PARSE_SECONDS, megabytes=_PARSE_MEGABYTES)


# -- one look -----------------------------------------------------------------------------------


def read_target(fetched: Fetched) -> TargetFacts:
    """Read one of our own pages. Runs in a child process: a site may have been hacked."""
    page = read_page(fetched.body, url=fetched.final_url, headers=fetched.headers)
    look = signs.look_at(fetched, page)
    sign = None
    if signs.challenge(look) is not None or signs.sign_in(look):
        sign = "challenge"
    elif signs.parked(look) is not None or signs.not_found(look) is not None:
        sign = "gone"
    title = page.title[:_TITLE_KEPT] if page.title else None
    said = None if sign else _said_of_itself(page, fetched.body)
    return TargetFacts(title, page.canonical, sign, said)


def _said_of_itself(page: Page, body: bytes) -> SaidOfItself:
    links_to = islice(outlinked(page), _LINKED_KEPT)
    return SaidOfItself(page.language, page.text[:_OPENING_KEPT], account_ids(body), tuple(links_to))


def seen_in(url: str, fetched: Fetched, facts: TargetFacts) -> Seen:
    """What a fetch says of a target; a challenge or a refusal says nothing."""
    status, failure = fetched.status, fetched.failure
    if failure is not None and failure not in _NOT_READ:
        return _seen_in_failure(failure, status)
    challenged = facts.sign == "challenge" or signs.challenge_in_headers(fetched.headers) is not None
    if challenged or status is None:
        return Seen.NOTHING
    if status in GONE or status >= 500 or (facts.sign == "gone" and status < 300):
        return Seen.FAILS
    if status >= 300:
        return Seen.NOTHING
    return Seen.ANSWERS if try_normalise_url(fetched.final_url) == url else Seen.MOVED


def _seen_in_failure(failure: Reason, status: int | None) -> Seen:
    if failure in _NO_WAY:
        return Seen.FAILS
    # an answer that broke off is none, but it is no failing page either
    unanswered = status is None or 300 <= status < 400
    return Seen.SILENT if failure in _NO_ANSWER and unanswered else Seen.NOTHING


class Standing(NamedTuple):
    """A target's outcome, and since when it stands for the next look."""

    outcome: str
    checked_at: int


def outcome_after(before: DueTarget, seen: Seen, at: int) -> Standing:
    """The outcome after a look at `at` (epoch seconds); the table stands at the head of this module."""
    if seen in (Seen.ANSWERS, Seen.MOVED):
        return Standing(OK if seen is Seen.ANSWERS else REDIRECTED, at)
    if before.outcome == BROKEN:
        return Standing(BROKEN, at)
    if seen is Seen.NOTHING:
        return Standing(UNKNOWN, at)
    if before.outcome != IN_DOUBT or before.checked_at is None:
        return Standing(IN_DOUBT, at)
    apart = CONFIRM_SILENCE_AFTER if seen is Seen.SILENT else CONFIRM_AFTER
    if at - before.checked_at >= apart:
        return Standing(BROKEN, at)
    return Standing(IN_DOUBT, before.checked_at)  # the same moment of the server, seen twice


def target_check(before: DueTarget, fetched: Fetched, facts: TargetFacts, at: int) -> TargetCheck:
    """What a look at one of our own pages gave."""
    seen = seen_in(before.url, fetched, facts)
    standing = outcome_after(before, seen, at)
    hops = tuple(f"{hop.status} {hop.location}" for hop in fetched.redirects)
    # the status of the last answer belongs to a hop, not to a page that gave none
    status = None if seen is Seen.SILENT else fetched.status
    final = try_normalise_url(fetched.final_url) or fetched.final_url
    check = TargetCheck(before.target_id, standing.checked_at, standing.outcome, status, final, hops)
    if seen in (Seen.ANSWERS, Seen.MOVED):
        canonical = try_normalise_url(facts.canonical) if facts.canonical else None
        ours = domain_of(final) == domain_of(before.url)  # or it led to somebody else's page
        return replace(check, title=facts.title, canonical=canonical, said=facts.said if ours else None)
    return check


class TargetSitting:
    """Looks at targets and writes them, slice by slice, then names what could replace those that fail.

    With `network` the canaries are asked before a target that gives no answer is held against it. With
    `sitemaps`, the settings to read them with, the site's own pages are read anew when one of them fails.
    `readers` is a pool of `target_readers` that is kept between sittings.
    """

    def __init__(
        self,
        store: Store,
        project_id: int,
        now: Callable[[], int],
        *,
        network: NetworkWatch | None = None,
        sitemaps: FetchSettings | None = None,
        readers: BoundedCalls[TargetFacts] | None = None,
    ) -> None:
        self._store = store
        self._project_id = project_id
        self._now = now
        self._network = network
        self._sitemaps = sitemaps
        self._readers = readers
        self._waiting: list[tuple[DueTarget, TargetCheck]] = []
        self._written_at = time.monotonic()
        self._looked = 0

    async def run(
        self,
        fetcher: Fetcher,
        *,
        before: int,
        limit: int = TARGETS_A_SITTING,
        progress: ProgressSink = silent,
        should_stop: StopAsked = never,
    ) -> int:
        """As `look_at_targets`."""
        store, project_id = self._store, self._project_id
        due = targets.due_targets(store, project_id, before=before, now=self._now(), limit=limit)
        with nullcontext(self._readers) if self._readers else target_readers() as readers:
            await self._look_at_all(fetcher, readers, due, progress, should_stop)
        identity.fold_targets(store, project_id)
        if self._looked:
            if self._sitemaps is not None:
                await refresh_site_pages(
                    store, project_id, self._sitemaps, now=self._now, should_stop=should_stop
                )
            await suggest_replacements(store, project_id, limit=limit)
        return self._looked

    async def _look_at_all(
        self,
        fetcher: Fetcher,
        readers: BoundedCalls[TargetFacts],
        due: Sequence[DueTarget],
        progress: ProgressSink,
        should_stop: StopAsked,
    ) -> None:
        queue = iter(due)

        async def work() -> None:
            for target in queue:
                if should_stop():
                    return
                await self._look(fetcher, readers, target)
                progress(
                    Progress("Looking at your own pages", self._looked, len(due), "targets", self._looked)
                )

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_WORKERS, len(due))):
                    group.create_task(work())
        finally:
            self._write()

    async def _look(self, fetcher: Fetcher, readers: BoundedCalls[TargetFacts], target: DueTarget) -> None:
        fetched = await fetcher.fetch(target.url)
        if fetched.turned_away or (fetched.retry_at is not None and fetched.status is None):
            return  # nobody looked: the host or its door asked us to come back, and the target stays due
        check = target_check(target, fetched, await _facts(readers, fetched), self._now())
        if check.http_status is None and check.outcome in (IN_DOUBT, BROKEN) and await self._in_doubt():
            return  # our own network fails, so that this look says nothing
        self._waiting.append((target, check))
        self._looked += 1
        late = time.monotonic() - self._written_at >= WRITE_EVERY_SECONDS
        if late or len(self._waiting) >= WRITE_EVERY_TARGETS:
            self._write()

    async def _in_doubt(self) -> bool:
        return self._network is not None and await self._network.sound() is not None

    def _write(self) -> None:
        """Write what was seen and what it changes, in one transaction."""
        waiting, self._waiting = self._waiting, []
        self._written_at = time.monotonic()
        if not waiting:
            return
        with self._store.transaction():
            checks = [check for _, check in waiting]
            targets.record_targets(self._store, checks)
            targets.keep_links_to(self._store, self._project_id, checks)
            standing = targets.with_standing_links(
                self._store, [check.target_id for before, check in waiting if before.outcome != check.outcome]
            )
            changed = [
                event
                for before, check in waiting
                if check.target_id in standing
                for event in _events(before, check)
            ]
            events.write(self._store, self._project_id, changed)


async def _facts(readers: BoundedCalls[TargetFacts], fetched: Fetched) -> TargetFacts:
    if not fetched.body or fetched.status in GONE:
        return TargetFacts()
    read = await asyncio.wrap_future(readers.submit(fetched))
    return TargetFacts() if isinstance(read, Overrun) else read


def _events(before: DueTarget, check: TargetCheck) -> list[Event]:
    """What to tell of a target with links that are not lost; a doubt is told to nobody."""
    after = {"outcome": check.outcome, "http_status": check.http_status, "final_url": check.final_url}
    was = None
    if before.outcome is not None:
        was = {"outcome": before.outcome, "http_status": before.http_status}
    return target_changes(
        _told(before.outcome),
        _told(check.outcome) or UNKNOWN,
        target_id=check.target_id,
        at=check.checked_at,
        before=was,
        after=after,
    )


def _told(outcome: str | None) -> str | None:
    return UNKNOWN if outcome == IN_DOUBT else outcome
