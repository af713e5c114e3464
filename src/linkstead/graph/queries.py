"""Questions to a graph: what a domain is worth, who refers to it, whom it refers to, what others have.

An arc says that some page of one domain referred to some address of another, in any way at all (links,
images, scripts, redirects): "seen by Common Crawl", kind unknown. It is no proof of a backlink.

numpy alone: lists of tens of millions are cut by partial selection, and only what is shown is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from linkstead.errors import UsageError
from linkstead.urls import parse_url, registrable_domain, reverse_host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linkstead.graph.store import Graph

LIMIT: Final = 50
#: Ranks that a list is put in order by, the first that the graph has.
ORDER: Final = ("authority", "anchored", "pagerank", "published-pagerank")
#: So many referrers of a domain are looked at to find domains that share them.
_SAMPLE: Final = 2_000
#: A referrer that refers to more than this is a directory or a farm and says little about kinship.
_MOST_OF_A_REFERRER: Final = 5_000
#: Domains whose "referrals" are technical: files and tags that others' pages load or that load others'. They
#: can be left out of a list of referrers, never out of the data. Own table of names known to everybody.
TECHNICAL: Final[dict[str, str]] = {
    "googleapis.com": "fonts and scripts",
    "gstatic.com": "files of Google",
    "googletagmanager.com": "tag manager",
    "google-analytics.com": "analytics",
    "doubleclick.net": "advertising",
    "googlesyndication.com": "advertising",
    "cloudflare.com": "CDN",
    "cloudfront.net": "CDN",
    "jsdelivr.net": "CDN",
    "unpkg.com": "CDN",
    "bootstrapcdn.com": "CDN",
    "jquery.com": "scripts",
    "fontawesome.com": "fonts",
    "gmpg.org": "profile links of themes",
    "w.org": "files of WordPress",
    "gravatar.com": "pictures",
    "fbcdn.net": "files of Facebook",
    "twimg.com": "files of Twitter",
    "ytimg.com": "files of YouTube",
    "wixstatic.com": "files of Wix",
    "amazonaws.com": "hosting",
    "akamaihd.net": "CDN",
    "fastly.net": "CDN",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A rank of one domain: value, place (1 is best), how many are ranked, percentile (100 is best)."""

    kind: str
    value: float
    position: int | None
    ranked: int
    percentile: float | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A domain in a list, with its authority and raw PageRank where known, and how much is shared."""

    domain: str
    authority: float | None
    pagerank: float | None
    shared: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: `total` in all, `start` of the page, whether there is `more`."""

    rows: list[Neighbour]
    total: int
    start: int
    more: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a graph says of one domain. `asked` is what was typed, `domain` the node that answers."""

    asked: str
    domain: str
    node: int
    release: str
    domain_authority: float | None
    ranks: dict[str, Standing]
    in_degree: int
    out_degree: int
    hosts: int | None


@dataclass(frozen=True, slots=True)
class Absent:
    """A domain that the graph has not: why that may be, in a sentence, and names that are there."""

    asked: str
    sentence: str
    near: list[str]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two domains' referrers: how many each has, shares, and their Jaccard similarity."""

    first: int
    second: int
    shared: int
    jaccard: float
    rows: Listing


def profile(graph: Graph, name: str) -> Profile | Absent:
    """Everything the graph knows of a domain, or why it knows nothing."""
    node = graph.node(name)
    if node is None:
        return absent(graph, name)
    ranks = {kind: one for kind in graph.manifest.ranks if (one := _standing(graph, kind, node)) is not None}
    worth = ranks.get("authority")
    return Profile(
        asked=name,
        domain=graph.name(node),
        node=node,
        release=graph.manifest.release,
        domain_authority=None if worth is None else round(worth.value, 1),
        ranks=ranks,
        in_degree=graph.backward.degree(node) if graph.has_arcs else 0,
        out_degree=graph.forward.degree(node) if graph.has_arcs else 0,
        hosts=int(graph.hosts[node]) if graph.hosts is not None and len(graph.hosts) else None,
    )


def absent(graph: Graph, name: str) -> Absent:
    """Say why a name may be missing, with what is there instead."""
    parsed = parse_url(name if "://" in name else f"http://{name.strip()}")
    host = "" if parsed is None else str(parsed.hostname)
    wider = registrable_domain(host, private=False) if host else None
    near = [wider] if wider and wider != host and graph.node(wider) is not None else []
    if graph.names is not None and host:
        stem = reverse_host(host.removeprefix("www."))
        near += [graph.name(node) for node in graph.names.starting_with(stem, 5)]
    release = graph.manifest.release
    if near and near[0] == wider:
        why = f"this graph counts it as part of {wider}"
    else:
        why = "Common Crawl saw no page of it and no link to it then, or it is written otherwise"
    return Absent(name, f"{name} is not in {release}: {why}.", list(dict.fromkeys(near)))


def referring_domains(
    graph: Graph, node: int, *, limit: int = LIMIT, start: int = 0, technical: bool = True
) -> Listing:
    """Who refers to a domain, by authority; without `technical`, CDNs and tag managers are left out."""
    return _listing(graph, _without_technical(graph, graph.backward.of(node), technical), limit, start)


def linked_domains(graph: Graph, node: int, *, limit: int = LIMIT, start: int = 0) -> Listing:
    """Whom a domain refers to, by authority."""
    return _listing(graph, graph.forward.of(node), limit, start)


