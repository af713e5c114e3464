"""Domain authority: a rank as a number from 0 to 100 that people can compare.

    authority(v) = 100 * (1 - ln(at least) / ln(nodes))

where `at least` is how many nodes have the rank of v or a better one. The best node has 100, and each point
less is the same factor of nodes that are better: among 121 million domains 20% more of them. It depends on
the order alone, so it is monotone in the rank and does not move when all values do, from one release to the
next. All nodes with the least rank share 0.

The rank behind it is `anchored`: PageRank whose teleport goes to the anchors alone, the ANCHORS share of
nodes with the greatest harmonic centrality. In plain PageRank each domain is born with a vote, whoever
registers it: a thousand fresh ones lift their target by 12 to 79 points. Here a vote must be earned by being
reached from much of the web: links of domains that nobody else links to weigh nothing, however they link
among themselves. It is no shield against more: where the target links back to its farm, or each farm domain
gets one bought link, the farm is reached and votes (up to 35 and 75 points); `python -m bench.authority`
measures it. Plain PageRank stays beside it as it is.

Where a graph has published ranks only, authority is told from the published PageRank positions, so a farm
of domains may have moved it; the manifest names the basis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from linkstead.errors import InputError
from linkstead.progress import ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkstead.graph.adjacency import Adjacency
    from linkstead.graph.ranking import RankRun

#: The share of nodes that have a vote of their own.
ANCHORS: Final = 0.1


def authority(values: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Authorities from ranks, the greatest the best; NaN (no rank) stays NaN and is not counted."""
    places = np.zeros(len(values), np.uint32)
    order = np.argsort(values, kind="stable")
    ranked = len(values) - int(np.isnan(values).sum())
    order = order[:ranked]
    ordered = values[order]
    first = np.ones(ranked, dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    below = starts[np.cumsum(first) - 1] if ranked else starts
    places[order] = (ranked - below).astype(np.uint32)
    return from_positions(places, ranked)


def from_positions(positions: NDArray[np.uint32], nodes: int) -> NDArray[np.float32]:
    """Authorities from positions among `nodes`, 1 the best; 0 is no position and gives NaN."""
    with np.errstate(divide="ignore"):
        passed = np.log(positions.astype(np.float64))
    values = np.clip(100 * (1 - passed / np.log(max(nodes, 2))), 0, 100)
    values[positions == 0] = np.nan
    return np.asarray(values, np.float32)


def anchored_rank(
    backward: Adjacency,
    out_degrees: NDArray[np.uint32],
    harmonic: NDArray[np.floating[Any]],
    *,
    damping: float = 0.85,
    tolerance: float = 8e-7,
    groups: NDArray[np.uint32] | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> RankRun:
    """PageRank with the anchors as its teleport; a node that no anchor reaches has exactly 0.

    `groups`: one vote a domain, as in `pagerank`.
    """
    from linkstead.graph.ranking import pagerank

    return pagerank(
        backward,
        out_degrees,
        damping=damping,
        tolerance=tolerance,
        teleport=anchors(harmonic),
        groups=groups,
        progress=progress,
        should_stop=should_stop,
    )


def anchors(harmonic: NDArray[np.floating[Any]], share: float = ANCHORS) -> NDArray[np.float64]:
    """The teleport vector: an even weight on the `share` of nodes that most of the web reaches soonest.

    Nodes that equal the last of them come in too; nodes that nothing reaches, or without a figure, never.
    """
    if not 0 < share <= 1:
        raise InputError(f"The share of anchors must be above 0 and at most 1, not {share}.")
    known = np.nan_to_num(np.asarray(harmonic, np.float64), nan=0.0)
    if not len(known):
        return known
    most = max(1, round(len(known) * share))
    least = np.partition(known, len(known) - most)[len(known) - most]
    chosen = (known >= least) & (known > 0)
    if not chosen.any():
        # nothing links to anything: everybody is equal
        chosen[:] = True
    return np.asarray(chosen / float(chosen.sum()), np.float64)
