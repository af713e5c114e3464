"""The report page: one file, no script, nothing fetched, whatever strangers wrote into it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.quality import audit
from linkstead.reports import build_report, to_html
from linkstead.reports.charts import DARK, LIGHT
from linkstead.reports.html import address, cut, day, number, share, style
from linkstead.summary import Audit, Finding, ProfileSummary, Severity
from tests.unit.summary_samples import (
    ENDLESS,
    HOSTILE_TEXTS,
    NOW,
    SITE,
    calm,
    empty,
    hostile,
    hostile_audit,
    rich,
)

#: Elements that a report is made of; any other came from outside.
ELEMENTS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "div",
        "p",
        "h1",
        "h2",
        "h3",
        "span",
        "strong",
        "b",
        "ol",
        "li",
        "a",
        "bdi",
        "table",
        "caption",
        "colgroup",
        "col",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "figure",
        "article",
        "dl",
        "dt",
        "dd",
        "footer",
        "svg",
        "symbol",
        "use",
        "circle",
        "path",
        "rect",
        "g",
        "line",
        "text",
        "defs",
        "clippath",
    ]
)
VOID = frozenset({"meta", "col"})


class Reader(HTMLParser):
    """Reads a page as a browser would in the respects that matter here."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.pieces: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(summary: ProfileSummary) -> str:
    return to_html(audit(summary, now=NOW))


PAGES = {
    "rich": page_of(rich()),
    "calm": page_of(calm()),
    "empty": page_of(empty()),
    "hostile": page_of(hostile()),
    "many hostile findings": to_html(hostile_audit(200)),
}
everywhere = pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())


@everywhere
def test_a_page_holds_only_our_own_elements_and_closes_them(html: str) -> None:
    read = Reader(html)
    assert {tag for tag, _ in read.tags} <= ELEMENTS
    assert read.open == []


@everywhere
def test_no_element_carries_a_script_or_a_style(html: str) -> None:
    for tag, attributes in Reader(html).tags:
        for name in attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in {"style", "src", "srcdoc", "formaction", "xlink:href", "action"}, (tag, name)


@everywhere
def test_links_lead_to_http_addresses_or_within_the_page(html: str) -> None:
    read = Reader(html)
    ids = {attributes["id"] for _, attributes in read.tags if "id" in attributes}
    for link in read.all("a"):
        if link["href"].startswith("#"):
            assert link["href"][1:] in ids
            continue
        assert re.match(r"https?://[^\s\"'<>]+$", link["href"]), link["href"]
        assert set(link["rel"].split()) == {"noopener", "noreferrer", "nofollow"}
    for use in read.all("use"):
        assert use["href"][1:] in ids


@everywhere
def test_ids_are_given_once(html: str) -> None:
    ids = [attributes["id"] for _, attributes in Reader(html).tags if "id" in attributes]
    assert len(ids) == len(set(ids))


@everywhere
def test_the_page_forbids_everything_but_its_own_style_sheet(html: str) -> None:
    policy = next(meta["content"] for meta in Reader(html).all("meta") if meta.get("http-equiv"))
    (sheet,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@everywhere
def test_the_page_can_be_written_as_utf_8_without_forbidden_characters(html: str) -> None:
    html.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", html)


def test_what_strangers_wrote_is_shown_as_text() -> None:
    assert "<script>alert('x')</script>" in Reader(PAGES["hostile"]).text
    assert "{{ 7*7 }} ${7*7} {% raw %}" in Reader(PAGES["hostile"]).text


def test_no_shown_text_turns_the_text_around_it() -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", Reader(PAGES["hostile"]).text)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", Reader(PAGES["many hostile findings"]).text)


def test_foreign_texts_are_isolated_in_their_direction() -> None:
    inside = re.findall(r"<bdi[^>]*>(.*?)</bdi>", PAGES["hostile"], re.DOTALL)
    rest = re.sub(r"<bdi[^>]*>.*?</bdi>", "", Reader(PAGES["hostile"]).text)
    assert rest
    assert sum("gpj.exe" in text for text in inside) > 8


def test_a_long_text_is_cut_and_whole_in_its_tooltip() -> None:
    read = Reader(PAGES["hostile"])
    assert max(len(word) for piece in read.pieces for word in piece.split()) <= 300
    assert any(attributes.get("title") == ENDLESS for _, attributes in read.tags)


