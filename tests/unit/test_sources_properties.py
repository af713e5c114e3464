"""Any bytes at all: batches or a refusal in words, never anything else."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.errors import FileRefused, LinksteadError
from linkstead.link import Batch, DomainSighting, Sighting
from linkstead.sources import inspect_file, limits, open_source
from linkstead.sources.text import grid
from linkstead.urls import try_normalise_url
from tests.vendor_files import LAYOUTS, made, text_of

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = [slug for slug, layout in LAYOUTS.items() if layout.encoding != "utf-16"]
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def read(content: bytes, **how: object) -> list[Batch]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "links.csv"
        path.write_bytes(content)
        opened = open_source(path, site="example.com", now=0, **how)  # type: ignore[arg-type]
        return [batch for part in opened.parts or (opened,) for batch in part.batches(size=7)]


def read_or_refused(content: bytes) -> None:
    """Rows that hold together, or a refusal that is a sentence."""
    refusal = "."
    try:
        check(read(content))
    except LinksteadError as error:
        refusal = str(error)
    assert refusal.endswith(".")


def check(batches: list[Batch]) -> None:
    """What holds for every row that comes out, whatever went in."""
    seen: list[int] = []
    for batch in batches:
        for one in (*batch.sightings, *batch.domains):
            check_sighting(one)
            seen.append(one.row)
        for bad in batch.quarantined:
            assert bad.reason
            assert len(bad.raw) <= limits.RAW_CHARS
            seen.append(bad.row)
        assert all(row <= batch.last_row for row in seen)
    assert len(seen) == len(set(seen))


def check_sighting(one: Sighting | DomainSighting) -> None:
    assert one.metrics is None or isinstance(json.loads(one.metrics), dict)
    if isinstance(one, DomainSighting):
        assert one.domain
        return
    assert try_normalise_url(one.page_url) == one.page_url
    assert one.target_url is None or try_normalise_url(one.target_url) == one.target_url
    assert one.anchor_text != "" != one.title
    assert one.nofollow in (None, True, False)


@QUICK
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)


@QUICK
@given(st.sampled_from(TEXTS), st.binary(max_size=200), st.integers(0, 3_000), st.integers(0, 50))
def test_a_damaged_export_is_read_or_refused(slug: str, dirt: bytes, place: int, cut: int) -> None:
    whole = text_of(LAYOUTS[slug], 12).encode()
    read_or_refused(whole[:place] + dirt + whole[place + cut :])


@QUICK
@given(st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=1, max_size=6))
def test_any_cells_under_a_known_header_are_read_or_quarantined(rows: list[list[str]]) -> None:
    names = [
        "Referring page URL",
        "Target URL",
        "Anchor",
        "Domain rating",
        "UR",
        "First seen",
        "Lost",
        "Type",
        "Platform",
    ]
    lines = [names, ["https://a.org/", "https://example.com/", *[""] * 7], *rows]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    check(read(text.encode("utf-8")))


@QUICK
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8), st.sampled_from(["\t", ",", ";"]))
def test_any_table_is_inspected_or_refused(rows: list[list[str]], delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.encode("utf-8"))
        told: dict[str, object] = {}
        with contextlib.suppress(FileRefused):
            told = inspect_file(path, site="example.com").as_json()
        assert json.loads(json.dumps(told)) == told


@QUICK
@given(st.permutations(range(len(LAYOUTS["ahrefs-backlinks-utf8"].columns))))
def test_shuffled_columns_give_equal_sightings(order: list[int]) -> None:
    layout = LAYOUTS["ahrefs-backlinks-utf8"]
    straight = read(text_of(layout, 5).encode())
    assert read(text_of(layout.reordered(order), 5).encode()) == straight


@QUICK
@given(st.integers(0, 13), st.integers(1, 9))
def test_reading_on_behind_any_row_gives_what_was_left(after: int, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "links.csv"
        path.write_text(text_of(LAYOUTS["semrush-backlinks"], 12), encoding="utf-8")
        opened = open_source(path, site="example.com", now=0)
        rows = [one.row for batch in opened.batches(after_row=after, size=size) for one in batch.sightings]
        assert rows == list(range(max(after, 1) + 1, 14))


@QUICK
@given(st.text(max_size=300), st.sampled_from(["\t", ",", ";"]))
def test_the_head_of_any_text_is_split_without_error(text: str, delimiter: str) -> None:
    assert len(grid(text, delimiter)) <= limits.HEAD_ROWS


def test_every_made_up_link_is_different() -> None:
    assert len({row.page for row in made(5_000)}) == 5_000
