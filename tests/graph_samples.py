"""Small graphs for tests: files as Common Crawl writes them, and graphs made of pairs."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np

from linkstead.graph.store import Graph, open_graph
from linkstead.graph.writer import GraphWriter, vertex_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Pairs = list[tuple[int, int]]


def graph_of(folder: Path, names: Sequence[str], pairs: Iterable[tuple[int, int]], **said: str) -> Graph:
    """A graph of reversed, sorted names and pairs of their numbers."""
    writer = GraphWriter(folder, release=said.get("release", "test"), level=said.get("level", "domain"))
    writer.restart()
    assert writer.add_vertices(vertex_lines(list(names)))[1] == 0
    ordered = np.array(sorted(set(pairs)), np.uint32).reshape(-1, 2)
    writer.add_arcs(ordered[:, 0].copy(), ordered[:, 1].copy())
    writer.finish(now=1, memory=64)
    return open_graph(folder)


def write_texts(
    folder: Path, names: Sequence[str], pairs: Pairs, *, parts: int = 1
) -> tuple[Path, list[Path]]:
    """Vertices and edges as gzip files; edges in so many parts."""
    vertices = folder / "r-domain-vertices.txt.gz"
    vertices.write_bytes(gzip.compress("".join(f"{n}\t{name}\t1\n" for n, name in enumerate(names)).encode()))
    edges = []
    for part in range(parts):
        lines = pairs[part * len(pairs) // parts : (part + 1) * len(pairs) // parts]
        path = folder / f"part-{part:05}-edges.txt.gz"
        path.write_bytes(gzip.compress("".join(f"{a}\t{b}\n" for a, b in lines).encode()))
        edges.append(path)
    return vertices, edges
