"""From the graph to pages without a crawl: captures of chosen referring domains, fetched record by record.

    report = gather(CaptureJob("example.com", "CC-MAIN-2026-21", domains), folder, opener, now=now)

The URL index says where a domain's pages lie in the crawl's archives; just those records are fetched by
range, their links to the site are extracted as `index build` would, and appended to the index as a crawl of
its own. One request at a time, with a pause, within a budget. What is done stays done: another call goes on.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow.parquet as pq

from linkstead.errors import FileRefused, InputError
from linkstead.index.captures import Capture, Chosen, question, read_answer, read_columnar
from linkstead.index.inputs import is_remote
from linkstead.index.records import harvest
from linkstead.index.schema import ROWS
from linkstead.index.store import open_or_create
from linkstead.monitor.download import DownloadFailed
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent
from linkstead.urls import reverse_host, site_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkstead.index.manifest import Crawl
    from linkstead.journey.archives import ArchiveOpener
    from linkstead.monitor.remote_file import SyncDownloader

#: Where Common Crawl answers and keeps its archives (commoncrawl.org/get-started).
INDEX: Final = "https://index.commoncrawl.org"
DATA: Final = "https://data.commoncrawl.org"
#: The pause between two requests to a host, in seconds.
PAUSE: Final = 1.0
_ANSWER_BYTES: Final = 64 << 20
#: Records between two marks: so much is fetched again after a kill.
_AT_ONCE: Final = 25
_NOT_THERE: Final = 404
_BAD_REQUEST: Final = 400
#: What the CDX API says (with 404) of a domain that the crawl has not.
_NO_CAPTURES: Final = b"no captures"
#: One read of a columnar file: column chunks have some 100 KB to 5 MB.
_COLUMN_BYTES: Final = 1 << 20
#: Pages of the CDX API that are asked for of one domain; each has some 15,000 captures.
_MOST_ANSWERS: Final = 4


@dataclass(frozen=True, slots=True)
class CaptureJob:
    """What to look for: links to `site` on pages of `domains`, at most `pages` a domain, in one crawl.

    `columnar` are files of the columnar index, used instead of the CDX API at `index`; `data` is the root
    of the archives: an address, s3://bucket or a folder. `into` names the crawl that the rows become.
    """

    site: str
    crawl: str
    domains: tuple[str, ...]
    pages: int = 100
    index: str = INDEX
    columnar: tuple[str, ...] = ()
    data: str = DATA
    into: str = ""

    @property
    def name(self) -> str:
        return self.into or f"{self.crawl}-captures"


@dataclass(slots=True)
class Budget:
    """What one run may spend; None: no limit."""

    requests: int | None = None
    megabytes: int | None = None
    used_requests: int = 0
    used_bytes: int = 0

    def spent(self) -> str | None:
        """Which limit is reached, in words."""
        if self.requests is not None and self.used_requests >= self.requests:
            return f"{self.requests:,} requests"
        if self.megabytes is not None and self.used_bytes >= self.megabytes * 1_000_000:
            return f"{self.megabytes:,} MB"
        return None

    @contextmanager
    def spending(self, web: SyncDownloader) -> Iterator[None]:
        """Count what a client does meanwhile."""
        requests, size = web.requests, web.wire_bytes
        try:
            yield
        finally:
            self.used_requests += web.requests - requests
            self.used_bytes += web.wire_bytes - size


@dataclass(slots=True)
class Gathered:
    """What a run brought: domains done and left, counts by reason, the crawl, and why it ended early."""

    done: int = 0
    left: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    crawl: Crawl | None = None
    ended: str = ""


class _EndedEarly(Exception):
    """Carries the reason."""


def gather(
    job: CaptureJob,
    folder: Path,
    opener: ArchiveOpener,
    *,
    now: int,
    budget: Budget | None = None,
    authority: Path | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Gathered:
    """Look the captures up, fetch them, and append their links to the index in `folder`.

    A budget that is spent, a server that sends us away, or somebody who asks to stop ends a run early: what
    it found is in the index, and the next call goes on. Raises `InputError` when nothing can be had at all.
    """
    index = open_or_create(folder)
    run = _Run(job, folder, opener, budget or Budget(), progress, should_stop)
    said = Gathered()
    try:
        run.look_up()
        run.fetch()
    except _EndedEarly as ended:
        said.ended = str(ended)
    except DownloadFailed as error:
        if not error.passing:
            raise
        said.ended = str(error)
    said.counts = run.counts()
    said.done = sum(run.is_done(domain) for domain in job.domains)
    said.left = len(job.domains) - said.done
    rows = run.rows()
    said.crawl = (
        index.append(job.name, rows, now=now, counts=said.counts, sources=[job.crawl], authority=authority)
        if rows
        else index.manifest.crawl(job.name)
    )
    for path in rows:
        path.unlink()
    if not said.left:
        shutil.rmtree(run.place, ignore_errors=True)
    return said


class _Run:
    """One run over a job's state on disk: captures per domain, rows per batch, marks."""

    def __init__(
        self,
        job: CaptureJob,
        folder: Path,
        opener: ArchiveOpener,
        budget: Budget,
        progress: ProgressSink,
        stop: StopAsked,
    ) -> None:
        self.job, self.opener, self.budget = job, opener, budget
        self.progress, self.stop = progress, stop
        key = hashlib.sha256(json.dumps(asdict(job)).encode()).hexdigest()[:16]
        self.place = folder / ".captures" / key
        self.place.mkdir(parents=True, exist_ok=True)
        self._only = frozenset({reverse_host(site_of(job.site))})
        self._new: Counter[str] = Counter()
        self._fetched = 0

    def is_done(self, domain: str) -> bool:
        """Whether every capture of a domain was looked into."""
        captures = self._captures(domain)
        return captures is not None and self._at(domain) >= len(captures)

    def rows(self) -> list[Path]:
        """Rows that are not in the index yet."""
        return sorted(self.place.glob("*.parquet"))

    def counts(self) -> Counter[str]:
        """What this run counted."""
        return Counter({reason: count for reason, count in self._new.items() if count})

    def look_up(self) -> None:
        """Captures of every domain, from one form of the index or the other."""
        waiting = [domain for domain in self.job.domains if self._captures(domain) is None]
        if not waiting:
            return
        if self.job.columnar:
            self._look_up_columnar(waiting)
            return
        endpoint = f"{self.job.index.rstrip('/')}/{self.job.crawl}-index"
        with self.opener.client(endpoint) as web:
            for number, domain in enumerate(waiting):
                self._tell("Asking the URL index", number, len(waiting), "domains")
                chosen = Chosen(self.job.pages)
                for page in range(_MOST_ANSWERS):
                    self._go_on()
                    with self.budget.spending(web):
                        more = self._answered(web, endpoint, domain, page, chosen)
                    if not more:
                        break
                self._found(domain, chosen)
                self._new.update(chosen.counts)

    def _answered(self, web: SyncDownloader, endpoint: str, domain: str, page: int, chosen: Chosen) -> bool:
        """One page of the CDX API's answer; whether there may be another."""
        try:
            body = web.whole(question(endpoint, domain, page), _ANSWER_BYTES)
        except DownloadFailed as error:
            if page and error.status in (_NOT_THERE, _BAD_REQUEST):
                return False  # there is no such page of the answer
            if error.status == _NOT_THERE and _NO_CAPTURES in error.said.lower():
                return False
            if error.status == _NOT_THERE:
                raise InputError(
                    f"{endpoint} is no URL index; name a crawl as the index does, such as CC-MAIN-2026-21."
                ) from error
            raise
        return read_answer(body, {domain}, chosen) > 0 and len(chosen.of(domain)) < self.job.pages

    def _look_up_columnar(self, waiting: list[str]) -> None:
        """All domains in one pass over the index's files."""
        chosen = Chosen(self.job.pages)
        wanted = frozenset(waiting)
        for number, name in enumerate(self.job.columnar):
            self._tell("Reading the URL index", number, len(self.job.columnar), "files")
            with (
                self.opener.client(name) as web,
                self.budget.spending(web),
                self.opener.parts(name, web, _COLUMN_BYTES) as stream,
            ):
                for _ in read_columnar(stream, name, wanted, chosen):
                    self._go_on()
        for domain in waiting:
            self._found(domain, chosen)
        self._new.update(chosen.counts)

    def fetch(self) -> None:
        """Records of every capture that was not looked into yet, batch after batch."""
        total = sum(len(self._captures(domain) or ()) for domain in self.job.domains)
        done = sum(self._at(domain) for domain in self.job.domains)
        root = self.job.data.rstrip("/")
        with self.opener.client(root) as web:
            for domain in self.job.domains:
                captures = self._captures(domain) or []
                while (first := self._at(domain)) < len(captures):
                    self._go_on()
                    done += self._extract(web, root, domain, first, captures[first : first + _AT_ONCE])
                    self._tell("Fetching pages from the archive", done, total, "pages")

    def _extract(self, web: SyncDownloader, root: str, domain: str, first: int, batch: list[Capture]) -> int:
        """One batch, or what the budget leaves of it: rows in a file, then the mark; how many records."""
        counts: Counter[str] = Counter()
        path = self.place / f"{domain}.{first}.parquet"
        beside = path.with_suffix(".new")
        rows = done = 0
        with pq.ParquetWriter(beside, ROWS, compression="lz4") as writer:
            for capture in batch:
                if done and self.budget.spent():
                    break
                done += 1
                with self.budget.spending(web):
                    record = self._record(web, root, capture, counts)
                if record is None:
                    continue
                try:
                    for found in harvest(io.BytesIO(record), capture.filename, only=self._only):
                        counts.update(found.counts)
                        rows += found.rows.num_rows
                        writer.write_batch(found.rows)
                except FileRefused:
                    counts["captures damaged"] += 1
        if rows:
            beside.replace(path)
        else:
            beside.unlink()
        self._mark(domain, first + done)
        self._new.update(counts)
        return done

    def _record(self, web: SyncDownloader, root: str, capture: Capture, counts: Counter[str]) -> bytes | None:
        """The bytes of one record; None, counted, when the archive has them no more."""
        address = f"{root}/{capture.filename}"
        try:
            if is_remote(root):
                body = web.part(self.opener.url(address), capture.offset, capture.length).body
            else:
                body = _read(address, self.opener, capture)
        except DownloadFailed as error:
            if error.status != _NOT_THERE:
                raise
            body = b""
        counts["captures fetched" if body else "captures gone"] += 1
        return body or None

    def _go_on(self) -> None:
        if self.stop():
            raise _EndedEarly("stopped")
        spent = self.budget.spent()
        if spent is not None:
            raise _EndedEarly(f"the budget of {spent} is spent")

    def _tell(self, step: str, done: int, total: int, unit: str) -> None:
        self.progress(Progress(step, done, total, unit, note=f"{self.budget.used_requests:,} requests"))

    def _captures(self, domain: str) -> list[Capture] | None:
        path = self.place / f"{domain}.captures.json"
        if not path.is_file():
            return None
        return [Capture(**said) for said in json.loads(path.read_text(encoding="utf-8"))]

    def _found(self, domain: str, chosen: Chosen) -> None:
        captures = [asdict(capture) for capture in chosen.of(domain)]
        if not captures:
            self._new["domains without captures"] += 1
        self._write(self.place / f"{domain}.captures.json", json.dumps(captures))

    def _at(self, domain: str) -> int:
        path = self.place / f"{domain}.done"
        return int(path.read_text(encoding="utf-8")) if path.is_file() else 0

    def _mark(self, domain: str, done: int) -> None:
        self._write(self.place / f"{domain}.done", str(done))

    @staticmethod
    def _write(path: Path, text: str) -> None:
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)


def _read(address: str, opener: ArchiveOpener, capture: Capture) -> bytes:
    with opener(address) as file:
        file.seek(capture.offset)
        return file.read(capture.length)


def _domains(text: str) -> Iterator[str]:
    for line in text.splitlines():
        name = line.partition("#")[0].strip()
        if name:
            yield site_of(name)


def read_domains(text: str) -> list[str]:
    """Domains of a list, one a line, each once. Raises `InputError`."""
    found = list(dict.fromkeys(_domains(text)))
    if not found:
        raise InputError("The list names no domain; write one a line.")
    return found
