"""Work whose worker died is handed out again; work that kills its workers is given up.

The claim of a run raises its attempt number, so a worker that only seemed dead writes nothing any more.
"""

from __future__ import annotations

import logging

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from linkstead.profile import hosts
from linkstead.server.jobs.beats import alive, bury_neighbours
from linkstead.server.tracking.models import ImportRun, RunState
from linkstead.server.tracking.stores import profile_store

logger = logging.getLogger(__name__)

#: a task that took this many workers with it is not given to another one
MOST_ATTEMPTS = 5
_GIVEN_UP = (
    "This was started {attempts} times and took its process with it each time; the server's log has more."
)


def reap() -> int:
    """Hand out again what dead workers held; how many pieces of work."""
    bury_neighbours()
    living = set(alive().values_list("worker", flat=True))
    reaped = _reap_tasks(living) + _free_hosts(living)
    if reaped:
        logger.warning("%s pieces of work of dead workers were handed out again", reaped)
    return reaped


def _reap_tasks(living: set[str]) -> int:
    reaped = 0
    for task in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        holder = task.worker_ids[-1] if task.worker_ids else ""
        if holder in living:
            continue
        guarded = DBTaskResult.objects.filter(
            pk=task.pk, status=TaskResultStatus.RUNNING, worker_ids=task.worker_ids
        )
        if len(task.worker_ids) >= MOST_ATTEMPTS:
            reaped += guarded.update(
                status=TaskResultStatus.FAILED,
                finished_at=timezone.now(),
                traceback=_GIVEN_UP.format(attempts=len(task.worker_ids)),
            )
            _give_up(holder)
        else:
            reaped += guarded.update(status=TaskResultStatus.READY, started_at=None)
    return reaped


def _free_hosts(living: set[str]) -> int:
    """What dead monitors held is free again at once; their fences keep them from writing any more."""
    with profile_store() as store:
        dead = hosts.holders(store) - living
        return hosts.let_go(store, dead)


def _give_up(holder: str) -> None:
    ImportRun.objects.filter(worker=holder, state=RunState.RUNNING).update(
        state=RunState.FAILED, finished_at=timezone.now(), message=_GIVEN_UP.format(attempts=MOST_ATTEMPTS)
    )
