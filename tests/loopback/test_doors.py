"""The door of an address that several processes share."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from linkstead.link import Reason
from linkstead.monitor.fetch import Fetched, Fetcher, run
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Doors:
    """Doors of the kind that another process could hold; notes who entered and left."""

    def __init__(self, *, closed: frozenset[str] = frozenset(), wait: float = 0.0) -> None:
        self.closed = closed
        self.wait = wait
        self.log: list[tuple[str, str]] = []
        self.inside: dict[str, int] = {}
        self.most = 0

    @asynccontextmanager
    async def __call__(self, address: str) -> AsyncIterator[bool]:
        await asyncio.sleep(self.wait)
        self.log.append(("in", address))
        self.inside[address] = self.inside.get(address, 0) + 1
        self.most = max(self.most, self.inside[address])
        try:
            yield address not in self.closed
        finally:
            self.inside[address] -= 1
            self.log.append(("out", address))


def _fetch(web: LoopbackWeb, doors: Doors, *hosts: str, **settings: object) -> list[Fetched]:
    async def visit() -> list[Fetched]:
        async with Fetcher(web.settings(address_door=doors, **settings)) as fetcher:
            return await asyncio.gather(*(fetcher.fetch(web.url(host)) for host in hosts))

    return run(visit())


def test_the_door_of_the_address_is_entered_for_each_visit_and_left_behind_it() -> None:
    doors = Doors()
    with LoopbackWeb({("a.example", "/"): Answer.html("x")}) as web:
        (fetched,) = _fetch(web, doors, "a.example")
        address = web.addresses["a.example"]
    assert (fetched.status, fetched.turned_away) == (200, False)
    assert doors.log == [("in", address), ("out", address)]


def test_a_redirect_to_another_host_goes_through_its_door() -> None:
    doors = Doors()
    with LoopbackWeb({("b.example", "/"): Answer.html("x")}, names=["a.example"]) as web:
        web.pages["a.example", "/"] = Answer.redirect(web.url("b.example"))
        (fetched,) = _fetch(web, doors, "a.example")
        a, b = web.addresses["a.example"], web.addresses["b.example"]
    assert fetched.status == 200
    assert doors.log == [("in", a), ("out", a), ("in", b), ("out", b)]


def test_a_door_that_stays_closed_is_told_and_nothing_is_asked() -> None:
    with LoopbackWeb({("a.example", "/"): Answer.html("x")}) as web:
        doors = Doors(closed=frozenset({"127.77.0.1"}))
        (fetched,) = _fetch(web, doors, "a.example")
        assert web.accepted == []
    assert (fetched.turned_away, fetched.requests, fetched.status) == (True, 0, None)
    assert fetched.failure is Reason.RATE_LIMITED
    assert fetched.retry_at is not None
    assert fetched.retry_at > fetched.fetched_at


def test_waiting_at_the_door_costs_a_fetch_none_of_its_time() -> None:
    doors = Doors(wait=0.4)
    with LoopbackWeb({("a.example", "/"): Answer.html("x")}) as web:
        (fetched,) = _fetch(web, doors, "a.example", total_seconds=0.3)
    assert fetched.status == 200


def test_waiting_at_a_door_holds_up_no_other_address() -> None:
    doors = Doors(wait=0.05)
    hosts = [f"h{number}.example" for number in range(6)]
    with LoopbackWeb({(host, "/"): Answer.html("x") for host in hosts}) as web:
        found = _fetch(web, doors, *hosts, concurrency=1)
    assert [fetched.status for fetched in found] == [200] * 6
    assert [word for word, _ in doors.log[:2]] == ["in", "in"]


def test_one_process_comes_to_a_shared_door_once_at_a_time() -> None:
    doors = Doors(wait=0.01)
    aliases = {f"h{number}.example": "a.example" for number in range(5)}
    pages = {(host, "/"): Answer.html("x") for host in ("a.example", *aliases)}
    with LoopbackWeb(pages, aliases=aliases) as web:
        found = _fetch(web, doors, "a.example", *aliases)
    assert {fetched.status for fetched in found} == {200}
    assert doors.most == 1
