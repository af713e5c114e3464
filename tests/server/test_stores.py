"""What goes wrong in the database while a store is open is told in one sentence, and hidden by nothing."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from linkstead.profile.store import Store

    Opener = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(params=["profile_store", "work_store"])
def opener(request: pytest.FixtureRequest) -> Opener:
    from linkstead.server.tracking import stores

    found: Opener = getattr(stores, request.param)
    return found


@pytest.fixture
def held(sqlite: str) -> Iterator[None]:
    """A database that another program holds."""
    from django.db import connection

    other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def write_without_waiting(opener: Opener) -> int:
    with opener() as store:
        store.query("PRAGMA busy_timeout=1")
        return store.execute("DELETE FROM tally")


def test_a_held_database_is_one_sentence(held: None, opener: Opener) -> None:
    with pytest.raises(StoreError, match="held by another program"):
        write_without_waiting(opener)


def test_a_mistake_of_ours_passes_as_it_is(sqlite: str, opener: Opener) -> None:
    with pytest.raises(sqlite3.OperationalError, match="nonsense"), opener() as store:
        store.query("SELECT * FROM nonsense")


def test_what_django_says_of_its_own_queries_passes_as_it_is(held: None, opener: Opener) -> None:
    from django.db import OperationalError, connection

    from linkstead.server.projects.models import Project

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=1")
    with pytest.raises(OperationalError), opener():
        Project.objects.all().delete()


def test_a_loop_waits_out_what_a_store_meets(held: None, opener: Opener) -> None:
    from linkstead.server.jobs.duties import patiently

    assert patiently(lambda: write_without_waiting(opener)) is None


def fail(store: Store, at: str) -> None:
    with store.transaction():
        if at == "work":
            store.execute("ROLLBACK")
            raise ValueError("the disk is full")
        store.execute("INSERT INTO child (id) VALUES (999999)")


@pytest.mark.parametrize("at", ["work", "commit"])
def test_why_a_transaction_failed_is_not_hidden_by_taking_it_back(sqlite: str, at: str) -> None:
    """The engine has ended the transaction itself, as on a full disk: there is nothing to take back."""
    from linkstead.server.tracking.stores import work_store

    with work_store() as store:
        store.execute("CREATE TABLE child (id INTEGER REFERENCES project (id) DEFERRABLE INITIALLY DEFERRED)")
        with pytest.raises((ValueError, sqlite3.IntegrityError)):
            fail(store, at)
        with store.transaction():  # the connection is of use again
            store.execute("DELETE FROM child")


@pytest.mark.postgresql
def test_a_connection_that_broke_is_one_sentence_and_left_behind(postgresql: str, opener: Opener) -> None:
    from django.db import close_old_connections, connection

    from linkstead.server.tracking.stores import profile_store, work_store

    def broken() -> None:
        with opener() as store, work_store() as other:
            here = store.query("SELECT pg_backend_pid()")[0][0]
            other.query("SELECT pg_terminate_backend(?)", (here,))
            store.query("SELECT 1")

    with pytest.raises(StoreError, match="database"):
        broken()
    close_old_connections()
    with profile_store() as store:
        assert store.query("SELECT 1") == [(1,)]
    connection.close()


def test_a_store_that_is_fenced_off_writes_nothing(database: str) -> None:
    from linkstead.server.tracking.models import ImportRun
    from linkstead.server.tracking.stores import Fence, Fenced, work_store

    with (
        work_store(Fence(ImportRun._meta.db_table, 0, 1)) as store,
        pytest.raises(Fenced),
        store.transaction(),
    ):
        pytest.fail("it may not begin")
