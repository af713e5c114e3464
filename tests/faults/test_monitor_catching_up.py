"""F09, F34, F35: clocks that jump, a worker that was away for days, a host with more pages than all."""

from __future__ import annotations

import itertools
import os
import signal
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from linkstead.profile import appointments, hosts
from linkstead.profile.store import Store, open_workspace
from tests.faults import many_links
from tests.loopback.web import Answer
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.loopback.web import LoopbackWeb

LONG = bool(os.environ.get("LINKSTEAD_LONG_TESTS"))
pytestmark = pytest.mark.timeout(3_600 if LONG else 120)
DAY: Final = 86_400
IN_2038: Final = 2**31 + 30 * DAY


def until(what: Callable[[], Any], seconds: float = 90.0) -> Any:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def watched(store: Store, web: LoopbackWeb, *, count: int, pages: int, due_at: int) -> int:
    """A project whose new links are looked at day by day."""
    project = new_project(store)
    told = {"target_url": many_links.TARGET, "first_seen": due_at - DAY, "last_seen": due_at - DAY}
    rows = [
        sighting(row, page_url=web.url(host, f"/page{page}"), page_domain=host, **told)
        for row, (host, page) in enumerate(itertools.product(many_links.hosts(count), range(pages)), 1)
    ]
    merge(store, project, *rows)
    store.execute("UPDATE project SET watching = ? WHERE id = ?", (appointments.WATCHED, project))
    appointments.ask_all(store, project, run_id=None, now=due_at, before=due_at)
    return project


