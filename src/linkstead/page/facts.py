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

from linkstead.link import VOTING_TYPES
from linkstead.urls import domain_of, try_normalise_url

if TYPE_CHECKING:
    from linkstead.page.read import Page

#: Bytes of the markup that are searched, tags that are hashed, ids that are kept.
SEARCHED: Final = 512 * 1024
MOST_TAGS: Final = 3_000
MOST_IDS: Final = 20
_OPENING: Final = 1_000
_IDS = re.compile(
    rb"(?<![A-Za-z0-9-])(?:UA-\d{4,10}-\d{1,4}|G-[A-Z0-9]{8,12}|GTM-[A-Z0-9]{4,9}|(?:ca-)?pub-\d{16})(?![A-Za-z0-9-])"
)
_TAG = re.compile(rb"<([a-z][a-z0-9]{0,15})(?:\s{1,4}[^<>]{0,200}?class=[\"']([a-zA-Z][\w-]{0,40}))?")
_RUN: Final = 4


@dataclass(frozen=True, slots=True)
class PageFigures:
    """Counts of one page, under the names that `quality.facts.PageFacts` has."""

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


def page_figures(page: Page, body: bytes) -> PageFigures:
    """The figures of a page that `read_page` made of `body`. Never raises."""
    own = domain_of(page.url) if try_normalise_url(page.url) else ""
    links = [link for link in page.links if link.type in VOTING_TYPES]
    domains = [domain_of(normal) if (normal := try_normalise_url(link.url)) else own for link in links]
    away = [(link, domain) for link, domain in zip(links, domains, strict=True) if domain != own]
    return PageFigures(
        url=page.url,
        placements=dict(Counter(str(link.placement) for link in links)),
        links=len(links),
        outlinks=len(away),
        external_share=len(away) / len(links) if links else None,
        outlinked_domains=len({domain for _, domain in away}),
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
    )


def repeated_share(text: str) -> float | None:
    """The part of the runs of three words that stand in a text more than once; None below 50 words."""
    words = text.casefold().split()
    if len(words) < 50:
        return None
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    return sum(count for count in runs.values() if count > 1) / (len(words) - 2)


def account_ids(body: bytes) -> tuple[str, ...]:
    """Identifiers of analytics and advertising accounts, without the property number of the older kind."""
    found = (match[0].decode("ascii") for match in _IDS.finditer(body[:SEARCHED]))
    plain = (each.removeprefix("ca-") for each in found)
    accounts = (each.rpartition("-")[0] if each.startswith("UA-") else each for each in plain)
    return tuple(islice(dict.fromkeys(accounts), MOST_IDS))


def template_of(body: bytes) -> int | None:
    """A 64-bit simhash of the markup's tags, signed; None below 20 tags."""
    tags = [match[0][:1] + match[1] + (match[2] or b"") for match in islice(_found(body), MOST_TAGS)]
    if len(tags) < 20:
        return None
    runs = {b" ".join(tags[at : at + _RUN]) for at in range(len(tags) - _RUN + 1)}
    hashes = [int.from_bytes(blake2b(run, digest_size=8).digest(), "big") for run in runs]
    bits = sum(1 << bit for bit in range(64) if 2 * sum(each >> bit & 1 for each in hashes) > len(hashes))
    return bits - (1 << 64) if bits >> 63 else bits


def _found(body: bytes) -> islice[re.Match[bytes]]:
    return islice(_TAG.finditer(body[:SEARCHED].lower()), MOST_TAGS)
