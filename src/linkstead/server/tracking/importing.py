"""What a worker does with an uploaded file."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings

from linkstead.errors import FileRefused, LinksteadError, MappingNeeded
from linkstead.journey import audit_profile, import_file
from linkstead.journey.incidents import keep_incidents
from linkstead.journey.judged_domains import judge_domains
from linkstead.journey.lists import read_lists
from linkstead.profile import search
from linkstead.profile.files import all_files
from linkstead.server.tracking import runs
from linkstead.server.tracking.models import ImportRun, RunState
from linkstead.server.tracking.stores import Fenced, work_store
from linkstead.server.tracking.uploads import remove_stored, stored_path
from linkstead.server.tracking.watching import Watch
from linkstead.server.webgraph import loaded_graph

if TYPE_CHECKING:
    from linkstead.journey import ImportReport
    from linkstead.profile.store import Store

logger = logging.getLogger(__name__)


def run_import(run_id: int, worker: str) -> RunState | None:
    """Import a file, or go on with it. The state it is in then; None when it is somebody else's."""
    run = runs.claim(ImportRun, run_id, worker)
    if run is None:
        return None
    try:
        return _import(run)
    except Fenced:
        logger.warning("import %s was taken over by another worker", run_id)
        return None
    except MappingNeeded as unknown:
        return _end(run, RunState.NEEDS_MAPPING, message=str(unknown), unknown_table=_unknown(unknown))
    except FileRefused as refused:
        return _end_for_good(run, RunState.REFUSED, message=str(refused))
    except LinksteadError as error:
        return _end(run, RunState.FAILED, message=str(error))
    except Exception:
        _end(
            run, RunState.FAILED, message="An error in Linkstead ended this import; the server's log has it."
        )
        raise


def _import(run: ImportRun) -> RunState | None:
    fence = runs.fence_of(run)
    with work_store(fence) as store:
        watch = Watch(store, fence)
        report = _pull(run, store, watch) if run.crawl else _read(run, store, watch)
        facts = _facts(report, _new_links(store, run.project_id, report))
    if not report.stopped:
        return _end_for_good(run, RunState.DONE, done=run.size, total=run.size, unit="bytes", **facts)
    runs.note(run, **facts)
    if watch.cancelled:
        return _end(run, RunState.CANCELLED, message="Cancelled. What was read stays; run it again to go on.")
    return RunState.WAITING if runs.put_back(run) else None


def _read(run: ImportRun, store: Store, watch: Watch) -> ImportReport:
    return import_file(
        store,
        run.project_id,
        stored_path(run.stored_name),
        now=int(time.time()),
        name=run.shown_name,
        mapping=run.mapping,
        progress=watch.tell,
        should_stop=watch.should_stop,
    )


def _pull(run: ImportRun, store: Store, watch: Watch) -> ImportReport:
    from linkstead.index.questions import Filters
    from linkstead.index.store import open_index
    from linkstead.journey.pulling import pull_links

    return pull_links(
        store,
        run.project_id,
        open_index(settings.LINKSTEAD.index),
        now=int(time.time()),
        filters=Filters(crawl=run.crawl),
        progress=watch.tell,
        should_stop=watch.should_stop,
    )


def _new_links(store: Store, project_id: int, report: ImportReport) -> int:
    """What the file brought over all attempts: a report counts the last one alone."""
    if report.already:
        return 0
    return sum(file.new_links for file in all_files(store, project_id) if file.id in report.file_ids)


def _facts(report: ImportReport, new_links: int) -> dict[str, Any]:
    return {
        "sources": list(dict.fromkeys(report.sources)),
        "rows": report.rows,
        "sightings": report.sightings,
        "new_links": new_links,
        "quarantined": report.quarantined,
        "skipped": report.skipped,
        "file_ids": report.file_ids,
        "already": report.already,
    }


def _unknown(unknown: MappingNeeded) -> dict[str, Any]:
    return {
        "columns": list(unknown.columns),
        "fingerprint": unknown.fingerprint,
        "proposal": dict(unknown.proposal),
    }


def _end(run: ImportRun, state: RunState, **facts: Any) -> RunState | None:  # noqa: ANN401 - columns of the model
    return state if runs.finish(run, state, **facts) else None


def _end_for_good(run: ImportRun, state: RunState, **facts: Any) -> RunState | None:  # noqa: ANN401 - columns of the model
    """End a run whose file is needed no more.

    In this order: a process that dies in between leaves a file behind, never an open run without its file.
    """
    ended = _end(run, state, **facts)
    if ended is not None and run.stored_name:
        remove_stored(run.stored_name)
    return ended


def refresh_audit(project_id: int) -> None:
    """Bring what pages search and show up to date: words of new links, judgements, audit, incidents.

    Domains and links are judged first: the audit speaks of what was made of them.
    """
    with work_store() as store:
        search.refresh(store)
        _judge(store, project_id)
        audit_profile(store, project_id, now=int(time.time()))
        keep_incidents(store, project_id, now=int(time.time()))


def judge_changed(project_id: int) -> None:
    """Judge the domains and links of which anything changed, such as by the looks of the last day."""
    with work_store() as store:
        _judge(store, project_id)


def _judge(store: Store, project_id: int) -> None:
    judge_domains(
        store,
        project_id,
        now=int(time.time()),
        graph=loaded_graph(settings.LINKSTEAD),
        lists=read_lists(settings.LINKSTEAD.lists),
    )
