"""Charts: drawn offline from plain data, one spec for paper and browser, and deaf to what they quote."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.reports.charts import (
    DARK,
    LIGHT,
    breakdown_chart,
    hours_chart,
    hours_values,
    known_months,
    month_label,
    months_chart,
    plain_label,
    spec,
    states_chart,
    svg,
)
from linkstead.summary import MonthRow, TopRow
from tests.unit.summary_samples import HOSTILE_TEXTS, months, rich

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(drawn).iter(f"{SVG}text")]


def values(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    return (
        next(iter(drawn["datasets"].values())) if "datasets" in drawn else drawn["layer"][0]["data"]["values"]
    )


def test_new_links_go_up_and_lost_links_down() -> None:
    rows = values(months_chart((MonthRow("2026-10", 7, 3),)).to_dict())
    assert [(row["kind"], row["up"], row["links"]) for row in rows] == [("new", 7, 7), ("lost", -3, 3)]


def test_a_month_without_rows_is_drawn_as_nothing_not_left_out() -> None:
    rows = (
        MonthRow("2026-03", 5, 5),
        MonthRow("2025-12", 1, 1),
        MonthRow("nonsense", 9, 9),
        MonthRow("2026-13", 9, 9),
    )
    assert [row.month for row in known_months(rows)] == ["2025-12", "2026-01", "2026-02", "2026-03"]


def test_a_month_of_the_year_one_does_not_make_a_chart_of_two_thousand_years() -> None:
    assert len(known_months((MonthRow("0001-01", 1, 1), MonthRow("2026-03", 1, 1)))) == 120


def test_a_chart_of_months_names_its_months_and_its_colours() -> None:
    drawn = svg(months_chart(months(24)))
    assert {"new", "lost", "Nov 2026", "0", "100"} <= set(texts(drawn))
    assert LIGHT.gain in drawn
    assert LIGHT.loss in drawn


def test_a_chart_in_dark_uses_the_dark_colours_only() -> None:
    drawn = svg(months_chart(months(6), palette=DARK))
    assert DARK.gain in drawn
    assert LIGHT.gain not in drawn
    assert LIGHT.grid not in drawn


def test_a_drawing_needs_no_style_script_or_font_file() -> None:
    for drawn in (svg(months_chart(months(12))), svg(breakdown_chart(rich().anchors, what="Anchor text"))):
        root = ET.fromstring(drawn)
        tags = {node.tag.removeprefix(SVG) for node in root.iter()}
        assert tags <= {"svg", "g", "path", "line", "text", "rect", "defs", "clipPath"}
        assert not re.search(r"\sstyle=|href=|@font-face|url\((?!#)", drawn)


def test_two_drawings_in_one_page_do_not_share_ids() -> None:
    first, second = svg(months_chart(months(12))), svg(months_chart(months(9)))
    ids = [set(re.findall(r'\bid="([^"]+)"', drawn)) for drawn in (first, second)]
    assert not ids[0] & ids[1]
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids[0]


def test_the_same_data_gives_the_same_drawing() -> None:
    assert svg(months_chart(months(12))) == svg(months_chart(months(12)))


def test_a_breakdown_keeps_the_order_and_shows_every_number() -> None:
    shown = texts(svg(breakdown_chart(rich().anchors, what="Anchor text")))
    assert [text for text in shown if text in ("1,204", "611", "402")] == ["1,204", "611", "402"]
    assert "(no text)" in shown


def test_looks_that_say_nothing_of_a_link_are_one_colour_and_none_is_left_out() -> None:
    hours = (
        (3_600, {"found": 5, "missing": 2, "blocked": 1, "unreachable": 3, "unreadable": 1}),
        (7_200, {}),
    )
    assert hours_values(hours) == [
        {"hour": 3_600_000, "kind": "found", "looks": 5},
        {"hour": 3_600_000, "kind": "missing", "looks": 2},
        {"hour": 3_600_000, "kind": "not known", "looks": 5},
        *({"hour": 7_200_000, "kind": kind, "looks": 0} for kind in ("found", "missing", "not known")),
    ]


def test_hours_are_told_in_utc_and_half_a_look_is_no_mark_on_the_axis() -> None:
    shown = texts(svg(hours_chart([(1_795_305_600 + n * 3_600, {"found": n % 2}) for n in range(24)])))
    assert {"00:00", "12:00", "found", "missing", "not known", "0", "1"} <= set(shown)
    assert [text for text in shown if text.isdigit()] == ["0", "1"]


def test_labels_that_look_alike_stay_two_bars() -> None:
    rows = (TopRow("x" * 90, 5, 1), TopRow("x" * 91, 4, 1), TopRow("", 3, 1), TopRow("\u200b", 2, 1))
    assert len({row["label"] for row in values(breakdown_chart(rows, what="a").to_dict())}) == 4


def test_states_are_drawn_one_by_one() -> None:
    shown = texts(svg(states_chart((("live", 1_048), ("lost", 61), ("blocked", 231)))))
    assert sorted(shown) == sorted(["live", "lost", "blocked", "1,048", "61", "231"])


def test_what_strangers_wrote_is_text_in_a_drawing() -> None:
    rows = tuple(TopRow(text, 9 - n, 3) for n, text in enumerate(HOSTILE_TEXTS))
    drawn = svg(breakdown_chart(rows, what="Anchor text"))
    assert "<script" not in drawn
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", drawn)
    assert any(text.startswith("<script>alert('x')") for text in texts(drawn))
    assert all(len(text) < 60 for text in texts(drawn))


@pytest.mark.parametrize("text", ["{{7*7}}", "datum.links", "signal", "javascript:alert(1)"])
def test_a_label_is_never_an_expression(text: str) -> None:
    assert text in texts(svg(breakdown_chart((TopRow(text, 3, 2),), what="Anchor text")))


@pytest.mark.parametrize(
    "chart",
    [months_chart(months(12)), hours_chart([(0, {"found": 1})]), breakdown_chart(rich().tlds, what="Suffix")],
)
def test_a_spec_for_the_browser_fetches_nothing_and_asks_for_syntax_trees(chart: Any) -> None:
    drawn = spec(chart)
    assert drawn["usermeta"]["embedOptions"] == {"ast": True, "actions": False, "renderer": "svg"}
    assert drawn["width"] == "container"
    written = json.dumps(drawn)
    assert '"url"' not in written
    assert '"tooltip"' in written
    assert '"href"' not in written


def test_a_spec_is_json_whatever_the_labels() -> None:
    rows = tuple(TopRow(text, 1, 1) for text in HOSTILE_TEXTS)
    json.dumps(spec(breakdown_chart(rows, what="Anchor text"))).encode("utf-8")


def test_charts_of_nothing_can_be_drawn() -> None:
    assert svg(months_chart(())).startswith("<svg")
    assert svg(breakdown_chart((), what="Anchor text")).startswith("<svg")


@given(st.text(st.characters(), max_size=200))
def test_a_label_is_one_short_printable_line(text: str) -> None:
    label = plain_label(text)
    assert len(label) <= 34
    assert label == " ".join(label.split())
    assert not re.search("[\ud800-\udfff\x00-\x1f\u202a-\u202e\u2066-\u2069]", label)


@pytest.mark.parametrize(("month", "label"), [("2026-11", "Nov 2026"), ("2026-00", "2026-00"), ("x", "x")])
def test_a_month_has_an_english_name(month: str, label: str) -> None:
    assert month_label(month) == label
