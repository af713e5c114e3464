"""The monitor of a project: figures, checks, hosts. Viewers read; editors and admins pause and ask.

Templates and what they are given:

* `watching/monitor.html`: project, may_ask (bool), is_watched, nothing_yet (no link is known), the names of
  `watching/now.html`, looks (a chart, or None), outcomes, tabs, show, hosts, name, next_url, is_first, empty,
  incidents
* `watching/now.html`: figures, checks (VerifyRun), monitors (int), doubt (an open incident, or None); it asks
  itself anew every few seconds
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from linkstead.errors import UsageError
from linkstead.profile import appointments
from linkstead.profile import watching as profile_watching
from linkstead.server.accounts.views import signed_in
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Project, Role
from linkstead.server.tracking import services as tracking
from linkstead.server.tracking.stores import profile_store
from linkstead.server.watching import services, showing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from linkstead.profile.store import Store
    from linkstead.profile.watching import MonitorFigures

PAGE_ROWS = 50
_LONGEST_NAME = 253
#: how often the figures ask themselves anew (seconds): soon while something goes on, else now and then
BUSY_SECONDS, CALM_SECONDS = 2, 10
#: incidents that ended longer ago than this are not shown
_SHOWN_INCIDENTS = 30 * 86_400


@with_project()
@require_safe
def monitor(request: HttpRequest, project: Project) -> HttpResponse:
    """What is due, running, slow and blocked, by host."""
    moment = int(time.time())
    with profile_store() as store:
        known = profile_watching.figures(store, project.pk, now=moment)
        context = _around(request, project) | _now(store, project, known, moment)
        context |= _hosts(store, request, project, known, moment)
    context |= {
        "known": known,
        "looks": showing.looks_drawing(known.by_hour, _hour_names(known)) if known.looks else None,
        "outcomes": [(word, known.looks.get(word, 0)) for word in showing.OUTCOMES if known.looks.get(word)],
    }
    return render(request, "watching/monitor.html", context)


@with_project()
@require_safe
def now(request: HttpRequest, project: Project) -> HttpResponse:
    """The part of the page that changes from second to second."""
    moment = int(time.time())
    with profile_store() as store:
        known = profile_watching.figures(store, project.pk, now=moment)
        context = _around(request, project) | _now(store, project, known, moment)
    return render(request, "watching/now.html", context)


@with_project(Role.EDITOR)
@require_POST
def watch(request: HttpRequest, project: Project) -> HttpResponse:
    """Look at the links on schedule (`on` is yes), or cease."""
    on = request.POST.get("on") == "yes"
    services.watch(project, on=on)
    told = (
        "The links are looked at on schedule from now on."
        if on
        else "Nothing is looked at on schedule any more. Checks that somebody asked for go on."
    )
    messages.success(request, told)
    return _back(request, project)


@with_project(Role.EDITOR)
@require_POST
def check_all(request: HttpRequest, project: Project) -> HttpResponse:
    """Have every link looked at that was not looked at within the hour."""
    try:
        tracking.request_check(project, signed_in(request))
    except UsageError as error:
        messages.error(request, str(error))
    return _back(request, project)


@with_project(Role.EDITOR)
@require_POST
def cancel(request: HttpRequest, project: Project, run_id: int) -> HttpResponse:
    """Stop one of the checks."""
    try:
        services.cancel(project, run_id)
    except UsageError as error:
        messages.error(request, str(error))
    return _back(request, project)


@with_project(Role.EDITOR)
@require_POST
def pause(request: HttpRequest, project: Project, domain_id: int) -> HttpResponse:
    name = services.pause(project, domain_id)
    messages.success(request, f"{name} is left alone until somebody resumes it.")
    return _back(request, project)


@with_project(Role.EDITOR)
@require_POST
def resume(request: HttpRequest, project: Project, domain_id: int) -> HttpResponse:
    name = services.resume(project, domain_id)
    told = "" if project.watching == appointments.WATCHED else ", when somebody asks for it"
    messages.success(request, f"{name} is looked at again{told}.")
    return _back(request, project)


@with_project(Role.EDITOR)
@require_POST
def check_host(request: HttpRequest, project: Project, domain_id: int) -> HttpResponse:
    """Have a host's links looked at now, those first that have waited longest."""
    try:
        messages.success(request, services.check_host(project, signed_in(request), domain_id))
    except UsageError as error:
        messages.error(request, str(error))
    return _back(request, project)


def _back(request: HttpRequest, project: Project) -> HttpResponse:
    """To the list as it was asked: forms carry the address's parameters in their own."""
    asked = _asked(request)
    return redirect(
        reverse("watching:monitor", args=[project.pk]) + showing.address(*asked).removesuffix("?")
    )


def _asked(request: HttpRequest) -> tuple[str, str, tuple[int, int] | None]:
    """The kind, the part of a name and the mark that an address asks for."""
    kind = request.GET.get("show", "")
    name = request.GET.get("name", "").strip().replace("\0", "")[:_LONGEST_NAME]
    after = showing.read_mark(request.GET.get("after", ""))
    return (kind if kind in showing.TABS else "all"), name, after


def _around(request: HttpRequest, project: Project) -> dict[str, Any]:
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    return {
        "project": project,
        "may_ask": role.allows(Role.EDITOR),
        "is_watched": project.watching == appointments.WATCHED,
    }


def _now(store: Store, project: Project, known: MonitorFigures, moment: int) -> dict[str, Any]:
    checks = services.checks_of(project)
    incidents = profile_watching.incidents(store)
    busy = known.running > 0 or any(check.is_open for check in checks)
    return {
        "figures": showing.figures(known),
        "checks": checks,
        "is_checking_all": any(check.is_open and check.backlink_ids is None for check in checks),
        "monitors": services.monitors_alive(),
        "doubt": next((one for one in incidents if one.ended_at is None), None),
        "incidents": [one for one in incidents if (one.ended_at or 0) > moment - _SHOWN_INCIDENTS],
        "seconds": BUSY_SECONDS if busy else CALM_SECONDS,
        "nothing_yet": known.links == 0,
    }


def _hosts(
    store: Store, request: HttpRequest, project: Project, known: MonitorFigures, moment: int
) -> dict[str, Any]:
    kind, name, after = _asked(request)
    page = profile_watching.watched_hosts(
        store, project.pk, kind=kind, now=moment, after=after, name=name, limit=PAGE_ROWS
    )
    return {
        "hosts": showing.shown_hosts(page, moment),
        "tabs": showing.tabs(kind, name, known),
        "show": kind,
        "name": name,
        "asked": showing.address(kind, name, after).removesuffix("?"),
        "is_live": kind in showing.LIVE_TABS,
        "is_first": after is None,
        "first_url": showing.address(kind, name),
        "next_url": None if page.after is None else showing.address(kind, name, page.after),
        "empty": showing.TABS[kind][1],
    }


def _hour_names(known: MonitorFigures) -> list[str]:
    moments = (dt.datetime.fromtimestamp(begin, dt.UTC) for begin, _ in known.by_hour)
    return [f"{moment:%-d %b, %H:%M}" for moment in moments]
