"""What of a page speaks for or against its links: counts, ids of accounts, the make of its markup. Pure.

`page_figures` gives plain values under the names of the facts that signals read; the stages above join
them. Accounts: Google's tag ids (support.google.com/tagmanager/answer/12326985) and AdSense publisher
ids. The template is a 64-bit simhash (Charikar, STOC 2002) over runs of four tags with their first class.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.link import VOTING_TYPES
from linkstead.urls import domain_of, identity_key, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkstead.link import Link
    from linkstead.page.read import Page

#: Bytes of the markup that are searched, tags that are hashed, words that are compared, ids that are kept. A
#: page is counted by the look that reads it, so that each of these is a cost of verifying.
SEARCHED: Final = 512 * 1024
MOST_TAGS: Final = 400
MOST_WORDS: Final = 500
MOST_IDS: Final = 20
_OPENING: Final = 1_000
#: Keys of linked domains that are kept: a Jaccard similarity of 0.5 is estimated within 0.09.
SKETCHED: Final = 32
#: Each begins with its letters, so that it is searched for ten times faster than a choice of them all would
#: be; what may stand before it is looked at afterwards.
_IDS: Final = tuple(
    re.compile(pattern + rb"(?![A-Za-z0-9-])")
    for pattern in (rb"UA-\d{4,10}-\d{1,4}", rb"G-[A-Z0-9]{8,12}", rb"GTM-[A-Z0-9]{4,9}", rb"pub-\d{16}")
)
_TAG = re.compile(
    rb"<([a-z][a-z0-9]{0,15})(?:\s{1,4}[^<>]{0,200}?class=[\"']([a-z][\w-]{0,40}))?", re.IGNORECASE
)
_RUN: Final = 4


@dataclass(frozen=True, slots=True)
class PageFigures:
    """Counts of one page, under the names that `quality.facts.PageFacts` has.

    `outlinked` are the least keys (`urls.identity_key`) of the domains that it links to, in order: from two
    such sketches the likeness of the whole sets is estimated (bottom-k; Broder, 1997).
    """

    url: str
    placements: dict[str, int]
    links: int
    outlinks: int
    external_share: float | None
    outlinked_domains: int
    followed_outlinks: int
    hidden_links: int
    words: int
    repeated_share: float | None
    title: str | None
    opening: str
    language: str | None
    indexable: bool
    script_built: bool
    generator: str | None
    template: int | None
    ids: tuple[str, ...]
    outlinked: tuple[int, ...]


def page_figures(page: Page, body: bytes) -> PageFigures:
    """The figures of a page that `read_page` made of `body`. Never raises."""
    links = [link for link in page.links if link.type in VOTING_TYPES]
    away = list(_away(page.url, links))
    outlinked = {domain for _, domain in away}
    return PageFigures(
        url=page.url,
        placements=dict(Counter(str(link.placement) for link in links)),
        links=len(links),
        outlinks=len(away),
        external_share=len(away) / len(links) if links else None,
        outlinked_domains=len(outlinked),
        followed_outlinks=sum(link.attributes.followed for link, _ in away),
        hidden_links=sum(link.hidden is not None for link in links),
        words=page.words,
        repeated_share=repeated_share(page.text),
        title=page.title,
        opening=page.text[:_OPENING],
        language=page.language,
        indexable=not page.robots.noindex_from(None),
        script_built=page.script_built,
        generator=page.generator,
        template=template_of(body),
        ids=account_ids(body),
        outlinked=tuple(sorted(map(identity_key, outlinked))[:SKETCHED]),
    )


def _away(page_url: str, links: Iterable[Link]) -> Iterator[tuple[Link, str]]:
    """The links to other domains, with these; an address that is none counts as the page's own."""
    own = domain_of(page_url) if try_normalise_url(page_url) else ""
    known = {_host_part(page_url): own}  # few hosts stand in many links
    for link in links:
        host = _host_part(link.url)
        domain = known.get(host)
        if domain is None:
            domain = known[host] = domain_of(link.url) if try_normalise_url(link.url) else own
        if domain != own:
            yield link, domain


def _host_part(url: str) -> str:
    """What an address has before its path."""
    return url[: url.find("/", 8)] if url.find("/", 8) > 0 else url


def outlinked(page: Page) -> list[str]:
    """The other domains that a page links to, in the order of the page."""
    links = (link for link in page.links if link.type in VOTING_TYPES)
    return list(dict.fromkeys(domain for _, domain in _away(page.url, links)))


def repeated_share(text: str) -> float | None:
    """The part of the runs of three words that stand in a text more than once; None below 50 words.

    The first `MOST_WORDS` are read.
    """
    words = text.casefold().split(None, MOST_WORDS)[:MOST_WORDS]
    if len(words) < 50:
        return None
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    return sum(count for count in runs.values() if count > 1) / (len(words) - 2)


def account_ids(body: bytes) -> tuple[str, ...]:
    """Identifiers of analytics and advertising accounts, without the property number of the older kind."""
    searched = body[:SEARCHED]
    found = sorted(
        (match.start(), match[0].decode("ascii"))
        for pattern in _IDS
        for match in pattern.finditer(searched)
        if _stands_alone(searched, match.start())
    )
    accounts = (each.rpartition("-")[0] if each.startswith("UA-") else each for _, each in found)
    return tuple(islice(dict.fromkeys(accounts), MOST_IDS))


def _stands_alone(searched: bytes, start: int) -> bool:
    """Whether an identifier is no part of a longer word; AdSense writes `ca-` before its own."""
    begins = start - 3 if searched[max(0, start - 3) : start + 4] == b"ca-pub-" else start
    return begins == 0 or not (searched[begins - 1 : begins].isalnum() or searched[begins - 1] == ord("-"))


def template_of(body: bytes) -> int | None:
    """A 64-bit simhash of the markup's first tags, signed; None below 20 tags."""
    found = islice(_TAG.finditer(body, 0, SEARCHED), MOST_TAGS)
    tags = [b"<" + match[1].lower() + (match[2] or b"").lower() for match in found]
    if len(tags) < 20:
        return None
    runs = {b" ".join(tags[at : at + _RUN]) for at in range(len(tags) - _RUN + 1)}
    hashes = np.frombuffer(b"".join(blake2b(run, digest_size=8).digest() for run in runs), dtype=np.uint8)
    set_bits = np.unpackbits(hashes.reshape(-1, 8), axis=1).sum(axis=0, dtype=np.int64)
    return int.from_bytes(np.packbits(2 * set_bits > len(runs)).tobytes(), "big", signed=True)