def alike(graph: Graph, node: int, *, limit: int = LIMIT) -> Listing:
    """Domains that the same domains refer to: those that share most of its referrers.

    Looked at are at most _SAMPLE referrers, spread over all, and none that refers to more than
    _MOST_OF_A_REFERRER domains; `note` says so when that left any out.
    """
    referrers = graph.backward.of(node)
    chosen = referrers[:: max(len(referrers) // _SAMPLE, 1)][:_SAMPLE]
    lists = [graph.forward.of(int(one)) for one in chosen]
    narrow = [one for one in lists if len(one) <= _MOST_OF_A_REFERRER]
    if not narrow:
        return Listing([], 0, 0, more=False)
    others, counts = np.unique(np.concatenate(narrow), return_counts=True)
    kept = (others != node) & (counts > 1)
    others, counts = others[kept], counts[kept]
    best = np.lexsort((others, -counts))[:limit]
    rows = [_neighbour(graph, int(others[at]), int(counts[at])) for at in best]
    left = len(referrers) - len(narrow)
    note = "" if not left else f"from {len(narrow):,} of {len(referrers):,} referring domains"
    return Listing(rows, len(others), 0, len(others) > len(rows), note)


def gap(graph: Graph, me: int, them: Sequence[int], *, limit: int = LIMIT, start: int = 0) -> Listing:
    """Domains that refer to any of them and not to me; those that refer to most of them first.

    Raises `UsageError` without anybody to compare with.
    """
    if not them:
        raise UsageError("Name at least one other domain to compare with.")
    referrers, counts = np.unique(
        np.concatenate([graph.backward.of(one) for one in dict.fromkeys(them)]), return_counts=True
    )
    kept = ~np.isin(referrers, graph.backward.of(me)) & (referrers != me) & ~np.isin(referrers, them)
    return _listing(graph, referrers[kept], limit, start, counts[kept])


def overlap(graph: Graph, one: int, other: int, *, limit: int = LIMIT, start: int = 0) -> Overlap:
    """What two domains' referrers have in common."""
    first, second = graph.backward.of(one), graph.backward.of(other)
    shared = np.intersect1d(first, second, assume_unique=True)
    union = len(first) + len(second) - len(shared)
    jaccard = len(shared) / union if union else 0.0
    return Overlap(len(first), len(second), len(shared), jaccard, _listing(graph, shared, limit, start))


def suggestions(graph: Graph, text: str, limit: int = 10) -> list[str]:
    """Names that begin with what somebody typed so far, as far as a dot was typed after the last label.

    Names stand reversed, so `exam` is looked for under the commonest endings.
    """
    if graph.names is None or not text.strip():
        return []
    parsed = parse_url(f"http://{text.strip().lower()}")
    host = text.strip().lower() if parsed is None else str(parsed.hostname)
    found: list[int] = []
    if "." in host:
        found += graph.names.starting_with(reverse_host(host), limit)
    else:
        for ending in ("com", "org", "net", "de", "co.uk", "io"):
            found += graph.names.starting_with(f"{reverse_host(ending)}.{host}", max(limit // 3, 1))
    return [graph.name(node) for node in dict.fromkeys(found)][:limit]


def authorities(graph: Graph, domains: Sequence[str]) -> dict[str, int]:
    """Domain authority of some domains, rounded; those that are not there are left out."""
    worth = graph.rank("authority")
    if worth is None:
        return {}
    found = {domain: graph.node(domain) for domain in domains}
    return {
        domain: round(float(worth[node]))
        for domain, node in found.items()
        if node is not None and not np.isnan(worth[node])
    }


def _standing(graph: Graph, kind: str, node: int) -> Standing | None:
    values, places = graph.rank(kind), graph.position(kind)
    if values is None or np.isnan(values[node]):
        return None
    place = int(places[node]) if places is not None and places[node] else None
    nodes = graph.nodes
    share = None if place is None else round(100 * max(0.0, 1 - (place - 1) / max(nodes, 1)), 4)
    return Standing(kind, float(values[node]), place, nodes, share)


def _without_technical(graph: Graph, nodes: NDArray[np.uint32], technical: bool) -> NDArray[np.uint32]:
    if technical:
        return nodes
    left_out = [node for name in TECHNICAL if (node := graph.node(name)) is not None]
    return nodes[~np.isin(nodes, left_out)]


def _listing(
    graph: Graph, nodes: NDArray[np.uint32], limit: int, start: int, counts: NDArray[Any] | None = None
) -> Listing:
    """A page of some nodes: by how many they are shared by if that is given, then by rank, then by name."""
    end = min(start + limit, len(nodes))
    if start >= len(nodes):
        return Listing([], len(nodes), start, more=False)
    worth = _order(graph)
    keys = -np.asarray(worth[nodes], np.float64) if worth is not None else np.zeros(len(nodes))
    keys = np.nan_to_num(keys, nan=np.inf)
    if counts is not None:
        order = np.lexsort((nodes, keys, -counts))[:end]
    elif end < len(nodes):
        # the worst key that is still shown: only those at least as good are put in order
        cut = np.partition(keys, end - 1)[end - 1]
        best = np.flatnonzero(keys <= cut)
        order = best[np.lexsort((nodes[best], keys[best]))][:end]
    else:
        order = np.lexsort((nodes, keys))
    rows = [
        _neighbour(graph, int(nodes[at]), None if counts is None else int(counts[at]))
        for at in order[start:end]
    ]
    return Listing(rows, len(nodes), start, end < len(nodes))


def _order(graph: Graph) -> NDArray[Any] | None:
    return next((values for kind in ORDER if (values := graph.rank(kind)) is not None), None)


def _neighbour(graph: Graph, node: int, shared: int | None) -> Neighbour:
    return Neighbour(
        graph.name(node), _value(graph, "authority", node), _value(graph, "pagerank", node), shared
    )


def _value(graph: Graph, kind: str, node: int) -> float | None:
    values = graph.rank(kind)
    if values is None or np.isnan(values[node]):
        return None
    return round(float(values[node]), 1) if kind == "authority" else float(values[node])
