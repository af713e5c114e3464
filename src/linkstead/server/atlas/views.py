"""The open index: any domain one types. Everybody who is signed in may ask; nothing is written.

Templates and what they are given:

* `atlas/search.html`: graphs (manifests), crawls, asked, graph_folder, index_folder
* `atlas/suggestions.html`: names
* `atlas/domain.html`: name, found (a graph's Profile or None), absent (a sentence or empty), near, ranks,
  groups (label, tabs with their addresses), tab, table (or None), sentence, asked, others, chips, crawls (the
  newest first), unfiltered (the address without filters)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from linkstead.graph import queries
from linkstead.graph.kinds import NAMES
from linkstead.graph.store import graphs_in
from linkstead.server.atlas import answers, asking, links
from linkstead.server.atlas.asking import LONGEST_NAME

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: Fewer letters begin too many names.
_LEAST_TYPED: Final = 2


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """A field for a domain, and what there is to ask."""
    asked = request.GET.get("domain", "").strip()[:LONGEST_NAME]
    name = asked.split("://")[-1].split("/")[0]
    if name:
        return redirect("atlas:domain", name)
    here = answers.loaded(settings.LINKSTEAD)
    context = {
        "graphs": [graph.manifest for graph in graphs_in(settings.LINKSTEAD.graphs)],
        "crawls": here.index.manifest.crawls if here.index is not None else (),
        "graph_folder": settings.LINKSTEAD.graphs,
        "index_folder": settings.LINKSTEAD.index,
    }
    return render(request, "atlas/search.html", context)


@login_required
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Domains of the graph that begin as what was typed, as options of a field."""
    typed = request.GET.get("domain", "").strip().lower()[:LONGEST_NAME]
    here = answers.loaded(settings.LINKSTEAD)
    known = here.graph is not None and len(typed) >= _LEAST_TYPED
    names = queries.suggestions(here.graph, typed) if here.graph is not None and known else []
    return render(request, "atlas/suggestions.html", {"names": names})


@login_required
@require_safe
def domain(request: HttpRequest, name: str) -> HttpResponse:
    """One domain: authority and ranks, and the list that was asked for."""
    here = answers.loaded(settings.LINKSTEAD)
    if not here.tabs and here.graph is None:
        return redirect("atlas:search")
    asked = asking.read(name, request.GET.dict())
    found = queries.profile(here.graph, asked.name) if here.graph is not None else _unknown(asked.name)
    profile = found if isinstance(found, queries.Profile) else None
    tabs = here.tabs if profile is not None else here.link_tabs
    tab = next((one for one in tabs if one.key == asked.part), tabs[0] if tabs else None)
    asked = replace(asked, name=profile.domain if profile else asked.name, part=tab.key if tab else "")
    table = answers.table_of(here, tab, found, asked) if tab is not None else None
    crawls = here.index.crawls() if here.index is not None else []
    groups = [("From the web graph", answers.GRAPH_TABS), ("From the link index", links.TABS)]
    context = {
        "name": asked.name,
        "found": profile,
        "absent": "" if profile else found.sentence,  # type: ignore[union-attr] # an Absent then
        "near": [] if profile else found.near,  # type: ignore[union-attr]
        "ranks": [
            (NAMES.get(one.kind, one.kind), one)
            for one in (profile.ranks.values() if profile else ())
            if one.kind != "authority"
        ],
        "groups": [
            (label, [(one, asking.domain_url(asked.name, part=one.key)) for one in tabs if one in group])
            for label, group in groups
        ],
        "tab": tab,
        "table": None if isinstance(table, str) else table,
        "sentence": table if isinstance(table, str) else "",
        "asked": asked,
        "others": " ".join(asked.others),
        "chips": asked.chips() if tab is not None and tab.filters else [],
        "crawls": [*reversed(crawls)] if tab in links.TABS else [],
        "unfiltered": asking.domain_url(asked.name, part=asked.part),
    }
    return render(request, "atlas/domain.html", context)


def _unknown(name: str) -> queries.Absent:
    return queries.Absent(
        name, "No web graph is loaded, so authority and referring domains are not known.", []
    )
