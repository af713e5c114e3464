"""What the monitor does for a verification, one bounded slice at a time."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.conf import settings

from linkstead.errors import LinksteadError
from linkstead.journey import Chosen, verify_links
from linkstead.journey.fetching import fetch_settings
from linkstead.server import stopping
from linkstead.server.tracking import runs
from linkstead.server.tracking.models import RunState, VerifyRun
from linkstead.server.tracking.stores import Fenced, work_store
from linkstead.server.tracking.watching import Watch

if TYPE_CHECKING:
    from linkstead.journey import VerifyReport
    from linkstead.profile.store import Store

logger = logging.getLogger(__name__)

#: a slice ends after this long when other projects wait
SLICE_SECONDS = 60.0
#: links looked at shortly before somebody asked are not looked at again
FRESH_SECONDS = 3_600
_BROKEN = "An error in Linkstead ended this check; the server's log has it."


def run_slice(run_id: int, worker: str, *, others_wait: bool = False) -> RunState | None:
    """Look at pages until all are done, somebody stops us or the turn is over."""
    run = runs.claim(VerifyRun, run_id, worker)
    if run is None:
        return None
    try:
        return _slice(run, others_wait=others_wait)
    except (Fenced, LinksteadError, ExceptionGroup) as error:
        told = _plain(error)
        if isinstance(told, Fenced):
            logger.warning("verification %s was taken over by another process", run_id)
            return None
        _end(run, RunState.FAILED, message=str(told) if isinstance(told, LinksteadError) else _BROKEN)
        if isinstance(told, LinksteadError):
            return RunState.FAILED
        raise
    except Exception:
        _end(run, RunState.FAILED, message=_BROKEN)
        raise


def _plain(error: Exception) -> Exception:
    """What really happened: tasks that run side by side wrap their errors in groups."""
    while isinstance(error, ExceptionGroup):
        known = error.subgroup((Fenced, LinksteadError))
        error = (known or error).exceptions[0]
    return error


def _slice(run: VerifyRun, *, others_wait: bool) -> RunState | None:
    fence = runs.fence_of(run)
    over_at = time.monotonic() + SLICE_SECONDS
    with work_store(fence) as store:
        watch = Watch(store, fence, turn_over=lambda: others_wait and time.monotonic() > over_at)
        report = verify_links(
            store,
            run.project_id,
            fetch_settings(settings.LINKSTEAD),
            progress=watch.tell,
            should_stop=watch.should_stop,
            chosen=_chosen(run),
        )
        left = report.stopped and (report.left or _pages_left(store, run))
    runs.note(run, **_facts(run, report))
    if watch.cancelled:
        return _end(run, RunState.CANCELLED, message="Cancelled. What was looked at stays.")
    if left or (report.stopped and stopping.ASKED.is_set()):
        return RunState.WAITING if runs.put_back(run) else None
    return _end(run, RunState.DONE)


def _chosen(run: VerifyRun) -> Chosen:
    if run.backlink_ids is not None:
        return Chosen(backlink_ids=run.backlink_ids)
    # the same moment in every slice: what this run has looked at is not due again
    asked_at = int(run.created_at.timestamp())
    return Chosen(recheck_after=max(0, int(time.time()) - asked_at + FRESH_SECONDS))


def _pages_left(store: Store, run: VerifyRun) -> int:
    row = store.one("SELECT count(*) FROM backlink WHERE project_id = ?", (run.project_id,))
    return 0 if row is None else int(row[0])


def _facts(run: VerifyRun, report: VerifyReport) -> dict[str, Any]:
    return {
        "pages": run.pages + report.pages,
        "links": run.links + report.links,
        "targets": run.targets + report.targets,
        "outcomes": dict(Counter(run.outcomes) + Counter(report.outcomes)),
    }


def _end(run: VerifyRun, state: RunState, **facts: Any) -> RunState | None:  # noqa: ANN401 - columns of the model
    return state if runs.finish(run, state, **facts) else None
