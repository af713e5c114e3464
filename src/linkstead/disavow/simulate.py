"""What a file would cut: the links, domains and authority of a profile that its entries cover.

A simulation on what the profile knows, not a forecast: search engines treat a disavow file as a strong
suggestion, and pass over most bad links without one.
"""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.disavow.entries import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.disavow.entries import Entry
    from linkstead.disavow.file import Document

#: The best of what is cut, as far as a page shows it.
SHOWN: Final = 20


class ProfileLink(NamedTuple):
    """One backlink: its page in normal form, the page's host and registrable domain, what is known of it.

    `authority` of the domain (one scale for all links of a run), `traffic` of the page as a vendor gives it.
    """

    page_url: str
    host: str
    domain: str
    target_url: str | None
    followed: bool | None
    live: bool
    authority: float | None = None
    traffic: float | None = None


class Share(NamedTuple):
    """A part of a whole."""

    cut: float
    whole: float

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.cut / self.whole if self.whole else 0.0


class Whole(NamedTuple):
    """The sums of a whole profile, where only the links that a file may touch are handed in."""

    links: float
    followed: float
    live: float
    domains: float
    authority: float
    traffic: float = 0.0


class Cut(NamedTuple):
    """What a file takes out of a profile.

    `authority` sums the authority of each referring domain once; a domain counts as cut when no link of it
    is left. `best` are the cut links of most authority, `unmatched` the entries that cover no known link.
    """

    links: Share
    followed: Share
    live: Share
    domains: Share
    authority: Share
    traffic: Share
    best: list[ProfileLink]
    unmatched: list[Entry]


def simulate(
    links: Iterable[ProfileLink], document: Document, whole: Whole | None = None, *, shown: int = SHOWN
) -> Cut:
    """Hold a file against the links of a profile; one look-up a link, whatever the file's size.

    `links` are all of them; or, with the sums of the `whole`, at least all of each domain that an entry
    names or lies in.
    """
    entries = list(dict.fromkeys(document.entries()))
    coverage, used = Coverage(entries), set[tuple[str, str]]()
    cut, given = Counter[str](), Counter[str]()
    domains: dict[str, list[float]] = {}  # links left, authority
    best: list[tuple[float, int, ProfileLink]] = []
    for number, link in enumerate(links):
        entry = coverage.of_url(link.page_url, link.host)
        counted = domains.setdefault(link.domain, [0, 0.0])
        counted[0] += entry is None
        counted[1] = max(counted[1], link.authority or 0.0)
        _count(given, link)
        if entry is not None:
            _count(cut, link)
            used.add((entry.kind, entry.value))
            _keep(best, (link.authority or 0.0, -number, link), shown)
    gone = [authority for left, authority in domains.values() if not left]
    if whole is None:
        everything = sum(authority for _, authority in domains.values())
        whole = Whole(
            given["links"], given["followed"], given["live"], len(domains), everything, given["traffic"]
        )
    return Cut(
        Share(cut["links"], whole.links),
        Share(cut["followed"], whole.followed),
        Share(cut["live"], whole.live),
        Share(len(gone), whole.domains),
        Share(sum(gone), whole.authority),
        Share(cut["traffic"], whole.traffic),
        [link for _, _, link in sorted(best, key=lambda one: one[:2], reverse=True)],
        [entry for entry in entries if (entry.kind, entry.value) not in used],
    )


def _count(sums: Counter[str], link: ProfileLink) -> None:
    sums["links"] += 1
    sums["followed"] += bool(link.followed)
    sums["live"] += link.live
    if link.traffic:
        sums["traffic"] += link.traffic  # type: ignore[assignment] # a vendor's figure need not be whole


def _keep(
    best: list[tuple[float, int, ProfileLink]], one: tuple[float, int, ProfileLink], shown: int
) -> None:
    if len(best) < shown:
        heapq.heappush(best, one)
    elif one[:2] > best[0][:2]:
        heapq.heapreplace(best, one)
