"""Real files from the shared data: read, refused or asked about as they deserve."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from linkstead.errors import FileRefused, MappingNeeded
from linkstead.sources import inspect_file, open_source
from tests.shared_data import shared

GSC = "vendor-gsc-johnmurch"
LATEST = "data/http___www.johnmurch.com_-Latest links-2020-07-15.csv"


def test_a_real_search_console_export_is_read_whole() -> None:
    path = shared(GSC, LATEST)
    inspection = inspect_file(path, site="johnmurch.com")
    assert inspection.source == "search-console-latest-links"
    assert (inspection.rows, inspection.sightings, inspection.quarantined) == (18, 18, 0)
    (batch,) = open_source(path, site="johnmurch.com", now=0).batches()
    first, last = batch.sightings[0], batch.sightings[-1]
    assert first.page_url == "https://gist.github.com/johnmurch"
    assert datetime.fromtimestamp(first.last_seen or 0, tz=UTC).date().isoformat() == "2020-06-30"
    # The file ends without a line end, and one address has Chinese characters.
    assert last.page_url == "https://www.producthunt.com/@johnmurch"
    assert any("%E5%87%A6" in one.page_url for one in batch.sightings)


def test_a_small_table_without_known_names_asks_for_a_mapping_and_is_read_with_its_proposal() -> None:
    path = shared(GSC, "data/backlinks.csv")
    with pytest.raises(MappingNeeded) as needed:
        open_source(path, site="johnmurch.com", now=0)
    assert needed.value.proposal == {"link": "source_url", "backlink": "target_url"}
    (batch,) = open_source(path, site="johnmurch.com", mapping=needed.value.proposal, now=0).batches()
    assert (len(batch.sightings), batch.quarantined, batch.skipped) == (9, [], {})


@pytest.mark.parametrize(("name", "rows"), [("demo.csv", 15), ("redirects.csv", 3)])
def test_a_column_called_url_is_never_mapped_without_consent(name: str, rows: int) -> None:
    path = shared(GSC, f"data/{name}")
    inspection = inspect_file(path, site="johnmurch.com")
    assert (inspection.source, inspection.rows, inspection.proposal) == (
        "unknown",
        rows,
        {"url": "source_url"},
    )


def test_an_analysers_own_table_asks_for_a_mapping_and_is_read_with_it() -> None:
    path = shared("vendor-like-backlinks-misc", "backlinks.csv")
    inspection = inspect_file(path, site="quantamixsolutions.com")
    assert (inspection.source, inspection.rows, len(inspection.unmapped)) == ("unknown", 20, 21)
    (batch,) = open_source(path, site="quantamixsolutions.com", mapping=inspection.proposal, now=0).batches()
    assert (len(batch.sightings), batch.quarantined) == (20, [])
    first = batch.sightings[0]
    assert (first.anchor_text, first.nofollow, first.http_status) == ("quantamixsolutions.com/", False, 200)
    # 403 is what that tool was answered; whether the link is there, nobody knows.
    assert sum(one.http_status == 403 for one in batch.sightings) == 7
    assert all(one.lost_at is None for one in batch.sightings)


def test_a_list_of_new_links_with_mixed_line_ends_is_read() -> None:
    inspection = inspect_file(shared("disavow-maesitos-tool", "samples/new_links.csv"), site="example.com")
    assert (inspection.source, inspection.rows) == ("url-list", 321)
    # A stray carriage return cuts one address in two.
    assert inspection.sightings == 318
    assert inspection.quarantined == 3


@pytest.mark.parametrize(
    "name", ["samples/disavowed.cvs", "samples/disavowed2.cvs", "samples/whitelist_urls.csv"]
)
def test_a_disavow_file_is_no_list_of_backlinks(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        inspect_file(shared("disavow-maesitos-tool", name))
    assert refused.value.kind == "disavow-file"


def test_a_large_disavow_file_is_no_list_of_backlinks() -> None:
    with pytest.raises(FileRefused) as refused:
        inspect_file(shared("disavow-coolrecep-2026", "disavow.txt"))
    assert refused.value.kind == "disavow-file"


def test_a_white_list_of_addresses_is_a_plain_list() -> None:
    inspection = inspect_file(shared("disavow-maesitos-tool", "samples/whitelist_urls2.csv"))
    assert (inspection.source, inspection.rows, inspection.quarantined) == ("url-list", 519, 0)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("spam-matomo-referrer/spammers.txt", 2_347),
        ("topsites-opendns-2014/opendns-random-domains.txt", 10_000),
    ],
)
def test_a_list_of_domains_is_a_list_of_referring_domains(name: str, rows: int) -> None:
    folder, _, file = name.partition("/")
    inspection = inspect_file(shared(folder, file))
    assert (inspection.source, inspection.rows) == ("url-list", rows)
    assert inspection.domains >= rows - 1


def test_a_million_of_domains_is_no_list_of_links_without_consent() -> None:
    inspection = inspect_file(shared("majestic-million-excerpt", "majestic_million.csv"))
    assert (inspection.source, inspection.proposal) == ("unknown", {"Domain": "source_domain"})


@pytest.mark.parametrize(
    "name", ["whirlwind.warc.gz", "whirlwind.warc", "whirlwind.warc.wat.gz", "whirlwind.warc.wet"]
)
def test_a_web_archive_is_refused(name: str) -> None:
    with pytest.raises(FileRefused):
        inspect_file(shared("warc-cc-whirlwind", name))
