"""PageRank against scipy's sparse product and networkit; HyperBall's error for each number of registers.

    python -m bench.ranking [--short]

Same graph, damping, L1 tolerance of the last step and rounds for all; CPU seconds of the whole process,
taking turns; everything is compiled and every peer's graph is built before. Graphs: cnr-2000 of the shared
data and a generated web (`bench.webgraphs`). The truth is scipy's walk until a step is below 1e-13.
"""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
import scipy.sparse.csgraph

from bench.racing import Figure, ratio_text, show
from bench.webgraphs import Web, generated, web_of
from linkstead.graph.bvgraph import arcs_of
from linkstead.graph.hyperball import harmonic_centrality, relative_error
from linkstead.graph.ranking import TOLERANCE, pagerank

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
ROUNDS = 5


def cnr() -> Web:
    blocks = list(arcs_of(DATA / "law-cnr-2000" / "data" / "cnr-2000"))
    return web_of(
        325_557, np.concatenate([froms for froms, _ in blocks]), np.concatenate([tos for _, tos in blocks])
    )


def sparse(web: Web) -> scipy.sparse.csr_array:
    """Row v holds 1 / out(u) for every u -> v."""
    shares = 1.0 / web.out_degrees[web.backward.arcs]
    nodes = web.forward.nodes
    kept = (shares, web.backward.arcs.astype(np.int32), web.backward.offsets.astype(np.int64))
    return scipy.sparse.csr_array(kept, (nodes, nodes))


def walk(shares: scipy.sparse.csr_array, dangling: NDArray[np.intp], tolerance: float) -> NDArray[np.float64]:
    nodes = shares.shape[0]
    now = np.full(nodes, 1 / nodes)
    for _ in range(400):
        after = 0.85 * (shares @ now + now[dangling].sum() / nodes) + 0.15 / nodes
        step = np.abs(after - now).sum()
        now = after
        if step <= tolerance:
            break
    return now


def networkit_of(web: Web) -> Callable[[], NDArray[np.float64]] | None:
    try:
        import networkit
    except ImportError:
        return None
    ends = (np.ones(len(web.froms)), (web.froms.astype(np.uint64), web.tos.astype(np.uint64)))
    matrix = scipy.sparse.coo_matrix(ends, (web.forward.nodes, web.forward.nodes))
    graph = networkit.GraphFromCoo(matrix, n=web.forward.nodes, weighted=False, directed=True)
    sinks = networkit.centrality.SinkHandling.DistributeSinks

    def run() -> NDArray[np.float64]:
        ranking = networkit.centrality.PageRank(graph, 0.85, TOLERANCE, distributeSinks=sinks)
        ranking.norm = networkit.centrality.Norm.l1norm
        ranking.run()
        values = np.array(ranking.scores())
        return values / values.sum()

    return run


def cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def peak(run: Callable[[], object]) -> int:
    """Most bytes that numpy held for a call, beside what there was."""
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def race(name: str, web: Web, rounds: int) -> list[Figure]:
    out, shares = web.out_degrees, sparse(web)
    dangling = np.flatnonzero(out == 0)

    def ours() -> NDArray[np.float64]:
        return pagerank(web.backward, out, tolerance=TOLERANCE).values

    truth = walk(shares, dangling, 1e-13)
    peers = {"scipy": lambda: walk(shares, dangling, TOLERANCE), "networkit": networkit_of(web)}
    arcs = len(web.backward.arcs)
    label = f"PageRank, {name}, {arcs:,} arcs"
    error = float(np.abs(ours() - truth).sum())
    figures = [Figure(f"{label}: L1 error", f"{error:.1e}", "5e-6", error <= 5e-6)]
    held = peak(ours) + web.backward.arcs.nbytes + web.backward.offsets.nbytes + out.nbytes
    figures.append(
        Figure(f"{label}: bytes an arc while ranking", f"{held / arcs:.1f}", "9", held <= 9 * arcs)
    )
    for peer, run in peers.items():
        if run is None:
            print(f"{peer} is not installed: left out", file=sys.stderr)
            continue
        their_error = float(np.abs(run() - truth).sum())
        median, text = ratio_text([(cpu(ours), cpu(run)) for _ in range(rounds)])
        said = f"{text}; its L1 error {their_error:.1e}"
        figures.append(Figure(f"{label}: CPU seconds, ours / {peer}", said, "at most 1x", median <= 1))
    speed = arcs * pagerank(web.backward, out, tolerance=TOLERANCE).iterations / cpu(ours) / 1e6
    figures.append(Figure(f"{label}: million arcs a CPU second", f"{speed:.0f}", "none", ok=True))
    return figures


def balls(nodes: int, seeds: int) -> list[Figure]:
    """Root mean square of the relative error over nodes and seeds, on a web small enough to be exact."""
    web = generated(nodes, nodes * 8)
    links = scipy.sparse.csr_array((np.ones(len(web.froms)), (web.froms, web.tos)), (nodes, nodes))
    far = scipy.sparse.csgraph.shortest_path(links, unweighted=True)
    near = (far > 0) & np.isfinite(far)
    truth = np.divide(1.0, far, out=np.zeros_like(far), where=near).sum(axis=0)
    reached = truth > 0
    figures = []
    for registers in (16, 64, 256, 1024):
        runs = [harmonic_centrality(web.backward, registers=registers, seed=seed) for seed in range(seeds)]
        errors = [run.values[reached] / truth[reached] - 1 for run in runs]
        found, said = float(np.sqrt(np.mean(np.square(errors)))), relative_error(registers)
        name = f"HyperBall, {registers} registers, {nodes:,} nodes, {seeds} seeds: relative error (RMS)"
        figures.append(Figure(name, f"{found:.3f}", f"{said:.3f} as stated", found <= said))
    return figures


def rows(short: bool) -> list[Figure]:
    figures = race("cnr-2000", cnr(), ROUNDS) if (DATA / "law-cnr-2000").is_dir() else []
    # an eighth of the arcs asked for are doubles
    figures += race(
        "generated", generated(1_000_000, 1_000_000 if short else 8_000_000), 2 if short else ROUNDS
    )
    # the errors of one run go together: only many draws tell their size
    return figures + balls(2_000, 25 if short else 100)


if __name__ == "__main__":
    show(rows("--short" in sys.argv))
