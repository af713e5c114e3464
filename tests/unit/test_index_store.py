"""The index on disk: appended at once or not at all, the same rows whatever the files, and its questions."""

from __future__ import annotations

import hashlib
import io
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkstead.errors import InputError, StoreError, UsageError
from linkstead.index import questions as ask
from linkstead.index.build import build, inputs_of
from linkstead.index.manifest import bucket_of
from linkstead.index.questions import Filters, Kind, scope_of
from linkstead.index.records import harvest
from linkstead.index.schema import ROWS
from linkstead.index.store import LinkIndex, open_index, open_or_create
from tests.archives import a, packed, wat

if TYPE_CHECKING:
    from pathlib import Path

OLD = [
    ("https://one.org/p", [a("https://example.com/", "Example"), a("https://blog.example.com/x", "blog")]),
    (
        "https://two.org/p",
        [a("https://example.com/shop/a", "shop", rel="nofollow"), a("https://rival.com/", "r")],
    ),
    ("https://two.org/q", [a("https://example.com/", "Example")]),
    ("https://three.net/", [a("https://rival.com/", "rival"), a("https://other.com/", "o")]),
]
NEW = [
    ("https://one.org/p", [a("https://example.com/", "Example")]),
    ("https://four.org/", [a("https://example.com/shop/b", "new shop")]),
    ("https://two.org/q", [a("https://example.com/", "Example")]),
]


def archive(folder: Path, name: str, pages: list[tuple[str, list[dict[str, str]]]]) -> str:
    path = folder / f"{name}.wat.gz"
    path.write_bytes(packed(wat(url, links) for url, links in pages))
    return str(path)


