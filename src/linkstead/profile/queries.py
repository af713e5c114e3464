"""Pages of backlinks for lists: any filter, any order, at any size.

A page is found in two steps: the ids from one covering index (schema.py), then the rows by id. The
order goes from one end of the index to the other and never by offset, so that page 20,000 costs
what page 1 costs. Links whose sorted value is unknown stand behind all others in both directions.

Which index is read is decided here for SQLite, from counts that the store keeps anyway: few matches
(filters.FEW) are fetched and sorted, many are met soon enough while walking in the sorted order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import UsageError
from linkstead.profile import tallies
from linkstead.profile.codes import (
    FOLLOW_WORDS,
    LINK_TYPES,
    PLACEMENTS,
    STATES,
    rel_words,
)
from linkstead.profile.columns import BACKLINK_COLUMNS
from linkstead.profile.filters import FEW, Condition, LinkFilter, conditions
from linkstead.profile.tallies import bits_of
from linkstead.summary import LinkRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.profile.store import Store

#: Orders that lists offer: word -> column.
SORTS: Final = {
    "first-seen": "first_seen",
    "checked": "last_checked",
    "authority": "metric",
    "worth": "worth",  # what judging made of it (link_judgements.py)
}
DEFAULT_SORT: Final = "first-seen"
_UNJUDGED: Final = (
    "NOT EXISTS (SELECT 1 FROM link_judgement j WHERE j.backlink_id = backlink.id AND j.worth IS NOT NULL)"
)
#: A combination of filters is counted up to this many; beyond it the answer is “more than”.
COUNT_LIMIT: Final = 10_000
#: The same where testing one row is slow.
SLOW_COUNT_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A backlink in a list: its id, what lists show, and its rel tokens as known."""

    id: int
    row: LinkRow
    rel: tuple[str, ...]
    link_type: str | None
    hidden: str | None
    reported_lost: bool


@dataclass(frozen=True, slots=True)
class LinkPage:
    """One page of a list. `before` and `after` are marks for the neighbouring pages, or None.

    `total` is how many links match, exact unless `total_is_exact` is False (then it is a lower bound).
    """

    rows: tuple[ListedLink, ...]
    total: int
    total_is_exact: bool
    before: str | None
    after: str | None


