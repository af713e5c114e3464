"""One process at a time: a lock for making and changing the database's tables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.settings import Settings

#: PostgreSQL's advisory locks are numbers; this one is “linkstead” in bytes, cut to 63 bits
_ADVISORY = int.from_bytes(b"linkstea") & (2**63 - 1)


@contextmanager
def migration_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock; waits for whoever holds it. The system frees it when its holder dies."""
    with _in_database(settings) if settings.is_postgresql else _in_folder(settings):
        yield


@contextmanager
def _in_folder(settings: Settings) -> Iterator[None]:
    import fcntl

    with (settings.data / "migration.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _in_database(settings: Settings) -> Iterator[None]:
    import psycopg

    with psycopg.connect(settings.database, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_ADVISORY,))
        yield
