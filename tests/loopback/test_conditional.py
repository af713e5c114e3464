"""Conditional GET: an unchanged page need not come again, and no server can use that against us."""

from __future__ import annotations

import pytest

from linkstead.link import Outcome, Reason
from linkstead.monitor.fetch import Fetched, Fetcher, Validators, run
from linkstead.monitor.verify import look
from tests.loopback.web import Answer, Hit, LoopbackWeb

HOST = "kept.example"
CHANGED = "Sat, 14 Nov 2026 10:00:00 GMT"
LINK = '<a href="https://example.com/page">x</a>'


def _unless_known(hit: Hit) -> Answer:
    """A server that does as RFC 9110 says."""
    if hit.headers.get("if-none-match") == '"v1"':
        return Answer(304, b"", (("ETag", '"v1"'), ("X-Robots-Tag", "noindex")))
    return Answer.html(LINK, ("ETag", '"v1"'), ("Last-Modified", CHANGED))


def _twice(web: LoopbackWeb, first: str, second: str | None = None) -> tuple[Fetched, Fetched]:
    async def visit() -> tuple[Fetched, Fetched]:
        async with Fetcher(web.settings()) as fetcher:
            one = await fetcher.fetch(first)
            return one, await fetcher.fetch(second or first, validators=one.validators)

    return run(visit())


def _with(
    pages: dict[tuple[str, str], object], path: str, known: Validators | None
) -> tuple[Fetched, list[Hit]]:
    async def visit(web: LoopbackWeb) -> Fetched:
        here = None if known is None else known._replace(url=web.url(HOST, known.url))
        async with Fetcher(web.settings(obey_robots=False)) as fetcher:
            return await fetcher.fetch(web.url(HOST, path), validators=here)

    with LoopbackWeb(pages) as web:
        return run(visit(web)), web.hits


def test_an_unchanged_page_is_not_sent_again_and_its_new_headers_are_told() -> None:
    with LoopbackWeb({(HOST, "/"): _unless_known}) as web:
        first, second = _twice(web, web.url(HOST))
    assert (first.status, first.not_modified) == (200, False)
    assert (second.status, second.not_modified, second.failure, second.body) == (304, True, None, b"")
    assert second.header("x-robots-tag") == "noindex"
    assert second.wire_bytes < first.wire_bytes
    assert second.validators is None  # those of the first answer stay the ones to keep


def test_both_validators_are_sent_back_as_they_came() -> None:
    with LoopbackWeb({(HOST, "/"): _unless_known}) as web:
        _twice(web, web.url(HOST))
        asked = [hit.headers for hit in web.hits if hit.path == "/"]
    assert "if-none-match" not in asked[0]
    assert (asked[1]["if-none-match"], asked[1]["if-modified-since"]) == ('"v1"', CHANGED)


def test_a_changed_page_is_read_and_never_asked_for_by_head() -> None:
    with LoopbackWeb({(HOST, "/"): _unless_known}) as web:
        first, _ = _twice(web, web.url(HOST))
        web.pages[HOST, "/"] = Answer.html("<p>new", ("ETag", '"v2"'))

        async def again() -> Fetched:
            async with Fetcher(web.settings()) as fetcher:
                return await fetcher.fetch(web.url(HOST), validators=first.validators)

        fetched = run(again())
        assert {hit.method for hit in web.hits} == {"GET"}
    assert (fetched.status, fetched.not_modified, fetched.body) == (200, False, b"<p>new")
    assert fetched.validators is not None
    assert fetched.validators.etag == '"v2"'


def test_on_the_way_over_redirects_only_the_page_itself_is_asked_conditionally() -> None:
    pages = {
        (HOST, "/old"): Answer.redirect("/older", 302),
        (HOST, "/older"): Answer(308, b"", (("Location", "/page"), ("ETag", '"v1"'))),
        (HOST, "/page"): _unless_known,
    }
    with LoopbackWeb(pages) as web:
        first, second = _twice(web, web.url(HOST, "/old"))
        conditional = [hit.path for hit in web.hits if "if-none-match" in hit.headers]
    assert first.final_url == second.final_url == web.url(HOST, "/page")
    assert (second.not_modified, len(second.redirects)) == (True, 2)
    assert conditional == ["/page"]