@contextmanager
def monitor(path: Path, **given: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that looks until the end."""
    process = many_links.start(str(path), "monitor", until_idle=False, **given)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        many_links.ended(process)


# -- F09: the clock --------------------------------------------------------------------------------


def test_f09_a_clock_that_jumps_fires_nothing_and_puts_no_look_off(tmp_path: Path) -> None:
    path, shift = tmp_path / "site.sqlite3", tmp_path / "shift"
    count, pages = 6, 4
    jumps = (0, 3 * DAY, 0, -3 * DAY, 0, IN_2038 - int(time.time()))
    with open_workspace(path) as store, many_links.web_of(count) as web:
        start = int(time.time())
        watched(store, web, count=count, pages=pages, due_at=start)

        def all_due_within_an_interval(jump: int) -> bool:
            now = int(time.time()) + jump
            (furthest,) = store.query("SELECT max(due_at) FROM page")[0]
            (overdue,) = store.query("SELECT count(*) FROM page WHERE due_at <= ?", (now,))[0]
            # young links are looked at daily; in 2038 they are old
            interval = DAY if now < 2**31 else 7 * DAY
            return not overdue and int(furthest) <= now + 2 * 1.1 * interval

        shift.write_text("0")
        with monitor(path, shift_file=str(shift), lease=2) as process:
            for jump in jumps:
                shift.write_text(str(jump))
                until(partial(all_due_within_an_interval, jump))
                assert process.poll() is None
        looks = store.query("SELECT backlink_id, checked_at FROM look ORDER BY id")
        for link in range(1, count * pages + 1):
            times = [at for backlink, at in looks if backlink == link]
            assert times == sorted(set(times))
            # at the beginning, three days ahead, and in 2038; without a jump nothing was due
            assert len(times) >= 3
        assert looks[-1][1] > 2**31
        assert store.query("SELECT DISTINCT outcome FROM look") == [("found",)]
        assert store.query("SELECT count(*) FROM event WHERE kind <> 'new'") == [(0,)]


def test_f09_a_clock_that_comes_back_from_2038_leaves_nobody_unwatched(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    with open_workspace(path) as store, many_links.web_of(3) as web:
        start = int(time.time())
        watched(store, web, count=3, pages=2, due_at=start)
        ahead = IN_2038 - start
        many_links.ended(many_links.start(str(path), "ahead", shift=ahead))
        furthest_wait = max(
            due - last
            for due, last in store.query(
                "SELECT p.due_at, b.last_checked FROM page p JOIN backlink b ON b.page_id = p.id"
            )
        )
        many_links.ended(many_links.start(str(path), "right"))
        furthest = store.query("SELECT max(due_at) FROM page")[0][0]
        assert furthest <= time.time() + furthest_wait
        # and a second look at it moves nothing
        assert appointments.bring_forward(store, int(time.time())) == 0
        assert store.query("SELECT max(due_at) FROM crawl_host")[0][0] <= furthest
        many_links.ended(many_links.start(str(path), "later", shift=furthest_wait + 60))
        assert store.query("SELECT count(*) FROM look") == [(12,)]
        assert store.query("SELECT count(*) FROM event WHERE kind <> 'new'") == [(0,)]


def test_f09_what_a_wrong_clock_said_of_leases_and_rests_binds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = int(time.time())
    given = hosts.Visited(600.0, None, 1, 0, here, None, None, None)

    def clock_says(moment: int) -> None:
        monkeypatch.setattr(hosts, "clock", lambda store: moment)

    with open_workspace(tmp_path / "site.sqlite3") as store, many_links.web_of(3) as web:
        watched(store, web, count=3, pages=1, due_at=here)
        clock_says(here + 3 * DAY)
        leases = hosts.claim(store, "dead", now=here, limit=3)
        with store.transaction():
            hosts.release(store, "dead", {leases[0]: given})
        clock_says(here)
        assert len(hosts.claim(store, "heir", now=here, limit=9)) == 3
        with store.transaction():
            hosts.release(store, "heir", {})
        # while those of a clock that is right hold
        assert hosts.claim(store, "other", now=here, limit=9) == []


# -- F34: a worker that was away ---------------------------------------------------------------------


def test_f34_after_three_days_away_the_rate_and_each_host_s_pace_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    rate, delay = 40.0, 0.2
    count, pages = (300, 20) if LONG else (30, 6)
    with open_workspace(path) as store, many_links.web_of(count) as web:
        project = watched(store, web, count=count, pages=pages, due_at=int(time.time()) - 3 * DAY)
        many_links.ended(many_links.start(str(path), "back", rate=rate, delay=delay), seconds=600)
        asked = [hit for hit in web.hits if hit.path != "/robots.txt"]
        assert appointments.left_of_project(store, project, now=int(time.time())) == 0
    assert len(asked) == count * pages
    times = sorted(hit.at for hit in asked)
    # a busy machine makes visits late, and late ones may come close to those after them: never more
    # (a tenth of a second for how late the first and how soon the last were noticed)
    assert times[-1] - times[0] >= (len(times) - 2) / rate - 0.1
    for first, last in zip(times, times[int(3 * rate) :], strict=False):
        assert last - first >= 1.5
    for host in many_links.hosts(count):
        visits = sorted(hit.at for hit in asked if hit.host == host)
        # a visit may have been late to arrive where the one after it was not
        assert visits[-1] - visits[0] >= delay * (len(visits) - 1) * 0.9


def test_f34_a_host_in_trouble_is_asked_ever_more_slowly(tmp_path: Path) -> None:
    path, delay, pages = tmp_path / "site.sqlite3", 0.05, 6

    def trouble(hit: object) -> object:
        return Answer.html("trouble", status=503)

    with open_workspace(path) as store, many_links.web_of(1, trouble) as web:
        watched(store, web, count=1, pages=pages, due_at=int(time.time()))
        many_links.ended(many_links.start(str(path), "one", delay=delay))
        times = [hit.at for hit in web.hits if hit.path != "/robots.txt"]
    assert len(times) == pages
    for number, (before, after) in enumerate(itertools.pairwise(times), 1):
        assert after - before >= delay * 2**number * 0.9


# -- F35: one host with more pages than all others -----------------------------------------------------


@pytest.mark.parametrize("with_the_big_one", [False, True])
def test_f35_a_host_with_very_many_links_holds_up_nobody(tmp_path: Path, with_the_big_one: bool) -> None:
    path = tmp_path / "site.sqlite3"
    big, small, pages = (50_000 if LONG else 2_000), 50, 4
    now = int(time.time())
    with open_workspace(path) as store, many_links.web_of(small + 1) as web:
        project = new_project(store)
        first, *others = many_links.hosts(small + 1)
        of_big = [(first, page) for page in range(big)] if with_the_big_one else []
        of_small = [(host, page) for page in range(pages) for host in others]
        rows = [
            sighting(row, page_url=web.url(host, f"/p{page}"), page_domain=host, target_url=many_links.TARGET)
            for row, (host, page) in enumerate(of_big + of_small, 1)
        ]
        for start in range(0, len(rows), 5_000):
            merge(store, project, *rows[start : start + 5_000])
        appointments.ask_all(store, project, run_id=None, now=now, before=now)
        # the big one has waited longest
        store.execute("UPDATE page SET due_at = due_at - 1000 WHERE url LIKE ?", (f"%{first}%",))
        hosts.note_appointments(store, project)
        with monitor(path, concurrency=8):
            until(lambda: sum(hit.host != first for hit in list(web.hits)) >= small * (pages + 1))
            hits = list(web.hits)
    asked = [hit.host for hit in hits if hit.path != "/robots.txt"]
    last_of_small = max(number for number, host in enumerate(asked) if host != first)
    before_that = asked[:last_of_small].count(first)
    # one worker in eight is the big one's: a fair share and a half of what the small ones got
    assert before_that <= 1.5 * small * pages / 7 + 10
    assert (before_that > 0) is with_the_big_one
