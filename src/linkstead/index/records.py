"""Archives in, rows out: WAT, WARC and ARC files, plain or packed, recognised by their bytes.

    for harvest in harvest(stream, name):
        harvest.rows        # a batch in the schema of the index
        harvest.counts      # what was read and what was left out, by reason

The one extraction kernel: a single machine runs it on files, Spark runs it in its executors. A record that
cannot be read is counted and passed over; a file that ends in the middle of a record ends there, counted as
`clipped`. A file of another kind is refused.

WARC and WAT are read by FastWARC, ARC (the Internet Archive's older format, archive.org/web/researcher/
ArcFileFormat.php) by warcio.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from linkstead.errors import FileRefused
from linkstead.index import html, wat
from linkstead.index.rows import RowBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import date

    import pyarrow as pa

#: Rows in one batch; about 12 MB as they stand in memory.
ROWS_AT_ONCE: Final = 50_000
#: A longer WAT record or page is counted and passed over: the largest WAT records are some 10 MB.
MOST_BYTES: Final = 32 << 20
_HEAD: Final = 4_096
_GZIP: Final = b"\x1f\x8b"
_LZ4: Final = b"\x04\x22\x4d\x18"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ARC: Final = b"filedesc://"
_WARC: Final = b"WARC/"
_WAT: Final = b"application/json"
_HTTP: Final = WarcRecordType.response | WarcRecordType.metadata


class Harvest(NamedTuple):
    """Rows in the schema of the index, and what was counted since the last batch."""

    rows: pa.RecordBatch
    counts: Counter[str]


def harvest(
    stream: BinaryIO, name: str, *, only: Collection[str] | None = None, rows_at_once: int = ROWS_AT_ONCE
) -> Iterator[Harvest]:
    """Read an archive from its beginning; the last batch may have no rows, only counts.

    `stream` must be seekable; `only` keeps links to these reversed target domains alone. Raises
    `FileRefused` when the file is no web archive.
    """
    head = _head(stream, name)
    builder = RowBuilder(only)
    records = _arc(stream, builder) if head.startswith(_ARC) else _warc(stream, builder)
    for _ in records:
        if len(builder) >= rows_at_once:
            yield _taken(builder)
    if not builder.counts["records"]:
        raise FileRefused(
            f"{name} has no response or WAT record that could be read (WET files have none);"
            " hand in the WAT or WARC file, or fetch it again.",
            kind="empty",
        )
    yield _taken(builder)


def _taken(builder: RowBuilder) -> Harvest:
    rows, counts = builder.take(), builder.counts
    builder.counts = Counter()
    return Harvest(rows, counts)


def _head(stream: BinaryIO, name: str) -> bytes:
    """The first unpacked bytes. Raises `FileRefused` when no archive begins like this."""
    packed = stream.read(_HEAD)
    stream.seek(0)
    head = packed
    if packed.startswith(_GZIP):
        try:
            head = zlib.decompressobj(31).decompress(packed, _HEAD)
        except zlib.error as error:
            raise FileRefused(f"{name} is damaged gzip ({error}); fetch it again.", kind="gzip") from error
    elif packed.startswith((_LZ4, _ZSTD)):
        return packed
    if not head.lstrip().startswith((_WARC, _ARC)):
        what = "is empty" if not packed else "is no web archive"
        raise FileRefused(f"{name} {what}; hand in WAT, WARC or ARC files.", kind="not-archive")
    return head.lstrip()


def _warc(stream: BinaryIO, builder: RowBuilder) -> Iterator[None]:
    """Each record once, its links added."""
    counts = builder.counts
    archive = iter(ArchiveIterator(stream, record_types=_HTTP, parse_http=False))
    while True:
        counts = builder.counts
        try:
            record = next(archive)
            counts["records"] += 1
            _add(record, builder)
        except StopIteration:
            break
        except (OSError, EOFError, ValueError, RuntimeError):
            # FastWARC raises these for clipped and damaged members; what follows cannot be found
            counts["clipped"] += 1
            break
        yield
    if not counts["clipped"] and _ends_in_the_middle(stream):
        counts["clipped"] += 1


def _add(record: WarcRecord, builder: RowBuilder) -> None:
    length = record.content_length
    if length > MOST_BYTES:
        builder.counts["record too large"] += 1
        return
    kind = (record.headers.get("Content-Type") or "").lower()
    if record.record_type == WarcRecordType.metadata:
        if kind.startswith(_WAT.decode()):
            # by its length: a buffer of the size that is asked for is made first
            body = record.reader.read(length)
            if len(body) < length:
                builder.counts["clipped record"] += 1
            wat.add_record(body, builder)
        else:
            builder.counts["not a response"] += 1
        return
    _add_response(record, builder)


def _add_response(record: WarcRecord, builder: RowBuilder) -> None:
    counts = builder.counts
    url = record.headers.get("WARC-Target-URI") or ""
    crawled = wat.day_of(record.headers.get("WARC-Date") or "")
    if crawled is None:
        counts["unreadable date"] += 1
        return
    if not url.startswith("http"):
        counts["not http"] += 1
        return
    record.parse_http()
    if not record.is_http_parsed:
        counts["malformed record"] += 1
        return
    answer = record.http_headers
    if not 200 <= (answer.status_code or 0) < 300:
        counts["not a page (status)"] += 1
        return
    headers = list(answer.astuples())
    _add_body(record.reader.read(record.content_length), url.strip("<>"), headers, crawled, builder)


def _add_body(
    body: bytes, url: str, headers: list[tuple[str, str]], crawled: date, builder: RowBuilder
) -> None:
    """A page's body, unpacked if its headers say so, within limits."""
    said = {name.lower(): value for name, value in headers}
    if "gzip" in said.get("content-encoding", "").lower() and body.startswith(_GZIP):
        try:
            body = zlib.decompressobj(31).decompress(body, MOST_BYTES)
        except zlib.error:
            builder.counts["malformed record"] += 1
            return
    if not html.is_html(said.get("content-type", ""), body):
        builder.counts["not html"] += 1
        return
    html.add_page(body, url, headers, crawled, builder)


