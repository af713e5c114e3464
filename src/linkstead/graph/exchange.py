"""Exchanged links in a graph: who is linked back, and over how many third domains the way leads round.

A referring domain of a site has a chain with it for each domain that the site refers to and that refers to
the referring domain: site -> third -> referring domain -> site (Google's spam policies call many of them
excessive link exchanges). Technical hosts are no partners: everybody loads files from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from linkstead.graph.queries import TECHNICAL

if TYPE_CHECKING:
    from linkstead.graph.store import Graph


class Exchanged(NamedTuple):
    """Whether the site refers to a domain, and the number of chains; None where the graph cannot tell."""

    back: bool | None
    chains: int | None


class Exchange:
    """The links that a site gives, ready to be asked about many domains."""

    def __init__(self, graph: Graph, site: str) -> None:
        self._graph = graph
        node = graph.node(site) if graph.has_arcs else None
        self._given = None if node is None else graph.forward.of(node)
        technical = [found for name in TECHNICAL if (found := graph.node(name)) is not None]
        if self._given is not None:
            self._given = self._given[~np.isin(self._given, technical)]

    def with_domain(self, name: str) -> Exchanged:
        """What the site and a domain that refers to it exchange."""
        node = self._graph.node(name) if self._given is not None else None
        if node is None or self._given is None:
            return Exchanged(None, None)
        place = int(np.searchsorted(self._given, node))
        back = place < len(self._given) and int(self._given[place]) == node
        third = np.intersect1d(self._given, self._graph.backward.of(node), assume_unique=True)
        return Exchanged(back, int(np.count_nonzero(third != node)))
