"""What people ask of the monitor: watch or not, leave a host alone, look at its links now."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now
from django.http import Http404

from linkstead.errors import UsageError
from linkstead.profile import appointments
from linkstead.profile import watching as profile_watching
from linkstead.server.projects.services import set_watching
from linkstead.server.tracking import services as tracking
from linkstead.server.tracking.models import OPEN, VerifyRun
from linkstead.server.tracking.stores import profile_store
from linkstead.server.watching import tasks

if TYPE_CHECKING:
    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project

_LARGEST = 2**63 - 1
#: pages whose appointments are made while somebody waits for the page
_MOST_AT_ONCE = 10_000
#: as in jobs.beats: a process that was silent this long counts as dead
_LEASE = dt.timedelta(seconds=60)


def watch(project: Project, *, on: bool) -> None:
    """Look at a project's links on schedule from now on, or cease.

    Appointments of many pages take longer than a page may: a worker makes them, or takes them back.
    """
    with profile_store() as store:
        if not profile_watching.has_more_pages(store, project.pk, _MOST_AT_ONCE):
            appointments.watch(store, project.pk, on=on, now=int(time.time()))
            return
    with transaction.atomic():
        set_watching(project, appointments.WATCHED if on else appointments.NOT_WATCHED)
        tasks.arrange.enqueue(project.pk)


def pause(project: Project, domain_id: int) -> str:
    """Leave a host alone; its name. Raises `Http404` when it is none of the project's."""
    name = _name_of(project, domain_id)
    with profile_store() as store:
        appointments.pause(store, project.pk, domain_id, now=int(time.time()))
    return name


def resume(project: Project, domain_id: int) -> str:
    """Look at a paused host again; its name. Raises `Http404` when it is none of the project's."""
    name = _name_of(project, domain_id)
    with profile_store() as store:
        appointments.resume(store, project.pk, domain_id, now=int(time.time()))
    return name


def check_host(project: Project, user: User, domain_id: int) -> str:
    """Have a host's links looked at; what was begun, in a sentence. Raises `UsageError` and `Http404`."""
    name = _name_of(project, domain_id)
    with profile_store() as store:
        found = profile_watching.links_of_host(store, project.pk, domain_id, limit=tracking.MOST_CHOSEN)
    if found.paused:
        raise UsageError(f"{name} is paused; resume it first.")
    if not found.ids:
        raise UsageError(f"No link on a known page of {name} is left to look at.")
    tracking.request_check(project, user, found.ids)
    if len(found.ids) < found.links:
        return (
            f"{len(found.ids):,} of the {found.links:,} links of {name} are being looked at: "
            "those that have waited longest."
        )
    if found.links == 1:
        return f"The one link of {name} is being looked at."
    return f"All {found.links:,} links of {name} are being looked at."


def cancel(project: Project, run_id: int) -> None:
    """Stop one check of a project. Raises `Http404` when it is none of them, `UsageError` when ended."""
    run = VerifyRun.objects.filter(project=project, pk=run_id).first() if run_id <= _LARGEST else None
    if run is None:
        raise Http404("There is no such check.")
    tracking.cancel(run)


def checks_of(project: Project) -> list[VerifyRun]:
    """The open checks of a project, and the last one that has ended."""
    mine = VerifyRun.objects.filter(project=project).order_by("-pk")
    return [*mine.filter(state__in=OPEN)[: tracking.MOST_OPEN + 1], *mine.exclude(state__in=OPEN)[:1]]


def monitors_alive() -> int:
    """How many monitor processes have given a sign of life within their lease."""
    # the rows are those of `jobs`, a higher layer; asked for by name
    beat = apps.get_model("jobs", "Beat")
    lease = ExpressionWrapper(Now() - _LEASE, output_field=DateTimeField())
    return int(beat.objects.filter(kind="monitor", beat_at__gte=lease).count())


def _name_of(project: Project, domain_id: int) -> str:
    with profile_store() as store:
        name = profile_watching.host_name(store, project.pk, domain_id) if domain_id <= _LARGEST else None
    if name is None:
        raise Http404("This project has no such referring domain.")
    return name
