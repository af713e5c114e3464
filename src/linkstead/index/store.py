"""The link index on disk, and the only door to its engine, DuckDB.

    index = open_index(folder)
    index.append("CC-MAIN-2026-21", runs, counts=..., now=...)
    index.rows("SELECT ... FROM links WHERE target_domain = $domain", {"domain": "com.example"}, files)

Rows stand in Parquet files, one a bucket and append, sorted by target domain and authority in small row
groups, so that a question about a domain reads a few of them. A reader sees the files that the manifest
names; an append writes beside them and replaces the manifest as its last step. One writer at a time (a lock
file).
"""

from __future__ import annotations

import fcntl
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import duckdb

from linkstead.errors import StoreError, UsageError
from linkstead.index.manifest import (
    BUCKETS,
    Crawl,
    Manifest,
    PartFile,
    bucket_of,
    damaged_files,
    read_manifest,
    write_manifest,
)
from linkstead.index.sorting import Sorting, engine
from linkstead.progress import ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

MEMORY_MB: Final = 4_096
_READ_MEMORY_MB: Final = 1_024
#: The same for the same rows, whatever their order and files: MD5 of each row's text, summed modulo 2^64.
_HASH: Final = (
    "(sum(md5_number_lower(concat_ws(chr(31), target_url, source_url, authority, anchor, type, rel, robots,"
    " followed, coalesce(placement, chr(30)), coalesce(language, chr(30)), crawled, links))::HUGEINT)"
    " % 18446744073709551616::HUGEINT)"
)