@pytest.mark.parametrize(
    ("url", "href", "shown"),
    [
        ("https://sealanes.example/a?b=1", "https://sealanes.example/a?b=1", "sealanes.example/a?b=1"),
        ("https://sealanes.example/", "https://sealanes.example/", "sealanes.example"),
        (f"https://{SITE}/guides/x", f"https://{SITE}/guides/x", "/guides/x"),
        (f"http://www.{SITE}/x", f"http://www.{SITE}/x", f"http://www.{SITE}/x"),
        (f"https://{SITE}/", f"https://{SITE}/", SITE),
        ("https://x.example/\"><b>", "https://x.example/%22%3E%3Cb%3E", "x.example/%22%3E%3Cb%3E"),
        ("https://x.example/\u202egpj", "https://x.example/%E2%80%AEgpj", "x.example/%E2%80%AEgpj"),
        ("javascript:alert(1)", None, "javascript:alert(1)"),
        (" java\nscript:alert(1)", None, "java script:alert(1)"),
        ("data:text/html,x", None, "data:text/html,x"),
        ("//x.example", None, "//x.example"),
        ("ftp://x.example/", None, "ftp://x.example/"),
        ("", None, ""),
        (None, None, ""),
    ],
)  # fmt: skip
def test_an_address_is_a_link_only_for_the_web(url: str | None, href: str | None, shown: str) -> None:
    found = address(url, SITE)
    assert (found.href, found.shown) == (href, shown)


def test_every_figure_of_the_audit_is_on_the_page() -> None:
    text = Reader(PAGES["rich"]).text
    for figure in build_report(audit(rich(), now=NOW)).figures:
        assert f"{figure.value:,}" in text
    assert "22 Nov 2026, 14:02 UTC" in text
    assert "415 backlinks point at 2 pages of yours that fail." in text
    assert "118 duplicate, 7 own site" in text


def test_the_reader_is_told_that_blocked_is_not_lost() -> None:
    assert "Blocked is not lost" in Reader(PAGES["rich"]).text
    assert "No figure in this report adds these to the lost ones." in Reader(PAGES["rich"]).text


def test_what_to_do_stands_before_everything_that_is_merely_known() -> None:
    parts = ("what-to-do", "good-to-know", "months", "evidence", "method")
    places = [PAGES["rich"].index(f'id="{part}"') for part in parts]
    assert places == sorted(places)


def test_a_calm_profile_says_nothing_urgent() -> None:
    assert "Nothing urgent." in Reader(PAGES["calm"]).text
    assert "Nothing urgent." not in Reader(PAGES["rich"]).text


def test_nothing_urgent_by_hearsay_is_said_to_be_hearsay() -> None:
    unseen = replace(calm(), verified=0, counts=replace(calm().counts, live=0, unverified=48))
    text = Reader(page_of(unseen)).text
    assert "That is by the sources' word alone" in text
    assert "None of the 48 backlinks has been looked at yet." in text


def test_an_empty_profile_says_what_to_do() -> None:
    text = Reader(PAGES["empty"]).text
    assert "No backlinks are known yet. Import an export" in text
    assert "<svg xmlns" not in PAGES["empty"], "no chart of nothing"


def test_states_have_a_glyph_and_a_word() -> None:
    words = re.findall(r'<span class="state s-([a-z]+)"><svg class="glyph g-([a-z]+)"', PAGES["rich"])
    assert {name for name, _ in words} >= {"live", "doubt", "lost", "blocked", "unreachable", "unreadable"}
    assert all(state == glyph for state, glyph in words)


def test_the_chart_has_a_table_behind_it_and_colours_for_the_dark() -> None:
    assert PAGES["rich"].count('class="chart ') == 2
    assert "<td><bdi>Aug 2026</bdi></td>" in PAGES["rich"]
    for light, dark in ((LIGHT.gain, DARK.gain), (LIGHT.loss, DARK.loss), (LIGHT.grid, DARK.grid)):
        assert f'.chart [fill="{light}"] {{ fill: {dark} }}' in style().text


def test_every_column_of_a_wide_table_is_named_for_a_phone() -> None:
    for cell in Reader(PAGES["rich"]).all("td"):
        if "data-label" in cell:
            assert cell["class"].startswith("k-")
    assert 'data-label="Anchor and target"' in PAGES["rich"]


def test_two_hundred_findings_each_have_their_evidence() -> None:
    assert len(re.findall(r'id="finding-\d+"', PAGES["many hostile findings"])) == 200


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=80), st.text(st.characters(), max_size=80))
def test_any_text_in_a_finding_leaves_the_page_sound(title: str, action: str) -> None:
    finding = Finding("LS001", Severity.WARNING, title, action, 3, ({title: action, "page": action, "n": 1},))
    html = to_html(Audit(SITE, NOW, empty(), (finding,)))
    html.encode("utf-8")
    read = Reader(html)
    assert {tag for tag, _ in read.tags} <= ELEMENTS
    assert read.open == []


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_cut_text_is_one_line_within_bounds(text: str) -> None:
    assert len(cut(text)) <= 160
    assert "\n" not in cut(text)


def test_numbers_dates_and_shares_are_written_in_one_way() -> None:
    assert [number(1234.0), number(61.25), number(0)] == ["1,234", "61.2", "0"]
    assert [day(NOW), day(0), day(None)] == ["22 Nov 2026", "1 Jan 1970", ""]
    assert [share(0.004), share(0.537), share(0)] == ["under 1%", "54%", "0%"]
