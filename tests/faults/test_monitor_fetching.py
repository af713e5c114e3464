"""Faults F14, F15, F16 and F18: refusals, endless answers, bombs, redirects without end."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING

import pytest

from linkstead.link import Outcome, Reason
from linkstead.monitor.fetch import Fetched, Fetcher, FetchSettings, run
from linkstead.monitor.verify import look
from tests.faults.measured import Measured, measure
from tests.loopback.web import Answer, Hit, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "fault.example"
MAX_MEMORY_SLOW = 32.0
MAX_MEMORY_BOMB = 64.0
MAX_CPU_BOMB = 2.0


class Clock:
    """A clock that stands still until it is moved; waiting moves it. `set_back` is for its dial only."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0
        self.set_back = 0.0
        self.waited = 0.0

    def now(self) -> float:
        return self.time - self.set_back

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self.time += seconds


def _outcome(fetched: Fetched) -> Outcome:
    return look(fetched, target="https://example.com/", site="example.com", now=0).outcome


# --- F14 -------------------------------------------------------------------------------------------

REFUSALS = {
    "403": (Answer.html("no", status=403), Reason.FORBIDDEN),
    "429": (Answer.html("slow", status=429), Reason.RATE_LIMITED),
    "999": (Answer.html("no", status=999), Reason.REFUSED),
    "mitigated": (Answer.html("x", ("cf-mitigated", "challenge"), status=403), Reason.CHALLENGE),
    "captcha-200": (Answer.html("<title>Security check</title><p>Are you a robot?"), Reason.CHALLENGE),
    "turnstile-200": (
        Answer.html(
            '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>'
            '<div class="cf-turnstile"></div>'
        ),
        Reason.CHALLENGE,
    ),
}


@pytest.fixture(scope="module")
def refusals() -> dict[str, Fetched]:
    pages = {(HOST, f"/{name}"): answer for name, (answer, _) in REFUSALS.items()}

    async def fetch_all(web: LoopbackWeb) -> dict[str, Fetched]:
        async with Fetcher(web.settings()) as fetcher:
            return {name: await fetcher.fetch(web.url(HOST, f"/{name}")) for name in REFUSALS}

    with LoopbackWeb(pages) as web:
        return run(fetch_all(web))


@pytest.mark.parametrize("name", REFUSALS)
def test_f14_a_refusal_is_blocked_and_never_missing(name: str, refusals: dict[str, Fetched]) -> None:
    verdict = look(refusals[name], target="https://example.com/", site="example.com", now=0)
    assert verdict.outcome is Outcome.BLOCKED
    assert verdict.reason is REFUSALS[name][1]


@pytest.mark.parametrize("status", [429, 503])
def test_f14_retry_after_is_obeyed_to_the_second_for_the_whole_host(status: int) -> None:
    clock = Clock()
    pages = {
        (HOST, "/busy"): Answer.html("x", ("Retry-After", "120"), status=status),
        (HOST, "/other"): Answer.html("fine"),
        ("calm.example", "/"): Answer.html("fine"),
    }

    async def visit(web: LoopbackWeb) -> None:
        async with Fetcher(web.settings(clock=clock, delay_seconds=5.0)) as fetcher:
            began = clock.time
            first = await fetcher.fetch(web.url(HOST, "/busy"))
            assert first.retry_at == began + 120
            clock.time = began + 119.9
            early = await fetcher.fetch(web.url(HOST, "/other"))
            assert early.failure is Reason.RATE_LIMITED
            assert early.retry_at == began + 120
            assert (await fetcher.fetch(web.url("calm.example"))).status == 200
            clock.time = began + 120.0
            assert (await fetcher.fetch(web.url(HOST, "/other"))).status == 200

    with LoopbackWeb(pages) as web:
        run(visit(web))
        assert web.paths(HOST) == ["/busy", "/other"]


def test_f14_a_clock_that_is_set_back_holds_no_host_for_days() -> None:
    clock = Clock()

    async def visit(web: LoopbackWeb) -> list[int | None]:
        async with Fetcher(web.settings(clock=clock, delay_seconds=5.0)) as fetcher:
            first = await fetcher.fetch(web.url(HOST))
            clock.set_back = 3 * 86_400.0
            second = await fetcher.fetch(web.url(HOST))
            return [first.status, second.status]

    with LoopbackWeb({(HOST, "/"): Answer.html("x")}) as web:
        assert run(visit(web)) == [200, 200]
    assert clock.waited < 60


# --- F15 -------------------------------------------------------------------------------------------


async def _endless_chunks(writer: asyncio.StreamWriter, _: Hit) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"<p>" * 1365 + b"x\r\n")
        await writer.drain()


