"""Cells: dates, numbers, booleans and addresses in all the ways they are written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.sources import values

SEP_15 = 1_789_430_400  # 2026-09-15T00:00:00Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-09-15", SEP_15),
        ("2026-09-15 10:20:30", SEP_15 + 37_230),
        ("2026-09-15T10:20:30", SEP_15 + 37_230),
        ("2026-09-15T10:20:30Z", SEP_15 + 37_230),
        ("2026-09-15T10:20:30.250+02:00", SEP_15 + 30_030),
        ("2026-09-15 10:20", SEP_15 + 37_200),
        ("Sep 15, 2026", SEP_15),
        ("September 15, 2026", SEP_15),
        ("15 Sep 2026", SEP_15),
        ("15-Sep-2026", SEP_15),
        ("9/15/2026 1:05 PM", SEP_15 + 47_100),
        ("15/09/2026", SEP_15),
        ("09/15/2026", SEP_15),
        ("15.09.2026", SEP_15),
        ("2026/09/15", SEP_15),
        ("1789430400", SEP_15),
        ("1789430400000", SEP_15),
        ("46280", SEP_15),
        ("46280.5", SEP_15 + 43_200),
        (" 2026-09-15 ", SEP_15),
        ("٢٠٢٦-٠٩-١٥", SEP_15),
    ],
)
def test_a_date_is_read_however_it_is_written(text: str, seconds: int) -> None:
    assert values.Dates()(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "2026-13-01",
        "2026-02-30",
        "31/31/2026",
        "2026",
        "12",
        "99999",
        "0",
        "Foo 3, 2026",
        "2026-09-15 25:00:00",
        "2026-09-15 10:20:61",
        "2026-09-15junk",
        "1" * 50,
    ],
)
def test_what_is_no_date_is_unknown(text: str) -> None:
    assert values.Dates()(text) is None


def test_day_and_month_that_both_fit_are_told_apart_by_the_files_order() -> None:
    assert values.Dates(day_first=True)("05/06/2026") == values.Dates()("2026-06-05")
    assert values.Dates(day_first=False)("05/06/2026") == values.Dates()("2026-05-06")


@given(st.datetimes(min_value=values._EPOCH.replace(tzinfo=None)))
def test_iso_dates_are_read_as_the_standard_library_reads_them(moment: object) -> None:
    text = moment.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")  # type: ignore[attr-defined]
    expected = values._iso(text)
    assert values.Dates()(text) == expected is not None


@given(st.text(max_size=30))
def test_no_text_breaks_a_converter(text: str) -> None:
    values.Dates()(text)
    for read in (values.json_count, values.json_score, values.json_flag, values.json_mark, values.json_text):
        found = read(text)
        assert not found or json.loads(found) is not None
    values.boolean(text)
    values.status(text)
    values.web_address(text)
    values.host_in(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1240", 1240),
        ("1,240", 1240),
        ("1.240", 1240),
        ("1 240", 1240),
        ("1\u00a0240", 1240),
        ("1\u202f240", 1240),
        ("1'240'000", 1_240_000),
        ("1.240.000", 1_240_000),
        ("12%", 12),
        ("\u221212", -12),
        ("0", 0),
        ("007", 7),
        ("12.5", 12),
        ("", None),
        ("many", None),
        ("1,24,0", None),
        ("1" * 40, None),
    ],
)
def test_a_count_is_read_however_it_is_grouped(text: str, number: int | None) -> None:
    found = values.json_count(text)
    assert (int(float(found)) if found else None) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("61", 61.0),
        ("0.55", 0.55),
        ("0,55", 0.55),
        ("1,240.5", 1240.5),
        ("98.2%", 98.2),
        ("", None),
        ("n/a", None),
    ],
)
def test_a_score_may_have_decimals(text: str, number: float | None) -> None:
    assert values.number(text) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("TRUE", True),
        ("Yes", True),
        ("1", True),
        ("false", False),
        ("FALSE", False),
        ("no", False),
        ("0", False),
        ("", None),
        ("perhaps", None),
    ],
)
def test_a_boolean_is_read_in_any_case_and_empty_is_unknown(text: str, value: bool | None) -> None:
    assert values.boolean(text) is value
    assert values.opposite(text) is (None if value is None else not value)


def test_majestics_flags_are_raised_by_any_text_and_lowered_by_none() -> None:
    assert [values.marked(text) for text in ("", " ", "+", "x", "Yes")] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://Example.org/a b", "https://example.org/a%20b"),
        ("blog.example.org/post?x=1", "http://blog.example.org/post?x=1"),
        ("blog.example.org:8080/post", "http://blog.example.org:8080/post"),
        ("https://user@example.org/@me", "https://example.org/@me"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.org", None),
        ("not an address", None),
        ("word", None),
        ("", None),
        ("https://example.org/\ufffd", None),
        ("https://example.org/" + "a" * 9_000, None),
    ],
)
def test_an_address_gets_a_scheme_where_it_lacks_one_and_only_web_addresses_count(
    text: str, url: str | None
) -> None:
    assert values.web_address(text) == url


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://msn.com", "msn.com"),
        ("www.example.org/path", "www.example.org"),
        ("*.spam.icu", "spam.icu"),
        ("example.org:81", "example.org"),
        ("http://[2001:db8::1]:8/", "[2001:db8::1]"),
        ("nothing", None),
    ],
)
def test_a_domain_cell_may_hold_any_url_of_it(text: str, host: str | None) -> None:
    assert values.host_in(text) == host


def test_a_cache_starts_anew_when_full_and_stays_right() -> None:
    asked: list[str] = []
    cache = values.Cache(lambda text: asked.append(text) or len(text))  # type: ignore[func-returns-value]
    for number in range(40_000):
        assert cache[str(number)] == len(str(number))
    assert len(cache) <= values.CACHE_ENTRIES < len(asked)


def test_a_cache_keeps_no_long_texts() -> None:
    cache = values.Cache(len)
    assert cache["x" * 10_000] == 10_000
    assert len(cache) == 0
