"""The linter: what is wrong, doubtful or needless in a disavow file, each with its line and what to do.

    found = lint(document, Facts(site="example.com"))

Codes stand in `codes.CODES`. Where the meant line is plain, a complaint carries it as `fixed`; `repaired`
writes those. Nothing here decides whether a file should exist at all: see `docs/disavow.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping  # noqa: TC003 - dataclass fields
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from linkstead.disavow.broken import complaint_of
from linkstead.disavow.codes import Complaint, complain, cut
from linkstead.disavow.entries import (
    PREFIX,
    Coverage,
    Entry,
    EntryKind,
    ascii_of,
    hosts_above,
    unicode_of,
)
from linkstead.disavow.file import Document, LineKind, rewritten
from linkstead.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkstead.disavow.file import Line

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_LINES: Final = 100_000
LONGEST_URL: Final = 2_048
#: Authority (ours, 0 to 100) from which a domain is worth a second thought before it is cut off.
HIGH_AUTHORITY: Final = 60.0
_NEEDLESS: Final = frozenset({"duplicate", "covered"})
_PLAIN: Final = frozenset({"ascii", "utf-8"})
#: Last parts of paths that lead to many pages: languages, and what content systems call their lists.
_FOLDERS: Final = frozenset(
    (
        "ar",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "fi",
        "fr",
        "hu",
        "it",
        "ja",
        "ko",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sv",
        "tr",
        "uk",
        "zh",
        "author",
        "authors",
        "archive",
        "archives",
        "article",
        "articles",
        "blog",
        "blogs",
        "board",
        "categories",
        "category",
        "comments",
        "directory",
        "forum",
        "forums",
        "link",
        "links",
        "members",
        "news",
        "page",
        "pages",
        "post",
        "posts",
        "profile",
        "profiles",
        "section",
        "sites",
        "tag",
        "tags",
        "thread",
        "threads",
        "topic",
        "topics",
        "user",
        "users",
        "wiki",
    )
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the file. All may be left out.

    `whitelist`, `top` are hosts; `authority` our figure by registrable domain; `lost` and `alive` the
    domains of the project's profile whose links are all lost, or not; `previous` the file before.
    """

    site: str = ""
    name: str = ""
    whitelist: Collection[str] = ()
    top: Collection[str] = ()
    authority: Mapping[str, float] = field(default_factory=dict)
    lost: Collection[str] = ()
    alive: Collection[str] | None = None
    previous: Document | None = None


def lint(document: Document, facts: Facts = Facts()) -> list[Complaint]:
    """All complaints, those of the whole file first, then line by line."""
    return [*_of_file(document, facts), *_Lines(document, facts).complaints(), *_taken_back(document, facts)]


def repaired(document: Document, facts: Facts = Facts()) -> Document:
    """The document with every line that was plainly meant otherwise as it was meant, and nothing needless.

    Written as UTF-8. What wants a person's eye (a suffix, the own site, a top site) stays.
    """
    while True:
        found = lint(document, facts)
        changes: dict[int, str | None] = {one.line: one.fixed for one in found if one.fixed is not None}
        changes |= dict.fromkeys(one.line for one in found if one.code in _NEEDLESS)
        if not changes:
            return document if document.encoding in _PLAIN else rewritten(document, {})
        document = rewritten(document, changes)


def is_mendable(complaints: Iterable[Complaint]) -> bool:
    """Whether `repaired` would change anything of what was complained of."""
    return any(one.fixed is not None or one.code in _NEEDLESS for one in complaints)


