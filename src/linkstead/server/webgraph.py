"""The web graph of this server, for every page that wants a domain's authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkstead.graph import queries
from linkstead.graph.store import graphs_in

if TYPE_CHECKING:
    from linkstead.graph.store import Graph
    from linkstead.settings import Settings


class KnownDomain(NamedTuple):
    """A domain's authority, 0 to 100, and the release that says so."""

    name: str
    authority: int
    release: str


def loaded_graph(settings: Settings) -> Graph | None:
    """The newest graph that knows names, one with arcs before one of ranks alone; None without one."""
    graphs = sorted(graphs_in(settings.graphs), key=lambda graph: not graph.has_arcs)
    return next((graph for graph in graphs if graph.names is not None), None)


def known_domain(settings: Settings, name: str) -> KnownDomain | None:
    """What the graph says of a domain; None where it has no authority for it."""
    graph = loaded_graph(settings)
    found = {} if graph is None else queries.authorities(graph, [name])
    return (
        None if graph is None or name not in found else KnownDomain(name, found[name], graph.manifest.release)
    )
