"""Targets that are proven to be one: http and https, with and without `www.`.

Nothing but the target's own answer proves it: when our look at http://example.com/a was redirected
to https://www.example.com/a, and the two differ in scheme and `www.` alone, links to either are
links to the same page. The backlinks of the first then count for the second.

Where a page has a backlink to each, the two become one: it has the sightings, looks, months and events of
both, and its present is folded anew from the looks. Of two looks of one visit the one that found the link
stands: the page does link to us, in one spelling or the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linkstead.profile import history, unjudged
from linkstead.profile.columns import (
    BACKLINK_COLUMNS,
    DOMAIN,
    FIRST_SEEN,
    ID,
    LAST_SEEN,
    PAGE,
    SOURCES,
    TARGET,
    counted,
)
from linkstead.profile.retention import OUTCOMES
from linkstead.profile.tallies import Tallies
from linkstead.urls import try_normalise_url

if TYPE_CHECKING:
    from linkstead.profile.store import Store


def bare(url: str) -> str:
    """A URL without scheme and leading `www.`: what two spellings of one page share."""
    return url.partition("://")[2].removeprefix("www.")


def differ_in_spelling_only(one: str, other: str) -> bool:
    """Whether two URLs differ in scheme and `www.` alone."""
    return one != other and bare(one) == bare(other)


def fold_targets(store: Store, project_id: int) -> int:
    """Move links of proven spellings to the target they lead to; how many links moved."""
    moved = 0
    for alias, final in _proven(store, project_id):
        with store.transaction():
            store.take_turns([project_id])
            moved += _move(store, project_id, alias, final)
    return moved


def _proven(store: Store, project_id: int) -> list[tuple[int, int]]:
    """(alias id, id of the target that it is) by the targets' own redirects."""
    rows = store.query(
        "SELECT id, url, final_url, outcome FROM target WHERE project_id = ? AND url <> ''", (project_id,)
    )
    ids = {str(url): int(row_id) for row_id, url, _, _ in rows}
    found = []
    for row_id, url, final, outcome in rows:
        normal = try_normalise_url(final) if final else None
        if outcome == "redirected" and normal in ids and differ_in_spelling_only(url, normal):
            found.append((int(row_id), ids[normal]))
    return found


def proven_spellings(store: Store, project_id: int) -> dict[str, str]:
    """URL -> the spelling that its own redirects lead to, for those that differ in spelling only."""
    rows = store.query(
        "SELECT url, final_url FROM target WHERE project_id = ? AND outcome = 'redirected'", (project_id,)
    )
    return {
        str(url): normal
        for url, final in rows
        if (normal := try_normalise_url(final or "")) and differ_in_spelling_only(url, normal)
    }


def _move(store: Store, project_id: int, alias: int, final: int) -> int:
    columns = ", ".join(BACKLINK_COLUMNS)
    rows = store.query(
        f"SELECT {columns} FROM backlink WHERE target_id = ?",
        (alias,),
    )
    if not rows:
        return 0
    standing: dict[int, int] = dict(
        store.lookup(
            f"SELECT page_id, id FROM backlink WHERE target_id = {int(final)} AND page_id IN {{keys}}",
            [row[PAGE] for row in rows],
        )
    )
    double = [row for row in rows if row[PAGE] in standing]
    single = [row for row in rows if row[PAGE] not in standing]
    tallies = Tallies()
    tallies.count([counted(row) for row in rows], -1)
    tallies.count([counted(_with_target(row, final)) for row in single], +1)
    store.many("UPDATE backlink SET target_id = ? WHERE id = ?", [(final, row[ID]) for row in single])
    for row in double:
        _join(store, row, standing[row[PAGE]], tallies)
    tallies.write(store, project_id)
    unjudged.mark(store, project_id, (row[DOMAIN] for row in rows))
    history.refold(store, project_id, [standing[row[PAGE]] for row in double])
    return len(rows)


def _with_target(row: tuple[Any, ...], target_id: int) -> list[Any]:
    changed = list(row)
    changed[TARGET] = target_id
    return changed


def _join(store: Store, row: tuple[Any, ...], into: int, tallies: Tallies) -> None:
    """Give all that belongs to one backlink to another, and remove it."""
    columns = ", ".join(BACKLINK_COLUMNS)
    question = f"SELECT {columns} FROM backlink WHERE id = ?"
    tallies.count([counted(store.query(question, (into,))[0])], -1)
    for delete, values in _doubles(row[ID], into):
        store.execute(delete, values)
    store.execute(_ADD_MONTHS, (into, row[ID]))
    for table in ("look_month", "link_judgement"):
        store.execute(f"DELETE FROM {table} WHERE backlink_id = ?", (row[ID],))
    for table in ("sighting", "look", "event"):
        store.execute(f"UPDATE {table} SET backlink_id = ? WHERE backlink_id = ?", (into, row[ID]))
    store.execute("DELETE FROM backlink WHERE id = ?", (row[ID],))
    _take_over(store, row, into)
    tallies.count([counted(store.query(question, (into,))[0])], +1)


_SAME_TELLING: Final = "o.source_id = m.source_id AND o.anchor_id = m.anchor_id AND o.link_type = m.link_type"
_SAME_VISIT: Final = "(o.checked_at = m.checked_at OR o.due_at = m.due_at)"


def _doubles(going: int, into: int) -> tuple[tuple[str, tuple[int, int]], ...]:
    """The statements that leave one of two rows with the same key."""
    found = "m.outcome <> 'found' AND o.outcome = 'found'"
    return (
        (_without("look", f"{_SAME_VISIT} AND {found}"), (into, going)),
        (_without("look", _SAME_VISIT), (going, into)),
        (_without("sighting", _SAME_TELLING), (going, into)),
    )


def _without(table: str, same: str) -> str:
    """Delete the rows of one backlink that have their like in another's."""
    return (
        f"DELETE FROM {table} AS m WHERE backlink_id = ? AND EXISTS"
        f" (SELECT 1 FROM {table} o WHERE o.backlink_id = ? AND {same})"
    )


def _more(outcome: str) -> str:
    mine, theirs = f"look_month.{outcome}", f"excluded.{outcome}"
    return f"{outcome} = CASE WHEN {mine} > {theirs} THEN {mine} ELSE {theirs} END"


#: Both were looked at in the same visits, so that the larger count is the number of these.
_ADD_MONTHS: Final = (
    f"INSERT INTO look_month (backlink_id, month, project_id, {', '.join(OUTCOMES)})"
    f" SELECT CAST(? AS BIGINT), month, project_id, {', '.join(OUTCOMES)} FROM look_month"
    " WHERE backlink_id = ?"
    f" ON CONFLICT (backlink_id, month) DO UPDATE SET {', '.join(map(_more, OUTCOMES))}"
)


def _take_over(store: Store, row: tuple[Any, ...], into: int) -> None:
    """The sources of both, the earlier first seen and the later last seen."""
    standing = store.query("SELECT first_seen, last_seen FROM backlink WHERE id = ?", (into,))[0]
    first = [moment for moment in (row[FIRST_SEEN], standing[0]) if moment is not None]
    last = [moment for moment in (row[LAST_SEEN], standing[1]) if moment is not None]
    store.execute(
        "UPDATE backlink SET sources = sources | ?, first_seen = ?, last_seen = ? WHERE id = ?",
        (row[SOURCES], min(first, default=None), max(last, default=None), into),
    )
