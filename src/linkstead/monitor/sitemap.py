"""The pages of our user's own site, as its sitemaps list them (https://www.sitemaps.org/protocol.html).

    async with Fetcher(sitemap_settings(settings)) as fetcher:
        with sitemap_readers() as readers:
            reading = await read_site(fetcher, readers, home="https://example.com/", site="example.com")

Named in robots.txt, else /sitemap.xml; XML, plain text, either gzipped; an index may name further indexes
once. Everything is fetched through the crawler with its guard and its pace. A file is read in a child
process, by expat, and is refused at its first entity declaration: what is left of XML without them takes
time and memory in proportion to its length. External DTDs are never read (expat fetches nothing).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin
from xml.parsers import expat

from linkstead.monitor.inflate import Body, BodyLimits
from linkstead.page.bounded import BoundedCalls, Overrun
from linkstead.urls import is_within, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkstead.monitor.fetch import Fetcher
    from linkstead.monitor.fetch_settings import FetchSettings
    from linkstead.monitor.fetched import Fetched

#: The protocol's own limits for one file: 50 MB unpacked, 50,000 URLs.
MAX_BYTES: Final = 50 * 1024 * 1024
MAX_URLS: Final = 50_000
#: Kept of one site, files read for it, and how deep an index may name indexes; our choice.
MAX_KEPT: Final = 200_000
MAX_FILES: Final = 500
MAX_DEPTH: Final = 2
#: The longest URL that the protocol allows is 2,048 characters.
_MAX_URL: Final = 2_048
_READ_SECONDS: Final = 20.0
_READ_MEGABYTES: Final = 512
_FETCH_SECONDS: Final = 120.0
_ROBOTS_BYTES: Final = 512 * 1024

#: Why a URL was not kept: the words of `SiteReading.left_out`.
OTHER_SITE: Final = "on another site"
NO_URL: Final = "not a web address"
TOO_LONG: Final = "longer than 2,048 characters"
REPEATED: Final = "listed more than once"
OVER_FILE: Final = "beyond 50,000 in one file"
OVER_SITE: Final = "beyond 200,000 of one site"
#: Why a file was not read, beside what the crawler says.
TOO_DEEP: Final = "an index named by an index of an index"
TOO_MANY_FILES: Final = "beyond 500 files"
ENTITIES: Final = "it declares entities, which no sitemap needs"
DAMAGED: Final = "damaged XML"
UNKNOWN_CHARSET: Final = "an encoding that XML readers need not know"
NO_SITEMAP: Final = "not a sitemap"

_GZIP: Final = b"\x1f\x8b"
_PAGES, _FILES = "urlset", "sitemapindex"
_ENTRY: Final = {_PAGES: "url", _FILES: "sitemap"}


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """What one file says: URLs of pages and of further sitemaps, as written.

    `dropped` counts what is not among them; `trouble` says why the file ended early or is none.
    """

    pages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class SiteReading:
    """The pages of a site in normal form, in the order of its sitemaps, and what was left out.

    `left_out` counts URLs by reason; `troubles` are (file, why) of files that could not be read to their
    end. `complete`: there was a sitemap, and every file that was named was read to its end, so that a page
    that is not in `urls` is not listed any more.
    """

    urls: tuple[str, ...]
    files: int
    left_out: dict[str, int]
    troubles: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        cut = any(self.left_out.get(reason) for reason in (OVER_SITE, OVER_FILE, TOO_MANY_FILES))
        return self.files > 0 and not self.troubles and not cut


def sitemap_settings(settings: FetchSettings) -> FetchSettings:
    """A crawler's settings for sitemaps: any text, with the protocol's size."""
    return replace(
        settings, pages_only=False, max_wire=MAX_BYTES, max_body=MAX_BYTES, total_seconds=_FETCH_SECONDS
    )


def sitemap_readers() -> BoundedCalls[SitemapFile]:
    """The child process that reads files."""
    return BoundedCalls(read_file, workers=1, seconds=_READ_SECONDS, megabytes=_READ_MEGABYTES)


# -- one file -----------------------------------------------------------------------------------


def read_file(body: bytes) -> SitemapFile:
    """Read a sitemap or an index, XML or text, gzipped or not. Never raises for what the bytes are."""
    text, trouble = _unpacked(body)
    if _is_xml(text):
        return _read_xml(text, trouble)
    return _read_text(text, trouble)


def _unpacked(body: bytes) -> tuple[bytes, str | None]:
    if not body.startswith(_GZIP):
        return body[:MAX_BYTES], "more than 50 MB" if len(body) > MAX_BYTES else None
    unpacked = Body("gzip", BodyLimits(wire=MAX_BYTES, body=MAX_BYTES))
    unpacked.feed(body)
    unpacked.close()
    return unpacked.content, None if unpacked.failure is None else f"gzip: {unpacked.failure}"


def _is_xml(text: bytes) -> bool:
    head = text[:256].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    return head.removeprefix(b"\xfe\xff").lstrip().startswith(b"<")


def _read_xml(text: bytes, trouble: str | None) -> SitemapFile:
    """Read as far as it goes: what stood before the damage is kept."""
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = reading.open
    parser.EndElementHandler = reading.close
    parser.CharacterDataHandler = reading.say
    parser.EntityDeclHandler = reading.refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        trouble = trouble or f"{DAMAGED} in line {error.lineno}"
    except (LookupError, ValueError):
        trouble = trouble or UNKNOWN_CHARSET
    except _Refused:
        return SitemapFile(trouble=ENTITIES)
    if reading.kind is None:
        return SitemapFile(trouble=trouble or NO_SITEMAP)
    found = tuple(reading.found)
    pages, files = (found, ()) if reading.kind == _PAGES else ((), found)
    return SitemapFile(pages, files, dict(reading.dropped), trouble)


class _Refused(Exception):
    """An entity was declared. Ends the parser from within, and is caught right there."""


class _Reading:
    """Takes the `loc` of each entry; those of images stand deeper, other languages are no `loc`."""

    def __init__(self) -> None:
        self.kind: str | None = None
        self.found: list[str] = []
        self.dropped: Counter[str] = Counter()
        self._depth = 0
        self._entry = False
        self._loc: list[str] | None = None
        self._length = 0

    def open(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > 3:
            return
        plain = name.rpartition(":")[2]
        if self._depth == 1:
            self.kind = plain if plain in _ENTRY else None
        elif self._depth == 2:
            self._entry = self.kind is not None and plain == _ENTRY[self.kind]
        elif self._entry and plain == "loc":
            self._loc, self._length = [], 0

    def close(self, _name: str) -> None:
        if self._depth == 3 and self._loc is not None:
            self._keep("".join(self._loc).strip())
            self._loc = None
        self._depth -= 1

    def say(self, text: str) -> None:
        if self._loc is not None and self._depth == 3 and self._length <= _MAX_URL:
            self._loc.append(text)
            self._length += len(text)

    def refuse(self, *_: object) -> None:
        raise _Refused

    def _keep(self, url: str) -> None:
        _take(url, self.found, self.dropped)


def _take(url: str, found: list[str], dropped: Counter[str]) -> None:
    if not url:
        dropped[NO_URL] += 1
    elif len(url) > _MAX_URL:
        dropped[TOO_LONG] += 1
    elif len(found) >= MAX_URLS:
        dropped[OVER_FILE] += 1
    else:
        found.append(url)


def _read_text(text: bytes, trouble: str | None) -> SitemapFile:
    """One URL a line, UTF-8 (sitemaps.org, “Text file”); a file without one is no sitemap."""
    found: list[str] = []
    dropped: Counter[str] = Counter()
    for line in text.decode("utf-8-sig", "replace").splitlines():
        bare = line.strip()
        if bare.startswith(("http://", "https://")):
            _take(bare, found, dropped)
        elif bare:
            dropped[NO_URL] += 1
    if not found:
        return SitemapFile(trouble=trouble or NO_SITEMAP)
    return SitemapFile(tuple(found), (), dict(dropped), trouble)


# -- a site -------------------------------------------------------------------------------------


async def read_site(
    fetcher: Fetcher,
    readers: BoundedCalls[SitemapFile],
    *,
    home: str,
    site: str,
    should_stop: Callable[[], bool] = lambda: False,
) -> SiteReading:
    """Find and read the sitemaps of a site. `home` is its front page, `site` its host (subdomains count).

    Never raises for what the web does. A stop leaves a reading that is not complete.
    """
    walk = _Walk(site)
    named = await _named_in_robots(fetcher, home)
    await _read_all(fetcher, readers, walk, named or [urljoin(home, "/sitemap.xml")], should_stop)
    if named and not walk.files:
        await _read_all(fetcher, readers, walk, [urljoin(home, "/sitemap.xml")], should_stop)
    return SiteReading(tuple(walk.urls), walk.files, dict(walk.left_out), tuple(walk.troubles))


async def _named_in_robots(fetcher: Fetcher, home: str) -> list[str]:
    """The `Sitemap:` lines, which belong to no group (RFC 9309, section 2.2.4); relative ones are taken."""
    fetched = await fetcher.fetch(urljoin(home, "/robots.txt"))
    if fetched.failure is not None or fetched.status != 200:
        return []
    lines = fetched.body[:_ROBOTS_BYTES].decode("utf-8-sig", "replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    named = (
        value.partition(" #")[0].strip() for name, _, value in pairs if name.strip().lower() == "sitemap"
    )
    return list(dict.fromkeys(urljoin(fetched.final_url, value) for value in named if value))


class _Walk:
    """What was read so far."""

    def __init__(self, site: str) -> None:
        self._site = site
        self.urls: dict[str, None] = {}
        self.files = 0
        self.left_out: Counter[str] = Counter()
        self.troubles: list[tuple[str, str]] = []
        self.seen: set[str] = set()

    def take(self, url: str, file: SitemapFile) -> None:
        if file.trouble is not None:
            self.troubles.append((url, file.trouble))
        self.files += bool(file.pages or file.files or file.trouble is None)
        self.left_out.update(file.dropped)
        for page in file.pages:
            reason = self._kept(page)
            if reason is not None:
                self.left_out[reason] += 1

    def _kept(self, page: str) -> str | None:
        normal = try_normalise_url(page)
        if normal is None:
            return NO_URL
        if not is_within(normal, self._site):
            return OTHER_SITE
        if normal in self.urls:
            return REPEATED
        if len(self.urls) >= MAX_KEPT:
            return OVER_SITE
        self.urls[normal] = None
        return None

    def next_files(self, named: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
        """Those that were not read yet; every other is told about."""
        for url, depth in named:
            if url in self.seen:
                continue
            self.seen.add(url)
            if depth > MAX_DEPTH:
                self.troubles.append((url, TOO_DEEP))
            elif len(self.seen) > MAX_FILES:
                self.left_out[TOO_MANY_FILES] += 1
            else:
                yield url, depth


async def _read_all(
    fetcher: Fetcher,
    readers: BoundedCalls[SitemapFile],
    walk: _Walk,
    named: list[str],
    should_stop: Callable[[], bool],
) -> None:
    """Read files and those that they name, level by level, one after the other."""
    waiting = list(walk.next_files([(url, 0) for url in named]))
    while waiting:
        found: list[tuple[str, int]] = []
        for url, depth in waiting:
            if should_stop():
                walk.troubles.append((url, "somebody asked to stop"))
                return
            file = await _read(fetcher, readers, url)
            walk.take(url, file)
            found += [(named, depth + 1) for named in file.files]
        waiting = list(walk.next_files(found))


async def _read(fetcher: Fetcher, readers: BoundedCalls[SitemapFile], url: str) -> SitemapFile:
    fetched = await fetcher.fetch(url)
    trouble = _trouble(fetched)
    if not fetched.body or fetched.status != 200:
        return SitemapFile(trouble=trouble or "an empty file")
    file = await asyncio.wrap_future(readers.submit(fetched.body))
    if isinstance(file, Overrun):
        return SitemapFile(trouble=file.detail)
    return file if trouble is None else replace(file, trouble=trouble)


def _trouble(fetched: Fetched) -> str | None:
    if fetched.failure is not None:
        return f"{fetched.failure}: {fetched.failure_detail}"
    return None if fetched.status == 200 else f"status {fetched.status}"
