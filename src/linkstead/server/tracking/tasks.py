"""Work for `linkstead work`, as Django tasks. Each may run twice: the rows decide what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_tasks import task

from linkstead.server.tracking.models import RunState

if TYPE_CHECKING:
    from django_tasks.base import TaskContext


@task(takes_context=True)
def import_upload(context: TaskContext, run_id: int, project_id: int) -> str:
    """Import an uploaded file; then judge its project anew."""
    from linkstead.server.tracking.importing import run_import

    worker_ids = context.task_result.worker_ids
    state = run_import(run_id, worker_ids[-1] if worker_ids else "")
    if state == RunState.WAITING:
        import_upload.enqueue(run_id, project_id)
    # None: it ended, perhaps just before its worker was killed; judging once more does no harm
    if state in {RunState.DONE, RunState.CANCELLED, None}:
        audit_project.enqueue(project_id)
    return str(state)


@task(priority=-1)
def audit_project(project_id: int) -> None:
    """Judge a project anew, unless it is gone."""
    from linkstead.server.projects.models import Project
    from linkstead.server.tracking.importing import refresh_audit

    if Project.objects.filter(pk=project_id).exists():
        refresh_audit(project_id)


@task(priority=-2)
def judge_project(project_id: int) -> None:
    """Judge what changed in a project, unless it is gone; no audit is made."""
    from linkstead.server.projects.models import Project
    from linkstead.server.tracking.importing import judge_changed

    if Project.objects.filter(pk=project_id).exists():
        judge_changed(project_id)