class LinkIndex:
    """One index, open for questions; `append` and `compact` change it. Not for two threads at once."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._engine: duckdb.DuckDBPyConnection | None = None

    def crawls(self) -> list[str]:
        """The crawls' names, the newest last."""
        return [crawl.name for crawl in self.manifest.crawls]

    def files(self, crawl: str, domain: str | None = None) -> list[str]:
        """The Parquet files of a crawl, or only those that may hold a reversed target domain."""
        said = self.manifest.crawl(crawl)
        if said is None:
            known = ", ".join(self.crawls()) or "none yet"
            raise UsageError(f"The index has no crawl “{crawl}”; it has {known}.")
        bucket = None if domain is None else bucket_of(domain, self.manifest.buckets)
        return [str(self.folder / file.path) for file in said.files if bucket in (None, file.bucket)]

    def rows(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Ask the engine; every value is bound. Raises `StoreError` when a file is missing or damaged."""
        try:
            return self._opened().execute(sql, dict(values)).fetchall()
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:200]
            raise StoreError(f"The index in {self.folder} cannot be read: {said}.") from error

    def content_hash(self, crawl: str) -> str:
        """The hash over all rows of a crawl, computed anew from the files."""
        return _content_hash(self._opened(), self.files(crawl))

    def damaged(self) -> list[str]:
        """Files that do not match their checksums."""
        return damaged_files(self.folder, self.manifest)

    def append(  # noqa: PLR0913 - what a crawl is said to be, each by its name
        self,
        crawl: str,
        runs: Sequence[Path],
        *,
        now: int,
        counts: Mapping[str, int] | None = None,
        sources: Sequence[str] = (),
        failed: Sequence[str] = (),
        authority: Path | None = None,
        memory_mb: int = MEMORY_MB,
        progress: ProgressSink = silent,
        should_stop: StopAsked = never,
    ) -> Crawl | None:
        """Sort rows into the index as part of a crawl; None when somebody asked to stop.

        `runs` are Parquet files in the schema of `schema.ROWS`; `authority` is a Parquet file of (domain,
        authority) with reversed domains. Rows that the crawl has already are left out. Nothing is changed
        unless everything is.
        """
        return self._added(
            crawl,
            lambda work: work.run([str(run) for run in runs], authority),
            lambda: Sorting(self, crawl, memory_mb, progress, should_stop),
            Crawl(crawl, 0, "", now, dict(counts or {}), list(sources), list(failed)),
        )

    def take_over(
        self,
        crawl: Crawl,
        buckets: Mapping[int, Sequence[Path]],
        *,
        memory_mb: int = MEMORY_MB,
        progress: ProgressSink = silent,
        should_stop: StopAsked = never,
    ) -> Crawl | None:
        """As `append`, of rows that are split by bucket, freed of repeats and sorted already.

        `crawl` says the name, the time, the counts and the sources; its rows and files are not looked at.
        """
        return self._added(
            crawl.name,
            lambda work: work.presorted(buckets),
            lambda: Sorting(self, crawl.name, memory_mb, progress, should_stop),
            crawl,
        )

    def _added(
        self,
        crawl: str,
        write: Callable[[Sorting], list[PartFile] | None],
        sorting: Callable[[], Sorting],
        told: Crawl,
    ) -> Crawl | None:
        """Write files under the lock, then name them; what is told of them is added to what stands there."""
        _check_name(crawl)
        with _locked(self.folder):
            self.manifest = read_manifest(self.folder)
            Sorting.clean(self.folder)
            files = write(sorting())
            if files is None:
                return None
            before = self.manifest.crawl(crawl) or Crawl(crawl, 0, "", told.added_at)
            said = replace(
                before,
                added_at=told.added_at,
                rows=before.rows + sum(file.rows for file in files),
                counts=dict(Counter(before.counts) + Counter(told.counts)),
                sources=list(dict.fromkeys([*before.sources, *told.sources])),
                failed=list(dict.fromkeys([*before.failed, *told.failed])),
                files=(*before.files, *files),
            )
            return self._publish(said)

    def compact(
        self,
        crawl: str,
        *,
        memory_mb: int = MEMORY_MB,
        progress: ProgressSink = silent,
        should_stop: StopAsked = never,
    ) -> Crawl | None:
        """Write the files of a crawl anew, one a bucket; the old ones go when the new ones are named."""
        with _locked(self.folder):
            self.manifest = read_manifest(self.folder)
            Sorting.clean(self.folder)
            old = self.manifest.crawl(crawl)
            if old is None:
                raise UsageError(f"The index has no crawl “{crawl}”; it has {', '.join(self.crawls())}.")
            work = Sorting(self, crawl, memory_mb, progress, should_stop)
            files = work.merged(old)
            if files is None:
                return None
            said = self._publish(replace(old, files=tuple(files)))
            kept = {file.path for file in files}
            for file in old.files:
                if file.path not in kept:
                    (self.folder / file.path).unlink(missing_ok=True)
            return said

    def _publish(self, crawl: Crawl) -> Crawl:
        paths = [str(self.folder / file.path) for file in crawl.files]
        said = replace(crawl, content_hash=_content_hash(self._opened(), paths))
        self.manifest = self.manifest.with_crawl(said)
        write_manifest(self.folder, self.manifest)
        return said

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._engine is None:
            self._engine = engine(self.folder, _READ_MEMORY_MB)
        return self._engine


def open_index(folder: Path) -> LinkIndex:
    """Open an index for questions. Raises `StoreError` when the folder is none."""
    return LinkIndex(folder, read_manifest(folder))


def open_or_create(folder: Path, buckets: int = BUCKETS) -> LinkIndex:
    """Open an index, or begin one; `buckets` is a power of two up to 4096 and stays as it is."""
    if buckets & (buckets - 1) or not 1 <= buckets <= 4_096:
        raise UsageError(f"An index has 1, 2, 4 ... 4096 buckets, not {buckets}.")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return open_index(folder)
    except StoreError:
        if any(path.name != ".lock" for path in folder.iterdir()):
            raise
    write_manifest(folder, Manifest(buckets=buckets))
    return open_index(folder)


def _content_hash(opened: duckdb.DuckDBPyConnection, paths: list[str]) -> str:
    if not paths:
        return "0"
    try:
        found = opened.execute(f"SELECT {_HASH} FROM read_parquet($paths)", {"paths": paths}).fetchall()
    except duckdb.Error as error:
        raise StoreError(f"The index cannot be read: {str(error).splitlines()[0][:200]}.") from error
    return f"{int(found[0][0] or 0):016x}"


def _check_name(crawl: str) -> None:
    if not crawl or not all(c.isalnum() or c in "-_." for c in crawl) or crawl.startswith("."):
        raise UsageError(f"“{crawl[:60]}” cannot name a crawl; use letters, digits, - and _.")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the writer's lock; it goes with the process. Raises `StoreError` when somebody else writes."""
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(f"Somebody else is writing to the index in {folder}; wait for them.") from None
        yield
