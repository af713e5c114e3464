"""Rows to the sorted files of an index: split by bucket, then each bucket by itself, in bounded memory."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

import duckdb

from linkstead.errors import StoreError
from linkstead.index.manifest import Crawl, PartFile, part_file
from linkstead.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from linkstead.index.store import LinkIndex
    from linkstead.progress import ProgressSink, StopAsked

#: Rows in a row group: a question about one domain reads whole ones (see docs/decisions/0011).
ROW_GROUP: Final = 20_480
COLUMNS: Final = (
    "target_domain, target_url, source_domain, source_url, authority, anchor, type, rel, robots, followed,"
    " placement, language, crawled, links"
)
#: The columns in the schema's types, whatever wrote them: Spark has no unsigned numbers.
_TYPED: Final = COLUMNS.replace(" authority,", " authority::UTINYINT AS authority,", 1).replace(
    ", links", ", links::USMALLINT AS links", 1
)
ORDER: Final = "target_domain, authority DESC NULLS LAST, source_domain, source_url, target_url"
#: Of several rows of one page and target, the first in this order stays: total, so that every engine agrees.
REPEATS: Final = (
    "followed DESC, anchor, rel, crawled, type, robots, placement NULLS LAST, language NULLS LAST, links,"
    " authority NULLS LAST"
)
_PARQUET: Final = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"


def engine(folder: Path, memory_mb: int) -> duckdb.DuckDBPyConnection:
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


def quoted(path: Path) -> str:
    return str(path).replace("'", "''")


class Sorting:
    """Runs to sorted files: first split by bucket, then each bucket sorted by itself, in bounded memory."""

    def __init__(
        self, index: LinkIndex, crawl: str, memory_mb: int, progress: ProgressSink, stop: StopAsked
    ) -> None:
        self.index, self.crawl, self.progress, self.stop = index, crawl, progress, stop
        self.work = index.folder / ".work"
        self.work.mkdir()
        self.engine = engine(self.work, memory_mb)
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

    def presorted(self, buckets: Mapping[int, Sequence[Path]]) -> list[PartFile] | None:
        """Files that another engine has split, freed of repeats and sorted: one of ours a bucket."""
        try:
            return self._each_bucket(lambda bucket: list(buckets.get(bucket, ())), sorted_already=True)
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:200]
            raise StoreError(f"The rows could not be taken over ({said}); the index is as it was.") from error
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
        columns = COLUMNS if authority is None else COLUMNS.replace(", authority,", ", g.authority,", 1)
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
            f" FROM read_parquet($runs) r{joined}) TO '{quoted(self.work)}'"
            " (FORMAT parquet, COMPRESSION lz4, PARTITION_BY (bucket), OVERWRITE_OR_IGNORE)",
            values,
        )

    def _each_bucket(
        self, inputs: Callable[[int], list[Path]], *, against_old: bool = True, sorted_already: bool = False
    ) -> list[PartFile] | None:
        done: list[PartFile] = []
        for bucket in range(self.buckets):
            if self.stop():
                for file in done:
                    (self.index.folder / file.path).unlink(missing_ok=True)
                return None
            paths = inputs(bucket)
            if paths:
                kept = sorted_already and len(paths) == 1
                names = [str(path) for path in paths]
                made = self._sort(bucket, names, against_old=against_old, keep_order=kept)
                done += [] if made is None else [made]
            self.progress(Progress("Sorting", bucket + 1, self.buckets, "buckets", sum(f.rows for f in done)))
        return done

    def _sort(
        self, bucket: int, paths: list[str], *, against_old: bool, keep_order: bool = False
    ) -> PartFile | None:
        folder = self.index.folder
        said = self.index.manifest.crawl(self.crawl)
        old = [str(folder / f.path) for f in said.files if f.bucket == bucket] if said and against_old else []
        once = "" if keep_order or not self._repeats(paths) else "DISTINCT ON (source_url, target_url) "
        first = f" ORDER BY source_url, target_url, {REPEATS}" if once else ""
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
        inner = f"SELECT {once}{COLUMNS} FROM read_parquet($paths) n{new}{first}"
        order = "" if keep_order and not old else f" ORDER BY {ORDER}"
        made = self.engine.execute(
            f"COPY (SELECT {_TYPED} FROM ({inner}){order}) TO '{quoted(target)}' {_PARQUET}", values
        ).fetchall()[0][0]
        if not made:
            target.unlink(missing_ok=True)
            return None
        return part_file(folder, target, bucket, made)

    def _repeats(self, paths: list[str]) -> bool:
        """Whether a page and target stand there twice."""
        rows, different = self.engine.execute(
            "SELECT count(*), count(DISTINCT hash(source_url, target_url)) FROM read_parquet($paths)",
            {"paths": paths},
        ).fetchall()[0]
        return bool(rows != different)
