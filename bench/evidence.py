"""Keeping evidence, raced against what others write with: `python -m bench.evidence [--short]`.

Each writes the same pages to a file, a record in a gzip member of its own, with block and payload digest.
`EvidenceBox.keep` also takes the SHA-256 of the members. warcio packs at level 9 and offers no other, so a
third writer shows what is the library and what is the level: some lines of text and zlib at our level.
Reading is by place, record by record, with all digests verified, ours with the SHA-256 as well. Rounds
are interleaved. The pages are the shared test files (LINKSTEAD_SHARED_DATA).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import sys
import tempfile
import uuid
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.page import DATA, pages
from bench.racing import Figure, paired, ratio_text, show
from linkstead.monitor.evidence import EvidenceBox, Kept, read_kept
from linkstead.monitor.fetched import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

URL = "https://page.example/"
HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"), ("X-Robots-Tag", "all"))
DATE = "2026-11-18T11:06:40Z"
NOW = 1_795_000_000
LEVEL = 6


def ours(folder: Path, bodies: list[bytes]) -> list[Kept]:
    with EvidenceBox(folder, uuid.uuid4().hex) as box:
        looks = (Fetched(URL, URL, status=200, headers=HEADERS, body=body, fetched_at=NOW) for body in bodies)
        return [box.keep(look) for look in looks]


def by_warcio(folder: Path, bodies: list[bytes]) -> list[tuple[Path, int]]:
    """The same with warcio; where the records are."""
    path = folder / f"{uuid.uuid4().hex}.warc.gz"
    places = []
    with path.open("wb") as sink:
        writer = WARCWriter(sink, gzip=True, warc_version="WARC/1.1")
        for body in bodies:
            places.append((path, sink.tell()))
            length = ("Content-Length", str(len(body)))
            head = StatusAndHeaders("200 OK", [*HEADERS, length], protocol="HTTP/1.1")
            when = {"WARC-Date": DATE}
            record = writer.create_warc_record(
                URL, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict=when
            )
            writer.write_record(record)
    return places


def by_hand(folder: Path, bodies: list[bytes]) -> None:
    """Text and zlib, no library."""
    with (folder / f"{uuid.uuid4().hex}.warc.gz").open("wb") as sink:
        for body in bodies:
            lines = [f"{name}: {value}" for name, value in (*HEADERS, ("Content-Length", str(len(body))))]
            block = "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body
            head = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <{uuid.uuid4().urn}>\r\n"
                f"WARC-Date: {DATE}\r\nWARC-Target-URI: {URL}\r\n"
                f"Content-Type: application/http;msgtype=response\r\n"
                f"WARC-Payload-Digest: {_digest(body)}\r\nWARC-Block-Digest: {_digest(block)}\r\n"
                f"Content-Length: {len(block)}\r\n\r\n"
            )
            sink.write(zlib.compress(head.encode() + block + b"\r\n\r\n", LEVEL, 31))


def _digest(content: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(content).digest()).decode()


def read_ours(folder: Path, kept: list[Kept]) -> int:
    return sum(len(read_kept(folder, one).body) for one in kept)


def read_theirs(places: list[tuple[Path, int]]) -> int:
    return sum(_read_one(path, place) for path, place in places)


def _read_one(path: Path, place: int) -> int:
    with path.open("rb") as source:
        return _first_length(source, place)


def _first_length(source: BinaryIO, place: int) -> int:
    source.seek(place)
    record = next(ArchiveIterator(source, check_digests=True))
    length = len(record.content_stream().read())
    if record.digest_checker.passed is not True:
        raise SystemExit(f"warcio finds fault with what it wrote: {record.digest_checker.problems}")
    return length


def rows(short: bool) -> list[Figure]:
    """One line for each race; one that says so without the shared files."""
    bodies = pages()
    if not bodies:
        return [Figure("evidence", f"skipped: no pages at {DATA}; set LINKSTEAD_SHARED_DATA", "", True)]
    if short:
        bodies = bodies[::4]
    rounds = 3 if short else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept, places = ours(folder, bodies), by_warcio(folder, bodies)
        if read_ours(folder, kept) != read_theirs(places):
            raise SystemExit("The two do not read the same.")
        races: list[tuple[str, Callable[[], object], Callable[[], object], float | None]] = [
            ("writing, against warcio", lambda: ours(folder, bodies), lambda: by_warcio(folder, bodies), 0.5),
            ("writing, against zlib", lambda: ours(folder, bodies), lambda: by_hand(folder, bodies), None),
            (
                "reading, against warcio",
                lambda: read_ours(folder, kept),
                lambda: read_theirs(places),
                None,
            ),
        ]
        return [_raced(f"evidence: {race[0]}", *race[1:], len(bodies), rounds) for race in races]


def _raced(
    name: str,
    mine: Callable[[], object],
    theirs: Callable[[], object],
    aim: float | None,
    count: int,
    rounds: int,
) -> Figure:
    pairs = paired(mine, theirs, rounds)
    ratio, text = ratio_text(pairs)
    each = min(time for time, _ in pairs) / count * 1000
    figure = f"{text} of the peer's time, {each:.2f} ms a page"
    wanted = "none, for orientation" if aim is None else f"at most {aim:g} of its time"
    return Figure(name, figure, wanted, aim is None or ratio <= aim)


def main() -> int:
    parser = argparse.ArgumentParser(description="Race keeping evidence against warcio.")
    parser.add_argument("--short", action="store_true", help="a quarter of the pages, three rounds")
    figures = rows(parser.parse_args().short)
    show(figures)
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
