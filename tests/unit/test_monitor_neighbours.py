from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.link import VIA_CANONICAL, VIA_PAGINATION, Outcome, Reason, Redirect, Verdict
from linkstead.monitor.fetched import Fetched
from linkstead.monitor.neighbours import MAX_NEIGHBOURS, Neighbour, moved_verdict, neighbours
from linkstead.monitor.verify import look
from linkstead.page import read_page
from linkstead.urls import domain_of, try_normalise_url

TARGET = "https://example.com/page"
PAGE = "https://blog.site.example/news"
LINK = f'<a href="{TARGET}">x</a>'


def _neighbours(body: str, url: str = PAGE, *headers: tuple[str, str], **changes: object) -> list[str]:
    fetched = Fetched(url=url, final_url=url, status=200, body=body.encode())
    fetched = replace(fetched, **changes)  # type: ignore[arg-type]
    page = read_page(fetched.body, url=fetched.final_url, headers=headers)
    return [neighbour.url for neighbour in neighbours(page, fetched)]


def _links(*addresses: str) -> str:
    return "".join(f'<a href="{address}">x</a>' for address in addresses)


@pytest.mark.parametrize(
    ("url", "addresses", "expected"),
    [
        ("/news", ["/news?page=2", "/news?page=3"], ["/news?page=2"]),
        ("/news", ["/news/page/2/", "/news/page/9/"], ["/news/page/2/"]),
        ("/news/", ["/news/page/2/"], ["/news/page/2/"]),
        ("/", ["/page/2"], ["/page/2"]),
        ("/news", ["/news?paged=2"], ["/news?paged=2"]),
        ("/news?sort=date", ["/news?sort=date&page=2", "/news?page=2"], ["/news?sort=date&page=2"]),
        ("/news?page=3", ["/news?page=2", "/news?page=4", "/news?page=1"], ["/news?page=4", "/news?page=2"]),
        ("/news/page/2/", ["/news/", "/news/page/3/"], ["/news/page/3/", "/news/"]),
        ("/post/", ["/post/comment-page-2/#comments"], ["/post/comment-page-2/#comments"]),
        ("/thread.12", ["/thread.12/page-2"], ["/thread.12/page-2"]),
        ("/forum/t1", ["/forum/t1/page2"], ["/forum/t1/page2"]),
        ("/blog/seite/4", ["/blog/seite/5"], ["/blog/seite/5"]),
        ("/news?page=1", ["/news?page=0"], ["/news?page=0"]),
        ("/news", ["/other?page=2", "/news/more?page=2", "/news2?page=2"], []),
        ("/news", ["/news?p=2", "/news?id=2", "/news/2"], []),
        ("/news", ["/news?page=two", "/news?page=-1", "/news?page=2000000000"], []),
        ("/news", ["http://other.example/news?page=2"], []),
        ("/page/2/article", ["/page/3/article"], []),
    ],
)
def test_a_page_number_one_off_is_a_neighbour(url: str, addresses: list[str], expected: list[str]) -> None:
    site = "https://blog.site.example"
    assert _neighbours(_links(*addresses), f"{site}{url}") == [f"{site}{path}" for path in expected]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel=canonical href="/article">', ["https://blog.site.example/article"]),
        ('<link rel=canonical href="https://www.site.example/a">', ["https://www.site.example/a"]),
        ('<link rel=canonical href="http://www.blog.site.example/news/index.html">', []),
        ('<link rel=canonical href="https://elsewhere.example/news">', []),
        ('<link rel=canonical href="/news#top">', []),
        ('<link rel=canonical href="/news?utm_source=x">', []),
        ('<link rel=canonical href="mailto:a@b.example">', []),
        ('<link rel=next href="/b">', ["https://blog.site.example/b"]),
        ('<link rel=prev href="/a">', ["https://blog.site.example/a"]),
        ('<link rel=next href="/b"><link rel=canonical href="/c">', ["/c", "/b"]),
        ('<link rel=prev href="/a"><link rel=next href="/b">', ["/b", "/a"]),
        ('<link rel=next href="/c"><link rel=canonical href="/c/">', ["/c/"]),
        ('<link rel=next href="javascript:alert(1)">', []),
        ('<link rel=next href="ftp://blog.site.example/x">', []),
        ('<link rel=next href="http://[::1/">', []),
    ],
)
def test_what_the_page_names_on_its_own_site_is_a_neighbour(head: str, expected: list[str]) -> None:
    absolute = [url if "://" in url else f"https://blog.site.example{url}" for url in expected]
    assert _neighbours(head) == absolute


def test_at_most_three_are_named_and_the_likeliest_first() -> None:
    head = '<link rel=canonical href="/c"><link rel=next href="/n"><link rel=prev href="/p">'
    body = _links("/news?page=3", "/news?page=1")
    site = "https://blog.site.example"
    found = _neighbours(head + body, f"{site}/news?page=2")
    assert found == [f"{site}/c", f"{site}/n", f"{site}/news?page=3"]


