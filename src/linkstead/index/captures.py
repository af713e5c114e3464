"""Captures: where in a crawl's archives a page of a domain lies, out of Common Crawl's URL index.

Two forms of the same index are read: answers of the CDX API (one JSON object a line: `url`, `timestamp`,
`status`, `mime`, `filename`, `offset`, `length`; docs/manual/cdxserver_api.rst of webrecorder/pywb) and the
columnar files (Parquet, sorted by SURT key, columns as in commoncrawl/cc-index-table). An entry that lacks
something, leads out of the archive or belongs to another domain is counted and passed over: an index is a
file from elsewhere like any other.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkstead.errors import FileRefused
from linkstead.urls import domain_of_host, host_of, try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

#: A longer record is passed over: the crawl cuts pages at 1 MiB (5 MiB since 2025), packed they are shorter.
MOST_BYTES: Final = 8 << 20
_OK: Final = 200
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_FIELDS: Final = ("url", "timestamp", "status", "mime", "mime-detected", "filename", "offset", "length")
_COLUMNS: Final = (
    "url", "fetch_time", "fetch_status", "content_mime_detected", "warc_filename", "warc_record_offset",
    "warc_record_length", "url_host_registered_domain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as a crawl fetched it: `length` bytes from `offset` of `filename` below the archive's root.

    `domain` is the page's registrable domain, `timestamp` 14 digits (UTC).
    """

    domain: str
    url: str
    timestamp: str
    filename: str
    offset: int
    length: int


@dataclass(slots=True)
class Chosen:
    """The captures kept of each domain: the newest of a page, pages near the root first, `most` a domain.

    Links that a whole site carries (blogrolls, footers, partners) stand on its home page, so near pages are
    looked into first.
    """

    most: int
    counts: Counter[str] = field(default_factory=Counter)
    _kept: dict[str, list[tuple[int, int, str, Capture]]] = field(default_factory=dict)
    _at: dict[str, Capture] = field(default_factory=dict)

    def add(self, capture: Capture) -> None:
        """Keep a capture if it is among the best of its domain."""
        self.counts["captures"] += 1
        before = self._at.get(capture.url)
        if before is not None:
            self.counts["captures of the same page"] += 1
            if capture.timestamp > before.timestamp:
                heap = self._kept[capture.domain]
                at = next(n for n, entry in enumerate(heap) if entry[3] is before)
                heap[at] = (*heap[at][:3], capture)
                self._at[capture.url] = capture
            return
        heap = self._kept.setdefault(capture.domain, [])
        path = capture.url.split("/", 3)[3]
        # the heap's first is the worst, so that it is the one to go
        entry = (-path.count("/") - (path != ""), -len(capture.url), capture.url, capture)
        if len(heap) < self.most:
            heapq.heappush(heap, entry)
        else:
            self.counts["captures beyond the most a domain"] += 1
            entry = heapq.heappushpop(heap, entry)
            self._at.pop(entry[2], None)
            if entry[3] is capture:
                return
        self._at[capture.url] = capture

    def of(self, domain: str) -> list[Capture]:
        """The captures of a domain, the best first."""
        return [entry[3] for entry in sorted(self._kept.get(domain, ()), reverse=True)]


def question(endpoint: str, domain: str, page: int) -> str:
    """The address of one page of the CDX API's answer about a domain with its hosts."""
    asked = [
        ("url", domain),
        ("matchType", "domain"),
        ("output", "json"),
        ("filter", "=status:200"),
        ("fl", ",".join(_FIELDS)),
        ("page", str(page)),
    ]
    return f"{endpoint}?{urlencode(asked)}"