def links(
    store: Store,
    project_id: int,
    asked: LinkFilter | None = None,
    *,
    sort: str = DEFAULT_SORT,
    descending: bool = True,
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> LinkPage:
    """One page of a project's backlinks. Raises `UsageError` for an unknown order or a broken mark."""
    column = _column(sort)
    parts = conditions(store, project_id, asked or LinkFilter())
    total, exact = _total(store, project_id, parts)
    if any(part.never for part in parts):
        return LinkPage((), 0, True, None, None)
    walk = _Walk(store, project_id, parts, column, descending)
    backwards = before is not None
    found = walk.ids(_read_mark(before or after), limit + 1, backwards=backwards)
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_before = more if backwards else after is not None
    has_after = backwards or more
    rows = rows_by_id(store, [row_id for row_id, _ in found])
    return LinkPage(
        tuple(rows),
        total,
        exact,
        _mark(found[0]) if found and has_before else None,
        _mark(found[-1]) if found and has_after else None,
    )


def link_ids(
    store: Store,
    project_id: int,
    asked: LinkFilter | None = None,
    *,
    sort: str = DEFAULT_SORT,
    descending: bool = True,
    most: int,
) -> list[int]:
    """The ids of the first `most` backlinks that are asked, in their order; some 100 bytes each.

    For who wants all of a list: what is asked is worked out once, and not for each page. Raises
    `UsageError` for an unknown order.
    """
    column = _column(sort)
    parts = conditions(store, project_id, asked or LinkFilter())
    if any(part.never for part in parts):
        return []
    walk = _Walk(store, project_id, parts, column, descending)
    return [row_id for row_id, _ in walk.ids(None, most, backwards=False)]


def _column(sort: str) -> str:
    if sort not in SORTS:
        raise UsageError(f"Links cannot be sorted by “{sort}”; choose one of {', '.join(SORTS)}.")
    return SORTS[sort]


class _Walk:
    """Walks ids in the order of one column: first the known values, then the unknown ones."""

    def __init__(
        self, store: Store, project_id: int, parts: Sequence[Condition], column: str, descending: bool
    ) -> None:
        self._store = store
        self._sqlite = store.dialect == "sqlite"
        self._project_id = project_id
        self._parts = parts
        self._column = column
        self._descending = descending

    def ids(
        self, mark: tuple[float | None, int] | None, limit: int, *, backwards: bool
    ) -> list[tuple[int, float | None]]:
        """(id, value) behind the mark, in walking order."""
        phases = [True, False]  # known values, unknown values
        if backwards:
            phases.reverse()
        if mark is not None:
            phases = phases[phases.index(mark[0] is not None) :]
        found: list[tuple[int, float | None]] = []
        for known in phases:
            start = mark if mark is not None and (mark[0] is not None) is known else None
            found += self._phase(known, start, limit - len(found), backwards)
            if len(found) >= limit:
                break
        return found

    def _phase(
        self, known: bool, mark: tuple[float | None, int] | None, limit: int, backwards: bool
    ) -> list[tuple[int, float | None]]:
        column, down = self._column, self._descending != backwards
        where = ["project_id = ?"]
        values: list[Any] = [self._project_id]
        if column in BACKLINK_COLUMNS:
            where.append(f"{column} IS {'NOT ' if known else ''}NULL")
        elif not known:
            where.append(_UNJUDGED)
        if column == "last_checked" and not known:
            where.append("state = 0")  # only a link that nobody has looked at has no last check
        if mark is not None:
            sign = "<" if down else ">"
            where.append(f"({column}, id) {sign} (?, ?)" if known else f"id {sign} ?")
            values += list(mark) if known else [mark[1]]
        for part in self._parts:
            where.append(part.sql)
            values += part.values
        way = "DESC" if down else "ASC"
        order = f"{column} {way}, id {way}" if known else f"id {way}"
        sql = (
            f"SELECT id, {column if known else 'NULL'} FROM {self._rows(known)} WHERE {' AND '.join(where)}"
            f" ORDER BY {order} LIMIT {int(limit)}"
        )
        return [(int(row_id), value) for row_id, value in self._store.query(sql, values)]

    def _rows(self, known: bool) -> str:
        if self._column == "worth" and known:
            return self._rows_by_worth()
        return f"backlink {self._index(known)}"

    def _rows_by_worth(self) -> str:
        """Links with their worth; what is sorted by stands in another table.

        SQLite reads the tables in the order in which a CROSS JOIN names them: few matches first, and else the
        judgements in the order of their worth, each with its link.
        """
        few = _fewest(self._parts)
        if few is None and any(part.count is not None and part.count <= FEW for part in self._parts):
            few = "INDEXED BY backlink_by_first_seen"  # it holds every column that a filter asks for
        # PostgreSQL would read all judgements in the order of their index for a few matches; a sum has none
        worth = "worth + 0 AS worth" if few and not self._sqlite else "worth"
        judged = (
            f"(SELECT backlink_id AS judged_id, {worth} FROM link_judgement"
            f" WHERE project_id = {int(self._project_id)} AND worth IS NOT NULL) AS judged"
        )
        if not self._sqlite:
            return f"backlink JOIN {judged} ON judged_id = id"
        if few:
            return f"backlink {few} CROSS JOIN {judged} ON judged_id = id"
        return f"{judged} CROSS JOIN backlink ON id = judged_id"

    def _index(self, known: bool) -> str:
        """Which index SQLite shall read; PostgreSQL decides by its own statistics."""
        if not self._sqlite:
            return ""
        if few := _fewest(self._parts):
            return few
        if self._column in ("last_checked", "worth") and not known:
            return "NOT INDEXED"
        return f"INDEXED BY backlink_by_{self._column}"


def _total(store: Store, project_id: int, parts: Sequence[Condition]) -> tuple[int, bool]:
    if not parts:
        row = store.one(
            "SELECT coalesce(sum(links), 0) FROM tally WHERE project_id = ? AND dim = ?",
            (project_id, tallies.STATE),
        )
        return (int(row[0]) if row else 0), True
    if len(parts) == 1 and parts[0].count is not None:
        return parts[0].count, True
    if any(part.never for part in parts):
        return 0, True
    return _counted(store, project_id, parts)


def _counted(store: Store, project_id: int, parts: Sequence[Condition]) -> tuple[int, bool]:
    index = ""
    if store.dialect == "sqlite":
        ways = [part.counted_by for part in parts if part.counted_by]
        index = _fewest(parts) or next(iter(ways), "INDEXED BY backlink_by_first_seen")
    limit = SLOW_COUNT_LIMIT if any(part.slow for part in parts) else COUNT_LIMIT
    where = " AND ".join(part.sql for part in parts)
    values = [value for part in parts for value in part.values]
    row = store.one(
        f"SELECT count(*) FROM (SELECT 1 FROM backlink {index} WHERE project_id = ? AND {where}"
        f" LIMIT {limit + 1}) AS matching",
        [project_id, *values],
    )
    count = int(row[0]) if row else 0
    return min(count, limit), count <= limit


def _fewest(parts: Sequence[Condition]) -> str | None:
    """How SQLite finds the rows of the part that matches least, if any part matches few."""
    few = [part for part in parts if part.few]
    return min(few, key=lambda part: part.count or 0).few if few else None


def _mark(found: tuple[int, float | None]) -> str:
    row_id, value = found
    return f"{'' if value is None else f'{value:.15g}'}:{row_id}"


def _read_mark(text: str | None) -> tuple[float | None, int] | None:
    if text is None:
        return None
    value, colon, row_id = text.partition(":")
    try:
        if not colon:
            raise ValueError(text)
        return (float(value) if value else None), int(row_id)
    except ValueError:
        raise UsageError("This page mark is damaged; go back to the first page of the list.") from None


def rows_by_id(store: Store, ids: Sequence[int]) -> list[ListedLink]:
    """Backlinks of these ids as lists show them, in the order given; ids that are gone are left out."""
    slugs = {int(row_id): str(slug) for row_id, slug in store.query("SELECT id, slug FROM source")}
    found = {
        row[0]: _listed(row, slugs)
        for row in store.lookup(
            "SELECT b.id, p.url, p.title, d.name, t.url, a.text, b.state, b.followed, b.placement, b.rel,"
            " b.link_type, b.first_seen, b.last_seen, b.last_checked, b.sources, b.metric, b.reported_lost,"
            " l.reason, l.explanation, l.http_status, l.hidden, j.worth FROM backlink b"
            " JOIN page p ON p.id = b.page_id JOIN domain d ON d.id = b.domain_id"
            " JOIN target t ON t.id = b.target_id LEFT JOIN anchor a ON a.id = b.anchor_id"
            " LEFT JOIN look l ON l.id = b.look_id LEFT JOIN link_judgement j ON j.backlink_id = b.id"
            " WHERE b.id IN {keys}",
            ids,
        )
    }
    return [found[row_id] for row_id in ids if row_id in found]


def _listed(row: tuple[Any, ...], slugs: dict[int, str]) -> ListedLink:
    return ListedLink(
        id=int(row[0]),
        row=LinkRow(
            page_url=row[1],
            page_title=row[2],
            domain=row[3],
            target_url=row[4] or None,
            anchor_text=row[5],
            state=STATES[row[6]].value,
            followed=FOLLOW_WORDS[row[7]],
            placement=PLACEMENTS[row[8]],
            first_seen=row[11],
            last_seen=row[12],
            last_checked=row[13],
            sources=tuple(slugs.get(source, "?") for source in bits_of(row[14])),
            metric=row[15],
            reason=row[17],
            explanation=row[18],
            http_status=row[19],
            worth=row[21],
        ),
        rel=rel_words(row[9]),
        link_type=LINK_TYPES[row[10]],
        hidden=row[20],
        reported_lost=bool(row[16]),
    )


def choices(store: Store, project_id: int) -> dict[str, list[tuple[str, int]]]:
    """What a filter can be set to, with how many links each choice has; most first."""
    names = {
        "state": (tallies.STATE, {code: state.value for code, state in enumerate(STATES)}),
        "followed": (tallies.FOLLOW, {1: "yes", 0: "no", 2: "unknown"}),
        "placement": (
            tallies.PLACEMENT,
            {code: str(word or "unknown") for code, word in enumerate(PLACEMENTS)},
        ),
        "tld": (tallies.TLD, _names(store, "tld", "name")),
        "source": (tallies.SOURCE, _names(store, "source", "slug")),
    }
    found: dict[str, list[tuple[str, int]]] = {}
    for part, (dim, words) in names.items():
        rows = store.query(
            "SELECT item, links FROM tally WHERE project_id = ? AND dim = ? AND links > 0"
            " ORDER BY links DESC LIMIT 100",
            (project_id, dim),
        )
        found[part] = [(words[item], int(count)) for item, count in rows if item in words]
    return found


def _names(store: Store, table: str, column: str) -> dict[int, str]:
    return {int(row_id): str(name) for row_id, name in store.query(f"SELECT id, {column} FROM {table}")}
