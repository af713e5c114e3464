"""Events as rows: written once in the transaction of what shows them, read by whoever tells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from linkstead.events import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.events import Event
    from linkstead.profile.store import Store


class EventRow(NamedTuple):
    """One event with the words that a person needs: the page and the target, the target alone, or neither.

    It is neither where it tells of an incident of the whole project, which `after` describes. `worth` is what
    judging made of the backlink, 0 to 100, as far as it has been judged.
    """

    id: int
    project_id: int
    kind: EventKind
    at: int
    backlink_id: int | None
    target_id: int | None
    page_url: str | None
    target_url: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    worth: float | None = None


def write(store: Store, project_id: int, events: Iterable[Event]) -> None:
    """Add events inside the running transaction; one that is there already stays as it is."""
    store.many(
        "INSERT INTO event (project_id, key, kind, at, backlink_id, target_id, before, after)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        [
            (
                project_id,
                e.key,
                str(e.kind),
                e.at,
                e.backlink_id,
                e.target_id,
                _text(e.before),
                _text(e.after),
            )
            for e in events
        ],
    )


def rows(store: Store, event_ids: Sequence[int]) -> list[EventRow]:
    """These events, in the order of their ids."""
    found = store.lookup(f"{_QUESTION} WHERE e.id IN {{keys}} ORDER BY e.id", event_ids)
    return [_row(values) for values in found]


def of_project(
    store: Store,
    project_id: int,
    *,
    kinds: Sequence[EventKind] = (),
    before_id: int | None = None,
    limit: int = 100,
) -> list[EventRow]:
    """The newest events of a project, newest first; `before_id` goes on behind an earlier page."""
    where, values = "e.project_id = ?", [project_id]
    if before_id is not None:
        where, values = f"{where} AND e.id < ?", [*values, before_id]
    if kinds:
        where = f"{where} AND e.kind IN ({', '.join('?' * len(kinds))})"
    found = store.query(
        f"{_QUESTION} WHERE {where} ORDER BY e.id DESC LIMIT {int(limit)}", (*values, *map(str, kinds))
    )
    return [_row(row) for row in found]


def of_backlink(store: Store, backlink_id: int, *, limit: int = 100) -> list[EventRow]:
    """The newest events of one backlink, newest first."""
    found = store.query(
        f"{_QUESTION} WHERE e.backlink_id = ? ORDER BY e.at DESC, e.id DESC LIMIT {int(limit)}",
        (backlink_id,),
    )
    return [_row(row) for row in found]


def last_changes(store: Store, backlink_ids: Sequence[int]) -> dict[int, int]:
    """When something last happened to these backlinks (epoch seconds), where anything ever did."""
    rows = store.lookup(
        "SELECT backlink_id, max(at) FROM event WHERE backlink_id IN {keys} GROUP BY backlink_id",
        backlink_ids,
    )
    return {int(backlink_id): int(at) for backlink_id, at in rows}


_QUESTION = (
    "SELECT e.id, e.project_id, e.kind, e.at, e.backlink_id, e.target_id, p.url, coalesce(t.url, o.url),"
    " e.before, e.after, j.worth FROM event e LEFT JOIN backlink b ON b.id = e.backlink_id"
    " LEFT JOIN link_judgement j ON j.backlink_id = e.backlink_id"
    " LEFT JOIN page p ON p.id = b.page_id LEFT JOIN target t ON t.id = b.target_id"
    " LEFT JOIN target o ON o.id = e.target_id"
)


def _row(values: tuple[Any, ...]) -> EventRow:
    row_id, project_id, kind, at, backlink_id, target_id, page, target, before, after, worth = values
    return EventRow(
        row_id, project_id, EventKind(kind), at, backlink_id, target_id, page, target or None,
        json.loads(before) if before else None, json.loads(after) if after else None, worth,
    )  # fmt: skip


def _text(value: dict[str, Any] | None) -> str | None:
    # PostgreSQL's text holds no NUL, and an anchor may
    return None if value is None else json.dumps(value, ensure_ascii=False).replace("\\u0000", "")
