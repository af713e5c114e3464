"""`read_page`: the bytes and headers of one answer in, everything that links say out.

Steps: bytes to text (`charset`), one walk over the tree (`walk`), robots rules (`robots`), addresses
made absolute, placement of each link (`placement`). Pure: no network, no clock, no disk; no bytes
make it raise. A page that was made to exhaust a parser is not stopped here in every case: read
pages of strangers through `linkstead.page.bounded.BoundedCalls`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from linkstead.link import Link, LinkType
from linkstead.page import hidden as hiding
from linkstead.page.anchors import clean, header_links, refresh
from linkstead.page.charset import CharsetFrom, decode
from linkstead.page.limits import CONTEXT, MAX_ANCHOR, MAX_BYTES, MAX_HEADER, MAX_HEADERS, MAX_TEXT
from linkstead.page.placement import layout, place
from linkstead.page.robots import RobotsDirectives, read_robots
from linkstead.page.walk import walk
from linkstead.urls import absolute_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.page.found import Anchor, Found

#: What `canonical_from` says.
FROM_LINK_ELEMENT: Final = "link element"
FROM_LINK_HEADER: Final = "Link header"

#: A page built by script has next to no words and links of its own in the markup.
_SCRIPT_WORDS: Final = 50
_SCRIPT_LINKS: Final = 5
_SCRIPT_BARE_WORDS: Final = 5
_WEB: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Page:
    """One page as its markup and headers have it.

    `base` is what relative addresses were resolved against; `charset_from` says who named the
    charset (`bom`, `header`, `meta`, `detected`, `default`); `canonical` and the other addresses are
    absolute http(s) URLs or None; `canonical_from` is `link element` or `Link header`.
    `meta_refresh` is (seconds, URL). `text` is the visible text, white space collapsed, cut at
    20,000 characters, and `words` counts all of it. `script_built`: scripts fill this page in, so
    what is missing here may be there in a browser. `truncated`: a limit of `limits.py` was hit, so a
    link that is not among `links` may still be on the page.
    """

    url: str
    base: str
    title: str | None
    language: str | None
    charset: str
    charset_from: CharsetFrom
    canonical: str | None
    canonical_from: str | None
    robots: RobotsDirectives
    links: tuple[Link, ...]
    meta_refresh: tuple[float, str] | None
    next_page: str | None
    previous_page: str | None
    text: str
    words: int
    script_built: bool
    truncated: bool
    generator: str | None = None


class _Addresses:
    """Absolute addresses of one page; equal ones are resolved once."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._known: dict[str, str | None] = {}

    def __call__(self, raw: str) -> str | None:
        """The absolute http(s) URL of an attribute as written, or None."""
        try:
            return self._known[raw]
        except KeyError:
            url = _absolute(raw, self._base)
            self._known[raw] = url = url if url is not None and url.startswith(_WEB) else None
            return url


def read_page(body: bytes, *, url: str, headers: Sequence[tuple[str, str]] = ()) -> Page:
    """Read a page from its bytes and the (name, value) pairs of its HTTP headers. Never raises."""
    held = _Headers(headers)
    decoded = decode(body[:MAX_BYTES], held.all("content-type"))
    found = walk(decoded.text)
    base = _base(found.base, url)
    absolute = _Addresses(base)
    links = _links(found, absolute)
    text, words = _visible(found)
    canonical, canonical_from = _canonical(found, absolute, held.all("link"), url)
    return Page(
        url=url,
        base=base,
        title=found.title or None,
        language=found.language or clean(",".join(held.all("content-language")).split(",")[0], 35) or None,
        charset=decoded.charset,
        charset_from=decoded.charset_from,
        canonical=canonical,
        canonical_from=canonical_from,
        robots=read_robots(found.robots, held.all("x-robots-tag")),
        links=links,
        meta_refresh=_refresh(found, absolute, held.all("refresh")),
        next_page=_optional(found.next_page, absolute),
        previous_page=_optional(found.previous_page, absolute),
        text=text,
        words=words,
        script_built=_script_built(found, words, links),
        truncated=found.truncated or len(body) > MAX_BYTES,
        generator=found.generator,
    )


