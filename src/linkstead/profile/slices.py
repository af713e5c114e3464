"""A project's backlinks in bounded slices, for work that goes through all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkstead.profile.store import Store

    #: is told (backlinks done, of so many)
    type_progress = Callable[[int, int], None]

#: One slice holds at most so many links, and no further link once it holds so many looks.
LINKS_A_SLICE: Final = 20_000
LOOKS_A_SLICE: Final = 50_000


class Counted(NamedTuple):
    """A backlink and how many looks it has, in all and before a moment."""

    backlink_id: int
    looks: int
    older: int


def slices(
    store: Store, project_id: int, *, after: int = 0, before: int = 0, most: int = LINKS_A_SLICE
) -> Iterator[list[Counted]]:
    """A project's backlinks behind the id `after`, with their looks counted, in bounded slices."""
    while rows := store.query(
        "SELECT b.id, (SELECT count(*) FROM look l WHERE l.backlink_id = b.id),"
        " (SELECT count(*) FROM look l WHERE l.backlink_id = b.id AND l.checked_at < ?)"
        " FROM backlink b WHERE b.project_id = ? AND b.id > ? ORDER BY b.id LIMIT ?",
        (before, project_id, after, most),
    ):
        part: list[Counted] = []
        looks = 0
        for row in rows:
            part.append(Counted(*row))
            looks += part[-1].looks
            if looks >= LOOKS_A_SLICE:
                yield part
                part, looks = [], 0
        if part:
            yield part
        after = int(rows[-1][0])


def link_count(store: Store, project_id: int) -> int:
    """How many backlinks a project has, by its rows."""
    row = store.one("SELECT count(*) FROM backlink WHERE project_id = ?", (project_id,))
    return int(row[0]) if row else 0
