"""Snippets: the markup of the very links that `read_page` found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.link import VOTING_TYPES
from linkstead.page import read_page
from linkstead.page.snippet import Snippet, snippets

patient = settings(deadline=None)

URL = "https://site.example/dir/page"
TARGET = "https://me.example/offer"


def anything(_: str) -> bool:
    return True


def shown(markup: str, *, around: int = 160) -> tuple[Snippet, ...]:
    return snippets(markup.encode(), URL, wanted=anything, around=around)


def markups(markup: str) -> list[str]:
    return [snippet.markup for snippet in shown(markup)]


def test_a_snippet_is_the_source_from_the_start_tag_to_the_end_tag() -> None:
    source = '<p>see <A HREF="/a&amp;b"\n class=x>the <b>offer</b></A> today'
    (found,) = shown(source)
    assert found == Snippet(
        before="<p>see ",
        markup='<A HREF="/a&amp;b"\n class=x>the <b>offer</b></A>',
        after=" today",
        line=1,
        position=0,
    )


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<area href=/x>", ["<area href=/x>"]),
        ("<a href=/x>never closed", ["<a href=/x>"]),
        ("<p><a href=/x>one<p>two</a>", ["<a href=/x>", "<a href=/x>"]),
        ("<table><a href=/x>foster</a><tr><td>cell</table>", ["<a href=/x>foster</a>"]),
        ("<svg><a href=/x>drawn</a></svg>", ["<a href=/x>drawn</a>"]),
        ("<noscript><a href=/x>plain</a></noscript>", ["<a href=/x>plain</a>"]),
        ("<NoScript ><a href=/x>plain</a></NoScript>", ["<a href=/x>plain</a>"]),
        ("<head><noscript><iframe></iframe></noscript></head><a href=/x>x</a>", ["<a href=/x>x</a>"]),
        ("<a href=/x><noscript><a href=/y>two", ["<a href=/x>", "<a href=/y>"]),
        ("<a name=x>no address</a><a href=/x>x</a>", ["<a href=/x>x</a>"]),
        ("<a href=mailto:me>mail</a><a href=/x>x</a>", ["<a href=/x>x</a>"]),
        ("<a href>empty</a>", ["<a href>empty</a>"]),
        ("<!-- <a href=/x>comment</a> -->", []),
        ("<script>'<a href=/x>script</a>'</script>", []),
        ("<template><a href=/x>inert</a></template>", []),
        ("<template><noscript><a href=/x>inert</a></noscript></template>", []),
        ("<noscript><template><a href=/x>inert</a></template></noscript>", []),
        ("<template><a href=/x>inert</a></template><a href=/x>real</a>", ["<a href=/x>real</a>"]),
        ("<textarea><a href=/x>text</a></textarea>", []),
        ("<link rel=canonical href=/x><form action=/y></form>", []),
    ],
)
def test_only_links_are_shown_and_each_as_it_is_written(markup: str, expected: list[str]) -> None:
    assert markups(markup) == expected


def test_of_equal_links_each_is_shown_at_its_own_place() -> None:
    source = (
        "<template><a href=/x>0</a></template>\r\n<a href=/x>1</a>\r\n\r\n<a href=/x>2</a>\r<a href=/x>3</a>"
    )
    found = shown(source, around=0)
    assert [(snippet.line, snippet.position, snippet.markup[-5]) for snippet in found] == [
        (2, 0, "1"), (4, 1, "2"), (5, 2, "3"),
    ]  # fmt: skip


def test_only_wanted_addresses_are_shown() -> None:
    source = f"<base href=https://me.example/><a href=offer>1</a><a href=/other>2</a><a href='{TARGET}'>3</a>"
    by_name = snippets(source.encode(), URL, wanted={TARGET})
    by_rule = snippets(source.encode(), URL, wanted=lambda url: url == TARGET)
    assert [snippet.position for snippet in by_name] == [0, 2]
    assert by_name == by_rule
    assert snippets(source.encode(), URL, wanted=()) == ()


def test_text_is_read_in_the_charset_of_the_page() -> None:
    body = "<a href=/x>größer</a> – für".encode("cp1252")
    (found,) = snippets(body, URL, [("Content-Type", "text/html; charset=latin1")], wanted=anything)
    assert (found.markup, found.after) == ("<a href=/x>größer</a>", " – für")


def test_surroundings_and_long_links_are_cut() -> None:
    source = "x" * 500 + "<a href=/x>" + "y" * 5000 + "</a>" + "z" * 500
    (found,) = shown(source, around=100)
    assert (found.before, found.after) == ("x" * 100, "z" * 100)
    assert found.cut
    assert found.markup == "<a href=/x>" + "y" * 1989


def test_a_farm_of_links_is_shown_in_part() -> None:
    assert len(markups("<a href=/x>x</a>" * 500)) == 50


def test_formatting_that_would_multiply_changes_no_place() -> None:
    # read_page leaves these tags out: 600 open elements, repeated in 3,000 paragraphs
    fonts = "".join(f"<font\nid={number}>" for number in range(600))
    source = f"{fonts}{'<p>x' * 3000}\n<a href=/x>one</a><p><a href=/y>two<i id=2>2</i></a>"
    found = shown(source, around=0)
    assert [snippet.markup for snippet in found] == ["<a href=/x>one</a>", "<a href=/y>two<i id=2>2</i></a>"]
    assert found[0].line == 602


FRAGMENTS = st.sampled_from(
    [
        *"<>/=\"'&;# \n\r\0xé",
        *("<a href=/x>", "<a href=/y>", "<a>", "</a>", "<area href=/x>", "<p>", "</p>", "<div>", "</div>"),
        *("<table>", "<td>", "</table>", "<select>", "<option>", "<b id=1>", "</b>", "<font size=2>", "<i>"),
        *("<script>", "</script>", "<!--", "-->", "<template>", "</template>", "<noscript>", "</noscript>"),
        *("<svg>", "<math>", "<title>", "</title>", "<head>", "<body>", "<frameset>", "<br>", "<li>", "<h1>"),
        *("<textarea>", "<iframe>", "<noembed>", "<a href='", "<a href=mailto:x>", "<base href=/b/>"),
    ]
)


@patient
@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_every_link_of_a_broken_page_is_found_where_it_is_written(markup: str) -> None:
    page = read_page(markup.encode(), url=URL)
    # an address with a noscript in it is read as something that no source has: nothing is shown then
    links = [link for link in page.links if link.type in VOTING_TYPES and "noscript" not in link.raw]
    found = shown(markup)
    assert [snippet.position for snippet in found] == [link.position for link in links[:50]]
    for snippet, link in zip(found, links, strict=False):
        again = read_page((snippet.markup + ">").encode(), url=page.base)
        assert snippet.markup.lower().startswith("<a")
        assert link.raw in [other.raw for other in again.links]


@patient
@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    for snippet in snippets(body + b"<a href=/x>x</a>", URL, wanted=anything):
        assert snippet.line >= 1