async def _endless_headers(writer: asyncio.StreamWriter, _: Hit) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while True:
        number += 1
        writer.write(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        await writer.drain()


async def _endless_interim_answers(writer: asyncio.StreamWriter, _: Hit) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()


async def _slow_headers(writer: asyncio.StreamWriter, _: Hit) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        writer.write(b"y")
        await writer.drain()
        await asyncio.sleep(0.05)


SLOW = {
    "slow-body": Answer.html("x" * 10_000).but(drip=1, pause=0.05),
    "slow-headers": Answer(write=_slow_headers),
    "silent": Answer.html("x").but(wait=60),
    "endless-chunks": Answer(write=_endless_chunks),
    "endless-headers": Answer(write=_endless_headers),
    "endless-interim": Answer(write=_endless_interim_answers),
    "header-of-10-mb": Answer.html("x", ("X-Long", "y" * 10_000_000)),
}


def _measured(answers: dict[str, Answer], **settings: object) -> dict[str, Measured]:
    pages = {(f"{name}.example", "/"): answer for name, answer in answers.items()}
    pages["warm-up.example", "/"] = Answer.html("<p>warm")
    names = ["warm-up", *answers]
    with LoopbackWeb(pages) as web:
        # the child has no name look-up of ours, so it gets addresses; each address is one host
        for name in names:
            web.pages[web.addresses[f"{name}.example"], "/"] = pages[f"{name}.example", "/"]
        urls = [f"http://{web.addresses[f'{name}.example']}:{web.port}/" for name in names]
        return dict(zip(answers, measure(urls, **settings), strict=True))


@pytest.fixture(scope="module")
def slow() -> dict[str, Measured]:
    return _measured(SLOW, total_seconds=0.8)


@pytest.mark.parametrize("name", SLOW)
def test_f15_a_slow_or_endless_answer_ends_at_the_deadline_and_within_the_memory(
    name: str, slow: dict[str, Measured]
) -> None:
    one = slow[name]
    assert one.failure in (Reason.TIMEOUT, Reason.BAD_ANSWER, Reason.TOO_LARGE)
    assert one.verdict.outcome in (Outcome.UNREACHABLE, Outcome.UNREADABLE)
    assert one.grown <= MAX_MEMORY_SLOW


# --- F16 -------------------------------------------------------------------------------------------


def _packed(data: Iterator[bytes], wbits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(packer.compress(part) for part in data) + packer.flush()


def _zeros(mebibytes: int) -> Iterator[bytes]:
    return (bytes(1 << 20) for _ in range(mebibytes))


@pytest.fixture(scope="module")
def bombs() -> dict[str, Measured]:
    gzip = _packed(_zeros(256), 31)
    empty = _packed(iter(()), 31)
    nested = _packed(iter((gzip,)), 31)
    answers = {
        "gzip": Answer.html(gzip, ("Content-Encoding", "gzip")),
        "gzip-of-words": Answer.html(
            _packed((b"<p>word" * 150_000 for _ in range(128)), 31), ("Content-Encoding", "gzip")
        ),
        "x-gzip": Answer.html(gzip, ("Content-Encoding", "x-gzip")),
        "deflate": Answer.html(_packed(_zeros(64), 15), ("Content-Encoding", "deflate")),
        "brotli": Answer.html(bytes(1617), ("Content-Encoding", "br")),
        "zstd": Answer.html(b"\x28\xb5\x2f\xfd" + bytes(2000), ("Content-Encoding", "zstd")),
        "nested": Answer.html(nested, ("Content-Encoding", "gzip, gzip")),
        "nested-in-two-headers": Answer.html(
            nested, ("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")
        ),
        "empty-members": Answer.html(empty * 10_000, ("Content-Encoding", "gzip")),
    }
    return _measured(answers)


@pytest.mark.parametrize(
    "name",
    [
        "gzip",
        "gzip-of-words",
        "x-gzip",
        "deflate",
        "brotli",
        "zstd",
        "nested",
        "nested-in-two-headers",
        "empty-members",
    ],
)
def test_f16_a_bomb_is_unreadable_within_64_mib_and_2_seconds_of_cpu(
    name: str, bombs: dict[str, Measured]
) -> None:
    one = bombs[name]
    assert one.verdict.outcome is Outcome.UNREADABLE
    assert one.failure in (Reason.BOMB, Reason.ENCODING)
    assert one.grown <= MAX_MEMORY_BOMB
    assert one.cpu <= MAX_CPU_BOMB


# --- F18 -------------------------------------------------------------------------------------------


def _chain(kind: str, length: int) -> dict[tuple[str, str], Answer]:
    pages = {}
    for number in range(length):
        there = f"/{kind}/{number + 1}"
        moved = Answer.html(f'<meta http-equiv="refresh" content="0;url={there}">')
        pages[HOST, f"/{kind}/{number}"] = moved if kind == "meta" else Answer.redirect(there, 302)
    pages[HOST, f"/{kind}/{length}"] = Answer.html("arrived")
    return pages


WRONG_PLACES = [
    "file:///etc/passwd",
    "data:text/html,<a href=https://example.com/>x</a>",
    "gopher://example.com/",
    "ftp://example.com/",
    "javascript:alert(1)",
    "http://",
    "http://a:b@example.com/",
    "",
]


def _fetch(pages: dict[tuple[str, str], Answer], path: str, **settings: object) -> tuple[Fetched, list[str]]:
    async def one(web: LoopbackWeb) -> Fetched:
        async with Fetcher(web.settings(**settings)) as fetcher:
            return await fetcher.fetch(web.url(HOST, path))

    with LoopbackWeb(pages) as web:
        return run(one(web)), web.paths()


@pytest.mark.parametrize("kind", ["http", "meta"])
def test_f18_thirty_hops_stop_after_ten_and_the_verdict_names_the_hop(kind: str) -> None:
    fetched, paths = _fetch(_chain(kind, 30), f"/{kind}/0")
    verdict = look(fetched, target="https://example.com/", site="example.com", now=0)
    assert fetched.failure is Reason.TOO_MANY_REDIRECTS
    assert len(fetched.redirects) == 10
    assert paths == [f"/{kind}/{number}" for number in range(11)]
    assert f"/{kind}/10" in verdict.explanation
    assert verdict.outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize("kind", ["http", "meta"])
def test_f18_ten_hops_arrive(kind: str) -> None:
    fetched, _ = _fetch(_chain(kind, 10), f"/{kind}/0")
    assert fetched.failure is None
    assert fetched.body == b"arrived"


def test_f18_a_loop_of_three_is_named() -> None:
    pages = {
        (HOST, "/a"): Answer.redirect("/b"),
        (HOST, "/b"): Answer.redirect("/c"),
        (HOST, "/c"): Answer.redirect("/a"),
    }
    fetched, paths = _fetch(pages, "/a")
    assert fetched.failure is Reason.REDIRECT_LOOP
    assert paths == ["/a", "/b", "/c"]


def test_f18_a_page_that_reloads_itself_is_read() -> None:
    fetched, paths = _fetch({(HOST, "/"): Answer.html('<meta http-equiv="refresh" content="0"><p>news')}, "/")
    assert fetched.failure is None
    assert paths == ["/"]


@pytest.mark.parametrize("place", WRONG_PLACES)
def test_f18_a_redirect_to_anything_but_http_is_refused(place: str) -> None:
    fetched, paths = _fetch({(HOST, "/"): Answer.redirect(place)}, "/")
    assert fetched.failure is Reason.BAD_REDIRECT
    assert _outcome(fetched) is Outcome.UNREACHABLE
    assert paths == ["/"]


@pytest.mark.parametrize("place", WRONG_PLACES)
def test_f18_a_meta_refresh_to_anything_but_http_is_not_followed(place: str) -> None:
    page = Answer.html(f'<meta http-equiv="refresh" content="0; url={place}"><p>text')
    fetched, paths = _fetch({(HOST, "/"): page}, "/")
    assert not fetched.redirects
    assert paths == ["/"]


# --- anything at all -------------------------------------------------------------------------------

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
RAW = [
    b"",
    b"\0" * 100,
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/1.1 abc OK\r\n\r\n",
    b"HTTP/1.1 200\r\n\r\n<p>no reason",
    b"HTTP/1.0 200 OK\r\n\r\n<html>old",
    b"<html>no head at all</html>",
    _HEAD + b"Content-Length: -1\r\n\r\nx",
    _HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    _HEAD + b"Content-Length: 99999999999999999999999\r\n\r\nx",
    _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx",
    _HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    _HEAD + b"Content-Encoding: gzip\r\n\r\n",
    _HEAD + b"X: \xff\xfe\x80\r\nContent-Length: 1\r\n\r\nx",
    _HEAD + b"no colon\r\n\r\nx",
    _HEAD + b"Set-Cookie: \x01=\x02; Domain=..\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: //\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\x05hello",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
    b"HTTP/1.1 407 Proxy\r\nProxy-Authenticate: Basic\r\n\r\n",
]


@pytest.mark.parametrize("number", range(len(RAW)))
def test_any_answer_becomes_a_verdict_and_never_an_exception(number: int) -> None:
    fetched, _ = _fetch({(HOST, "/"): Answer(raw=RAW[number])}, "/", obey_robots=False, total_seconds=2.0)
    verdict = look(fetched, target="https://example.com/", site="example.com", now=0)
    assert verdict.outcome is not Outcome.FOUND


@pytest.mark.parametrize(
    "url", ["", "http://", "http://\ud800/", "x" * 100_000, "http://a b/", "mailto:x@y.z", "\0"]
)
def test_a_text_that_is_no_address_is_a_value_too(url: str) -> None:
    async def one() -> Fetched:
        async with Fetcher(FetchSettings()) as fetcher:
            return await fetcher.fetch(url)

    assert run(one()).failure is Reason.ADDRESS_REFUSED
