"""One fetched page of a WARC or ARC file: its HTML read as a search engine reads it, to links.

The whole reader of `linkstead.page` is used, so placement, hidden links and <base> are as in a look of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.index.rows import FoundLink, PageFacts, RowBuilder, robots_words, target_of
from linkstead.link import VOTING_TYPES
from linkstead.page import read_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_HTML: Final = ("text/html", "application/xhtml+xml")


def is_html(content_type: str, body: bytes) -> bool:
    """Whether an answer is a page: by its type, or by its first bytes where it has none."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in _HTML if kind else body[:512].lstrip()[:1] == b"<"


def add_page(
    body: bytes, url: str, headers: Sequence[tuple[str, str]], crawled: date, builder: RowBuilder
) -> None:
    """Add one page's links to `builder`; a page that has no address of a site is counted."""
    place = target_of(url)
    if isinstance(place, str):
        builder.counts[f"page: {place}"] += 1
        return
    page = read_page(body, url=url, headers=headers)
    robots = robots_words(
        noindex=bool(page.robots.noindex_from(None)), nofollow=bool(page.robots.nofollow_from())
    )
    builder.counts["pages"] += 1
    if page.truncated:
        builder.counts["page cut at a limit"] += 1
    facts = PageFacts(place[0], place[1], robots, page.language, crawled)
    votes = [link for link in page.links if link.type in VOTING_TYPES]
    builder.counts["links"] += len(votes)
    builder.add_page(
        facts,
        [
            FoundLink(link.url, link.anchor_text, link.type.value, " ".join(link.rel), link.placement.value)
            for link in votes
        ],
    )
