"""The plan of a project: how many looks make a loss, how often we look, when somebody is told.

Template `watching/plan.html`: project, form (groups), may_change (bool), is_default (bool), damaged (a
sentence about a kept plan that cannot be read, or "").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from linkstead.errors import UsageError
from linkstead.monitor.plan import DEFAULT_PLAN, WatchPlan
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Project, Role
from linkstead.server.projects.services import set_plan
from linkstead.server.watching.plans import PlanForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@with_project()
@require_safe
def plan(request: HttpRequest, project: Project) -> HttpResponse:
    return _page(request, project)


@with_project(Role.EDITOR)
@require_POST
def change(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep what differs from the defaults."""
    kept, _ = _kept(project)
    form = PlanForm(kept, request.POST)
    if not form.is_valid():
        return _page(request, project, form)
    set_plan(project, None if form.made == DEFAULT_PLAN else form.made.to_json())
    messages.success(request, "The plan is kept; each page takes it on with its next look.")
    return redirect("watching:plan", project.pk)


@with_project(Role.EDITOR)
@require_POST
def defaults(request: HttpRequest, project: Project) -> HttpResponse:
    """Forget what the project had changed."""
    set_plan(project, None)
    messages.success(request, "The defaults hold again.")
    return redirect("watching:plan", project.pk)


def _page(request: HttpRequest, project: Project, form: PlanForm | None = None) -> HttpResponse:
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    kept, damaged = _kept(project)
    may_change = role.allows(Role.EDITOR)
    context = {
        "project": project,
        "form": form or PlanForm(kept, may_change=may_change),
        "may_change": may_change,
        "is_default": kept == DEFAULT_PLAN and not damaged,
        "damaged": damaged,
    }
    return render(request, "watching/plan.html", context, status=422 if form else 200)


def _kept(project: Project) -> tuple[WatchPlan, str]:
    """The project's plan and, where what is kept is none, what is wrong with it."""
    try:
        return WatchPlan.from_json(project.plan), ""
    except UsageError as error:
        return DEFAULT_PLAN, str(error)
