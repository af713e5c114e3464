"""Where broken backlinks could lead instead: the site's own pages read, and one named for each target."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from linkstead.journey.projects import site_of_project
from linkstead.monitor.fetch import Fetcher
from linkstead.monitor.replacement import Candidates, suggest
from linkstead.monitor.sitemap import SiteReading, read_site, sitemap_readers, sitemap_settings
from linkstead.profile import targets
from linkstead.profile.targets import BrokenTarget, Suggested
from linkstead.progress import StopAsked, never

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkstead.monitor.fetch import FetchSettings
    from linkstead.profile.store import Store

#: The sitemaps are read again after this time, and only when a page fails that could be replaced.
SITEMAP_AGAIN: Final = 7 * 86_400
#: Failing targets for which a page is named in one go, the most linked first.
MOST_SUGGESTED: Final = 1_000


async def suggest_replacements(store: Store, project_id: int, *, limit: int = MOST_SUGGESTED) -> int:
    """Name the page that could take each failing target's place; for how many there is one."""
    failing = targets.failing(store, project_id, limit=limit)
    if not failing:
        return 0
    asked = [(each, targets.anchors_of(store, each.target_id)) for each in failing]
    pages = targets.replacements(store, project_id)
    suggested = await asyncio.to_thread(_suggested, asked, pages)
    targets.record_suggestions(store, suggested)
    return sum(each.url is not None for each in suggested)


def _suggested(
    asked: Sequence[tuple[BrokenTarget, Sequence[str]]], pages: Sequence[tuple[str, str | None]]
) -> list[Suggested]:
    candidates = Candidates.of(pages)
    found = []
    for each, anchors in asked:
        best = suggest(each.url, each.title, anchors, candidates, limit=1)
        words = (best[0].url, best[0].score, best[0].why) if best else (None, None, None)
        found.append(Suggested(each.target_id, *words))
    return found


async def refresh_site_pages(
    store: Store,
    project_id: int,
    settings: FetchSettings,
    *,
    now: Callable[[], int],
    should_stop: StopAsked = never,
) -> SiteReading | None:
    """Read the site's sitemaps if a target fails and the last reading is a week old; None when not due."""
    read_at = targets.site_pages_read_at(store, project_id)
    fresh = read_at is not None and now() - read_at < SITEMAP_AGAIN
    if fresh or not targets.failing(store, project_id, limit=1):
        return None
    home = _front_page(store, project_id)
    with sitemap_readers() as readers:
        async with Fetcher(sitemap_settings(settings)) as fetcher:
            reading = await read_site(
                fetcher,
                readers,
                home=home,
                site=site_of_project(store, project_id),
                should_stop=should_stop,
            )
    if reading.urls:
        targets.keep_site_pages(store, project_id, reading.urls, seen_at=now(), complete=reading.complete)
    return reading


def _front_page(store: Store, project_id: int) -> str:
    """The front page, with the scheme and the host that the site's own pages have."""
    near = targets.likeliest_host(store, project_id)
    if near is None:
        return f"https://{site_of_project(store, project_id)}/"
    parts = urlsplit(near)
    return f"{parts.scheme}://{parts.netloc}/"
