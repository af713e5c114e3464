"""Every vendor format: recognised, read whole, whatever its order of columns, encoding and container."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from linkstead.link import DomainSighting, Sighting
from linkstead.sources import SOURCES, inspect_file, open_source
from linkstead.urls import normalise_url
from tests.vendor_files import LAYOUTS, Layout, made, write

SITE, NOW, ROWS = "example.com", 1_800_000_000, 40
ALL = pytest.mark.parametrize("slug", LAYOUTS)
TEXTS = [slug for slug, layout in LAYOUTS.items() if layout.header]
#: Formats whose columns may be moved and added to: names decide, not shapes or a fixed width.
BY_NAME = [slug for slug, layout in LAYOUTS.items() if not layout.by_content]


def read(path: Path, **how: object) -> list[Sighting | DomainSighting]:
    """All sightings of a file; nothing may be quarantined or skipped."""
    found: list[Sighting | DomainSighting] = []
    for batch in open_source(path, site=SITE, now=NOW).batches(**how):  # type: ignore[arg-type]
        assert (batch.quarantined, batch.skipped) == ([], {})
        found += batch.sightings or batch.domains
    return found


def unnumbered(found: list[Sighting | DomainSighting]) -> list[tuple[object, ...]]:
    return [tuple(one)[1:] for one in found]


@ALL
def test_a_file_is_recognised_and_every_row_read(slug: str, tmp_path: Path) -> None:
    inspection = inspect_file(write(slug, tmp_path / "links.csv", ROWS), site=SITE)
    assert inspection.source == LAYOUTS[slug].source
    assert (inspection.rows, inspection.quarantined, inspection.skipped) == (ROWS, 0, {})
    assert inspection.sightings + inspection.domains == ROWS
    assert inspection.unreadable == {}
    assert inspection.encoding == {"utf-16": "utf-16-le"}.get(LAYOUTS[slug].encoding, LAYOUTS[slug].encoding)


@ALL
def test_pages_and_targets_are_those_of_the_file_in_normal_form(slug: str, tmp_path: Path) -> None:
    rows = list(made(ROWS, site=SITE))
    for row, one in zip(rows, read(write(slug, tmp_path / "links.csv", ROWS)), strict=True):
        if isinstance(one, Sighting):
            page = row.page.replace("https://", "http://") if slug.startswith("moz") else row.page
            target = row.target.replace("https://", "http://") if slug.startswith("moz") else row.target
            assert one.page_url == normalise_url(page)
            assert one.target_url in (None, normalise_url(target))
            assert one.page_domain in one.page_url
        else:
            assert row.host.endswith(one.domain)


@pytest.mark.parametrize("slug", BY_NAME)
def test_the_order_of_columns_makes_no_difference(slug: str, tmp_path: Path) -> None:
    layout = LAYOUTS[slug]
    order = random.Random(7).sample(range(len(layout.columns)), len(layout.columns))
    straight = read(write(layout, tmp_path / "a.csv", ROWS))
    assert read(write(layout.reordered(order), tmp_path / "b.csv", ROWS)) == straight


@pytest.mark.parametrize("slug", BY_NAME)
def test_an_unknown_column_is_named_and_changes_nothing(slug: str, tmp_path: Path) -> None:
    wider = LAYOUTS[slug].with_column("Brand new column", lambda row: f"x{row.number}")
    path = write(wider, tmp_path / "wide.csv", ROWS)
    assert "Brand new column" in inspect_file(path, site=SITE).unmapped
    assert read(path) == read(write(slug, tmp_path / "plain.csv", ROWS))


@pytest.mark.parametrize("slug", [slug for slug, layout in LAYOUTS.items() if layout.optional])
def test_optional_columns_may_all_be_missing(slug: str, tmp_path: Path) -> None:
    bare = LAYOUTS[slug].without_optional()
    assert len(bare.columns) < len(LAYOUTS[slug].columns)
    path = write(bare, tmp_path / "bare.csv", ROWS)
    assert inspect_file(path, site=SITE).source == LAYOUTS[slug].source
    assert len(read(path)) == ROWS


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8", "cp1252"])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_encodings_delimiters_and_line_ends_make_no_difference(
    encoding: str, delimiter: str, newline: str, tmp_path: Path
) -> None:
    # Hebrew letters do not exist in cp1252, so the anchors stay Western here.
    columns = tuple(
        (name, (lambda row: "Größe, café; €") if name == "Anchor" else cell)
        for name, cell in LAYOUTS["ahrefs-backlinks"].columns
    )
    layout = replace(LAYOUTS["ahrefs-backlinks"], columns=columns)
    straight = read(write(layout, tmp_path / "a.csv", ROWS, encoding="utf-8"))
    changed = write(layout, tmp_path / "b.csv", ROWS, encoding=encoding, delimiter=delimiter, newline=newline)
    assert read(changed) == straight
    assert straight[0].anchor_text == "Größe, café; €"  # type: ignore[union-attr]


@pytest.mark.parametrize("suffix", [".gz", ".zip", ".xlsx", ".jsonl"])
@pytest.mark.parametrize("slug", ["ahrefs-backlinks", "semrush-backlinks", "ahrefs-referring-domains"])
def test_containers_make_no_difference(slug: str, suffix: str, tmp_path: Path) -> None:
    plain = read(write(slug, tmp_path / "a.csv", ROWS))
    # The ending lies, as endings do.
    packed = write(slug, tmp_path / f"b{suffix}", ROWS).rename(tmp_path / "b.txt")
    assert inspect_file(packed, site=SITE).container == suffix[1:]
    assert unnumbered(read(packed)) == unnumbered(plain)


@pytest.mark.parametrize("slug", ["ahrefs-backlinks", "semrush-api", "bing-backlinks", "url-list"])
@pytest.mark.parametrize("size", [1, 7, ROWS])
def test_an_interrupted_reading_goes_on_behind_the_last_row(slug: str, size: int, tmp_path: Path) -> None:
    path = write(slug, tmp_path / "links.csv", ROWS)
    whole = read(path)
    first = next(open_source(path, site=SITE, now=NOW).batches(size=size))
    rest = [
        one
        for batch in open_source(path, site=SITE, now=NOW).batches(after_row=first.last_row, size=size)
        for one in batch.sightings
    ]
    assert [*first.sightings, *rest] == whole


def test_a_reading_resumed_behind_the_last_row_gives_nothing(tmp_path: Path) -> None:
    path = write("ahrefs-backlinks", tmp_path / "links.csv", ROWS)
    opened = open_source(path, site=SITE, now=NOW)
    assert list(opened.batches(after_row=ROWS + 1)) == []
    assert opened.rows == ROWS


def test_row_numbers_are_those_a_spreadsheet_shows(tmp_path: Path) -> None:
    assert [one.row for one in read(write("ahrefs-backlinks", tmp_path / "a.csv", 3))] == [2, 3, 4]
    # Moz writes five lines before its header, one of them blank.
    assert [one.row for one in read(write("moz-inbound-links", tmp_path / "b.csv", 3))] == [7, 8, 9]
    assert [one.row for one in read(write("url-list", tmp_path / "c.csv", 3))] == [1, 2, 3]


def test_a_progress_bar_ends_full(tmp_path: Path) -> None:
    for suffix in (".csv", ".gz", ".zip", ".xlsx"):
        opened = open_source(write("ahrefs-backlinks", tmp_path / f"a{suffix}", ROWS), site=SITE, now=NOW)
        list(opened.batches())
        assert opened.bytes_read == opened.size_bytes > 0


def test_the_inspection_tells_at_least_what_scripts_rely_on(tmp_path: Path) -> None:
    told = inspect_file(write("ahrefs-backlinks", tmp_path / "links.csv", ROWS), site=SITE).as_json()
    assert told["source"] == "ahrefs-backlinks"
    assert told["delimiter"] == "\t"
    assert told["first_seen_range"] == ["2025-01-01", "2026-07-16"] or len(told["first_seen_range"]) == 2  # type: ignore[arg-type]
    wanted = {
        "source",
        "encoding",
        "delimiter",
        "rows",
        "quarantined",
        "mapped",
        "unmapped",
        "first_seen_range",
    }
    assert wanted <= told.keys()
    assert told["mapped"]["Domain rating"] == "ahrefs.dr"  # type: ignore[index]
    assert told["unmapped"] == ["Left context", "Right context", "Redirect Chain status codes"]


def test_every_built_in_source_has_a_layout() -> None:
    assert {layout.source for layout in LAYOUTS.values()} == set(SOURCES)


def test_every_source_has_a_paragraph_in_the_docs() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    missing = [slug for slug in SOURCES if f"`{slug}`" not in docs]
    assert missing == []


def test_a_generated_file_is_the_same_every_time(tmp_path: Path) -> None:
    first = write("majestic-backlinks", tmp_path / "a.csv", 100, seed=3).read_bytes()
    assert write("majestic-backlinks", tmp_path / "b.csv", 100, seed=3).read_bytes() == first
    assert write("majestic-backlinks", tmp_path / "c.csv", 100, seed=4).read_bytes() != first


def test_generated_links_may_point_at_a_web_of_ones_own(tmp_path: Path) -> None:
    pages = (f"http://127.0.0.1:8000/{number}" for number in range(5))
    layout: Layout = LAYOUTS["semrush-backlinks"]
    path = write(layout, tmp_path / "a.csv", 99, pages=pages, targets=["http://127.0.0.1:9000/"])
    batches = list(open_source(path, site="127.0.0.1:9000", now=NOW).batches())
    assert batches[0].skipped == {"own site": 5}
    batches = list(open_source(path, site=None, now=NOW).batches())
    assert [one.page_url for one in batches[0].sightings] == [f"http://127.0.0.1:8000/{n}" for n in range(5)]


def test_the_row_that_fits_best_is_the_header_not_the_first(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text("Linking text\nLinking page,Last crawled\nhttps://a.org/,2026-01-05\n")
    assert inspect_file(path).source == "search-console-latest-links"


def test_a_table_with_the_names_of_two_reports_is_the_more_particular_one(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    names = "Page ascore,Source url,Target url,Anchor,Toxicity Score"
    path.write_text(f"{names}\n1,https://a.org/,https://example.com/,x,60\n")
    assert inspect_file(path).source == "semrush-backlink-audit"


@pytest.mark.parametrize("array", [False, True])
def test_many_json_objects_are_all_read(array: bool, tmp_path: Path) -> None:
    # Titles that look like the end of an object, so that a cut anywhere must not be taken for one.
    columns = tuple(
        (name, (lambda _: "}, { " * 40) if name == "Referring page title" else cell)
        for name, cell in LAYOUTS["ahrefs-backlinks-utf8"].columns
    )
    layout = replace(LAYOUTS["ahrefs-backlinks-utf8"], columns=columns)
    path = write(layout, tmp_path / "links.jsonl", 500)
    if array:
        path.write_text("[" + ",".join(path.read_text(encoding="utf-8").splitlines()) + "]", encoding="utf-8")
    assert path.stat().st_size > 5 * 64 * 1024
    inspection = inspect_file(path, site=SITE)
    assert (inspection.sightings, inspection.quarantined) == (500, 0)
