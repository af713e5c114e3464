"""Trust that flows along links from chosen nodes, and distrust that flows against them.

TrustRank: PageRank whose teleport goes to the trusted seeds alone, t = d * T t + (1 - d) * seeds (Gyongyi,
Garcia-Molina and Pedersen, "Combating web spam with TrustRank", VLDB 2004): whom trusted nodes refer to.

Anti-TrustRank: the same on the inverse graph from distrusted seeds (Krishnan and Raj, "Web spam detection
with Anti-Trust Rank", AIRWeb 2006): who refers to distrusted nodes, at whatever distance.

Both sum to 1 over the graph; a node that no seed reaches (or that reaches no seed) has exactly 0. The rank of
dangling nodes goes back to the seeds. Kernel, error and memory as in `ranking`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linkstead.errors import InputError
from linkstead.graph.ranking import DAMPING, TOLERANCE, RankRun, pagerank
from linkstead.progress import ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from linkstead.graph.adjacency import Adjacency


def trust(
    backward: Adjacency,
    out_degrees: NDArray[np.uint32],
    seeds: Collection[int],
    *,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    groups: NDArray[np.uint32] | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> RankRun:
    """TrustRank from trusted nodes. Raises `InputError` without a seed or for one that is no node."""
    return pagerank(
        backward,
        out_degrees,
        damping=damping,
        tolerance=tolerance,
        teleport=seeded(backward.nodes, seeds),
        groups=groups,
        progress=progress,
        should_stop=should_stop,
    )


def distrust(
    forward: Adjacency,
    in_degrees: NDArray[np.uint32],
    seeds: Collection[int],
    *,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    groups: NDArray[np.uint32] | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> RankRun:
    """Anti-TrustRank from distrusted nodes: on the inverse graph, successors are the voters."""
    return trust(
        forward,
        in_degrees,
        seeds,
        damping=damping,
        tolerance=tolerance,
        groups=groups,
        progress=progress,
        should_stop=should_stop,
    )


def seeded(nodes: int, seeds: Collection[int]) -> NDArray[np.float64]:
    """The teleport vector with an even weight on each seed; a seed named twice counts once."""
    places = np.unique(np.fromiter(seeds, np.int64, len(seeds)))
    if not len(places):
        raise InputError("None of the seeds is in the graph; name domains that it has.")
    if places[0] < 0 or places[-1] >= nodes:
        raise InputError(f"Seeds are nodes from 0 to {nodes - 1:,}.")
    teleport = np.zeros(nodes)
    teleport[places] = 1 / len(places)
    return teleport
