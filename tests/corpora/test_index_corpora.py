"""Extraction and the index on the web archives of the shared data: real ones, clipped ones, odd ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import FileRefused
from linkstead.index import questions
from linkstead.index.build import build
from linkstead.index.records import harvest
from linkstead.index.store import open_index
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

RESILIPARSE = "tests/data/"
STORMCRAWLER = "external/warc/src/test/resources/unparsable-date.warc.gz"


def read(path: Path) -> tuple[list[dict[str, object]], Counter[str]]:
    """All rows of an archive, and what was counted."""
    rows: list[dict[str, object]] = []
    counts: Counter[str] = Counter()
    with path.open("rb") as stream:
        for found in harvest(stream, path.name):
            rows += found.rows.to_pylist()
            counts.update(found.counts)
    return rows, counts


def test_a_page_of_common_crawl_gives_the_same_links_plain_and_packed() -> None:
    plain, counts = read(shared("warc-cc-whirlwind", "whirlwind.warc"))
    packed, again = read(shared("warc-cc-whirlwind", "whirlwind.warc.gz"))
    assert plain == packed
    assert counts == again
    assert counts == {
        "records": 2,
        "not a response": 1,
        "pages": 1,
        "links": 207,
        "internal": 190,
        "same target again": 2,
        "rows": 15,
    }
    assert {row["source_url"] for row in plain} == {"https://an.wikipedia.org/wiki/Escopete"}
    assert "org.wikipedia" not in {row["target_domain"] for row in plain}


def test_a_page_of_common_crawl_is_built_into_an_index_and_found(tmp_path: Path) -> None:
    archive = shared("warc-cc-whirlwind", "whirlwind.warc.gz")
    build([str(archive)], tmp_path / "index", "CC-MAIN-2024-22", now=1)
    index = open_index(tmp_path / "index")
    rows, _ = read(archive)
    for name in {".".join(reversed(str(row["target_domain"]).split("."))) for row in rows}:
        found = questions.backlinks(index, questions.scope_of(name)).as_dicts()
        assert {row["source_url"] for row in found} == {"https://an.wikipedia.org/wiki/Escopete"}


@pytest.mark.parametrize("name", ["whirlwind.warc.wat", "whirlwind.warc.wat.gz"])
def test_what_wat_says_of_a_request_is_no_page(name: str) -> None:
    assert read(shared("warc-cc-whirlwind", name)) == ([], {"records": 1, "not a response": 1})


@pytest.mark.parametrize("name", ["whirlwind.warc.wet", "whirlwind.warc.wet.gz"])
def test_text_without_links_is_refused_with_what_to_hand_in(name: str) -> None:
    with pytest.raises(FileRefused, match="hand in the WAT or WARC file"):
        read(shared("warc-cc-whirlwind", name))


def test_an_archive_that_is_cut_off_gives_what_stands_before_the_cut() -> None:
    rows, counts = read(shared("warc-resiliparse-tests", RESILIPARSE + "clipped.warc.gz"))
    assert len(rows) == counts["rows"] == 13
    assert counts["clipped"] == 1


@pytest.mark.parametrize("ending", ["warc", "warc.gz", "warc.lz4"])
def test_records_of_no_known_kind_make_no_archive_of_pages(ending: str) -> None:
    """Three records, each as large as a reader's block, of WARC-Type `unknown`."""
    path = shared("warc-resiliparse-tests", f"{RESILIPARSE}block-sized-records.{ending}")
    with pytest.raises(FileRefused, match="no response or WAT record"):
        read(path)


def test_a_record_with_a_date_that_is_none_is_counted_and_passed_over() -> None:
    assert read(shared("warc-stormcrawler", STORMCRAWLER)) == ([], {"records": 1, "unreadable date": 1})


def test_a_build_of_bad_archives_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    good = shared("warc-cc-whirlwind", "whirlwind.warc.gz")
    clipped = shared("warc-resiliparse-tests", RESILIPARSE + "clipped.warc.gz")
    build([str(good)], tmp_path / "index", "C-1", now=1)
    index = open_index(tmp_path / "index")
    before = index.content_hash("C-1")
    foreign = tmp_path / "foreign.warc.gz"
    foreign.write_bytes(b"%PDF-1.7")
    said = build([str(clipped), str(foreign)], tmp_path / "index", "C-2", now=2)
    assert [*said.failed] == [str(foreign)]
    assert said.crawl is not None
    assert said.crawl.rows == 13
    assert open_index(tmp_path / "index").content_hash("C-1") == before
