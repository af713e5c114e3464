"""The alerts of a project as a list: newest first, page by page through a million, with what is unread.

The order is that of the events' ids. On PostgreSQL an event may appear below one that was committed
earlier; so a mark of what was read names what the page showed, and in that window nothing more is known.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Greatest

from linkstead.alerts.channels import GROUPS, KIND_NAMES, group_of
from linkstead.alerts.wording import Part, Told, sentence
from linkstead.events import EventKind
from linkstead.profile import events
from linkstead.server.alerts.contents import page_of_event
from linkstead.server.alerts.models import InboxMark
from linkstead.server.look.rail import MOST_COUNTED
from linkstead.server.tracking.stores import profile_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.profile.events import EventRow
    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the list draws it."""

    id: int
    name: str
    group: str
    at: int
    parts: tuple[Part, ...]
    url: str
    page_url: str | None
    is_incident: bool
    is_unread: bool
    worth: float | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list. `older` and `newer` are marks for the next pages, or None."""

    lines: tuple[Line, ...]
    older: int | None
    newer: int | None


def unread(user: User, project: Project) -> int:
    """Events that somebody has not read, counted to one more than the rail shows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM event WHERE project_id = %s AND id > %s LIMIT %s) newest",
            [project.pk, read_up_to(user, project), MOST_COUNTED + 1],
        )
        return int(cursor.fetchone()[0])


def read_up_to(user: User, project: Project) -> int:
    """The newest event that somebody has read."""
    found = InboxMark.objects.filter(user=user, project=project).values_list("last_event_id", flat=True)
    return found.first() or 0


def mark_read(user: User, project: Project, up_to: int) -> None:
    """Everything up to this event counts as read; never back, never beyond what there is."""
    up_to = min(up_to, newest_id(project))
    InboxMark.objects.get_or_create(user=user, project=project)
    InboxMark.objects.filter(user=user, project=project, last_event_id__lt=up_to).update(
        last_event_id=Greatest("last_event_id", Value(up_to))
    )


def newest_id(project: Project) -> int:
    """The newest event of a project, or 0."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM event WHERE project_id = %s", [project.pk])
        return int(cursor.fetchone()[0] or 0)


def page(
    user: User, project: Project, group: str = "", *, before: int | None = None, after: int | None = None
) -> Page:
    """A page of the list: the newest, those older than `before`, or those newer than `after`."""
    kinds = next((found.kinds for found in GROUPS if found.slug == group), ())
    newer = after is not None
    ids = _ids(project.pk, kinds, after if newer else before, newer=newer)
    more, ids = len(ids) > PAGE_ROWS, ids[:PAGE_ROWS]
    ids.sort(reverse=True)
    with profile_store() as store:
        rows = sorted(events.rows(store, ids), key=lambda row: -row.id)
    mark = read_up_to(user, project)
    has_older = more if not newer else bool(ids)
    has_newer = more if newer else before is not None and bool(ids)
    return Page(
        tuple(_line(row, mark) for row in rows),
        older=ids[-1] if has_older and ids else None,
        newer=ids[0] if has_newer and ids else None,
    )


def _ids(project_id: int, kinds: Sequence[EventKind], beside: int | None, *, newer: bool) -> list[int]:
    """One id more than a page has, from the mark outwards.

    A question of its own for each kind: each reads its stretch of an index, where one for all kinds would
    read the whole project to find the rare ones.
    """
    lists = [_ids_of(project_id, kind, beside, newer=newer) for kind in kinds or (None,)]
    return list(islice(heapq.merge(*lists, reverse=not newer), PAGE_ROWS + 1))


def _ids_of(project_id: int, kind: EventKind | None, beside: int | None, *, newer: bool) -> list[int]:
    where = "project_id = %s"
    values: list[int | str] = [project_id]
    if kind is not None:
        where += " AND kind = %s"
        values.append(str(kind))
    if beside is not None:
        where += f" AND id {'>' if newer else '<'} %s"
        values.append(beside)
    order = "" if newer else " DESC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM event WHERE {where} ORDER BY id{order} LIMIT {PAGE_ROWS + 1}",  # noqa: S608 - words of our own
            values,
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _line(row: EventRow, mark: int) -> Line:
    return Line(
        id=row.id,
        name=KIND_NAMES[row.kind],
        group=group_of(row.kind).slug,
        at=row.at,
        parts=sentence(Told(row.kind, row.page_url, row.target_url, row.before, row.after)),
        url=page_of_event(row),
        page_url=row.page_url,
        is_incident=row.kind is EventKind.INCIDENT,
        is_unread=row.id > mark,
        worth=row.worth,
    )
