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
from linkstead.page.anchors import clean, header_links, refresh
from linkstead.page.charset import CharsetFrom, decode
from linkstead.page.limits import MAX_BYTES, MAX_HEADER, MAX_HEADERS, MAX_TEXT
from linkstead.page.links import Addresses, parsed, resolved
from linkstead.page.links import links as found_links
from linkstead.page.robots import RobotsDirectives, read_robots
from linkstead.page.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.page.found import Found

#: What `canonical_from` says.
FROM_LINK_ELEMENT: Final = "link element"
FROM_LINK_HEADER: Final = "Link header"

#: A page built by script has next to no words and links of its own in the markup.
_SCRIPT_WORDS: Final = 50
_SCRIPT_LINKS: Final = 5
_SCRIPT_BARE_WORDS: Final = 5


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


def read_page(body: bytes, *, url: str, headers: Sequence[tuple[str, str]] = ()) -> Page:
    """Read a page from its bytes and the (name, value) pairs of its HTTP headers. Never raises."""
    held = _Headers(headers)
    decoded = decode(body[:MAX_BYTES], held.all("content-type"))
    found = walk(decoded.text)
    base = _base(found.base, url)
    addresses = Addresses(base)
    links = found_links(found, addresses)
    text, words = _visible(found)
    canonical, canonical_from = _canonical(found, addresses, held.all("link"), url)
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
        meta_refresh=_refresh(found, addresses, held.all("refresh")),
        next_page=_optional(found.next_page, addresses),
        previous_page=_optional(found.previous_page, addresses),
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


def _base(written: str | None, url: str) -> str:
    """The page's base URL (https://html.spec.whatwg.org/#document-base-url)."""
    if written is None:
        return url
    base = resolved(written, parsed(url))
    return base if base is not None and not base.startswith(("data:", "javascript:")) else url


def _optional(raw: str | None, addresses: Addresses) -> str | None:
    return None if raw is None else addresses[raw]


def _canonical(
    found: Found, addresses: Addresses, values: Sequence[str], url: str
) -> tuple[str | None, str | None]:
    """The first canonical that is a web address: the element's, else the header's (RFC 6596, RFC 8288)."""
    written = _optional(found.canonical, addresses)
    if written is not None:
        return written, FROM_LINK_ELEMENT
    against_page = Addresses(url)  # a header does not know of the markup's base
    for raw, rel in header_links(values):
        written = against_page[raw] if "canonical" in rel else None
        if written is not None:
            return written, FROM_LINK_HEADER
    return None, None


def _refresh(found: Found, addresses: Addresses, values: Sequence[str]) -> tuple[float, str] | None:
    """The page's own refresh, else that of a Refresh header, which browsers obey alike."""
    written = found.refresh or next(filter(None, map(refresh, values)), None)
    url = None if written is None else addresses[written[1]]
    return None if written is None or url is None else (written[0], url)


def _visible(found: Found) -> tuple[str, int]:
    """The text a person sees, cut, and the number of its words."""
    text = found.text.strip()
    words = text.count(" ") + 1 if text else 0  # single spaces are all the white space there is
    if found.hidden_spans:
        ends = [0, *(end for _, end in found.hidden_spans)]
        starts = [*(start for start, _ in found.hidden_spans), len(found.text)]
        seen = [found.text[end:start].strip() for end, start in zip(ends, starts, strict=True)]
        text = " ".join(seen)
        words = sum(part.count(" ") + 1 for part in seen if part)
    return text[: MAX_TEXT + 1].strip()[:MAX_TEXT], words


def _script_built(found: Found, words: int, links: Sequence[Link]) -> bool:
    """Next to no text and links, and scripts that have somewhere to build."""
    if not found.scripts or words >= _SCRIPT_WORDS:
        return False
    anchors = sum(link.type is LinkType.ANCHOR and link.hidden is None for link in links)
    return anchors < _SCRIPT_LINKS and (found.mount_point or words < _SCRIPT_BARE_WORDS)
