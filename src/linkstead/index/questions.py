"""Questions to the link index: who links here, from which domains, with which words, what came and went.

    scope = scope_of("example.com/blog/")
    page = backlinks(index, scope, Filters(followed=True), limit=50)

Every answer is a `Page` of named rows with `more`; the next one begins at `next`. Without a crawl in the
filters the newest one is asked. All values are bound; file names come from the manifest alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import UsageError
from linkstead.index.asking import (
    BEST,
    LIMIT,
    LINK_COLUMNS,
    UNFILTERED,
    Filters,
    Kind,
    Page,
    Scope,
    Where,
    conditions,
    cut,
    newest,
    page,
    plain,
    scope_of,
)
from linkstead.urls import reverse_host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.index.store import LinkIndex

__all__ = ["LIMIT", "Filters", "Kind", "Page", "Scope", "scope_of"]


def backlinks(
    index: LinkIndex, scope: Scope, filters: Filters = UNFILTERED, *, limit: int = LIMIT, start: int = 0
) -> Page:
    """Links to the scope, the referring domains of most authority first; one a domain if so asked."""
    files, where = conditions(index, scope, filters)
    columns = ", ".join(LINK_COLUMNS)
    once = (
        " QUALIFY row_number() OVER"
        " (PARTITION BY source_domain ORDER BY followed DESC, source_url, target_url) = 1"
        if filters.one_per_domain
        else ""
    )
    sql = f"SELECT {columns} FROM read_parquet($files) WHERE {where.text}{once} ORDER BY {BEST}"
    return page(index, sql, files, where, LINK_COLUMNS, limit, start, reversed_at=(12,))


def link_count(index: LinkIndex, scope: Scope, filters: Filters = UNFILTERED) -> int:
    """How many links there are."""
    files, where = conditions(index, scope, filters)
    sql = f"SELECT count(*) FROM read_parquet($files) WHERE {where.text}"
    return int(index.rows(sql, {"files": files, **where.values})[0][0]) if files else 0


def referring_domains(
    index: LinkIndex, scope: Scope, filters: Filters = UNFILTERED, *, limit: int = LIMIT, start: int = 0
) -> Page:
    """Who links, with how many pages and how many followed, by authority."""
    files, where = conditions(index, scope, filters)
    sql = (
        "SELECT source_domain, max(authority) AS authority, count(*) AS links,"
        f" count(*) FILTER (followed) AS followed FROM read_parquet($files) WHERE {where.text}"
        " GROUP BY source_domain ORDER BY authority DESC NULLS LAST, links DESC, source_domain"
    )
    columns = ("domain", "authority", "links", "followed", "targets")
    found = page(index, sql, files, where, columns[:-1], limit, start)
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
    index: LinkIndex, scope: Scope, filters: Filters = UNFILTERED, *, limit: int = LIMIT, start: int = 0
) -> Page:
    """The words of links, those of most domains first."""
    files, where = conditions(index, scope, filters)
    sql = (
        "SELECT anchor, count(*) AS domains, sum(n)::BIGINT AS links, sum(f)::BIGINT AS followed FROM"
        " (SELECT anchor, count(*) AS n, count(*) FILTER (followed) AS f FROM read_parquet($files)"
        # by a hash of 64 bits in place of the domain: a fifth faster than by the text, and as exact
        f" WHERE {where.text} GROUP BY anchor, hash(source_domain))"
        " GROUP BY anchor ORDER BY domains DESC, links DESC, anchor"
    )
    return page(index, sql, files, where, ("anchor", "domains", "links", "followed"), limit, start)


def top_targets(
    index: LinkIndex, scope: Scope, filters: Filters = UNFILTERED, *, limit: int = LIMIT, start: int = 0
) -> Page:
    """The pages that most domains link to: best by links."""
    files, where = conditions(index, scope, filters)
    sql = (
        "SELECT target_url, count(DISTINCT source_domain) AS domains, count(*) AS links,"
        " count(*) FILTER (followed) AS followed, max(authority) AS authority"
        f" FROM read_parquet($files) WHERE {where.text}"
        " GROUP BY target_url ORDER BY domains DESC, links DESC, target_url"
    )
    columns = ("target_url", "domains", "links", "followed", "authority")
    return page(index, sql, files, where, columns, limit, start)


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
    files, where = conditions(index, scope, Filters(crawl=crawl))
    sql = (
        "SELECT count(*), count(DISTINCT source_domain), count(*) FILTER (followed),"
        " count(DISTINCT target_url), count(DISTINCT source_url), count(*) FILTER (type = 'image'),"
        f" min(crawled), max(crawled) FROM read_parquet($files) WHERE {where.text}"
    )
    nothing = (0, 0, 0, 0, 0, 0, None, None)
    counted = index.rows(sql, {"files": files, **where.values})[0] if files else nothing
    names = ("links", "referring_domains", "followed", "targets", "referring_pages", "images")
    said: dict[str, Any] = dict(zip(names, counted, strict=False))
    said["first_crawled"], said["last_crawled"] = plain(counted[6]), plain(counted[7])
    said["crawl"] = crawl or newest(index)
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
        conditions(index, scope, Filters(crawl=crawl), suffix=str(number))
        for number, scope in enumerate(them)
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
        files, where = conditions(index, me, Filters(crawl=crawl), suffix="_me")
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
    return cut(_COMPARED, rows, limit, start, (0,))


def _fewest(
    index: LinkIndex, asked: Sequence[tuple[list[str], Where]], values: dict[str, Any]
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
    files, where = conditions(index, scope, Filters(crawl=there))
    others, values = index.files(gone, scope.domain), dict(where.values)
    columns = (*LINK_COLUMNS, "page_known")
    if not files:
        return Page(columns, [])
    names = ", ".join(f"n.{name}" for name in LINK_COLUMNS)
    if not others:
        sql = f"SELECT {names}, false FROM read_parquet($files) n WHERE {where.text} ORDER BY {BEST}"
        return page(index, sql, files, where, columns, limit, start, reversed_at=(12,))
    values["others"] = others
    sql = (
        "WITH old AS (SELECT source_url AS page, target_url AS target FROM read_parquet($others)"
        f" WHERE target_domain = $domain), new AS (SELECT * FROM read_parquet($files) WHERE {where.text})"
        f" SELECT {names}, n.source_url IN (SELECT page FROM old) FROM new n"
        " ANTI JOIN old o ON o.page = n.source_url AND o.target = n.target_url"
        f" ORDER BY {BEST}"
    )
    return page(index, sql, files, Where(where.parts, values), columns, limit, start, reversed_at=(12,))