def _ends_in_the_middle(stream: BinaryIO) -> bool:
    """Whether the last gzip member is not whole; FastWARC ends silently there."""
    stream.seek(0)
    if stream.read(2) != _GZIP:
        return False
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    # the trailer of a whole member says how long its text is: only a few bytes at the end are looked at
    stream.seek(max(size - (8 << 20), 0))
    tail = stream.read()
    start = tail.rfind(b"\x1f\x8b\x08")
    while start >= 0:
        member = zlib.decompressobj(31)
        try:
            member.decompress(tail[start:])
        except zlib.error:
            start = tail.rfind(b"\x1f\x8b\x08", 0, start)
            continue
        return not member.eof
    return False


def _arc(stream: BinaryIO, builder: RowBuilder) -> Iterator[None]:
    from warcio.archiveiterator import ArchiveIterator as ArcIterator
    from warcio.exceptions import ArchiveLoadFailed

    archive = iter(ArcIterator(stream, arc2warc=True))
    while True:
        counts = builder.counts
        try:
            record = next(archive)
            if record.rec_type == "response":
                counts["records"] += 1
                _add_arc(record, builder)
        except StopIteration:
            return
        except (ArchiveLoadFailed, OSError, EOFError, ValueError, zlib.error, gzip.BadGzipFile):
            counts["clipped"] += 1
            return
        yield


def _add_arc(record: object, builder: RowBuilder) -> None:
    read: Callable[[int], bytes] = record.content_stream().read  # type: ignore[attr-defined] # warcio has no types
    said = record.rec_headers  # type: ignore[attr-defined]
    answer = record.http_headers  # type: ignore[attr-defined]
    crawled = wat.day_of(said.get_header("WARC-Date") or "")
    url = said.get_header("WARC-Target-URI") or ""
    if crawled is None:
        builder.counts["unreadable date"] += 1
    elif answer is None or not url.startswith("http"):
        builder.counts["not http"] += 1
    elif not str(answer.get_statuscode()).startswith("2"):
        builder.counts["not a page (status)"] += 1
    else:
        headers = [(str(name), str(value)) for name, value in answer.headers]
        _add_body(read(MOST_BYTES), url, headers, crawled, builder)
