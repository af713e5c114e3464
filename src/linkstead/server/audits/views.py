"""Audits of a project. Viewers read; editors and admins suppress, schedule and ask for one.

`audits/run.html` is given: project, may_edit, run (profile.audits.AuditRun, or None), kept (its JSON object),
health, deductions, findings, suppressed, comparison, changed (figures), runs (all, the newest first),
suppressions, schedules (days, name, is chosen), nothing_yet
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from linkstead.errors import UsageError
from linkstead.journey import kept_run
from linkstead.profile import audits, decisions
from linkstead.quality import RULES
from linkstead.server.accounts.views import signed_in
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Role
from linkstead.server.projects.services import DEFAULT_AUDIT_DAYS, set_audit_days
from linkstead.server.tracking import tasks
from linkstead.server.tracking.stores import profile_store
from linkstead.summary import Suppression

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from linkstead.server.projects.models import Project

_LARGEST: Final = 2**31 - 1
#: Days between two audits -> how that is called. Imports and checks are followed by one anyway.
SCHEDULES: Final = {1: "every day", 7: "every week", 30: "every month", 0: "only after imports and checks"}
_NAMES: Final = {rule.id: rule.name for rule in RULES}


@with_project()
@require_safe
def newest(request: HttpRequest, project: Project) -> HttpResponse:
    """The last audit."""
    return _page(request, project, None)


@with_project()
@require_safe
def run(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """One of the audits that are kept."""
    return _page(request, project, min(number, _LARGEST))


@with_project(Role.EDITOR)
@require_POST
def now(request: HttpRequest, project: Project) -> HttpResponse:
    """Have an audit made by a worker."""
    tasks.audit_project.enqueue(project.pk)
    messages.success(request, "A worker makes an audit now; load this page anew in a moment.")
    return redirect("audits:newest", project.pk)


@with_project(Role.EDITOR)
@require_POST
def schedule(request: HttpRequest, project: Project) -> HttpResponse:
    """How often audits are made by themselves."""
    text = request.POST.get("days", "")
    days = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1
    if days not in SCHEDULES:
        messages.error(request, "That is no schedule; choose one of the list.")
    else:
        set_audit_days(project, days)
        messages.success(request, f"Audits are made {SCHEDULES[days]}.")
    return redirect("audits:newest", project.pk)


@with_project(Role.EDITOR)
@require_POST
def suppress(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep a rule, or what it says of one subject, off the list from the next audit on."""
    rule = request.POST.get("rule", "")
    if rule not in _NAMES:
        messages.error(request, "There is no such rule; choose a finding of the list.")
        return redirect("audits:newest", project.pk)
    wanted = Suppression(
        rule,
        request.POST.get("subject", "").strip() or None,
        request.POST.get("reason", ""),
        signed_in(request).get_username(),
        int(time.time()),
        _until(request.POST.get("until", "")),
    )
    try:
        with profile_store() as store:
            audits.suppress(store, project.pk, wanted)
    except UsageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{rule} is kept off the list from the next audit on.")
        tasks.audit_project.enqueue(project.pk)
    return redirect("audits:newest", project.pk)


@with_project(Role.EDITOR)
@require_POST
def unsuppress(request: HttpRequest, project: Project) -> HttpResponse:
    """Hear a rule again."""
    rule, subject = request.POST.get("rule", "")[:20], request.POST.get("subject", "")
    with profile_store() as store:
        ended = audits.unsuppress(store, project.pk, rule, subject or None)
    if ended:
        messages.success(request, f"{rule} is heard again from the next audit on.")
        tasks.audit_project.enqueue(project.pk)
    else:
        messages.error(request, "That was not suppressed.")
    return redirect("audits:newest", project.pk)


def _page(request: HttpRequest, project: Project, number: int | None) -> HttpResponse:
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    with profile_store() as store:
        found = kept_run(store, project.pk, number)
        runs, suppressions = audits.runs(store, project.pk), audits.suppressions(store, project.pk)
        nothing_yet = decisions.counts(store, project.pk)[decisions.ALL] == 0
    if found is None and number is not None:
        raise Http404("This project has no such audit; the oldest ones are dropped.")
    kept: dict[str, Any] = {} if found is None else found[1]
    health = kept.get("health") or {}
    comparison = kept.get("comparison")
    every = DEFAULT_AUDIT_DAYS if project.audit_days is None else project.audit_days
    context = {
        "project": project,
        "may_edit": role.allows(Role.EDITOR),
        "run": None if found is None else found[0],
        "health": health,
        "deductions": [one for one in health.get("deductions", ()) if one["points"]],
        "findings": [_finding(one) for one in kept.get("findings", ())],
        "suppressed": kept.get("suppressed", ()),
        "comparison": comparison,
        "changed": () if comparison is None else comparison["figures"],
        "runs": runs,
        "suppressions": suppressions,
        "schedules": [(days, name, days == every) for days, name in SCHEDULES.items()],
        "nothing_yet": nothing_yet,
    }
    return render(request, "audits/run.html", context)


def _finding(kept: dict[str, Any]) -> dict[str, Any]:
    """A kept finding with its rule's name, and its evidence as columns and rows."""
    columns = list(dict.fromkeys(name for row in kept["evidence"] for name in row))
    rows = [[row.get(name) for name in columns] for row in kept["evidence"]]
    titles = [name.replace("_", " ") for name in columns]
    do, _, more = kept["action"].partition(". ")
    said = {"name": _NAMES.get(kept["rule"], ""), "do": do.rstrip("."), "more": more}
    return kept | said | {"columns": titles, "rows": rows}


def _until(text: str) -> int | None:
    """The end of a suppression, the first moment of a day in UTC; None: without end."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())
