"""Rows that are wrong: quarantined with number and reason, and the file goes on."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import FileRefused
from linkstead.sources import limits, open_source

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.link import Batch

HEADER = "Linking page,Last crawled\n"
GOOD = "https://blog.example.org/{},2026-01-05\n"
WIDE = "source_url,target_url,anchor_text\n"


def batch_of(tmp_path: Path, text: str, site: str = "example.com") -> Batch:
    """The only batch of a small file."""
    path = tmp_path / "links.csv"
    path.write_bytes(text.encode())
    (batch,) = open_source(path, site=site, now=0).batches()
    return batch


def rows_and_reasons(batch: Batch) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in batch.quarantined]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense,2026-01-05", "linking page is no web address"),
        (",2026-01-05", "no linking page"),
        ("javascript:alert(1),2026-01-05", "linking page is no web address"),
        ("https://blog.example.org/a", "1 fields where the header has 2"),
        ("https://blog.example.org/a,2026-01-05,more", "3 fields where the header has 2"),
        ("https://exa mple.org/,2026-01-05", "linking page is no web address"),
    ],
)
def test_a_bad_row_is_quarantined_with_its_number_and_reason(line: str, reason: str, tmp_path: Path) -> None:
    batch = batch_of(tmp_path, HEADER + GOOD.format(1) + line + "\n" + GOOD.format(2))
    assert rows_and_reasons(batch) == [(3, reason)]
    assert batch.quarantined[0].raw == line
    assert [one.row for one in batch.sightings] == [2, 4]
    assert batch.last_row == 4


def test_a_target_that_is_no_address_is_quarantined_and_an_empty_one_is_unknown(tmp_path: Path) -> None:
    batch = batch_of(tmp_path, WIDE + "https://a.org/1,nonsense,x\nhttps://a.org/2,,x\n")
    assert rows_and_reasons(batch) == [(2, "target is no web address")]
    assert [one.target_url for one in batch.sightings] == [None]


def test_own_pages_and_other_peoples_targets_are_skipped_and_counted(tmp_path: Path) -> None:
    text = WIDE + (
        "https://www.example.com/a,https://example.com/,x\n"
        "https://a.org/1,https://example.org/,x\n"
        "https://a.org/2,https://example.com.evil.org/,x\n"
        "https://a.org/3,https://shop.example.com/,x\n"
    )
    batch = batch_of(tmp_path, text)
    assert batch.skipped == {"own site": 1, "target is another site": 2}
    assert [one.target_url for one in batch.sightings] == ["https://shop.example.com/"]


def test_blank_lines_are_nothing_but_keep_the_row_numbers(tmp_path: Path) -> None:
    batch = batch_of(tmp_path, HEADER + "\n" + GOOD.format(1) + "\n ,\n" + GOOD.format(2))
    assert [one.row for one in batch.sightings] == [3, 6]
    assert batch.quarantined == []


def test_rows_of_handmade_tables_may_end_early_or_late(tmp_path: Path) -> None:
    batch = batch_of(tmp_path, WIDE + "https://a.org/1\nhttps://a.org/2,,x,,,\nhttps://a.org/3,,x,,y\n")
    assert [one.row for one in batch.sightings] == [2, 3]
    assert rows_and_reasons(batch) == [(4, "5 fields where the header has 3")]


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    text = WIDE + "".join(
        f"https://a.org/{n},https://example.com/,{chr(34) if n == 3 else ''}anchor {n}\n" for n in range(9)
    )
    batch = batch_of(tmp_path, text)
    assert rows_and_reasons(batch) == [(5, "a quotation mark is not closed")]
    assert [one.anchor_text for one in batch.sightings] == [f"anchor {n}" for n in range(9) if n != 3]


def test_many_unclosed_quotation_marks_cost_their_own_rows_only(tmp_path: Path) -> None:
    lines = [
        f'"https://a.org/{n}","https://example.com/",{chr(34)}anchor {n}{chr(34) if n % 5 else ""}'
        for n in range(60)
    ]
    batch = batch_of(tmp_path, WIDE + "\n".join(lines) + "\n")
    assert {row for row, _ in rows_and_reasons(batch)} == {n + 2 for n in range(60) if n % 5 == 0}
    assert len(batch.sightings) == 48


def test_line_breaks_inside_quotes_are_one_row(tmp_path: Path) -> None:
    batch = batch_of(
        tmp_path, WIDE + 'https://a.org/,https://example.com/,"two\n\tlines"\n' + "https://b.org/,,x\n"
    )
    assert [one.anchor_text for one in batch.sightings] == ["two lines", "x"]
    assert [one.row for one in batch.sightings] == [2, 3]


def test_an_overlong_line_is_quarantined_and_the_file_goes_on(tmp_path: Path) -> None:
    long = "https://blog.example.org/" + "a" * (3 * limits.LINE_CHARS) + ",2026-01-05\n"
    batch = batch_of(tmp_path, HEADER + GOOD.format(1) + long + GOOD.format(2))
    assert rows_and_reasons(batch) == [(3, "longer than 262,144 characters in one field")]
    assert len(batch.quarantined[0].raw) == limits.RAW_CHARS
    assert len(batch.sightings) == 2


def test_an_overlong_field_is_quarantined_and_the_file_goes_on(tmp_path: Path) -> None:
    long = "https://blog.example.org/," + "a" * (limits.FIELD_CHARS + 1) + "\n"
    batch = batch_of(tmp_path, HEADER + GOOD.format(1) + long + GOOD.format(2))
    assert [row for row, _ in rows_and_reasons(batch)] == [3]
    assert len(batch.sightings) == 2


def test_the_last_row_needs_no_line_end(tmp_path: Path) -> None:
    assert len(batch_of(tmp_path, HEADER + GOOD.format(1) + GOOD.format(2).rstrip()).sightings) == 2


def test_bytes_that_are_no_utf8_far_down_the_file_are_read_as_windows_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    filler = "".join(f"https://a.org/{n},https://example.com/,plain\n" for n in range(10_000))
    path.write_bytes(
        (WIDE + filler).encode() + "https://a.org/x,https://example.com/,Größe\n".encode("cp1252")
    )
    assert path.stat().st_size > limits.HEAD_BYTES
    last = list(open_source(path, site="example.com", now=0).batches())[-1].sightings[-1]
    assert last.anchor_text == "Größe"


def test_an_unreadable_date_is_unknown_counted_and_kept_as_text(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text(HEADER + GOOD.format(1) + "https://blog.example.org/2,15 septembre 2026\n")
    opened = open_source(path, site="example.com", now=0)
    (batch,) = opened.batches()
    assert [one.last_seen for one in batch.sightings] == [1_767_571_200, None]
    assert batch.sightings[1].metrics == '{"search_console.last_seen_text":"15 septembre 2026"}'
    assert opened.unreadable == {"last_seen": 1}


def test_a_file_whose_rows_are_all_bad_is_refused_with_the_commonest_reason(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text(HEADER + "nonsense,2026-01-05\n" * 3 + "\n" + "https://a.org/\n")
    with pytest.raises(
        FileRefused, match=r"None of the 4 rows.*linking page is no web address.*\(3\)"
    ) as refused:
        list(open_source(path, site="example.com", now=0).batches())
    assert refused.value.kind == "nothing-usable"


def test_a_file_of_skipped_rows_alone_is_no_error(tmp_path: Path) -> None:
    batch = batch_of(tmp_path, HEADER + "https://www.example.com/a,2026-01-05\n")
    assert batch.skipped == {"own site": 1}


def test_batches_hold_as_many_rows_as_asked_good_bad_and_skipped_alike(tmp_path: Path) -> None:
    lines = [GOOD.format(1), "nonsense,\n", "https://example.com/,\n", GOOD.format(2), GOOD.format(3)]
    path = tmp_path / "links.csv"
    path.write_text(HEADER + "".join(lines))
    batches = list(open_source(path, site="example.com", now=0).batches(size=2))
    assert [batch.last_row for batch in batches] == [3, 5, 6]
    assert [len(batch.sightings) for batch in batches] == [1, 1, 1]


def test_a_title_with_every_awkward_character_comes_through(tmp_path: Path) -> None:
    title = 'a "quoted", <b>title</b>; =1+1 \u202eabc\u2069 😀 שלום'
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["source_url", "target_url", "anchor_text"])
    writer.writerow(["https://a.org/", "https://example.com/", title])
    assert batch_of(tmp_path, buffer.getvalue()).sightings[0].anchor_text == title
