"""What a database says when it cannot go on, as one sentence with what to do.

SQLite's result codes: https://www.sqlite.org/rescode.html. PostgreSQL's classes of SQLSTATE:
https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from linkstead.errors import LinksteadError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: SQLite's primary result codes -> what is wrong and what to do; {place} is the file.
_SQLITE: Final = {
    sqlite3.SQLITE_FULL: (
        "The disk that holds {place} is full; free some space and start again: what was done is kept."
    ),
    sqlite3.SQLITE_READONLY: (
        "{place} cannot be written; give the user that runs Linkstead the right to write it and its folder."
    ),
    sqlite3.SQLITE_BUSY: (
        "{place} is held by another program; wait until that is done, or stop it, and start again."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "{place} cannot be opened; see that its folder is there and may be read and written."
    ),
    sqlite3.SQLITE_PERM: "{place} may not be opened; give the user that runs Linkstead the right to.",
    sqlite3.SQLITE_IOERR: (
        "The disk that holds {place} does not read or write as it should ({error}); see that it is not full"
        " and not failing, and start again: what was done is kept."
    ),
    sqlite3.SQLITE_CORRUPT: (
        "{place} is damaged ({error}); keep a copy of it and restore your last backup. If there is none,"
        " sqlite3's command .recover saves what can be read."
    ),
    sqlite3.SQLITE_NOTADB: (
        "{place} is no Linkstead profile, or its beginning is damaged; name another file or restore a backup."
    ),
    sqlite3.SQLITE_NOMEM: "There is not enough memory to work on {place}; end other programs.",
}
_SQLITE[sqlite3.SQLITE_LOCKED] = _SQLITE[sqlite3.SQLITE_BUSY]

#: The beginning of PostgreSQL's SQLSTATE -> what is wrong and what to do.
_POSTGRESQL: Final = {
    "53100": "The database's disk is full; free some space there and start again: what was done is kept.",
    "53": "The database lacks memory or connections; end other programs that use it, and start again.",
    "25006": "The database may only be read; connect to the one that is written to.",
    "42501": "The database refuses this to Linkstead's user; make that user the owner of the tables.",
    "40": "Other work was in the way; start again: what was done is kept.",
    "55P03": "Other work holds these rows; start again when it is done.",
    "57": "The database is being shut down or has ended the work; start again when it answers.",
    "08": "The connection to the database broke; start again when it answers.",
    "XX001": "The database found a damaged page ({error}); restore your last backup.",
    "XX002": "The database found a damaged index ({error}); run REINDEX DATABASE, then `linkstead rebuild`.",
}


def sentence(error: BaseException, place: str) -> str | None:
    """What an error of the database means to a person; None when it is a mistake of ours."""
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, place)
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        known = (_POSTGRESQL[state[:n]] for n in (5, 2) if state[:n] in _POSTGRESQL)
        return next(known, "").format(error=_line(error)) or None
    return None


def _of_sqlite(error: sqlite3.Error, place: str) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # the driver's own complaint about a text that is none
        code = sqlite3.SQLITE_CORRUPT if str(error).startswith("Could not decode to UTF-8") else 0
    # the lowest byte is the primary code, the rest says more exactly how
    text = _SQLITE.get(code & 0xFF)
    return None if text is None else text.format(place=place, error=_line(error))


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


@contextmanager
def blaming_damage(place: str, damage: Callable[[], list[str]]) -> Iterator[None]:
    """Say that the rows are damaged when that is why something else went wrong.

    `damage` is asked only then: what it finds wrong, or nothing.
    """
    try:
        yield
    except LinksteadError:
        raise
    except Exception as error:
        if sentence(error, place) is None and (found := damage()):
            raise StoreError(_SQLITE[sqlite3.SQLITE_CORRUPT].format(place=place, error=found[0])) from error
        raise


def unreadable() -> list[str]:
    """For `blaming_damage`, while nothing but the file's own beginning is read."""
    return ["its tables cannot be read"]


@contextmanager
def plainly(place: str) -> Iterator[None]:
    """Turn what the database says into a `StoreError` with one sentence; mistakes of ours pass as they are.

    `place` is how a person calls the database, such as its file.
    """
    try:
        yield
    except Exception as error:
        said = sentence(error, place)
        if said is None:
            raise
        raise StoreError(said) from error
