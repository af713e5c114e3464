"""The one door to a profile's database: SQLite or PostgreSQL through the DB-API.

SQL is written once, with `?` for every value; the few statements that differ ask `store.dialect`.
A `Store` neither opens nor closes the connection that it was given, except those made by
`open_workspace`.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from linkstead.errors import StoreError
from linkstead.profile import schema, soundness, troubles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

type_row = tuple[Any, ...]


class Connection(Protocol):
    """What Store needs of a DB-API connection."""

    def cursor(self) -> Any: ...  # noqa: ANN401 - sqlite3 and psycopg cursors share no type


class Store:
    """Statements, bulk writes and transactions over one connection in autocommit mode.

    `transaction` may be given by the owner of the connection (Django's `transaction.atomic`);
    by default the store says BEGIN and COMMIT itself.
    """

    def __init__(
        self, connection: Connection, dialect: str, transaction: TransactionMaker | None = None
    ) -> None:
        self.connection = connection
        self.dialect = dialect
        self._transaction = transaction or self._own_transaction
        self._depth = 0

    def sql(self, text: str) -> str:
        """A statement in the engine's own parameter style."""
        return text.replace("%", "%%").replace("?", "%s") if self.dialect == "postgresql" else text

    def execute(self, text: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; the number of rows that it touched."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self.sql(text), values)
            return int(cursor.rowcount)

    def query(self, text: str, values: Sequence[Any] = ()) -> list[type_row]:
        """All rows of a question."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self.sql(text), values)
            rows: list[type_row] = cursor.fetchall()
            return rows

    def one(self, text: str, values: Sequence[Any] = ()) -> type_row | None:
        """The first row of a question, or None."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self.sql(text), values)
            row: type_row | None = cursor.fetchone()
            return row

    def many(self, text: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same statement for many rows of values."""
        with closing(self.connection.cursor()) as cursor:
            cursor.executemany(self.sql(text), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write new rows in bulk: COPY where the engine has it. Names are never from outside."""
        if not rows:
            return
        names = ", ".join(columns)
        if self.dialect == "postgresql":
            with (
                closing(self.connection.cursor()) as cursor,
                cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(columns))
        self.many(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)

    def lookup(self, text: str, keys: Iterable[Any]) -> Iterator[type_row]:
        """Ask `text` (with `{keys}` where the list goes) for many keys at once, in slices."""
        wanted = list(keys)
        size = 30_000  # below SQLite's limit of 32,766 values
        for start in range(0, len(wanted), size):
            part = wanted[start : start + size]
            if self.dialect == "postgresql":
                yield from self.query(text.replace("IN {keys}", "= ANY(?)"), (part,))
            else:
                yield from self.query(text.replace("{keys}", f"({','.join('?' * len(part))})"), part)

    def ids(self, table: str, count: int) -> int:
        """Reserve `count` ids of a table inside the running transaction; the first of them."""
        self.execute(
            "INSERT INTO id_block (name, next) VALUES (?, 1) ON CONFLICT (name) DO NOTHING", (table,)
        )
        row = self.one("UPDATE id_block SET next = next + ? WHERE name = ? RETURNING next", (count, table))
        if row is None:
            raise StoreError("The profile store lost its id counter; restore it from a backup.")
        return int(row[0]) - count

    def take_turns(self, project_ids: Iterable[int]) -> None:
        """Wait until nobody else writes into these projects; ours until the running transaction ends.

        Strings are stored once and figures beside the rows: two who wrote both at the same time would get
        into each other's way. SQLite's writers take turns anyway.
        """
        if self.dialect == "postgresql":
            for project_id in sorted(project_ids):  # in one order, so that nobody waits in a circle
                self.query("SELECT pg_advisory_xact_lock(?)", (project_id,))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested calls join the outer one."""
        if self._depth:
            yield
            return
        self._depth += 1
        try:
            with self._transaction():
                yield
        finally:
            self._depth -= 1

    @contextmanager
    def _own_transaction(self) -> Iterator[None]:
        # IMMEDIATE: a writer waits at the start, never fails in the middle on SQLITE_BUSY
        self.execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            # a full disk or a broken connection has ended the transaction already: what counts is why
            with suppress(Exception):
                self.execute("ROLLBACK")
            raise


class TransactionMaker(Protocol):
    """Something that makes a transaction's context manager."""

    def __call__(self) -> AbstractContextManager[None]: ...


def create_tables(store: Store) -> None:
    """Create every table of an empty store."""
    with store.transaction():
        for statement in schema.ddl(store.dialect):
            store.execute(statement)


def bring_up_to_date(store: Store) -> None:
    """Add what later versions added; refuse a store that a newer Linkstead wrote. Raises `StoreError`."""
    with store.transaction():
        row = store.one("SELECT version FROM profile_version")
        version = schema.VERSION if row is None else int(row[0])
        if version > schema.VERSION:
            raise StoreError(
                f"This profile was written by a newer Linkstead (schema {version}, this one knows "
                f"{schema.VERSION}); upgrade Linkstead to open it."
            )
        for statement in schema.upgrade(store.dialect, version):
            store.execute(statement)


@contextmanager
def open_workspace(path: Path) -> Iterator[Store]:
    """A profile in one SQLite file, made if it is not there.

    WAL with synchronous FULL: what a look found survives a power cut (robustness rule). Raises
    `StoreError` when the file is no profile, is locked, or comes from a newer Linkstead.
    """
    place = str(path)
    with troubles.plainly(place):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{path.parent} cannot be made: {error.strerror}; choose another place."
            ) from error
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            store = Store(connection, "sqlite")
            with troubles.blaming_damage(place, troubles.unreadable):
                if store.query("PRAGMA page_count") == [(0,)]:
                    # before all else; to say so to a file that has it would write to it each time
                    store.execute("PRAGMA auto_vacuum=INCREMENTAL")
                tune_sqlite(connection)
                _make_ready(store, place)
            with troubles.blaming_damage(place, lambda: soundness.damage(store)):
                yield store


def _make_ready(store: Store, place: str) -> None:
    """Tables for an empty file, also for one whose first start was cut short; upgrades for an old one."""
    question = "SELECT count(*), coalesce(sum(name = 'profile_version'), 0) FROM sqlite_master"
    tables, versions = store.query(question)[0]
    if tables and not versions:
        raise StoreError(f"{place} is a database, but no Linkstead profile; name another file.")
    if versions and store.one("SELECT version FROM profile_version") == (schema.VERSION,):
        return  # nothing to write: a reader needs no right to write, and waits for nobody
    with store.transaction():
        if store.query(question)[0][0] == 0:
            create_tables(store)
        bring_up_to_date(store)


def tune_sqlite(connection: sqlite3.Connection) -> None:
    """Settings of a connection that writes many rows and must lose none."""
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=30000",
        "cache_size=-114688",  # 112 MiB: the hot parts of the indexes of a million links
        "temp_store=MEMORY",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
