"""The same build on a cluster: Apache Spark runs the extraction kernel in its workers.

    build_on_spark(inputs, folder, "CC-MAIN-2026-21", now=now, master="spark://head:7077", opener=opener)

Each archive is one task (`mapInArrow` over their addresses), so a worker that dies costs the archives it was
reading; they are read again elsewhere. The rows go to a staging folder that all machines see; Spark then
frees them of repeats, splits them by bucket and sorts them, and this machine takes the sorted files over into
the index. Which rows stay and what they hold is decided by the same rules as on one machine: row counts and
content hashes are equal.

PySpark is the extra `spark`; docs/cluster.md has the guide.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from linkstead.errors import InputError, LinksteadError, UsageError
from linkstead.index.build import Built, refuse_too_many_failures
from linkstead.index.manifest import Crawl
from linkstead.index.records import harvest
from linkstead.index.schema import ROWS
from linkstead.index.sorting import COLUMNS, ORDER, REPEATS
from linkstead.index.store import open_or_create
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from linkstead.index.build import Opener

#: Spark has no unsigned numbers.
_SPARK_TYPES: Final = {"authority": ("smallint", pa.int16()), "links": ("int", pa.int32())}
_NAMES: Final = {"string": "string", "bool": "boolean", "date32[day]": "date"}
#: Rows with their archive and, in a row of its own, what was counted in it (JSON) or why it failed.
_SENT: Final = pa.schema(
    [
        *(pa.field(kind.name, _SPARK_TYPES.get(kind.name, ("", kind.type))[1]) for kind in ROWS),
        pa.field("archive", pa.string()),
        pa.field("counts", pa.string()),
        pa.field("failure", pa.string()),
    ]
)
_IS_ROW: Final = "counts IS NULL AND failure IS NULL"
_POLL_SECONDS: Final = 0.5
_DEFAULTS: Final = {
    "spark.app.name": "linkstead index build",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # one archive that breaks its worker four times fails the job, as Spark has it by default
    "spark.task.maxFailures": "4",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    "spark.sql.parquet.compression.codec": "lz4_raw",
}


def build_on_spark(  # noqa: PLR0913 - each by its name
    inputs: Sequence[str],
    folder: Path,
    crawl: str,
    *,
    now: int,
    master: str,
    opener: Opener,
    only: Collection[str] | None = None,
    authority: Path | None = None,
    staging: Path | None = None,
    config: Mapping[str, str] | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Built:
    """Read archives on a cluster and add their links to a crawl of the index in `folder`.

    `staging` is a folder that this machine and every worker see under the same name (default: within
    `folder`); `config` are settings of Spark. Raises `InputError` when the cluster cannot be used, or more
    than half of the archives failed: the index is then as it was.
    """
    index = open_or_create(folder)
    place = (staging or folder) / f".spark-{os.getpid()}"
    place.mkdir(parents=True)
    try:
        with _session(master, config or {}) as spark:
            job = _Job(spark, place, index.manifest.buckets, progress, should_stop)
            counts, failed = job.extract(inputs, opener, only)
            if should_stop():
                return Built(None, failed, Counter())
            refuse_too_many_failures(inputs, failed)
            buckets = job.sort(authority, failed)
        done = [address for address in inputs if address not in failed]
        counts["archives"] += len(done)
        counts["archives failed"] += len(failed)
        told = Crawl(
            crawl, 0, "", now, {why: n for why, n in counts.items() if n}, sources=done, failed=list(failed)
        )
        said = index.take_over(told, buckets, progress=progress, should_stop=should_stop)
        return Built(said, failed, counts)
    except _Stopped:
        return Built(None, {}, Counter())
    finally:
        shutil.rmtree(place, ignore_errors=True)


class _Stopped(Exception):
    """The job was cancelled."""


class _Job:
    """One build on one session; everything it writes is below `place`."""

    def __init__(
        self, spark: SparkSession, place: Path, buckets: int, progress: ProgressSink, stop: StopAsked
    ) -> None:
        self.spark, self.place, self.buckets = spark, place, buckets
        self.progress, self.stop = progress, stop

    def extract(
        self, inputs: Sequence[str], opener: Opener, only: Collection[str] | None
    ) -> tuple[Counter[str], dict[str, str]]:
        """Rows of all archives into staging; what was counted, and the archives that failed."""
        addresses = [(address,) for address in inputs]
        spread = self.spark.sparkContext.parallelize(addresses, len(addresses))
        tasks = self.spark.createDataFrame(spread, "address string")
        kept = frozenset(only) if only is not None else None
        rows = tasks.mapInArrow(partial(_extract, opener=opener, only=kept), _ddl())
        self._run("Reading archives", lambda: rows.write.parquet(self._staged("rows")))
        counts: Counter[str] = Counter()
        failed: dict[str, str] = {}
        told = self.spark.read.parquet(self._staged("rows")).where(f"NOT ({_IS_ROW})")
        for row in told.select("archive", "counts", "failure").collect():
            if row["failure"] is not None:
                failed[row["archive"]] = row["failure"]
            else:
                counts.update(json.loads(row["counts"]))
        return counts, failed

    def sort(self, authority: Path | None, failed: Collection[str]) -> dict[int, list[Path]]:
        """Rows of the archives that did not fail, without repeats, sorted: the files of each bucket."""
        rows = self.spark.read.parquet(self._staged("rows")).where(_IS_ROW)
        if failed:
            broken = self.spark.createDataFrame([(address,) for address in failed], "archive string")
            rows = rows.join(broken, "archive", "left_anti")
        rows = self._judged(rows, authority)
        rows.createOrReplaceTempView("found")
        self.spark.conf.set("spark.sql.shuffle.partitions", str(self.buckets))
        sorted_rows = self.spark.sql(
            f"SELECT {COLUMNS}, bucket FROM (SELECT /*+ REPARTITION({self.buckets}, bucket) */ *,"
            f" row_number() OVER (PARTITION BY bucket, source_url, target_url ORDER BY {REPEATS}) AS nth"
            " FROM (SELECT *, CAST(conv(substr(md5(target_domain), 1, 4), 16, 10) AS INT)"
            f" % {self.buckets} AS bucket FROM found)) WHERE nth = 1"
            f" DISTRIBUTE BY bucket SORT BY bucket, {ORDER}"
        )
        self._run("Sorting", lambda: sorted_rows.write.partitionBy("bucket").parquet(self._staged("sorted")))
        folder = self.place / "sorted"
        return {
            bucket: sorted((folder / f"bucket={bucket}").glob("*.parquet")) for bucket in range(self.buckets)
        }

    def _judged(self, rows: DataFrame, authority: Path | None) -> DataFrame:
        if authority is None:
            return rows
        copied = self.place / "authority.parquet"
        shutil.copyfile(authority, copied)
        table = self.spark.read.parquet(copied.as_uri()).toDF("known_domain", "known_authority")
        joined = rows.drop("authority").join(table, rows["source_domain"] == table["known_domain"], "left")
        return joined.selectExpr("*", "CAST(known_authority AS SMALLINT) AS authority")

    def _staged(self, name: str) -> str:
        return (self.place / name).absolute().as_uri()

    def _run(self, step: str, action: Callable[[], object]) -> None:
        """Do it while a thread tells how far the tasks are, and cancels them when somebody asks to stop."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(step, done), daemon=True)
        watcher.start()
        try:
            action()
        except Exception as error:
            if self.stop():
                raise _Stopped from error
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise InputError(
                f"The cluster gave up ({reason[:300]}); its logs say more. The index is as it was."
            ) from error
        finally:
            done.set()
            watcher.join()

    def _watch(self, step: str, done: threading.Event) -> None:
        tracker = self.spark.sparkContext.statusTracker()
        while not done.wait(_POLL_SECONDS):
            if self.stop():
                self.spark.sparkContext.cancelAllJobs()
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
            known = [stage for stage in stages if stage is not None]
            if known:
                finished, total = sum(s.numCompletedTasks for s in known), sum(s.numTasks for s in known)
                self.progress(Progress(f"{step} on the cluster", finished, total, "tasks"))


