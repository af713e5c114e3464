"""From what a walk collected to `Link`s: addresses absolute, words cut out of the text, placed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from upa_url import URL

from linkstead.link import Link, LinkType, Placement
from linkstead.page import hidden as hiding
from linkstead.page.anchors import clean
from linkstead.page.limits import CONTEXT, MAX_ANCHOR
from linkstead.page.placement import layout, place
from linkstead.urls import parse_url

if TYPE_CHECKING:
    from linkstead.page.found import Anchor, Found

_ANCHOR: Final = LinkType.ANCHOR
_WEB: Final = ("http://", "https://")


class Addresses(dict[str, str | None]):
    """Attribute as written to the absolute http(s) URL on a page, or None.

    Equal ones are resolved once, and the base is parsed once for all.
    """

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = parsed(base)

    def __missing__(self, raw: str) -> str | None:
        """Resolve, and an absolute one also on a page whose own address is none."""
        url = resolved(raw, self._base)
        self[raw] = url = url if url is not None and url.startswith(_WEB) else None
        return url


def resolved(raw: str, base: URL | None) -> str | None:
    """The absolute URL that `raw` means at `base`, of whatever scheme."""
    try:
        url = None if base is None else URL.parse(raw, base)
        url = parse_url(raw, "about:blank") if url is None else url
    except (TypeError, ValueError):  # half of a surrogate pair, which no URL and no page can hold
        return None
    return None if url is None else str(url.href)


def parsed(base: str) -> URL | None:
    """A page's address as parsed, or None if it is none."""
    try:
        return parse_url(base)
    except (TypeError, ValueError):  # as above
        return None


class _Draft:
    """A `Link` whose fields can still be set.

    A frozen dataclass sets each field through `object.__setattr__`, which takes four times as long,
    and tens of thousands are made. The fields are those of `Link` in their order.
    """

    __slots__ = (
        "anchor_text", "hidden", "left", "placement", "position", "raw", "rel", "right", "type", "url",
    )  # fmt: skip

    url: str
    anchor_text: str
    rel: tuple[str, ...]
    type: LinkType
    placement: Placement
    position: int
    left: str
    right: str
    hidden: str | None
    raw: str

    def sealed(self) -> Link:
        """Turn this very object into a `Link`; Python refuses if the fields are not the same."""
        object.__setattr__(self, "__class__", Link)
        return cast("Link", self)


def links(found: Found, addresses: Addresses) -> tuple[Link, ...]:
    """The links of a page that lead to the web, in document order."""
    page = layout(found)
    text = found.text
    made: list[Link] = []
    for anchor in found.anchors:
        url = addresses[anchor.raw]
        if url is None:
            continue
        start, end = anchor.start, anchor.end
        link = _Draft()
        link.url = url
        link.type = anchor.type
        link.anchor_text = text[start : min(end, start + MAX_ANCHOR)].strip()
        if not link.anchor_text:
            link.type, link.anchor_text = _without_text(anchor)
        link.rel = anchor.rel
        link.placement = place(anchor, page)
        link.position = len(made)
        link.left = text[max(0, start - CONTEXT) : start].strip()
        link.right = text[end : end + CONTEXT].strip()
        link.hidden = None if anchor.hidden is None else hiding.word_of(anchor.hidden)
        link.raw = anchor.raw
        made.append(link.sealed())
    return tuple(made)


def _without_text(anchor: Anchor) -> tuple[LinkType, str]:
    """The type and anchor text of a link without text: the images' alt texts, else its title.

    As Google reads it: developers.google.com/search/docs/crawling-indexing/links-crawlable#anchor-text.
    """
    if anchor.images is None:
        return anchor.type, clean(anchor.label)
    alts = " ".join(filter(None, anchor.images))[:MAX_ANCHOR]
    return LinkType.IMAGE, alts or clean(anchor.label)
