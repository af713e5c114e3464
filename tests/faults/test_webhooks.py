"""Fault F19 for webhooks: nothing is posted to an address that was not opened, by name or by number."""

from __future__ import annotations

import socket
import sys
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from linkstead.alerts.channels import Outcome
from linkstead.alerts.post import Parcel
from linkstead.journey.posting import post
from tests.faults.forbidden import AZURE, FORBIDDEN, in_url
from tests.loopback.web import LOOPBACK, Answer, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_connected: list[str] = []
_watchers: list[bool] = []


def _watch(event: str, args: tuple[object, ...]) -> None:
    if _watchers and event == "socket.connect" and isinstance(args[1], tuple):
        opened = args[0]
        # a datagram socket that is connected sends nothing: that is how we learn our own address
        if isinstance(opened, socket.socket) and opened.type & socket.SOCK_STREAM:
            _connected.append(str(args[1][0]))


sys.addaudithook(_watch)


@pytest.fixture
def connections() -> Iterator[list[str]]:
    _connected.clear()
    _watchers.append(True)
    yield _connected
    _watchers.clear()


def _parcel(url: str) -> Parcel:
    return Parcel(url, {"Content-Type": "application/json", "X-Secret": "s"}, b"{}")


@pytest.mark.parametrize("address", [*FORBIDDEN, AZURE])
def test_no_forbidden_address_is_posted_to(address: str, connections: list[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return (address,)

    async def mixed(host: str, port: int) -> Sequence[str]:
        return ("8.8.8.8", address)

    for url, resolver in (
        (f"http://{in_url(address)}/", resolve),
        ("http://hooks.example/", resolve),
        ("https://hooks.example:8443/", mixed),
    ):
        attempt = post(_parcel(url), resolver=resolver, seconds=5)
        assert attempt.outcome is Outcome.REFUSED, url
        assert address not in attempt.reason
    assert connections == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:6666\\@1.1.1.1/", "http://①②⑦.⓪.⓪.①/", "http://2130706433/", "http://0177.0.0.1/"],
)
def test_odd_spellings_of_the_inside_are_refused(url: str, connections: list[str]) -> None:
    assert post(_parcel(url), seconds=5).outcome is Outcome.REFUSED
    assert connections == []


def test_a_redirect_is_not_followed_and_the_secret_stays_where_it_was_sent() -> None:
    pages = {
        ("hooks.example", "/"): Answer.redirect("http://inner.example/"),
        ("inner.example", "/"): Answer(),
    }
    with LoopbackWeb(pages) as web:
        attempt = post(_parcel(web.url("hooks.example", "/")), LOOPBACK, resolver=web.resolve)
    assert attempt.outcome is Outcome.REFUSED
    assert [(str(hit), hit.method) for hit in web.hits] == [("hooks.example/", "POST")]


def test_a_receiver_without_an_end_is_left_in_time() -> None:
    endless = {
        ("slow.example", "/"): Answer(wait=60),
        ("drip.example", "/"): Answer(body=b"x" * 1_000, drip=1, pause=1),
    }
    with LoopbackWeb(endless) as web:
        slow = post(_parcel(web.url("slow.example", "/")), LOOPBACK, resolver=web.resolve, seconds=0.5)
        drip = post(_parcel(web.url("drip.example", "/")), LOOPBACK, resolver=web.resolve, seconds=5)
    assert (slow.outcome, slow.is_down) == (Outcome.AGAIN, True)
    assert drip.outcome is Outcome.SENT, "the status is all we want; the body is not read"


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.2:9/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.2:9/")
    with LoopbackWeb({("hooks.example", "/"): Answer(204)}) as web:
        attempt = post(
            _parcel(web.url("hooks.example", "/")), (ip_network("127.77.0.0/16"),), resolver=web.resolve
        )
    assert attempt.outcome is Outcome.SENT
