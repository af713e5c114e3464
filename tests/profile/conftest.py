"""A profile store on each engine: every test of this folder runs on both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.profile.store import Store, create_tables, open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

try:
    from tests.postgres import new_database, postgresql_server

    __all__ = ["postgresql_server"]
except ImportError:  # the server's packages are not installed: SQLite alone is tested
    new_database = None


@pytest.fixture(scope="session")
def postgresql_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if new_database is None:
        pytest.skip("psycopg is not installed; install linkstead[server] to test on PostgreSQL")
    import psycopg

    server = request.getfixturevalue("postgresql_server")
    with new_database(server) as url, psycopg.connect(url, autocommit=True) as connection:
        store = Store(connection, "postgresql")
        create_tables(store)
        yield store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql_store")
        return
    with open_workspace(tmp_path / "profile.sqlite3") as opened:
        yield opened
