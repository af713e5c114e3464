"""JSON for scripts and CSV for spreadsheets: complete, plain, harmless, and back again unchanged."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality import audit
from linkstead.reports import from_csv, to_csv, to_json
from linkstead.reports.cells import neutralise, restore
from linkstead.reports.formats import CSV_COLUMNS
from linkstead.summary import ProfileSummary
from tests.unit.summary_samples import HOSTILE_TEXTS, NOW, empty, hostile, link_row, rich


def test_json_has_the_keys_that_scripts_rely_on() -> None:
    told = to_json(audit(rich(), now=NOW))
    assert told["site"] == "harborlight.example"
    assert told["made_at"] == "2026-11-22T14:02:00Z"
    assert told["counts"]["lost"] == 61
    assert {"rule", "severity", "title", "evidence", "action", "count"} <= set(told["findings"][0])
    assert told["findings"][0]["severity"] == "error"
    assert told["sources"][0]["skipped"] == {"duplicate": 118, "own site": 7}
    assert set(ProfileSummary.__dataclass_fields__) <= set(told)


def test_json_says_times_in_one_way() -> None:
    told = to_json(audit(rich(), now=NOW))
    assert told["lost"][0]["last_checked"] == "2026-11-22T14:02:00Z"
    assert told["sources"][2]["first_seen"] is None


@pytest.mark.parametrize("profile", [rich(), empty(), hostile()])
def test_json_is_plain_and_can_be_written_as_utf_8(profile: ProfileSummary) -> None:
    told = to_json(audit(profile, now=NOW))
    assert json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8")) == told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r'=1"),
        ("  =1", "'  =1"),
        ("\u00a0\u00a0@x", "'\u00a0\u00a0@x"),
        ("＝cmd()", "'＝cmd()"),
        ("\x00=1", "'\x00=1"),
        ("fine\n=evil\nfine", "fine\n'=evil\nfine"),
        ("'=already", "''=already"),
        ("tide = time", "tide = time"),
        ("a-b", "a-b"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_no_line_of_a_cell_begins_like_a_formula(text: str, shown: str) -> None:
    assert neutralise(text) == shown
    assert restore(shown) == text


nasty = st.text(st.sampled_from("=+-@'\t\r\n\x00 \u00a0\u3000＝＋ab\",;|"), max_size=12)


@given(st.one_of(nasty, st.text(max_size=60)))
def test_a_cell_comes_back_as_it_was(text: str) -> None:
    assert restore(neutralise(text)) == text


@given(st.one_of(nasty, st.text(max_size=60)))
def test_a_neutral_cell_starts_no_formula_in_any_line(text: str) -> None:
    for line in neutralise(text).replace("\r", "\n").split("\n"):
        assert line.lstrip(" \u00a0\u3000\ufeff")[:1] not in set("=+-@＝＋－＠\t\x00")


@given(nasty, nasty)
def test_a_list_of_links_comes_back_as_it_was(anchor: str, title: str) -> None:
    row = link_row(0, "live", anchor_text=anchor, page_title=title, metric=-1.5, followed=None)
    (back,) = from_csv(to_csv([row]))
    assert (back["anchor_text"], back["page_title"]) == (anchor, title)
    assert (back["metric"], back["followed"], back["state"]) == ("-1.5", "", "live")


def test_csv_has_one_column_for_each_field_and_a_header() -> None:
    written = to_csv(rich().lost)
    header, first, *_ = csv.reader(io.StringIO(written, newline=""))
    assert tuple(header) == CSV_COLUMNS
    assert first[0] == "https://coastalreview.example/2023/11/breakwater"
    assert len(written.splitlines()) == 1 + len(rich().lost)


def test_hostile_links_are_written_as_utf_8_with_nothing_lost_but_surrogates() -> None:
    rows = [link_row(0, "lost", anchor_text=text) for text in HOSTILE_TEXTS]
    back = from_csv(to_csv(rows).encode("utf-8").decode("utf-8"))
    assert [row["anchor_text"] for row in back] == [
        text.replace("\ud800", "\ufffd") for text in HOSTILE_TEXTS
    ]
