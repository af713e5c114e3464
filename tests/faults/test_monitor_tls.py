"""Fault F22: a certificate that fails is told, and the link is judged all the same."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from linkstead.link import Outcome, Reason, Verdict
from linkstead.monitor.fetch import Fetched, Fetcher, run
from linkstead.monitor.verify import look
from tests.loopback.certificates import Authority, only_tls_1_0
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from pathlib import Path

PAGE = Answer.html('<p>see <a href="https://example.com/">this</a>')
FAULTS = {
    "right.example": None,
    "expired.example": "certificate expired",
    "early.example": "certificate not yet valid",
    "wrong-host.example": "certificate for another host",
    "self-signed.example": "self-signed certificate",
    "unknown.example": "certificate of an unknown issuer",
    "old.example": "outdated or broken TLS",
}


def _judged(fetched: Fetched) -> Verdict:
    return look(fetched, target="https://example.com/", site="example.com", now=0)


@pytest.fixture(scope="module")
def web_of_faults(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Fetched], LoopbackWeb]:
    ours = Authority.new(tmp_path_factory.mktemp("ours"))
    theirs = Authority.new(tmp_path_factory.mktemp("theirs"))
    tls = {
        "right.example": ours.server("right.example"),
        "expired.example": ours.server("expired.example", days=(-9, -2)),
        "early.example": ours.server("early.example", days=(2, 9)),
        "wrong-host.example": ours.server("another.example"),
        "self-signed.example": ours.server("self-signed.example", self_signed=True),
        "unknown.example": theirs.server("unknown.example"),
        "old.example": only_tls_1_0(ours.server("old.example")),
    }

    async def fetch_all(web: LoopbackWeb) -> dict[str, Fetched]:
        async with Fetcher(web.settings(ca_file=ours.file)) as fetcher:
            return {host: await fetcher.fetch(web.url(host, scheme="https")) for host in FAULTS}

    with LoopbackWeb({(host, "/"): PAGE for host in FAULTS}, tls=tls) as web:
        return run(fetch_all(web)), web


@pytest.mark.parametrize("host", FAULTS)
def test_f22_the_link_is_found_and_the_fault_is_told(
    host: str, web_of_faults: tuple[dict[str, Fetched], LoopbackWeb]
) -> None:
    verdict = _judged(web_of_faults[0][host])
    assert verdict.outcome is Outcome.FOUND
    assert verdict.tls_invalid == FAULTS[host]


def test_f22_nothing_secret_is_sent_to_a_server_that_nobody_vouches_for(
    web_of_faults: tuple[dict[str, Fetched], LoopbackWeb],
) -> None:
    for hit in web_of_faults[1].hits:
        assert not {"cookie", "authorization", "referer", "proxy-authorization"} & set(hit.headers)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path)


CLOSES = {
    "whole, then cut": (PAGE, Outcome.FOUND, None),
    "without a length": (PAGE.but(length=None), Outcome.FOUND, None),
    "cut before the link": (PAGE.but(length=9999, drop_after=8), Outcome.UNREACHABLE, Reason.BAD_ANSWER),
    "cut behind the link": (PAGE.but(length=9999), Outcome.FOUND, None),
}


@pytest.mark.parametrize("name", CLOSES)
def test_f22_a_close_without_farewell_is_no_silent_loss(name: str, authority: Authority) -> None:
    answer, outcome, reason = CLOSES[name]
    if name == "cut behind the link":
        answer = answer.but(drop_after=len(PAGE.body))
    host = "cut.example"

    async def one(web: LoopbackWeb) -> Fetched:
        async with Fetcher(web.settings(ca_file=authority.file)) as fetcher:
            return await fetcher.fetch(web.url(host, scheme="https"))

    with LoopbackWeb({(host, "/"): answer}, tls={host: authority.server(host)}) as web:
        verdict = _judged(run(one(web)))
    assert verdict.outcome is outcome
    assert verdict.reason is (reason or Reason.LINK_PRESENT)


def test_f22_a_server_that_never_finishes_the_handshake_is_unreachable() -> None:
    host = "plain.example"

    async def one(web: LoopbackWeb) -> Fetched:
        async with Fetcher(web.settings(connect_seconds=0.5)) as fetcher:
            return await fetcher.fetch(f"https://{host}:{web.port}/")

    with LoopbackWeb({(host, "/"): PAGE}) as web:
        verdict = _judged(run(one(web)))
    assert (verdict.outcome, verdict.reason) == (Outcome.UNREACHABLE, Reason.TIMEOUT)


def test_f22_a_server_that_speaks_no_tls_is_unreachable() -> None:
    host = "plain.example"

    async def one(port: int, web: LoopbackWeb) -> Fetched:
        async with Fetcher(web.settings()) as fetcher:
            return await fetcher.fetch(f"https://{host}:{port}/")

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async def beside_a_mail_server(web: LoopbackWeb) -> Fetched:
        server = await asyncio.start_server(greet, web.addresses[host])
        async with server:
            return await one(server.sockets[0].getsockname()[1], web)

    with LoopbackWeb({(host, "/"): PAGE}) as web:
        verdict = _judged(run(beside_a_mail_server(web)))
    assert (verdict.outcome, verdict.reason) == (Outcome.UNREACHABLE, Reason.TLS)
