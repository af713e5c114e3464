"""The profile's store over the server's database.

`profile_store` serves pages: it uses Django's own connection and transactions. `work_store` serves
long work: a connection of its own, which Django's guards against asynchronous use do not touch, and
whose every transaction first proves that the work is still ours.

What the engine itself says through a store becomes a `StoreError` with one sentence (`profile.troubles`).
Mistakes of ours, and what Django says of its own queries, pass as they are.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection, transaction

from linkstead.errors import StoreError
from linkstead.profile.store import Store, tune_sqlite
from linkstead.profile.troubles import plainly

if TYPE_CHECKING:
    from collections.abc import Iterator


class Fenced(Exception):
    """The work was given to somebody else; nothing more of ours may be written."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A row of `table` whose `attempt` must still be ours."""

    table: str
    row_id: int
    attempt: int

    def question(self, dialect: str) -> str:
        lock = " FOR UPDATE" if dialect == "postgresql" else ""
        return f"SELECT attempt FROM {self.table} WHERE id = ?{lock}"  # noqa: S608 - names of our own


class _PlainCursors:
    """Django's PostgreSQL connection with psycopg's own cursors, as the stages are tested with."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def cursor(self) -> psycopg.Cursor[Any]:
        return psycopg.Cursor(self._raw)


@contextmanager
def profile_store() -> Iterator[Store]:
    """A store for a page: the request's connection, in its transaction if there is one.

    Raises `StoreError`.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    opened = _PlainCursors(raw) if connection.vendor == "postgresql" else raw
    with _plainly(), _noted():
        yield Store(opened, connection.vendor, transaction=transaction.atomic)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        with plainly("the database"):
            yield
    except psycopg.OperationalError as error:
        if error.sqlstate is not None:
            raise
        # the server said nothing more
        raise StoreError("The connection to the database broke; start again when it answers.") from error


@contextmanager
def _noted() -> Iterator[None]:
    """Let Django know of errors that went past it, so that it leaves a broken connection behind."""
    try:
        yield
    except (sqlite3.Error, psycopg.Error, StoreError):
        connection.errors_occurred = True
        raise


@contextmanager
def work_store(fence: Fence | None = None) -> Iterator[Store]:
    """A store for long work, on a connection of its own. Raises `StoreError` and, later, `Fenced`."""
    dialect = connection.vendor
    try:
        raw = _open_postgresql() if dialect == "postgresql" else _open_sqlite()
    except (sqlite3.Error, psycopg.Error) as error:
        raise StoreError(f"The database cannot be opened: {error}.") from error
    with closing(raw), _plainly():
        plain = Store(raw, dialect)
        yield Store(raw, dialect, transaction=lambda: _fenced(plain, fence))


def _open_postgresql() -> psycopg.Connection[Any]:
    asked = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name
        not in {"context", "cursor_factory", "server_side_binding", "prepare_threshold", "assume_role"}
    }
    return psycopg.connect(**asked, autocommit=True)


def _open_sqlite() -> sqlite3.Connection:
    raw = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None, timeout=30)
    tune_sqlite(raw)
    return raw


@contextmanager
def _fenced(store: Store, fence: Fence | None) -> Iterator[None]:
    store.execute("BEGIN IMMEDIATE" if store.dialect == "sqlite" else "BEGIN")
    try:
        if fence is not None:
            row = store.one(fence.question(store.dialect), (fence.row_id,))
            if row is None or row[0] != fence.attempt:
                raise Fenced
        yield
        store.execute("COMMIT")
    except BaseException:
        # a full disk or a broken connection has ended the transaction already: what counts is why
        with suppress(Exception):
            store.execute("ROLLBACK")
        raise
