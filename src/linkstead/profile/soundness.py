"""Whether the rows themselves are whole: what can be told without knowing what they should say.

SQLite keeps no checksums of its pages. What stands in for them: its own comparison of every row with the
indexes that repeat it (https://www.sqlite.org/pragma.html#pragma_integrity_check), and the 64-bit keys of
URLs, anchors and domains, which are a hash of the text beside them. PostgreSQL checks its pages itself when
its data checksums are on.

Nothing guards what is written once and repeated nowhere: a sighting's dates and numbers, a look's sentence
and the text around its link, titles. A flipped bit there can be found only by comparing with a backup.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from linkstead.profile import schema
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.profile.store import Store

_MOST_DAMAGE: Final = 20
_COLUMNS: Final = (
    "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, c.cid"
)
_TEXTS_A_SLICE: Final = 20_000

#: The tables whose `key` is the identity key of a text.
_KEYED: Final = (("page", "url"), ("target", "url"), ("anchor", "text"), ("domain", "name"))

#: Rows that belong to nothing, by what they are; each question takes a project.
_STRAY: Final = {
    "looks at links that are not the project's": (
        "SELECT count(*) FROM look l LEFT JOIN backlink b ON b.id = l.backlink_id"
        " WHERE l.project_id = ? AND (b.id IS NULL OR b.project_id <> l.project_id)"
    ),
    "months of looks at links that are not the project's": (
        "SELECT count(*) FROM look_month m LEFT JOIN backlink b ON b.id = m.backlink_id"
        " WHERE m.project_id = ? AND (b.id IS NULL OR b.project_id <> m.project_id)"
    ),
    "looks whose evidence is not kept": (
        "SELECT count(*) FROM look l LEFT JOIN evidence e ON e.id = l.evidence_id"
        " WHERE l.project_id = ? AND l.evidence_id IS NOT NULL AND e.id IS NULL"
    ),
    "pages whose evidence is not kept": (
        "SELECT count(*) FROM page p LEFT JOIN evidence e ON e.id = p.evidence_id"
        " WHERE p.project_id = ? AND p.evidence_id IS NOT NULL AND e.id IS NULL"
    ),
}


def damage(store: Store) -> list[str]:
    """What SQLite finds wrong with its file, at most twenty things; nothing on PostgreSQL.

    Reads the whole file: some seconds for each GB. Raises the engine's error for a file that is beyond that.
    """
    if store.dialect != "sqlite":
        return []
    try:
        rows = store.query(f"PRAGMA integrity_check({_MOST_DAMAGE})")
    except UnicodeDecodeError:
        return ["names of tables cannot be read"]
    found = [str(row[0]).replace("\n", " ") for row in rows if row[0] != "ok"]
    return found or _altered_columns(store)


def _altered_columns(store: Store) -> list[str]:
    """Columns that the tables should have by their version and do not: SQLite believes what its file says."""
    try:
        row = store.one("SELECT version FROM profile_version")
    except sqlite3.OperationalError:
        row = None
    if row is None or not 1 <= int(row[0]) <= schema.VERSION:
        return ["its version cannot be read"]
    with closing(sqlite3.connect(":memory:")) as pattern:
        for statement in (*schema.first_version("sqlite"), *schema.upgrade("sqlite", 1, int(row[0]))):
            pattern.execute(statement)
        expected = pattern.execute(_COLUMNS).fetchall()
    there = set(store.query(_COLUMNS))
    return [f"{table} has no column {column}" for table, column in expected if (table, column) not in there]


def altered_texts(store: Store, project_id: int) -> Iterator[str]:
    """Texts that are not those whose keys stand beside them, a sentence each."""
    for table, column in _KEYED:
        last = 0
        while rows := store.query(
            f"SELECT id, key, {column} FROM {table} WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?",
            (project_id, last, _TEXTS_A_SLICE),
        ):
            for row_id, key, text in rows:
                if identity_key(text) != key:
                    yield f"{table} {row_id}: its {column} was altered: {text!r}"
            last = int(rows[-1][0])


def strays(store: Store, project_id: int) -> Iterator[str]:
    """Rows that belong to nothing, counted, a sentence for each kind."""
    for what, question in _STRAY.items():
        row = store.one(question, (project_id,))
        if row and row[0]:
            yield f"{row[0]:,} {what}"
