"""Faults F19, F20 and F21: no request reaches an address that was not opened.

Live listeners stand on loopback addresses outside the allowed network; an audit hook sees every socket
that is connected, for the addresses on which nobody can listen here. The port rule is switched off, so
that the address rule stands alone.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

import pytest

from linkstead.link import Reason
from linkstead.monitor import fetch, lookup
from linkstead.monitor.fetch import Fetched, Fetcher, FetchSettings
from tests.faults.forbidden import AZURE, FORBIDDEN, in_url
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOST = "open.example"
OPEN = (ip_network("127.77.0.0/16"),)
_connected: list[str] = []
_watchers: list[bool] = []  # one while somebody watches


def _watch(event: str, args: tuple[object, ...]) -> None:
    if _watchers and event == "socket.connect" and isinstance(args[1], tuple):
        opened = args[
            0
        ]  # a datagram socket that is connected sends nothing: that is how we learn our own address
        if isinstance(opened, socket.socket) and opened.type & socket.SOCK_STREAM:
            _connected.append(str(args[1][0]))


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (fetch, lookup):
        monkeypatch.setattr(module, "judge_port", lambda *_: None)


@pytest.fixture
def connections() -> Iterator[list[str]]:
    _connected.clear()
    _watchers.append(True)
    yield _connected
    _watchers.clear()


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[str]]]:
    """A web on forbidden loopback addresses; its port, and who came."""
    pages = {("127.0.0.1", "/"): Answer.html("inside")}
    with LoopbackWeb(pages) as inside:
        addresses = [
            "127.0.0.1",
            "127.127.127.127",
            *(["::1"] if socket.has_ipv6 and _can_bind("::1") else []),
        ]
        doors = [_door(address, inside.port) for address in addresses]
        yield inside.port, inside.accepted
        for door in doors:
            assert _nobody_came(door)
            door.close()


def _can_bind(address: str) -> bool:
    try:
        _door(address, 0).close()
    except OSError:
        return False
    return True


def _door(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family)
    opened.bind((address, port))
    opened.listen()
    opened.setblocking(False)
    return opened


def _nobody_came(door: socket.socket) -> bool:
    try:
        door.accept()[0].close()
    except BlockingIOError:
        return True
    return False


def _fetch(url: str, settings: FetchSettings) -> Fetched:
    async def one() -> Fetched:
        async with Fetcher(settings) as fetcher:
            return await fetcher.fetch(url)

    return asyncio.run(one())


def _settings(web: LoopbackWeb, **changes: object) -> FetchSettings:
    return web.settings(allowed_private_networks=OPEN, **changes)


def _refused(fetched: Fetched) -> None:
    assert fetched.failure is Reason.ADDRESS_REFUSED
    assert fetched.status in (None, 200, 302)


def _only_open(connections: Sequence[str]) -> None:
    outside = [address for address in connections if ip_address(address) not in OPEN[0]]
    assert outside == []


ALL = [*FORBIDDEN, AZURE]


@pytest.fixture(scope="module")
def web() -> Iterator[LoopbackWeb]:
    with LoopbackWeb(names=[HOST]) as opened:
        yield opened


@pytest.mark.parametrize("address", ALL)
def test_f19_a_literal_is_refused(
    address: str, web: LoopbackWeb, listener: tuple[int, list[str]], connections: list[str]
) -> None:
    _refused(_fetch(f"http://{in_url(address)}:{listener[0]}/", _settings(web)))
    assert connections == []


@pytest.mark.parametrize("address", ALL)
def test_f19_a_name_with_that_address_is_refused(
    address: str, web: LoopbackWeb, listener: tuple[int, list[str]], connections: list[str]
) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return (address,)

    fetched = _fetch(f"http://inside.example:{listener[0]}/", _settings(web, resolver=resolve))
    _refused(fetched)
    assert address not in fetched.failure_detail
    assert connections == []


@pytest.mark.parametrize("way", ["redirect", "meta refresh", "refresh header", "robots"])
@pytest.mark.parametrize("address", ALL)
def test_f19_a_page_cannot_send_us_there(
    address: str, way: str, web: LoopbackWeb, listener: tuple[int, list[str]], connections: list[str]
) -> None:
    place = f"http://{in_url(address)}:{listener[0]}/"
    web.pages.clear()
    web.pages[HOST, "/"] = {
        "redirect": Answer.redirect(place, 302),
        "meta refresh": Answer.html(f'<meta http-equiv="refresh" content="0;url={place}">'),
        "refresh header": Answer.html("x", ("Refresh", f"0;url={place}")),
        "robots": Answer.html("x"),
    }[way]
    if way == "robots":
        web.pages[HOST, "/robots.txt"] = Answer.redirect(place, 302)
    fetched = _fetch(web.url(HOST), _settings(web))
    assert fetched.failure is (Reason.ROBOTS if way == "robots" else Reason.ADDRESS_REFUSED)
    assert set(connections) == {web.addresses[HOST]}


def test_f19_a_script_that_moves_the_page_is_not_run(
    web: LoopbackWeb, listener: tuple[int, list[str]], connections: list[str]
) -> None:
    web.pages.clear()
    web.pages[HOST, "/"] = Answer.html(f"<script>location='http://127.0.0.1:{listener[0]}/'</script>")
    assert _fetch(web.url(HOST), _settings(web)).failure is None
    _only_open(connections)


def test_f19_the_connector_refuses_alone_when_nobody_judged_before(
    web: LoopbackWeb,
    listener: tuple[int, list[str]],
    connections: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lookup, "judge_answer", lambda *_: None)
    for url in (f"http://127.0.0.1:{listener[0]}/", f"http://[::1]:{listener[0]}/"):
        _refused(_fetch(url, _settings(web)))
    assert connections == []


def test_f20_a_name_that_changes_its_address_is_pinned_to_the_judged_one(
    web: LoopbackWeb, listener: tuple[int, list[str]], connections: list[str]
) -> None:
    web.pages.clear()
    web.pages[HOST, "/"] = Answer.html("fine")
    asked: list[str] = []

    async def rebind(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return (web.addresses[HOST],) if len(asked) % 2 else ("127.0.0.1",)

    settings = _settings(web, resolver=rebind)

    async def twice() -> list[Fetched]:
        async with Fetcher(settings) as fetcher:
            return [await fetcher.fetch(web.url(HOST)), await fetcher.fetch(web.url(HOST))]

    first, second = asyncio.run(twice())
    assert first.body == b"fine"
    _refused(second)
    _only_open(connections)


MIXED = {
    "a public and an inner A record": ("93.184.216.34", "127.0.0.1"),
    "an inner and a public A record": ("10.0.0.1", "93.184.216.34"),
    "a public A and an inner AAAA record": ("93.184.216.34", "::1"),
    "an AAAA record only, inner": ("fd00::1",),
    "many public ones and one inner": (*[f"93.184.216.{n}" for n in range(20)], "192.168.0.1"),
}


@pytest.mark.parametrize("answers", MIXED.values(), ids=MIXED)
def test_f20_a_mixed_answer_is_refused_as_a_whole(
    answers: tuple[str, ...], web: LoopbackWeb, connections: list[str]
) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return answers

    _refused(_fetch("http://mixed.example/", _settings(web, resolver=resolve)))
    assert connections == []


#: What one parser reads as a harmless host and another as 127.0.0.1.
DIFFERENTIALS = [
    "http://127.0.0.1:{port}\\@1.1.1.1/",
    "http://127.0.0.1:{port}#@1.1.1.1/",
    "http://127.0.0.1:{port}?@1.1.1.1/",
    "http://1.1.1.1@127.0.0.1:{port}/",
    "http://1.1.1.1 &@127.0.0.1:{port}# @3.3.3.3/",
    "http://12\t7.0.0.1:{port}/",
    "ht\ntp://127.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://0:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[::1%lo]:{port}/",
    "http:127.0.0.1:{port}/",
    "http:/\\127.0.0.1:{port}/",
    "http://127.0.0.1:{port}:80/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://metadata.google.internal/",
    "//127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",
]


@pytest.mark.parametrize("text", DIFFERENTIALS)
def test_f21_whatever_the_spelling_nothing_inside_is_reached(
    text: str, web: LoopbackWeb, listener: tuple[int, list[str]], connections: list[str]
) -> None:
    settings = FetchSettings(allowed_private_networks=OPEN, delay_seconds=0)
    fetched = _fetch(text.format(port=listener[0]), settings)
    assert fetched.failure is Reason.ADDRESS_REFUSED
    assert connections == []


@pytest.mark.parametrize("text", DIFFERENTIALS)
def test_f21_nor_as_the_place_of_a_redirect(
    text: str, web: LoopbackWeb, listener: tuple[int, list[str]], connections: list[str]
) -> None:
    place = text.format(port=listener[0]).replace("\n", "").replace("\t", "")
    web.pages.clear()
    web.pages[HOST, "/"] = Answer.redirect(place)
    fetched = _fetch(web.url(HOST), _settings(web))
    # a place without a host of its own is a path on the open host; that name has no such page
    assert (
        fetched.failure in (Reason.ADDRESS_REFUSED, Reason.BAD_REDIRECT, Reason.DNS) or fetched.status == 404
    )
    _only_open(connections)


def test_f21_the_port_is_closed_on_public_addresses(
    monkeypatch: pytest.MonkeyPatch, connections: list[str]
) -> None:
    monkeypatch.undo()
    for port in (22, 25, 6379, 81):
        fetched = _fetch(f"http://93.184.216.34:{port}/", FetchSettings())
        assert (fetched.failure, fetched.failure_detail) == (Reason.ADDRESS_REFUSED, "port")
    assert connections == []