def _extract(
    batches: Iterator[pa.RecordBatch], *, opener: Opener, only: Collection[str] | None
) -> Iterator[pa.RecordBatch]:
    """Archives' addresses in, rows out; runs in the workers."""
    for batch in batches:
        for address in batch.column(0).to_pylist():
            yield from _archive(address, opener, only)


def _archive(address: str, opener: Opener, only: Collection[str] | None) -> Iterator[pa.RecordBatch]:
    """Rows of one archive, then a row of counts, or one of failure, which takes all its rows back."""
    counts: Counter[str] = Counter()
    try:
        with opener(address) as stream:
            for found in harvest(stream, Path(address).name, only=only):
                counts.update(found.counts)
                if found.rows.num_rows:
                    yield _sent(found.rows, address)
    except (LinksteadError, OSError) as error:
        yield _told(archive=address, failure=str(error))
    else:
        yield _told(archive=address, counts=json.dumps(counts))


def _sent(rows: pa.RecordBatch, archive: str) -> pa.RecordBatch:
    columns = [rows.column(kind.name).cast(_SENT.field(kind.name).type) for kind in ROWS]
    empty = pa.nulls(rows.num_rows, pa.string())
    named = pa.repeat(pa.scalar(archive, pa.string()), rows.num_rows)
    return pa.RecordBatch.from_arrays([*columns, named, empty, empty], schema=_SENT)


def _told(**said: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([said], schema=_SENT)


def _ddl() -> str:
    """`_SENT` as Spark writes a schema."""
    return ", ".join(
        f"{kind.name} {_SPARK_TYPES[kind.name][0] if kind.name in _SPARK_TYPES else _NAMES[str(kind.type)]}"
        for kind in _SENT
    )


@contextmanager
def _session(master: str, config: Mapping[str, str]) -> Iterator[SparkSession]:
    """A session of ours, ended afterwards. Raises `UsageError` or `InputError` with a sentence."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError("Spark is not installed; install it: pip install 'linkstead[spark]'.") from None
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise UsageError("Spark needs Java 17 or newer; install it, such as openjdk-17-jre-headless.")
    settings: dict[str, Any] = {**_DEFAULTS, **config}
    # the workers' Python: a driver that is not started by spark-submit reads it from here alone
    python = config.get("spark.pyspark.python") or os.environ.get("PYSPARK_PYTHON") or sys.executable
    os.environ["PYSPARK_PYTHON"] = python
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"Spark at {master} cannot be reached ({reason[:200]}).") from error
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()
