"""The compiled inner loops of the rankings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkstead.graph.compiled import compiled, parallel, prange


@parallel
def share(values: NDArray[np.float64], degrees: NDArray[np.uint32], shares: NDArray[np.float32]) -> float:
    """What each node gives to each that it refers to; returns the sum of those that refer to nobody."""
    dangling = 0.0
    for node in prange(len(values)):
        if degrees[node] == 0:
            dangling += values[node]
            shares[node] = 0.0
        else:
            shares[node] = values[node] / degrees[node]
    return dangling


@parallel
def pull(
    offsets: NDArray[np.int64],
    arcs: NDArray[np.uint32],
    shares: NDArray[np.float32],
    jump: NDArray[np.float64],
    damping: float,
    dangling: float,
    values: NDArray[np.float64],
) -> float:
    """One step of PageRank, from `shares` into `values`; the L1 norm of what changed.

    `jump` has one value for all nodes, or one a node. A node's old value is read only by itself, so the new one
    takes its place.
    """
    uniform = len(jump) == 1
    moved = 0.0
    for node in prange(len(values)):
        total = 0.0
        for arc in range(offsets[node], offsets[node + 1]):
            total += shares[arcs[arc]]
        chance = jump[0] if uniform else jump[node]
        value = (1.0 - damping) * chance + damping * (total + chance * dangling)
        moved += abs(value - values[node])
        values[node] = value
    return moved


@compiled
def pull_grouped(
    offsets: NDArray[np.int64],
    arcs: NDArray[np.uint32],
    shares: NDArray[np.float32],
    jump: NDArray[np.float64],
    damping: float,
    dangling: float,
    values: NDArray[np.float64],
    groups: NDArray[np.uint32],
    voted: NDArray[np.int64],
    largest: NDArray[np.float32],
) -> float:
    """As `pull`, of each group's votes for a node only the largest; what is lost is shared in proportion.

    `voted` and `largest` have one entry a group, for our own use.
    """
    uniform = len(jump) == 1
    for group in range(len(voted)):
        voted[group] = -1
    kept, moved = 0.0, 0.0
    coming = np.empty(len(values))
    for node in range(len(values)):
        total = 0.0
        for arc in range(offsets[node], offsets[node + 1]):
            vote = shares[arcs[arc]]
            group = groups[arcs[arc]]
            if voted[group] != node:
                voted[group] = node
                largest[group] = vote
                total += vote
            elif vote > largest[group]:
                total += vote - largest[group]
                largest[group] = vote
        chance = jump[0] if uniform else jump[node]
        coming[node] = (1.0 - damping) * chance + damping * (total + chance * dangling)
        kept += coming[node]
    for node in range(len(values)):
        value = coming[node] / kept
        moved += abs(value - values[node])
        values[node] = value
    return moved


@compiled
def mixed(number: int, seed: int) -> int:
    """64 well-mixed bits of a number (SplitMix64, Steele, Lea & Flood 2014)."""
    bits = np.uint64(number) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@compiled
def begin_counters(counters: NDArray[np.uint8], registers: int, seed: int) -> None:
    """One HyperLogLog counter a node, each holding that node alone."""
    width = 0
    while (1 << width) < registers:
        width += 1
    for node in range(len(counters) // registers):
        bits = mixed(node + 1, seed)
        register = np.int64(bits & np.uint64(registers - 1))
        rest = bits >> np.uint64(width)
        rank = 1
        while rank < 64 - width and not rest & np.uint64(1):
            rest >>= np.uint64(1)
            rank += 1
        counters[node * registers + register] = rank


@parallel
def grow_balls(
    offsets: NDArray[np.int64],
    arcs: NDArray[np.uint32],
    old: NDArray[np.uint8],
    new: NDArray[np.uint8],
    changed: NDArray[np.bool_],
    grown: NDArray[np.bool_],
    registers: int,
) -> None:
    """`new` = each node's ball joined with its referrers' balls; only those that changed are looked at."""
    for node in prange(len(grown)):
        mine = node * registers
        for register in range(registers):
            new[mine + register] = old[mine + register]
        more = False
        for arc in range(offsets[node], offsets[node + 1]):
            referrer = np.int64(arcs[arc])
            if changed[referrer]:
                theirs = referrer * registers
                for register in range(registers):
                    rank = old[theirs + register]
                    if rank > new[mine + register]:
                        new[mine + register] = rank
                        more = True
        grown[node] = more


@parallel
def count_balls(
    counters: NDArray[np.uint8],
    registers: int,
    factor: float,
    grown: NDArray[np.bool_],
    sizes: NDArray[np.float32],
    centrality: NDArray[np.float64],
    distance: int,
) -> None:
    """Estimate the sizes of the balls that grew; what came at this distance adds its share to the centrality."""
    for node in prange(len(sizes)):
        if grown[node]:
            total, zeros = 0.0, 0
            for register in range(node * registers, (node + 1) * registers):
                rank = counters[register]
                total += 1.0 / (1 << rank) if rank < 63 else 0.0
                zeros += rank == 0
            size = factor * registers * registers / total
            if size <= 2.5 * registers and zeros:
                size = registers * np.log(registers / zeros)
            if size > sizes[node]:
                centrality[node] += (size - sizes[node]) / distance
                sizes[node] = size
