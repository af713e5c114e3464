"""Words in page URLs and anchor texts, found anywhere, at any size.

In SQLite an FTS5 index of trigrams (https://sqlite.org/fts5.html#the_trigram_tokenizer) names the rows
that may match and LIKE decides; without positions it takes about 60 bytes a page. URLs and anchor texts
never change, so that the index only grows: `refresh` adds what is new, after an import, and `keep_up` the
anchors that a look was the first to see. PostgreSQL keeps an index of trigrams by itself, where its
extension pg_trgm may be made (schema.py), and is asked with ILIKE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkstead.profile.store import Store

#: A search with more candidates than this is answered by walking the list: matches are met soon.
MANY: Final = 20_000
_SLICE: Final = 50_000
_FEW: Final = 2_000
#: Anchors stand in the same index as pages, with negative row ids.
_KINDS: Final = (("page", "url", 1), ("anchor", "text", -1))


def refresh(store: Store, progress: Callable[[int, int], None] | None = None) -> int:
    """Index what was added since the last time; how many rows that was. Does nothing on PostgreSQL.

    `progress` is told (rows done, rows in all).
    """
    if store.dialect != "sqlite":
        return 0
    todo = sum(_last_id(store, table) - _mark(store, table) for table, _, _ in _KINDS)
    done = 0
    for table, column, sign in _KINDS:
        while (rows := _next_rows(store, table, column)) != []:
            with store.transaction():
                _add(store, table, [(sign * row_id, text) for row_id, text in rows])
            done += len(rows)
            if progress is not None:
                progress(done, max(done, todo))
    return done


def keep_up(store: Store) -> None:
    """Index the few anchors that our looks have just added, inside the running transaction.

    When many wait, an import is under way, and indexes them at its end.
    """
    if store.dialect != "sqlite":
        return
    rows = store.query(
        f"SELECT id, text FROM anchor WHERE id > ? ORDER BY id LIMIT {_FEW + 1}", (_mark(store, "anchor"),)
    )
    if 0 < len(rows) <= _FEW:
        _add(store, "anchor", [(-int(row_id), str(text)) for row_id, text in rows])


def _add(store: Store, table: str, words: Sequence[tuple[int, str]]) -> None:
    """Index these (row id there, text)s of a table, its last ones."""
    store.many("INSERT INTO link_words (rowid, words) VALUES (?, ?)", words)
    store.execute("UPDATE search_mark SET last_id = ? WHERE name = ?", (abs(words[-1][0]), table))


def is_current(store: Store) -> bool:
    """Whether every page and anchor is in the index."""
    return store.dialect == "sqlite" and all(
        _mark(store, table) >= _last_id(store, table) for table, _, _ in _KINDS
    )


def left_over(store: Store) -> float:
    """The share (0 to 1) of indexed rows that are there no more, as after a project was deleted."""
    marked = sum(_mark(store, table) for table, _, _ in _KINDS)
    there = sum(
        int(row[0])
        for table, _, _ in _KINDS
        if (row := store.one(f"SELECT count(*) FROM {table} WHERE id <= ?", (_mark(store, table),)))
    )
    return 1 - there / marked if marked else 0.0


def forget_all(store: Store) -> None:
    """Empty the index; `refresh` fills it anew."""
    with store.transaction():
        store.execute("INSERT INTO link_words (link_words) VALUES ('delete-all')")
        store.execute("UPDATE search_mark SET last_id = 0")


def match_text(text: str) -> str | None:
    """The FTS5 question for rows that hold all trigrams of a text; None for texts below three characters."""
    grams = dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2))
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams) or None


def candidates(store: Store, match: str) -> int:
    """How many rows may match, counted up to one more than MANY."""
    row = store.one(
        f"SELECT count(*) FROM (SELECT 1 FROM link_words WHERE link_words MATCH ? LIMIT {MANY + 1})", (match,)
    )
    return int(row[0]) if row else 0


def _last_id(store: Store, table: str) -> int:
    row = store.one(f"SELECT coalesce(max(id), 0) FROM {table}")
    return int(row[0]) if row else 0


def _mark(store: Store, table: str) -> int:
    row = store.one("SELECT last_id FROM search_mark WHERE name = ?", (table,))
    return int(row[0]) if row else 0


def _next_rows(store: Store, table: str, column: str) -> list[tuple[int, str]]:
    rows = store.query(
        f"SELECT id, {column} FROM {table} WHERE id > ? ORDER BY id LIMIT {_SLICE}", (_mark(store, table),)
    )
    return [(int(row_id), str(text)) for row_id, text in rows]
