"""One WAT record: the JSON that Common Crawl keeps of a fetched page, decoded by its type, to links.

Format: section 6 of Common Crawl's WAT as ia-web-commons writes it; see docs/index.md. Only `A@/href` and
`AREA@/href` are links that count. Internal ones are most of them and are passed over by looking at their
first characters: joining every one to the page's address was the cost of the usual way.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from linkstead.index.rows import FoundLink, PageFacts, RowBuilder, robots_words, target_of
from linkstead.index.wat_kernel import LEAST_BYTES, NOT_A_LIST, candidates
from linkstead.page.robots import is_robots_meta, read_robots
from linkstead.urls import absolute_url

if TYPE_CHECKING:
    from collections import Counter

#: These alone are backlinks; WAT has images, forms, scripts, styles and data attributes, too.
_PATHS: Final[dict[str, str]] = {"A@/href": "a", "AREA@/href": "area"}
_RESPONSE: Final = b'"WARC-Type":"response"'
#: What a relative address may begin with that makes it one of the same site, unless <base> says otherwise.
_ABSOLUTE: Final = ("http:", "https:", "//")


class Entry(msgspec.Struct, gc=False):
    """One of `Links[]`."""

    path: str = ""
    url: str = ""
    href: str = ""
    text: str = ""
    alt: str = ""
    rel: str = ""


class Meta(msgspec.Struct, gc=False):
    """One of `Head.Metas[]`."""

    name: str = ""
    content: str = ""
    http_equiv: str = msgspec.field(default="", name="http-equiv")


class Head(msgspec.Struct, gc=False):
    base: str = msgspec.field(default="", name="Base")
    metas: list[Meta] = msgspec.field(default_factory=list, name="Metas")


class Html(msgspec.Struct, gc=False):
    head: Head = msgspec.field(default_factory=Head, name="Head")
    links: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"[]"), name="Links")


class Message(msgspec.Struct, gc=False):
    status: str = msgspec.field(default="", name="Status")


class Response(msgspec.Struct, gc=False):
    message: Message = msgspec.field(default_factory=Message, name="Response-Message")
    headers: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"{}"), name="Headers")
    html: Html | None = msgspec.field(default=None, name="HTML-Metadata")


class Payload(msgspec.Struct, gc=False):
    response: Response | None = msgspec.field(default=None, name="HTTP-Response-Metadata")


class WarcHeaders(msgspec.Struct, gc=False):
    type: str = msgspec.field(default="", name="WARC-Type")
    url: str = msgspec.field(default="", name="WARC-Target-URI")
    date: str = msgspec.field(default="", name="WARC-Date")


class Envelope(msgspec.Struct, gc=False):
    warc: WarcHeaders = msgspec.field(default_factory=WarcHeaders, name="WARC-Header-Metadata")
    payload: Payload = msgspec.field(default_factory=Payload, name="Payload-Metadata")


class Record(msgspec.Struct, gc=False):
    envelope: Envelope = msgspec.field(name="Envelope")


#: Lenient, since a number may stand where a text is meant; other fields are passed over undecoded.
_RECORD: Final = msgspec.json.Decoder(Record, strict=False)
_ENTRIES: Final = msgspec.json.Decoder(list[Entry], strict=False)
_HEADERS: Final = msgspec.json.Decoder(dict[str, str | list[str]], strict=False)


def add_record(body: bytes, builder: RowBuilder) -> None:
    """Add one WAT record's links to `builder`; what it is instead is counted."""
    if _RESPONSE not in body and b'"response"' not in body:
        builder.counts["not a response"] += 1
        return
    try:
        reason = _add(_RECORD.decode(body).envelope, builder)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reason = "malformed record"
    builder.counts[reason] += 1


def _add(envelope: Envelope, builder: RowBuilder) -> str:
    """Add the links of a page; as what it is counted. Raises `msgspec.DecodeError`."""
    if envelope.warc.type != "response":
        return "not a response"
    response = envelope.payload.response
    if response is None or response.html is None:
        return "not html"
    if response.message.status and not response.message.status.startswith("2"):
        return "not a page (status)"
    page = _page(envelope.warc, response)
    if isinstance(page, str):
        return page
    builder.add_page(page, _links(response.html, envelope.warc.url, page, builder.counts))
    return "pages"


