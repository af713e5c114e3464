"""Evidence: what is kept reads back the same, with any tool, or is refused."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.errors import StoreError, UsageError
from linkstead.link import Reason, Redirect
from linkstead.monitor import warc
from linkstead.monitor.archive import archive_files
from linkstead.monitor.evidence import (
    EvidenceBox,
    Kept,
    expired_files,
    kept_bytes,
    read_kept,
    remove,
    used_bytes,
    verify_files,
)
from linkstead.monitor.fetched import Fetched, RobotsSaid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: These tests write files; a busy disk is no fault of theirs.
patient = settings(deadline=None)

NOW = 1_795_000_000  # 2026-11-18
DAY = 86_400
PAGE = "https://page.example/post"
BODY = b"<!doctype html><p>see <a href='https://me.example/'>me</a>"
HOP = Redirect("https://page.example/old", 301, PAGE)


def fetched(body: bytes = BODY, **given: Any) -> Fetched:
    headers = (("Content-Type", "text/html; charset=utf-8"), ("X-Robots-Tag", "noarchive"))
    known: dict[str, Any] = {"status": 200, "headers": headers, "fetched_at": NOW}
    return Fetched(PAGE, PAGE, body=body, **(known | given))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[EvidenceBox]:
    with EvidenceBox(tmp_path, "watch1", agent="Linkstead/1 (+https://me.example/bot)") as opened:
        yield opened


def paths(folder: Path) -> list[Path]:
    return [folder / file for file in archive_files(folder)]


def by_fastwarc(path: Path) -> list[dict[str, Any]]:
    """Every record of a file as FastWARC reads it, its block digest verified."""
    found = []
    with path.open("rb") as source:
        for record in ArchiveIterator(source, parse_http=False):
            assert record.verify_block_digest()
            kind = record.headers["WARC-Type"]
            if record.is_http:
                record.parse_http()
            if kind == "response":
                assert record.verify_payload_digest()
            http = record.http_headers.items_bytes() if record.is_http else ()
            found.append(
                {"kind": kind, "body": record.reader.read(), "http": http, "place": record.stream_pos}
            )
    return found


def by_warcio(path: Path) -> list[dict[str, Any]]:
    """Every record of a file as warcio reads it, as `warcio check` verifies it."""
    archive = pytest.importorskip("warcio.archiveiterator", reason="warcio is among the extras of [dev]")
    found = []
    with path.open("rb") as source:
        records = archive.ArchiveIterator(source, check_digests=True)
        for record in records:
            body = record.content_stream().read()
            assert record.digest_checker.passed is not False, record.digest_checker.problems
            http = record.http_headers.headers if record.http_headers else []
            head = dict(record.rec_headers.headers)
            place = records.get_record_offset()
            found.append({"kind": record.rec_type, "body": body, "http": http, "head": head, "place": place})
    return found


def read_by_all(folder: Path) -> list[dict[str, Any]]:
    """All records of all files, which FastWARC and warcio must read alike."""
    found = []
    for path in paths(folder):
        ours, theirs = by_fastwarc(path), by_warcio(path)
        assert [record["kind"] for record in ours] == [record["kind"] for record in theirs]
        assert [record["body"] for record in ours] == [record["body"] for record in theirs]
        assert [record["place"] for record in ours] == [record["place"] for record in theirs]
        found += theirs
    assert verify_files(folder) == []
    return found


# --- what is kept


def test_what_is_kept_reads_back_the_same(box: EvidenceBox, tmp_path: Path) -> None:
    kept = box.keep(fetched())
    record = read_kept(tmp_path, kept)
    assert (record.kind, record.url, record.asked_for) == ("response", PAGE, PAGE)
    assert (record.date, record.status, record.body) == (NOW, 200, BODY)
    assert record.headers == (
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Robots-Tag", "noarchive"),
        ("Content-Length", str(len(BODY))),
    )
    assert record.truncated is None
    assert record.payload == kept.payload == "sha1:" + base64.b32encode(hashlib.sha1(BODY).digest()).decode()


def test_a_row_says_where_the_very_bytes_are(box: EvidenceBox, tmp_path: Path) -> None:
    first, second = box.keep(fetched()), box.keep(fetched(b"<p>other", redirects=(HOP,)))
    written = (tmp_path / first.file).read_bytes()
    assert first.file == "2026-11/linkstead-20261118110640-watch1-00000.warc.gz"
    assert second.file == first.file
    assert first.place + first.length == second.place
    assert second.place + second.length == len(written)
    for kept in (first, second):
        packed = written[kept.place : kept.place + kept.length]
        assert hashlib.sha256(packed).hexdigest() == kept.sha256
    places = [record["place"] for record in by_warcio(tmp_path / first.file) if record["kind"] == "response"]
    assert places == [first.place, second.place]


def test_a_file_begins_with_who_wrote_it(box: EvidenceBox, tmp_path: Path) -> None:
    kept = box.keep(fetched())
    info, response = read_by_all(tmp_path)
    assert info["kind"] == "warcinfo"
    assert b"software: Linkstead/" in info["body"]
    assert b"http-header-user-agent: Linkstead/1 (+https://me.example/bot)\r\n" in info["body"]
    assert info["head"]["WARC-Filename"] == kept.file.partition("/")[2]
    assert response["head"]["WARC-Warcinfo-ID"] == info["head"]["WARC-Record-ID"]


def test_the_way_there_is_kept_beside_the_answer(box: EvidenceBox, tmp_path: Path) -> None:
    look = fetched(
        redirects=(HOP,),
        tls_invalid="expired",
        robots=RobotsSaid(why="rules", flags=("too large",)),
        elapsed=1.5,
    )
    record = read_kept(tmp_path, box.keep(replace(look, url=HOP.url)))
    assert (record.asked_for, record.url, record.redirects) == (HOP.url, PAGE, (HOP,))
    assert (record.tls_invalid, record.robots_said) == ("expired", "rules")
    _, response, metadata = read_by_all(tmp_path)
    assert metadata["kind"] == "metadata"
    assert metadata["head"]["WARC-Concurrent-To"] == response["head"]["WARC-Record-ID"]
    assert metadata["body"].startswith(
        b"via: https://page.example/old\r\nhopsFromSeed: R\r\nfetchTimeMs: 1500\r\n"
    )


def test_a_fetch_without_an_answer_is_kept_with_its_reason(box: EvidenceBox, tmp_path: Path) -> None:
    look = fetched(b"", status=None, headers=(), failure=Reason.DNS, failure_detail="no such host")
    kept = box.keep(look)
    record = read_kept(tmp_path, kept)
    assert (kept.kind, kept.payload) == ("metadata", "")
    assert (record.status, record.failure, record.body) == (None, "dns no such host", b"")
    assert [record["kind"] for record in read_by_all(tmp_path)] == ["warcinfo", "metadata"]


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (Reason.TOO_LARGE, "length"),
        (Reason.TIMEOUT, "time"),
        (Reason.BAD_ANSWER, "disconnect"),
        (Reason.ENCODING, "unspecified"),
    ],
)
def test_a_body_that_was_cut_says_why(box: EvidenceBox, tmp_path: Path, failure: Reason, word: str) -> None:
    record = read_kept(tmp_path, box.keep(fetched(truncated=True, failure=failure)))
    assert record.truncated == word
    assert record.failure == failure.value


def test_a_rendered_page_is_kept_as_a_resource(box: EvidenceBox, tmp_path: Path) -> None:
    kept = box.keep(fetched("<p>größer".encode()), rendered=True)
    record = read_kept(tmp_path, kept)
    assert (record.kind, record.rendered, record.status) == ("resource", True, 200)
    assert record.body.decode() == "<p>größer"
    assert record.headers == (("X-Robots-Tag", "noarchive"), ("Content-Type", "text/html;charset=utf-8"))
    again = box.keep(fetched("<p>größer".encode()), rendered=True, earlier=kept)
    assert again.kind == "revisit"
    assert read_kept(tmp_path, again, referred=kept).body.decode() == "<p>größer"
    kinds = [found["kind"] for found in read_by_all(tmp_path)]
    assert kinds == ["warcinfo", "resource", "metadata", "revisit", "metadata"]


def test_headers_of_the_wire_are_renamed_and_cookies_are_not_kept(box: EvidenceBox, tmp_path: Path) -> None:
    headers = (
        ("content-encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "17"),
        ("Set-Cookie", "session=secret"),
        ("Link", "<https://page.example/>; rel=canonical"),
    )
    kept = box.keep(fetched(headers=headers))
    assert read_kept(tmp_path, kept).headers == (
        ("X-Archive-Orig-content-encoding", "gzip"),
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Archive-Orig-Content-Length", "17"),
        ("Link", "<https://page.example/>; rel=canonical"),
        ("Content-Length", str(len(BODY))),
    )
    assert read_by_all(tmp_path)[1]["body"] == BODY


def test_a_flood_of_headers_leaves_those_that_speak_of_links(box: EvidenceBox, tmp_path: Path) -> None:
    flood = tuple((f"X-{number}", "y" * 16_000) for number in range(200))
    kept = box.keep(fetched(headers=(*flood, ("X-Robots-Tag", "noindex"), *flood)))
    headers = read_kept(tmp_path, kept).headers
    assert ("X-Robots-Tag", "noindex") in headers
    assert ("X-Archive-Left-Out", "399 headers") in headers
    read_by_all(tmp_path)


def test_a_body_beyond_the_limit_is_cut_and_says_so(
    box: EvidenceBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc, "MAX_BODY", 10)
    record = read_kept(tmp_path, box.keep(fetched()))
    assert (record.body, record.truncated) == (BODY[:10], "length")


def test_an_address_cannot_write_a_header_of_its_own(box: EvidenceBox, tmp_path: Path) -> None:
    odd = f"{PAGE}/ü <x>\r\nWARC-Type: warcinfo"
    endless = f"{PAGE}?{'x' * 100_000}"
    for url in (odd, endless):
        look = replace(fetched(), url=url, final_url=url)
        first = box.keep(look)
        record = read_kept(tmp_path, first)
        assert (record.url, record.asked_for) == (url, url)  # the metadata record has it in full
        assert box.keep(look, earlier=first).kind == "revisit"
    written = {record["head"].get("WARC-Target-URI") for record in read_by_all(tmp_path)}
    assert written == {None, f"{PAGE}/%C3%BC%20%3Cx%3E%0D%0AWARC-Type:%20warcinfo", endless[:8_000]}


ODD_TEXT = st.text(st.characters(codec=None), max_size=30)
ODD_HEADERS = st.lists(
    st.tuples(
        ODD_TEXT | st.sampled_from(["Content-Length", "Transfer-Encoding", "X-A", "", " ", ":", "A\r\nB: c"]),
        ODD_TEXT
        | st.sampled_from(["a\r\nSet-Cookie: b", "a\r\n\r\n<script>", "\0", "\n x", "chunked", "é\u2028"]),
    ),
    max_size=8,
)


@patient
@given(st.binary(max_size=200), ODD_HEADERS, ODD_TEXT, st.sampled_from([200, 404, 999, 0, 7]))
def test_whatever_a_server_sends_every_tool_reads_it(
    tmp_path_factory: pytest.TempPathFactory,
    body: bytes,
    headers: list[tuple[str, str]],
    text: str,
    status: int,
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    odd = Redirect(f"https://page.example/{text}", 302, text)
    look = fetched(body, headers=tuple(headers), status=status, redirects=(odd,), tls_invalid=text)
    with EvidenceBox(folder, "odd", agent=text) as box:
        kept = box.keep(replace(look, final_url=f"https://page.example/{text}"))
    record = read_kept(folder, kept)
    assert (record.body, record.status) == (body, status)
    assert record.redirects == (odd,)
    assert record.tls_invalid == text
    assert all("\n" not in name + value and "\r" not in name + value for name, value in record.headers)
    written = read_by_all(folder)[1]
    assert written["body"] == body
    assert [name for name, _ in written["http"]] == [name for name, _ in record.headers]


CLEAN = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]), max_size=40).map(
    str.strip
)


@patient
@given(st.lists(st.tuples(st.from_regex(r"X-[A-Za-z0-9-]{1,20}", fullmatch=True), CLEAN), max_size=8))
def test_ordinary_headers_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, headers: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("clean")
    with EvidenceBox(folder, "clean") as box:
        kept = box.keep(fetched(headers=tuple(headers)))
    assert read_kept(folder, kept).headers[:-1] == tuple(headers)


# --- revisits


def test_the_same_bytes_are_kept_once(box: EvidenceBox, tmp_path: Path) -> None:
    body = BODY + os.urandom(50_000)
    first = box.keep(fetched(body))
    again = box.keep(fetched(body, fetched_at=NOW + 60, status=203), earlier=first)
    assert (again.kind, again.payload) == ("revisit", first.payload)
    assert again.length < 1_000
    record = read_kept(tmp_path, again, referred=first)
    assert (record.body, record.status, record.date) == (body, 203, NOW + 60)
    assert read_kept(tmp_path, again).body == b""
    _, kept, revisit = read_by_all(tmp_path)
    assert revisit["head"]["WARC-Profile"].endswith("/warc/1.1/revisit/identical-payload-digest")
    for name, of in {
        "WARC-Refers-To": "WARC-Record-ID",
        "WARC-Refers-To-Target-URI": "WARC-Target-URI",
        "WARC-Refers-To-Date": "WARC-Date",
        "WARC-Payload-Digest": "WARC-Payload-Digest",
    }.items():
        assert revisit["head"][name] == kept["head"][of]


def test_a_page_that_the_server_calls_unchanged_refers_to_what_was_kept(
    box: EvidenceBox, tmp_path: Path
) -> None:
    first = box.keep(fetched())
    again = box.keep(fetched(b"", status=304), earlier=first)
    assert read_by_all(tmp_path)[2]["head"]["WARC-Profile"].endswith("/revisit/server-not-modified")
    record = read_kept(tmp_path, again, referred=first)
    assert (record.status, record.body) == (304, BODY)


def test_other_bytes_are_kept_anew(box: EvidenceBox) -> None:
    first = box.keep(fetched())
    assert box.keep(fetched(BODY + b" "), earlier=first).kind == "response"


def test_nothing_leans_on_a_record_that_is_no_longer_sound(box: EvidenceBox, tmp_path: Path) -> None:
    first = box.keep(fetched())
    revisit = box.keep(fetched(), earlier=first)
    assert revisit.kind == "revisit"
    assert box.keep(fetched(), earlier=revisit).kind == "response"
    assert box.keep(fetched(), earlier=first._replace(sha256="0" * 64)).kind == "response"
    assert box.keep(fetched(), earlier=first._replace(file="../secret")).kind == "response"
    box.close()
    (tmp_path / first.file).unlink()
    assert box.keep(fetched(), earlier=first).kind == "response"


def test_nothing_leans_on_a_record_that_will_be_removed_before_it(box: EvidenceBox, tmp_path: Path) -> None:
    first = box.keep(fetched())
    late = NOW + 30 * DAY
    assert box.keep(fetched(fetched_at=late + 1), earlier=first).kind == "response"
    revisit = box.keep(fetched(fetched_at=late), earlier=first)
    assert revisit.kind == "revisit"
    box.close()
    # as long as the revisit is to be kept, what it refers to is there
    assert expired_files(tmp_path, 90, late + 90 * DAY) == []
    assert expired_files(tmp_path, 90, late + 92 * DAY) == [first.file]


def test_a_revisit_shows_no_body_but_its_own(box: EvidenceBox, tmp_path: Path) -> None:
    first, other = box.keep(fetched()), box.keep(fetched(b"<p>other"))
    revisit = box.keep(fetched(), earlier=first)
    with pytest.raises(StoreError, match="is damaged"):
        read_kept(tmp_path, revisit, referred=other)
    with pytest.raises(StoreError, match="is damaged"):
        read_kept(tmp_path, revisit, referred=revisit)


# --- files


def test_a_box_begins_a_new_file_when_one_is_full_or_a_day_old(tmp_path: Path) -> None:
    with EvidenceBox(tmp_path, "turn", rotate_bytes=3_000) as box:
        kept = [box.keep(fetched(os.urandom(2_000))) for _ in range(4)]
        later = box.keep(fetched(fetched_at=NOW + DAY))
    files = [one.file for one in (*kept, later)]
    assert [files.index(file) for file in files] == [0, 0, 2, 2, 4]
    assert files[-1] == "2026-11/linkstead-20261119110640-turn-00002.warc.gz"
    assert [record["kind"] for record in read_by_all(tmp_path)].count("warcinfo") == 3
    assert [read_kept(tmp_path, one).kind for one in kept] == ["response"] * 4


def test_boxes_never_share_a_file(tmp_path: Path) -> None:
    kept = []
    for _ in range(3):  # the same name again, as after a crash in the same second
        with EvidenceBox(tmp_path, "same") as box:
            kept.append(box.keep(fetched()))
    assert len({one.file for one in kept}) == 3
    assert [record["kind"] for record in read_by_all(tmp_path)] == ["warcinfo", "response"] * 3


def test_a_box_that_keeps_nothing_leaves_nothing(tmp_path: Path) -> None:
    with EvidenceBox(tmp_path / "evidence", "idle") as box:
        box.sync()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "a" * 65, "a-1"])
def test_a_name_that_is_none_for_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        EvidenceBox(tmp_path, name)


def test_files_go_when_their_time_is_over(tmp_path: Path) -> None:
    kept = []
    with EvidenceBox(tmp_path, "old") as box:
        kept = [box.keep(fetched(fetched_at=NOW - days * DAY)) for days in (400, 200, 0)]
    (tmp_path / "2020-01").mkdir()
    (tmp_path / "2020-01" / "notes.txt").write_text("mine")
    (tmp_path / "2020-01" / "linkstead-20200101000000-other.warc.gz").write_text("not ours")
    files = [one.file for one in kept]
    assert expired_files(tmp_path, 100, NOW) == files[:2]
    assert expired_files(tmp_path, 0, NOW) == []
    before = used_bytes(tmp_path)
    assert before == sum((tmp_path / file).stat().st_size for file in files)
    freed = remove(tmp_path, [*files[:2], "../outside", "2020-01/notes.txt", files[0]])
    assert used_bytes(tmp_path) == before - freed > 0
    assert archive_files(tmp_path) == files[2:]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2020-01", "2026-11"]
    assert (tmp_path / "2020-01" / "notes.txt").exists()
    with pytest.raises(StoreError, match="is gone"):
        read_kept(tmp_path, kept[0])


def test_a_check_of_everything_tells_how_far_it_is(tmp_path: Path) -> None:
    with EvidenceBox(tmp_path, "far", rotate_bytes=1) as box:
        for _ in range(3):
            box.keep(fetched())
    seen: list[tuple[int, int]] = []
    assert verify_files(tmp_path, lambda done, total: seen.append((done, total))) == []
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (used_bytes(tmp_path), used_bytes(tmp_path))
    assert verify_files(tmp_path / "missing") == []


# --- rows from elsewhere


@pytest.mark.parametrize(
    "file",
    [
        "../secret.warc.gz",
        "/etc/passwd",
        "2026-11/../../linkstead-20261118110640-a-00000.warc.gz",
        "2026-11/linkstead-20261118110640-../a-00000.warc.gz",
        "2026-11/linkstead-20261118110640-a-00000.warc.gz\0",
        "2026-11/linkstead-20261118110640-a-00000.warc.gz\n",
        "2026-11\\linkstead-20261118110640-a-00000.warc.gz",
        "",
        ".",
    ],
)
def test_a_row_cannot_point_out_of_the_folder(tmp_path: Path, file: str) -> None:
    with pytest.raises(StoreError, match="is no evidence file"):
        read_kept(tmp_path, Kept("response", file, 0, 10, "", ""))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "evidence", tmp_path / "elsewhere"
    with EvidenceBox(elsewhere, "a") as box:
        kept = box.keep(fetched())
    folder.mkdir()
    (folder / "2026-11").symlink_to(elsewhere / "2026-11")
    with pytest.raises(StoreError, match="is no evidence file"):
        read_kept(folder, kept)


def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(tmp_path: Path) -> None:
    file = "2026-11/linkstead-20261118110640-a-00000.warc.gz"
    (tmp_path / "2026-11").mkdir()
    os.mkfifo(tmp_path / file)
    with pytest.raises(StoreError, match="is gone"):
        read_kept(tmp_path, Kept("response", file, 0, 10, "", ""))
    assert verify_files(tmp_path) == []


@pytest.mark.parametrize(("place", "length"), [(-1, 10), (0, 0), (0, -1), (0, 1 << 40), (1 << 40, 10)])
def test_a_row_with_an_impossible_place_is_refused(
    box: EvidenceBox, tmp_path: Path, place: int, length: int
) -> None:
    kept = box.keep(fetched())
    with pytest.raises(StoreError, match="is damaged"):
        read_kept(tmp_path, kept._replace(place=place, length=length))


def test_the_bytes_of_a_look_are_a_file_that_any_tool_reads(box: EvidenceBox, tmp_path: Path) -> None:
    kept = box.keep(fetched(redirects=(HOP,)))
    alone = tmp_path / "alone.warc.gz"
    alone.write_bytes(kept_bytes(tmp_path, kept))
    assert [record["kind"] for record in by_warcio(alone)] == ["response", "metadata"]
    assert by_fastwarc(alone)[0]["body"] == BODY
    with pytest.raises(StoreError, match="is damaged"):
        kept_bytes(tmp_path, kept._replace(place=kept.place + 1))


def test_a_row_must_be_about_that_record(box: EvidenceBox, tmp_path: Path) -> None:
    kept = box.keep(fetched())
    with pytest.raises(StoreError, match="another record"):
        read_kept(tmp_path, kept._replace(payload="sha1:AAAA"))
    with pytest.raises(StoreError, match="another record"):
        read_kept(tmp_path, kept._replace(kind="metadata"))


def test_a_record_that_claims_too_much_is_not_unpacked(tmp_path: Path) -> None:
    file = "2026-11/linkstead-20261118110640-a-00000.warc.gz"
    bomb = warc._member(
        "resource", "urn:uuid:0", [("WARC-Date", "2026-11-18T11:06:40Z")], bytes(40 << 20), None
    )
    (tmp_path / "2026-11").mkdir()
    (tmp_path / file).write_bytes(bomb)
    kept = Kept("resource", file, 0, len(bomb), hashlib.sha256(bomb).hexdigest(), "")
    with pytest.raises(StoreError, match="larger than any"):
        read_kept(tmp_path, kept)
    assert len(verify_files(tmp_path)) == 1


def test_a_member_that_is_no_record_is_not_unpacked_to_its_end(box: EvidenceBox, tmp_path: Path) -> None:
    file = box.keep(fetched()).file
    with (tmp_path / file).open("ab") as sink:
        sink.write(gzip.compress(bytes(40 << 20)))
    (complaint,) = verify_files(tmp_path)
    assert "a record larger than any that is written here" in complaint


@pytest.mark.parametrize(
    ("kind", "date", "block"),
    [
        ("response", "2026-11-18T11:06:40Z", b"no HTTP at all"),
        ("response", "2026-11-18T11:06:40Z", b"HTTP/1.1 many OK\r\n\r\n"),
        ("response", "2026-11-18T11:06:40Z", b"HTTP/1.1 200 \xff\r\n\r\n"),
        ("revisit", "some day", b""),
        ("metadata", "2026-11-18T11:06:40Z", b"linkstead: [1]\r\n"),
        ("metadata", "2026-11-18T11:06:40Z", b"linkstead: {}{\r\n"),
        ("metadata", "2026-11-18T11:06:40Z", b'linkstead: {"failure": 7}\r\n'),
    ],
)
def test_a_record_that_somebody_else_wrote_is_refused_in_a_sentence(
    tmp_path: Path, kind: str, date: str, block: bytes
) -> None:
    file = "2026-11/linkstead-20261118110640-a-00000.warc.gz"
    packed = warc._member(kind, "urn:uuid:0", [("WARC-Date", date)], block, None)
    (tmp_path / "2026-11").mkdir()
    (tmp_path / file).write_bytes(packed)
    with pytest.raises(StoreError, match="is damaged"):
        read_kept(tmp_path, Kept(kind, file, 0, len(packed), hashlib.sha256(packed).hexdigest(), ""))


@patient
@given(st.binary(max_size=300), st.sampled_from([b"", b"WARC/1.1\r\nWARC-Type: response\r\n"]))
def test_no_bytes_that_a_row_vouches_for_make_reading_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, head: bytes
) -> None:
    folder = tmp_path_factory.mktemp("junk")
    file = "2026-11/linkstead-20261118110640-a-00000.warc.gz"
    (folder / "2026-11").mkdir()
    written = head + junk
    (folder / file).write_bytes(written)
    kept = Kept("response", file, 0, len(written), hashlib.sha256(written).hexdigest(), "")
    with pytest.raises(StoreError):
        read_kept(folder, kept)
