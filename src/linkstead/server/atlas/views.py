"""The open index: any domain one types. Everybody who is signed in may ask; nothing is written.

Templates and what they are given:

* `atlas/search.html`: graphs (manifests), crawls, asked, graph_folder, index_folder
* `atlas/domain.html`: name, found (a graph's Profile or None), absent (a sentence or empty), near, ranks,
  tabs (Tab with `url`, `is_here`), tab, table (or None), sentence, others
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from linkstead.graph import queries
from linkstead.graph.store import graphs_in
from linkstead.server.atlas import answers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_LONGEST = 253
_MOST_OTHERS = 10


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """A field for a domain, and what there is to ask."""
    asked = request.GET.get("domain", "").strip()[:_LONGEST]
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
def domain(request: HttpRequest, name: str) -> HttpResponse:
    """One domain: authority and ranks, and the list that was asked for."""
    here = answers.loaded(settings.LINKSTEAD)
    if not here.tabs and here.graph is None:
        return redirect("atlas:search")
    name = name.strip()[:_LONGEST].lower()
    found = queries.profile(here.graph, name) if here.graph is not None else _unknown(name)
    profile = found if isinstance(found, queries.Profile) else None
    tabs = here.tabs if profile is not None else [tab for tab in here.tabs if tab in answers.INDEX_TABS]
    tab = next((one for one in tabs if one.key == request.GET.get("part")), tabs[0] if tabs else None)
    others = request.GET.get("others", "").replace(",", " ").lower().split()[:_MOST_OTHERS]
    table = answers.table_of(here, tab, found, others, _start(request)) if tab is not None else None
    context = {
        "name": profile.domain if profile else name,
        "found": profile,
        "absent": "" if profile else found.sentence,  # type: ignore[union-attr] # an Absent then
        "near": [] if profile else found.near,  # type: ignore[union-attr]
        "ranks": [one for one in profile.ranks.values() if one.kind != "authority"] if profile else [],
        "tabs": [(one, answers.domain_url(name, part=one.key)) for one in tabs],
        "tab": tab,
        "table": None if isinstance(table, str) else table,
        "sentence": table if isinstance(table, str) else "",
        "others": " ".join(others),
    }
    return render(request, "atlas/domain.html", context)


def _unknown(name: str) -> queries.Absent:
    return queries.Absent(
        name, "No web graph is loaded, so authority and referring domains are not known.", []
    )


def _start(request: HttpRequest) -> int:
    text = request.GET.get("start", "0")
    return min(int(text), answers.MOST_START) if text.isdecimal() and len(text) < 10 else 0
