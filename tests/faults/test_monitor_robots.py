"""Fault F23: what each way to answer for robots.txt means, over the wire; and the reference assertions."""

from __future__ import annotations

import json

import pytest

from linkstead.link import Outcome, Reason
from linkstead.monitor.fetch import Fetched, Fetcher, run
from linkstead.monitor.robots import RobotsRules, read_file
from linkstead.monitor.verify import look
from tests.faults.test_monitor_fetching import Clock
from tests.loopback.web import Answer, LoopbackWeb
from tests.shared_data import shared

HOST = "site.example"
OTHER = "rules.example"
DISALLOW = "User-agent: *\nDisallow: /\n"
ALLOW = "User-agent: *\nDisallow: /private\n"
_HTML = f"<!doctype html><html><body><p>hello</p>\n{DISALLOW}</body></html>"


def _hops(number: int) -> dict[tuple[str, str], Answer]:
    """robots.txt behind so many redirects, all but the first on another host."""
    pages = {(HOST, "/robots.txt"): Answer.redirect("http://rules.example:{port}/1")}
    for hop in range(1, number):
        pages[OTHER, f"/{hop}"] = Answer.redirect(f"/{hop + 1}")
    pages[OTHER, f"/{number}"] = Answer.text(DISALLOW)
    return pages


def _answer(answer: Answer) -> dict[tuple[str, str], Answer]:
    return {(HOST, "/robots.txt"): answer}


#: The pages that answer for robots.txt, whether we may look, and the flag that is shown.
OUTCOMES: dict[str, tuple[dict[tuple[str, str], Answer], bool, str]] = {
    "200 that allows": (_answer(Answer.text(ALLOW)), True, ""),
    "200 that disallows": (_answer(Answer.text(DISALLOW)), False, ""),
    "204": (_answer(Answer(204)), True, ""),
    "an empty file": (_answer(Answer.text("")), True, ""),
    "400": (_answer(Answer.text(DISALLOW, status=400)), True, "status 400"),
    "401": (_answer(Answer.text(DISALLOW, status=401)), True, "status 401"),
    "403": (_answer(Answer.text(DISALLOW, status=403)), True, "status 403"),
    "404": (_answer(Answer.text(DISALLOW, status=404)), True, "status 404"),
    "410": (_answer(Answer.text(DISALLOW, status=410)), True, "status 410"),
    "429": (_answer(Answer.text(ALLOW, status=429)), False, "status 429"),
    "500": (_answer(Answer.text(ALLOW, status=500)), False, "status 500"),
    "503": (_answer(Answer.text(ALLOW, status=503)), False, "status 503"),
    "a timeout": (_answer(Answer.text(ALLOW).but(wait=30)), False, "no answer in time"),
    "cut short": (_answer(Answer.text(ALLOW).but(length=9999, drop_after=20)), False, "cut short"),
    "a closed connection": (_answer(Answer(raw=b"")), False, ""),
    "no HTTP": (_answer(Answer(raw=b"SSH-2.0-x\r\n")), False, "not HTTP, or beyond its limits"),
    "600 KiB, disallowed early": (_answer(Answer.text(DISALLOW + "# x\n" * 153_600)), False, "too long"),
    "600 KiB, disallowed late": (_answer(Answer.text("# x\n" * 153_600 + DISALLOW)), True, "too long"),
    "a byte order mark": (_answer(Answer.text("\ufeff" + DISALLOW)), False, ""),
    "CR, LF and CRLF": (
        _answer(Answer.text("Sitemap: x\r\rUser-agent: a\nUser-agent: *\r\nDisallow: /\r")),
        False,
        "",
    ),
    "1 redirect": (_hops(1), False, ""),
    "5 redirects": (_hops(5), False, ""),
    "6 redirects": (_hops(6), True, "too many redirects"),
    "an HTML page without rules": (_answer(Answer.html("<html><p>welcome")), True, "robots_not_text"),
    "an HTML page with rules": (_answer(Answer.html(_HTML)), False, "robots_not_text"),
    "rules for us by version": (_answer(Answer.text("User-agent: Linkstead/0.1\nDisallow: /")), False, ""),
    "rules for others": (_answer(Answer.text("User-agent: OtherBot\nDisallow: /")), True, ""),
    "a name that starts like ours": (_answer(Answer.text("User-agent: Link\nDisallow: /")), True, ""),
    "a redirect to a file": (_answer(Answer.redirect("file:///etc/passwd")), False, "not a web address"),
    "a brotli body": (_answer(Answer.text(DISALLOW, ("Content-Encoding", "br"))), False, "cut short"),
}


@pytest.fixture(scope="module", params=list(OUTCOMES))
def visited(request: pytest.FixtureRequest) -> tuple[str, Fetched, list[str]]:
    pages, _, _ = OUTCOMES[request.param]

    async def one(web: LoopbackWeb) -> Fetched:
        async with Fetcher(web.settings(total_seconds=2.0)) as fetcher:
            return await fetcher.fetch(web.url(HOST, "/page"))

    table = {**pages, (HOST, "/page"): Answer.html('<a href="https://example.com/">x</a>')}
    with LoopbackWeb(table, names=[OTHER]) as web:
        for place, answer in pages.items():
            headers = tuple((name, value.replace("{port}", str(web.port))) for name, value in answer.headers)
            web.pages[place] = answer.but(headers=headers)
        return request.param, run(one(web)), web.paths(HOST)