def _page(warc: WarcHeaders, response: Response) -> PageFacts | str:
    crawled = day_of(warc.date)
    if crawled is None:
        return "unreadable date"
    place = target_of(warc.url)
    if isinstance(place, str):
        return f"page: {place}"
    html = response.html
    metas = [] if html is None else html.head.metas
    said, language = _directives(metas, bytes(response.headers))
    return PageFacts(place[0], place[1], said, language, crawled)


def _directives(metas: list[Meta], headers: bytes) -> tuple[str, str | None]:
    """The page's robots directives, and its language if a header or a meta tells it."""
    found = [(meta.name, meta.content) for meta in metas if meta.name and is_robots_meta(meta.name)]
    lowered = headers.lower()
    tags, language = [], None
    if b"x-robots-tag" in lowered or b"content-language" in lowered:
        for name, value in _pairs(headers):
            if name == "x-robots-tag":
                tags.append(value)
            elif name == "content-language":
                language = language or _language(value)
    for meta in metas:
        if meta.http_equiv.lower() == "content-language":
            language = language or _language(meta.content)
    if not found and not tags:
        return "", language
    return _rules(tuple(found), tuple(tags)), language


@lru_cache(maxsize=4_096)
def _rules(metas: tuple[tuple[str, str], ...], tags: tuple[str, ...]) -> str:
    """Most pages of the web say one of a few things to robots."""
    rules = read_robots(metas, tags)
    return robots_words(noindex=bool(rules.noindex_from(None)), nofollow=bool(rules.nofollow_from()))


def _pairs(headers: bytes) -> list[tuple[str, str]]:
    try:
        said = _HEADERS.decode(headers)
    except msgspec.DecodeError:
        return []
    return [
        (name.lower(), value)
        for name, values in said.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def _language(text: str) -> str | None:
    word = text.split(",", maxsplit=1)[0].strip().lower()[:35]
    return word or None


def _links(html: Html, page_url: str, page: PageFacts, counts: Counter[str]) -> list[FoundLink]:
    """The links that may lead to another site."""
    base = _base(html.head.base, page_url)
    foreign = base is not None and _domain_of(base) != page.domain
    origin = page_url[: page_url.find("/", page_url.find("//") + 2) + 1] or "\n"
    scheme = page_url.partition(":")[0]
    entries, links, internal = _entries(html.links, origin, foreign=foreign)
    found = []
    for entry in entries:
        kind = _PATHS.get(entry.path)
        if kind is None:
            continue
        links += 1
        url = entry.url or entry.href
        if url.startswith(origin):
            internal += 1
            continue
        if not url.startswith(_ABSOLUTE):
            url = _other(url, base or page_url) if foreign or _odd(url) else ""
            if not url:
                internal += 1
                continue
        elif url.startswith("//"):
            url = f"{scheme}:{url}"
        anchor = entry.text or entry.alt
        image = "image" if kind == "a" and not entry.text and entry.alt else kind
        found.append(FoundLink(url, anchor, image, entry.rel, None))
    counts["links"] += links
    counts["internal"] += internal
    return found


def _entries(raw: msgspec.Raw, origin: str, *, foreign: bool) -> tuple[list[Entry], int, int]:
    """The entries that may lead away, how many other links there are, and how many of them are internal.

    Raises `msgspec.DecodeError`.
    """
    body = bytes(raw)
    spans = np.empty((len(body) // LEAST_BYTES + 1, 2), np.uint32)
    count, links, internal = candidates(
        np.frombuffer(body, np.uint8),
        np.frombuffer(origin.encode("utf-8", "replace"), np.uint8),
        foreign,
        spans,
    )
    if count == NOT_A_LIST:
        return _ENTRIES.decode(body), 0, 0
    if not count:
        return [], links, internal
    pieces = b",".join([body[begin:end] for begin, end in spans[:count].tolist()])
    return _ENTRIES.decode(b"[" + pieces + b"]"), links, internal


def _odd(url: str) -> bool:
    """Whether a text without `http` at its beginning may still be absolute: blanks, capitals, backslashes."""
    first = url[:1]
    return first <= " " or first in "\\HhF" or url.startswith("/\\") or "://" in url[:12]


def _other(url: str, base: str) -> str:
    """What a browser makes of it, or nothing."""
    return absolute_url(url, base) or ""


def _base(written: str, page_url: str) -> str | None:
    return absolute_url(written, page_url) if written else None


def _domain_of(url: str) -> str | None:
    place = target_of(url)
    return None if isinstance(place, str) else place[1]


def day_of(text: str) -> date | None:
    """The day of a WARC date (`2024-05-18T01:58:10Z`, ISO 8601), or None."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
