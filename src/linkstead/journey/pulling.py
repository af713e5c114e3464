"""Discovered in the open index: rows of a crawl become sightings of the source `common-crawl`.

A pull is kept like an imported file: its name says the crawl, its digest is that of the crawl's rows and of
what was asked for, so that pulling the same again adds nothing and a stopped pull goes on. A sighting says
what the archive held on that day; only a look proves the link.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.errors import UsageError
from linkstead.index.questions import Filters, backlinks, scope_of
from linkstead.journey.importing import ImportReport
from linkstead.journey.projects import site_of_project
from linkstead.link import Batch, Sighting
from linkstead.profile import files
from linkstead.profile.merge import Merger
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from datetime import date

    from linkstead.index.store import LinkIndex
    from linkstead.profile.files import ImportFile
    from linkstead.profile.store import Store

SOURCE: Final = "common-crawl"
#: Rows of one question and one transaction.
AT_ONCE: Final = 5_000


def pull_links(
    store: Store,
    project_id: int,
    index: LinkIndex,
    *,
    now: int,
    filters: Filters | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> ImportReport:
    """Pull the links to a project's site out of one crawl (the newest unless the filters name one).

    Raises `UsageError` when the index has no crawl, `StoreError` when it cannot be read.
    """
    filters = filters or Filters()
    crawls = index.crawls()
    crawl = filters.crawl or (crawls[-1] if crawls else "")
    said = index.manifest.crawl(crawl)
    if said is None:
        known = ", ".join(crawls) or "none yet; build one with `linkstead index build`"
        raise UsageError(f"The index has no crawl “{crawl}”; it has {known}.")
    site = site_of_project(store, project_id)
    name = f"Common Crawl {crawl}"
    digest = hashlib.sha256(json.dumps([said.content_hash, site, asdict(filters)]).encode()).hexdigest()
    file = files.begin(store, project_id, name=name, sha256=digest, size=0, facts={"source": SOURCE}, now=now)
    report = ImportReport(name, already=file.state == files.DONE)
    before = file.new_links
    if not report.already:
        asked = Filters(**{**asdict(filters), "crawl": crawl})
        hooks = _Hooks(now, progress, should_stop)
        file = _read(
            Merger(store, project_id, source=SOURCE, file_id=file.id, use_metric=False),
            store,
            index,
            site,
            asked,
            file,
            hooks,
        )
    report.stopped = file.state == files.STOPPED
    report.new_links = file.new_links - before
    report.add(file)
    return report


class _Hooks(NamedTuple):
    now: int
    progress: ProgressSink
    should_stop: StopAsked


def _read(
    merger: Merger,
    store: Store,
    index: LinkIndex,
    site: str,
    filters: Filters,
    file: ImportFile,
    hooks: _Hooks,
) -> ImportFile:
    """Merge page by page, each in one transaction with the number of its last row."""
    scope, more = scope_of(site), True
    while more:
        if hooks.should_stop():
            return files.finish(store, file, files.Ending(files.STOPPED, hooks.now))
        page = backlinks(index, scope, filters, limit=AT_ONCE, start=file.done_row)
        batch = _batch(page.as_dicts(), file.done_row, filters.crawl or "")
        try:
            with store.transaction():
                store.take_turns([merger.project_id])
                merged = merger.merge(batch)
                file = files.advance(store, file, merged, batch.skipped, [], batch.last_row)
                merger.flush()
        except BaseException:
            merger.forget()
            raise
        hooks.progress(Progress(f"Pulling {file.name}", file.done_row, None, "links"))
        more = page.more
    return files.finish(store, file, files.Ending(files.DONE, hooks.now))


def _batch(rows: list[dict[str, Any]], done: int, crawl: str) -> Batch:
    batch = Batch(last_row=done + len(rows))
    for number, row in enumerate(rows, done + 1):
        batch.sightings.append(_sighting(row, number, crawl))
    return batch


def _sighting(row: dict[str, Any], number: int, crawl: str) -> Sighting:
    rel = str(row["rel"]).split()
    seen = _seconds(datetime.fromisoformat(row["crawled"]).date())
    metrics = {"common-crawl.crawl": crawl}
    if row["authority"] is not None:
        metrics["common-crawl.domain_authority"] = row["authority"]
    return Sighting(
        row=number,
        page_url=row["source_url"],
        page_domain=row["source_domain"],
        target_url=row["target_url"],
        anchor_text=row["anchor"],
        title=None,
        language=row["language"],
        # the page's own directive forbids following as the link's does
        nofollow="nofollow" in rel or "nofollow" in row["robots"],
        ugc="ugc" in rel,
        sponsored="sponsored" in rel,
        link_type=row["type"],
        placement=row["placement"],
        first_seen=seen,
        last_seen=seen,
        lost_at=None,
        lost_reason=None,
        http_status=200,
        page_metric=None,
        domain_metric=None,
        metrics=json.dumps(metrics),
    )


def _seconds(day: date) -> int:
    """The first second of a day, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
