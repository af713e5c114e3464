"""Facts of the referring pages, out of the copies that the monitor keeps: one page a domain.

The pages are strangers' bytes: each is unpacked and read in a child process that can be killed. Two domains
have a template or an account in common when the copies of one page of each say so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.errors import StoreError
from linkstead.journey.kept_pages import MEGABYTES, SECONDS, kept_of
from linkstead.monitor.evidence import Kept, read_kept
from linkstead.page import read_page
from linkstead.page.bounded import BoundedCalls
from linkstead.page.facts import PageFigures, page_figures
from linkstead.profile import visited
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.quality.facts import NetworkFacts, PageFacts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from linkstead.profile.store import Store

#: Of a page's opening text so much is kept in memory.
_OPENING: Final = 300
_AT_ONCE: Final = 500


class PagesRead(NamedTuple):
    """Facts by domain id, and how many copies could not be read."""

    pages: dict[int, PageFacts]
    unreadable: int


def read_pages(
    store: Store,
    project_id: int,
    folder: Path,
    *,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> PagesRead:
    """Read one kept page of each referring domain; those without a copy are left out."""
    pages: dict[int, PageFacts] = {}
    unreadable = 0
    with BoundedCalls(_figures, workers=1, seconds=SECONDS, megabytes=MEGABYTES) as calls:
        for number, (domain_id, row) in enumerate(visited.bodies_of_domains(store, project_id)):
            if number % _AT_ONCE == 0:
                progress(Progress("Reading kept pages", number, None, "pages"))
                if should_stop():
                    break
            answer = calls.submit(folder, kept_of(row)).result()
            if isinstance(answer, PageFigures):
                pages[domain_id] = _facts(answer)
            else:
                unreadable += 1
    return PagesRead(pages, unreadable)


def networks(pages: dict[int, PageFacts]) -> dict[int, NetworkFacts]:
    """What each domain has in common with the others: accounts and templates, by domain id."""
    templates = Counter(page.template for page in pages.values() if page.template is not None)
    ids = Counter(each for page in pages.values() for each in set(page.ids or ()))
    return {
        domain_id: NetworkFacts(
            same_ids=_others(ids, page.ids) if page.ids is not None else None,
            same_template=None if page.template is None else templates[page.template] - 1,
        )
        for domain_id, page in pages.items()
    }


def _others(counts: Counter[str], mine: Iterable[str]) -> int:
    """How many other domains have the account that most others have."""
    return max((counts[each] - 1 for each in set(mine)), default=0)


def _figures(folder: Path, kept: Kept) -> PageFigures | str:
    """In the child: the figures of a kept page, or why it has none."""
    try:
        record = read_kept(folder, kept)
    except StoreError as error:
        return str(error)
    return page_figures(read_page(record.body, url=record.url, headers=record.headers), record.body)


def _facts(figures: PageFigures) -> PageFacts:
    return PageFacts(**asdict(replace(figures, opening=figures.opening[:_OPENING])))
