"""Domains, targets, anchors and top-level domains: stored once, found by key, remembered.

New rows get their ids at once and are written at the end of the batch, together with their counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linkstead.profile.store import Store

#: How many strings are remembered between batches (about 200 bytes each).
REMEMBERED: Final = 150_000


class Strings:
    """The ids of one table's strings in one project."""

    def __init__(self, store: Store, project_id: int, table: str, column: str) -> None:
        self._store = store
        self._project_id = project_id
        self._table = table
        self._column = column
        self.known: dict[str, int] = {}
        self._new: list[tuple[int, int, str]] = []

    def resolve(self, texts: Iterable[str]) -> None:
        """Make sure that every text has an id in `known`."""
        if len(self.known) > REMEMBERED and not self._new:
            self.known.clear()
        unknown = set(texts) - self.known.keys()
        if not unknown:
            return
        by_key = {identity_key(text): text for text in unknown}
        question = (
            f"SELECT key, id FROM {self._table}"
            f" WHERE project_id = {int(self._project_id)} AND key IN {{keys}}"
        )
        for key, row_id in self._store.lookup(question, by_key):
            self.known[by_key.pop(key)] = row_id
        self._create(by_key)

    def _create(self, by_key: dict[int, str]) -> None:
        if not by_key:
            return
        first = self._store.ids(self._table, len(by_key))
        for row_id, (key, text) in enumerate(by_key.items(), first):
            self.known[text] = row_id
            self._new.append((row_id, key, text))

    def write(
        self, counts: dict[int, list[int]], extra: tuple[str, Callable[[str], int]] | None = None
    ) -> None:
        """Insert the new rows; their counts are taken out of `counts` and stored with them.

        `extra` is one more column and how its value follows from the text.
        """
        columns = ["id", "project_id", "key", self._column, "links", "followed", "live", "lost"]
        rows: list[tuple[Any, ...]] = [
            (row_id, self._project_id, key, text, *counts.pop(row_id, (0, 0, 0, 0)))
            for row_id, key, text in self._new
        ]
        if extra is not None:
            columns.append(extra[0])
            rows = [(*row, extra[1](row[3])) for row in rows]
        self._store.insert(self._table, columns, rows)
        self._new = []

    def forget(self) -> None:
        """After a rolled-back batch: nothing that was remembered can be trusted."""
        self.known.clear()
        self._new = []


class Names:
    """A small table of names shared by all projects: sources, top-level domains."""

    def __init__(self, store: Store, table: str, column: str) -> None:
        self._store = store
        self._table = table
        self._column = column
        self.known: dict[str, int] = {}

    def id_of(self, name: str) -> int:
        """The id of a name, given out from 1 upwards."""
        found = self.known.get(name)
        if found is None:
            found = self.known[name] = self._find_or_add(name)
        return found

    def _find_or_add(self, name: str) -> int:
        question = f"SELECT id FROM {self._table} WHERE {self._column} = ?"
        row = self._store.one(question, (name,))
        if row is None:
            new_id = self._store.ids(self._table, 1)
            self._store.execute(
                f"INSERT INTO {self._table} (id, {self._column}) VALUES (?, ?)"
                f" ON CONFLICT ({self._column}) DO NOTHING",
                (new_id, name),
            )
            row = self._store.one(question, (name,))
        return int(row[0]) if row else 0
