"""Incidents of a project. Viewers read and take the evidence; editors and admins decide and look anew.

`incidents/report.html` is given: project, may_edit, report (profile.incident_reports.Report, or None),
incidents (the objects of journey.incidents.as_json), asides, thin, left_out (source, reasons), nothing_yet
"""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from linkstead.errors import UsageError
from linkstead.journey.incidents import evidence_of_report, reasons_by_domain
from linkstead.link import Decision
from linkstead.profile import decisions, incident_reports
from linkstead.reports.cells import neutralise
from linkstead.reports.formats import iso_time
from linkstead.server.accounts.views import signed_in
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Role
from linkstead.server.tracking import tasks
from linkstead.server.tracking.stores import profile_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from linkstead.profile.store import Store
    from linkstead.server.projects.models import Project

_COLUMNS = (
    "referring domain", "page", "target URL", "anchor text", "source", "first seen", "followed", "reason",
)  # fmt: skip


@with_project()
@require_safe
def report(request: HttpRequest, project: Project) -> HttpResponse:
    """What stands out in the arrival and loss of links."""
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    with profile_store() as store:
        kept = incident_reports.kept(store, project.pk)
        nothing_yet = decisions.counts(store, project.pk)[decisions.ALL] == 0
    found: dict[str, Any] = {} if kept is None else kept.found
    context = {
        "project": project,
        "may_edit": role.allows(Role.EDITOR),
        "report": kept,
        "incidents": found.get("incidents", []),
        "asides": found.get("asides", []),
        "judged": found.get("judged", []),
        "thin": found.get("too_thin", []),
        "left_out": [(source, sorted(why.items())) for source, why in found.get("left_out", {}).items()],
        "nothing_yet": nothing_yet,
    }
    return render(request, "incidents/report.html", context)


@with_project(Role.EDITOR)
@require_POST
def look(request: HttpRequest, project: Project) -> HttpResponse:
    """Have the project judged anew by a worker."""
    tasks.audit_project.enqueue(project.pk)
    messages.success(request, "A worker looks for incidents now; load this page anew in a moment.")
    return redirect("incidents:report", project.pk)


@with_project()
@require_safe
def evidence(request: HttpRequest, project: Project, key: str) -> HttpResponseBase:
    """Every link of an incident with its date and the reasons, as CSV."""
    del request
    with profile_store() as store:
        incident = _incident(store, project, key)
        rows = list(evidence_of_report(store, project.pk, incident))
    why = reasons_by_domain(incident)

    def lines() -> Iterator[str]:
        yield _line(_COLUMNS)
        for link in rows:
            texts = (link.domain, link.page_url, link.target_url or "", link.anchor or "", link.source)
            followed = "" if link.followed is None else "yes" if link.followed else "no"
            last = neutralise(why.get(link.domain, ""))
            yield _line((*map(neutralise, texts), iso_time(link.first_seen), followed, last))

    name = f"{project.site}-incident-{incident['began']}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


@with_project(Role.EDITOR)
@require_POST
def decide(request: HttpRequest, project: Project, key: str) -> HttpResponse:
    """Decide about the domains that an incident's prepared entries name, as in triage."""
    word = request.POST.get("decision", "")
    if word not in {Decision.WATCH, Decision.DISAVOW}:
        messages.error(request, "That is no decision; choose one of the buttons.")
        return redirect("incidents:report", project.pk)
    with profile_store() as store:
        incident = _incident(store, project, key)
        ids = decisions.ids_of(store, project.pk, reasons_by_domain(incident))
        try:
            decisions.decide(
                store,
                project.pk,
                ids,
                Decision(word),
                who=signed_in(request).get_username(),
                now=int(time.time()),
                note=f"incident of {incident['began']}",
            )
        except UsageError as error:
            messages.error(request, str(error))
        else:
            told = "watched" if word == Decision.WATCH else "marked for the disavow file"
            messages.success(
                request, f"{len(ids):,} domains are {told}. Triage can undo it, domain by domain."
            )
    return redirect("incidents:report", project.pk)


def _incident(store: Store, project: Project, key: str) -> dict[str, Any]:
    kept = incident_reports.kept(store, project.pk)
    found = [] if kept is None else kept.found["incidents"]
    incident: dict[str, Any] | None = next((one for one in found if one["key"] == key), None)
    if incident is None:
        raise Http404("This project has no such incident; it may be past.")
    return incident


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