def _of_file(document: Document, facts: Facts) -> Iterator[Complaint]:
    if document.encoding.startswith("utf-16"):
        yield complain(0, "not-utf8", "The file is UTF-16; save it as UTF-8 (--fix does).")
    elif document.undecodable:
        yield complain(
            0,
            "not-utf8",
            f"{document.undecodable:,} bytes are no UTF-8; save the file as UTF-8 and look at them.",
        )
    if document.encoding.endswith("mark"):
        yield complain(
            0,
            "byte-order-mark",
            "Save the file without a byte order mark, or its first line may not be read.",
        )
    if document.size > MOST_BYTES:
        yield complain(
            0,
            "too-large",
            f"The file has {document.size:,} bytes and may have {MOST_BYTES:,};"
            " write domains instead of URLs.",
        )
    if len(document.lines) > MOST_LINES:
        yield complain(
            0,
            "too-many-lines",
            f"The file has {len(document.lines):,} lines and may have {MOST_LINES:,}, comments included;"
            " write domains instead of URLs.",
        )
    if facts.name and not facts.name.lower().endswith(".txt"):
        yield complain(0, "wrong-name", f"Call the file something that ends in .txt, not {cut(facts.name)}.")


class _Lines:
    """Looks at one line after the other, with what stood above in mind."""

    def __init__(self, document: Document, facts: Facts) -> None:
        self.document, self.facts = document, facts
        self.site = ascii_of(facts.site) or ""
        self.whitelist = {host for name in facts.whitelist if (host := ascii_of(name))}
        self.top = {host for name in facts.top if (host := ascii_of(name))}
        self.white_below = _below(self.whitelist)
        self.top_below = _below(self.top)
        # an entry that may have to go itself makes no other needless
        self.coverage = Coverage(entry for entry in document.entries() if not self._is_doubtful(entry))
        self.seen: dict[Entry, int] = {}

    def complaints(self) -> Iterator[Complaint]:
        for line in self.document.lines:
            if line.kind is LineKind.BROKEN:
                yield complaint_of(line)
            elif line.entry is not None:
                yield from self._entry(line, line.entry)

    def _entry(self, line: Line, entry: Entry) -> Iterator[Complaint]:
        yield from self._spelling(line, entry)
        first = self.seen.setdefault(entry, line.number)
        if first != line.number:
            yield complain(
                line.number, "duplicate", f"{_shown(line)} stands in line {first:,} already; take one out."
            )
            return
        yield from self._needless(line, entry)
        yield from self._dangerous(line, entry)
        yield from self._known(line, entry)

    def _spelling(self, line: Line, entry: Entry) -> Iterator[Complaint]:
        bare = line.bare
        if entry.kind is EntryKind.DOMAIN and not bare.startswith(PREFIX):
            yield complain(line.number, "capital-prefix", "Write domain: in small letters.", entry.text)
        if len(bare) > LONGEST_URL and entry.kind is EntryKind.URL:
            yield complain(
                line.number,
                "url-too-long",
                f"The URL has {len(bare):,} characters and may have {LONGEST_URL:,};"
                f" name the domain instead: {PREFIX}{entry.host}.",
            )
        if entry.kind is EntryKind.URL and _is_folder(entry.value):
            yield complain(
                line.number,
                "folder",
                f"Only the page {cut(entry.value)} is meant, not what lies below it: Google knows no"
                f" folders. To cut all of it: {PREFIX}{entry.host}.",
            )
        host = entry.host
        if "xn--" in host or not bare.isascii():
            yield complain(line.number, "foreign-script", f"The host is {unicode_of(host)}, in ASCII {host}.")

    def _needless(self, line: Line, entry: Entry) -> Iterator[Complaint]:
        """What a wider entry of the file says already."""
        host = entry.host if entry.kind is EntryKind.URL else entry.value.partition(".")[2]
        wider = self.coverage.of_host(host)
        if wider is not None:
            yield complain(line.number, "covered", f"{_shown(line)} is covered by {wider.text}; it may go.")

    def _dangerous(self, line: Line, entry: Entry) -> Iterator[Complaint]:
        host = entry.host
        covers = entry.kind is EntryKind.DOMAIN
        if _is_suffix(entry):
            yield complain(
                line.number,
                "public-suffix",
                f"{host} is a suffix under which many sites live; all of them would be cut."
                " Name the one site that is meant.",
            )
        if self.site and _touch(host, self.site, covers=covers):
            yield complain(line.number, "own-site", f"{_shown(line)} covers {self.site} itself; take it out.")
        if (white := self._among(host, self.whitelist, self.white_below, covers)) is not None:
            yield complain(
                line.number,
                "whitelisted",
                f"{_shown(line)} covers {white}, which was whitelisted or is to be kept.",
            )
        if (top := self._among(host, self.top, self.top_below, covers)) is not None:
            yield complain(
                line.number,
                "top-site",
                f"{_shown(line)} covers {top}, one of the best known sites; name the page that is meant.",
            )
        domain = registrable_domain(host) or host
        authority = self.facts.authority.get(domain)
        if covers and authority is not None and authority >= HIGH_AUTHORITY:
            yield complain(
                line.number,
                "high-value",
                f"{domain} has domain authority {authority:.0f}; be sure before you cut it off.",
            )

    def _is_doubtful(self, entry: Entry) -> bool:
        """Whether a domain entry is one of those that `_dangerous` warns of, authority aside."""
        host = entry.value
        return entry.kind is EntryKind.DOMAIN and (
            _is_suffix(entry)
            or bool(self.site and _touch(host, self.site, covers=True))
            or self._among(host, self.whitelist, self.white_below, covers=True) is not None
            or self._among(host, self.top, self.top_below, covers=True) is not None
        )

    @staticmethod
    def _among(host: str, names: set[str], below: dict[str, str], covers: bool) -> str | None:
        """Which of some names an entry touches: its host is one, or (a domain entry) lies above one."""
        if host in names:
            return host
        return below.get(host) if covers else None

    def _known(self, line: Line, entry: Entry) -> Iterator[Complaint]:
        """What the project's own profile says of the domain."""
        if self.facts.alive is None:
            return
        domain = registrable_domain(entry.host) or entry.host
        if domain in self.facts.lost:
            yield complain(
                line.number, "all-lost", f"Every known link of {domain} is lost already; the entry may go."
            )
        elif domain not in self.facts.alive:
            yield complain(line.number, "without-links", f"The project knows no link of {domain}.")


