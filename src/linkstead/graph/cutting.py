"""What a domain would lose if some of its referrers counted no more: the first order of the change.

    p'(v) = p(v) - d * sum over cut u -> v of p(u) / out(u)

the rank of v without the votes that the cut nodes give it directly (formula of `ranking`). What v
itself passes on and gets back in circles is left out, and so is what the cut nodes' other votes would gain.
The place is looked up among all other nodes as they are. The rank is the anchored one, which authority is
made of, else PageRank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from linkstead.graph.authority import from_positions

if TYPE_CHECKING:
    from collections.abc import Collection

    from linkstead.graph.store import Graph

_KINDS: Final = ("anchored", "pagerank")
_AT_ONCE: Final = 1 << 24


class Weakened(NamedTuple):
    """A node's rank and authority before and after; `cut` of its `referrers` no longer count.

    `share` is the part of the rank that they gave, 0 to 1.
    """

    kind: str
    referrers: int
    cut: int
    share: float
    rank_before: float
    rank_after: float
    authority_before: float
    authority_after: float


def weakened(graph: Graph, node: int, without: Collection[int]) -> Weakened | None:
    """What `node` loses without the votes of some nodes; None where the graph has no rank of its arcs."""
    kind = next((one for one in _KINDS if graph.rank(one) is not None), None)
    ranks = None if kind is None else graph.rank(kind)
    if kind is None or ranks is None or not graph.has_arcs:
        return None
    referrers = graph.backward.of(node)
    cut = np.intersect1d(referrers, np.fromiter(without, np.uint32, len(without)))
    degrees = np.array([max(graph.forward.degree(int(one)), 1) for one in cut], np.float64)
    damping = float(graph.manifest.ranks[kind].get("damping", 0.85))
    lost = damping * float((np.asarray(ranks[cut], np.float64) / degrees).sum()) if len(cut) else 0.0
    before = float(ranks[node])
    after = max(before - lost, 0.0)
    return Weakened(
        kind,
        len(referrers),
        len(cut),
        min(lost / before, 1.0) if before else 0.0,
        before,
        after,
        _authority(graph, kind, before, node),
        _authority(graph, kind, after, node),
    )


def _authority(graph: Graph, kind: str, value: float, node: int) -> float:
    """The authority of a rank's value among all other nodes, as `authority` has it."""
    ranks = graph.rank(kind)
    if ranks is None:
        return 0.0
    at_least = sum(
        int(np.count_nonzero(ranks[start : start + _AT_ONCE] >= value))
        for start in range(0, len(ranks), _AT_ONCE)
    )
    place = at_least + (1 if float(ranks[node]) < value else 0)
    return float(from_positions(np.array([max(place, 1)], np.uint32), graph.nodes)[0])
