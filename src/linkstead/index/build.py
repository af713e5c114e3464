"""Archives to an index on one machine: each archive's rows in a file of its own, then sorted into the store.

One process an archive, so that one that breaks down takes only its archive with it; it is named, the others
go on. Finished archives leave a mark beside their rows, and a build that is started again goes on with the
others.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from linkstead.errors import InputError, LinksteadError
from linkstead.index.records import harvest
from linkstead.index.schema import ROWS
from linkstead.index.store import MEMORY_MB, open_or_create
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from linkstead.index.manifest import Crawl

#: Archives that were given but brought no rows count as failed up to this share; more stop the build.
_FAILED_ALLOWED: Final = 0.5


class Opener(Protocol):
    """Opens an archive by its address for reading from the beginning; must be picklable."""

    def __call__(self, address: str, /) -> AbstractContextManager[BinaryIO]: ...


def open_local(address: str) -> AbstractContextManager[BinaryIO]:
    """Open a file of this machine. Raises `InputError`."""
    try:
        return Path(address).open("rb")
    except OSError as error:
        raise InputError(f"{address} cannot be read ({error.strerror}); check the name.") from error


@dataclass(frozen=True, slots=True)
class Built:
    """What a build brought: the crawl as it is now, and each failed archive with its reason."""

    crawl: Crawl | None
    failed: dict[str, str]
    counts: Counter[str]


def inputs_of(
    given: Iterable[str], base: str | None = None, read_list: Callable[[str], bytes] | None = None
) -> list[str]:
    """Archives meant by names, folders and lists (see `inputs.expand`), each once."""
    from linkstead.index.inputs import expand

    return list(dict.fromkeys(address for text in given for address in expand(text, base, read_list)))


def build(  # noqa: PLR0913 - each by its name
    inputs: Sequence[str],
    folder: Path,
    crawl: str,
    *,
    now: int,
    workers: int = 1,
    opener: Opener = open_local,
    only: Collection[str] | None = None,
    authority: Path | None = None,
    memory_mb: int = MEMORY_MB,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Built:
    """Read archives and add their links to a crawl of the index in `folder`.

    Raises `InputError` when more than half of the archives failed: the index is then as it was.
    """
    index = open_or_create(folder)
    runs = folder / ".runs" / _named(crawl, inputs, only)
    runs.mkdir(parents=True, exist_ok=True)
    failed = _read_all(inputs, runs, workers, opener, only, progress, should_stop)
    done = [address for address in inputs if _mark(runs, address).is_file()]
    if should_stop():
        return Built(None, failed, Counter())
    refuse_too_many_failures(inputs, failed)
    counts: Counter[str] = Counter()
    for address in done:
        counts.update(json.loads(_mark(runs, address).read_text(encoding="utf-8")))
    counts["archives"] += len(done)
    counts["archives failed"] += len(failed)
    said = index.append(
        crawl,
        [_run(runs, address) for address in done],
        now=now,
        counts={reason: count for reason, count in counts.items() if count},
        sources=done,
        failed=list(failed),
        authority=authority,
        memory_mb=memory_mb,
        progress=progress,
        should_stop=should_stop,
    )
    if said is not None:
        shutil.rmtree(folder / ".runs", ignore_errors=True)
    return Built(said, failed, counts)


def refuse_too_many_failures(inputs: Sequence[str], failed: Mapping[str, str]) -> None:
    """Raise `InputError` when more than half of the archives failed."""
    if len(failed) > len(inputs) * _FAILED_ALLOWED:
        name, why = next(iter(failed.items()))
        raise InputError(
            f"{len(failed)} of {len(inputs)} archives could not be read, first {name}: {why}"
            " The index is as it was."
        )


def _read_all(
    inputs: Sequence[str],
    runs: Path,
    workers: int,
    opener: Opener,
    only: Collection[str] | None,
    progress: ProgressSink,
    should_stop: StopAsked,
) -> dict[str, str]:
    """Read what has no mark yet; the archives that failed, with the reason."""
    waiting = [address for address in inputs if not _mark(runs, address).is_file()]
    failed: dict[str, str] = {}
    rows, total = 0, len(inputs)
    while waiting and not should_stop():
        crashed = False
        with ProcessPoolExecutor(
            max(workers, 1), mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=64
        ) as pool:
            running: dict[Future[int | str], str] = {}
            while (waiting or running) and not crashed:
                while waiting and len(running) < max(workers, 1) and not should_stop():
                    address = waiting.pop(0)
                    running[pool.submit(read_archive, address, runs, opener, only)] = address
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    address = running.pop(future)
                    try:
                        found = future.result()
                    except BrokenProcessPool:
                        # whoever ran then is tried again alone, so that only the guilty archive fails
                        crashed = True
                        waiting = _after_crash(address, [*running.values()], waiting, failed, workers)
                        workers = 1
                        break
                    if isinstance(found, str):
                        failed[address] = found
                    else:
                        rows += found
                    done = total - len(waiting) - len(running)
                    progress(
                        Progress("Reading archives", done, total, "archives", rows, note=f"{rows:,} links")
                    )
    return failed


def _after_crash(
    address: str, others: list[str], waiting: list[str], failed: dict[str, str], workers: int
) -> list[str]:
    if workers > 1 or others:
        return [address, *others, *waiting]
    failed[address] = "The process that read it broke down."
    return waiting


def read_archive(address: str, runs: Path, opener: Opener, only: Collection[str] | None) -> int | str:
    """Read one archive into its own Parquet file and mark it done: how many rows, or why it failed.

    Runs in a child process.
    """
    try:
        return _read(address, runs, opener, only)
    except LinksteadError as error:
        return str(error)
    except (OSError, pa.ArrowException) as error:
        return f"It could not be read ({error})."


def _read(address: str, runs: Path, opener: Opener, only: Collection[str] | None) -> int:
    target = _run(runs, address)
    beside = target.with_suffix(".new")
    counts: Counter[str] = Counter()
    try:
        with opener(address) as stream, pq.ParquetWriter(beside, ROWS, compression="lz4") as writer:
            for rows, counted in harvest(stream, Path(address).name, only=only):
                counts.update(counted)
                if rows.num_rows:
                    writer.write_batch(rows)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    beside.replace(target)
    _mark(runs, address).write_text(json.dumps(counts), encoding="utf-8")
    return counts["rows"]


def _named(crawl: str, inputs: Sequence[str], only: Collection[str] | None) -> str:
    """A name for one build: another list of archives begins anew."""
    said = json.dumps([crawl, sorted(inputs), sorted(only or ()), only is None])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _run(runs: Path, address: str) -> Path:
    return runs / f"{hashlib.sha256(address.encode()).hexdigest()[:24]}.parquet"


def _mark(runs: Path, address: str) -> Path:
    return _run(runs, address).with_suffix(".done")
