"""From a page's links to rows: external ones only, one row a target, the first followed link speaking.

Addresses that are plainly in normal form already (`PLAIN`) skip the parser: lower-case scheme and host, a
path of unreserved characters and sub-delimiters without dot segments, no query, no fragment. All others go
through `urls.try_normalise_url`. A test proves that the short way says what the long one does.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa

from linkstead.index.schema import MOST_ANCHOR, MOST_URL, ROWS
from linkstead.link import QUALIFYING_TOKENS
from linkstead.urls import registrable_domain, reverse_host, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

#: An http(s) URL that is its own normal form (a missing path is added): see the module's text.
PLAIN: Final = re.compile(
    r"https?://([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.[a-z]{2,63})"
    r"((?:/(?!\.)[A-Za-z0-9_~!$&()*+,;=:@-]*(?:\.[A-Za-z0-9_~!$&()*+,;=:@-]+)*)*)"
)
_MOST_LINKS: Final = 65_535


class PageFacts(NamedTuple):
    """What a row says of the page its link stands on; `domain` is reversed."""

    url: str
    domain: str
    robots: str
    language: str | None
    crawled: date


class FoundLink(NamedTuple):
    """A link before it is judged: its absolute URL, and what stands with it on the page."""

    url: str
    anchor: str
    type: str
    rel: str
    placement: str | None


#: A row's columns that differ from link to link of a page, in the order in which they are collected.
_OWN: Final = ("target_domain", "target_url", "anchor", "type", "rel", "followed", "placement", "links")
_FOLLOWED, _MANY = _OWN.index("followed"), _OWN.index("links")


@dataclass(slots=True)
class RowBuilder:
    """Collects rows; `take` gives them as a batch and begins anew. `only`: reversed domains to keep."""

    only: Collection[str] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    _columns: list[list[Any]] = field(default_factory=lambda: [[] for _ in _OWN])
    _pages: list[PageFacts] = field(default_factory=list)
    _many: list[int] = field(default_factory=list)  # rows of each page

    def __len__(self) -> int:
        return len(self._columns[0])

    def add_page(self, page: PageFacts, links: list[FoundLink]) -> None:
        """Add a page's external links."""
        rows: dict[str, list[Any]] = {}
        for link in links:
            self._add(page, link, rows)
        if not rows:
            return
        for column, values in zip(self._columns, zip(*rows.values(), strict=True), strict=True):
            column.extend(values)
        self._pages.append(page)
        self._many.append(len(rows))
        self.counts["rows"] += len(rows)

    def take(self) -> pa.RecordBatch:
        """Everything added since the last time, as rows of the schema."""
        own: dict[str, Any] = dict(zip(_OWN, self._columns, strict=True))
        facts: dict[str, list[Any]] = {
            "source_domain": [page.domain for page in self._pages],
            "source_url": [page.url for page in self._pages],
            "robots": [page.robots for page in self._pages],
            "language": [page.language for page in self._pages],
            "crawled": [page.crawled for page in self._pages],
        }
        for name, values in facts.items():
            own[name] = [value for at, value in enumerate(values) for _ in range(self._many[at])]
        arrays = [
            pa.array(own[kind.name], kind.type) if kind.name in own else pa.nulls(len(self), kind.type)
            for kind in ROWS
        ]
        self._columns = [[] for _ in _OWN]
        self._pages, self._many = [], []
        return pa.RecordBatch.from_arrays(arrays, schema=ROWS)

    def _add(self, page: PageFacts, link: FoundLink, rows: dict[str, list[Any]]) -> None:
        target = target_of(link.url)
        if isinstance(target, str):
            self.counts[target] += 1
            return
        url, domain = target
        if domain == page.domain:
            self.counts["internal"] += 1
            return
        if self.only is not None and domain not in self.only:
            self.counts["other target"] += 1
            return
        rel, qualified = _rel(link.rel)
        followed = not qualified and "nofollow" not in page.robots
        before = rows.get(url)
        many = 1
        if before is not None:
            self.counts["same target again"] += 1
            many = min(before[_MANY] + 1, _MOST_LINKS)
            if before[_FOLLOWED] or not followed:
                before[_MANY] = many
                return
        rows[url] = [domain, url, _cut(link.anchor), link.type, rel, followed, link.placement, many]


@lru_cache(maxsize=8_192)
def _rel(written: str) -> tuple[str, bool]:
    """Every token of a `rel` once, in lower case, and whether one of them asks not to follow."""
    tokens = written.lower().split()
    return " ".join(dict.fromkeys(tokens)), not QUALIFYING_TOKENS.isdisjoint(tokens)


@lru_cache(maxsize=65_536)
def target_of(url: str) -> tuple[str, str] | str:
    """(normal form, reversed registrable domain) of a link's absolute URL, or why it is none."""
    url = url.partition("#")[0] if "#" in url else url
    plain = PLAIN.fullmatch(url)
    if plain is not None:
        host, path = plain.groups()
        normal = url if path else f"{url}/"
    else:
        found = try_normalise_url(url)
        if found is None:
            return "not http"
        normal, host = found, found[found.index("//") + 2 :].partition("/")[0].partition(":")[0]
    if len(normal) > MOST_URL:
        return "url too long"
    domain = reversed_domain(host)
    return "no domain" if domain is None else (normal, domain)


@lru_cache(maxsize=131_072)
def reversed_domain(host: str) -> str | None:
    """A host's registrable domain, reversed; None for addresses and names without a dot."""
    domain = registrable_domain(host) or host.rstrip(".")
    if "." not in domain or domain.startswith("[") or domain.replace(".", "").isdigit():
        return None
    return reverse_host(domain)


def robots_words(*, noindex: bool, nofollow: bool) -> str:
    """A page's own directives as a row has them."""
    return " ".join(word for word, said in (("noindex", noindex), ("nofollow", nofollow)) if said)


def _cut(anchor: str) -> str:
    """An anchor text in one line, cut with an ellipsis; lone surrogates become U+FFFD."""
    if not anchor:
        return ""
    text = " ".join(anchor[: 4 * MOST_ANCHOR].split())
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= MOST_ANCHOR else f"{text[: MOST_ANCHOR - 1]}…"
