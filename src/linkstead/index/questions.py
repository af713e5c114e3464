"""Questions to the link index: who links here, from which domains, with which words, what came and went.

    scope = scope_of("example.com/blog/")
    page = backlinks(index, scope, Filters(followed=True), limit=50)

Every answer is a `Page` of named rows with `more`; the next one begins at `next`. Without a crawl in the
filters the newest one is asked. All values are bound; file names come from the manifest alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import InputError, UsageError
from linkstead.index.rows import reversed_domain
from linkstead.urls import host_of, reverse_host, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            {name: _plain(value) for name, value in zip(self.columns, row, strict=True)} for row in self.rows
        ]


@dataclass(slots=True)
class _Where:
    """Conditions with their bound values."""

    parts: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, part: str, **values: object) -> None:
        self.parts.append(part)
        self.values.update(values)

    @property
    def text(self) -> str:
        return " AND ".join(self.parts) or "true"


_LINK_COLUMNS: Final = (
    "source_url", "target_url", "anchor", "authority", "followed", "rel", "robots", "type", "placement",
    "language", "crawled", "links", "source_domain",
)  # fmt: skip
_BEST: Final = "authority DESC NULLS LAST, source_domain, source_url, target_url"


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


def backlinks(
    index: LinkIndex, scope: Scope, filters: Filters = Filters(), *, limit: int = LIMIT, start: int = 0
) -> Page:
    """Links to the scope, the referring domains of most authority first; one a domain if so asked."""
    files, where = _asked(index, scope, filters)
    columns = ", ".join(_LINK_COLUMNS)
    once = (
        " QUALIFY row_number() OVER"
        " (PARTITION BY source_domain ORDER BY followed DESC, source_url, target_url) = 1"
        if filters.one_per_domain
        else ""
    )
    sql = f"SELECT {columns} FROM read_parquet($files) WHERE {where.text}{once} ORDER BY {_BEST}"
    return _page(index, sql, files, where, _LINK_COLUMNS, limit, start, reversed_at=(12,))


def link_count(index: LinkIndex, scope: Scope, filters: Filters = Filters()) -> int:
    """How many links there are."""
    files, where = _asked(index, scope, filters)
    sql = f"SELECT count(*) FROM read_parquet($files) WHERE {where.text}"
    return int(index.rows(sql, {"files": files, **where.values})[0][0]) if files else 0


def referring_domains(
    index: LinkIndex, scope: Scope, filters: Filters = Filters(), *, limit: int = LIMIT, start: int = 0
) -> Page:
    """Who links, with how many pages and how many followed, by authority."""
    files, where = _asked(index, scope, filters)
    sql = (
        "SELECT source_domain, max(authority) AS authority, count(*) AS links,"
        f" count(*) FILTER (followed) AS followed FROM read_parquet($files) WHERE {where.text}"
        " GROUP BY source_domain ORDER BY authority DESC NULLS LAST, links DESC, source_domain"
    )
    columns = ("domain", "authority", "links", "followed", "targets")
    found = _page(index, sql, files, where, columns[:-1], limit, start)
    # targets are counted for the page's domains alone: over all of them it took twice the time of the rest
    counted = "source_domain IN (SELECT unnest($shown))"
    sql = (
        "SELECT source_domain, count(DISTINCT target_url) FROM read_parquet($files)"
        f" WHERE {where.text} AND {counted} GROUP BY source_domain"
    )
    shown = {"files": files, **where.values, "shown": [row[0] for row in found.rows]}
    targets = dict(index.rows(sql, shown)) if found.rows else {}
    rows = [(reverse_host(row[0]), *row[1:], targets[row[0]]) for row in found.rows]
    return Page(columns, rows, found.more, found.next)


def anchors(
    index: LinkIndex, scope: Scope, filters: Filters = Filters(), *, limit: int = LIMIT, start: int = 0
) -> Page:
    """The words of links, those of most domains first."""
    files, where = _asked(index, scope, filters)
    sql = (
        "SELECT anchor, count(*) AS domains, sum(n)::BIGINT AS links, sum(f)::BIGINT AS followed FROM"
        " (SELECT anchor, count(*) AS n, count(*) FILTER (followed) AS f FROM read_parquet($files)"
        # by a hash of 64 bits in place of the domain: a fifth faster than by the text, and as exact
        f" WHERE {where.text} GROUP BY anchor, hash(source_domain))"
        " GROUP BY anchor ORDER BY domains DESC, links DESC, anchor"
    )
    return _page(index, sql, files, where, ("anchor", "domains", "links", "followed"), limit, start)


def top_targets(
    index: LinkIndex, scope: Scope, filters: Filters = Filters(), *, limit: int = LIMIT, start: int = 0
) -> Page:
    """The pages that most domains link to: best by links."""
    files, where = _asked(index, scope, filters)
    sql = (
        "SELECT target_url, count(DISTINCT source_domain) AS domains, count(*) AS links,"
        " count(*) FILTER (followed) AS followed, max(authority) AS authority"
        f" FROM read_parquet($files) WHERE {where.text}"
        " GROUP BY target_url ORDER BY domains DESC, links DESC, target_url"
    )
    columns = ("target_url", "domains", "links", "followed", "authority")
    return _page(index, sql, files, where, columns, limit, start)


def new_links(
    index: LinkIndex, scope: Scope, older: str, newer: str, *, limit: int = LIMIT, start: int = 0
) -> Page:
    """Links that the newer crawl has and the older has not.

    `page_known` says whether the older crawl has other links of the same page to this scope's domain: without
    it, the page may just not have been crawled then.
    """
    return _difference(index, scope, newer, older, limit, start)


def lost_links(
    index: LinkIndex, scope: Scope, older: str, newer: str, *, limit: int = LIMIT, start: int = 0
) -> Page:
    """Links that the older crawl has and the newer has not; a page that was not crawled again is no loss.

    `page_known`: the newer crawl still has another link of that page to this scope's domain, so the page was
    read again.
    """
    return _difference(index, scope, older, newer, limit, start)


def gap(
    index: LinkIndex,
    me: Scope,
    them: Sequence[Scope],
    crawl: str | None = None,
    *,
    limit: int = LIMIT,
    start: int = 0,
) -> Page:
    """Domains that link to at least one of them and not to me, those that link to most of them first."""
    return _compared(index, them, me, 1, crawl, limit, start)


def intersect(
    index: LinkIndex, them: Sequence[Scope], crawl: str | None = None, *, limit: int = LIMIT, start: int = 0
) -> Page:
    """Domains that link to every one of them."""
    return _compared(index, them, None, len(them), crawl, limit, start)


def summary(index: LinkIndex, scope: Scope, crawl: str | None = None) -> dict[str, Any]:
    """Counts of a scope in one crawl: links, domains, followed, targets, and the commonest languages."""
    files, where = _asked(index, scope, Filters(crawl=crawl))
    sql = (
        "SELECT count(*), count(DISTINCT source_domain), count(*) FILTER (followed),"
        " count(DISTINCT target_url), count(DISTINCT source_url), count(*) FILTER (type = 'image'),"
        f" min(crawled), max(crawled) FROM read_parquet($files) WHERE {where.text}"
    )
    nothing = (0, 0, 0, 0, 0, 0, None, None)
    counted = index.rows(sql, {"files": files, **where.values})[0] if files else nothing
    names = ("links", "referring_domains", "followed", "targets", "referring_pages", "images")
    said: dict[str, Any] = dict(zip(names, counted, strict=False))
    said["first_crawled"], said["last_crawled"] = _plain(counted[6]), _plain(counted[7])
    said["crawl"] = crawl or _newest(index)
    return said


_COMPARED: Final = ("domain", "authority", "sites", "links")
#: So many domains of the least linked site are handed to the questions about the others.
_FEW: Final = 20_000


def _compared(
    index: LinkIndex,
    them: Sequence[Scope],
    me: Scope | None,
    at_least: int,
    crawl: str | None,
    limit: int,
    start: int,
) -> Page:
    """Domains that link to at least so many of them, and not to me."""
    if not them:
        raise UsageError("Name at least one other site to compare with.")
    asked = [
        _asked(index, scope, Filters(crawl=crawl), suffix=str(number)) for number, scope in enumerate(them)
    ]
    values: dict[str, Any] = {}
    for number, (files, where) in enumerate(asked):
        values.update(where.values, **({f"files{number}": files} if files else {}))
    known = [number for number, (files, _) in enumerate(asked) if files]
    if len(known) < at_least:
        return Page(_COMPARED, [])
    among = ""
    if at_least == len(them) > 1:
        few = _fewest(index, asked, values)
        if few is not None:
            among, values["few"] = " AND source_domain IN (SELECT unnest($few))", few
    ways = [
        f"SELECT {number} AS site, source_domain, max(authority) AS authority, count(*) AS links"
        f" FROM read_parquet($files{number}) WHERE {asked[number][1].text}{among} GROUP BY source_domain"
        for number in known
    ]
    without = ""
    if me is not None:
        files, where = _asked(index, me, Filters(crawl=crawl), suffix="_me")
        if files:
            without = (
                " WHERE source_domain NOT IN"
                f" (SELECT source_domain FROM read_parquet($files_me) WHERE {where.text})"
            )
            values.update(where.values, files_me=files)
    sql = (
        "SELECT source_domain, max(authority) AS authority, count(DISTINCT site) AS sites,"
        f" sum(links)::BIGINT AS links FROM ({' UNION ALL '.join(ways)}){without}"
        f" GROUP BY source_domain HAVING count(DISTINCT site) >= {at_least}"
        " ORDER BY sites DESC, authority DESC NULLS LAST, links DESC, source_domain"
    )
    rows = index.rows(f"{sql} LIMIT $limit OFFSET $start", {**values, "limit": limit + 1, "start": start})
    return _cut(_COMPARED, rows, limit, start, (0,))


def _fewest(
    index: LinkIndex, asked: Sequence[tuple[list[str], _Where]], values: dict[str, Any]
) -> list[str] | None:
    """Who links to the least linked of some sites; None when those are many.

    Whoever links to all of them is among these, so a site with a million links is asked about these alone.
    """

    def named(number: int) -> dict[str, Any]:
        where = asked[number][1]
        return {**where.values, f"files{number}": values[f"files{number}"]}

    counts = [
        index.rows(f"SELECT count(*) FROM read_parquet($files{number}) WHERE {where.text}", named(number))
        for number, (_, where) in enumerate(asked)
    ]
    least = min(range(len(asked)), key=lambda number: counts[number][0][0])
    if counts[least][0][0] > _FEW:
        return None
    where = asked[least][1]
    sql = f"SELECT DISTINCT source_domain FROM read_parquet($files{least}) WHERE {where.text}"
    return [row[0] for row in index.rows(sql, named(least))]


def _difference(index: LinkIndex, scope: Scope, there: str, gone: str, limit: int, start: int) -> Page:
    files, where = _asked(index, scope, Filters(crawl=there))
    others, values = index.files(gone, scope.domain), dict(where.values)
    columns = (*_LINK_COLUMNS, "page_known")
    if not files:
        return Page(columns, [])
    names = ", ".join(f"n.{name}" for name in _LINK_COLUMNS)
    if not others:
        sql = f"SELECT {names}, false FROM read_parquet($files) n WHERE {where.text} ORDER BY {_BEST}"
        return _page(index, sql, files, where, columns, limit, start, reversed_at=(12,))
    values["others"] = others
    sql = (
        "WITH old AS (SELECT source_url AS page, target_url AS target FROM read_parquet($others)"
        f" WHERE target_domain = $domain), new AS (SELECT * FROM read_parquet($files) WHERE {where.text})"
        f" SELECT {names}, n.source_url IN (SELECT page FROM old) FROM new n"
        " ANTI JOIN old o ON o.page = n.source_url AND o.target = n.target_url"
        f" ORDER BY {_BEST}"
    )
    return _page(index, sql, files, _Where(where.parts, values), columns, limit, start, reversed_at=(12,))


def _asked(index: LinkIndex, scope: Scope, filters: Filters, suffix: str = "") -> tuple[list[str], _Where]:
    """The files to read and the conditions; names of bound values end in `suffix`."""
    files = index.files(filters.crawl or _newest(index), scope.domain)
    where = _Where()
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


def _page(
    index: LinkIndex,
    sql: str,
    files: list[str],
    where: _Where,
    columns: tuple[str, ...],
    limit: int,
    start: int,
    reversed_at: tuple[int, ...] = (),
) -> Page:
    if not files:
        return Page(columns, [])
    values = {"files": files, **where.values, "limit": min(limit, MOST) + 1, "start": start}
    return _cut(columns, index.rows(f"{sql} LIMIT $limit OFFSET $start", values), limit, start, reversed_at)


def _cut(
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


def _newest(index: LinkIndex) -> str:
    crawls = index.crawls()
    if not crawls:
        raise UsageError("The index is empty; add a crawl with `linkstead index build`.")
    return crawls[-1]


def _both(host: str, path: str) -> tuple[str, ...]:
    return (f"https://{host}/{path}", f"http://{host}/{path}")


def _everywhere(bare: str, path: str) -> tuple[str, ...]:
    return (*_both(bare, path), *_both(f"www.{bare}", path))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