class _Headers:
    """Values of headers by lower-case name, in order, the first ones and their beginnings."""

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for number, (name, value) in enumerate(headers):
            if number >= MAX_HEADERS:
                break
            self._values.setdefault(name.strip().lower(), []).append(value[:MAX_HEADER])

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])


def _absolute(raw: str, base: str) -> str | None:
    """The absolute URL, also of an absolute one on a page whose own address is none."""
    try:
        resolved = absolute_url(raw, base)
        return absolute_url(raw, "about:blank") if resolved is None else resolved
    except (TypeError, ValueError):  # half of a surrogate pair, which no URL and no page can hold
        return None


def _base(written: str | None, url: str) -> str:
    """The page's base URL (https://html.spec.whatwg.org/#document-base-url)."""
    if written is None:
        return url
    resolved = _absolute(written, url)
    return resolved if resolved is not None and not resolved.startswith(("data:", "javascript:")) else url


def _optional(raw: str | None, absolute: _Addresses) -> str | None:
    return None if raw is None else absolute(raw)


def _canonical(
    found: Found, absolute: _Addresses, values: Sequence[str], url: str
) -> tuple[str | None, str | None]:
    """The first canonical that is a web address: the element's, else the header's (RFC 6596, RFC 8288)."""
    written = _optional(found.canonical, absolute)
    if written is not None:
        return written, FROM_LINK_ELEMENT
    for raw, rel in header_links(values):
        resolved = _absolute(raw, url) if "canonical" in rel else None
        if resolved is not None and resolved.startswith(_WEB):
            return resolved, FROM_LINK_HEADER
    return None, None


def _refresh(found: Found, absolute: _Addresses, values: Sequence[str]) -> tuple[float, str] | None:
    """The page's own refresh, else that of a Refresh header, which browsers obey alike."""
    written = found.refresh or next(filter(None, map(refresh, values)), None)
    url = None if written is None else absolute(written[1])
    return None if written is None or url is None else (written[0], url)


def _links(found: Found, absolute: _Addresses) -> tuple[Link, ...]:
    page = layout(found)
    text = found.text
    links: list[Link] = []
    for anchor in found.anchors:
        url = absolute(anchor.raw)
        if url is None:
            continue
        kind, words = _kind_and_words(anchor, text)
        start, end = anchor.start, anchor.end
        left = text[max(0, start - CONTEXT) : start].strip()
        right = text[end : end + CONTEXT].strip()
        hidden = hiding.word_of(anchor.hidden)
        placement = place(anchor, page)
        # by position, since tens of thousands are made
        links.append(
            Link(url, words, anchor.rel, kind, placement, len(links), left, right, hidden, anchor.raw)
        )
    return tuple(links)


def _kind_and_words(anchor: Anchor, text: str) -> tuple[LinkType, str]:
    """The link's type and anchor text. Without text: the images' alt texts, else its title.

    As Google reads it: developers.google.com/search/docs/crawling-indexing/links-crawlable#anchor-text.
    """
    words = text[anchor.start : min(anchor.end, anchor.start + MAX_ANCHOR)].strip()
    if words or anchor.type is not LinkType.ANCHOR:
        return anchor.type, words or anchor.label
    if anchor.images is None:
        return LinkType.ANCHOR, anchor.label
    alts = " ".join(filter(None, anchor.images))[:MAX_ANCHOR]
    return LinkType.IMAGE, alts or anchor.label


def _visible(found: Found) -> tuple[str, int]:
    """The text a person sees, cut, and the number of its words."""
    text = found.text
    if found.hidden_spans:
        ends = [0, *(end for _, end in found.hidden_spans)]
        starts = [*(start for start, _ in found.hidden_spans), len(text)]
        text = " ".join(text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    return text[: MAX_TEXT + 1].strip()[:MAX_TEXT], len(text.split())


def _script_built(found: Found, words: int, links: Sequence[Link]) -> bool:
    """Next to no text and links, and scripts that have somewhere to build."""
    if not found.scripts or words >= _SCRIPT_WORDS:
        return False
    anchors = sum(link.type is LinkType.ANCHOR and link.hidden is None for link in links)
    return anchors < _SCRIPT_LINKS and (found.mount_point or words < _SCRIPT_BARE_WORDS)
