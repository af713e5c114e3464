"""One visit at a time to an address, over all monitor processes on one PostgreSQL.

Many sites share one server, so that a lease on each of their domains still lets many processes call on
it at once. PostgreSQL's advisory locks belong to the connection: those of a process that died are free at
once. On SQLite one process keeps its own turns (`monitor.turns`), and nothing more is needed.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from linkstead.profile.store import Store

#: Our part of the space of advisory locks that have two numbers: "link" in bytes.
_CLASS: Final = 0x6C696E6B


def doors_of(store: Store) -> Callable[[str], AbstractAsyncContextManager[bool]] | None:
    """The doors that all processes on this store share, for `FetchSettings.address_door`."""
    if store.dialect != "postgresql":
        return None

    @asynccontextmanager
    async def door(address: str) -> AsyncIterator[bool]:
        numbers = door_numbers(address)
        row = store.one("SELECT pg_try_advisory_lock(?::int, ?::int)", numbers)
        if row is None or not row[0]:
            yield False
            return
        try:
            yield True
        finally:
            store.query("SELECT pg_advisory_unlock(?::int, ?::int)", numbers)

    return door


def door_numbers(address: str) -> tuple[int, int]:
    """The lock of an address."""
    return _CLASS, identity_key(address) >> 32
