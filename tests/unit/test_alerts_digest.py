"""Many events as something to read, and as a mail; when a digest is due."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.alerts.digest import MOST_IN_SECTION, MOST_LINES, build, next_digest
from linkstead.alerts.letters import Envelope, letter, trial_letter
from linkstead.events import EventKind
from tests.alert_samples import incident

VIENNA = zoneinfo.ZoneInfo("Europe/Vienna")


class Row(NamedTuple):
    id: int
    kind: EventKind
    at: int = 0
    backlink_id: int | None = 1
    page_url: str | None = "https://blog.example/a"
    target_url: str | None = "https://example.com/"
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    worth: float | None = None


def _around(project: str = "Harbour") -> Envelope:
    return Envelope(
        project=project,
        opening="this just happened.",
        inbox_url="https://links.example/p/1/alerts/",
        channels_url="https://links.example/p/1/alerts/channels/",
        why="You get this since you asked.",
        address_of=lambda item: f"https://links.example/p/1/backlinks/{item.backlink_id}/",
    )


def test_sections_come_by_urgency_with_the_newest_first() -> None:
    rows = [
        Row(1, EventKind.NEW, 10, page_url="https://one.example/"),
        Row(2, EventKind.LOST, 20, page_url="https://two.example/"),
        Row(3, EventKind.TARGET_BROKEN, 30, backlink_id=None, page_url=None),
        Row(4, EventKind.LOST, 40, page_url="https://four.example/"),
        Row(5, EventKind.NOT_FOUND, 50, page_url="https://five.example/"),
    ]
    digest = build(rows)
    assert [section.slug for section in digest.sections] == ["lost", "targets", "new"]
    assert [item.site for item in digest.sections[0].items] == ["four.example", "two.example", "five.example"]
    assert (digest.headline, digest.total) == ("3 lost, 1 target alert, 1 new", 5)


def test_in_a_section_the_worthiest_links_come_first_and_the_letter_says_their_worth() -> None:
    rows = [
        Row(1, EventKind.LOST, 10, page_url="https://one.example/", worth=20.0),
        Row(2, EventKind.LOST, 30, page_url="https://two.example/"),
        Row(3, EventKind.LOST, 20, page_url="https://three.example/", worth=71.6),
        Row(4, EventKind.LOST, 5, page_url="https://www.three.example/b", worth=12.0),
        Row(5, EventKind.NOT_FOUND, 50, page_url="https://five.example/", worth=99.0),
    ]
    digest = build(rows)
    items = digest.sections[0].items
    assert [item.site for item in items] == ["three.example", "one.example", "two.example", "five.example"]
    assert (items[0].worth, items[0].more) == (71.6, 1), "the highest of its site"
    text = letter(digest, _around(), daily=True).text
    assert text.index("Worth 72 of 100.") < text.index("Worth 20 of 100.")
    assert text.count("Worth") == 3


def test_every_incident_is_a_line_of_its_own_that_leads_to_it() -> None:
    rows = [
        Row(n, EventKind.INCIDENT, n, None, None, None, after=incident(key)) for n, key in enumerate("ab")
    ]
    (section,) = build(rows).sections
    assert (section.counted, [(item.incident, item.more) for item in section.items]) == (
        "2 incidents",
        [("b", 0), ("a", 0)],
    )


def test_a_sitewide_change_is_one_line() -> None:
    rows = [Row(n, EventKind.LOST, n, n, f"https://www.wide.example/{n}") for n in range(5_000)]
    digest = build([*rows, Row(9_999, EventKind.LOST, 0, 1, "https://other.example/")])
    (section,) = digest.sections
    assert [(item.site, item.more) for item in section.items] == [
        ("wide.example", 4_999),
        ("other.example", 0),
    ]
    assert (section.count, section.untold) == (5_001, 0)
    assert "The same on 4,999 more of this site." in letter(digest, _around(), daily=True).text


def test_what_is_not_told_is_counted() -> None:
    rows = [Row(n, kind, n, n, f"https://s{n}.example/") for n in range(60) for kind in EventKind]
    digest = build(rows)
    assert sum(len(section.items) for section in digest.sections) == MOST_LINES
    assert all(len(section.items) <= MOST_IN_SECTION for section in digest.sections)
    told = sum(1 + item.more for section in digest.sections for item in section.items)
    assert told + sum(section.untold for section in digest.sections) == digest.total == len(rows)


def test_the_true_numbers_stand_where_only_a_part_was_read() -> None:
    digest = build([Row(1, EventKind.NEW)], {EventKind.NEW: 70_000, EventKind.LOST: 2})
    assert digest.headline == "2 lost, 70,000 new"
    assert [(section.count, section.untold) for section in digest.sections] == [(2, 2), (70_000, 69_999)]


def test_the_plain_text_says_all_that_the_html_says() -> None:
    rows = [
        Row(1, EventKind.LOST, after={"reason": "removed"}),
        Row(2, EventKind.NEW, page_url="https://b.example/"),
    ]
    made = letter(build(rows), _around(), daily=False)
    for words in (
        "blog.example/a",
        "the link is not",
        "b.example",
        "You get this",
        "/backlinks/1/",
        "/alerts/",
    ):
        assert words in made.text
        assert words in made.html
    assert made.subject == "Harbour: 1 lost, 1 new"
    assert "<table" not in made.html
    assert "color:" not in made.html.replace("color-scheme", ""), "the reader's own light or dark"


HOSTILE = (
    "a\r\nBcc: everybody@example.org", "\u202egnp.exe", "<script>alert(1)</script>",
    '"><img src=x onerror=1>',
    "x" * 1_000_000, "\x00\x1b[31m", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_break_neither_headers_nor_markup(text: str) -> None:
    row = Row(1, EventKind.ANCHOR_CHANGED, page_url=f"https://h.example/{text}", before={"anchor_text": text},
              after={"anchor_text": text + "!"})  # fmt: skip
    for made in (letter(build([row]), _around(text), daily=True), trial_letter(_around(text))):
        assert len(made.subject.splitlines()) == 1
        assert len(made.subject) < 200
        assert "\u202e" not in made.subject + made.text + made.html
        assert "<script" not in made.html
        assert "<img" not in made.html
        assert max(map(len, made.text.splitlines())) < 1_000
        (made.subject + made.text + made.html).encode()


@given(
    st.integers(1_577_836_800, 2_208_988_800),  # 2020 to 2040
    st.integers(0, 23),
    st.sampled_from(["UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_the_next_digest_is_within_a_day_and_a_change_of_clocks(seconds: int, hour: int, zone: str) -> None:
    now = dt.datetime.fromtimestamp(seconds, dt.UTC)
    day, moment = next_digest(now, hour, zoneinfo.ZoneInfo(zone))
    assert now < moment <= now + dt.timedelta(hours=25)
    again, later = next_digest(moment, hour, zoneinfo.ZoneInfo(zone))
    assert again == day + dt.timedelta(days=1)
    assert dt.timedelta(hours=22) <= later - moment <= dt.timedelta(hours=26)


def test_a_digest_is_due_in_the_servers_own_time_zone() -> None:
    summer = dt.datetime(2026, 7, 1, 4, 59, tzinfo=dt.UTC)
    assert next_digest(summer, 7, VIENNA) == (dt.date(2026, 7, 1), dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC))
    winter = dt.datetime(2026, 12, 1, 6, 0, tzinfo=dt.UTC)
    assert next_digest(winter, 7, VIENNA) == (
        dt.date(2026, 12, 2),
        dt.datetime(2026, 12, 2, 6, tzinfo=dt.UTC),
    )
    skipped = dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC)  # 02:00 does not exist on this day
    assert next_digest(skipped, 2, VIENNA)[1] == dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