def _taken_back(document: Document, facts: Facts) -> Iterator[Complaint]:
    """Entries of the file before that this one no longer covers."""
    if facts.previous is None:
        return
    now = Coverage(document.entries())
    for entry in dict.fromkeys(facts.previous.entries()):
        if now.of(entry) is None:
            yield complain(
                0,
                "taken-back",
                f"{cut(entry.text)} was disavowed in the previous file and would count again: an upload"
                " replaces the whole list. Add it, or leave it out on purpose.",
            )


def _below(names: Collection[str]) -> dict[str, str]:
    """For every host above one of the names, one of them."""
    found: dict[str, str] = {}
    for name in names:
        for above in hosts_above(name):
            if above != name:
                found.setdefault(above, name)
    return found


def _touch(host: str, site: str, *, covers: bool) -> bool:
    """Whether an entry for a host (a page on it, or all below) is about the site or a part of it."""
    return host == site or host.endswith(f".{site}") or (covers and site.endswith(f".{host}"))


def _is_suffix(entry: Entry) -> bool:
    """Whether an entry covers a name under which many sites live."""
    is_address = entry.value.startswith("[") or entry.value.replace(".", "").isdigit()
    return entry.kind is EntryKind.DOMAIN and not is_address and registrable_domain(entry.value) is None


def _is_folder(url: str) -> bool:
    """Whether a URL ends as the entrance to many pages does; most pages end in a slash as well."""
    path = url.partition("://")[2].partition("/")[2]
    return path.endswith("/") and path.removesuffix("/").rpartition("/")[2].lower() in _FOLDERS


def _shown(line: Line) -> str:
    return cut(line.bare)
