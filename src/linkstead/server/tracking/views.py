"""Imports and checks of a project.

Templates and what they are given (`request.project_role` is the asker's role):

* `tracking/imports.html`: project, may_import (bool), runs (ImportRun, newest first, at most 200), check
  (the newest VerifyRun or None), max_upload_mb, crawls (name, links to the site: of the server's link index).
  The drop zone posts to `tracking:imports`, field `file`, many allowed; "check these" posts to
  `tracking:check`; "take them over" posts `crawl` to `tracking:pull`.
* `tracking/_import_row.html`: project, may_import, run (ImportRun): id, shown_name, size, state,
  get_state_display, is_open, percent (0-100 or None), step, done, total, unit, rows, sightings, new_links,
  quarantined, skipped (dict reason -> rows), sources (list of slugs), already, message, note, asked_by.email,
  created_at, finished_at, cancel_requested, unknown_table. While `run.is_open` it asks itself anew every
  second: `hx-get="{% url 'tracking:import_row' project.pk run.pk %}" hx-trigger="load delay:1s"
  hx-swap="outerHTML"`. The same address answers JSON to `Accept: application/json`. Posts:
  `tracking:cancel_import`, `tracking:import_again` (states cancelled, failed); links:
  `tracking:mapping` (state needs_mapping), `tracking:quarantine` (when quarantined).
* `tracking/_check.html`: project, may_import, check (VerifyRun or None): state, is_open, percent, step, done,
  total, unit, note, pages, links, targets, outcomes (dict outcome -> links), message, cancel_requested. Asks
  itself anew at `tracking:check_status` like a row. Posts: `tracking:check` (with any number of `backlink`
  ids, or none for all that are due), `tracking:cancel_check`.
* `tracking/mapping.html`: project, run, columns (each: name, chosen (field or ""), position), fields (value,
  label), error (sentence or ""). Posts one `column-<position>` each.
* `tracking/refused.html`: reason (a sentence; the upload or request was not taken).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkstead.errors import UsageError
from linkstead.server.accounts.views import signed_in
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Project, Role
from linkstead.server.refusals import Refused
from linkstead.server.tracking import services
from linkstead.server.tracking.fields import FIELD_LABELS
from linkstead.server.tracking.models import ImportRun, RunState, VerifyRun
from linkstead.server.tracking.quarantine import as_csv

if TYPE_CHECKING:
    from linkstead.server.tracking.models import Run

SHOWN_RUNS = 200


@with_project()
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest, project: Project) -> HttpResponse:
    """The page of imports; a POST brings files."""
    if request.method == "POST":
        return _upload(request, project)
    context = _around(request, project) | {
        "runs": services.imports_of(project)[:SHOWN_RUNS],
        "check": services.last_check(project),
        "max_upload_mb": settings.LINKSTEAD.max_upload_mb,
        "crawls": services.crawls_with_links(project),
    }
    return render(request, "tracking/imports.html", context)


def _upload(request: HttpRequest, project: Project) -> HttpResponse:
    if not _may_import(request):
        raise Refused("Your role in this project is viewer; only editors and admins import.", status=403)
    files = request.FILES.getlist("file")
    if not files:
        raise Refused("No file arrived; choose one or drop it on the page.", status=400)
    for file in files:
        services.receive(project, signed_in(request), file)
    return redirect("tracking:imports", project.pk)


@with_project(Role.EDITOR)
@require_POST
def pull(request: HttpRequest, project: Project) -> HttpResponse:
    """Take links out of the server's link index."""
    try:
        services.pull(project, signed_in(request), request.POST.get("crawl", ""))
    except UsageError as error:
        messages.error(request, str(error))
    return redirect("tracking:imports", project.pk)


@with_project()
@require_safe
def import_row(request: HttpRequest, project: Project, run_id: int) -> HttpResponse:
    """One import as a row of the table, or as JSON."""
    run = _import_of(project, run_id)
    if _wants_json(request):
        answer: HttpResponse = JsonResponse(_import_as_json(run))
    else:
        answer = render(request, "tracking/_import_row.html", _around(request, project) | {"run": run})
    patch_vary_headers(answer, ["Accept"])
    return answer


