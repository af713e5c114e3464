"""Rows -> sightings: everything about a file's columns is decided once, before its first row.

A plan holds the numbers of the columns and a converter with a memory for each, so that a row costs one
tuple of cells, one parsed URL and a handful of look-ups. A row becomes a sighting, a `Skip` (left out
for a named reason) or a `Bad` (quarantined for a named reason).
"""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from linkstead.link import DomainSighting, Sighting
from linkstead.sources import limits, values
from linkstead.sources.source import DATE_FIELDS, Row
from linkstead.sources.values import Cache
from linkstead.urls import domain_of, domain_of_host, is_within, try_normalise_url

if TYPE_CHECKING:
    from linkstead.sources.recognise import Recognised
from linkstead.sources.metrics import Metrics, joined, with_entry
from linkstead.sources.rules import NO_LINK, Bad, FactsRule, Skip, clean

Made = Sighting | DomainSighting | Skip | Bad

OWN_SITE: Final = Skip("own site")
ANOTHER_SITE: Final = Skip("target is another site")
COMMENT: Final = Skip("comment")
NO_PAGE: Final = Bad("no linking page")
BAD_PAGE: Final = Bad("linking page is no web address")
BAD_TARGET: Final = Bad("target is no web address")
NO_DOMAIN: Final = Bad("no linking domain")
SEVERAL: Final = Bad("several domains on one line; write one a line")
BAD_DOMAIN: Final = Bad("linking domain is no domain")

#: What `Sighting(...)` does, without sorting out its arguments again for each of a million rows.
_made: Final = tuple.__new__


class Plan:
    """What both kinds of plans share: columns, dates, and counting what cannot be read."""

    def __init__(self, found: Recognised, *, site: str | None, dates: values.Dates, now: int) -> None:
        self._places = found.places
        self._prefix = found.source.prefix
        self._site = site or ""
        self._domains: Cache[str | None] = Cache(self._domain_at)
        self._dates = dates
        self._now = now
        self._metrics = Metrics(found)
        self._score: Cache[float | None] = Cache(values.number)
        self._count: Cache[int | None] = Cache(values.count)
        #: field -> cells that were there and could not be read.
        self.unreadable: Counter[str] = Counter()

    def __call__(self, number: int, row: Row) -> Made:
        """What a row with the given number says. The row gets cells added at its end."""
        raise NotImplementedError

    def _at(self, field: str | None) -> int:
        """The column of a field; -1, where each row gets an empty cell, when there is none."""
        return -1 if field is None else self._places.get(field, -1)

    def _domain_at(self, authority: str) -> str | None:
        """The domain that a host (and port) of a normal URL counts for; None for our own site."""
        url = f"http://{authority}/"
        return None if self._site and is_within(url, self._site) else domain_of(url)

    def _unread(self, metrics: str | None, told: tuple[str, ...], read: tuple[int | None, ...]) -> str | None:
        """Count the dates that could not be read, and keep their texts."""
        for name, text, moment in zip(DATE_FIELDS, told, read, strict=True):
            if text.strip() and moment is None:
                self.unreadable[name] += 1
                metrics = with_entry(metrics, f"{self._prefix}.{name}_text", text)
        return metrics


class LinkPlan(Plan):
    """Rows of a links table -> `Sighting`."""

    def __init__(self, found: Recognised, *, site: str | None, dates: values.Dates, now: int) -> None:
        super().__init__(found, site=site, dates=dates, now=now)
        self._split = self._split_cells(found)
        source = found.source
        cells = (
            *("source_url", "target_url", "anchor", "source_title"),
            *("first_seen", "last_seen", "lost_at"),
        )
        self._pick = itemgetter(
            *map(self._at, cells), self._at(source.page_metric), self._at(source.domain_metric)
        )
        self._targets: Cache[tuple[str | None, bool]] = Cache(self._target)
        self._anchors: Cache[str | None] = Cache(clean)
        self._alt, self._lost_flag = self._at("alt"), self._at("lost_flag")
        self._chain = self._at("redirect_chain")
        self._facts = FactsRule(found, self._metrics)

    def _split_cells(self, found: Recognised) -> int | None:
        """Where one cell holds a text and an address, two more columns stand for the two."""
        for both, text, address in _TWO_IN_ONE:
            if both in self._places and address not in self._places:
                width = len(found.header.names)
                self._places = {**self._places, text: width, address: width + 1}
                return self._places[both]
        return None

    def __call__(self, number: int, row: Row) -> Made:
        if self._split is not None:
            row.extend(_text_and_address(row[self._split]))
        row.append("")
        (page, target, anchor, title, first, last, lost, strong, domain_strong) = self._pick(row)
        url = try_normalise_url(page) if page[:4] == "http" else None
        if url is None or len(page) > limits.URL_CHARS or "\ufffd" in page:
            url = values.web_address(page)
            if url is None:
                return BAD_PAGE if page.strip() else NO_PAGE
        domain = self._domains[url.split("/", 3)[2]]
        if domain is None:
            return OWN_SITE
        target_url, ours = self._targets[target]
        language, (nofollow, ugc, sponsored), kind, placement, reason, http, words = self._facts(row)
        if not ours or kind is NO_LINK:
            kind = self._doubtful(row, target_url, kind)
            if isinstance(kind, Skip | Bad):
                return kind
        dates = self._dates
        first_seen, last_seen = dates(first), dates(last)
        lost_at = dates(lost) if lost else None
        metrics = joined(self._metrics.numbers(row), words)
        if (first and first_seen is None) or (last and last_seen is None) or (lost and lost_at is None):
            metrics = self._unread(metrics, (first, last, lost), (first_seen, last_seen, lost_at))
        if self._lost_flag >= 0 and lost_at is None and values.boolean(row[self._lost_flag]):
            lost_at = last_seen or self._now
            reason = reason or "lost"
        if page[:4] != "http" and values.lacks_scheme(page):
            metrics = with_entry(metrics, f"{self._prefix}.source_url_text", page)
        return _made(
            Sighting,
            (
                number,
                url,
                domain,
                target_url,
                self._anchors[anchor or row[self._alt]],
                clean(title) if title else None,
                language,
                nofollow,
                ugc,
                sponsored,
                kind,
                placement,
                first_seen,
                last_seen,
                lost_at,
                reason,
                http,
                self._score[strong],
                self._score[domain_strong],
                metrics,
            ),
        )

    def _target(self, text: str) -> tuple[str | None, bool]:
        """The normal form of a target, and whether it is ours. An empty one is unknown, not wrong."""
        if not text.strip():
            return None, True
        url = values.web_address(text)
        return url, url is not None and (not self._site or is_within(url, self._site))

    def _doubtful(self, row: Row, target: str | None, kind: str | None) -> str | None:
        """A row that is no link, or whose target is unreadable or elsewhere.

        A link to elsewhere that redirects to us in the end is one of ours, of the kind redirect.
        """
        if kind is NO_LINK:
            return NO_LINK
        if target is None:
            return BAD_TARGET
        last = row[self._chain].replace(",", " ").split()[-1:]
        end = values.web_address(last[0]) if last else None
        return "redirect" if end is not None and is_within(end, self._site) else ANOTHER_SITE


