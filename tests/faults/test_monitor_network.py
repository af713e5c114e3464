"""Faults F11 and F12: our own name server, line or network is the one that fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import UsageError
from linkstead.monitor.canary import Canary, NetworkWatch, read_canary
from linkstead.monitor.fetch import FetchSettings, run
from tests.loopback.certificates import Authority
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HOSTS = ("one.example", "two.example", "three.example")
PAGE = Answer.html("<h1>Example Domain</h1>")
PORTAL = Answer.html("<title>Welcome to our hotel</title><form>")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def now(self) -> float:
        return 1_700_000_000.0 + self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def web() -> Iterator[LoopbackWeb]:
    with LoopbackWeb({(host, "/"): PAGE for host in HOSTS}) as web:
        yield web


def _watch(web: LoopbackWeb, hosts: Sequence[str] = HOSTS, **settings: object) -> NetworkWatch:
    return NetworkWatch([Canary(web.url(host), "Example Domain") for host in hosts], web.settings(**settings))


def _sound(watch: NetworkWatch) -> str | None:
    return run(watch.sound())


def test_f11_a_name_server_that_is_down_puts_our_network_in_doubt(web: LoopbackWeb) -> None:
    async def servfail(host: str, port: int) -> Sequence[str]:
        raise OSError("server failure")

    said = _sound(_watch(web, resolver=servfail))
    assert said is not None
    why = "; ".join(f"{host}, the name was not found" for host in HOSTS)
    assert said == f"Only 0 of 3 canary pages answered as they should: {why}."


def test_f11_a_name_server_that_never_answers_puts_our_network_in_doubt(web: LoopbackWeb) -> None:
    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return ()

    assert _sound(_watch(web, resolver=silent, total_seconds=0.2)) is not None


def test_f12_a_line_that_is_cut_puts_our_network_in_doubt(web: LoopbackWeb) -> None:
    async def nobody(host: str, port: int) -> Sequence[str]:
        return ("127.88.0.1",)

    assert _sound(_watch(web, resolver=nobody)) is not None


WRONG: dict[str, Callable[[LoopbackWeb], Answer]] = {
    "a sign-in page for all": lambda web: PORTAL,
    "a redirect to the sign-in page": lambda web: Answer.redirect(web.url("portal.example")),
    "a refresh to the sign-in page": lambda web: Answer.html(
        f'<meta http-equiv="refresh" content="0;url={web.url("portal.example")}">Example Domain'
    ),
    "a wish to come back in a week": lambda web: Answer.html("x", ("Retry-After", "604800"), status=503),
    "511": lambda web: Answer.html("Example Domain", status=511),
    "an empty page": lambda web: Answer.html(""),
    "a page cut short": lambda web: PAGE.but(length=9_999, drop_after=27),
    "no answer in time": lambda web: PAGE.but(wait=20),
}


@pytest.mark.parametrize("name", WRONG)
def test_f12_a_network_that_answers_for_everybody_is_in_doubt_and_soon_forgiven(name: str) -> None:
    clock = Clock()
    pages = {("portal.example", "/"): Answer.html("Example Domain")}
    with LoopbackWeb(pages, names=HOSTS) as web:
        for host in HOSTS:
            web.pages[host, "/"] = WRONG[name](web)
            web.pages[host, "/robots.txt"] = WRONG[name](web)
        watch = _watch(web, clock=clock, total_seconds=0.3)
        said = _sound(watch)
        for host in HOSTS:
            web.pages[host, "/"] = PAGE
        clock.time += 15
        assert _sound(watch) is None
    assert said is not None
    assert "127." not in said


@pytest.mark.parametrize(
    ("hosts", "broken", "sound"),
    [(1, 0, True), (1, 1, False), (2, 1, True), (2, 2, False), (3, 1, True), (3, 2, False)],
)
def test_half_of_the_canaries_is_enough(web: LoopbackWeb, hosts: int, broken: int, sound: bool) -> None:
    for host in HOSTS[:broken]:
        web.pages[host, "/"] = PORTAL
    watch = _watch(web, HOSTS[:hosts])
    assert (_sound(watch) is None) is sound
    assert watch.last is not None
    assert watch.last.good == hosts - broken


def test_without_canaries_nothing_is_ever_in_doubt() -> None:
    assert _sound(NetworkWatch([], FetchSettings())) is None


def test_all_who_ask_at_once_share_one_asking(web: LoopbackWeb) -> None:
    async def many() -> list[str | None]:
        watch = _watch(web)
        return await asyncio.gather(*(watch.sound() for _ in range(50)))

    assert run(many()) == [None] * 50
    assert len(web.hits) == len(HOSTS)


def test_one_who_gives_up_waiting_takes_the_asking_from_nobody(web: LoopbackWeb) -> None:
    async def many() -> str | None:
        watch = _watch(web)
        first, second = asyncio.ensure_future(watch.sound()), asyncio.ensure_future(watch.sound())
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert run(many()) is None


def test_a_good_answer_is_believed_for_a_minute_from_its_start(web: LoopbackWeb) -> None:
    clock = Clock()
    watch = _watch(web, clock=clock)
    asked = []
    for seconds in (0, 59.9, 0.1, 30):
        clock.time += seconds
        assert _sound(watch) is None
        asked.append(len(web.hits) // len(HOSTS))
    assert asked == [1, 1, 2, 2]


def test_a_network_in_doubt_is_tried_again_after_15_seconds_and_then_ever_later(web: LoopbackWeb) -> None:
    clock = Clock()
    watch = _watch(web, clock=clock)
    for host in HOSTS:
        web.pages[host, "/"] = PORTAL
    _sound(watch)
    for wait in (15, 30, 60, 120, 240, 300, 300):
        before = len(web.hits)
        clock.time += wait - 1
        assert _sound(watch) is not None
        assert len(web.hits) == before
        clock.time += 1
        assert _sound(watch) is not None
        assert len(web.hits) == before + len(HOSTS)


def test_canaries_are_asked_for_nothing_but_their_page(web: LoopbackWeb) -> None:
    _sound(_watch(web))
    assert sorted((hit.host, hit.path) for hit in web.hits) == sorted((host, "/") for host in HOSTS)


def test_a_canary_may_be_a_plain_text(web: LoopbackWeb) -> None:
    for host in HOSTS:
        web.pages[host, "/"] = Answer.text("Example Domain\n")
    assert _sound(_watch(web)) is None


def test_the_guard_holds_for_canaries(web: LoopbackWeb) -> None:
    assert _sound(_watch(web, allowed_private_networks=())) is not None
    assert web.hits == []


def test_a_certificate_of_another_issuer_is_no_proof(tmp_path_factory: pytest.TempPathFactory) -> None:
    ours = Authority.new(tmp_path_factory.mktemp("ours"))
    theirs = Authority.new(tmp_path_factory.mktemp("theirs"))
    tls = {"one.example": ours.server("one.example"), "two.example": theirs.server("two.example")}
    with LoopbackWeb({(host, "/"): PAGE for host in tls}, tls=tls) as web:

        def asked(host: str) -> str | None:
            canary = Canary(web.url(host, scheme="https"))
            return _sound(NetworkWatch([canary], web.settings(ca_file=ours.file)))

        good, bad = asked("one.example"), asked("two.example")
    assert good is None
    assert bad is not None
    assert "certificate of an unknown issuer" in bad


@pytest.mark.parametrize(
    ("text", "canary"),
    [
        ("https://example.com/ Example Domain", Canary("https://example.com/", "Example Domain")),
        ("  https://EXAMPLE.com  ", Canary("https://example.com/", None)),
        ("http://example.com/x  two  words ", Canary("http://example.com/x", "two  words")),
    ],
)
def test_a_canary_is_an_address_and_a_text(text: str, canary: Canary) -> None:
    assert read_canary(text) == canary


@pytest.mark.parametrize(
    "text", ["", "Example Domain", "ftp://example.com/ x", "http://example.com/", "https://"]
)
def test_a_canary_that_proves_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="canary"):
        read_canary(text)
