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
import shutil
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
    part_file,
    read_manifest,
    write_manifest,
)
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

#: Rows in a row group: a question about one domain reads whole ones (see docs/decisions/0011).
ROW_GROUP: Final = 20_480
MEMORY_MB: Final = 4_096
_READ_MEMORY_MB: Final = 1_024
_COLUMNS: Final = (
    "target_domain, target_url, source_domain, source_url, authority, anchor, type, rel, robots, followed,"
    " placement, language, crawled, links"
)
_ORDER: Final = "target_domain, authority DESC NULLS LAST, source_domain, source_url, target_url"
_PARQUET: Final = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
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
        _check_name(crawl)
        with _locked(self.folder):
            self.manifest = read_manifest(self.folder)
            _Sorting.clean(self.folder)
            work = _Sorting(self, crawl, memory_mb, progress, should_stop)
            files = work.run([str(run) for run in runs], authority)
            if files is None:
                return None
            before = self.manifest.crawl(crawl) or Crawl(crawl, 0, "", now)
            said = replace(
                before,
                added_at=now,
                rows=before.rows + sum(file.rows for file in files),
                counts=dict(Counter(before.counts) + Counter(counts or {})),
                sources=list(dict.fromkeys([*before.sources, *sources])),
                failed=list(dict.fromkeys([*before.failed, *failed])),
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
            _Sorting.clean(self.folder)
            old = self.manifest.crawl(crawl)
            if old is None:
                raise UsageError(f"The index has no crawl “{crawl}”; it has {', '.join(self.crawls())}.")
            work = _Sorting(self, crawl, memory_mb, progress, should_stop)
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
            self._engine = _engine(self.folder, _READ_MEMORY_MB)
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


class _Sorting:
    """Runs to sorted files: first split by bucket, then each bucket sorted by itself, in bounded memory."""

    def __init__(
        self, index: LinkIndex, crawl: str, memory_mb: int, progress: ProgressSink, stop: StopAsked
    ) -> None:
        self.index, self.crawl, self.progress, self.stop = index, crawl, progress, stop
        self.work = index.folder / ".work"
        self.work.mkdir()
        self.engine = _engine(self.work, memory_mb)
        self.buckets = index.manifest.buckets

    @staticmethod
    def clean(folder: Path) -> None:
        """Take away what a killed writer left."""
        shutil.rmtree(folder / ".work", ignore_errors=True)

    def run(self, runs: list[str], authority: Path | None) -> list[PartFile] | None:
        try:
            if runs:
                self._split(runs, authority)
            return self._each_bucket(
                lambda bucket: sorted((self.work / f"bucket={bucket}").glob("*.parquet"))
            )
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:200]
            raise StoreError(f"The rows could not be sorted ({said}); the index is as it was.") from error
        finally:
            self.engine.close()
            shutil.rmtree(self.work, ignore_errors=True)

    def merged(self, crawl: Crawl) -> list[PartFile] | None:
        """The crawl's own files, bucket by bucket, into one each."""
        try:
            folder = self.index.folder
            return self._each_bucket(
                lambda bucket: [folder / file.path for file in crawl.files if file.bucket == bucket],
                against_old=False,
            )
        finally:
            self.engine.close()
            shutil.rmtree(self.work, ignore_errors=True)

    def _split(self, runs: list[str], authority: Path | None) -> None:
        self.progress(Progress("Splitting rows", 0, len(runs), "files"))
        columns = _COLUMNS if authority is None else _COLUMNS.replace(", authority,", ", g.authority,", 1)
        joined = (
            "" if authority is None else " LEFT JOIN read_parquet($authority) g ON g.domain = r.source_domain"
        )
        columns = ", ".join(
            name if "." in name else f"r.{name}" for name in (part.strip() for part in columns.split(","))
        )
        values: dict[str, Any] = {"runs": runs}
        if authority is not None:
            values["authority"] = str(authority)
        self.engine.execute(
            f"COPY (SELECT {columns},"
            f" (('0x' || substr(md5(r.target_domain), 1, 4))::INTEGER % {self.buckets}) AS bucket"
            f" FROM read_parquet($runs) r{joined}) TO '{_quoted(self.work)}'"
            " (FORMAT parquet, COMPRESSION lz4, PARTITION_BY (bucket), OVERWRITE_OR_IGNORE)",
            values,
        )

    def _each_bucket(
        self, inputs: Callable[[int], list[Path]], *, against_old: bool = True
    ) -> list[PartFile] | None:
        done: list[PartFile] = []
        for bucket in range(self.buckets):
            if self.stop():
                for file in done:
                    (self.index.folder / file.path).unlink(missing_ok=True)
                return None
            paths = inputs(bucket)
            if paths:
                made = self._sort(bucket, [str(path) for path in paths], against_old=against_old)
                done += [] if made is None else [made]
            self.progress(Progress("Sorting", bucket + 1, self.buckets, "buckets", sum(f.rows for f in done)))
        return done

    def _sort(self, bucket: int, paths: list[str], *, against_old: bool) -> PartFile | None:
        folder = self.index.folder
        said = self.index.manifest.crawl(self.crawl)
        old = [str(folder / f.path) for f in said.files if f.bucket == bucket] if said and against_old else []
        rows, different = self.engine.execute(
            "SELECT count(*), count(DISTINCT hash(source_url, target_url)) FROM read_parquet($paths)",
            {"paths": paths},
        ).fetchall()[0]
        once = "" if rows == different else "DISTINCT ON (source_url, target_url) "
        first = " ORDER BY source_url, target_url, followed DESC, anchor, rel, crawled" if once else ""
        new = (
            " WHERE NOT EXISTS (SELECT 1 FROM read_parquet($old) o WHERE o.source_url = n.source_url"
            " AND o.target_url = n.target_url)"
            if old
            else ""
        )
        values: dict[str, Any] = {"paths": paths, **({"old": old} if old else {})}
        number = sum(f.bucket == bucket for f in said.files) if said else 0
        target = folder / f"crawl={self.crawl}" / f"bucket={bucket:04}" / f"part-{number:04}.parquet"
        while str(target.relative_to(folder)) in {f.path for f in (said.files if said else ())}:
            number += 1
            target = target.with_name(f"part-{number:04}.parquet")
        target.parent.mkdir(parents=True, exist_ok=True)
        inner = f"SELECT {once}{_COLUMNS} FROM read_parquet($paths) n{new}{first}"
        made = self.engine.execute(
            f"COPY (SELECT {_COLUMNS} FROM ({inner}) ORDER BY {_ORDER}) TO '{_quoted(target)}' {_PARQUET}",
            values,
        ).fetchall()[0][0]
        if not made:
            target.unlink(missing_ok=True)
            return None
        return part_file(folder, target, bucket, made)


def _engine(folder: Path, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """An engine in memory that loads no extensions and spills into the folder."""
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(folder / ".spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )


def _content_hash(engine: duckdb.DuckDBPyConnection, paths: list[str]) -> str:
    if not paths:
        return "0"
    try:
        found = engine.execute(f"SELECT {_HASH} FROM read_parquet($paths)", {"paths": paths}).fetchall()
    except duckdb.Error as error:
        raise StoreError(f"The index cannot be read: {str(error).splitlines()[0][:200]}.") from error
    return f"{int(found[0][0] or 0):016x}"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


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
