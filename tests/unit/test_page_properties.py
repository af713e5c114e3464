"""What holds for every page, however broken: nothing raises, every link is a web address."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.link import Placement
from linkstead.page import Page, read_page
from linkstead.page.hidden import hidden_by_style
from linkstead.page.prepare import prepared
from linkstead.urls import absolute_url

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://site.example/dir/"

FRAGMENTS = st.sampled_from(
    [
        *"<>/=\"'&;# \n\0x",
        *[
            "<a href=/x>",
            "</a>",
            "<p>",
            "</p>",
            "<div hidden>",
            "</div>",
            "<table>",
            "<td>",
            "<base href=/b/>",
        ],
        *[
            "<script>",
            "</script>",
            "<!--",
            "-->",
            "<template>",
            "<noscript>",
            "</noscript>",
            "<svg>",
            "<title>",
        ],
        *[
            "<nav>",
            "<footer>",
            "<div class=comments style='display:none'>",
            "<img alt=a>",
            "<b id=1>",
            "<select>",
        ],
        *[
            "<meta name=robots content=nofollow>",
            "<link rel=canonical href=c>",
            "&#x0;",
            "\ufffd",
            "<iframe src=f>",
        ],
    ]
)


def check(page: Page) -> None:
    for position, link in enumerate(page.links):
        assert link.url.startswith(("http://", "https://"))
        assert absolute_url(link.url, "https://elsewhere.example/") == link.url
        assert link.position == position
        assert isinstance(link.placement, Placement)
        assert link.anchor_text == link.anchor_text.strip()
        assert "\n" not in link.anchor_text + link.left + link.right
        assert all(token == token.lower() and token for token in link.rel)
    assert len(page.text) <= 20_000
    assert page.words >= len(page.text.split()) - 1 or page.words > 2_000


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(body: bytes) -> None:
    check(read_page(body, url=URL))


@given(st.lists(FRAGMENTS, max_size=60).map("".join))
def test_any_soup_of_tags_can_be_read(html: str) -> None:
    check(read_page(html.encode(), url=URL))


@given(
    st.text(),
    st.lists(
        st.tuples(
            st.sampled_from(["Content-Type", "X-Robots-Tag", "Link", "Refresh", "Content-Language", "x"]),
            st.text(),
        )
    ),
)
def test_any_address_and_headers_can_be_given(url: str, headers: list[tuple[str, str]]) -> None:
    page = read_page(b"<a href=/x>x</a><a href=https://o.example/>y</a>", url=url, headers=headers)
    check(page)
    assert page.links[-1].url == "https://o.example/"
    page.robots.noindex_from(0)


@given(st.text(alphabet="clip:rect()inset%transform-indent0189px;, em!", max_size=200))
def test_any_style_can_be_read(style: str) -> None:
    assert isinstance(hidden_by_style(style), str | None)


@given(st.text(alphabet="abcé<>&\"' ", max_size=40))
def test_an_anchor_text_comes_out_as_it_went_in(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    (link,) = read_page(f"<a href=/x>{escaped}</a>".encode(), url=URL).links
    assert link.anchor_text == " ".join(text.split())


def test_tags_that_would_multiply_are_taken_out_and_the_links_stay() -> None:
    html = "<p>" + "".join(f"<b id={n}>" for n in range(600)) + "</p>" + "<p><a href=/x>x</a></p>" * 1_000
    assert "<b " not in prepared(html)
    assert len(read_page(html.encode(), url=URL).links) == 1_000
    harmless = "<p><b id=1>x</b> <a href=/x>x</a></p>" * 1_000
    assert prepared(harmless) != harmless  # many closed ones look the same to a count
    few = "<p><b id=1>x</b> <a href=/x>x</a></p>" * 100
    assert prepared(few) == few


MANY = 300_000


@pytest.mark.parametrize(
    "make",
    [
        lambda: "<div>" * MANY + "<a href=/x>x</a>",
        lambda: "<a href=/x><table><td>" * MANY,
        lambda: "<b>" * MANY,
        lambda: "<p " + " ".join(f"a{n}=1" for n in range(MANY)) + "><a href=/x>x</a>",
        lambda: "<p>" + "".join(f"<b id={n}>" for n in range(5_000)) + "</p>" + "<p>x</p>" * 100_000,
        lambda: "x" * 10 * MANY,
        lambda: "\0" * MANY,
        lambda: "<" * MANY,
        lambda: "<noscript>" * MANY,
        lambda: "<!--" * MANY,
        lambda: "<ul><li>" * MANY,
    ],
    ids=[
        "depth",
        "tables",
        "inline",
        "attributes",
        "formatting",
        "line",
        "nul",
        "lt",
        "noscript",
        "comments",
        "lists",
    ],
)
def test_a_page_made_to_exhaust_a_reader_is_read_within_the_usual_stack(make: Callable[[], str]) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200 + _depth())
    try:
        check(read_page(make().encode(), url=URL))
    finally:
        sys.setrecursionlimit(limit)


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth
