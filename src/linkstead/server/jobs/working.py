"""`linkstead work`: take one task after the other. Many may run, on one machine or several."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from linkstead.server import stopping
from linkstead.server.jobs.beats import beating
from linkstead.server.jobs.duties import Duty, patiently
from linkstead.server.jobs.reaper import reap

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
REAP_SECONDS = 15.0


def work(*, until_idle: bool = False) -> int:
    """Work until asked to stop, or until there is nothing to do; how many tasks were done."""
    done = 0
    duty = Duty(reap, REAP_SECONDS)
    with beating("work") as worker_id:
        while not stopping.ASKED.is_set():
            close_old_connections()
            patiently(lambda: duty.do_if_due(time.monotonic()))
            if patiently(lambda: do_one(worker_id)):
                done += 1
            elif until_idle:
                break
            else:
                stopping.ASKED.wait(IDLE_SECONDS)
    return done


def do_one(worker_id: str) -> bool:
    """Take a waiting task and do it; whether there was one."""
    task = _claim(worker_id)
    if task is None:
        return False
    # its own way of running a task: results, errors and signals are kept as its documentation says
    runner = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    )
    runner.run_task(task)
    if task.traceback:
        logger.error("task %s failed: %s", task.task_path, task.traceback)
    return True


def _claim(worker_id: str) -> DBTaskResult[..., Any] | None:
    with exclusive_transaction():
        task: DBTaskResult[..., Any] | None = (
            DBTaskResult.objects.ready().filter(backend_name="default").get_locked()
        )
        if task is not None:
            task.claim(worker_id)
        return task
