"""What is particular about the files of Search Console and Bing."""

from __future__ import annotations

import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from linkstead.errors import FileRefused, UsageError
from linkstead.sources import inspect_file, open_source
from tests.small_tables import JAN_5, NOW, batch_of, only, only_domain, table
from tests.vendor_files import LAYOUTS, text_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("dates", "seconds"),
    [
        (("2026-01-05",), [JAN_5]),
        (('"Jan 5, 2026"',), [JAN_5]),
        (("5 Jan 2026",), [JAN_5]),
        (("05/01/2026", "28/09/2025"), [JAN_5, 1_759_017_600]),
        (("01/05/2026", "09/28/2025"), [JAN_5, 1_759_017_600]),
        (("01/05/2026",), [JAN_5]),
    ],
)
def test_search_console_dates_follow_the_users_language(
    dates: tuple[str, ...], seconds: list[int], tmp_path: Path
) -> None:
    rows = [f"https://a.org/{number}|{text}" for number, text in enumerate(dates)]
    batch = batch_of(table(tmp_path, "Linking page|Last crawled", *rows))
    assert [one.last_seen for one in batch.sightings] == seconds


def test_day_comes_first_under_a_header_in_another_language(tmp_path: Path) -> None:
    path = table(tmp_path, "Página de enlace|Último rastreo", "https://a.org/|05/01/2026", delimiter=";")
    assert only(path).last_seen == JAN_5


@pytest.mark.parametrize("text", ['"1,240"', "1.240", "1 240", '"1\u00a0240"'])
def test_linking_sites_are_counted_however_grouped(text: str, tmp_path: Path) -> None:
    assert (
        only_domain(
            table(tmp_path, "Site|Linking pages|Target pages", f"blog.example.org|{text}|3", delimiter=";")
        ).links
        == 1240
    )


def test_a_quoted_address_with_a_comma_is_one_address(tmp_path: Path) -> None:
    assert (
        only(table(tmp_path, "Linking page|Last crawled", '"https://a.org/x,y"|2026-01-05')).page_url
        == "https://a.org/x,y"
    )
    assert only(table(tmp_path, "Linking page", "https://a.org/x,y")).page_url == "https://a.org/x,y"


def search_console_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        latest = (
            text_of(LAYOUTS["search-console-latest-links"], 5) + "https://www.example.com/own,2026-01-05\r\n"
        )
        archive.writestr("Latest links.csv", latest)
        archive.writestr("Top linking sites.csv", text_of(LAYOUTS["search-console-top-linking-sites"], 3))
        archive.writestr(
            "Top linked pages - externally.csv",
            "Target page,Incoming links,Linking sites\nhttps://example.com/,9,3\n",
        )
        archive.writestr(
            "Top linked pages - internally.csv",
            "Target page,Incoming links,Linking sites\nhttps://example.com/,9,3\n",
        )
        archive.writestr("Top linking text.csv", "Linking text,Count\nshop,3\n")
        archive.writestr("__MACOSX/._x", b"\0\1")
    return path


def test_a_search_console_zip_has_a_part_for_each_link_table(tmp_path: Path) -> None:
    opened = open_source(search_console_zip(tmp_path / "links.zip"), site="example.com", now=NOW)
    assert [(part.name, part.source) for part in opened.parts] == [
        ("Latest links.csv", "search-console-latest-links"),
        ("Top linking sites.csv", "search-console-top-linking-sites"),
    ]
    batches = [list(part.batches()) for part in opened.parts]
    assert [(len(one[0].sightings), len(one[0].domains)) for one in batches] == [(5, 0), (0, 3)]
    assert batches[0][0].skipped == {"own site": 1}
    with pytest.raises(UsageError, match="several tables"):
        list(opened.batches())


def test_tables_left_out_of_a_zip_are_named_with_the_reason(tmp_path: Path) -> None:
    inspection = inspect_file(search_console_zip(tmp_path / "links.zip"), site="example.com")
    left_out = {one.name: one.why for one in inspection.members if one.source is None}
    assert len(left_out) == 4
    assert "your own pages" in left_out["Top linked pages - internally.csv"]
    assert (inspection.source, inspection.rows, len(inspection.parts)) == (
        "search-console-latest-links",
        9,
        2,
    )


def test_hebrew_own_pages_are_told_by_their_content(tmp_path: Path) -> None:
    path = table(tmp_path, "דף יעד|קישורים נכנסים|אתרים מקשרים", "https://www.example.com/a|9|3")
    with pytest.raises(FileRefused) as refused:
        open_source(path, site="example.com", now=NOW)
    assert refused.value.kind == "own-pages"


def test_each_sheet_of_a_workbook_is_a_part(tmp_path: Path) -> None:
    path = tmp_path / "links.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        latest, empty, sites = (
            book.add_worksheet(name) for name in ("Latest links", "Filters", "Top linking sites")
        )
        latest.write_row(0, 0, ("Linking page", "Last crawled"))
        latest.write_string(1, 0, "https://a.org/")
        latest.write_datetime(1, 1, datetime(2026, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        latest.write_string(2, 0, "https://b.org/")
        latest.write_number(2, 1, 46_027)
        del empty
        sites.write_row(3, 0, ("Site", "Linking pages"))
        sites.write_row(4, 0, ("blog.example.org", 1240))
    opened = open_source(path, site="example.com", now=NOW)
    (first,), (second,) = (list(part.batches()) for part in opened.parts)
    assert [one.last_seen for one in first.sightings] == [JAN_5, JAN_5]
    assert [(one.row, one.links) for one in second.domains] == [(5, 1240)]


def test_bing_does_not_double_quotation_marks(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    row = '"https://a.org/","the "best" shop#TAB#here","https://example.com/"'
    path.write_bytes(b"\xef\xbb\xbf" + f'"Source Url","Anchor text","Target Url"\r\n{row}\r\n'.encode())
    assert only(path).anchor_text == 'the "best" shop here'


def test_a_bing_domain_is_an_address(tmp_path: Path) -> None:
    one = only_domain(table(tmp_path, '"Domain"|"Backlinks Count"', '"https://www.msn.com"|"1,240"'))
    assert (one.domain, one.links) == ("msn.com", 1240)


def test_bing_pages_and_tracelinker_share_names_but_not_their_spelling(tmp_path: Path) -> None:
    row = "https://a.org/|x|https://example.com/"
    assert inspect_file(table(tmp_path, "Source Url|Anchor text|Target Url", row)).source == "bing-backlinks"
    assert inspect_file(table(tmp_path, "source_url|anchor_text|target_url", row)).source == "tracelinker"