@with_project(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: HttpRequest, project: Project, run_id: int) -> HttpResponse:
    """Name the columns of a table nobody knows; remembered for the next one with the same header."""
    run = _import_of(project, run_id)
    if run.state != RunState.NEEDS_MAPPING or not run.unknown_table:
        return redirect("tracking:imports", project.pk)
    columns: list[str] = run.unknown_table["columns"]
    chosen: dict[str, str] = dict(run.unknown_table["proposal"])
    error = ""
    if request.method == "POST":
        chosen = {name: request.POST.get(f"column-{number}", "") for number, name in enumerate(columns)}
        try:
            services.confirm_mapping(run, chosen)
            return redirect("tracking:imports", project.pk)
        except UsageError as complaint:
            error = str(complaint)
    shown = [
        {"position": number, "name": name, "chosen": chosen.get(name, "")}
        for number, name in enumerate(columns)
    ]
    context = _around(request, project) | {
        "run": run,
        "columns": shown,
        "fields": FIELD_LABELS,
        "error": error,
    }
    return render(request, "tracking/mapping.html", context, status=422 if error else 200)


@with_project(Role.EDITOR)
@require_POST
def cancel_import(request: HttpRequest, project: Project, run_id: int) -> HttpResponse:
    return _done(request, project, services.cancel, _import_of(project, run_id))


@with_project(Role.EDITOR)
@require_POST
def import_again(request: HttpRequest, project: Project, run_id: int) -> HttpResponse:
    return _done(request, project, services.run_again, _import_of(project, run_id))


@with_project()
@require_safe
def quarantine(request: HttpRequest, project: Project, run_id: int) -> StreamingHttpResponse:
    """The rows that were set aside, with number and reason, as CSV that no spreadsheet executes."""
    del request
    run = _import_of(project, run_id)
    answer = StreamingHttpResponse(as_csv(run.file_ids), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="quarantine-{run.pk}.csv"'
    return answer


@with_project(Role.EDITOR)
@require_POST
def check(request: HttpRequest, project: Project) -> HttpResponse:
    """Have links looked at: those chosen, or all that are due."""
    chosen = request.POST.getlist("backlink")
    if not all(number.isascii() and number.isdigit() and len(number) < 19 for number in chosen):
        raise Http404("There is no such backlink.")
    try:
        services.request_check(project, signed_in(request), [int(number) for number in chosen] or None)
    except UsageError as error:
        messages.error(request, str(error))
    return _after_check(request, project)


@with_project(Role.EDITOR)
@require_POST
def cancel_check(request: HttpRequest, project: Project) -> HttpResponse:
    newest = services.last_check(project)
    if newest is None:
        raise Http404("There is no check.")
    try:
        services.cancel(newest)
    except UsageError as error:
        messages.error(request, str(error))
    return _after_check(request, project)


@with_project()
@require_safe
def check_status(request: HttpRequest, project: Project) -> HttpResponse:
    """The newest check as a fragment, or as JSON."""
    newest = services.last_check(project)
    if _wants_json(request):
        answer: HttpResponse = JsonResponse(_check_as_json(newest))
    else:
        answer = _check_fragment(request, project)
    patch_vary_headers(answer, ["Accept"])
    return answer


def _after_check(request: HttpRequest, project: Project) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _check_fragment(request, project)
    return redirect("tracking:imports", project.pk)


def _check_fragment(request: HttpRequest, project: Project) -> HttpResponse:
    context = _around(request, project) | {"check": services.last_check(project)}
    return render(request, "tracking/_check.html", context)


def _done(request: HttpRequest, project: Project, act: Any, run: ImportRun) -> HttpResponse:  # noqa: ANN401 - a service
    try:
        act(run)
    except UsageError as error:
        messages.error(request, str(error))
    if request.headers.get("HX-Request"):
        run.refresh_from_db()
        return render(request, "tracking/_import_row.html", _around(request, project) | {"run": run})
    return redirect("tracking:imports", project.pk)


def _import_of(project: Project, run_id: int) -> ImportRun:
    if run_id > 2**63 - 1:
        raise Http404("There is no such import.")
    return get_object_or_404(services.imports_of(project), pk=run_id)


def _may_import(request: HttpRequest) -> bool:
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    return role.allows(Role.EDITOR)


def _around(request: HttpRequest, project: Project) -> dict[str, Any]:
    return {"project": project, "may_import": _may_import(request)}


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _run_as_json(run: Run) -> dict[str, Any]:
    names = (
        "state",
        "step",
        "done",
        "total",
        "unit",
        "rows",
        "note",
        "message",
        "percent",
        "cancel_requested",
    )
    return {"id": run.pk, **{name: getattr(run, name) for name in names}}


def _import_as_json(run: ImportRun) -> dict[str, Any]:
    names = ("shown_name", "size", "sources", "sightings", "new_links", "quarantined", "skipped", "already")
    return _run_as_json(run) | {name: getattr(run, name) for name in names}


def _check_as_json(check: VerifyRun | None) -> dict[str, Any]:
    if check is None:
        return {"state": None}
    names = ("pages", "links", "targets", "outcomes")
    return _run_as_json(check) | {name: getattr(check, name) for name in names}
