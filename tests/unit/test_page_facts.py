"""The figures of a page, its accounts and the make of its markup."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.page import read_page
from linkstead.page.facts import account_ids, page_figures, repeated_share, template_of
from linkstead.quality.facts import PageFacts

MARKUP = b"""<html lang=en><title>Lamps</title><nav><a href=/a>A</a></nav><p>Words about lamps
<a href=https://b.example/1>b</a> <a href=https://b.example/2 rel=nofollow>b</a>
<a href=https://c.example/>c</a>
<a href=https://d.example/ style="display:none">d</a>
<script>gtag('config','G-ABCDEF1234');'UA-12345-2'</script>"""


def test_links_are_counted_by_where_they_lead() -> None:
    made = page_figures(read_page(MARKUP, url="https://www.a.example/"), MARKUP)
    assert (made.links, made.outlinks, made.outlinked_domains) == (5, 4, 3)
    assert (made.followed_outlinks, made.hidden_links) == (3, 1)
    assert made.external_share == 0.8
    assert made.ids == ("G-ABCDEF1234", "UA-12345")
    assert made.placements["navigation"] == 1
    assert (made.title, made.language) == ("Lamps", "en")


def test_the_figures_are_facts_by_name() -> None:
    made = page_figures(read_page(MARKUP, url="https://a.example/"), MARKUP)
    assert PageFacts(**asdict(made)).outlinks == 4
    assert {each.name for each in fields(made)} <= {each.name for each in fields(PageFacts)}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (b"ca-pub-1234567890123456 pub-1234567890123456", ("pub-1234567890123456",)),
        (b"GTM-ABC123 xGTM-ABC124 G-short", ("GTM-ABC123",)),
        (b"UA-1234567-1 UA-1234567-2", ("UA-1234567",)),
        (b"FUA-1234567-1 UA-12-1", ()),
    ],
)
def test_accounts_are_read_as_whole_words(text: bytes, ids: tuple[str, ...]) -> None:
    assert account_ids(text) == ids


def test_the_make_is_that_of_the_tags_not_of_the_text() -> None:
    page = b"".join(b"<div class=post><p>%d</p><span></span></div>" % n for n in range(30))
    assert template_of(page) == template_of(page.replace(b"1", b"other words"))
    assert template_of(page) != template_of(page.replace(b"<p>", b"<ul><li>"))
    assert template_of(b"<p>") is None


def test_text_that_repeats_itself_is_told_by_its_share() -> None:
    assert repeated_share("one two three four five " * 20) == 1.0
    assert repeated_share(" ".join(map(str, range(100)))) == 0.0
    assert repeated_share("few words") is None


@given(st.binary(max_size=2_000))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    page_figures(read_page(body, url="https://a.example/"), body)
