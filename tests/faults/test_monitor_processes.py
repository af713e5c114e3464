"""F01, F10, F34, F35: processes that die, processes that race, hosts that never end.

Real processes on real stores, each page of the web on a loopback address of its own. The quick forms run
with every test run; `LINKSTEAD_LONG_TESTS=1` runs the sizes that the fault table names.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest

from linkstead.profile import appointments, hosts, tallies
from linkstead.profile.store import Store, open_workspace
from tests.faults import many_links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.web import Hit, LoopbackWeb

LONG = bool(os.environ.get("LINKSTEAD_LONG_TESTS"))
pytestmark = pytest.mark.timeout(7_200 if LONG else 120)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Store]]:
    """An empty store on each engine: how a process reaches it, and our own door to it."""
    if request.param == "sqlite":
        path = tmp_path / "profile.sqlite3"
        with open_workspace(path) as store:
            yield str(path), store
        return
    import psycopg

    from linkstead.profile.store import create_tables
    from tests.postgres import new_database

    server = request.getfixturevalue("postgresql_server")
    with new_database(server) as url, psycopg.connect(url, autocommit=True) as connection:
        store = Store(connection, "postgresql")
        create_tables(store)
        yield url, store


def _looks_per_link(store: Store) -> Counter[int]:
    return Counter(row[0] for row in store.query("SELECT backlink_id FROM look"))


def _pages_asked(web: LoopbackWeb) -> Counter[tuple[str, str]]:
    return Counter((hit.host, hit.path) for hit in web.hits if hit.path != "/robots.txt")


def test_f01_killed_at_random_points_every_due_check_leaves_exactly_one_look(
    database: tuple[str, Store],
) -> None:
    address, store = database
    kills, pages, count = (200, 200, 50) if LONG else (8, 40, 20)
    dice = random.Random(1)
    with many_links.web_of(count) as web:
        project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        for number in range(kills):
            process = many_links.start(address, f"victim{number}", lease=2, concurrency=8)
            time.sleep(dice.uniform(0.4, 1.6))
            process.kill()
            process.communicate()
        many_links.ended(many_links.start(address, "last", lease=2), seconds=600)
    looks = _looks_per_link(store)
    assert len(looks) == pages * count
    assert set(looks.values()) == {1}
    assert tallies.differences(store, project) == []
    assert appointments.left_of_project(store, project, now=int(time.time())) == 0
    assert hosts.holders(store) == set()


def test_f10_eight_processes_at_once_fetch_nothing_twice_and_no_host_side_by_side(
    database: tuple[str, Store],
) -> None:
    address, store = database
    pages, count, wait = (60, 40, 0.01) if LONG else (10, 24, 0.02)

    def slowly(hit: Hit) -> object:
        return many_links.linking(hit).but(wait=wait)

    with many_links.web_of(count, slowly) as web:
        many_links.fill(store, web, hosts_count=count, pages=pages, due_at=int(time.time()))
        # nobody dies here, and none of eight that share two cores may seem to: with the lease of a real one
        given = {"concurrency": 8, "lease": hosts.LEASE_SECONDS}
        processes = [many_links.start(address, f"worker{number}", **given) for number in range(8)]
        told = [many_links.ended(process, 300) for process in processes]
        asked = _pages_asked(web)
        at_host: dict[str, list[float]] = defaultdict(list)
        for hit in web.hits:
            if hit.path != "/robots.txt":  # answered without the wait
                at_host[hit.host].append(hit.at)
    assert sum(one["pages"] for one in told) == pages * count
    assert len(asked) == pages * count
    assert set(asked.values()) == {1}
    for times in at_host.values():
        # the next question comes only after the answer to the one before
        assert min(b - a for a, b in itertools.pairwise(times)) >= wait * 0.9
    assert sum(one["fenced"] for one in told) == 0
    # more than one of them worked: the hosts were shared
    assert sum(one["pages"] > 0 for one in told) > 1
