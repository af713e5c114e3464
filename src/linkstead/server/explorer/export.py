"""A list of backlinks as CSV: its ids at once, its rows page by page, so that it needs little memory.

Every text was written by a stranger and goes through `reports.cells`; times are ISO 8601 in UTC.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from linkstead.profile import queries
from linkstead.reports.cells import neutralise
from linkstead.reports.formats import iso_time
from linkstead.server.tracking.stores import profile_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linkstead.profile.queries import LinkPage, ListedLink
    from linkstead.server.explorer.asked import Asked

MOST_ROWS = 100_000
_PAGE_ROWS = 1_000
_MANY = " | "  # between several values of one cell, as in reports.formats


def _text(value: str | None) -> str:
    # a lone surrogate can be stored, but no file can hold it
    return neutralise((value or "").encode("utf-8", "replace").decode("utf-8"))


def _time(seconds: int | None) -> str:
    return "" if seconds is None else iso_time(seconds)


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


#: head of the column -> its cell, in the order of the list on the page. `{metric}` is the vendor's number.
COLUMNS: dict[str, Callable[[ListedLink], str]] = {
    "referring page": lambda link: _text(link.row.page_url),
    "page title": lambda link: _text(link.row.page_title),
    "referring domain": lambda link: _text(link.row.domain),
    "anchor text": lambda link: _text(link.row.anchor_text),
    "target URL": lambda link: _text(link.row.target_url),
    "state": lambda link: link.row.state,
    "why": lambda link: _text(link.row.explanation),
    "reported lost": lambda link: _yes(link.reported_lost),
    "followed": lambda link: _yes(link.row.followed),
    "rel": lambda link: _text(" ".join(link.rel)),
    "placement": lambda link: link.row.placement or "",
    "link type": lambda link: link.link_type or "",
    "hidden": lambda link: _text(link.hidden),
    "{metric}": lambda link: _number(link.row.metric),
    "worth": lambda link: _number(link.row.worth),
    "known from": lambda link: _text(_MANY.join(link.row.sources)),
    "first seen": lambda link: _time(link.row.first_seen),
    "last seen": lambda link: _time(link.row.last_seen),
    "last checked": lambda link: _time(link.row.last_checked),
    "HTTP status": lambda link: _number(link.row.http_status),
}


def label(page: LinkPage) -> str:
    """What the button promises; the file itself says it too when it was cut."""
    return f"Export the first {MOST_ROWS:,}" if page.total > MOST_ROWS else "Export"


def as_csv(
    project_id: int, asked: Asked, metric: str, *, most: int = MOST_ROWS, page_rows: int = _PAGE_ROWS
) -> Iterator[str]:
    """What is asked, in the order asked, with a head; a last line says so when more than `most` match."""
    yield _lines([[name.format(metric=neutralise(metric)) for name in COLUMNS]])
    with profile_store() as store:
        ids = queries.link_ids(
            store,
            project_id,
            asked.filter,
            sort=asked.sort,
            descending=asked.descending,
            most=most + 1,
        )
        for start in range(0, min(len(ids), most), page_rows):
            links = queries.rows_by_id(store, ids[start : min(start + page_rows, most)])
            yield _lines([cell(link) for cell in COLUMNS.values()] for link in links)
    if len(ids) > most:
        yield _lines([[f"Cut here: the first {most:,} rows. Filter further to export the others."]])


def _lines(rows: Iterable[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
