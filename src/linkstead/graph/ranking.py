"""PageRank over the transposed graph: every node pulls the votes of those that link to it.

    p(v) = d * (votes(v) + lost * t(v)) + (1 - d) * t(v)
    votes(v) = sum over u -> v of p(u) / out(u)
    lost = 1 - sum over v of votes(v)

with damping `d` and teleport vector `t` (uniform unless given). `lost` is what nobody voted with, the rank
of dangling nodes above all; it goes where the teleport goes, so that the ranks always sum to 1. This is
the strongly preferential PageRank of Page, Brin, Motwani and Winograd, "The PageRank citation ranking:
bringing order to the web" (1999, http://ilpubs.stanford.edu:8090/422/); dangling nodes as in Langville and
Meyer, "Deeper inside PageRank" (Internet Mathematics 1(3), 2004).

One vote per domain: with `groups` (one number a node; the hosts of a domain share one), of the predecessors
of v in one group only the one with the largest share p(u) / out(u) is counted, its like to the limits by
domain of Nutch's LinkRank. What the others would have given is part of `lost`.

Error: each step of the ungrouped walk shrinks the L1 distance to the truth by `d` at least, so the distance
after a step of length s is at most s * d / (1 - d). The default tolerance of 8e-7 keeps it below 4.6e-6.

While it runs it needs, beside the arcs where they lie (4 bytes each, never copied): 8 bytes of offsets, 4 of
degrees and 16 of vectors a node; 8 more with a teleport vector, 4 more with groups. The sums are made in
an order that does not depend on the number of threads: the same graph gives the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.compiled import compiled, parallel, prange
from linkstead.errors import InputError
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkstead.graph.adjacency import Adjacency

DAMPING: Final = 0.85
TOLERANCE: Final = 8e-7
#: No walk with a damping up to 0.9 needs more steps for the tolerance above; a greater one may end here.
MOST_STEPS: Final = 200
#: Runs of nodes with about the same number of arcs; threads take them in turn.
_PIECES: Final = 512
_EVEN: Final = np.zeros(0, np.float64)


@dataclass(frozen=True, slots=True)
class RankRun:
    """Ranks that sum to 1, one a node; the number of steps; the L1 length of the last step.

    `stopped`: somebody asked to, and the values are no ranks yet.
    """

    values: NDArray[np.float64]
    iterations: int
    error: float
    stopped: bool = False


def pagerank(
    backward: Adjacency,
    out_degrees: NDArray[np.uint32],
    *,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    teleport: NDArray[np.float64] | None = None,
    groups: NDArray[np.uint32] | None = None,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> RankRun:
    """Rank all nodes; formula, papers and memory stand above.

    `backward` holds each node's predecessors, `out_degrees` its number of successors; `teleport` must be
    finite, not negative and sum to more than 0 (it is scaled to 1). Raises `InputError` otherwise.
    """
    _check(backward, out_degrees, damping, tolerance)
    where = _EVEN if teleport is None else _scaled(teleport, backward.nodes)
    nodes = backward.nodes
    if not nodes:
        return RankRun(np.zeros(0), 0, 0.0)
    cuts = pieces_of(backward)
    sums = np.zeros(len(cuts) - 1)
    shares = where.copy() if len(where) else np.full(nodes, 1 / nodes)
    shares /= np.maximum(out_degrees, 1)
    votes = np.empty(nodes)
    step = np.inf
    for done in range(1, MOST_STEPS + 1):
        if should_stop():
            return RankRun(shares * np.maximum(out_degrees, 1), done - 1, float(step), stopped=True)
        # a step is at most `damping` as long as the one before: this one will be short enough
        last = step * damping <= tolerance or done == MOST_STEPS
        _gather(backward, shares, groups, cuts, votes, sums)
        lost = max(0.0, 1.0 - float(sums.sum()))
        _settle(votes, shares, out_degrees, where, (damping, lost), last, cuts, sums)
        step = float(sums.sum())
        shares, votes = votes, shares
        progress(Progress("PageRank", done, None, "steps", nodes, f"last step {step:.1e}"))
        if last:
            return RankRun(shares, done, step)
    raise AssertionError("the last step returns")


def pieces_of(adjacency: Adjacency) -> NDArray[np.int64]:
    """Borders of runs of nodes with about the same work (arcs and nodes together)."""
    nodes = adjacency.nodes
    count = min(_PIECES, max(nodes, 1))
    every = np.linspace(0, int(adjacency.offsets[-1]), count + 1)
    by_arcs = np.searchsorted(adjacency.offsets, every.astype(np.uint64), side="left")
    by_nodes = np.linspace(0, nodes, count + 1)
    cuts = np.unique(np.minimum(((by_arcs + by_nodes) / 2).astype(np.int64), nodes))
    cuts[0], cuts[-1] = 0, nodes
    return cuts


def _check(backward: Adjacency, out_degrees: NDArray[np.uint32], damping: float, tolerance: float) -> None:
    if len(out_degrees) != backward.nodes:
        raise InputError(
            f"There are {len(out_degrees):,} degrees for {backward.nodes:,} nodes; give one each."
        )
    if not 0 <= damping < 1:
        raise InputError(f"The damping must be at least 0 and below 1, not {damping}; 0.85 is usual.")
    if not tolerance > 0:
        raise InputError(f"The tolerance must be above 0, not {tolerance}; {TOLERANCE} is usual.")


def _scaled(teleport: NDArray[np.float64], nodes: int) -> NDArray[np.float64]:
    total = float(teleport.sum())
    if len(teleport) != nodes or not np.isfinite(total) or total <= 0 or float(teleport.min()) < 0:
        raise InputError("The teleport vector needs one finite weight a node, none negative, some above 0.")
    return np.asarray(teleport / total, np.float64)


def _gather(
    backward: Adjacency,
    shares: NDArray[np.float64],
    groups: NDArray[np.uint32] | None,
    cuts: NDArray[np.int64],
    votes: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    if groups is None:
        _votes(backward.offsets, backward.arcs, shares, cuts, votes, sums)
    else:
        _group_votes(backward.offsets, backward.arcs, shares, groups, cuts, votes, sums)


@parallel
def _votes(
    offsets: NDArray[np.uint64],
    arcs: NDArray[np.uint32],
    shares: NDArray[np.float64],
    cuts: NDArray[np.int64],
    votes: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """What each node receives, and the sum of it for each piece."""
    for piece in prange(len(cuts) - 1):
        total = 0.0
        for node in range(cuts[piece], cuts[piece + 1]):
            vote = 0.0
            for arc in range(offsets[node], offsets[node + 1]):
                vote += shares[arcs[arc]]
            votes[node] = vote
            total += vote
        sums[piece] = total


@parallel
def _group_votes(
    offsets: NDArray[np.uint64],
    arcs: NDArray[np.uint32],
    shares: NDArray[np.float64],
    groups: NDArray[np.uint32],
    cuts: NDArray[np.int64],
    votes: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """The same with one vote a group; each piece has a hash table as large as its greatest node needs."""
    for piece in prange(len(cuts) - 1):
        most = 1
        for node in range(cuts[piece], cuts[piece + 1]):
            most = max(most, int(offsets[node + 1] - offsets[node]))
        size = 2
        while size < 2 * most:
            size *= 2
        seen_by = np.full(size, -1, np.int64)
        keys, best = np.empty(size, np.uint32), np.empty(size, np.float64)
        total = 0.0
        for node in range(cuts[piece], cuts[piece + 1]):
            mine = arcs[offsets[node] : offsets[node + 1]]
            vote = _one_a_group(node, mine, shares, groups, seen_by, keys, best)
            votes[node] = vote
            total += vote
        sums[piece] = total


@compiled
def _one_a_group(
    node: int,
    voters: NDArray[np.uint32],
    shares: NDArray[np.float64],
    groups: NDArray[np.uint32],
    seen_by: NDArray[np.int64],
    keys: NDArray[np.uint32],
    best: NDArray[np.float64],
) -> float:
    """The sum of the largest share of each group; a slot belongs to `node` where `seen_by` says so."""
    mask = len(keys) - 1
    vote = 0.0
    for voter in voters:
        group, share = groups[voter], shares[voter]
        slot = np.int64((np.uint64(group) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)) & mask
        while seen_by[slot] == node and keys[slot] != group:
            slot = (slot + 1) & mask
        if seen_by[slot] != node:
            seen_by[slot], keys[slot], best[slot] = node, group, share
            vote += share
        elif share > best[slot]:
            vote += share - best[slot]
            best[slot] = share
    return vote


@parallel
def _settle(
    votes: NDArray[np.float64],
    shares: NDArray[np.float64],
    degrees: NDArray[np.uint32],
    teleport: NDArray[np.float64],
    pair: tuple[float, float],
    last: bool,
    cuts: NDArray[np.int64],
    sums: NDArray[np.float64],
) -> None:
    """Votes become ranks, kept as shares p / out until the last step; `sums` takes how far they moved.

    `pair` is the damping and the lost part. The last step keeps p itself: dividing and multiplying again
    would tear ties apart in the last bit.
    """
    damping, lost = pair
    even = 1.0 / len(votes)
    for piece in prange(len(cuts) - 1):
        moved = 0.0
        for node in range(cuts[piece], cuts[piece + 1]):
            weight = teleport[node] if len(teleport) else even
            value = damping * (votes[node] + lost * weight) + (1.0 - damping) * weight
            degree = max(degrees[node], 1)
            moved += abs(value - shares[node] * degree)
            votes[node] = value if last else value / degree
        sums[piece] = moved