def authority(folder: Path) -> Path:
    path = folder / "authority.parquet"
    worth = {"org.one": 30, "org.two": 70, "net.three": 50, "org.four": 10}
    table = pa.table({"domain": list(worth), "authority": pa.array(list(worth.values()), pa.uint8())})
    pq.write_table(table, path)
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two crawls, made once."""
    folder = tmp_path_factory.mktemp("built")
    for crawl, pages in (("C-1", OLD), ("C-2", NEW)):
        source = archive(folder, crawl, pages)
        build([source], folder / "index", crawl, now=1, authority=authority(folder))
    return folder / "index"


@pytest.fixture
def index(tmp_path: Path, built: Path) -> LinkIndex:
    shutil.copytree(built, tmp_path / "index")
    return open_index(tmp_path / "index")


def column(page: ask.Page, name: str) -> list[Any]:
    return [row[name] for row in page.as_dicts()]


def run_of(folder: Path, name: str, pages: list[tuple[str, list[dict[str, str]]]]) -> Path:
    data = io.BytesIO(packed(wat(url, links) for url, links in pages))
    path = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_batches([found.rows for found in harvest(data, name)]), path)
    return path


def test_backlinks_of_a_domain_come_by_authority(index: LinkIndex) -> None:
    page = ask.backlinks(index, scope_of("example.com"), Filters(crawl="C-1"))
    assert column(page, "source_domain") == ["two.org", "two.org", "one.org", "one.org"]
    assert column(page, "authority") == [70, 70, 30, 30]


@pytest.mark.parametrize(
    ("text", "kind", "targets"),
    [
        ("blog.example.com", None, {"https://blog.example.com/x"}),
        ("example.com/shop/", None, {"https://example.com/shop/a"}),
        ("https://example.com/", "url", {"https://example.com/"}),
        ("example.com", "host", {"https://example.com/", "https://example.com/shop/a"}),
        (
            "www.example.com",
            None,
            {"https://example.com/", "https://example.com/shop/a", "https://blog.example.com/x"},
        ),
    ],
)
def test_a_scope_is_a_domain_a_host_a_prefix_or_a_url(
    index: LinkIndex, text: str, kind: str | None, targets: set[str]
) -> None:
    page = ask.backlinks(index, scope_of(text, kind), Filters(crawl="C-1"))
    assert set(column(page, "target_url")) == targets


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(crawl="C-1", followed=False), ["https://two.org/p"]),
        (Filters(crawl="C-1", anchor="EXAM"), ["https://two.org/q", "https://one.org/p"]),
        (Filters(crawl="C-1", min_authority=50), ["https://two.org/p", "https://two.org/q"]),
        (Filters(crawl="C-1", source_domain="one.org"), ["https://one.org/p", "https://one.org/p"]),
        (Filters(crawl="C-1", one_per_domain=True), ["https://two.org/q", "https://one.org/p"]),
        (Filters(crawl="C-1", type="image"), []),
        (Filters(), ["https://two.org/q", "https://one.org/p", "https://four.org/"]),
    ],
)
def test_filters_narrow_the_list(index: LinkIndex, filters: Filters, sources: list[str]) -> None:
    assert sorted(column(ask.backlinks(index, scope_of("example.com"), filters), "source_url")) == sorted(
        sources
    )


def test_pages_add_up_to_the_whole(index: LinkIndex) -> None:
    whole = ask.backlinks(index, scope_of("example.com"), Filters(crawl="C-1")).rows
    pages: list[Any] = []
    start = 0
    while True:
        page = ask.backlinks(index, scope_of("example.com"), Filters(crawl="C-1"), limit=3, start=start)
        pages, start = pages + page.rows, page.next
        if not page.more:
            break
    assert pages == whole


def test_domains_anchors_and_targets_are_counted(index: LinkIndex) -> None:
    filters, scope = Filters(crawl="C-1"), scope_of("example.com")
    assert ask.referring_domains(index, scope, filters).rows == [
        ("two.org", 70, 2, 1, 2),
        ("one.org", 30, 2, 2, 2),
    ]
    assert ask.anchors(index, scope, filters).rows[0] == ("Example", 2, 2, 2)
    assert ask.top_targets(index, scope, filters).rows[0] == ("https://example.com/", 2, 2, 2, 70)
    assert ask.summary(index, scope, "C-1")["referring_domains"] == 2


def test_new_and_lost_links_say_whether_the_page_was_read_in_the_other_crawl(index: LinkIndex) -> None:
    scope = scope_of("example.com")
    new = ask.new_links(index, scope, "C-1", "C-2")
    assert column(new, "source_url") == ["https://four.org/"]
    lost = ask.lost_links(index, scope, "C-1", "C-2").as_dicts()
    assert [(row["source_url"], row["page_known"]) for row in lost] == [
        ("https://two.org/p", False),
        ("https://one.org/p", True),
    ]


def test_gap_and_intersection(index: LinkIndex) -> None:
    me, rival, other = map(scope_of, ("example.com", "rival.com", "other.com"))
    assert column(ask.gap(index, me, [rival, other], "C-1"), "domain") == ["three.net"]
    assert column(ask.intersect(index, [me, rival], "C-1"), "domain") == ["two.org"]
    assert column(ask.intersect(index, [me, rival, other], "C-1"), "domain") == []


def test_a_domain_that_nobody_links_to_has_empty_answers(index: LinkIndex) -> None:
    scope = scope_of("nobody.net")
    assert ask.backlinks(index, scope).rows == []
    assert ask.summary(index, scope)["links"] == 0
    assert ask.new_links(index, scope, "C-1", "C-2").rows == []


@pytest.mark.parametrize("text", ["", "localhost", "not a host", "http://192.0.2.1/"])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        scope_of(text)


def test_quotes_in_what_people_type_are_only_text(index: LinkIndex) -> None:
    assert ask.backlinks(index, scope_of("example.com"), Filters(anchor="' OR 1=1 --")).rows == []
    assert scope_of("example.com/it's/", "prefix").kind is Kind.PREFIX


def test_the_same_rows_have_the_same_hash_in_whatever_files_they_stand(tmp_path: Path) -> None:
    one, two = run_of(tmp_path, "one", OLD[:2]), run_of(tmp_path, "two", OLD[2:])
    at_once = open_or_create(tmp_path / "a", buckets=2)
    in_turn = open_or_create(tmp_path / "b", buckets=64)
    first = at_once.append("C", [one, two], now=1)
    in_turn.append("C", [two], now=1)
    second = in_turn.append("C", [one], now=1)
    assert first is not None
    assert second is not None
    assert (first.rows, first.content_hash) == (second.rows, second.content_hash)
    compacted = in_turn.compact("C")
    assert compacted is not None
    assert compacted.content_hash == first.content_hash
    assert in_turn.content_hash("C") == first.content_hash
    assert in_turn.damaged() == []


def test_rows_that_a_crawl_has_already_are_not_added_twice(tmp_path: Path) -> None:
    run = run_of(tmp_path, "one", OLD)
    index = open_or_create(tmp_path / "a")
    first = index.append("C", [run, run], now=1)
    second = index.append("C", [run], now=2)
    assert first is not None
    assert second is not None
    assert first.rows == second.rows == 7
    assert first.content_hash == second.content_hash


def test_rows_of_a_domain_are_in_its_bucket_by_authority(index: LinkIndex) -> None:
    for file in index.manifest.crawls[0].files:
        found = duckdb.sql(
            "SELECT target_domain, authority"
            f" FROM read_parquet('{index.folder / file.path}', file_row_number=true)"
        ).fetchall()
        assert {bucket_of(domain, index.manifest.buckets) for domain, _ in found} == {file.bucket}
        assert found == sorted(found, key=lambda row: (row[0], -(row[1] or 0)))


def state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock" and ".runs" not in path.parts
    }


def test_a_run_that_is_no_run_leaves_the_index_as_it_was(index: LinkIndex, tmp_path: Path) -> None:
    before = state(index.folder)
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 nothing")
    with pytest.raises(StoreError, match="as it was"):
        index.append("C-3", [bad], now=1)
    assert state(index.folder) == before


def test_foreign_files_leave_the_index_as_it_was(index: LinkIndex, tmp_path: Path) -> None:
    before = state(index.folder)
    foreign = tmp_path / "foreign.gz"
    foreign.write_bytes(b"not an archive")
    with pytest.raises(InputError, match="as it was"):
        build([str(foreign)], index.folder, "C-3", now=1)
    assert state(index.folder) == before


def test_one_bad_archive_is_named_and_the_others_are_taken(tmp_path: Path) -> None:
    good = [archive(tmp_path, f"good{n}", OLD[n : n + 1]) for n in range(3)]
    bad = tmp_path / "bad.wat.gz"
    bad.write_bytes(b"not an archive")
    built = build([*good, str(bad)], tmp_path / "i", "C", now=1, workers=2)
    assert built.crawl is not None
    assert (built.crawl.rows, list(built.failed), built.crawl.failed) == (5, [str(bad)], [str(bad)])
    assert built.crawl.counts["archives failed"] == 1


def test_a_stopped_build_goes_on_with_what_is_left(tmp_path: Path) -> None:
    sources = [archive(tmp_path, f"s{n}", OLD[n : n + 1]) for n in range(4)]
    seen: list[int] = []
    stopped = build(
        sources,
        tmp_path / "i",
        "C",
        now=1,
        progress=lambda said: seen.append(said.done),
        should_stop=lambda: len(seen) >= 2,
    )
    assert stopped.crawl is None
    marks = list((tmp_path / "i" / ".runs").rglob("*.done"))
    assert 1 <= len(marks) < 4
    times = {mark: mark.stat().st_mtime_ns for mark in marks}
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path / "i" / ".runs", kept)
    built = build(sources, tmp_path / "i", "C", now=1)
    assert built.crawl is not None
    assert built.crawl.rows == 7
    assert times  # marks of the first try were there to go on from
    assert not (tmp_path / "i" / ".runs").exists()


def test_a_stopped_append_changes_nothing(index: LinkIndex, tmp_path: Path) -> None:
    before = state(index.folder)
    assert index.append("C-3", [run_of(tmp_path, "r", OLD)], now=1, should_stop=lambda: True) is None
    assert state(index.folder) == before


def test_damage_is_found_and_named(index: LinkIndex) -> None:
    file = index.manifest.crawls[0].files[0]
    path = index.folder / file.path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(bytes(data))
    assert index.damaged() == [file.path]
    path.unlink()
    assert index.damaged() == [file.path]
    with pytest.raises(StoreError):
        index.content_hash("C-1")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b"])
def test_a_crawl_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        open_or_create(tmp_path / "i").append(name, [], now=1)


def test_a_folder_of_other_things_is_not_made_an_index(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError):
        open_or_create(tmp_path)


def test_archives_are_named_by_files_folders_and_lists(tmp_path: Path) -> None:
    one, two = archive(tmp_path, "one", OLD), archive(tmp_path, "two", OLD)
    listed = tmp_path / "wat.paths"
    listed.write_text("one.wat.gz\ntwo.wat.gz\nhttps://data.example/x.wat.gz\n")
    assert inputs_of([one, str(tmp_path)]) == [one, two]
    assert inputs_of([str(listed)]) == [one, two, "https://data.example/x.wat.gz"]
    with pytest.raises(InputError, match="not there"):
        inputs_of([str(tmp_path / "none.wat.gz")])


def test_the_schema_is_that_of_every_file(index: LinkIndex) -> None:
    for file in index.manifest.crawls[0].files:
        assert pq.read_schema(index.folder / file.path).names == ROWS.names
