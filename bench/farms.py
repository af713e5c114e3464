"""What a thousand fresh domains can do for the authority of one target, on a generated web.

Five targets, of authority about 5, 20, 40, 60 and 80 by the rank in question, get a farm each. Shapes:

    star      every farm domain links to the target, nobody links to them
    tiers     900 link to 100, these to the target
    web       star, and every farm domain links to 20 others of its farm
    back      star, and the target links to all of them
    bought    star, and each farm domain has one link from a domain of the web drawn by chance
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import scipy.sparse

from bench.webgraphs import Web, web_of
from linkstead.graph.authority import anchors, authority
from linkstead.graph.hyperball import harmonic_centrality
from linkstead.graph.ranking import pagerank

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FARM = 1_000
LEVELS = (5, 20, 40, 60, 80)
REGISTERS = 16
Ends: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.int64]]"


def star(farm: NDArray[np.int64], target: int, web: Web) -> Ends:
    del web
    return farm, np.full(len(farm), target)


def tiers(farm: NDArray[np.int64], target: int, web: Web) -> Ends:
    del web
    few, many = farm[:100], farm[100:]
    return np.concatenate([few, many]), np.concatenate(
        [np.full(len(few), target), few[np.arange(len(many)) % 100]]
    )


def among(farm: NDArray[np.int64], target: int, web: Web) -> Ends:
    froms, tos = star(farm, target, web)
    rings = [np.roll(farm, step) for step in range(1, 21)]
    return np.concatenate([froms, *[farm] * 20]), np.concatenate([tos, *rings])


def back(farm: NDArray[np.int64], target: int, web: Web) -> Ends:
    froms, tos = star(farm, target, web)
    return np.concatenate([froms, tos]), np.concatenate([tos, froms])


def bought(farm: NDArray[np.int64], target: int, web: Web) -> Ends:
    froms, tos = star(farm, target, web)
    sellers = np.random.default_rng(target).choice(np.flatnonzero(web.out_degrees), len(farm))
    return np.concatenate([froms, sellers]), np.concatenate([tos, farm])


SHAPES = {"star": star, "tiers": tiers, "web": among, "back": back, "bought": bought}


def plain(web: Web) -> NDArray[np.float64]:
    return pagerank(web.backward, web.out_degrees).values


def truncated(web: Web, first: int) -> NDArray[np.float64]:
    """Truncated PageRank (Becchetti et al., LinkKDD 2006): paths of `first` links or more."""
    out = web.out_degrees
    shares = scipy.sparse.csr_array(
        (1.0 / out[web.backward.arcs], web.backward.arcs, web.backward.offsets.astype(np.int64)),
        (len(out), len(out)),
    )
    now = np.full(len(out), 1 / len(out))
    total = np.zeros(len(out))
    for length in range(first + 60):
        if length >= first:
            total += now
        now = 0.85 * (shares @ now)
    return total


def anchored(web: Web, share: float) -> NDArray[np.float64]:
    harmonic = harmonic_centrality(web.backward, registers=REGISTERS).values
    return pagerank(web.backward, web.out_degrees, teleport=anchors(harmonic, share)).values


def anchored_twice(web: Web, share: float) -> NDArray[np.float64]:
    """Anchors must be at the top by harmonic centrality and by PageRank."""
    harmonic = harmonic_centrality(web.backward, registers=REGISTERS).values
    both = anchors(harmonic, share) * anchors(plain(web), share)
    return pagerank(web.backward, web.out_degrees, teleport=both).values


RANKS: dict[str, Callable[[Web], NDArray[np.float64]]] = {
    "plain PageRank": plain,
    "Truncated PageRank, T=1": lambda web: truncated(web, 2),
    "Truncated PageRank, T=3": lambda web: truncated(web, 4),
    "anchored, 10% by harmonic": lambda web: anchored(web, 0.1),
    "anchored, 25% by harmonic": lambda web: anchored(web, 0.25),
    "anchored, 10% by both": lambda web: anchored_twice(web, 0.1),
}


def lifts(web: Web, rank: Callable[[Web], NDArray[np.float64]]) -> dict[str, list[tuple[float, float]]]:
    """For each shape (authority before, its change) of every target."""
    before = authority(rank(web))
    targets = [int(np.argmin(np.abs(before - level))) for level in LEVELS]
    nodes = web.forward.nodes
    farms = [np.arange(nodes + FARM * place, nodes + FARM * (place + 1)) for place in range(len(LEVELS))]
    result = {}
    for name, shape in SHAPES.items():
        ends = [shape(farm, target, web) for farm, target in zip(farms, targets, strict=True)]
        froms = np.concatenate([web.froms, *(one[0] for one in ends)])
        tos = np.concatenate([web.tos, *(one[1] for one in ends)])
        after = authority(rank(web_of(nodes + FARM * len(LEVELS), froms, tos)))
        result[name] = [(float(before[one]), float(after[one] - before[one])) for one in targets]
    return result
