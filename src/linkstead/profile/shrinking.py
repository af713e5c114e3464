"""Space that deleted rows took, given back to the disk.

SQLite keeps the pages of deleted rows for later rows. `give_back_a_little` cuts free pages off the end of a
file that was made for it (https://www.sqlite.org/pragma.html#pragma_auto_vacuum) in short steps; `shrink`
writes the whole file anew (https://www.sqlite.org/lang_vacuum.html), which needs as much free space as the
file has rows, twice: for the copy, and for the write-ahead log that takes it over. PostgreSQL's own
autovacuum makes room for later rows; only VACUUM FULL gives it back to the disk, and locks each table
meanwhile (https://www.postgresql.org/docs/current/sql-vacuum.html).
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.errors import StoreError
from linkstead.profile import search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkstead.profile.store import Store

#: The tables whose rows are deleted or changed again and again, the largest last.
_TABLES: Final = ("event", "evidence", "look_month", "page", "backlink", "look")
#: Free pages that one step cuts off: 16 MiB at SQLite's usual 4 KiB a page.
_PAGES_A_STEP: Final = 4_096
_INCREMENTAL: Final = 2
#: The words of deleted projects are worth a new index when they are more than this share of all.
_LEFT_OVER: Final = 0.1


class Shrunk(NamedTuple):
    """How large a store was and is, in bytes."""

    before: int
    after: int


def shrink(store: Store, *, progress: Callable[[int, int], None] | None = None) -> Shrunk:
    """Give all unused space back. Raises `StoreError` when there is no room to do it.

    Others wait meanwhile: minutes for a large store. `progress` is told (steps done, of steps).
    """
    steps = _sqlite_steps() if store.dialect == "sqlite" else _postgresql_steps()
    before = size(store)
    for done, step in enumerate(steps):
        if progress is not None:
            progress(done, len(steps))
        step(store)
    if progress is not None:
        progress(len(steps), len(steps))
    return Shrunk(before, size(store))


def size(store: Store) -> int:
    """Bytes that a store takes: SQLite's file with its write-ahead log, or PostgreSQL's whole database."""
    if store.dialect == "postgresql":
        row = store.one("SELECT pg_database_size(current_database())")
        return int(row[0]) if row else 0
    path = _path(store)
    parts = (path, path.with_name(path.name + "-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def _sqlite_steps() -> list[Callable[[Store], None]]:
    return [drop_leftovers, _checkpoint, _vacuum, _checkpoint]


def _postgresql_steps() -> list[Callable[[Store], None]]:
    return [_vacuum_of(table) for table in _TABLES]


def _vacuum_of(table: str) -> Callable[[Store], None]:
    def vacuum(store: Store) -> None:
        store.execute(f"VACUUM (FULL, ANALYZE) {table}")

    return vacuum


def _checkpoint(store: Store) -> None:
    store.query("PRAGMA wal_checkpoint(TRUNCATE)")


def _vacuum(store: Store) -> None:
    """Write the file anew; from then on it can shrink a little at a time as well."""
    path = _path(store)
    _must_have_room(path)
    with _temporary_files_in(path.parent):
        # the copy goes to the disk: in memory it would take as much of that as the file is long
        store.execute("PRAGMA temp_store=FILE")
        store.execute("PRAGMA auto_vacuum=INCREMENTAL")
        try:
            store.execute("VACUUM")
        finally:
            store.execute("PRAGMA temp_store=MEMORY")


def _must_have_room(path: Path) -> None:
    needed, free = 2 * path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < needed:
        raise StoreError(
            f"Shrinking {path} needs {needed / 1e9:,.1f} GB of free space beside it, and there are"
            f" {free / 1e9:,.1f} GB; free some, or move the file to a larger disk first."
        )


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Let SQLite put its copy where the room was counted (https://www.sqlite.org/tempfiles.html)."""
    before = os.environ.get("SQLITE_TMPDIR")
    os.environ["SQLITE_TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SQLITE_TMPDIR"]
        else:
            os.environ["SQLITE_TMPDIR"] = before


def _path(store: Store) -> Path:
    row = store.one("SELECT file FROM pragma_database_list WHERE name = 'main'")
    return Path(str(row[0]) if row else "")


def drop_leftovers(store: Store) -> None:
    """Index the words anew when many of them are of pages and anchors that are gone.

    The index holds no texts, so that it cannot be told which of its words belong to a deleted row.
    """
    if store.dialect == "sqlite" and search.left_over(store) > _LEFT_OVER:
        search.forget_all(store)
        search.refresh(store)


def give_back_a_little(store: Store, *, steps: int = 1) -> int:
    """Cut free pages off the end of a SQLite file, a short transaction per step; bytes given back.

    A few stay for the next rows. Does nothing for files that were not made for it, until `shrink` has
    converted them.
    """
    if store.dialect != "sqlite" or _pragma(store, "auto_vacuum") != _INCREMENTAL:
        return 0
    free = _free_pages(store)
    for _ in range(min(steps, free // _PAGES_A_STEP)):
        with closing(store.connection.cursor()) as cursor:
            # a row for each page, without columns: only a script is run to its end
            cursor.executescript(f"PRAGMA incremental_vacuum({_PAGES_A_STEP})")
    return (free - _free_pages(store)) * _pragma(store, "page_size")


def _free_pages(store: Store) -> int:
    return _pragma(store, "freelist_count")


def _pragma(store: Store, name: str) -> int:
    row = store.one(f"PRAGMA {name}")
    return int(row[0]) if row else 0
