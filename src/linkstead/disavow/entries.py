"""Entries of a disavow file: a page's URL or `domain:` and a host, as Google reads them.

Rules: support.google.com/webmasters/answer/2648487. A URL stands for that page alone, never for what lies
below it; a domain entry stands for every page of the host that it names and of the hosts below it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.urls import host_of, parse_url, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX: Final = "domain:"
_LONGEST_LABEL: Final = 63
_LONGEST_HOST: Final = 253


class EntryKind(StrEnum):
    """What an entry names."""

    DOMAIN = "domain"
    URL = "url"


class Entry(NamedTuple):
    """One entry in its comparable form: an ASCII host, or a URL in normal form."""

    kind: EntryKind
    value: str

    @property
    def text(self) -> str:
        """The entry as a line of the file has it."""
        return f"{PREFIX}{self.value}" if self.kind is EntryKind.DOMAIN else self.value

    @property
    def host(self) -> str:
        """The host that is named, or that the page is on."""
        return self.value if self.kind is EntryKind.DOMAIN else host_of(self.value)


def domain_entry(host: str) -> Entry | None:
    """The entry for a host as people write it (Unicode, capitals, a last dot), or None when it is none."""
    ascii_host = ascii_of(host)
    return None if ascii_host is None else Entry(EntryKind.DOMAIN, ascii_host)


def url_entry(url: str) -> Entry | None:
    """The entry for one page, or None when the text is no http(s) address."""
    normal = try_normalise_url(url)
    return None if normal is None else Entry(EntryKind.URL, normal)


@lru_cache(maxsize=65_536)
def ascii_of(host: str) -> str | None:
    """A host name in ASCII and lower case; None for what is no name of a host on the web."""
    text = host.strip().rstrip(".")
    if not text or any(mark in text for mark in "/:?#@*[] \t\\%"):
        return None
    parsed = parse_url(f"http://{text}/")
    name = "" if parsed is None else str(parsed.hostname).rstrip(".")
    labels = name.split(".")
    if (
        "." not in name
        or len(name) > _LONGEST_HOST
        or not all(0 < len(one) <= _LONGEST_LABEL for one in labels)
    ):
        return None
    return name


def unicode_of(host: str) -> str:
    """An ASCII host as it is read in its own script; unchanged where that cannot be told."""
    labels = []
    for label in host.split("."):
        try:
            labels.append(label.encode("ascii").decode("idna") if label.startswith("xn--") else label)
        except UnicodeError:
            labels.append(label)
    return ".".join(labels)


def hosts_above(host: str) -> Iterator[str]:
    """The host itself and every name above it: a.b.example, b.example, example."""
    yield host
    while "." in host:
        host = host.partition(".")[2]
        yield host


class Coverage:
    """Which entry of a file covers a page or a host; one look-up a label, however many entries there are."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.domains: set[str] = set()
        self.urls: set[str] = set()
        for entry in entries:
            (self.domains if entry.kind is EntryKind.DOMAIN else self.urls).add(entry.value)

    def of_host(self, host: str) -> Entry | None:
        """The domain entry that covers every page of a host, the nearest one."""
        for name in hosts_above(host):
            if name in self.domains:
                return Entry(EntryKind.DOMAIN, name)
        return None

    def of_url(self, url: str, host: str | None = None) -> Entry | None:
        """The entry that covers a page (its URL in normal form); its own before its host's."""
        if url in self.urls:
            return Entry(EntryKind.URL, url)
        return self.of_host(host if host is not None else host_of(url))

    def of(self, entry: Entry) -> Entry | None:
        """The entry that says at least as much as this one."""
        return self.of_host(entry.value) if entry.kind is EntryKind.DOMAIN else self.of_url(entry.value)
