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
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from linkstead.index.schema import MOST_ANCHOR, MOST_URL, ROWS
from linkstead.link import QUALIFYING_TOKENS
from linkstead.urls import domain_of_host, reverse_host, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

#: An http(s) URL that is its own normal form (a missing path is added): see the module's text.
PLAIN: Final = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.[a-z]{2,63}"
    r"(?:/(?!\.)[A-Za-z0-9_~!$&()*+,;=:@-]*(?:\.[A-Za-z0-9_~!$&()*+,;=:@-]+)*)*"
)
_MOST_LINKS: Final = 65_535
_BLANKS: Final = re.compile(r"\s+")


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


@dataclass(slots=True)
class RowBuilder:
    """Collects rows; `take` gives them as a batch and begins anew. `only`: reversed domains to keep."""

    only: Collection[str] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    _columns: list[list[object]] = field(default_factory=lambda: [[] for _ in ROWS])

    def __len__(self) -> int:
        return len(self._columns[0])

    def add_page(self, page: PageFacts, links: list[FoundLink]) -> None:
        """Add a page's external links."""
        rows: dict[str, list[object]] = {}
        for link in links:
            self._add(page, link, rows)
        for row in rows.values():
            for column, value in zip(self._columns, row, strict=True):
                column.append(value)
        self.counts["rows"] += len(rows)

    def take(self) -> pa.RecordBatch:
        """Everything added since the last time, as rows of the schema."""
        arrays = [pa.array(column, kind.type) for column, kind in zip(self._columns, ROWS, strict=True)]
        self._columns = [[] for _ in ROWS]
        return pa.RecordBatch.from_arrays(arrays, schema=ROWS)

    def _add(self, page: PageFacts, link: FoundLink, rows: dict[str, list[object]]) -> None:
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
        tokens = link.rel.lower().split()
        followed = "nofollow" not in page.robots and QUALIFYING_TOKENS.isdisjoint(tokens)
        anchor = _cut(link.anchor)
        before = rows.get(url)
        many = 1 if before is None else min(int(str(before[13])) + 1, _MOST_LINKS)
        if before is None or (followed and not before[9]):
            rel = " ".join(dict.fromkeys(tokens))
            rows[url] = [
                domain, url, page.domain, page.url, None, anchor, link.type, rel, page.robots, followed,
                link.placement, page.language, page.crawled, many,
            ]  # fmt: skip
        else:
            before[13] = many
        if before is not None:
            self.counts["same target again"] += 1


@lru_cache(maxsize=131_072)
def target_of(url: str) -> tuple[str, str] | str:
    """(normal form, reversed registrable domain) of a link's absolute URL, or why it is none."""
    url = url.partition("#")[0] if "#" in url else url
    if PLAIN.fullmatch(url):
        host, slash, _ = url[url.index("//") + 2 :].partition("/")
        normal = url if slash else f"{url}/"
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
    domain = domain_of_host(host)
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
    text = _BLANKS.sub(" ", anchor[: 4 * MOST_ANCHOR]).strip()
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= MOST_ANCHOR else f"{text[: MOST_ANCHOR - 1]}…"
