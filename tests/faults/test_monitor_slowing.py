"""Fault F13: a server that fails for hours is left more and more alone, and no link is called missing."""

from __future__ import annotations

import pytest

from linkstead.link import Outcome, Reason
from linkstead.monitor.fetch import Fetched, Fetcher, run
from linkstead.monitor.pacing import MAX_BACKOFF
from linkstead.monitor.verify import look
from tests.loopback.web import Answer, Hit, LoopbackWeb

HOST = "failing.example"
HOURS = 3_600.0
STATUSES = (500, 502, 503, 520)


class Clock:
    """Waiting moves it, and is written down."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


def _visits(web: LoopbackWeb, clock: Clock, hours: float, **settings: object) -> list[Fetched]:
    """Page after page of one host, as fast as its pace lets us, for so long."""

    async def visit() -> list[Fetched]:
        found: list[Fetched] = []
        until = clock.time + hours * HOURS
        async with Fetcher(web.settings(clock=clock, delay_seconds=5.0, **settings)) as fetcher:
            while clock.time < until:
                found.append(await fetcher.fetch(web.url(HOST, f"/{len(found)}")))
        return found

    return run(visit())


def _outcomes(found: list[Fetched]) -> set[Outcome]:
    return {look(one, target="https://example.com/", site="example.com", now=0).outcome for one in found}


class Failing:
    """Any page of a host: the answers in turn, over and over."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers
        self.asked = 0

    def __call__(self, _: Hit) -> Answer:
        self.asked += 1
        return self.answers[(self.asked - 1) % len(self.answers)]


class _AllPages(dict[tuple[str, str], object]):
    """Every path of a host is its one page; robots.txt is not there unless it is given."""

    def get(self, key: tuple[str, str], default: object = None) -> object:
        place = key if key[1] == "/robots.txt" else (key[0], "*")
        return super().get(place, default)


def _web(page: object, *names: str) -> LoopbackWeb:
    return LoopbackWeb(_AllPages({(HOST, "*"): page}), names=names)


@pytest.mark.parametrize("status", STATUSES)
def test_f13_a_failing_host_is_asked_ever_more_seldom_and_no_link_is_missing(status: int) -> None:
    clock, page = Clock(), Failing(Answer.html("<title>Page not found</title>", status=status))
    with _web(page) as web:
        found = _visits(web, clock, 3)
    assert _outcomes(found) == {Outcome.UNREACHABLE}
    assert clock.waits[:7] == [10.0, 20.0, 40.0, 80.0, 160.0, 320.0, MAX_BACKOFF]
    assert set(clock.waits[6:]) == {MAX_BACKOFF}
    assert len(found) < 3 * HOURS / MAX_BACKOFF + 8


def test_f13_silence_between_failures_does_not_end_the_backoff() -> None:
    fails, silent = Answer.html("x", status=502), Answer(raw=b"")
    clock = Clock()
    with _web(Failing(fails, silent, silent, silent)) as web:  # the client itself asks twice
        found = _visits(web, clock, 1)
    assert {one.failure for one in found} == {None, Reason.CONNECTION}
    assert _outcomes(found) == {Outcome.UNREACHABLE}
    assert clock.waits == sorted(clock.waits)
    assert clock.waits[-1] == MAX_BACKOFF


def test_f13_a_host_that_recovers_has_its_pace_back() -> None:
    fails, well = Answer.html("x", status=503), Answer.html("<p>well")
    clock = Clock()
    with _web(Failing(fails, fails, fails, well)) as web:
        _visits(web, clock, 0.1)
    assert clock.waits[:5] == [10.0, 20.0, 40.0, 5.0, 10.0]


def test_f13_the_whole_host_rests_and_others_do_not() -> None:
    clock = Clock()

    async def visit(web: LoopbackWeb) -> list[int | None]:
        async with Fetcher(web.settings(clock=clock, delay_seconds=5.0)) as fetcher:
            first = await fetcher.fetch(web.url(HOST, "/a"))
            calm = await fetcher.fetch(web.url("calm.example"))
            assert clock.waits == []
            second = await fetcher.fetch(web.url(HOST, "/b"))
            return [first.status, calm.status, second.status]

    pages = {(HOST, "/a"): Answer.html("x", status=520), (HOST, "/b"): Answer.html("x")}
    with LoopbackWeb({**pages, ("calm.example", "/"): Answer.html("x")}) as web:
        assert run(visit(web)) == [520, 200, 200]
    assert clock.waits == [10.0]


def test_f13_an_answer_of_the_host_before_a_redirect_is_none_of_the_failing_one() -> None:
    clock = Clock()

    async def visit(web: LoopbackWeb) -> list[Reason | None]:
        async with Fetcher(web.settings(clock=clock, delay_seconds=5.0)) as fetcher:
            await fetcher.fetch(web.url(HOST, "/0"))  # 503
            clock.time += 2 * 86_400.0  # so that robots.txt is asked again, which stays silent
            web.pages[HOST, "/robots.txt"] = Answer(raw=b"")
            web.pages["calm.example", "*"] = Answer.redirect(web.url(HOST, "/1"))
            silent = await fetcher.fetch(web.url("calm.example"))
            del web.pages[HOST, "/robots.txt"]
            web.pages[HOST, "*"] = Answer.html("x")
            return [silent.failure, (await fetcher.fetch(web.url(HOST, "/2"))).failure]

    with _web(Answer.html("x", status=503), "calm.example") as web:
        assert run(visit(web)) == [Reason.CONNECTION, None]
    assert clock.waits == [10.0]


def test_f13_a_robots_txt_that_fails_is_no_answer_of_the_page() -> None:
    clock = Clock()
    pages = {(HOST, "/robots.txt"): Answer.html("x", status=502), (HOST, "/0"): Answer.html("x")}
    with LoopbackWeb(pages) as web:
        found = _visits(web, clock, 0.05)
        assert web.paths(HOST) == []
    assert {one.failure for one in found} == {Reason.ROBOTS}
    assert _outcomes(found) == {Outcome.BLOCKED}
