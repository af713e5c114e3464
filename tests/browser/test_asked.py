"""What the address bar asks, read and said back; no browser needed."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("django", reason="the pages need Linkstead's server packages")

from linkstead.profile.queries import LinkPage
from linkstead.quality import RULES
from linkstead.server.explorer import asked as questions
from linkstead.server.explorer import overview

EVERYTHING = {
    "q": "lamp",
    "state": "lost",
    "followed": "no",
    "placement": "content",
    "source": "ahrefs-backlinks",
    "tld": "example",
    "domain": "sealanes.example",
    "target": "https://harborlight.example/guides/*",
    "anchor": "tide lamps",
    "authority": "20",
    "from": "2026-01-01",
    "to": "2026-11-22",
}


def test_every_part_of_a_question_is_read_and_said() -> None:
    asked = questions.read(EVERYTHING)
    assert asked.complaints == ()
    assert len(asked.filter.asked()) == len(EVERYTHING)
    assert [chip.value for chip in questions.chips(asked)] == [
        "“lamp”",
        "lost",
        "not followed",
        "content",
        "Ahrefs",
        ".example",
        "sealanes.example",
        "https://harborlight.example/guides/*",
        "“tide lamps”",
        "at least 20",
        "from 1 Jan 2026",
        "until 22 Nov 2026",
    ]


def test_the_last_day_belongs_to_what_is_asked() -> None:
    asked = questions.read({"from": "2026-11-22", "to": "2026-11-22"})
    assert asked.filter.first_seen_to == asked.filter.first_seen_from + 86_400


def test_a_chip_takes_its_own_part_away_and_nothing_else() -> None:
    asked = questions.read({**EVERYTHING, "sort": "checked", "way": "up", "after": "1:2"})
    for part, chip in zip(questions.PARTS, questions.chips(asked), strict=True):
        left = parse_qs(chip.remove_url.removeprefix("?"))
        assert part.name not in left
        assert len(left) == len(EVERYTHING) - 1 + 2, "the order stays"
        assert "after" not in left, "another question begins at its first page"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("state", "dead"),
        ("followed", "maybe"),
        ("placement", "attic"),
        ("from", "yesterday"),
        ("to", "2026-13-01"),
        ("authority", "many"),
        ("authority", "-1"),
        ("authority", "nan"),
        ("sort", "value"),
    ],
)
def test_what_cannot_be_read_is_named_and_left_out(name: str, text: str) -> None:
    asked = questions.read({name: text})
    assert len(asked.complaints) == 1
    assert text in asked.complaints[0]
    assert asked.filter.asked() == {}


@given(
    st.dictionaries(st.sampled_from([*EVERYTHING, "sort", "way", "after", "row", "x"]), st.text(max_size=40))
)
def test_no_address_breaks_the_page(given_: dict[str, str]) -> None:
    asked = questions.read(given_)
    again = questions.read({k: v[0] for k, v in parse_qs(questions.address(asked)[1:]).items()})
    assert again.filter == asked.filter
    assert (again.sort, again.descending) == (asked.sort, asked.descending)
    assert len(questions.chips(asked)) == len(asked.kept)


def test_a_second_click_on_a_column_turns_its_order() -> None:
    first = questions.columns(questions.read({}), "Ahrefs DR")[4]
    assert first.direction == ""
    once = questions.columns(questions.read({"sort": "authority"}), None)[4]
    assert (once.direction, once.label) == ("descending", "Authority")
    twice = questions.columns(questions.read({"sort": "authority", "way": "up"}), None)[4]
    assert twice.direction == "ascending"
    assert "way" not in (twice.url or "")


def _page(count: int, before: str | None, after: str | None) -> LinkPage:
    return LinkPage(tuple([None] * count), 120, True, before, after)  # type: ignore[arg-type]


def test_the_pager_counts_rows_from_page_to_page() -> None:
    first = questions.pager(questions.read({}), _page(50, None, "9:50"))
    assert (first.first, first.last, first.previous_url) == (1, 50, None)
    second = questions.pager(questions.read({"after": "9:50", "row": "51"}), _page(50, "8:51", "7:100"))
    assert (second.first, second.last) == (51, 100)
    assert parse_qs((second.previous_url or "")[1:]) == {"before": ["8:51"], "row": ["1"]}
    third = questions.pager(questions.read({"after": "7:100", "row": "101"}), _page(20, "6:101", None))
    assert (third.first, third.last, third.next_url) == (101, 120, None)


def test_the_same_place_of_a_list_is_asked_again() -> None:
    assert questions.here(questions.read({})) == ""
    asked = questions.read({"state": "lost", "after": "7:100", "row": "101", "check": "5"})
    again = parse_qs(questions.here(asked).removeprefix("?"))
    assert again == {"state": ["lost"], "after": ["7:100"], "row": ["101"]}


def test_every_way_from_a_finding_to_its_backlinks_is_a_question_that_is_understood() -> None:
    names = {part.name for part in questions.PARTS} | {"sort"}
    for rule, doors in overview.FINDING_FILTERS.items():
        assert rule in {known.id for known in RULES}
        for words, asked in doors:
            assert words
            assert set(asked) <= names
            assert questions.read(asked).complaints == ()
    assert set(overview.CELL_PARTS.values()) <= names


def _task(*evidence: dict[str, object]) -> overview.Task:
    finding = {"rule": "LS012", "severity": "notice", "title": "t", "action": "Do it. Then rest.", "count": 2}
    return overview.tasks([{**finding, "evidence": list(evidence)}])[0]


def test_examples_lead_to_the_backlinks_that_they_stand_for() -> None:
    (row,) = _task({"anchor_text": "tide & lamps", "links": 7, "source": "ahrefs-backlinks"}).rows
    assert [(cell.value, cell.query) for cell in row] == [
        ("tide & lamps", "?anchor=tide+%26+lamps"),
        (7, ""),
        ("Ahrefs", "?source=ahrefs-backlinks"),
    ]
    (unknown,) = _task({"anchor_text": None, "links": 7}).rows
    assert [(cell.value, cell.query) for cell in unknown] == [(7, "")], "a column that is empty is left out"
    (link,) = _task({"page": "https://a.example/", "target": "https://b.example/"}).rows
    assert [cell.query for cell in link] == ["", ""], "a single link is no list"
