"""Many sites on one address, many processes on one database: one visit at a time all the same."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from linkstead.journey.doors import door_numbers, doors_of
from linkstead.profile.store import Store, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

psycopg = pytest.importorskip("psycopg")


@pytest.mark.postgresql
def test_an_address_is_open_to_one_process_at_a_time(postgresql_url: str) -> None:
    async def visit() -> list[bool]:
        first, second = (doors_of(Store(connection, "postgresql")) for connection in connections)
        assert first is not None
        assert second is not None
        async with first("192.0.2.1") as mine, second("192.0.2.1") as theirs, second("192.0.2.2") as other:
            seen = [mine, theirs, other]
        async with second("192.0.2.1") as later:
            return [*seen, later]

    with (
        psycopg.connect(postgresql_url, autocommit=True) as one,
        psycopg.connect(postgresql_url, autocommit=True) as two,
    ):
        connections = (one, two)
        assert asyncio.run(visit()) == [True, False, True, True]


@pytest.mark.postgresql
def test_the_door_of_a_process_that_died_is_open(postgresql_url: str) -> None:
    async def enters() -> bool:
        door = doors_of(Store(living, "postgresql"))
        assert door is not None
        async with door("192.0.2.1") as mine:
            return mine

    dead = psycopg.connect(postgresql_url, autocommit=True)
    dead.execute("SELECT pg_advisory_lock(%s, %s)", door_numbers("192.0.2.1"))
    with psycopg.connect(postgresql_url, autocommit=True) as living:
        assert not asyncio.run(enters())
        dead.close()
        until = time.monotonic() + 10  # the server learns of it in its own time
        while not asyncio.run(enters()):
            assert time.monotonic() < until, "the lock outlived its connection"
            time.sleep(0.05)


def test_one_file_needs_no_doors(tmp_path: Path) -> None:
    with open_workspace(tmp_path / "profile.sqlite3") as store:
        assert doors_of(store) is None
