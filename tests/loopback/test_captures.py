"""From the graph to pages: captures looked up and fetched record by record, from a server on loopback."""

from __future__ import annotations

import io
import json
import random
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.cli import main
from linkstead.errors import FileRefused, InputError
from linkstead.index.captures import Capture, Chosen, read_answer, read_columnar
from linkstead.index.questions import backlinks, scope_of
from linkstead.index.store import open_index
from linkstead.journey.archives import ArchiveOpener
from linkstead.journey.captures import Budget, CaptureJob, Gathered, gather, read_domains
from linkstead.monitor.download import DownloadFailed
from tests.archives import packed, response
from tests.graph_samples import write_texts
from tests.loopback.files import HOST, file
from tests.loopback.web import LOOPBACK, Answer, Hit, LoopbackWeb
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CRAWL = "CC-MAIN-2026-21"
STAMP = "20260518015810"
OPENER = ArchiveOpener(LOOPBACK, "Tester")
LINK = '<p>We like <a href="https://example.com/">Example</a> and <a href="https://rival.com/">them</a>.'


class Archive:
    """An archive with its index: pages of domains, each a record of one WARC file."""

    def __init__(self, pages: Sequence[tuple[str, str]]) -> None:
        self.entries: list[dict[str, str]] = []
        self.body = b""
        for url, html in pages:
            record = packed([response(url, html)])
            self.entries.append(
                {
                    "url": url,
                    "timestamp": STAMP,
                    "status": "200",
                    "mime": "text/html",
                    "filename": "crawl/a.warc.gz",
                    "offset": str(len(self.body)),
                    "length": str(len(record)),
                }
            )
            self.body += record
        self.page_size = 1_000

    def pages(self) -> dict[tuple[str, str], Any]:
        return {(HOST, f"/{CRAWL}-index"): self.cdx, (HOST, "/crawl/a.warc.gz"): file(self.body)}

    def cdx(self, hit: Hit) -> Answer:
        """The CDX API as pywb has it, as far as it is asked."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(hit.path).query).items()}
        assert (asked["matchType"], asked["output"], asked["filter"]) == ("domain", "json", "=status:200")
        found = [entry for entry in self.entries if _within(entry["url"], asked["url"])]
        if not found:
            return Answer.text(json.dumps({"message": f"No Captures found for: {asked['url']}"}), status=404)
        first = int(asked["page"]) * self.page_size
        if first >= len(found):
            return Answer.text("Page out of range", status=400)
        lines = [json.dumps(entry) for entry in found[first : first + self.page_size]]
        return Answer.text("\n".join(lines) + "\n")

    def columnar(self, *, row_group: int = 2) -> bytes:
        """The same entries as a columnar index file, sorted as Common Crawl sorts it."""
        rows = [
            {
                "url_host_registered_domain": ".".join(str(urlsplit(one["url"]).hostname).split(".")[-2:]),
                "url": one["url"],
                "fetch_time": datetime(2026, 5, 18, 1, 58, 10, tzinfo=UTC),
                "fetch_status": int(one["status"]),
                "content_mime_detected": one["mime"],
                "warc_filename": one["filename"],
                "warc_record_offset": int(one["offset"]),
                "warc_record_length": int(one["length"]),
                "url_path": urlsplit(one["url"]).path,
            }
            for one in self.entries
        ]
        rows.sort(key=lambda row: (str(row["url_host_registered_domain"]), str(row["url"])))
        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), out, row_group_size=row_group)
        return out.getvalue()


def _within(url: str, domain: str) -> bool:
    host = str(urlsplit(url).hostname)
    return host == domain or host.endswith(f".{domain}")


PAGES = [
    ("https://one.org/", LINK),
    ("https://blog.one.org/deep/er", '<a href="https://example.com/shop" rel=nofollow>Shop</a>'),
    ("https://one.org/none", '<a href="/other">inside</a>'),
    ("https://two.org/", LINK),
    ("https://three.org/", "no links"),
    ("https://other.org/", LINK),
]


def job(web: LoopbackWeb, *domains: str, **others: Any) -> CaptureJob:
    given: dict[str, Any] = {"index": web.url(HOST, ""), "data": web.url(HOST, "")}
    return CaptureJob("example.com", CRAWL, domains, **(given | others))


def run(what: CaptureJob, folder: Path, **others: Any) -> Gathered:
    return gather(what, folder, OPENER, now=1, **others)


def found(folder: Path, crawl: str = f"{CRAWL}-captures") -> list[tuple[str, str, bool]]:
    index = open_index(folder)
    if index.manifest.crawl(crawl) is None:
        return []
    rows = backlinks(index, scope_of("example.com")).as_dicts()
    return sorted((row["source_url"], row["anchor"], row["followed"]) for row in rows)


BOTH = [
    ("https://blog.one.org/deep/er", "Shop", False),
    ("https://one.org/", "Example", True),
    ("https://two.org/", "Example", True),
]


def test_links_to_the_site_come_from_the_pages_of_the_domains_alone(tmp_path: Path) -> None:
    with LoopbackWeb(Archive(PAGES).pages()) as web:
        said = run(job(web, "one.org", "two.org", "three.org", "absent.org"), tmp_path)
    assert found(tmp_path) == BOTH
    assert (said.done, said.left, said.ended) == (4, 0, "")
    assert said.counts["captures fetched"] == 5
    assert said.counts["domains without captures"] == 1
    assert not list(tmp_path.glob(".captures/*"))
    assert [hit.headers["range"] for hit in web.hits if "range" in hit.headers] == [
        f"bytes={one['offset']}-{int(one['offset']) + int(one['length']) - 1}"
        for one in [Archive(PAGES).entries[at] for at in (0, 2, 1, 3, 4)]
    ]


def test_the_columnar_index_gives_the_same_rows(tmp_path: Path) -> None:
    archive = Archive(PAGES)
    pages = archive.pages() | {(HOST, "/part.parquet"): file(archive.columnar())}
    with LoopbackWeb(pages) as web:
        run(job(web, "one.org", "two.org"), tmp_path / "api")
        run(job(web, "one.org", "two.org", columnar=(web.url(HOST, "/part.parquet"),)), tmp_path / "files")
    (tmp_path / "part.parquet").write_bytes(archive.columnar())
    (tmp_path / "crawl").mkdir()
    (tmp_path / "crawl" / "a.warc.gz").write_bytes(archive.body)
    near = CaptureJob(
        "example.com",
        CRAWL,
        ("one.org", "two.org"),
        columnar=(str(tmp_path / "part.parquet"),),
        data=str(tmp_path),
    )
    run(near, tmp_path / "near")
    hashes = {
        open_index(tmp_path / name).content_hash(f"{CRAWL}-captures") for name in ("api", "files", "near")
    }
    assert len(hashes) == 1
    assert found(tmp_path / "near") == BOTH


def test_row_groups_of_other_domains_are_not_read() -> None:
    noise = random.Random(1)
    urls = [f"https://d{number:03}.org/{noise.randbytes(1_000).hex()}" for number in range(300)]
    body = Archive([(url, "") for url in urls]).columnar(row_group=10)
    with LoopbackWeb({(HOST, "/part.parquet"): file(body)}) as web:
        opener = ArchiveOpener(LOOPBACK, "Tester")
        chosen = Chosen(5)
        with (
            opener.client(web.url(HOST, "/")) as client,
            opener.parts(web.url(HOST, "/part.parquet"), client, 4_096) as stream,
        ):
            groups = list(read_columnar(stream, "part", {"d155.org"}, chosen))
        asked = [re.fullmatch(r"bytes=(\d+)-(\d+)", hit.headers["range"]) for hit in web.hits]
    assert len(groups) == 30
    assert [capture.url for capture in chosen.of("d155.org")] == [urls[155]]
    data = len(body) - int.from_bytes(body[-8:-4], "little")
    read = {at for one in asked if one is not None for at in range(int(one[1]), min(int(one[2]) + 1, data))}
    assert len(read) < data / 4, "one row group of thirty, and what is read with the footer"


def test_a_budget_ends_a_run_and_the_next_goes_on_where_it_ended(tmp_path: Path) -> None:
    with LoopbackWeb(Archive(PAGES).pages()) as web:
        what = job(web, "one.org", "two.org")
        calls = 0
        while True:
            calls += 1
            said = run(what, tmp_path, budget=Budget(requests=2))
            if not said.left:
                break
            assert "2 requests" in said.ended
            assert calls < 20
    assert found(tmp_path) == BOTH
    asked = [(hit.path, hit.headers.get("range")) for hit in web.hits]
    assert len(asked) == len(set(asked)), "nothing is asked for twice"
    # of each domain's captures two pages (there is no second), then four records
    assert (len(asked), calls) == (8, 4)


def test_a_budget_of_bytes_ends_a_run_too(tmp_path: Path) -> None:
    noise = random.Random(1)
    pages = [(f"https://one.org/{number}", noise.randbytes(100_000).hex()) for number in range(30)]
    with LoopbackWeb(Archive(pages).pages()) as web:
        said = run(job(web, "one.org"), tmp_path, budget=Budget(megabytes=1))
    assert "1 MB" in said.ended
    assert said.counts["captures fetched"] in (9, 10)


def test_a_run_that_is_asked_to_stop_keeps_what_it_has(tmp_path: Path) -> None:
    with LoopbackWeb(Archive(PAGES).pages()) as web:
        stops = iter([False] * 5)  # two pages of the answer about each domain, and the first batch
        said = run(job(web, "one.org", "two.org"), tmp_path, should_stop=lambda: next(stops, True))
        assert (said.done, said.left, said.ended) == (1, 1, "stopped")
        assert found(tmp_path) == BOTH[:2]
        run(job(web, "one.org", "two.org"), tmp_path)
    assert found(tmp_path) == BOTH


def test_records_that_are_gone_or_damaged_are_counted(tmp_path: Path) -> None:
    archive = Archive(PAGES)
    archive.entries[0]["filename"] = "crawl/gone.warc.gz"
    archive.entries[3]["offset"] = "7"
    with LoopbackWeb(archive.pages()) as web:
        said = run(job(web, "one.org", "two.org"), tmp_path)
    assert (said.counts["captures gone"], said.counts["captures damaged"]) == (1, 1)
    assert found(tmp_path) == BOTH[:1]


@pytest.mark.parametrize(
    "entry",
    [
        {"filename": "../../secret"},
        {"filename": "http://169.254.169.254/x"},
        {"filename": "/etc/passwd"},
        {"filename": ""},
        {"offset": "-5"},
        {"length": "0"},
        {"length": "x"},
        {"offset": None},
    ],
)
def test_an_entry_that_leads_out_of_the_archive_is_counted_and_not_followed(
    entry: dict[str, Any], tmp_path: Path
) -> None:
    archive = Archive(PAGES[:2])
    archive.entries[0] |= entry
    with LoopbackWeb(archive.pages()) as web:
        said = run(job(web, "one.org"), tmp_path)
    assert said.counts["index entries that cannot be read"] == 1
    assert [hit.headers["range"] for hit in web.hits if "range" in hit.headers] == [
        "bytes={}-{}".format(archive.entries[1]["offset"], len(archive.body) - 1)
    ]
    assert found(tmp_path) == BOTH[:1]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"url": "https://evil.test/"}, "captures of other domains"),
        ({"status": "301"}, "captures that are no pages"),
        ({"mime": "application/pdf"}, "captures that are no pages"),
        ({"mime": "text/html", "mime-detected": "image/png"}, "captures that are no pages"),
        ({"length": str(9 << 20)}, "captures too large"),
    ],
)
def test_entries_that_are_not_wanted_are_counted_by_reason(entry: dict[str, str], reason: str) -> None:
    chosen = Chosen(10)
    lines = [json.dumps(Archive(PAGES[:1]).entries[0] | entry)]
    assert read_answer("\n".join(lines).encode(), {"one.org"}, chosen) == 1
    assert chosen.counts[reason] == 1
    assert chosen.of("one.org") == []


def test_an_answer_in_pages_is_read_until_there_is_enough(tmp_path: Path) -> None:
    archive = Archive([(f"https://one.org/{number}", LINK) for number in range(7)])
    archive.page_size = 3
    with LoopbackWeb(archive.pages()) as web:
        said = run(job(web, "one.org", pages=5), tmp_path)
    assert said.counts["captures fetched"] == 5
    assert sum("-index" in hit.path for hit in web.hits) == 2


def test_a_crawl_that_the_index_does_not_know_is_an_error(tmp_path: Path) -> None:
    with (
        LoopbackWeb({(HOST, "/crawl/a.warc.gz"): file(b"")}) as web,
        pytest.raises(InputError, match="no URL index"),
    ):
        run(job(web, "one.org"), tmp_path)


def test_an_index_that_answers_something_else_is_refused(tmp_path: Path) -> None:
    with (
        LoopbackWeb({(HOST, f"/{CRAWL}-index"): Answer.html("<h1>Welcome</h1>")}) as web,
        pytest.raises(FileRefused, match="none of the CDX API"),
    ):
        run(job(web, "one.org"), tmp_path)


def test_an_archive_that_refuses_us_is_an_error(tmp_path: Path) -> None:
    pages = Archive(PAGES).pages() | {(HOST, "/crawl/a.warc.gz"): Answer.text("no", status=403)}
    with LoopbackWeb(pages) as web, pytest.raises(DownloadFailed, match="403"):
        run(job(web, "one.org"), tmp_path)


def test_an_archive_that_wants_a_pause_for_long_ends_the_run_and_it_goes_on_later(tmp_path: Path) -> None:
    archive = Archive(PAGES)
    busy = Answer.text("later", ("Retry-After", "7200"), status=503)
    with LoopbackWeb(archive.pages() | {(HOST, "/crawl/a.warc.gz"): busy}) as web:
        said = run(job(web, "one.org"), tmp_path)
        assert "503" in said.ended
        assert said.left == 1
        web.pages[HOST, "/crawl/a.warc.gz"] = file(archive.body)
        assert run(job(web, "one.org"), tmp_path).left == 0
    assert found(tmp_path) == BOTH[:2]


def test_a_file_that_is_no_columnar_index_is_refused() -> None:
    table = io.BytesIO()
    pq.write_table(pa.table({"url": ["https://one.org/"]}), table)
    for body, said in ((b"PAR1 nonsense", "no Parquet"), (table.getvalue(), "it lacks fetch_time")):
        with pytest.raises(FileRefused, match=said):
            list(read_columnar(io.BytesIO(body), "part", {"one.org"}, Chosen(1)))


def test_lists_of_domains_are_read_with_comments_and_once() -> None:
    assert read_domains("one.org # a friend\n\nhttps://www.two.org/x\none.org\n") == ["one.org", "two.org"]
    with pytest.raises(InputError, match="names no domain"):
        read_domains("# nothing\n")


captures = st.lists(
    st.tuples(
        st.sampled_from(["a.org", "b.org"]),
        st.lists(st.sampled_from(["x", "yy", "z"]), max_size=4).map("/".join),
        st.integers(10, 99),
    ),
    max_size=40,
)


@given(captures, st.integers(1, 6))
def test_the_captures_kept_are_the_newest_of_the_pages_nearest_to_the_root(
    drawn: list[tuple[str, str, int]], most: int
) -> None:
    chosen = Chosen(most)
    newest: dict[str, str] = {}
    for domain, path, day in drawn:
        url = f"https://{domain}/{path}"
        chosen.add(Capture(domain, url, str(day), "f", day, 1))
        newest[url] = max(newest.get(url, ""), str(day))

    def rank(url: str) -> tuple[int, int, str]:
        path = url.split("/", 3)[3]
        return path.count("/") + (path != ""), len(url), url

    for domain in ("a.org", "b.org"):
        kept = chosen.of(domain)
        urls = sorted((url for url in newest if f"//{domain}/" in url), key=rank)[:most]
        assert [rank(one.url)[:2] for one in kept] == [rank(url)[:2] for url in urls]
        assert len({one.url for one in kept}) == len(kept)


def test_the_command_goes_from_the_graph_to_links_in_a_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("LINKSTEAD_ALLOWED_PRIVATE_NETWORKS", "127.0.0.0/8")
    monkeypatch.chdir(tmp_path)
    assert main(["index", "captures", "example.com", "--crawl", CRAWL]) == 3
    assert "graph import" in capsys.readouterr().err
    names = ["com.example", "com.rival", "org.one", "org.three", "org.two"]
    vertices, edges = write_texts(tmp_path, names, [(2, 0), (3, 1), (4, 0)])
    assert main(["graph", "import", "--vertices", str(vertices), "--edges", *map(str, edges)]) == 0
    assert main(["graph", "rank"]) == 0
    capsys.readouterr()
    with LoopbackWeb(Archive(PAGES).pages()) as web:
        places = ["--url-index", web.url(HOST, ""), "--data", web.url(HOST, "")]
        given = ["index", "captures", "example.com", "--crawl", CRAWL, "--pause", "0", *places]
        assert main([*given, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["domains_done"], said["domains_left"]) == (3, 2, 0)
    assert main(["index", "pull", "example.com", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new_links"] == 3


def test_records_of_a_real_archive_are_found_by_their_places(tmp_path: Path) -> None:
    archive = shared("warc-cc-whirlwind", "whirlwind.warc.gz")
    body = archive.read_bytes()
    # the page's record is the second gzip member but one: warcinfo, request, response, metadata
    starts = [at for at in range(len(body)) if body.startswith(b"\x1f\x8b\x08", at)]
    place = max(zip(starts, [*starts[1:], len(body)], strict=True), key=lambda one: one[1] - one[0])
    entry = {
        "url": "https://an.wikipedia.org/wiki/Escopete",
        "timestamp": "20240518015810",
        "status": "200",
        "mime": "text/html",
        "filename": "whirlwind.warc.gz",
        "offset": str(place[0]),
        "length": str(place[1] - place[0]),
    }
    pages = {
        (HOST, f"/{CRAWL}-index"): Answer.text(json.dumps(entry)),
        (HOST, "/whirlwind.warc.gz"): file(body),
    }
    with LoopbackWeb(pages) as web:
        what = CaptureJob(
            "wikimedia.org", CRAWL, ("wikipedia.org",), index=web.url(HOST, ""), data=web.url(HOST, "")
        )
        said = run(what, tmp_path)
    assert said.counts["captures fetched"] == 1
    assert said.crawl is not None
    assert said.crawl.rows > 0