def test_the_addresses_that_led_to_the_page_are_the_page() -> None:
    way = (Redirect("https://blog.site.example/old", 301, PAGE),)
    head = '<link rel=canonical href="/old"><link rel=next href="/asked">'
    asked = "https://blog.site.example/asked"
    assert _neighbours(head, asked, final_url=PAGE, redirects=way) == []


def test_a_page_that_went_to_another_site_has_no_neighbours() -> None:
    assert _neighbours('<link rel=next href="/b">', final_url="https://other.example/x") == []


def test_a_canonical_in_the_header_counts() -> None:
    header = ("Link", '</article>; rel="canonical"')
    assert _neighbours("x", PAGE, header) == ["https://blog.site.example/article"]


@given(
    st.lists(
        st.one_of(
            st.text(max_size=30).map(lambda text: text.replace('"', "")),
            st.from_regex(r"/?[a-c]{0,2}(/page/\d{1,8})?/?(\?page=\d{1,3})?", fullmatch=True),
            st.sampled_from(["//site.example/b", "https://other.example/", "/news", "?page=2", "/news/"]),
        ),
        max_size=8,
    ),
    st.sampled_from(["", "?page=2", "/page/2/", "?a=b"]),
)
def test_every_neighbour_is_a_page_of_the_site_and_not_the_page_itself(
    addresses: list[str], own: str
) -> None:
    url = PAGE + own
    body = "".join(
        f'<link rel="{rel}" href="{address}"><a href="{address}">x</a>'
        for rel, address in zip(["next", "prev", "canonical"] * 3, addresses, strict=False)
    )
    found = _neighbours(body, url)
    assert len(found) <= MAX_NEIGHBOURS
    assert len(set(found)) == len(found)
    for neighbour in found:
        assert neighbour.startswith(("http://", "https://"))
        assert domain_of(neighbour) == "site.example"
        assert try_normalise_url(neighbour) != try_normalise_url(url)


# --- the verdict


def _judged(body: str, url: str, final: str | None = None, status: int = 200) -> Verdict:
    fetched = Fetched(url=url, final_url=final or url, status=status, body=body.encode())
    return look(fetched, target=TARGET, site="example.com", now=1_700_000_000)


FILLER = "<p>" + "words about boats and the sea " * 60
NEXT = Neighbour(f"{PAGE}?page=2", VIA_PAGINATION, "the next page of the list")


def test_a_link_that_moved_to_the_next_page_is_found_there() -> None:
    first = _judged(FILLER, PAGE)
    verdict = moved_verdict(first, _judged(FILLER + LINK, NEXT.url), NEXT)
    assert (verdict.outcome, verdict.reason, verdict.via) == (
        Outcome.FOUND,
        Reason.LINK_PRESENT,
        VIA_PAGINATION,
    )
    assert (verdict.page_url, verdict.final_url) == (PAGE, NEXT.url)
    assert verdict.followed is True
    assert verdict.explanation == (
        f"The link has moved to the next page of the list, {NEXT.url}, which has it with a followed link."
    )


@pytest.mark.parametrize("status", [200, 404, 403, 500])
def test_without_the_link_there_the_first_verdict_stands(status: int) -> None:
    first = _judged(FILLER, PAGE)
    body = FILLER if status == 200 else FILLER + LINK
    assert moved_verdict(first, _judged(body, NEXT.url, status=status), NEXT) is first


def test_a_neighbour_that_left_the_site_is_none() -> None:
    first = _judged(FILLER, PAGE)
    there = _judged(LINK, NEXT.url, "https://other.example/x")
    assert there.outcome is Outcome.FOUND
    assert moved_verdict(first, there, NEXT) is first


def test_a_neighbour_that_leads_back_was_a_second_look_at_the_page() -> None:
    verdict = moved_verdict(_judged(FILLER, PAGE), _judged(FILLER + LINK, NEXT.url, f"{PAGE}/"), NEXT)
    assert (verdict.outcome, verdict.via, verdict.page_url) == (Outcome.FOUND, None, PAGE)
    assert "moved" not in verdict.explanation


def test_the_qualities_are_those_of_the_page_where_it_stands() -> None:
    there = _judged(f"<meta name=robots content=noindex>{LINK.replace('<a', '<a rel=ugc')}", NEXT.url)
    verdict = moved_verdict(_judged(FILLER, PAGE), there, NEXT._replace(via=VIA_CANONICAL))
    assert (verdict.via, verdict.followed, verdict.indexable) == (VIA_CANONICAL, False, False)
    assert "not followed because of the link's rel" in verdict.explanation