def test_f23_the_outcome_of_robots_txt_decides(visited: tuple[str, Fetched, list[str]]) -> None:
    name, fetched, paths = visited
    _, allowed, flag = OUTCOMES[name]
    verdict = look(fetched, target="https://example.com/", site="example.com", now=0)
    if name == "a closed connection":  # the host is dead, which says more than its robots.txt
        assert fetched.failure is Reason.CONNECTION
        return
    assert paths == (["/page"] if allowed else [])
    assert verdict.outcome is (Outcome.FOUND if allowed else Outcome.BLOCKED)
    assert verdict.reason is (Reason.LINK_PRESENT if allowed else Reason.ROBOTS)
    assert fetched.robots.flags == ((flag,) if flag else ())


@pytest.mark.parametrize("outcome", ["200 that allows", "200 that disallows", "404", "503", "cut short"])
def test_f23_somebody_else_may_load_what_we_may(outcome: str) -> None:
    """Another part of ours that loads pages itself asks before; the page is not touched for it."""
    pages, allowed, _ = OUTCOMES[outcome]

    async def asked(web: LoopbackWeb) -> list[bool]:
        async with Fetcher(web.settings()) as fetcher:
            return [await fetcher.may_visit(web.url(HOST, path)) for path in ("/page", "/page?again")]

    with LoopbackWeb({(HOST, "/page"): Answer.html("x"), **pages}) as web:
        assert run(asked(web)) == [allowed, allowed]
        assert [hit.path for hit in web.hits if hit.host == HOST] == ["/robots.txt"]


def test_f23_nobody_may_load_what_is_no_page_or_no_host() -> None:
    async def asked(web: LoopbackWeb) -> list[bool]:
        async with Fetcher(web.settings()) as fetcher:
            wrong = ("ftp://site.example/", "nonsense", "http://10.0.0.1/", "http://nobody.example/")
            return [await fetcher.may_visit(url) for url in wrong]

    with LoopbackWeb(names=[HOST]) as web:
        assert run(asked(web)) == [False] * 4


def _visits(
    clock: Clock, pages: dict[tuple[str, str], Answer], moves: list[float]
) -> tuple[list[Fetched], list[str]]:
    async def visit(web: LoopbackWeb) -> list[Fetched]:
        found = []
        async with Fetcher(web.settings(clock=clock)) as fetcher:
            for seconds in moves:
                clock.time += seconds
                found.append(await fetcher.fetch(web.url(HOST, "/page")))
        return found

    with LoopbackWeb({(HOST, "/page"): Answer.html("x"), **pages}) as web:
        return run(visit(web)), [hit.path for hit in web.hits]


def test_f23_the_file_is_kept_for_a_day() -> None:
    _, asked = _visits(Clock(), _answer(Answer.text(ALLOW)), [0, 86_000, 500])
    assert asked == ["/robots.txt", "/page", "/page", "/robots.txt", "/page"]


def test_f23_an_unreachable_file_is_asked_for_again_after_a_while_and_the_pages_never() -> None:
    _, asked = _visits(Clock(), _answer(Answer.text("x", status=500)), [0, 10, 400, 10, 700])
    assert asked == ["/robots.txt"] * 3


def test_f23_after_thirty_days_without_an_answer_the_site_counts_as_without_rules() -> None:
    found, asked = _visits(Clock(), _answer(Answer.text("x", status=500)), [0, 29 * 86_400, 2 * 86_400])
    assert [fetched.failure for fetched in found] == [Reason.ROBOTS, Reason.ROBOTS, None]
    assert asked[-1] == "/page"


def test_f23_each_hop_of_a_page_asks_its_own_host() -> None:
    async def one(web: LoopbackWeb) -> Fetched:
        web.pages[HOST, "/page"] = Answer.redirect(web.url(OTHER, "/there"))
        async with Fetcher(web.settings()) as fetcher:
            return await fetcher.fetch(web.url(HOST, "/page"))

    pages = {(OTHER, "/there"): Answer.html("x"), (OTHER, "/robots.txt"): Answer.text(DISALLOW)}
    with LoopbackWeb(pages, names=[HOST]) as web:
        fetched = run(one(web))
        assert web.paths(OTHER) == []
    assert fetched.failure is Reason.ROBOTS
    assert fetched.final_url.endswith("/there")


def test_f23_all_reference_assertions_hold_but_the_one_that_departs_from_the_standard() -> None:
    cases = json.loads(shared("robots-google", "assertions.json").read_text(encoding="utf-8"))
    wrong = [case for case in cases if _allowed(case) is not case["allowed"]]
    assert len(cases) == 142
    assert [case["robots_txt"].rpartition("/")[2].strip() for case in wrong] == ["%62%61%7A"]


def _allowed(case: dict[str, str]) -> bool:
    file = read_file(200, case["robots_txt"].encode("utf-8", "surrogateescape"))
    return RobotsRules(file, (case["user_agent"],)).allows(case["url"], case["user_agent"])
