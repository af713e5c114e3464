"""What a question to the link index is made of: its scope, its filters, its conditions, a page of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import InputError, UsageError
from linkstead.index.rows import reversed_domain
from linkstead.urls import host_of, reverse_host, try_normalise_url

if TYPE_CHECKING:
    from linkstead.index.store import LinkIndex

LIMIT: Final = 50
MOST: Final = 10_000


class Kind(StrEnum):
    """What a question is about."""

    DOMAIN = "domain"
    HOST = "host"
    PREFIX = "prefix"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Scope:
    """Targets: all of a registrable domain, a host, addresses that begin alike, or one URL.

    `domain` is reversed; `texts` are beginnings of target URLs (for `url` the whole of it), empty for a
    domain.
    """

    kind: Kind
    text: str
    domain: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What rows must be like; None asks nothing. `anchor` is a part of the anchor text, whatever its case."""

    crawl: str | None = None
    followed: bool | None = None
    anchor: str | None = None
    placement: str | None = None
    language: str | None = None
    type: str | None = None
    source_domain: str | None = None
    min_authority: int | None = None
    one_per_domain: bool = False


UNFILTERED: Final = Filters()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows under their column names; `more` says whether there are others, from `next` on."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool = False
    next: int = 0

    def as_dicts(self) -> list[dict[str, Any]]:
        """Each row by its columns' names, dates as texts."""
        return [
            {name: plain(value) for name, value in zip(self.columns, row, strict=True)} for row in self.rows
        ]


@dataclass(slots=True)
class Where:
    """Conditions with their bound values."""

    parts: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, part: str, **values: object) -> None:
        self.parts.append(part)
        self.values.update(values)

    @property
    def text(self) -> str:
        return " AND ".join(self.parts) or "true"


LINK_COLUMNS: Final = (
    "source_url", "target_url", "anchor", "authority", "followed", "rel", "robots", "type", "placement",
    "language", "crawled", "links", "source_domain",
)  # fmt: skip
BEST: Final = "authority DESC NULLS LAST, source_domain, source_url, target_url"


def scope_of(text: str, kind: str | None = None) -> Scope:
    """What a person means: `example.com`, `blog.example.com`, `example.com/shop/`, or a URL with `kind`.

    Without `kind`: a registrable domain is one, another host is a host, anything with a path a prefix. A
    prefix without a scheme is meant with http and https, with and without `www.`. Raises `InputError`.
    """
    given = text.strip()
    url = try_normalise_url(given if "://" in given else f"http://{given}")
    domain = None if url is None else reversed_domain(host_of(url))
    if url is None or domain is None:
        raise InputError(f"“{given[:120]}” is no domain or address; write example.com or example.com/page.")
    host, path = host_of(url), url.split("/", 3)[3]
    bare = host.removeprefix("www.")
    if kind == Kind.URL:
        return Scope(Kind.URL, url, domain, (url,) if "://" in given else _both(host, path))
    if kind == Kind.PREFIX or (kind is None and path):
        return Scope(Kind.PREFIX, given, domain, (url,) if "://" in given else _everywhere(bare, path))
    if kind == Kind.HOST or (kind is None and reverse_host(bare) != domain):
        return Scope(Kind.HOST, host, domain, _both(host, ""))
    return Scope(Kind.DOMAIN, reverse_host(domain), domain)


def conditions(index: LinkIndex, scope: Scope, filters: Filters, suffix: str = "") -> tuple[list[str], Where]:
    """The files to read and the conditions; names of bound values end in `suffix`."""
    files = index.files(filters.crawl or newest(index), scope.domain)
    where = Where()
    where.add(f"target_domain = $domain{suffix}", **{f"domain{suffix}": scope.domain})
    if scope.texts:
        one = "target_url = $text{}" if scope.kind is Kind.URL else "starts_with(target_url, $text{})"
        named = {f"text{suffix}_{number}": text for number, text in enumerate(scope.texts)}
        where.add("(" + " OR ".join(one.replace("text{}", name) for name in named) + ")", **named)
    for column in ("placement", "language", "type", "followed"):
        value = getattr(filters, column)
        if value is not None:
            where.add(f"{column} = ${column}", **{column: value})
    if filters.source_domain:
        source = scope_of(filters.source_domain).domain
        where.add("source_domain = $source", source=source)
    if filters.anchor:
        where.add("contains(lower(anchor), $anchor)", anchor=filters.anchor.lower())
    if filters.min_authority is not None:
        where.add("authority >= $least", least=filters.min_authority)
    return files, where


def page(
    index: LinkIndex,
    sql: str,
    files: list[str],
    where: Where,
    columns: tuple[str, ...],
    limit: int,
    start: int,
    reversed_at: tuple[int, ...] = (),
) -> Page:
    if not files:
        return Page(columns, [])
    values = {"files": files, **where.values, "limit": min(limit, MOST) + 1, "start": start}
    return cut(columns, index.rows(f"{sql} LIMIT $limit OFFSET $start", values), limit, start, reversed_at)


def cut(
    columns: tuple[str, ...],
    rows: list[tuple[Any, ...]],
    limit: int,
    start: int,
    reversed_at: tuple[int, ...],
) -> Page:
    """One page of rows, names of domains in reading order."""
    shown = rows[: min(limit, MOST)]
    if reversed_at:
        shown = [
            tuple(reverse_host(v) if place in reversed_at else v for place, v in enumerate(row))
            for row in shown
        ]
    return Page(columns, shown, len(rows) > len(shown), start + len(shown))


def newest(index: LinkIndex) -> str:
    crawls = index.crawls()
    if not crawls:
        raise UsageError("The index is empty; add a crawl with `linkstead index build`.")
    return crawls[-1]


def _both(host: str, path: str) -> tuple[str, ...]:
    return (f"https://{host}/{path}", f"http://{host}/{path}")


def _everywhere(bare: str, path: str) -> tuple[str, ...]:
    return (*_both(bare, path), *_both(f"www.{bare}", path))


def plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
