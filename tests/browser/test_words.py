"""Words and tags of the pages; no browser needed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("django", reason="the pages need Linkstead's server packages")

from linkstead.link import LinkStatus
from linkstead.server.look.templatetags import look
from linkstead.server.look.words import metric_in_words, relative, sources_in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (44, "just now"),
        (60, "1 min ago"),
        (3_599, "60 min ago"),
        (7_200, "2 h ago"),
        (86_400, "1 day ago"),
        (3 * 86_400, "3 days ago"),
        (60 * 86_400, "2 months ago"),
        (800 * 86_400, "2 years ago"),
        (-3 * 86_400, "in 3 days"),
    ],
)
def test_times_are_told_in_few_words(seconds: float, words: str) -> None:
    assert relative(seconds) == words


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("ahrefs-backlinks", "Ahrefs"),
        ("search-console-latest-links", "Search Console"),
        ("my_own-tool", "My own tool"),
    ],
)
def test_a_source_is_called_by_its_makers_name(slug: str, name: str) -> None:
    assert sources_in_words(slug) == name


def test_a_vendors_number_keeps_the_vendors_name() -> None:
    assert metric_in_words("ahrefs.dr") == "Ahrefs DR"
    assert metric_in_words("other.trust_flow") == "other trust flow"
    assert metric_in_words(None) == "Authority"


def test_what_a_source_tells_besides_is_told_in_words() -> None:
    assert look.metric_name("ahrefs.dr") == "Ahrefs DR"
    assert look.metric_name("ahrefs.domain_traffic") == "domain traffic"
    assert [look.told(value) for value in (True, False, 12_000, "article")] == [
        "yes",
        "no",
        "12,000",
        "article",
    ]


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://sealanes.example/a", "https://sealanes.example/a"),
        (" HTTP://sealanes.example/", "HTTP://sealanes.example/"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//evil.example", ""),
        ("vbscript:https://x", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_become_links(url: object, href: str) -> None:
    assert look.safe_href(url) == href
    assert ("href=" in look.outside_link(url)) is bool(href)


@given(st.text(), st.text())
def test_no_text_from_outside_becomes_markup(url: str, label: str) -> None:
    drawn = look.outside_link(url, label)
    inside = drawn.removeprefix("<a ").removeprefix("<span ").removesuffix("</a>").removesuffix("</span>")
    assert inside.count("<") == 2, "only <bdi> and </bdi>"
    assert "&lt;" in drawn or "<" not in (label or url)


def test_a_link_outside_gives_away_nothing() -> None:
    assert 'rel="noopener noreferrer nofollow"' in look.outside_link("https://sealanes.example/")


@pytest.mark.parametrize("status", list(LinkStatus))
def test_every_state_has_a_word_and_a_class_of_its_own(status: LinkStatus) -> None:
    assert f">{status.value}<" in look.state(status.value)
    classes = {look.state_class(other.value) for other in LinkStatus}
    assert len(classes) == len(LinkStatus)


@pytest.mark.parametrize(("value", "shown"), [(1_284_907, "1,284,907"), (0, "0"), (0.5, "0.5"), (61.0, "61")])
def test_numbers_have_thousands_apart(value: float, shown: str) -> None:
    assert look.number(value) == shown


@pytest.mark.parametrize("value", [None, "", "12", True])
def test_what_is_no_number_is_said_to_be_unknown(value: object) -> None:
    assert "unknown" in look.number(value)


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(1, 1_000, "under 1%"), (0, 10, "0%"), (3, 4, "75%"), (1, 0, "")]
)
def test_a_small_share_is_not_called_nothing(part: int, whole: int, shown: str) -> None:
    assert look.percent_of(part, whole) == shown


def test_a_time_says_the_exact_moment_beside_the_words() -> None:
    then = int(dt.datetime(2026, 11, 19, 12, 0, tzinfo=dt.UTC).timestamp())
    drawn = look.ago({"now": then + 3 * 86_400}, then)
    assert ">3 days ago<" in drawn
    assert 'title="19 Nov 2026, 12:00 UTC"' in drawn


@pytest.mark.parametrize("value", [None, True, 10**20, float("nan"), "yesterday"])
def test_a_time_that_is_none_is_a_dash(value: object) -> None:
    assert "unknown" in look.day(value)


@given(st.lists(st.tuples(st.sampled_from([s.value for s in LinkStatus]), st.integers(0, 10**7)), max_size=7))
def test_the_shares_fill_the_bar_and_no_more(parts: list[tuple[str, int]]) -> None:
    drawn = look.shares(parts)
    widths = [float(piece.split('"')[0]) for piece in drawn.split(' width="')[1:]]
    assert sum(widths) <= 102
    assert len(widths) == sum(1 for _, count in parts if count)
