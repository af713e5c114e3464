"""Discovered and stored: a file's rows become sightings, sightings become backlinks.

Rows are committed together with the number of the last of them, so that an import that was stopped
or killed goes on where it was and a finished one is not done twice.
"""

from __future__ import annotations

import gc
import hashlib
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from linkstead.errors import InputError, MappingNeeded
from linkstead.journey.projects import site_of_project
from linkstead.profile import files
from linkstead.profile.merge import Merger
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.sources import Mapping, open_source
from linkstead.sources.streaming import BatchReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkstead.link import Batch
    from linkstead.profile.files import ImportFile
    from linkstead.profile.store import Store
    from linkstead.sources import OpenSource

#: Batches in one transaction: few enough that others who write to SQLite wait about a second, many
#: enough that each index page is written once for many rows.
BATCHES_A_COMMIT: Final = 10
ROWS_A_BATCH: Final = 5_000


@dataclass(slots=True)
class ImportReport:
    """What an import brought. `already` says that this very file had been imported before.

    `stopped` says that somebody asked to stop; the same call goes on from there.
    """

    name: str
    sources: list[str] = field(default_factory=list)
    rows: int = 0
    sightings: int = 0
    new_links: int = 0
    quarantined: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    file_ids: list[int] = field(default_factory=list)
    already: bool = False
    stopped: bool = False

    def add(self, file: ImportFile) -> None:
        """Count in one table of the file."""
        self.sources.append(file.source)
        self.file_ids.append(file.id)
        self.rows += file.rows
        self.sightings += file.sightings
        self.quarantined += file.quarantined
        for reason, count in file.skipped.items():
            self.skipped[reason] = self.skipped.get(reason, 0) + count


def import_file(
    store: Store,
    project_id: int,
    path: Path,
    *,
    now: int,
    name: str | None = None,
    mapping: Mapping | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> ImportReport:
    """Import one file into a project.

    `name` is what the file is called to people (its path's name by default). `mapping` names the
    columns of an unknown table; it is remembered for the next file with the same header. Raises
    `FileRefused` and `MappingNeeded`.
    """
    shown = name or path.name
    sha256 = _digest(path)
    source, columns = _open(store, project_id, path, name=shown, mapping=mapping, now=now)
    run = _Run(shown, sha256, now, progress, should_stop)
    report = ImportReport(shown)
    states = [
        _import_part(store, project_id, part, BatchReader(part, path, columns, place), run, report)
        for place, part in enumerate(source.parts or (source,))
    ]
    report.already = bool(states) and not any(states)
    return report


@dataclass(frozen=True, slots=True)
class _Run:
    name: str
    sha256: str
    now: int
    progress: ProgressSink
    should_stop: StopAsked


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(
    store: Store, project_id: int, path: Path, *, name: str, mapping: Mapping | None, now: int
) -> tuple[OpenSource, Mapping | None]:
    """Open a file; a table that nobody knows by the columns that a person names or has named before."""
    site = site_of_project(store, project_id)
    try:
        return open_source(path, site=site, now=now, name=name), None
    except MappingNeeded as unknown:
        columns = mapping or files.saved_mapping(store, project_id, unknown.fingerprint)
        if columns is None:
            raise
        source = open_source(path, site=site, mapping=columns, now=now, name=name)
        files.save_mapping(store, project_id, unknown.fingerprint, dict(columns), now=now)
        return source, columns


def _import_part(
    store: Store, project_id: int, part: OpenSource, reader: BatchReader, run: _Run, report: ImportReport
) -> bool:
    """One table of the file; whether there was anything left to do."""
    file = files.begin(
        store,
        project_id,
        name=run.name,
        sha256=run.sha256,
        size=part.size_bytes,
        facts={"source": part.source, "encoding": part.encoding, "delimiter": part.delimiter},
        now=run.now,
    )
    before = file.new_links
    if (fresh := file.state != files.DONE) is True:
        try:
            file = _read_on(store, project_id, part, reader, run, file)
        except InputError as refused:
            files.finish(store, file, files.Ending(files.REFUSED, run.now, message=str(refused)))
            raise
    report.stopped = report.stopped or file.state == files.STOPPED
    report.new_links += file.new_links - before
    report.add(file)
    return fresh


def _read_on(
    store: Store, project_id: int, part: OpenSource, reader: BatchReader, run: _Run, file: ImportFile
) -> ImportFile:
    """Merge what is left of a table, until its end or until somebody asks to stop."""
    merger = _merger(store, project_id, part, file)
    with closing(reader.batches(file.done_row, ROWS_A_BATCH)) as batches:
        while not run.should_stop():
            group = islice(batches, BATCHES_A_COMMIT)
            with _no_cycle_search():
                file, more = _commit(store, merger, group, file, reader, run)
            if not more:
                ending = files.Ending(files.DONE, run.now, grouped=reader.grouped, capped=reader.capped)
                return files.finish(store, file, ending)
    return files.finish(store, file, files.Ending(files.STOPPED, run.now))


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Merging makes millions of tuples and no cycles: looking for cycles all the time costs a sixth."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _merger(store: Store, project_id: int, part: OpenSource, file: ImportFile) -> Merger:
    """A merger that takes the vendor's authority for sorting, if the project sorts by that vendor's."""
    vendor = part.found.source
    metric = vendor.domain_metric or vendor.page_metric
    with store.transaction():
        if metric is not None:
            store.execute(
                "UPDATE project SET metric = ? WHERE id = ? AND metric IS NULL", (metric, project_id)
            )
        row = store.one("SELECT metric FROM project WHERE id = ?", (project_id,))
        use_metric = metric is not None and row is not None and row[0] == metric
        return Merger(store, project_id, source=part.source, file_id=file.id, use_metric=use_metric)


def _commit(
    store: Store,
    merger: Merger,
    group: Iterator[Batch],
    file: ImportFile,
    reader: BatchReader,
    run: _Run,
) -> tuple[ImportFile, bool]:
    """Merge some batches in one transaction; the file as it stands then, and whether there was any."""
    more = False
    try:
        with store.transaction():
            store.take_turns([merger.project_id])
            for batch in group:
                more = True
                merged = merger.merge(batch)
                file = files.advance(store, file, merged, batch.skipped, batch.quarantined, batch.last_row)
                run.progress(_progress(run.name, file, reader))
            merger.flush()
    except BaseException:
        merger.forget()
        raise
    return file, more


def _progress(name: str, file: ImportFile, reader: BatchReader) -> Progress:
    note = f"{file.quarantined:,} rows set aside" if file.quarantined else ""
    return Progress(f"Reading {name}", reader.bytes_read, reader.size_bytes, "bytes", file.rows, note)
