"""What takes too long for a page: appointments of a large project."""

from __future__ import annotations

import time

from django_tasks import task

from linkstead.profile import appointments
from linkstead.server.projects.models import Project
from linkstead.server.tracking.stores import work_store


@task(priority=1)
def arrange(project_id: int) -> None:
    """Make a project's appointments, or take them back, as its row says by now. May run twice."""
    found = Project.objects.filter(pk=project_id).values_list("watching", flat=True).first()
    if found is None or found == appointments.NEVER_ASKED:
        return
    with work_store() as store:
        appointments.watch(store, project_id, on=found == appointments.WATCHED, now=int(time.time()))
