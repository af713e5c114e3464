"""Having a project judged anew by a worker: asked for once at a time, and told while it waits or runs."""

from __future__ import annotations

from enum import StrEnum

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from linkstead.server.tracking.tasks import audit_project, judge_project


class Judging(StrEnum):
    """What is known of a judging that was asked for."""

    NONE = ""
    WAITING = "waiting"
    RUNNING = "running"


def judging_of(project_id: int, *, with_audit: bool = False) -> Judging:
    """Whether a project waits to be judged anew, or is judged at this moment; `with_audit`: and audited.

    One that its worker left behind counts as running until the reaper has found it.
    """
    tasks = (audit_project,) if with_audit else (audit_project, judge_project)
    asked = DBTaskResult.objects.filter(
        task_path__in=[task.module_path for task in tasks],
        status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING),
    ).values_list("status", "args_kwargs")
    # compared here: there are few of them, and the engines compare JSON each in its own way
    mine = {status for status, given in asked if given["args"] == [project_id]}
    if TaskResultStatus.RUNNING in mine:
        return Judging.RUNNING
    return Judging.WAITING if mine else Judging.NONE


def judge_soon(project_id: int) -> bool:
    """Have a worker judge a project anew; no when that is under way already."""
    if judging_of(project_id) is not Judging.NONE:
        return False
    audit_project.enqueue(project_id)
    return True
