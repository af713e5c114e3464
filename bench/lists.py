"""One page of the backlinks table of a large project: any order, any single filter.

    python -m bench.lists [--short]

A project of 1,000,000 links (50,000 with --short) with skewed domains, anchors and states, in SQLite. Each
order is asked for with each filter, first page and a deep page; the 95th percentile of all calls and
the slowest pair are printed, beside the ratio to the bare SQL that the page runs.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.racing import Figure, show
from linkstead.journey import find_or_create_project
from linkstead.link import Batch, Sighting
from linkstead.profile import search, tallies
from linkstead.profile.filters import LinkFilter
from linkstead.profile.merge import Merger
from linkstead.profile.queries import SORTS, links
from linkstead.profile.store import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.profile.store import Store

AIM_SECONDS = 0.200
DAY = 86_400
FIRST = 1_500_000_000


def sightings(count: int) -> Iterator[Sighting]:
    """Links of 100,000 domains, the first of which hold most; an anchor out of 60,000 likewise."""
    chance = random.Random(7)
    for number in range(count):
        domain = min(int(chance.paretovariate(0.7)) - 1, 99_999)
        name = f"site{domain}.{('com', 'org', 'net', 'de', 'co.uk')[domain % 5]}"
        first = None if number % 50 == 0 else FIRST + int(chance.random() * 3_000) * DAY
        yield Sighting(
            number,
            f"https://www.{name}/posts/{number}/a-title-of-some-length",
            name,
            f"https://example.com/page/{int(chance.random() ** 3 * 3_000)}",
            f"anchor text {int(chance.random() ** 4 * 60_000)}",
            f"A title of the page with the number {number}",
            "en",
            chance.random() < 0.3,
            chance.random() < 0.02,
            False,
            "a",
            ("content", "footer", "sidebar", "navigation", "comment")[int(chance.random() ** 2 * 5)],
            first,
            None if first is None else first + 90 * DAY,
            None,
            None,
            200,
            None,
            float(int(chance.random() ** 2 * 95)),
            '{"ahrefs.dr":61,"ahrefs.ur":12}',
        )


def fill(store: Store, count: int) -> int:
    """The project, four fifths of it looked at; the oldest links are the lost ones."""
    project = find_or_create_project(store, "example.com", now=FIRST)
    rows = sightings(count)
    with store.transaction():
        merger = Merger(store, project, source="ahrefs-backlinks", file_id=1, use_metric=True)
    for start in range(0, count, 50_000):
        with store.transaction():
            batch = [next(rows) for _ in range(min(50_000, count - start))]
            merger.merge(Batch(start, sightings=batch))
            merger.flush()
    with store.transaction():
        store.execute(
            "UPDATE backlink SET last_checked = ? + id % 900000,"
            " state = CASE WHEN first_seen < ? THEN 3 WHEN id % 97 = 0 THEN 4 WHEN id % 89 = 0 THEN 5"
            " WHEN id % 1000 = 1 THEN 2 ELSE 1 END WHERE id % 5 <> 0",
            (FIRST + 3_200 * DAY, FIRST + 150 * DAY),
        )
    tallies.rebuild(store, project)
    search.refresh(store)
    store.execute("ANALYZE")
    return project


def filters() -> list[LinkFilter]:
    """Every single filter, in its common and in its rare form."""
    return [
        LinkFilter(),
        *(
            LinkFilter(state=word)
            for word in ("live", "lost", "in doubt", "blocked", "unverified", "unreadable")
        ),
        *(LinkFilter(followed=word) for word in ("yes", "no", "unknown")),
        *(LinkFilter(placement=word) for word in ("content", "comment")),
        LinkFilter(source="ahrefs-backlinks"),
        *(LinkFilter(tld=word) for word in ("com", "uk")),
        *(LinkFilter(domain=name) for name in ("site0.com", "site1.org", "site4321.org", "site99999.co.uk")),
        *(LinkFilter(target=f"https://example.com/page/{n}") for n in (0, 77, 2_998)),
        LinkFilter(target="https://example.com/page/29*"),
        *(LinkFilter(anchor=f"anchor text {n}") for n in (0, 500, 59_000)),
        LinkFilter(first_seen_from=FIRST + 2_990 * DAY),
        LinkFilter(first_seen_to=FIRST + 5 * DAY),
        LinkFilter(metric_from=93.0),
        *(LinkFilter(text=word) for word in ("site4321.org", "posts/99999", "title")),
    ]


def timed_page(
    store: Store, project: int, asked: LinkFilter, sort: str, after: str | None
) -> tuple[float, Any]:
    start = time.perf_counter()
    page = links(store, project, asked, sort=sort, after=after)
    return time.perf_counter() - start, page


def bare_sql(store: Store, project: int, asked: LinkFilter, sort: str) -> float:
    """Seconds of the statements that one page runs, without our code around them."""
    statements: list[str] = []
    store.connection.set_trace_callback(statements.append)  # type: ignore[attr-defined]
    links(store, project, asked, sort=sort)
    store.connection.set_trace_callback(None)  # type: ignore[attr-defined]
    start = time.perf_counter()
    for statement in statements:
        store.connection.cursor().execute(statement).fetchall()
    return time.perf_counter() - start


def measure(
    store: Store, project: int, repeats: int
) -> tuple[dict[tuple[str, str], list[float]], list[float]]:
    """Times by (filter, order), and the ratios to bare SQL."""
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    ratios: list[float] = []
    for sort in SORTS:
        for asked in filters():
            mark = None
            for _ in range(repeats):
                took, page = timed_page(store, project, asked, sort, mark)
                times[str(asked.asked()), sort].append(took)
                mark = page.after
            took, _ = timed_page(store, project, asked, sort, None)
            ratios.append(took / bare_sql(store, project, asked, sort))
    return times, ratios


def rows(short: bool) -> list[Figure]:
    count, repeats = (50_000, 5) if short else (1_000_000, 10)
    with tempfile.TemporaryDirectory() as folder, open_workspace(Path(folder) / "lists.sqlite3") as store:
        times, ratios = measure(store, fill(store, count), repeats)
    every = sorted(took for part in times.values() for took in part)
    p95 = every[int(len(every) * 0.95)]
    slowest = sorted(times.items(), key=lambda item: -statistics.median(item[1]))[:5]
    if "--detail" in sys.argv:
        for (asked, sort), part in sorted(times.items(), key=lambda item: -max(item[1]))[:25]:
            at_worst, median = max(part) * 1000, statistics.median(part) * 1000
            print(f"  {at_worst:7.0f} ms at worst, {median:6.0f} ms median  {sort:11} {asked}")
    worst = statistics.median(slowest[0][1])
    quartiles = statistics.quantiles(ratios, n=20)
    name = f"a page of {count:,} links, {len(times)} filter and order pairs"
    return [
        Figure(
            name,
            f"p50 {statistics.median(every) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms",
            f"p95 under {AIM_SECONDS * 1000:.0f} ms",
            p95 < AIM_SECONDS,
        ),
        Figure(
            "its slowest pair, median",
            f"{worst * 1000:.0f} ms: {slowest[0][0][1]} with {slowest[0][0][0]}",
            f"under {AIM_SECONDS * 1000:.0f} ms",
            worst < AIM_SECONDS,
        ),
        Figure(
            "a page against its bare SQL",
            f"{statistics.median(ratios):.2f}x ({quartiles[0]:.2f} to {quartiles[-1]:.2f})",
            "reported",
            True,
        ),
    ]


if __name__ == "__main__":
    show(rows("--short" in sys.argv))
