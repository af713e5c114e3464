"""F05, F06, F08: the database goes away, is locked, or has no room, while links are looked at.

What is asked after each: the process goes on by itself (or ends with its reason and the next one goes on),
every due check has left exactly one look, and nothing is called lost or unreachable that answered.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.errors import StoreError
from linkstead.journey.patrol import Orders, Patrol, Tools
from linkstead.monitor.evidence import EvidenceBox
from linkstead.profile import appointments, hosts, soundness, tallies
from linkstead.profile.store import Store, open_workspace
from tests.faults import many_links
from tests.faults.test_durability import leave_free, small_disk
from tests.loopback.web import Answer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.failing_postgres import FailingServer
    from tests.loopback.web import Hit, LoopbackWeb

__all__ = ["small_disk"]

LONG = bool(os.environ.get("LINKSTEAD_LONG_TESTS"))
pytestmark = pytest.mark.timeout(3_600 if LONG else 120)
LIVE = 1


def every_look_once(store: Store, project: int, count: int) -> None:
    """Each page was looked at once, and found; the figures agree."""
    looks = Counter(row[0] for row in store.query("SELECT backlink_id FROM look"))
    assert len(looks) == count
    assert set(looks.values()) == {1}
    assert store.query("SELECT DISTINCT outcome FROM look") == [("found",)]
    assert store.query("SELECT DISTINCT state FROM backlink") == [(LIVE,)]
    assert tallies.differences(store, project) == []
    assert appointments.left_of_project(store, project, now=int(time.time())) == 0


def until(what: Callable[[], Any], seconds: float = 90.0) -> Any:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def slowly(hit: Hit) -> object:
    return many_links.linking(hit).but(wait=0.05)


# -- F08: PostgreSQL --------------------------------------------------------------------------------


class Installation:
    """A prepared server database on a PostgreSQL of its own, and a monitor process on it."""

    def __init__(self, url: str, folder: Path, data: Path) -> None:
        from tests.faults import failing_postgres

        self.log = folder / "monitor.log"
        self.url = url
        self.name = url.partition("?")[0].rpartition("/")[2]
        shutil.copytree(data, folder / "data")
        self.env = failing_postgres.environment(folder / "data", url)

    def store(self) -> Any:
        import psycopg

        return closing(psycopg.connect(self.url, autocommit=True))

    def has_looks(self, count: float) -> bool:
        with self.store() as connection:
            return int(connection.execute("SELECT count(*) FROM look").fetchone()[0]) >= count

    def monitor(self) -> Any:
        from tests.faults import failing_postgres

        return failing_postgres.start_monitor(self.env, self.log)


@pytest.fixture(scope="module")
def failing() -> Iterator[FailingServer]:
    from tests.faults import failing_postgres
    from tests.postgres import NoPostgres

    try:
        with failing_postgres.failing_server() as server:
            yield server
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def prepared(failing: FailingServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation whose tables are in the database `prepared`."""
    from tests.faults import failing_postgres

    folder = tmp_path_factory.mktemp("prepared") / "data"
    failing.server.execute("CREATE DATABASE prepared")
    failing_postgres.prepare(failing_postgres.environment(folder, failing.server.url("prepared")))
    return folder


@pytest.fixture
def installation(failing: FailingServer, prepared: Path, tmp_path: Path) -> Iterator[Installation]:
    from tests.postgres import new_database

    with new_database(failing.server, template="prepared") as url:
        yield Installation(url, tmp_path, prepared)


@pytest.mark.postgresql
def test_f08_a_monitor_whose_connections_are_cut_and_whose_database_restarts_goes_on(
    failing: FailingServer, installation: Installation
) -> None:
    place = installation
    count, pages = (16, 400) if LONG else (16, 20)
    with many_links.web_of(count, slowly) as web:
        with place.store() as connection:
            store = Store(connection, "postgresql")
            project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        monitor = place.monitor()
        try:
            for share in (0.1, 0.2, 0.4) if LONG else (0.2,):
                until(partial(place.has_looks, share * count * pages))
                assert failing.cut_connections(place.name) > 0
            until(partial(place.has_looks, 0.6 * count * pages))
            failing.stop()
            time.sleep(1.5)
            failing.start()
            until(partial(place.has_looks, count * pages))
            assert monitor.poll() is None, place.log.read_text()
            monitor.send_signal(signal.SIGTERM)
            assert monitor.wait(60) == 0, place.log.read_text()
        finally:
            monitor.kill()
            monitor.wait()
    with place.store() as connection:
        store = Store(connection, "postgresql")
        every_look_once(store, project, count * pages)
        assert hosts.holders(store) == set()
    assert "looking at links is interrupted" in place.log.read_text()


def held_by(store: Store, holder: str) -> set[str]:
    return {row[0] for row in store.query("SELECT name FROM crawl_host WHERE holder = ?", (holder,))}


@contextmanager
def zombie_and_heir(
    installation: Installation, store: Store, web: LoopbackWeb, lease: int, **given: Any
) -> Iterator[tuple[subprocess.Popen[str], subprocess.Popen[str]]]:
    """A process that was stopped with looks in hand, and another one that works beside it."""
    zombie = many_links.start(installation.url, "zombie", lease=lease, concurrency=4, **given)
    heir = None
    try:

        def looked_and_not_written() -> bool:
            (written,) = store.query("SELECT count(*) FROM look")[0]
            return len(web.paths()) >= int(written) + 8

        until(looked_and_not_written)
        zombie.send_signal(signal.SIGSTOP)
        heir = many_links.start(installation.url, "heir", lease=lease, turned_away=1)
        yield zombie, heir
    finally:
        for process in filter(None, (zombie, heir)):
            process.kill()
            process.communicate()


