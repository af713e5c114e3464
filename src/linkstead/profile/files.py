"""The imported files of a project: which, how far, what was left out and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linkstead.link import Quarantined
    from linkstead.profile.merge import Merged
    from linkstead.profile.store import Store

RUNNING: Final = "running"
DONE: Final = "done"
REFUSED: Final = "refused"
STOPPED: Final = "stopped"

#: Quarantined rows kept per file; the counter goes on. A file of garbage must not fill the disk.
MAX_QUARANTINED: Final = 100_000


class ImportFile(NamedTuple):
    """One imported file (or one table of an archive) of a project."""

    id: int
    name: str
    sha256: str
    source: str
    state: str
    rows: int
    sightings: int
    new_links: int
    quarantined: int
    skipped: dict[str, int]
    done_row: int
    grouped: bool
    capped: bool
    first_seen_min: int | None
    first_seen_max: int | None
    message: str | None
    created_at: int
    finished_at: int | None


_COLUMNS: Final = (
    "id, name, sha256, source, state, rows, sightings, new_links, quarantined, skipped, done_row,"
    " grouped, capped, first_seen_min, first_seen_max, message, created_at, finished_at"
)


def _file(row: Sequence[Any]) -> ImportFile:
    values = list(row)
    values[9] = json.loads(values[9])
    values[11], values[12] = bool(values[11]), bool(values[12])
    return ImportFile(*values)


def begin(
    store: Store, project_id: int, *, name: str, sha256: str, size: int, facts: dict[str, Any], now: int
) -> ImportFile:
    """The row of a file: a new one, or the one of an earlier run of the same bytes."""
    with store.transaction():
        store.execute(
            "INSERT INTO import_file (project_id, name, sha256, size, source, encoding, delimiter, grouped,"
            " capped, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (project_id, sha256, source) DO NOTHING",
            (
                project_id,
                name,
                sha256,
                size,
                facts["source"],
                facts.get("encoding"),
                facts.get("delimiter"),
                int(bool(facts.get("grouped"))),
                0,
                RUNNING,
                now,
            ),
        )
        row = store.one(
            f"SELECT {_COLUMNS} FROM import_file WHERE project_id = ? AND sha256 = ? AND source = ?",
            (project_id, sha256, facts["source"]),
        )
    if row is None:
        raise StoreError("The file could not be entered into the profile; try again.")
    return _file(row)


def advance(
    store: Store,
    file: ImportFile,
    merged: Merged,
    skipped: dict[str, int],
    bad: Sequence[Quarantined],
    row: int,
) -> ImportFile:
    """Note a merged batch in the same transaction as its rows; the file as it stands then."""
    room = max(0, MAX_QUARANTINED - file.quarantined)
    store.many(
        "INSERT INTO quarantine (file_id, row_number, reason, raw) VALUES (?, ?, ?, ?)",
        [(file.id, q.row, q.reason, q.raw.replace("\x00", "�")) for q in bad[:room]],
    )
    total = dict(file.skipped)
    for reason, count in skipped.items():
        total[reason] = total.get(reason, 0) + count
    read = merged.sightings + merged.domains + len(bad) + sum(skipped.values())
    after = file._replace(
        rows=file.rows + read,
        sightings=file.sightings + merged.sightings + merged.domains,
        new_links=file.new_links + merged.new_links,
        quarantined=file.quarantined + len(bad),
        skipped=total,
        done_row=row,
        state=RUNNING,
        first_seen_min=_extreme(min, file.first_seen_min, merged.first_seen_min),
        first_seen_max=_extreme(max, file.first_seen_max, merged.first_seen_max),
    )
    store.execute(
        "UPDATE import_file SET rows = ?, sightings = ?, new_links = ?, quarantined = ?, skipped = ?,"
        " done_row = ?, state = ?, first_seen_min = ?, first_seen_max = ? WHERE id = ?",
        (
            after.rows,
            after.sightings,
            after.new_links,
            after.quarantined,
            json.dumps(total),
            row,
            RUNNING,
            after.first_seen_min,
            after.first_seen_max,
            file.id,
        ),
    )
    return after


def _extreme(choose: Callable[..., int], one: int | None, other: int | None) -> int | None:
    known = [moment for moment in (one, other) if moment is not None]
    return choose(known) if known else None


class Ending(NamedTuple):
    """How the reading of a file ended."""

    state: str
    at: int
    grouped: bool = False
    capped: bool = False
    message: str | None = None


def finish(store: Store, file: ImportFile, ending: Ending) -> ImportFile:
    """Close a file: done, stopped or refused."""
    with store.transaction():
        store.execute(
            "UPDATE import_file SET state = ?, finished_at = ?, grouped = ?, capped = ?, message = ?"
            " WHERE id = ?",
            (ending.state, ending.at, int(ending.grouped), int(ending.capped), ending.message, file.id),
        )
    return file._replace(
        state=ending.state,
        finished_at=ending.at,
        grouped=ending.grouped,
        capped=ending.capped,
        message=ending.message,
    )


def all_files(store: Store, project_id: int) -> list[ImportFile]:
    """Every file of a project, oldest first."""
    rows = store.query(
        f"SELECT {_COLUMNS} FROM import_file WHERE project_id = ? ORDER BY id",
        (project_id,),
    )
    return [_file(row) for row in rows]


def quarantined_rows(
    store: Store, file_id: int, *, after_row: int = 0, limit: int = 1_000
) -> list[tuple[int, str, str]]:
    """(row number, reason, the row as read) behind `after_row`, in file order."""
    return [
        (int(row), str(reason), str(raw))
        for row, reason, raw in store.query(
            "SELECT row_number, reason, raw FROM quarantine WHERE file_id = ? AND row_number > ?"
            " ORDER BY row_number LIMIT ?",
            (file_id, after_row, limit),
        )
    ]


def every_quarantined_row(store: Store, file_id: int) -> Iterator[tuple[int, str, str]]:
    """All of them, read in pages."""
    after = -1
    while rows := quarantined_rows(store, file_id, after_row=after):
        yield from rows
        after = rows[-1][0]


def saved_mapping(store: Store, project_id: int, fingerprint: str) -> dict[str, str] | None:
    """The columns' meaning that a person confirmed for this header, or None."""
    row = store.one(
        "SELECT mapping FROM header_mapping WHERE project_id = ? AND fingerprint = ?",
        (project_id, fingerprint),
    )
    return None if row is None else dict(json.loads(row[0]))


def save_mapping(
    store: Store, project_id: int, fingerprint: str, mapping: dict[str, str], *, now: int
) -> None:
    """Remember what a person confirmed."""
    with store.transaction():
        store.execute(
            "INSERT INTO header_mapping (project_id, fingerprint, mapping, confirmed_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (project_id, fingerprint) DO UPDATE SET mapping = excluded.mapping,"
            " confirmed_at = excluded.confirmed_at",
            (project_id, fingerprint, json.dumps(mapping), now),
        )
