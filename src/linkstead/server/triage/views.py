"""The triage of a project: referring domains to decide about. Viewers read; editors and admins decide.

Templates and what they are given:

* `triage/queue.html`: project, may_decide, manuals (word, name, is chosen), asked (asking.Asked), tabs
  (address, name, is here, count), sort (triage.LINKS or WORST), rows (profile.triage.DomainRow), ways
  (asking.WAYS), here (the question), first_url, worst_url, links_first_url, next_url, is_first, empty, batch
  (of the decision just made, or None), nothing_yet, last_judged (epoch seconds or None), changed (domains
  since then), more_changed, judging (judging.Judging), is_polled
* `triage/domain.html`: project, may_decide, row (DomainRow), past (Decided), ways, back
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from linkstead.errors import UsageError
from linkstead.profile import decisions, judgements, triage, unjudged
from linkstead.quality.recommendation import ManualAction
from linkstead.server.accounts.views import signed_in
from linkstead.server.projects.access import with_project
from linkstead.server.projects.models import Role
from linkstead.server.projects.services import set_manual_action
from linkstead.server.tracking import judging, tasks
from linkstead.server.tracking.stores import profile_store
from linkstead.server.triage import asking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, HttpResponse

    from linkstead.server.projects.models import Project

PAGE_ROWS: Final = 50
#: Domains that one decision may be about; more than a page has.
MOST_AT_ONCE: Final = 1_000
#: Domains that changed since the last judging are counted so far.
MOST_COUNTED: Final = 10_000
_LARGEST: Final = 2**63 - 1
_MANUALS: Final = {
    ManualAction.NONE: "none",
    ManualAction.EXPECTED: "expected",
    ManualAction.NOTIFIED: "we were notified",
}


@with_project()
@require_safe
def queue(request: HttpRequest, project: Project) -> HttpResponse:
    """Referring domains without a decision, or with one."""
    asked = asking.read(request.GET.dict())
    with profile_store() as store:
        last_judged = judgements.last_judged(store, project.pk)
        sort = asked.order(judged=last_judged is not None)
        page = triage.queue(
            store,
            project.pk,
            kind=asked.kind,
            sort=sort,
            name=asked.name,
            after=asked.after,
            limit=PAGE_ROWS,
        )
        counts = decisions.counts(store, project.pk)
        changed = unjudged.waiting(store, project.pk, most=MOST_COUNTED + 1)
    context = (
        _around(request, project)
        | _addresses(asked, sort, page.after, counts)
        | {
            "asked": asked,
            "sort": sort,
            "last_judged": last_judged,
            "changed": min(changed, MOST_COUNTED),
            "more_changed": changed > MOST_COUNTED,
            "judging": judging.judging_of(project.pk),
            "is_polled": "HX-Request" in request.headers,
            "rows": page.rows,
            "at": None if asked.at is None else min(asked.at, len(page.rows) - 1),
            "manuals": _manuals(project),
            "is_first": asked.after is None,
            "empty": asking.TABS[asked.kind][1],
            "batch": asked.batch,
            "nothing_yet": counts[decisions.ALL] == 0,
        }
    )
    return render(request, "triage/queue.html", context)


def _addresses(
    asked: asking.Asked, sort: str, after: tuple[float, int] | None, counts: Mapping[str, int]
) -> dict[str, Any]:
    """Where the list leads: its tabs, its orders, its pages. A next page goes on in the order of this one."""
    standing = asking.Asked(asked.kind, asked.name, asked.sort)
    return {
        "tabs": [
            (replace(standing, kind=kind).address(), name, kind == asked.kind, counts.get(kind, 0))
            for kind, (name, _) in asking.TABS.items()
        ],
        "here": asked.address(at=None, batch=None),
        "first_url": standing.address(),
        "worst_url": standing.address(sort=triage.WORST),
        "links_first_url": standing.address(sort=triage.LINKS),
        "next_url": None if after is None else standing.address(sort=sort, after=after),
    }


def _manuals(project: Project) -> list[tuple[str, str, bool]]:
    """The answers to choose from, and which of them stands."""
    stands = project.manual_action or ManualAction.NONE
    return [(str(word), name, word == stands) for word, name in _MANUALS.items()]


@with_project()
@require_safe
def domain(request: HttpRequest, project: Project, domain_id: int) -> HttpResponse:
    """One referring domain with every decision on it."""
    with profile_store() as store:
        row = triage.domain(store, project.pk, domain_id) if domain_id <= _LARGEST else None
        if row is None:
            raise Http404("This project has no such referring domain.")
        past = decisions.history(store, project.pk, domain_id)
    context = _around(request, project) | {"row": row, "past": past}
    return render(request, "triage/domain.html", context)


@with_project(Role.EDITOR)
@require_POST
def decide(request: HttpRequest, project: Project) -> HttpResponse:
    """Decide about the chosen domains; an empty decision takes back what stands."""
    word = request.POST.get("decision", "")
    way = asking.way_of(word)
    chosen = _ids(request.POST.getlist("domain"))
    asked = asking.read(request.GET.dict())
    if way is None and word != "none":
        messages.error(request, "That is no decision; choose one of the buttons.")
    elif not chosen:
        messages.error(request, "No domain was chosen; tick some rows first.")
    else:
        return _decided(request, project, chosen, way, asked)
    return redirect(_list(project) + asked.address().removesuffix("?"))


@with_project(Role.EDITOR)
@require_POST
def judge(request: HttpRequest, project: Project) -> HttpResponse:
    """Have a worker judge every referring domain anew."""
    if judging.judge_soon(project.pk):
        messages.success(request, "A worker will judge the domains; this page tells when it is done.")
    else:
        messages.info(request, "The domains are being judged already.")
    return redirect(_list(project) + asking.read(request.GET.dict()).address(batch=None).removesuffix("?"))


@with_project(Role.EDITOR)
@require_POST
def manual(request: HttpRequest, project: Project) -> HttpResponse:
    """Note what the search engine has told of a manual action for links; recommendations follow it."""
    word = request.POST.get("manual", "")
    if word not in set(ManualAction):
        messages.error(request, "That is no answer; choose one of the list.")
    else:
        set_manual_action(project, word)
        tasks.audit_project.enqueue(project.pk)
        messages.success(request, "Noted. What is recommended is worked out anew.")
    return redirect(_list(project))


@with_project(Role.EDITOR)
@require_POST
def undo(request: HttpRequest, project: Project, batch: int) -> HttpResponse:
    """Bring back what stood before a decision."""
    try:
        with profile_store() as store:
            undone = decisions.undo(
                store, project.pk, min(batch, _LARGEST), who=_who(request), now=int(time.time())
            )
    except UsageError as error:
        raise Http404(str(error)) from error
    left = f" {undone.left:,} were decided about since and stay as they are." if undone.left else ""
    messages.success(request, f"{_domains(undone.restored)} as before.{left}")
    asked = asking.read(request.GET.dict())
    return redirect(_list(project) + asked.address(batch=None).removesuffix("?"))


def _decided(
    request: HttpRequest, project: Project, chosen: list[int], way: asking.Way | None, asked: asking.Asked
) -> HttpResponse:
    try:
        with profile_store() as store:
            batch = decisions.decide(
                store,
                project.pk,
                chosen,
                way.decision if way is not None else None,
                who=_who(request),
                now=int(time.time()),
                note=request.POST.get("note", ""),
            )
    except UsageError as error:
        messages.error(request, str(error))
        return redirect(_list(project) + asked.address().removesuffix("?"))
    done = way.done if way is not None else "open again"
    messages.success(request, f"{_domains(len(chosen))} {done}.")
    at = asking.read({"at": request.POST.get("at", "")}).at
    return redirect(_list(project) + asked.address(at=at, batch=batch))


def _domains(count: int) -> str:
    return "1 domain is" if count == 1 else f"{count:,} domains are"


def _ids(texts: Iterable[str]) -> list[int]:
    found = (int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 20)
    return [one for one in found if one <= _LARGEST][:MOST_AT_ONCE]


def _who(request: HttpRequest) -> str:
    return signed_in(request).get_username()


def _list(project: Project) -> str:
    return reverse("triage:queue", args=[project.pk])


def _around(request: HttpRequest, project: Project) -> dict[str, Any]:
    role: Role = request.project_role  # type: ignore[attr-defined] # set by with_project
    return {"project": project, "may_decide": role.allows(Role.EDITOR), "ways": asking.WAYS}