_TWO_IN_ONE: Final = (
    ("anchor_and_target", "anchor", "target_url"),
    ("title_and_url", "source_title", "source_url"),
)


def _text_and_address(cell: str) -> tuple[str, str]:
    text, _, address = cell.strip().rpartition("\n" if "\n" in cell.strip() else " ")
    return text.strip(), address.strip()


class DomainPlan(Plan):
    """Rows of a referring-domains table -> `DomainSighting`."""

    def __init__(self, found: Recognised, *, site: str | None, dates: values.Dates, now: int) -> None:
        super().__init__(found, site=site, dates=dates, now=now)
        fields = ("source_domain", "links_count", "followed_links", "first_seen", "last_seen", "lost_at")
        self._pick = itemgetter(*map(self._at, fields), self._at(found.source.domain_metric))

    def __call__(self, number: int, row: Row) -> Made:
        row.append("")
        (name, links, followed, first, last, lost, strong) = self._pick(row)
        host = values.host_in(name)
        if host is None:
            return BAD_DOMAIN if name.strip() else NO_DOMAIN
        if self._site and (host == self._site or host.endswith(f".{self._site}")):
            return OWN_SITE
        dates = self._dates
        read = dates(first), dates(last), dates(lost)
        metrics = joined(self._metrics.numbers(row), self._metrics.words(row))
        metrics = self._unread(metrics, (first, last, lost), read)
        return DomainSighting(
            number,
            domain_of_host(host),
            self._count[links],
            self._count[followed],
            *read,
            self._score[strong],
            metrics,
        )


class ListPlan(Plan):
    """Lines of a plain list: an address is a sighting, a bare domain a domain sighting."""

    def __call__(self, number: int, row: Row) -> Made:
        line = row[0].strip()
        if line.startswith("#"):
            return COMMENT
        if "://" not in line and "/" not in line.rstrip("/"):
            return self._domain(number, line)
        url = values.web_address(line)
        if url is None:
            return BAD_PAGE
        domain = self._domains[url.split("/", 3)[2]]
        if domain is None:
            return OWN_SITE
        nothing: Any = (None,) * 17
        return Sighting(number, url, domain, *nothing)

    def _domain(self, number: int, line: str) -> Made:
        host = values.host_in(line)
        if host is None:
            return SEVERAL if "," in line else BAD_DOMAIN
        if self._site and (host == self._site or host.endswith(f".{self._site}")):
            return OWN_SITE
        return DomainSighting(number, domain_of_host(host), None, None, None, None, None, None, None)


def plan_for(found: Recognised, *, site: str | None, now: int) -> Plan:
    """The plan for a recognised table; the order of day and month is decided by its first rows."""
    dates = values.Dates(day_first=_day_first(found))
    if found.is_list:
        return ListPlan(found, site=site, dates=dates, now=now)
    kind = LinkPlan if found.source.rows == "links" else DomainPlan
    return kind(found, site=site, dates=dates, now=now)


def _day_first(found: Recognised) -> bool:
    """Whether `05/06/2026` is in June: a part above 12 decides, else the language of the header."""
    for name in DATE_FIELDS:
        place = found.places.get(name, -1)
        for row in found.rows:
            told = values.day_first_of(row[place]) if 0 <= place < len(row) else None
            if told is not None:
                return told
    return found.generation == "another language"
