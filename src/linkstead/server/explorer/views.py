"""The pages: overview, backlinks, one backlink. They read; only `check_these` asks for something.

`with_project` answers 404 for somebody else's project; `asked` reads the address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from linkstead.errors import StoreError, UsageError
from linkstead.journey import kept_audit, kept_pages
from linkstead.journey.judged_links import explained
from linkstead.profile import figures as profile_figures
from linkstead.profile import queries
from linkstead.profile.detail import link_detail
from linkstead.server.accounts.views import signed_in
from linkstead.server.explorer import asked as questions
from linkstead.server.explorer import checking, past, pictures, scope
from linkstead.server.explorer import export as exporting
from linkstead.server.explorer import overview as shown
from linkstead.server.look.rail import address
from linkstead.server.look.words import metric_in_words
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Role
from linkstead.server.refusals import Refused
from linkstead.server.tracking.stores import profile_store
from linkstead.server.webgraph import known_domain

if TYPE_CHECKING:
    from django.http import HttpRequest

    from linkstead.journey.kept_pages import Places
    from linkstead.profile.detail import LinkDetail
    from linkstead.profile.store import Store
    from linkstead.server.explorer.asked import Asked
    from linkstead.server.projects.models import Project
    from linkstead.server.webgraph import KnownDomain

_LARGEST = 2**63 - 1


@with_project()
@require_safe
def overview(request: HttpRequest, project: Project) -> HttpResponse:
    """Template explorer/overview.html: counts as they are now, the rest as the last audit found it.

    Given: project, counts, figures, states, kept (None while nothing was judged yet), judged_at,
    findings, months (a chart), source_names.
    """
    with profile_store() as store:
        counts = profile_figures.counts(store, project.pk)
        judged_at, kept = kept_audit(store, project.pk) or (None, None)
    picture = address("explorer:months_picture", project.pk) or ""
    context = {
        "counts": counts,
        "figures": shown.figures(counts),
        "states": shown.states(counts),
        "kept": kept,
        "judged_at": judged_at,
        **scope.around(request, project),
    }
    if kept is not None:
        context["findings"] = shown.tasks(kept["findings"])
        context["months"] = shown.months_drawing(shown.months_of(kept), picture)
        context["source_names"] = shown.source_names(kept["sources"])
    return render(request, "explorer/overview.html", context)


@with_project()
@require_safe
def months_picture(request: HttpRequest, project: Project) -> HttpResponse:
    """The months' chart as SVG, for browsers without scripts; drawn once for every audit."""
    del request
    with profile_store() as store:
        judged_at, kept = kept_audit(store, project.pk) or (0, None)
    months = shown.months_of(kept) if kept else ()
    if not months:
        raise Http404("Nothing is known of any month yet.")
    return HttpResponse(pictures.months_svg(project.pk, judged_at, months), content_type="image/svg+xml")


