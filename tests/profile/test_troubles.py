"""What a database says in its own words becomes one sentence with what to do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import StoreError
from linkstead.profile.troubles import plainly, sentence

if TYPE_CHECKING:
    from linkstead.profile.store import Store


class Refused(Exception):
    """An error as psycopg raises it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("as the server says")
        self.sqlstate = sqlstate


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says")
    error.sqlite_errorcode = code  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), "disk that holds here is full"),
        (of_sqlite(sqlite3.SQLITE_BUSY | 2 << 8), "held by another program"),
        (of_sqlite(sqlite3.SQLITE_IOERR | 3 << 8), "(as SQLite says)"),
        (of_sqlite(sqlite3.SQLITE_CORRUPT), "is damaged (as SQLite says)"),
        (sqlite3.OperationalError("Could not decode to UTF-8 column 'url'"), "is damaged"),
        (Refused("53100"), "database's disk is full"),
        (Refused("53300"), "lacks memory or connections"),
        (Refused("57P01"), "shut down"),
        (Refused("XX001"), "damaged page (as the server says)"),
    ],
    ids=repr,
)
def test_what_is_wrong_and_what_to_do_is_one_sentence(error: Exception, words: str) -> None:
    said = sentence(error, "here")
    assert said is not None
    assert words in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "error",
    [of_sqlite(sqlite3.SQLITE_ERROR), Refused("42601"), ValueError("x")],
)
def test_a_mistake_of_ours_stays_what_it_is(error: Exception) -> None:
    assert sentence(error, "here") is None
    with pytest.raises(type(error)), plainly("here"):
        raise error


@pytest.mark.postgresql
def test_postgresql_that_may_only_be_read_is_said(postgresql_store: Store) -> None:
    postgresql_store.execute("SET default_transaction_read_only = on")
    with pytest.raises(StoreError, match="may only be read"), plainly("here"):
        postgresql_store.execute("INSERT INTO source (id, slug) VALUES (99, 'x')")
    postgresql_store.execute("SET default_transaction_read_only = off")