def read_answer(body: bytes, wanted: Collection[str], chosen: Chosen) -> int:
    """Take the captures out of an answer of the CDX API; how many lines it had. Raises `FileRefused`."""
    lines = [line for line in body.splitlines() if line.strip()]
    bad = 0
    for line in lines:
        try:
            said = json.loads(line)
            mime = said.get("mime-detected") or said.get("mime") or ""
            _add(
                chosen,
                wanted,
                {**said, "mime": mime, "offset": int(said["offset"]), "length": int(said["length"])},
                int(said.get("status", 0)),
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            bad += 1
    chosen.counts["index entries that cannot be read"] += bad
    if lines and bad == len(lines):
        raise FileRefused("The answer is none of the CDX API; check the index's address.", kind="not-cdx")
    return len(lines)


def read_columnar(stream: BinaryIO, name: str, wanted: Collection[str], chosen: Chosen) -> Iterator[int]:
    """Take the captures of some domains out of a columnar index file; gives the number of each row group.

    Only row groups whose statistics admit a wanted domain are read, and of them a few columns. Raises
    `FileRefused`.
    """
    try:
        file = pq.ParquetFile(stream)
        missing = [column for column in _COLUMNS if column not in file.schema_arrow.names]
    except (pa.ArrowException, OSError) as error:
        raise FileRefused(f"{name} is no Parquet file ({error}).", kind="not-parquet") from error
    if missing:
        raise FileRefused(
            f"{name} is no columnar URL index: it lacks {', '.join(missing)}.", kind="not-columnar"
        )
    domains = pa.array(sorted(wanted), pa.string())
    for group in range(file.num_row_groups):
        if _may_hold(file, group, wanted):
            try:
                rows = file.read_row_group(group, columns=list(_COLUMNS))
            except (pa.ArrowException, OSError) as error:
                raise FileRefused(f"{name} is damaged ({error}).", kind="damaged") from error
            here = rows.filter(pc.is_in(rows["url_host_registered_domain"].cast(pa.string()), domains))
            for said in _rows(here):
                _add(chosen, wanted, said, said["fetch_status"])
        yield group


def _may_hold(file: pq.ParquetFile, group: int, wanted: Collection[str]) -> bool:
    """Whether a row group's statistics leave room for a wanted domain."""
    metadata = file.metadata.row_group(group)
    at = file.schema_arrow.names.index("url_host_registered_domain")
    column = next(
        metadata.column(n)
        for n in range(metadata.num_columns)
        if metadata.column(n).path_in_schema == file.schema_arrow.names[at]
    )
    said = column.statistics
    if said is None or not said.has_min_max:
        return True
    low, high = _text(said.min), _text(said.max)
    return any(low <= domain <= high for domain in wanted)


def _rows(table: pa.Table) -> Iterable[dict[str, Any]]:
    for row in table.to_pylist():
        when = row["fetch_time"]
        yield {
            "url": row["url"],
            "timestamp": _stamp(when),
            "fetch_status": row["fetch_status"],
            "mime": row["content_mime_detected"],
            "filename": row["warc_filename"],
            "offset": row["warc_record_offset"],
            "length": row["warc_record_length"],
        }


def _stamp(when: datetime | None) -> str:
    if when is None:
        return ""
    aware = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _add(chosen: Chosen, wanted: Collection[str], said: dict[str, Any], status: int | None) -> None:
    """Add one entry of an index, or count why not."""
    url = try_normalise_url(str(said["url"]))
    domain = None if url is None else domain_of_host(host_of(url))
    if url is None or domain is None or domain not in wanted:
        chosen.counts["captures of other domains"] += 1
    elif status != _OK or str(said["mime"]).partition(";")[0].strip().lower() not in _PAGES:
        chosen.counts["captures that are no pages"] += 1
    elif not _inside(said):
        chosen.counts["index entries that cannot be read"] += 1
    elif said["length"] > MOST_BYTES:
        chosen.counts["captures too large"] += 1
    else:
        chosen.add(
            Capture(
                domain, url, str(said["timestamp"]), str(said["filename"]), said["offset"], said["length"]
            )
        )


def _inside(said: dict[str, Any]) -> bool:
    """Whether an entry names bytes of a file below the archive's root."""
    name = str(said["filename"])
    steps = name.split("/")
    plain = "://" not in name and not name.startswith("/") and ".." not in steps and "\\" not in name
    sizes = isinstance(said["offset"], int) and isinstance(said["length"], int)
    return bool(name) and plain and sizes and said["offset"] >= 0 and said["length"] > 0


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
