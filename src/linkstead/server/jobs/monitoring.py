"""`linkstead monitor`: look at links, for those who asked and for those whose time has come.

Projects take turns in bounded slices. Links are looked at by themselves only in projects where somebody
has asked for a look before: links in doubt again after a day, all others after a week.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import TYPE_CHECKING

from django.db import OperationalError, close_old_connections, connection
from django.db.models import F, Max
from django.utils import timezone

from linkstead.errors import UsageError
from linkstead.link import LinkStatus
from linkstead.profile.codes import STATE_CODE
from linkstead.server import stopping
from linkstead.server.jobs.beats import beating
from linkstead.server.jobs.duties import Duty, patiently
from linkstead.server.jobs.housekeeping import tidy
from linkstead.server.jobs.reaper import reap
from linkstead.server.projects.models import Project
from linkstead.server.tracking import services, tasks
from linkstead.server.tracking.models import OPEN, RunState, VerifyRun
from linkstead.server.tracking.verifying import run_slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

logger = logging.getLogger(__name__)

IDLE_SECONDS = 2.0
REAP_SECONDS = 15.0
LOOK_FOR_DUE_SECONDS = 60.0
TIDY_SECONDS = 3_600.0
DOUBT_AGAIN = dt.timedelta(hours=20)
ALL_AGAIN = dt.timedelta(days=7)


def monitor(*, until_idle: bool = False) -> int:
    """Run until asked to stop, or until nothing is open; how many slices were run."""
    slices = 0
    duties = (Duty(reap, REAP_SECONDS), Duty(open_due_checks, LOOK_FOR_DUE_SECONDS), Duty(tidy, TIDY_SECONDS))
    with beating("monitor") as worker:
        while not stopping.ASKED.is_set():
            close_old_connections()
            did = patiently(lambda: _one_turn(worker, duties))
            slices += bool(did)
            if not did and until_idle:
                break
            if not did:
                stopping.ASKED.wait(IDLE_SECONDS)
    return slices


def _one_turn(worker: str, duties: Iterable[Duty]) -> bool:
    """A slice of the run that has waited longest; whether there was one."""
    for duty in duties:
        duty.do_if_due(time.monotonic())
    open_requested_checks()
    waiting = VerifyRun.objects.filter(state=RunState.WAITING)
    longest = waiting.order_by(F("started_at").asc(nulls_first=True), "pk").first()
    if longest is None:
        return False
    try:
        state = run_slice(longest.pk, worker, others_wait=waiting.count() > 1)
    except OperationalError:
        raise
    except Exception:
        logger.exception("verification %s failed", longest.pk)
        return True
    if state in {RunState.DONE, RunState.CANCELLED}:
        tasks.audit_project.enqueue(longest.project_id)
    return True


def open_requested_checks() -> int:
    """Open a check for every project whose row asks for one; how many."""
    opened = 0
    for project in Project.objects.exclude(verify_requested_at=None):
        Project.objects.filter(pk=project.pk, verify_requested_at=project.verify_requested_at).update(
            verify_requested_at=None
        )
        opened += _open(project)
    return opened


def open_due_checks() -> int:
    """Open a check for every project whose links' time has come; how many."""
    return sum(_open(project) for project in _due_projects())


def _open(project: Project) -> int:
    try:
        services.request_check(project, None)
    except UsageError:
        return 0
    return 1


def _due_projects() -> Iterator[Project]:
    now = timezone.now()
    ended = (
        VerifyRun.objects.filter(state=RunState.DONE)
        .values("project_id")
        .annotate(last=Max("finished_at"))
        .exclude(project_id__in=VerifyRun.objects.filter(state__in=OPEN).values("project_id"))
    )
    for row in ended:
        age = now - row["last"]
        if age > ALL_AGAIN or (age > DOUBT_AGAIN and _in_doubt(row["project_id"])):
            yield Project.objects.get(pk=row["project_id"])


def _in_doubt(project_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM backlink WHERE project_id = %s AND state = %s LIMIT 1",
            [project_id, STATE_CODE[LinkStatus.IN_DOUBT.value]],
        )
        return cursor.fetchone() is not None
