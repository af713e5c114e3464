"""Generated webs of domains for benchmarks of the graph: links have the shape of the web's, names have none.

A third of the domains links to nobody; out-degrees are heavy-tailed (Pareto, exponent 1.3). Half of all links
go to popular domains (in-degrees fall as a power law, exponent about 2.5, popularity is independent of the
number), half to near numbers, so that there are neighbourhoods. Arcs to oneself and doubles are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from linkstead.graph.adjacency import Adjacency

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Web(NamedTuple):
    """Both directions of one graph, and the ends of its arcs in ascending order."""

    forward: Adjacency
    backward: Adjacency
    froms: NDArray[np.uint32]
    tos: NDArray[np.uint32]

    @property
    def out_degrees(self) -> NDArray[np.uint32]:
        return self.forward.degrees()


def generated(nodes: int, arcs: int, seed: int = 1) -> Web:
    """A web of `nodes` domains and somewhat fewer than `arcs` links."""
    draw = np.random.default_rng(seed)
    active = draw.permutation(nodes)[: nodes * 2 // 3]
    weights = draw.pareto(1.3, len(active)) + 0.3
    cuts = np.cumsum(np.minimum(weights, nodes / 200))
    froms = active[np.searchsorted(cuts, draw.random(arcs) * cuts[-1])]
    popular = draw.permutation(nodes)
    tos = popular[(nodes * draw.random(arcs) ** 3).astype(np.int64)]
    near = draw.random(arcs) < 0.5
    tos[near] = (froms[near] + np.rint(draw.standard_cauchy(int(near.sum())) * 20).clip(-1e6, 1e6)) % nodes
    other = froms != tos
    return web_of(nodes, froms[other], tos[other])


def web_of(nodes: int, froms: NDArray[np.int64], tos: NDArray[np.int64]) -> Web:
    """Arcs in any order, as a graph; doubles are dropped."""
    keys = np.unique(froms.astype(np.int64) * nodes + tos.astype(np.int64))
    froms, tos = keys // nodes, keys % nodes
    forward = Adjacency(_offsets(nodes, froms), tos.astype(np.uint32))
    order = np.argsort(tos, kind="stable")
    backward = Adjacency(_offsets(nodes, tos), froms[order].astype(np.uint32))
    return Web(forward, backward, froms.astype(np.uint32), tos.astype(np.uint32))


def _offsets(nodes: int, ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    offsets = np.zeros(nodes + 1, np.uint64)
    np.cumsum(np.bincount(ends, minlength=nodes), out=offsets[1:])
    return offsets
