"""Where a link may have gone when it is no longer on its page: the pages next to it.

A list grows at its top, and an entry that stood on its first page stands on the second; comments are
split into pages; two addresses of one article become one. A redirect is followed by the fetch itself.
What is left are addresses that the page itself names: its canonical, the next and the previous page of
a list (https://html.spec.whatwg.org/#sequential-link-types), and links that differ from the page's own
address by one in a page number only. Nothing is guessed, and at most three are named.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import VIA_CANONICAL, VIA_PAGINATION, VOTING_TYPES, Outcome, Verdict
from linkstead.monitor import wording
from linkstead.monitor.verify import is_own_address, spelling_key
from linkstead.urls import domain_of, parse_url, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkstead.monitor.fetched import Fetched
    from linkstead.page import Page

MAX_NEIGHBOURS: Final = 3

CANONICAL: Final = "the page's canonical address"
NEXT: Final = "the next page of the list"
PREVIOUS: Final = "the previous page of the list"

#: How addresses count the pages of a list; what is in front of the number and behind it stays the same.
#: WordPress `/page/2/` and `?paged=2`, its comments `/comment-page-2/`; Shopify, Discourse, Drupal and most
#: others `?page=2`; XenForo `/page-2`; vBulletin `/page2`; the words of German, French, Spanish, Italian,
#: Portuguese, Dutch and Polish shops. Not `?p=2`: in WordPress that is a post.
_WORDS: Final = (
    "page|paged|pg|pageno|page_no|pagenum|page_num|seite|pagina|pagina_nr|strona|comment-page|cpage"
)
_IN_PATH: Final = re.compile(rf"/(?:{_WORDS})[/-]?(\d{{1,6}})(?=/?$)", re.IGNORECASE)
_IN_QUERY: Final = re.compile(rf"(?:{_WORDS})=(\d{{1,6}})", re.IGNORECASE)
#: Addresses longer than this are not taken apart.
_MAX_URL: Final = 2_000


class Neighbour(NamedTuple):
    """A page to look at before a link is called gone. `via` is a VIA_ word, `place` says it to a person."""

    url: str
    via: str
    place: str


def neighbours(page: Page, fetched: Fetched) -> tuple[Neighbour, ...]:
    """The pages beside a page, best first: http(s), on the same registrable domain, never the page itself."""
    site = domain_of(fetched.url)
    if domain_of(fetched.final_url) != site:
        return ()
    found: dict[str, Neighbour] = {}
    for neighbour in _named(page, fetched.final_url):
        if len(found) == MAX_NEIGHBOURS:
            break
        if _is_beside(neighbour.url, site, fetched):
            found.setdefault(spelling_key(neighbour.url), neighbour)
    return tuple(found.values())


def moved_verdict(first: Verdict, there: Verdict, neighbour: Neighbour) -> Verdict:
    """The verdict on a page whose link was looked for at a neighbour, too.

    `first` is that on the page, `there` that on the neighbour. Without the link there, or when the
    neighbour led to another site, the first one stands. A neighbour that led back to the page was a
    second look at it.
    """
    final = there.final_url or neighbour.url
    if there.outcome is not Outcome.FOUND or domain_of(final) != domain_of(first.page_url):
        return first
    found = replace(there, page_url=first.page_url)
    if spelling_key(final) in {spelling_key(first.page_url), spelling_key(first.final_url or first.page_url)}:
        return found
    moved = replace(found, via=neighbour.via, final_url=final, redirects=first.redirects)
    return wording.moved(moved, neighbour.place)


def _named(page: Page, own: str) -> Iterator[Neighbour]:
    """What a page names, in the order in which a link is most likely to be there."""
    behind, before = _numbered((link.url for link in page.links if link.type in VOTING_TYPES), own)
    for url, via, place in (
        (page.canonical, VIA_CANONICAL, CANONICAL),
        (page.next_page, VIA_PAGINATION, NEXT),
        (behind, VIA_PAGINATION, NEXT),
        (page.previous_page, VIA_PAGINATION, PREVIOUS),
        (before, VIA_PAGINATION, PREVIOUS),
    ):
        if url is not None:
            yield Neighbour(url, via, place)


def _is_beside(url: str, site: str, fetched: Fetched) -> bool:
    normal = try_normalise_url(url)
    return normal is not None and domain_of(normal) == site and not is_own_address(url, fetched)


def _numbered(urls: Iterable[str], own: str) -> tuple[str | None, str | None]:
    """The addresses with the next and with the previous page number of the page at `own`."""
    list_of, number = _place_in_list(own)
    if list_of is None:
        return None, None
    found: dict[int, str] = {}
    for url in dict.fromkeys(urls):
        same, other = _place_in_list(url)
        if same == list_of and abs(other - number) == 1:
            found.setdefault(other, url)
    return found.get(number + 1), found.get(number - 1)


def _place_in_list(url: str) -> tuple[str | None, int]:
    """An address without its page number, and the number: 1 if it has none."""
    parsed = None if len(url) > _MAX_URL else parse_url(url)
    if parsed is None:
        return None, 0
    path, query = str(parsed.pathname), str(parsed.search).removeprefix("?")
    numbers: list[str] = _IN_PATH.findall(path)
    kept: list[str] = []
    for part in query.split("&") if query else ():
        match = _IN_QUERY.fullmatch(part)
        (kept if match is None else numbers).append(part if match is None else match[1])
    place = _IN_PATH.sub("", path).rstrip("/")
    return "\n".join((str(parsed.host), place, *kept)), int(numbers[0]) if numbers else 1