def test_a_page_that_moved_meanwhile_is_read_where_it_is_now() -> None:
    pages = {(HOST, "/page"): Answer.redirect("/new"), (HOST, "/new"): _unless_known}
    fetched, hits = _with(pages, "/page", Validators("/page", '"v1"', None))
    assert (fetched.status, fetched.not_modified) == (200, False)
    assert ["if-none-match" in hit.headers for hit in hits] == [True, False]


def test_another_host_never_sees_the_validators() -> None:
    pages = {("away.example", "/"): _unless_known}
    with LoopbackWeb(pages, names=[HOST]) as web:
        web.pages[HOST, "/"] = Answer.redirect(web.url("away.example"))

        async def visit() -> Fetched:
            async with Fetcher(web.settings()) as fetcher:
                return await fetcher.fetch(web.url(HOST), validators=Validators(web.url(HOST), '"v1"', None))

        fetched = run(visit())
        assert all("if-none-match" not in hit.headers for hit in web.hits if hit.host == "away.example")
    assert (fetched.status, fetched.not_modified) == (200, False)


@pytest.mark.parametrize(
    "known", [None, Validators("/elsewhere", '"v1"', None), Validators("/", "*", "soon")]
)
def test_a_304_that_nobody_asked_for_is_no_answer(known: Validators | None) -> None:
    fetched, hits = _with({(HOST, "/"): Answer(304)}, "/", known)
    assert (fetched.not_modified, fetched.failure) == (False, Reason.BAD_ANSWER)
    assert look(fetched, target="https://example.com/page", site="example.com", now=0).outcome is (
        Outcome.UNREACHABLE
    )
    assert "if-none-match" not in hits[-1].headers


def test_a_server_that_answers_304_to_everything_gives_no_page_and_no_rules() -> None:
    with LoopbackWeb({(HOST, "/"): Answer(304), (HOST, "/robots.txt"): Answer(304)}) as web:
        first, second = _twice(web, web.url(HOST))
    assert [first.failure, second.failure] == [Reason.BAD_ANSWER] * 2
    assert first.validators is None


@pytest.mark.parametrize(
    "value", [b'"\x80\xff"', b'"caf\xc3\xa9"', b'"' + b"x" * 5000 + b'"', b'"\x00"', b"*", b'"a\tb"', b"W/"]
)
def test_a_hostile_entity_tag_is_not_sent_back(value: bytes) -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nETag: " + value + b"\r\n\r\nhi"
    )
    with LoopbackWeb({(HOST, "/"): Answer(raw=head)}) as web:
        first, second = _twice(web, web.url(HOST))
        assert all("if-none-match" not in hit.headers for hit in web.hits)
    assert first.validators is None
    assert second.not_modified is False


def test_what_a_fetch_cost_is_counted_over_all_hops() -> None:
    pages = {(HOST, "/a"): Answer.redirect("/b"), (HOST, "/b"): Answer.html("x" * 10_000)}
    with LoopbackWeb(pages) as web:
        first, second = _twice(web, web.url(HOST, "/a"))
    assert (first.requests, second.requests) == (3, 2)  # the first asked for robots.txt, too
    assert 10_000 < second.wire_bytes < first.wire_bytes < 10_600


def test_a_page_that_was_never_asked_for_cost_nothing() -> None:
    with LoopbackWeb({(HOST, "/"): Answer.html("x")}) as web:
        fetched, _ = _twice(web, "http://10.0.0.1/")
        assert web.hits == []
    assert (fetched.requests, fetched.wire_bytes) == (0, 0)
