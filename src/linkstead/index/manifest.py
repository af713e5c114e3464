"""What an index's folder says of itself: manifest.json, replaced in one step as the last thing written."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import StoreError
from linkstead.index.schema import VERSION as SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = "linkstead-index"
VERSION: Final = 1
FILE: Final = "manifest.json"
#: How many buckets a new index has; a domain's rows are all in one.
BUCKETS: Final = 64
_CHUNK: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class PartFile:
    """One Parquet file: its path below the index, its bucket, rows, bytes and CRC-32."""

    path: str
    bucket: int
    rows: int
    bytes: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Crawl:
    """One crawl's rows: what was read and left out by reason, from which archives, in which files.

    `content_hash` is the sum of all rows' hashes: equal for equal rows, in whatever files they stand.
    """

    name: str
    rows: int
    content_hash: str
    added_at: int
    counts: dict[str, int] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    files: tuple[PartFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    buckets: int = BUCKETS
    crawls: tuple[Crawl, ...] = ()
    schema: int = SCHEMA
    format: str = FORMAT
    version: int = VERSION

    def crawl(self, name: str) -> Crawl | None:
        """A crawl by its name."""
        return next((crawl for crawl in self.crawls if crawl.name == name), None)

    def with_crawl(self, crawl: Crawl) -> Manifest:
        """The same with this crawl in place of the one of its name; crawls stand in the order of names."""
        others = [one for one in self.crawls if one.name != crawl.name]
        return replace(self, crawls=tuple(sorted([*others, crawl], key=lambda one: one.name)))


def bucket_of(reversed_domain: str, buckets: int) -> int:
    """The bucket of a target domain: the first two bytes of its MD5, modulo the number of buckets."""
    digest = hashlib.md5(reversed_domain.encode("utf-8"), usedforsecurity=False).digest()
    return int.from_bytes(digest[:2], "big") % buckets


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index. Raises `StoreError` when the folder is none, or another version's."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{folder} is no link index yet; make one with `linkstead index build`.") from None
    except (OSError, ValueError) as error:
        raise StoreError(
            f"The manifest of {folder} cannot be read ({error}); restore a copy of it."
        ) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise StoreError(f"{folder} holds something else than a link index; name another folder.")
    if (said.get("version"), said.get("schema")) != (VERSION, SCHEMA):
        raise StoreError(f"{folder} was written by another version of Linkstead; build the index again.")
    try:
        return Manifest(**{**said, "crawls": tuple(map(_crawl, said["crawls"]))})
    except (TypeError, KeyError) as error:
        raise StoreError(f"The manifest of {folder} lacks something ({error}).") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in its place in one step."""
    beside = folder / f"{FILE}.new"
    beside.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    beside.replace(folder / FILE)


def part_file(folder: Path, path: Path, bucket: int, rows: int) -> PartFile:
    """A file as the manifest has it."""
    return PartFile(str(path.relative_to(folder)), bucket, rows, path.stat().st_size, checksum(path))


def checksum(path: Path) -> int:
    """The CRC-32 of a file."""
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            value = zlib.crc32(chunk, value)
    return value


def damaged_files(folder: Path, manifest: Manifest) -> list[str]:
    """The files that are missing or do not match their checksums; reads everything."""
    return [
        file.path
        for crawl in manifest.crawls
        for file in crawl.files
        if not (folder / file.path).is_file() or checksum(folder / file.path) != file.crc32
    ]


def _crawl(said: dict[str, Any]) -> Crawl:
    return Crawl(**{**said, "files": tuple(PartFile(**file) for file in said["files"])})
