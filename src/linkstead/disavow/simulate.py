"""What a file would cut: the links, domains and authority of a profile that its entries cover.

A simulation on what the profile knows, not a forecast: search engines treat a disavow file as a strong
suggestion, and pass over most bad links without one.
"""

from __future__ import annotations

import heapq
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


def simulate(links: Iterable[ProfileLink], document: Document, *, shown: int = SHOWN) -> Cut:
    """Hold a file against every link of a profile; one look-up a link, whatever the file's size."""
    entries = list(dict.fromkeys(document.entries()))
    coverage, used = Coverage(entries), set[tuple[str, str]]()
    sums = {name: [0.0, 0.0] for name in ("links", "followed", "live", "traffic")}
    domains: dict[str, list[float]] = {}  # links left, authority
    best: list[tuple[float, int, ProfileLink]] = []
    for number, link in enumerate(links):
        entry = coverage.of_url(link.page_url, link.host)
        counted = domains.setdefault(link.domain, [0, 0.0])
        counted[1] = max(counted[1], link.authority or 0.0)
        counted[0] += entry is None
        for name, value in (
            ("links", 1.0),
            ("followed", float(bool(link.followed))),
            ("live", float(link.live)),
            ("traffic", link.traffic or 0.0),
        ):
            sums[name][1] += value
            if entry is not None:
                sums[name][0] += value
        if entry is not None:
            used.add((entry.kind, entry.value))
            _keep(best, (link.authority or 0.0, -number, link), shown)
    gone = [authority for left, authority in domains.values() if not left]
    whole = sum(authority for _, authority in domains.values())
    return Cut(
        Share(*sums["links"]),
        Share(*sums["followed"]),
        Share(*sums["live"]),
        Share(len(gone), len(domains)),
        Share(sum(gone), whole),
        Share(*sums["traffic"]),
        [link for _, _, link in sorted(best, key=lambda one: one[:2], reverse=True)],
        [entry for entry in entries if (entry.kind, entry.value) not in used],
    )


def _keep(
    best: list[tuple[float, int, ProfileLink]], one: tuple[float, int, ProfileLink], shown: int
) -> None:
    if len(best) < shown:
        heapq.heappush(best, one)
    elif one[:2] > best[0][:2]:
        heapq.heapreplace(best, one)
