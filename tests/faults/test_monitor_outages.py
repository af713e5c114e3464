"""F11, F12, F13 and the farm of faults: days of a real patrol whose network, or whose web, is in trouble.

See `tests.faults.simulated` for what is real (everything but the clock). `LINKSTEAD_LONG_TESTS=1` makes the
farm as large and as long as a pass line of a tenth of a per cent deserves.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from linkstead.link import LinkStatus
from linkstead.profile import appointments, tallies
from linkstead.profile.codes import STATE_CODE
from linkstead.profile.store import Store, open_workspace
from tests.faults.simulated import DAY, HOUR, MINUTE, World, bare, linking
from tests.loopback.web import Answer, Hit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

LONG = bool(os.environ.get("LINKSTEAD_LONG_TESTS"))
pytestmark = pytest.mark.timeout(3_600 if LONG else 120)
LIVE: Final = STATE_CODE[LinkStatus.LIVE]
LOST: Final = STATE_CODE[LinkStatus.LOST]
SELF: Final = ("unreachable", "self")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_workspace(tmp_path / "site.sqlite3") as opened:
        opened.query("PRAGMA synchronous=OFF")  # no power cut is tested here
        yield opened


def live_through(
    world: World, story: Callable[[World], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_of_it() -> None:
        async with world.lives(monkeypatch):
            await story(world)

    asyncio.run(all_of_it())
    assert tallies.differences(world.store, world.project) == []


def found_since(world: World, moment: int) -> set[int]:
    return {link for link, _, outcome, _ in world.looks(since=moment) if outcome == "found"}


def test_f11_a_day_without_names_says_nothing_about_any_link(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(store, host_count=12, pages=2)

    async def story(world: World) -> None:
        await world.passes(1.5 * DAY)
        assert world.states() == {LIVE}
        began = world.now()
        world.names_fail = True
        await world.passes(DAY)
        during = world.looks(since=began)
        assert {look[2:] for look in during} == {SELF}
        # after the first looks nobody looked at anything any more
        assert len(during) <= len(world.names) * 2
        assert [ended for _, ended in world.incidents()] == [None]
        world.names_fail = False
        over = world.now()
        await world.passes(2 * DAY)
        assert len(found_since(world, over)) == 24
        assert {look[2] for look in world.looks(since=over)} == {"found"}
        assert world.events(since=began) == []
        assert world.states() == {LIVE}
        ((opened, ended),) = world.incidents()
        assert began <= opened < over <= (ended or 0) <= over + HOUR

    live_through(world, story, monkeypatch)


def test_f11_an_incident_that_a_dead_process_left_open_is_ended_by_the_next_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.execute("INSERT INTO incident (kind, began_at, note) VALUES ('network', 1, 'left')")
    world = World(store, host_count=2, pages=1)

    async def story(world: World) -> None:
        await world.passes(HOUR)
        assert world.incidents()[0][1] is not None
        assert world.states() == {LIVE}

    live_through(world, story, monkeypatch)


@pytest.mark.parametrize("answers_before", [0, 1, 9, 30] if LONG else [1, 30])
def test_f12_a_portal_that_begins_in_the_middle_of_a_run_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, answers_before: int
) -> None:
    world = World(store, host_count=20, pages=2)

    async def story(world: World) -> None:
        await world.passes(1.5 * DAY)
        began, left = world.now(), [answers_before]

        def until_the_portal(hit: Hit) -> Answer:
            world.portal = left[0] <= 0
            left[0] -= 1
            return linking(hit)

        world.answer = until_the_portal
        appointments.ask_all(store, world.project, run_id=None, now=began, before=began + 1)
        if not answers_before:
            world.portal = True
        await world.passes(6 * HOUR)
        assert world.portal
        assert {look[2:] for look in world.looks(since=began)} <= {SELF, ("found", "link_present")}
        assert [ended for _, ended in world.incidents()] == [None]
        world.answer, world.portal = linking, False
        over = world.now()
        await world.passes(2 * DAY)
        assert len(found_since(world, over)) == 40
        assert world.states() == {LIVE}
        assert world.events(since=began) == []

    live_through(world, story, monkeypatch)


@pytest.mark.parametrize("stays_away", [False, True])
def test_f12_a_confirming_miss_that_falls_into_a_portal_does_not_count(
    store: Store, monkeypatch: pytest.MonkeyPatch, stays_away: bool
) -> None:
    world = World(store, host_count=15, pages=1)

    def removed(hit: Hit) -> Answer:
        return bare(hit) if hit.host == "site03.example" else linking(hit)

    async def story(world: World) -> None:
        await world.passes(1.5 * DAY)
        began, world.answer = world.now(), removed
        await world.passes(0.9 * DAY)
        # three misses over some hours: the next one would make the link lost
        row = store.one("SELECT id, due_at FROM page WHERE url LIKE '%site03%'")
        assert row is not None
        misses = [look for look in world.looks(since=began) if look[2] == "missing"]
        while len(misses) < 3:
            await world.passes(HOUR)
            misses = [look for look in world.looks(since=began) if look[2] == "missing"]
        (page, due) = store.query("SELECT id, due_at FROM page WHERE url LIKE '%site03%'")[0]
        await world.passes(max(0, due - world.now() - MINUTE))
        world.answer, world.portal = removed if stays_away else linking, True
        await world.passes(3 * HOUR)
        assert store.query(
            "SELECT l.id FROM look l JOIN backlink b ON b.id = l.backlink_id"
            " WHERE b.page_id = ? AND l.reason = 'self'",
            (page,),
        ), "somebody looked, and saw the portal"
        assert world.events(since=began) == []
        world.portal = False
        await world.passes(2 * DAY)
        lost = [kind for kind, _ in world.events(since=began)]
        assert lost == (["lost"] if stays_away else [])
        assert world.states() == ({LIVE, LOST} if stays_away else {LIVE})

    live_through(world, story, monkeypatch)


@pytest.mark.parametrize("robots_too", [False, True])
def test_f13_three_hours_of_server_errors_lose_nothing_and_are_asked_about_ever_less(
    store: Store, monkeypatch: pytest.MonkeyPatch, robots_too: bool
) -> None:
    world = World(store, host_count=12, pages=2)
    failing = dict(zip(world.names, (500, 502, 503, 520), strict=False))

    def answer(hit: Hit) -> Answer:
        if hit.host not in failing or (hit.path == "/robots.txt" and not robots_too):
            return linking(hit)
        return Answer.html("trouble", status=failing[hit.host])

    async def story(world: World) -> None:
        await world.passes(1.6 * DAY)
        began, world.answer = world.now(), answer
        appointments.ask_all(store, world.project, run_id=None, now=began, before=began + 1)
        asked_before = len(world.web.hits)
        await world.passes(3 * HOUR)
        asked = Counter(map(str, world.web.hits[asked_before:]))
        for host in failing:
            pages = [asked[f"{host}/page{page}"] for page in range(2)]
            # at once and an hour later; where robots.txt fails too, pages are not asked for at all
            assert pages == [2, 2] or (robots_too and asked[f"{host}/robots.txt"] <= 4 and pages <= [2, 2])
        assert not world.states() & {LOST}
        world.answer = linking
        await world.passes(2 * DAY)
        assert world.states() == {LIVE}
        assert world.events(since=began) == []
        assert world.incidents() == []

    live_through(world, story, monkeypatch)


#: What a host may do to us for a while (F13, F14).
TROUBLES: Final = (
    Answer.html("error", status=500),
    Answer.html("error", status=502),
    Answer.html("error", ("Retry-After", "7200"), status=503),
    Answer.html("error", status=520),
    Answer.html("no", status=403),
    Answer.html("slow down", ("Retry-After", "3600"), status=429),
    Answer.html("no", status=999),
    Answer.html("<title>Just a moment...</title>", ("cf-mitigated", "challenge"), status=403),
    Answer.html(
        "<title>Attention Required!</title><form id='challenge-form'><div class='g-recaptcha'></div></form>"
    ),
    Answer.html("x", ("Content-Type", "text/html")).but(drop_after=0, length=500),
)


class _Farm:
    """Which hosts are in which trouble, and whose links are really gone."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self.troubled: dict[str, Answer] = {}
        self.gone: set[str] = set()

    def answer(self, hit: Hit) -> Answer:
        if hit.host in self.troubled:
            return self.troubled[hit.host]
        return bare(hit) if f"{hit.host}{hit.path}" in self.gone else linking(hit)

    async def one_trouble(self) -> None:
        """One thing goes wrong for a while, and is well again for a while."""
        dice, world = self.dice, self.world
        kind = dice.choice(["names", "portal", "hosts", "hosts"])
        if kind == "names":
            world.names_fail = True
        elif kind == "portal":
            world.portal = True
        else:
            hosts = dice.sample(world.names, dice.randrange(1, 2 + len(world.names) // 3))
            self.troubled = {host: dice.choice(TROUBLES) for host in hosts}
        await world.passes(dice.uniform(0.3, dice.choice((2, 8, 30))) * HOUR)
        world.names_fail = world.portal = False
        self.troubled = {}
        await world.passes(dice.uniform(1, 12) * HOUR)


def test_of_the_days_of_live_links_hardly_one_is_called_lost_on_a_farm_of_faults(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    host_count, days = (150, 60) if LONG else (12, 6)
    world = World(store, host_count=host_count, pages=2)
    farm = _Farm(world, random.Random(3))

    async def story(world: World) -> None:
        world.answer = farm.answer
        await world.passes(DAY)
        began = world.now()
        gone = farm.dice.sample(world.names, 3)
        farm.gone = {f"{host}/page0" for host in gone}
        while world.now() < began + days * DAY:
            await farm.one_trouble()
        await world.passes(2 * DAY)
        lost = {link for kind, link in world.events(since=began) if kind == "lost"}
        really = {
            row[0]
            for row in store.query("SELECT b.id, p.url FROM backlink b JOIN page p ON p.id = b.page_id")
            if any(host in row[1] and row[1].endswith("/page0") for host in gone)
        }
        live_days = (host_count * 2 - len(really)) * (world.now() - began) / DAY
        assert len(lost - really) <= 0.001 * live_days
        assert really <= lost
        assert not [kind for kind, _ in world.events(since=began) if kind not in ("lost", "regained")]

    live_through(world, story, monkeypatch)
