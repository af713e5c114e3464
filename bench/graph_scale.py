"""How the graph's store and ranks grow: generated graphs, imported as text is, ranked, asked.

    python -m bench.graph_scale [--arcs 10M 100M ...] [--folder PLACE] [--harmonic]

Recipe: 32 arcs a node on the average; 36 % of the nodes refer to others (the rest dangle, as in the
releases of 2026), with Pareto out-degrees; half of the targets are near neighbours (names of one suffix
stand together), half are drawn with a density that falls as x^-0.7 over nodes shuffled by a fixed step,
which gives the long tail of in-degrees. Every size runs in a process of its own: disk, CPU seconds,
anonymous memory at its peak.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.racing import Figure, show
from linkstead.graph.hyperball import harmonic_centrality
from linkstead.graph.queries import profile, referring_domains
from linkstead.graph.ranking import pagerank
from linkstead.graph.store import open_graph, write_rank
from linkstead.graph.writer import GraphWriter, disk_needed, must_fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

ARCS_A_NODE = 32
_LINKING = 0.36
_ROWS = 1 << 16


def names(first: int, count: int) -> bytes:
    """Vertex lines in C order: reversed names of fixed width, so that they sort as they count."""
    return "".join(f"{node}\tcom.s{node:09}\t1\n" for node in range(first, first + count)).encode()


def arcs(nodes: int, wanted: int, seed: int = 1) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """Blocks of ascending arcs without repeats or loops; about `wanted` in all."""
    rng = np.random.default_rng(seed)
    mean = wanted / (nodes * _LINKING)
    step = 1_000_003
    for first in range(0, nodes, _ROWS):
        rows = min(_ROWS, nodes - first)
        degrees = np.where(
            rng.random(rows) < _LINKING, np.minimum(rng.pareto(1.6, rows) * mean * 0.65 + 1, nodes // 4), 0
        ).astype(np.int64)
        froms = np.repeat(np.arange(first, first + rows, dtype=np.int64), degrees)
        near = froms + rng.integers(-500, 500, len(froms))
        far = ((rng.random(len(froms)) ** 3.3 * nodes).astype(np.int64) * step) % nodes
        tos = np.where(rng.random(len(froms)) < 0.5, near, far) % nodes
        keys = np.unique(froms * nodes + tos)
        froms, tos = keys // nodes, keys % nodes
        kept = froms != tos
        yield froms[kept].astype(np.uint32), tos[kept].astype(np.uint32)


def anonymous() -> int:
    """Bytes of memory of this process that no file backs, now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    return 0


def one(wanted: int, folder: Path, *, harmonic: bool) -> None:
    """Measure one size; prints its lines."""
    nodes = max(wanted // ARCS_A_NODE, 1_000)
    must_fit(folder, disk_needed(nodes, wanted))
    writer = GraphWriter(folder / "graph", release="generated", level="domain")
    writer.restart()
    writing = 0.0
    for first in range(0, nodes, 200_000):
        lines = names(first, min(200_000, nodes - first))
        start = time.process_time()
        writer.add_vertices(lines)
        writing += time.process_time() - start
    for froms, tos in arcs(nodes, wanted):
        start = time.process_time()
        writer.add_arcs(froms, tos)
        writing += time.process_time() - start
    start = time.process_time()
    writer.finish(now=1)
    turning = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    graph = open_graph(folder / "graph")
    many = graph.manifest.arcs
    size = sum(file["bytes"] for file in graph.manifest.files.values())
    say(f"{many:,} arcs, {nodes:,} nodes: on disk", f"{size / many:.2f} bytes an arc")
    say("  write names and arcs", f"{many / writing / 1e6:.1f}M arcs a CPU s")
    say("  transpose and checksums", f"{many / turning / 1e6:.1f}M arcs a CPU s; peak {peak:,.0f} MB")
    out = graph.forward.degrees()
    before, held = anonymous(), [0]
    pagerank(graph.backward, out, tolerance=1.0)  # compiled, and the arcs once from the disk
    start, wall = time.process_time(), time.perf_counter()
    run = pagerank(graph.backward, out, progress=lambda _: held.append(anonymous()))
    cpu, wall = time.process_time() - start, time.perf_counter() - wall
    memory = max(held) - before + out.nbytes + 4 * many + graph.backward.offsets.nbytes
    say(
        f"  PageRank, {run.iterations} iterations",
        f"{many * run.iterations / cpu / 1e6:.1f}M arcs a CPU s, {wall:.1f} s;"
        f" {memory / many:.2f} bytes an arc, arcs included",
    )
    write_rank(graph.folder, "pagerank", run.values, {})
    if harmonic:
        start = time.process_time()
        found = harmonic_centrality(graph.backward, registers=16)
        cpu = time.process_time() - start
        say(
            f"  HyperBall, 16 registers, distance {found.iterations}",
            f"{cpu:.0f} CPU s, {many * found.iterations / cpu / 1e6:.1f}M arcs a CPU s at most",
        )
    ask(open_graph(folder / "graph"), nodes)


def ask(graph: object, nodes: int) -> None:
    """Times of a profile with its first page of referring domains, for domains of all sizes."""
    from linkstead.graph.store import Graph

    assert isinstance(graph, Graph)
    rng = np.random.default_rng(3)
    degrees = np.diff(graph.backward.offsets.astype(np.int64))
    chosen = [*rng.integers(0, nodes, 200).tolist(), *np.argsort(degrees)[-5:].tolist()]
    times = []
    for node in chosen:
        start = time.perf_counter()
        profile(graph, graph.name(int(node)))
        referring_domains(graph, int(node))
        times.append((time.perf_counter() - start) * 1000)
    ordinary = sorted(times[:200])
    say(
        "  a domain and its first 50 referrers",
        f"p50 {ordinary[100]:.1f} ms, p95 {ordinary[190]:.1f} ms; largest ({degrees.max():,} referrers)"
        f" {max(times[200:]):.0f} ms",
    )


def say(name: str, figure: str) -> None:
    show([Figure(name, figure, "reported", True)])
    sys.stdout.flush()


def rows(short: bool) -> list[tuple[str, str, str, bool]]:
    size = "1M" if short else "10M"
    said = subprocess.run(
        [sys.executable, "-m", "bench.graph_scale", "--arcs", size],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line[5:].rsplit("   aim:", 1)[0].split("  ", 1) for line in said.stdout.splitlines()]
    return [(name.strip() or "  ", figure.strip(), "reported", True) for name, figure in lines]


def number(text: str) -> int:
    return int(float(text[:-1]) * 1e6) if text.endswith("M") else int(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--arcs", type=number, nargs="+", default=[10_000_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--harmonic", action="store_true")
    options = parser.parse_args()
    if len(options.arcs) == 1:
        place = Path(tempfile.mkdtemp(dir=options.folder))
        try:
            one(options.arcs[0], place, harmonic=options.harmonic)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    else:
        others = ["--folder", str(options.folder)] if options.folder else []
        others += ["--harmonic"] if options.harmonic else []
        for size in options.arcs:
            subprocess.run(
                [sys.executable, "-m", "bench.graph_scale", "--arcs", str(size), *others], check=True
            )
