"""Harmonic centrality by HyperBall: every node counts, step by step, how many nodes reach it.

    H(v) = sum over u != v that reach v of 1 / d(u, v)
         = sum over t >= 1 of (|B(v, t)| - |B(v, t - 1)|) / t

where B(v, t) are the nodes from which v is reached in at most t steps. The balls are HyperLogLog counters,
and B(v, t) is the union of B(v, t - 1) and of B(u, t - 1) for every u -> v: Boldi and Vigna, "In-core
computation of geometric centralities with HyperBall" (2013, https://arxiv.org/abs/1308.2144), on the
counters of Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog: the analysis of a near-optimal cardinality
estimation algorithm" (2007), small counts by linear counting.

Error: a counter of m registers has a relative standard error of about 1.04 / sqrt(m) (a little more for few
registers, see `relative_error`). Most nodes reach each other and see the same hashes, so that within
one run the errors go together: the order of the nodes is better than the figures. Another `seed` is another
draw.

Memory: 2 * m + 18 bytes a node beside the arcs where they lie. Only nodes with a predecessor that grew in the
step before are looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.compiled import compiled, parallel, prange
from linkstead.errors import InputError
from linkstead.graph.ranking import pieces_of
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkstead.graph.adjacency import Adjacency

REGISTERS: Final = 64
FEWEST: Final = 16
MOST: Final = 4096
#: Longest path that is followed; counters are stable long before on any graph of the web.
MOST_STEPS: Final = 10_000
#: Flajolet et al. 2007, section 1 (beta of m) and figure 3 (alpha of m); both settle for more registers.
_BETA: Final[dict[int, float]] = {16: 1.106, 32: 1.070, 64: 1.054, 128: 1.046}
_ALPHA: Final[dict[int, float]] = {16: 0.673, 32: 0.697, 64: 0.709}
_POWERS: Final = np.ldexp(1.0, -np.arange(66))


@dataclass(frozen=True, slots=True)
class HyperBallRun:
    """Harmonic centralities, one a node; steps until stable; the counters' relative standard error.

    `stopped`: somebody asked to, or paths are longer than `most`; the values are too small then.
    """

    values: NDArray[np.float64]
    iterations: int
    relative_error: float
    stopped: bool = False


def relative_error(registers: int) -> float:
    """The relative standard error of a counter: 0.28 for 16 registers, 0.13 for 64, 0.065 for 256."""
    return _BETA.get(registers, 1.04) / float(np.sqrt(registers))


def harmonic_centrality(
    backward: Adjacency,
    *,
    registers: int = REGISTERS,
    seed: int = 0,
    most: int = MOST_STEPS,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> HyperBallRun:
    """Estimate every node's harmonic centrality; formula, papers, error and memory stand above.

    `registers` is a power of two from 16 to 4096, else `InputError`.
    """
    if not FEWEST <= registers <= MOST or registers & (registers - 1):
        raise InputError(f"Registers must be a power of two from {FEWEST} to {MOST}, not {registers}.")
    nodes, expected = backward.nodes, relative_error(registers)
    alpha = _ALPHA.get(registers, 0.7213 / (1 + 1.079 / registers))
    old, new = np.zeros((nodes, registers), np.uint8), np.zeros((nodes, registers), np.uint8)
    values, sizes = np.zeros(nodes), np.zeros(nodes)
    grew, grows = np.ones(nodes, np.uint8), np.zeros(nodes, np.uint8)
    _begin(old, sizes, np.uint64(seed % 2**64), alpha, _POWERS)
    cuts = pieces_of(backward)
    counts = np.zeros(len(cuts) - 1, np.int64)
    for distance in range(1, most + 1):
        if should_stop():
            return HyperBallRun(values, distance - 1, expected, stopped=True)
        _grow(
            (backward.offsets, backward.arcs),
            (old, new),
            (grew, grows),
            cuts,
            counts,
            float(distance),
            (sizes, values),
            (alpha, _POWERS),
        )
        left = int(counts.sum())
        old, new, grew, grows = new, old, grows, grew
        progress(Progress("Harmonic centrality", distance, None, "steps", left, f"{left:,} still growing"))
        if not left:
            return HyperBallRun(values, distance, expected)
    return HyperBallRun(values, most, expected, stopped=True)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit of the value moves every bit."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@compiled
def _size(counter: NDArray[np.uint8], alpha: float, powers: NDArray[np.float64]) -> float:
    """How many nodes a counter stands for."""
    registers = len(counter)
    total, empty = 0.0, 0
    for place in range(registers):
        total += powers[counter[place]]
        empty += counter[place] == 0
    size = alpha * registers * registers / total
    if size <= 2.5 * registers and empty > 0:
        return float(registers * np.log(registers / empty))
    return float(size)


@parallel
def _begin(
    counters: NDArray[np.uint8],
    sizes: NDArray[np.float64],
    seed: np.uint64,
    alpha: float,
    powers: NDArray[np.float64],
) -> None:
    """Every counter holds its own node."""
    nodes, registers = counters.shape
    start = _mixed(seed + np.uint64(0x9E3779B97F4A7C15))
    for node in prange(nodes):
        bits = _mixed(start + np.uint64(node) * np.uint64(0x9E3779B97F4A7C15))
        place = np.int64(bits & np.uint64(registers - 1))
        rest, zeros = bits // np.uint64(registers), 1
        while rest & np.uint64(1) == np.uint64(0) and zeros < 52:
            rest, zeros = rest >> np.uint64(1), zeros + 1
        counters[node, place] = zeros
        sizes[node] = _size(counters[node], alpha, powers)


@compiled
def _join(into: NDArray[np.uint8], other: NDArray[np.uint8]) -> None:
    for place in range(len(into)):
        into[place] = max(into[place], other[place])


@compiled
def _differ(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    for place in range(len(one)):  # noqa: SIM110 - compiled
        if one[place] != other[place]:
            return True
    return False


@parallel
def _grow(
    backward: tuple[NDArray[np.uint64], NDArray[np.uint32]],
    counters: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    growth: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    cuts: NDArray[np.int64],
    counts: NDArray[np.int64],
    distance: float,
    found: tuple[NDArray[np.float64], NDArray[np.float64]],
    scale: tuple[float, NDArray[np.float64]],
) -> None:
    """One step: every ball takes in those of its predecessors that grew in the step before.

    `new` holds the counters of two steps ago; where a node did not grow in the last one, they are still
    right. `growth`: which nodes grew in the last step, and do in this one; `found`: sizes and centralities.
    """
    offsets, arcs = backward
    old, new = counters
    grew, grows = growth
    sizes, values = found
    alpha, powers = scale
    for piece in prange(len(cuts) - 1):
        count = 0
        for node in range(cuts[piece], cuts[piece + 1]):
            if grew[node]:
                new[node] = old[node]
            touched = False
            for arc in range(offsets[node], offsets[node + 1]):
                before = arcs[arc]
                if grew[before]:
                    _join(new[node], old[before])
                    touched = True
            grows[node] = 0
            if touched and _differ(new[node], old[node]):
                grows[node] = 1
                count += 1
                size = _size(new[node], alpha, powers)
                if size > sizes[node]:
                    values[node] += (size - sizes[node]) / distance
                    sizes[node] = size
        counts[piece] = count
