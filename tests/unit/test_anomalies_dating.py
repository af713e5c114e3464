"""An import is no attack: which dates of a source may be counted."""

from __future__ import annotations

import pytest

from linkstead.quality.anomalies import Import, judge, series_of, steady
from linkstead.quality.anomalies.dating import OUTSIDE, SETTLING, SETTLING_IN, SNAPSHOT, UNDATED
from tests.anomaly_samples import END, SITE, START, arrival, attack, quiet


def told(number: int, rows) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for row in rows:
        found[number, row.day] = found.get((number, row.day), 0) + 1
    return found


def incidents(rows, window, first_days=None):
    return judge([series_of(rows, window.known, first_days=first_days)], SITE, since=START).incidents


def test_the_weeks_behind_a_start_are_not_counted() -> None:
    window = steady([Import(1, END, START, END)], told(1, quiet()))
    assert 0 <= window.first - (START + SETTLING) <= 3, "a hundredth of the links may be dated astray"
    assert (window.last, window.days) == (END, END - window.first + 1)
    assert window.left_out[SETTLING_IN] == sum(row.day < window.first for row in quiet())


def test_an_index_that_dates_all_old_links_to_its_beginning_is_quiet() -> None:
    heap = [arrival(START + number % 3, f"old{number}.com") for number in range(3_000)]
    rows = [*heap, *quiet()]
    assert incidents(rows, steady([Import(1, END, START, END)], told(1, rows))) == ()
    # and the counter-proof: without the rule the heap would be part of the series
    assert len(series_of(rows, range(START, END + 1)).day) == len(rows)


def test_a_stray_old_date_begins_no_history() -> None:
    rows = [arrival(START - 2_000, "first.com"), *quiet()]
    assert steady([Import(1, END, START - 2_000, END)], told(1, rows)).first >= START + SETTLING


def test_undated_rows_are_counted_by_name_and_judge_nothing() -> None:
    window = steady([], {}, undated=5_000)
    assert (window.days, window.left_out) == (0, {UNDATED: 5_000})


def test_a_file_with_one_date_is_a_snapshot() -> None:
    window = steady([Import(1, END, END, END)], {(1, END): 4_000})
    assert (window.days, window.left_out) == (0, {SNAPSHOT: 4_000})


def test_a_daily_file_that_joins_what_is_known_is_no_snapshot() -> None:
    imports = [Import(1, END, START, END), Import(2, END + 1, END + 1, END + 1)]
    window = steady(imports, told(1, quiet()) | {(2, END + 1): 3})
    assert window.last == END + 1
    assert SNAPSHOT not in window.left_out


def test_a_denser_export_starts_the_source_anew_and_is_quiet() -> None:
    before = quiet(10)
    since = START + 150
    more = [row._replace(domain=f"more-{row.domain}") for row in quiet(60, seed=2) if row.day >= since]
    imports = [Import(1, END, START, END), Import(2, END, since, END)]
    rows = [*before, *more]
    window = steady(imports, told(1, before) | told(2, more))
    assert 0 <= window.first - (since + SETTLING) <= 3
    assert incidents(rows, window) == ()
    everything = steady([Import(1, END, START, END)], told(1, rows))
    assert incidents(rows, everything) != (), "the step itself would fire: the rule is what keeps it quiet"


def test_an_attack_in_the_last_days_does_not_make_an_export_denser() -> None:
    before, burst = quiet(10), attack(END - 2, 400, 3)
    imports = [Import(1, END, START, END), Import(2, END + 1, START, END)]
    window = steady(imports, told(1, before) | told(2, burst))
    assert window.first <= START + SETTLING + 3
    assert incidents([*before, *burst], window)


def test_days_that_no_import_covers_are_unknown_and_not_zero() -> None:
    rows = [row for row in quiet() if not START + 100 <= row.day < START + 104]
    imports = [Import(1, START + 99, START, START + 99), Import(2, END, START + 104, END)]
    early = told(1, [row for row in rows if row.day < START + 104])
    window = steady(imports, early | told(2, [row for row in rows if row.day >= START + 104]))
    assert window.first <= START + SETTLING + 3
    assert not set(range(START + 100, START + 104)) & window.known


def test_an_export_that_lies_apart_cannot_be_compared_and_starts_anew() -> None:
    imports = [Import(1, START + 50, START, START + 50), Import(2, END, START + 150, END)]
    assert steady(imports, {(1, START): 10, (2, START + 150): 10}).first == START + 150 + SETTLING


def test_a_new_vendors_file_is_compared_with_itself_alone() -> None:
    ours = quiet(10)
    other = [row._replace(domain=f"other-{row.domain}") for row in quiet(100, seed=3)]
    window = steady([Import(2, END, START, END)], told(2, other))
    assert incidents(ours, steady([Import(1, END, START, END)], told(1, ours))) == ()
    assert incidents(other, window) == ()


def test_domains_that_another_source_had_long_dated_are_not_new() -> None:
    burst = attack(END - 6, 300)
    rows = [*quiet(), *burst]
    window = steady([Import(1, END, START, END)], told(1, rows))
    assert incidents(rows, window)
    assert incidents(rows, window, dict.fromkeys((row.domain for row in burst), START)) == ()


@pytest.mark.parametrize("day", [START - 1, END + 1])
def test_arrivals_on_unknown_days_are_left_out_by_name(day: int) -> None:
    series = series_of([arrival(day, "a.com"), arrival(START, "b.com")], range(START, END + 1))
    assert (len(series.day), series.left_out) == (1, {OUTSIDE: 1})
