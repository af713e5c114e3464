"""Archives on the web and in S3-compatible stores: read by parts, guarded, signed, refused with a word."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import pickle
import re
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from linkstead.cli import main
from linkstead.errors import InputError, UsageError
from linkstead.index.build import build, inputs_of
from linkstead.index.store import open_index
from linkstead.journey.archives import ArchiveOpener, S3Access
from linkstead.monitor.download import DownloadFailed
from linkstead.monitor.fetch_settings import FetchSettings, SystemClock
from linkstead.monitor.remote_file import RemoteFile, SyncDownloader
from tests.archives import a, packed, wat
from tests.loopback.files import HOST, file, in_turn
from tests.loopback.web import LOOPBACK, Answer, Hit, LoopbackWeb

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

BODY = bytes(range(256)) * 40
ARCHIVE = packed(
    wat(f"https://one.org/p{number}", [a("https://example.com/", f"text {number}")]) for number in range(50)
)
OPENER = ArchiveOpener(LOOPBACK, "Tester")


class NoWaiting(SystemClock):
    """A clock whose pauses end at once."""

    async def sleep(self, seconds: float) -> None:
        del seconds


def settings(**changes: Any) -> FetchSettings:
    given: dict[str, Any] = {"allowed_private_networks": LOOPBACK, "clock": NoWaiting(), "delay_seconds": 0.0}
    return FetchSettings(**(given | changes), pages_only=False)


def read(web: LoopbackWeb, path: str = "/f", part_bytes: int = 1_000) -> bytes:
    with (
        SyncDownloader(settings()) as client,
        RemoteFile(web.url(HOST, path), client, part_bytes=part_bytes) as opened,
    ):
        return opened.read()


def ranges(web: LoopbackWeb) -> list[str]:
    return [hit.headers.get("range", "") for hit in web.hits]


def test_a_file_is_read_forward_by_parts_each_once() -> None:
    with LoopbackWeb({(HOST, "/f"): file(BODY)}) as web:
        assert read(web) == BODY
    assert ranges(web) == [f"bytes={first}-{first + 999}" for first in range(0, len(BODY), 1_000)]
    assert {hit.headers["accept-encoding"] for hit in web.hits} == {"identity"}


def test_a_file_is_read_here_and_there_without_its_other_parts() -> None:
    with (
        LoopbackWeb({(HOST, "/f"): file(BODY)}) as web,
        SyncDownloader(settings()) as client,
        RemoteFile(web.url(HOST, "/f"), client, part_bytes=100) as opened,
    ):
        assert opened.size == len(BODY)
        opened.seek(-4, io.SEEK_END)
        assert opened.read() == BODY[-4:]
        opened.seek(5_000)
        assert opened.read(10) == BODY[5_000:5_010]
        opened.seek(len(BODY) + 7)
        assert opened.read() == b""
    assert ranges(web) == ["bytes=0-99", "bytes=10236-10335", "bytes=5000-5099"]


@pytest.mark.parametrize("size", [0, 1, 999, 1_000, 1_001])
def test_files_of_every_length_come_whole(size: int) -> None:
    with LoopbackWeb({(HOST, "/f"): file(BODY[:size])}) as web:
        assert read(web) == BODY[:size]


def test_a_small_file_of_a_server_without_parts_is_read_all_the_same() -> None:
    with LoopbackWeb({(HOST, "/f"): file(BODY, parts=False)}) as web:
        assert read(web, part_bytes=1 << 20) == BODY
    assert len(web.hits) == 1


def test_a_large_file_of_a_server_without_parts_is_refused() -> None:
    with (
        LoopbackWeb({(HOST, "/f"): file(BODY, parts=False)}) as web,
        pytest.raises(DownloadFailed, match="download it and hand in the file"),
    ):
        read(web)


def test_a_part_that_broke_off_is_asked_for_again() -> None:
    whole = file(BODY)

    def broken(hit: Hit) -> Answer:
        return whole(hit).but(drop_after=10)

    with LoopbackWeb({(HOST, "/f"): in_turn(whole, broken, broken, whole)}) as web:
        assert read(web, part_bytes=5_000) == BODY
    assert len(web.hits) == 5


def test_a_busy_server_is_waited_for() -> None:
    busy = Answer.text("slow down", ("Retry-After", "3"), status=503)
    with LoopbackWeb({(HOST, "/f"): in_turn(busy, busy, file(BODY))}) as web:
        assert read(web, part_bytes=1 << 20) == BODY


@pytest.mark.parametrize(
    ("answer", "said", "asked"),
    [
        (Answer.text("no", status=404), "answers 404; check the name", 1),
        (Answer.text("no", status=403), "answers 403; it wants a key", 1),
        (Answer.text("no", status=503), "answers 503", 5),
        (Answer.text("no", ("Retry-After", "3600"), status=503), "answers 503", 1),
        (Answer.redirect("http://169.254.169.254/latest/meta-data/"), "cloud metadata", 1),
        (Answer.redirect("/f"), "redirects", 6),
    ],
)
def test_what_cannot_be_had_is_said_with_the_reason(answer: Answer, said: str, asked: int) -> None:
    with LoopbackWeb({(HOST, "/f"): answer}) as web, pytest.raises(DownloadFailed, match=said):
        read(web)
    assert len(web.hits) == asked


def test_a_file_that_changes_on_the_way_is_not_mixed() -> None:
    newer = file(BODY[::-1], version='"two"')
    with (
        LoopbackWeb({(HOST, "/f"): in_turn(file(BODY), newer)}) as web,
        pytest.raises(DownloadFailed, match="changed while it was read"),
    ):
        read(web)


def test_a_server_that_gives_another_part_is_not_believed() -> None:
    def other(hit: Hit) -> Answer:
        del hit
        return Answer(206, BODY[:1_000], (("Content-Range", f"bytes 7-1006/{len(BODY)}"),))

    with LoopbackWeb({(HOST, "/f"): other}) as web, pytest.raises(DownloadFailed, match="other parts"):
        read(web)


def test_addresses_inside_are_refused_unless_they_are_allowed() -> None:
    with LoopbackWeb({(HOST, "/f"): file(BODY)}) as web:
        with (
            pytest.raises(DownloadFailed, match="loopback"),
            replace(OPENER, networks=())(web.url(HOST, "/f")),
        ):
            pass
        with (
            pytest.raises(DownloadFailed, match="loopback"),
            replace(OPENER, networks=(ip_network("10.0.0.0/8"),))(web.url(HOST, "/f")),
        ):
            pass
    assert web.accepted == []


def test_an_index_built_over_the_web_is_the_one_built_from_the_files(tmp_path: Path) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    (tmp_path / "one.wat.gz").write_bytes(ARCHIVE)
    build([str(tmp_path / "one.wat.gz")], near, "C-1", now=1)
    with LoopbackWeb({(HOST, "/one.wat.gz"): file(ARCHIVE)}) as web:
        build([web.url(HOST, "/one.wat.gz")], far, "C-1", now=1, opener=OPENER)
    hashes = {open_index(folder).content_hash("C-1") for folder in (near, far)}
    assert len(hashes) == 1
    assert open_index(far).manifest.crawls[0].rows == 50


def test_the_command_builds_from_a_list_on_the_web_and_names_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("LINKSTEAD_ALLOWED_PRIVATE_NETWORKS", "127.0.0.0/8")
    pages: dict[tuple[str, str], Any] = {
        (HOST, "/crawl/one.wat.gz"): file(ARCHIVE),
        (HOST, "/wat.paths"): Answer.text("crawl/one.wat.gz\ncrawl/gone.wat.gz\n"),
    }
    with LoopbackWeb(pages) as web:
        listed, gone = web.url(HOST, "/wat.paths"), web.url(HOST, "/crawl/gone.wat.gz")
        arguments = f"index build {listed} --crawl C-1 --workers 1 --json".split()
        assert main(arguments) == 3
        assert "--base" in capsys.readouterr().err
        assert main([*arguments, "--base", web.url(HOST, "")]) == 0
        said = json.loads(capsys.readouterr().out)
    assert said["rows"] == 50
    assert said["failed"] == {gone: f"{gone} answers 404; check the name."}


def test_lists_on_the_web_need_a_reader_and_a_base() -> None:
    assert inputs_of(["https://x.test/wat.paths"]) == ["https://x.test/wat.paths"]
    listed = inputs_of(
        ["https://x.test/wat.paths"], "https://data.test/", lambda _: b"a/b.gz\nhttps://c.test/d\n"
    )
    assert listed == ["https://data.test/a/b.gz", "https://c.test/d"]
    with pytest.raises(InputError, match="--base"):
        inputs_of(["s3://bucket/wat.paths"], None, lambda _: b"a/b.gz")
    with pytest.raises(InputError, match="cannot be read as a list"):
        inputs_of(["s3://bucket/wat.paths"], None, lambda _: b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("access", "address", "url"),
    [
        (S3Access(), "s3://commoncrawl/a/b.gz", "https://commoncrawl.s3.us-east-1.amazonaws.com/a/b.gz"),
        (S3Access(region="eu-west-1"), "s3://my.bucket/k", "https://s3.eu-west-1.amazonaws.com/my.bucket/k"),
        (S3Access("https://minio.test/"), "s3://b/x y/ü+.gz", "https://minio.test/b/x%20y/%C3%BC%2B.gz"),
    ],
)
def test_s3_addresses_become_those_of_the_store(access: S3Access, address: str, url: str) -> None:
    assert access.url(address) == url


@pytest.mark.parametrize("address", ["s3://", "s3://bucket", "s3://bucket/", "s3:///key"])
def test_an_s3_address_without_a_file_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="names no file"):
        S3Access().url(address)


KEYS = S3Access("", "us-east-1", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a token")


def signature(hit: Hit, region: str, secret: str) -> str:
    """Signature Version 4 of a request, worked out from its description: what a store computes."""
    said = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,"
        r" ?SignedHeaders=([^,]+), ?Signature=[0-9a-f]{64}",
        hit.headers["authorization"],
    )
    assert said is not None
    names = said[4].split(";")
    path, _, query = hit.path.partition("?")
    canonical = "\n".join([
        "GET", path, query, *(f"{name}:{hit.headers[name]}" for name in names), "", said[4],
        hit.headers["x-amz-content-sha256"],
    ])  # fmt: skip
    scope = f"{said[2]}/{region}/s3/aws4_request"
    text = "\n".join(
        ["AWS4-HMAC-SHA256", hit.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{secret}".encode()
    for part in (said[2], region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def test_requests_to_a_private_store_are_signed_as_the_store_checks_them() -> None:
    def store(hit: Hit) -> Answer:
        good = hit.headers["authorization"].endswith(signature(hit, KEYS.region, KEYS.secret_key))
        return file(ARCHIVE)(hit) if good else Answer.text("SignatureDoesNotMatch", status=403)

    with LoopbackWeb({(HOST, "/crawl/a%20b.wat.gz"): store}) as web:
        access = replace(KEYS, endpoint=web.url(HOST, ""))
        with replace(OPENER, s3=access)("s3://crawl/a b.wat.gz") as opened:
            assert opened.read() == ARCHIVE
        wrong = replace(access, secret_key="another")
        with (
            pytest.raises(DownloadFailed, match="403"),
            replace(OPENER, s3=wrong)("s3://crawl/a b.wat.gz"),
        ):
            pass
    assert web.hits[0].headers["x-amz-security-token"] == "a token"


def s3_file(web: LoopbackWeb, access: S3Access) -> AbstractContextManager[BinaryIO]:
    return replace(OPENER, s3=replace(access, endpoint=web.url(HOST, "")))("s3://crawl/a")


def test_a_redirect_carries_no_signature_on() -> None:
    pages: dict[tuple[str, str], Any] = {
        (HOST, "/crawl/a"): Answer.redirect("/elsewhere", 307),
        (HOST, "/elsewhere"): file(BODY),
    }
    with LoopbackWeb(pages) as web, s3_file(web, KEYS) as opened:
        assert opened.read() == BODY
    signed = {hit.path: "authorization" in hit.headers for hit in web.hits}
    assert signed == {"/crawl/a": True, "/elsewhere": False}


def test_a_public_store_is_asked_without_a_signature() -> None:
    with LoopbackWeb({(HOST, "/crawl/a"): file(BODY)}) as web, s3_file(web, S3Access()) as opened:
        assert opened.read() == BODY
    assert "authorization" not in web.hits[0].headers


def test_an_opener_crosses_to_other_processes_and_shows_no_secret() -> None:
    opener = replace(OPENER, s3=KEYS)
    assert pickle.loads(pickle.dumps(opener)) == opener
    assert KEYS.secret_key not in repr(opener)
    assert KEYS.session_token not in repr(opener)