@pytest.mark.postgresql
def test_f08_what_a_process_saw_that_only_seemed_dead_is_fenced_off(installation: Installation) -> None:
    count, pages, lease = 8, 12, 3
    with installation.store() as connection, many_links.web_of(count, slowly) as web:
        store = Store(connection, "postgresql")
        project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        with zombie_and_heir(installation, store, web, lease, never_cut=True) as (zombie, heir):
            assert held_by(store, "zombie")
            until(lambda: not held_by(store, "zombie"))
            zombie.send_signal(signal.SIGCONT)
            assert many_links.ended(zombie)["fenced"] > 0
            many_links.ended(heir)
        every_look_once(store, project, count * pages)
        assert hosts.holders(store) == set()


@pytest.mark.postgresql
def test_f08_the_hosts_of_a_process_that_stands_still_are_looked_at_within_two_leases(
    installation: Installation,
) -> None:
    count, pages, lease = 12, 12, 4
    with installation.store() as connection, many_links.web_of(count, slowly) as web:
        store = Store(connection, "postgresql")
        project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        with zombie_and_heir(installation, store, web, lease) as (zombie, heir):
            stopped = time.monotonic()
            held = held_by(store, "zombie")
            assert held
            many_links.ended(heir)
            every_look_once(store, project, count * pages)
            zombie.send_signal(signal.SIGCONT)
            zombie.communicate(timeout=60)
            assert zombie.returncode != 0, "the database has ended its connection"
        every_look_once(store, project, count * pages)
        asked_again = [
            min(hit.at for hit in web.hits if hit.host == host and hit.at > stopped + lease / 2) - stopped
            for host in held
        ]
        # as long again for a busy machine to start a process in
        assert max(asked_again) <= 2 * lease + 10


# -- F06: SQLite is held by somebody else -----------------------------------------------------------


def test_f06_a_lock_that_outlasts_every_answer_s_time_makes_no_host_unreachable(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    count, pages = 8, 12
    with open_workspace(path) as store, many_links.web_of(count, slowly) as web:
        project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        # an answer has less time than the lock lasts
        process = many_links.start(str(path), "one", total_seconds=1.0, concurrency=8)
        until(lambda: len(web.paths()) > 10)
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(4)
            other.execute("COMMIT")
        many_links.ended(process)
        every_look_once(store, project, count * pages)


def test_f06_a_lock_longer_than_anybody_waits_ends_the_patrol_and_the_next_one_goes_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "site.sqlite3"
    count, pages = 6, 20
    with open_workspace(path) as store, many_links.web_of(count, slowly) as web:
        project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:

            def when_some_are_written() -> None:
                until(lambda: other.execute("SELECT count(*) > 0 FROM look").fetchone()[0])
                other.execute("BEGIN IMMEDIATE")

            async def looks_until_it_is_locked() -> None:
                store.execute("PRAGMA busy_timeout=200")
                blocking = asyncio.to_thread(when_some_are_written)
                patrol = Patrol(store, Orders(web.settings(concurrency=4), "first", until_idle=True))
                await asyncio.gather(patrol.run(), blocking)

            with pytest.raises(sqlite3.OperationalError, match="locked"):
                asyncio.run(looks_until_it_is_locked())
            before = store.query("SELECT count(*) FROM look")[0][0]
            assert 0 < before < count * pages
            other.execute("COMMIT")
        orders = Orders(web.settings(concurrency=4), "first", until_idle=True)
        asyncio.run(Patrol(store, orders).run())
        every_look_once(store, project, count * pages)


# -- F05: the disk is full --------------------------------------------------------------------------


def test_f05_looks_on_a_full_disk_end_with_the_reason_and_go_on_when_there_is_room(
    small_disk: Callable[[int], Path],
) -> None:
    disk = small_disk(16)
    path = disk / "site.sqlite3"
    count, pages = 10, 60
    padding = "word " * 400

    def long_page(hit: Hit) -> object:
        return Answer.html(many_links.linking(hit).body + f"<p>{hit.path} {padding}".encode())

    def looks_at_all() -> None:
        with open_workspace(path) as store, EvidenceBox(disk / "evidence", "one") as box:
            orders = Orders(web.settings(), "one", until_idle=True)
            asyncio.run(Patrol(store, orders, Tools(evidence=box)).run())

    with many_links.web_of(count, long_page) as web:
        with open_workspace(path) as store:
            project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        ballast = leave_free(disk, 400_000)
        for _ in range(2):  # a process that is started again must not do harm either
            with pytest.raises(StoreError, match="full"):
                looks_at_all()
        with closing(sqlite3.connect(path)) as connection:
            store = Store(connection, "sqlite")
            assert soundness.damage(store) == []
            assert store.query("SELECT count(*) FROM look WHERE outcome <> 'found'") == [(0,)]
            assert store.query("SELECT count(*) FROM event WHERE kind <> 'new'") == [(0,)]
        ballast.unlink()
        assert shutil.disk_usage(disk).free > 1 << 20
        looks_at_all()
        with open_workspace(path) as store:
            every_look_once(store, project, count * pages)
            assert hosts.holders(store) == set()
