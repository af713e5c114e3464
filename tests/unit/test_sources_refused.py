"""Wrong files: refused with a sentence that says what they are, or asked about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import MappingNeeded, UsageError
from linkstead.sources import inspect_file, open_source
from tests.small_tables import refused
from tests.vendor_files import LAYOUTS, write

if TYPE_CHECKING:
    from pathlib import Path

WRONG = {
    "link-intersect": "Referring page title,Referring page URL,Language,Intersect,example.com/\nt,https://a.org/,en,1,1\n",
    "anchors": "Anchor text,Ref. domains,Top DR,Ref. pages,Links to target\nshop,3,4,5,6\n",
    "own-pages": "Page URL,Page title,UR,Referring domains,Top DR,Links to target\nhttps://example.com/,t,1,2,3,4\n",
    "internal-links": "Page URL,Links to target,Canonical\nhttps://example.com/,1,https://example.com/\n",
    "keyword-report": "Keyword,Position,Search Volume,URL\nshoes,3,900,https://example.com/\n",
    "keyword-report ": "Keyword,Volume,example.com/: URL,example.com/: Organic Position\nshoes,3,https://example.com/,2\n",
    "keyword-report  ": "Name;example.com/: URL;example.com/: Organic Position\nshoes;https://example.com/;2\n",
    "own-pages ": "Target page,Incoming links,Linking sites\nhttps://example.com/,9,3\n",
    "own-pages  ": "Address,Status Code,Indexability,Title 1\nhttps://example.com/,200,Indexable,t\n",
    "own-pages   ": "source_url;source_title;response_code;backlinks_num;domains_num\nhttps://example.com/;t;200;3;4\n",
    "anchors ": "Linking text,Count\nshop,3\n",
    "anchors  ": '"Anchor","Backlinks Count"\n"shop","3"\n',
    "anchors   ": "anchor;domains_num;backlinks_num;first_seen;last_seen\nshop;1;2;1767571200;1767571200\n",
    "search-performance": "Top pages,Clicks,Impressions,CTR,Position\nhttps://example.com/,1,2,3%,4\n",
    "disavow-file": "# spam\ndomain:spam.icu\nhttps://a.org/x\n",
    "disavow-file ": "domain:spam.icu\n" * 50,
    "html": "<!DOCTYPE html><html><title>Sign in</title></html>",
    "html ": '<?xml version="1.0"?><urlset/>',
    "empty": "Linking page,Last crawled\n",
    "empty ": "Linking page,Last crawled\n\n\n , \n",
    "empty  ": "\n\n\n",
    "no-links": "Name,Colour\nshoe,red\n",
    "no-links ": "This is a letter.\nIt holds no table at all.\n",
    "pdf": "%PDF-1.7\n1 0 obj",
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_told_what_it_is(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(WRONG[kind])
    refusal = refused(path)
    assert refusal.kind == kind.strip()
    assert refusal.seems_to_be


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0JFIF", "image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old-excel"),
        (b"Rar!\x1a\x07", "archive"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"BZh91AY&SY", "archive"),
        (b"PAR1", "parquet"),
        (bytes(range(256)) * 20, "binary"),
        (b"", "empty"),
        (b"\0" * 257 + b"ustar" + b"\0" * 300, "archive"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_its_bytes(head: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_bytes(head)
    assert refused(path).kind == kind


def test_a_header_without_rows_is_empty_and_names_the_report(tmp_path: Path) -> None:
    for slug, layout in LAYOUTS.items():
        if layout.header and "another" not in slug and not slug.endswith(("-es", "-he")):
            refusal = refused(write(slug, tmp_path / f"{slug}.csv", 0))
            assert (slug, refusal.kind) == (slug, "empty")
            assert layout.source in refusal.seems_to_be


def test_a_file_name_may_give_a_wrong_report_away(tmp_path: Path) -> None:
    path = tmp_path / "example.com-organic-keywords-2026.csv"
    path.write_text("Term,Landing\nshoes,https://example.com/\n")
    assert refused(path).kind == "keyword-report"


def test_a_file_name_never_overrules_a_header(tmp_path: Path) -> None:
    path = write("ahrefs-backlinks", tmp_path / "organic-keywords.csv", 3)
    assert inspect_file(path).source == "ahrefs-backlinks"


def test_a_table_that_nobody_knows_asks_for_a_mapping_with_a_proposal(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text("My link;Their page;is_dofollow;URL\nhttps://example.com/;https://a.org/;yes;x\n")
    with pytest.raises(MappingNeeded, match="My link, Their page") as needed:
        open_source(path, site="example.com", now=0)
    assert needed.value.columns == ("My link", "Their page", "is_dofollow", "URL")
    assert needed.value.proposal == {
        "My link": "target_url",
        "Their page": "source_url",
        "is_dofollow": "follow",
    }
    inspection = inspect_file(path, site="example.com")
    assert (inspection.source, inspection.rows) == ("unknown", 1)
    assert inspection.proposal == needed.value.proposal
    assert inspection.fingerprint == needed.value.fingerprint


def test_ambiguous_words_are_never_proposed_by_name_alone(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text("Linking page;Type;Text;Follow;Lost\nhttps://a.org/;x;y;z;w\n")
    assert inspect_file(path).proposal == {"Linking page": "source_url"}


def test_a_fingerprint_knows_the_same_header_again(tmp_path: Path) -> None:
    prints = []
    for text in (
        "My Link,Their_page\nhttps://a.org/,x\n",
        "my link,their page\nhttps://b.org/,y\n",
        "their page,my link\nx,https://b.org/\n",
    ):
        path = tmp_path / "links.csv"
        path.write_text(text)
        prints.append(inspect_file(path).fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_a_confirmed_mapping_reads_an_unknown_table(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text(
        "made by hand\n\nMy link;Their page;Good?;Price\nhttps://example.com/;a.org/post;yes;12,50\n"
    )
    mapping = {"Their page": "source_url", "My link": "target_url", "Good?": "follow", "Price": "mapped.cost"}
    (batch,) = open_source(path, site="example.com", mapping=mapping, now=0).batches()
    (one,) = batch.sightings
    assert (one.page_url, one.target_url, one.nofollow) == (
        "http://a.org/post",
        "https://example.com/",
        False,
    )
    assert json.loads(one.metrics or "")["mapped.cost"] == 12.5
    assert inspect_file(path, mapping=mapping).source == "mapped"


def test_a_mapping_of_domains_reads_domains(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text("Domain;Spam score\nblog.example.org;3\n")
    assert inspect_file(path).proposal == {"Domain": "source_domain", "Spam score": "mapped.spam_metric"}
    (batch,) = open_source(path, site=None, mapping=inspect_file(path).proposal, now=0).batches()
    assert [one.domain for one in batch.domains] == ["example.org"]


def test_a_mapping_that_does_not_fit_is_wrong_use(tmp_path: Path) -> None:
    path = write("tracelinker", tmp_path / "links.csv", 2)
    with pytest.raises(UsageError, match="no header with the mapped columns"):
        open_source(path, site=None, mapping={"nowhere": "source_url"}, now=0)
    with pytest.raises(UsageError, match="no column for source_url"):
        open_source(path, site=None, mapping={"source_url": "anchor"}, now=0)


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        open_source(tmp_path / "nowhere.csv", site=None, now=0)
