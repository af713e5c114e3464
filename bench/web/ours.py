"""Our racers: the crawler as it is, and the whole engine. `python -m bench.web.ours PLAN [engine]`.

The first is `journey.looking.Looker` alone: address guard, robots.txt, fetch, page reader and verdict in a
child process. With `engine` it is `journey.verify_links` on a SQLite profile that holds one link for each
page: appointments, leases, looks, states, events and figures are written as in daily use.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

from bench.web import names, pages
from bench.web.measuring import Result, cpu_by_process, peak_megabytes
from bench.web.names import Plan
from linkstead.journey import find_or_create_project
from linkstead.journey.looking import PARSE_MEGABYTES, PARSE_SECONDS, PARSERS, Looker, judge_page
from linkstead.journey.patrol import Hooks, Orders, Patrol
from linkstead.link import Outcome
from linkstead.monitor.fetch import Fetcher, FetchSettings, run
from linkstead.page.bounded_async import AsyncBoundedCalls
from linkstead.profile import appointments
from linkstead.profile.looks import DueLink, DuePage
from linkstead.profile.store import open_workspace
from tests.profile_samples import merge, sighting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.profile.store import Store

NOW = 1_800_000_000


async def resolve(host: str, _port: int) -> Sequence[str]:
    return (names.address(names.number_of_host(host)),)


def settings(plan: Plan) -> FetchSettings:
    return FetchSettings(
        allowed_private_networks=(ip_network("127.0.0.0/8"),),
        concurrency=plan.concurrency,
        delay_seconds=0.0,
        resolver=resolve,
        ca_file=Path(plan.tls) if plan.tls else None,
    )


async def look_at(urls: list[str], looker: Looker, width: int) -> Counter[str]:
    """Look at all pages; counts of outcomes, of links found, and of whatever failed."""
    counts: Counter[str] = Counter()
    queue = iter(urls)

    async def work() -> None:
        for url in queue:
            page = DuePage(0, 0, url, (DueLink(0, pages.TARGET),))
            verdict = (await looker.look(page, pages.SITE, {})).verdicts[0]
            counts["failed" if verdict.tls_invalid else str(verdict.outcome)] += 1
            counts["links"] += len(verdict.links)

    await asyncio.gather(*(work() for _ in range(width)))
    return counts


async def crawl(plan: Plan) -> Result:
    """The crawler alone."""
    async with AsyncExitStack() as stack:
        judges = AsyncBoundedCalls(
            judge_page, workers=PARSERS, seconds=PARSE_SECONDS, megabytes=PARSE_MEGABYTES
        )
        await stack.enter_async_context(judges)
        fetcher = await stack.enter_async_context(Fetcher(settings(plan)))
        looker = Looker(fetcher, judges, None, lambda: NOW, lambda *_: False)
        middle = plan.first + plan.warm
        await look_at(plan.urls(plan.first, middle), looker, plan.concurrency)
        before, start = cpu_by_process(), time.perf_counter()
        counts = await look_at(plan.urls(middle, plan.last), looker, plan.concurrency)
        wall = time.perf_counter() - start
        used = [after - at for after, at in zip(cpu_by_process(), before, strict=True)]
        return _result(counts, used[0], sum(used[1:]), wall, peak_megabytes())


def patrol(plan: Plan) -> Result:
    """The whole engine. Its children come and go with it, so two runs are told from each other: the short
    one pays for the start as well, and what the long one needs more is what its further pages cost.
    """
    middle = plan.first + plan.warm
    with (
        tempfile.TemporaryDirectory(prefix="linkstead-bench-") as folder,
        open_workspace(Path(folder, "profile.sqlite3")) as store,
    ):
        short = _patrolled(store, plan, plan.urls(plan.first, middle), "short.example")
        long = _patrolled(store, plan, plan.urls(middle, plan.last), pages.SITE)
    more = long.pages / max(1, long.pages - short.pages)
    fetching, judging = ((long.parts[part] - short.parts[part]) * more for part in ("fetching", "judging"))
    counts = Counter(
        {Outcome.FOUND: long.found, Outcome.MISSING: long.pages - long.found, "links": long.links}
    )
    return _result(counts, fetching, judging, long.wall, long.memory)


def _patrolled(store: Store, plan: Plan, urls: list[str], site: str) -> Result:
    project_id = find_or_create_project(store, site, now=NOW)
    told = [sighting(row, page_url=url, target_url=pages.TARGET) for row, url in enumerate(urls)]
    merge(store, project_id, *told)
    with store.transaction():
        appointments.ask_all(store, project_id, run_id=None, now=NOW, before=NOW)
    peaks: list[float] = []
    calls = itertools.count()

    def sample(_progress: object) -> None:
        if next(calls) % 200 == 199:
            peaks[:] = peak_megabytes()

    orders = Orders(settings(plan), f"bench-{site}", idle_seconds=0.05, only=project_id, until_idle=True)
    hooks = Hooks(now=lambda: NOW, progress=sample)
    before, start = _used(), time.perf_counter()
    report = run(Patrol(store, orders, None, hooks).run())
    wall = time.perf_counter() - start
    fetching, judging = (after - at for after, at in zip(_used(), before, strict=True))
    return _result(report.outcomes + Counter(links=report.links), fetching, judging, wall, peaks)


def _used() -> tuple[float, float]:
    """CPU seconds of this process, and of its children that have ended."""
    now = os.times()
    return now.user + now.system, now.children_user + now.children_system


def _result(
    counts: Counter[str], fetching: float, judging: float, wall: float, memory: list[float]
) -> Result:
    looked = counts[Outcome.FOUND] + counts[Outcome.MISSING]
    parts = {"fetching": fetching, "judging": judging}
    return Result(looked, counts[Outcome.FOUND], counts["links"], fetching + judging, wall, memory, parts)


if __name__ == "__main__":
    plan = Plan(*json.loads(sys.argv[1]))
    (patrol(plan) if "engine" in sys.argv[2:] else run(crawl(plan))).tell()