@with_project()
@require_safe
def backlinks(request: HttpRequest, project: Project) -> HttpResponse:
    """Template explorer/backlinks.html, or only explorer/links.html when htmx swaps the list."""
    asked = questions.read(request.GET.dict())
    with profile_store() as store:
        page = _page(store, project.pk, asked)
        choices = queries.choices(store, project.pk)
    metric = metric_in_words(project.metric)
    context = {
        "asked": asked,
        "page": page,
        "choices": choices,
        "all_links": sum(count for _, count in choices["state"]),
        "chips": questions.chips(asked, metric),
        "columns": questions.columns(asked, metric),
        "pager": questions.pager(asked, page),
        "metric_label": metric,
        "here": questions.here(asked),
        "question": questions.address(asked),
        "check_label": checking.label(page),
        "export_label": exporting.label(page),
        "check": checking.shown_check(project, request.GET.get("check", "")),
        "known": _known(asked),
        **scope.around(request, project),
    }
    answer = render(request, _list_template(request), context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _known(asked: Asked) -> KnownDomain | None:
    """The web graph's word on the referring domain that the list is about, if it is about one."""
    name = asked.kept.get("domain", "")
    return known_domain(settings.LINKSTEAD, name) if name else None


def _list_template(request: HttpRequest) -> str:
    whole = "HX-Request" not in request.headers or "HX-History-Restore-Request" in request.headers
    return "explorer/backlinks.html" if whole else "explorer/links.html"


def _page(store: Store, project_id: int, asked: Asked) -> queries.LinkPage:
    try:
        return queries.links(
            store,
            project_id,
            asked.filter,
            sort=asked.sort,
            descending=asked.descending,
            after=asked.after,
            before=asked.before,
            limit=questions.PAGE_ROWS,
        )
    except UsageError as error:
        raise Http404(str(error)) from error


@with_project(Role.EDITOR)
@require_POST
def check_these(request: HttpRequest, project: Project) -> HttpResponse:
    """Have links looked at: those chosen (`backlink`, many), or with `which=all` what the address asks."""
    asked = questions.read(request.GET.dict())
    user = signed_in(request)
    try:
        if request.POST.get("which") == "all":
            told = checking.check_asked(project, user, asked)
        else:
            told = checking.check_chosen(project, user, request.POST.getlist("backlink"))
        messages.success(request, told)
    except UsageError as error:
        messages.error(request, str(error))
    return redirect(reverse("explorer:backlinks", args=[project.pk]) + questions.here(asked))


@with_project()
@require_safe
def export(request: HttpRequest, project: Project) -> StreamingHttpResponse:
    """What the address asks, in its order, as CSV that no spreadsheet executes."""
    asked = questions.read(request.GET.dict())
    if asked.complaints:
        raise Refused(asked.complaints[0], status=400)
    answer = StreamingHttpResponse(
        exporting.as_csv(project.pk, asked, metric_in_words(project.metric)),
        content_type="text/csv; charset=utf-8",
    )
    name = f"{project.site}-backlinks.csv"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


@with_project()
@require_safe
def backlink(request: HttpRequest, project: Project, backlink_id: int) -> HttpResponse:
    """Everything that is known of one backlink.

    Template explorer/backlink.html: project, detail, link, row, look (the newest), looks, earlier, events,
    record (the copy to show), known (the web graph's word on the referring domain, or None), judged
    (journey.judged_links.LinkJudged, or None while nobody judged the link).
    """
    with profile_store() as store:
        detail = _detail(store, project, backlink_id)
        happened = past.events_of(store, backlink_id)
        known = known_domain(settings.LINKSTEAD, detail.listed.row.domain)
        judged = explained(store, project.pk, backlink_id, authority=known.authority if known else None)
    looks = past.looks_of(detail)
    context = {
        "detail": detail,
        "link": detail.listed,
        "row": detail.listed.row,
        "look": detail.looks[0] if detail.looks else None,
        "looks": looks[: past.FIRST_LOOKS],
        "earlier": looks[past.FIRST_LOOKS :],
        "events": happened,
        "record": past.record_to_show(looks),
        "metric_label": metric_in_words(project.metric),
        "known": known,
        "judged": judged,
        **scope.around(request, project),
    }
    return render(request, "explorer/backlink.html", context)


@with_project()
@require_safe
def source(request: HttpRequest, project: Project, backlink_id: int, evidence_id: int) -> HttpResponse:
    """A kept copy of a backlink's page with the link marked in its source.

    Template explorer/source_page.html, or only explorer/source.html for htmx: project, link, record, at,
    copy.
    """
    with profile_store() as store:
        detail = _detail(store, project, backlink_id)
        found = _places(store, project, detail, evidence_id)
    context = {
        "project": project,
        "link": detail.listed,
        "row": detail.listed.row,
        "record": evidence_id,
        "at": found.at,
        "copy": past.copy_of(found, detail),
    }
    part = "HX-Request" in request.headers
    answer = render(request, "explorer/source.html" if part else "explorer/source_page.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@with_project()
@require_safe
def evidence(request: HttpRequest, project: Project, backlink_id: int, evidence_id: int) -> HttpResponse:
    """A kept copy of a backlink's page as a WARC file of its own."""
    with profile_store() as store:
        detail = _detail(store, project, backlink_id)
        found = _places(store, project, detail, evidence_id)
    try:
        packed = kept_pages.as_warc(settings.LINKSTEAD.evidence, found)
    except StoreError as error:
        messages.error(request, str(error))
        return redirect("explorer:backlink", project.pk, backlink_id)
    answer = HttpResponse(packed, content_type="application/warc")
    name = f"{detail.listed.row.domain}-{evidence_id}.warc.gz"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def _detail(store: Store, project: Project, backlink_id: int) -> LinkDetail:
    detail = link_detail(store, project.pk, backlink_id) if backlink_id <= _LARGEST else None
    if detail is None:
        raise Http404("This project has no such backlink.")
    return detail


def _places(store: Store, project: Project, detail: LinkDetail, evidence_id: int) -> Places:
    found = (
        kept_pages.places(store, project.pk, detail.page_id, evidence_id) if evidence_id <= _LARGEST else None
    )
    if found is None:
        raise Http404("There is no such copy of this backlink's page.")
    return found
