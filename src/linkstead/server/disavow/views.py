"""The disavow file of a project. Viewers read and download; editors and admins bring, mend and keep.

Templates and what they are given:

* `disavow/file.html`: project, may_edit, versions (profile.disavow_files.Version), last (the one uploaded
  last, or None), built (disavow.building.Built), entries (how many), complaints (the gravest first, cut to
  `shown`), counts, mendable, change (disavow.comparing.Difference against the last uploaded)
* `disavow/cut.html`: project, cut (disavow.simulate.Cut), shares (name, Share), rank
  (graph.cutting.Weakened or None)
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from linkstead.disavow.comparing import difference
from linkstead.disavow.file import read
from linkstead.disavow.lint import is_mendable, lint, repaired
from linkstead.errors import LinksteadError
from linkstead.journey import disavowing
from linkstead.profile import disavow_files
from linkstead.server.accounts.views import signed_in
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Role
from linkstead.server.tracking.stores import profile_store
from linkstead.server.webgraph import loaded_graph

if TYPE_CHECKING:
    from django.http import HttpRequest

    from linkstead.disavow.building import Built
    from linkstead.disavow.lint import Facts
    from linkstead.profile.store import Store
    from linkstead.server.projects.models import Project

_LARGEST: Final = 2**63 - 1
#: Complaints and entries that the page shows; the download and `linkstead disavow lint` have all.
_SHOWN: Final = 100
#: The only way to hand the file in (support.google.com/webmasters/answer/2648487).
_GOOGLE: Final = "https://search.google.com/search-console/disavow-links"


@with_project()
@require_safe
def file(request: HttpRequest, project: Project) -> HttpResponse:
    """The file as it would be now, what is wrong with it, and its versions."""
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    with profile_store() as store:
        versions = disavow_files.versions(store, project.pk)
        last = disavow_files.last_uploaded(store, project.pk)
        built, facts = _proposed(store, project)
    complaints = lint(built.document, facts)
    counts = Counter(str(one.severity) for one in complaints)
    order = {severity: place for place, severity in enumerate(("error", "warning", "notice"))}
    context = {
        "project": project,
        "may_edit": role.allows(Role.EDITOR),
        "versions": versions,
        "last": None if last is None else last[0],
        "built": built,
        "entries": sum(1 for _ in built.document.entries()),
        "complaints": sorted(complaints, key=lambda one: order[str(one.severity)])[:_SHOWN],
        "counts": [(word, counts[word]) for word in order if counts[word]],
        "mendable": is_mendable(complaints),
        "change": difference(read(b"" if last is None else last[1]), built.document),
        "shown": _SHOWN,
        "google": _GOOGLE,
    }
    return render(request, "disavow/file.html", context)


@with_project()
@require_safe
def cut(request: HttpRequest, project: Project) -> HttpResponse:
    """What the file would cut."""
    with profile_store() as store:
        built, _ = _proposed(store, project)
        said = disavowing.simulate_profile(
            store, project.pk, built.document, site=project.site, graph=loaded_graph(settings.LINKSTEAD)
        )
    shares = [
        (name, getattr(said.cut, key))
        for key, name in (
            ("links", "Links"),
            ("followed", "Followed links"),
            ("live", "Live links"),
            ("domains", "Domains with no link left"),
            ("authority", f"Authority of domains, {said.scale or 'by the vendor'}"),
            ("traffic", "Traffic of these domains, by the vendor"),
        )
        if getattr(said.cut, key).whole
    ]
    context = {"project": project, "cut": said.cut, "shares": shares, "rank": said.rank}
    return render(request, "disavow/cut.html", context)


@with_project()
@require_safe
def download(request: HttpRequest, project: Project) -> HttpResponse:
    """The file as it would be now."""
    del request
    with profile_store() as store:
        built = disavowing.proposed_file(store, project.pk)
    return _as_file(built.document.to_bytes(), f"{project.site}-disavow.txt")


@with_project()
@require_safe
def version(request: HttpRequest, project: Project, version_id: int) -> HttpResponse:
    """One of the versions, as it was kept."""
    del request
    with profile_store() as store:
        body = disavow_files.body_of(store, project.pk, min(version_id, _LARGEST))
    if body is None:
        raise Http404("This project has no such version.")
    return _as_file(body, f"{project.site}-disavow-{version_id}.txt")


@with_project(Role.EDITOR)
@require_POST
def keep(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep the file as it would be now; `uploaded` is yes when the search engine has it."""
    sent = request.POST.get("uploaded") == "yes"
    with profile_store() as store:
        body = disavowing.proposed_file(store, project.pk).document.to_bytes()
        return _kept(request, project, store, body, sent=sent)


@with_project(Role.EDITOR)
@require_POST
def mend(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep the file with everything mended that was plainly meant otherwise."""
    with profile_store() as store:
        built, facts = _proposed(store, project)
        return _kept(request, project, store, repaired(built.document, facts).to_bytes())


@with_project(Role.EDITOR)
@require_POST
def bring(request: HttpRequest, project: Project) -> HttpResponse:
    """Take over a file that somebody has; `uploaded` is yes when the search engine has it."""
    given = request.FILES.get("file")
    if given is None:
        messages.error(request, "No file came with that; choose one and try again.")
        return redirect("disavow:file", project.pk)
    body = given.read(disavow_files.MOST_BYTES + 1)
    sent = request.POST.get("uploaded") == "yes"
    with profile_store() as store:
        return _kept(request, project, store, body, name=str(given.name or ""), sent=sent)


@with_project(Role.EDITOR)
@require_POST
def uploaded(request: HttpRequest, project: Project, version_id: int) -> HttpResponse:
    """Note that the search engine has a version."""
    with profile_store() as store:
        known = disavow_files.mark_uploaded(
            store, project.pk, min(version_id, _LARGEST), now=int(time.time())
        )
    if not known:
        raise Http404("This project has no such version.")
    messages.success(request, f"Version {version_id} is the one that the search engine has.")
    return redirect("disavow:file", project.pk)


def _proposed(store: Store, project: Project) -> tuple[Built, Facts]:
    built = disavowing.proposed_file(store, project.pk)
    graph = loaded_graph(settings.LINKSTEAD)
    name = f"{project.site}-disavow.txt"
    facts = disavowing.facts_of(
        built.document, project.site, name, store=store, project_id=project.pk, graph=graph
    )
    return built, facts


def _kept(
    request: HttpRequest, project: Project, store: Store, body: bytes, *, name: str = "", sent: bool = False
) -> HttpResponse:
    try:
        kept = disavowing.keep_file(
            store,
            project.pk,
            body,
            name=name or f"{project.site}-disavow.txt",
            who=signed_in(request).get_username(),
            now=int(time.time()),
            uploaded=sent,
        )
    except LinksteadError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Kept as version {kept.id} with {kept.entries:,} entries.")
    return redirect("disavow:file", project.pk)


def _as_file(body: bytes, name: str) -> HttpResponse:
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type="text/plain; charset=utf-8", headers=headers)
