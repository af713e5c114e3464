"""Ranks as Common Crawl publishes them: its text file (gzip) and its statistics' JSON excerpts.

    #harmonicc_pos  #harmonicc_val  #pr_pos  #pr_val  #host_rev  [#n_hosts]

They are taken as they are, positions included, onto a graph of the same release, or alone: then the names of
the file become a graph without arcs, from which authority can be told, but nobody's referrers. Values are in
Java's notation, a missing one is `---`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.errors import FileRefused, StoreError
from linkstead.graph.authority import from_positions
from linkstead.graph.manifest import Manifest, described, read_manifest, write_manifest
from linkstead.graph.store import open_graph, write_rank
from linkstead.graph.text import pieces
from linkstead.graph.writer import GraphWriter, vertex_lines
from linkstead.progress import Progress, ProgressSink, silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from linkstead.graph.store import Graph

_HEADER: Final = ("#harmonicc_pos", "#harmonicc_val", "#pr_pos", "#pr_val", "#host_rev")
_WRITTEN_AT_ONCE: Final = 100_000

#: (harmonic position, its value, PageRank position, its value, reversed name); NaN and 0 where missing.
Row = tuple[int, float, int, float, str]


def import_ranks(
    path: Path, folder: Path, release: str, level: str, *, now: int, progress: ProgressSink = silent
) -> Manifest:
    """Put published ranks on the graph in `folder`, or make a graph of names and ranks alone there.

    Raises `FileRefused` for another kind of file and when no name of it is in the graph.
    """
    try:
        graph = open_graph(folder)
    except StoreError:
        graph = None
    if graph is None or not graph.has_arcs:
        graph = _names_alone(path, folder, release, level, now)
    _write(graph, path, progress)
    return read_manifest(folder)


def rows_of(path: Path) -> Iterator[tuple[Row, int]]:
    """The rows of a ranks file, each with the packed bytes read so far."""
    if path.name.endswith(".json"):
        yield from ((row, 0) for row in _json_rows(path))
        return
    number = 0
    for piece in pieces(path):
        for line in piece.lines.splitlines():
            number += 1
            cells = line.decode("ascii", "replace").split("\t")
            if number == 1:
                _check_header(path, cells)
            else:
                yield _row(path, cells, number), piece.packed


def _json_rows(path: Path) -> Iterator[Row]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        header, rows = list(said["header"]), list(said["rows"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileRefused(f"{path.name} holds no ranks ({error}).", kind="not-ranks") from error
    _check_header(path, header)
    for number, cells in enumerate(rows):
        yield _row(path, cells, number + 2)


def _check_header(path: Path, cells: list[str]) -> None:
    if tuple(cells[: len(_HEADER)]) != _HEADER:
        raise FileRefused(
            f"{path.name} does not begin with the header of Common Crawl's ranks"
            " (#harmonicc_pos, #harmonicc_val, #pr_pos, #pr_val, #host_rev); hand in a -ranks.txt.gz.",
            kind="not-ranks",
        )


def _row(path: Path, cells: list[str], number: int) -> Row:
    try:
        return _whole(cells[0]), _value(cells[1]), _whole(cells[2]), _value(cells[3]), cells[4]
    except (ValueError, IndexError):
        raise FileRefused(f"{path.name}: line {number:,} is no line of ranks.", kind="line") from None


def _whole(text: str) -> int:
    return 0 if text == "---" else int(text)


def _value(text: str) -> float:
    return float("nan") if text == "---" else float(text)


def _names_alone(path: Path, folder: Path, release: str, level: str, now: int) -> Graph:
    names = sorted({row[4].encode("ascii", "replace").decode("ascii") for row, _ in rows_of(path)})
    if not names:
        raise FileRefused(f"{path.name} holds no ranks; check the file.", kind="empty")
    writer = GraphWriter(folder, release=release, level=level)
    writer.restart()
    for first in range(0, len(names), _WRITTEN_AT_ONCE):
        count, code, _ = writer.add_vertices(vertex_lines(names[first : first + _WRITTEN_AT_ONCE], first))
        if code:
            bad = names[first + count]
            raise FileRefused(f"{path.name}: “{bad[:80]}” is no name of a host.", kind="line")
    writer.finish(now=now, sources=[{"name": path.name, "bytes": path.stat().st_size}])
    return open_graph(folder)


def _write(graph: Graph, path: Path, progress: ProgressSink) -> None:
    if graph.names is None:
        raise FileRefused("Published ranks go by name, and this graph's nodes have none.", kind="no-names")
    values = {kind: np.full(graph.nodes, np.nan) for kind in ("published-pagerank", "published-harmonic")}
    places = {kind: np.zeros(graph.nodes, np.uint32) for kind in values}
    total, matched, rows = path.stat().st_size, 0, 0
    for row, packed in rows_of(path):
        rows += 1
        if rows % 100_000 == 0:
            progress(Progress("Published ranks", packed, total, "bytes", rows))
        node = graph.names.find(row[4])
        if node is None:
            continue
        matched += 1
        places["published-harmonic"][node], values["published-harmonic"][node] = row[0], row[1]
        places["published-pagerank"][node], values["published-pagerank"][node] = row[2], row[3]
    if not matched:
        raise FileRefused(
            f"No name of {path.name} is in the graph; is it of another release?", kind="mismatch"
        )
    said = {"source": path.name, "rows": rows, "matched": matched}
    for kind, array in values.items():
        write_rank(graph.folder, kind, array, said)
        _published_places(graph.folder, kind, places[kind])
    if "authority" not in graph.manifest.ranks:
        basis = {"basis": "published-pagerank", "nodes": graph.nodes, **said}
        places_ranked = places["published-pagerank"]
        ranked = max(int(places_ranked.max(initial=1)), graph.nodes)
        write_rank(graph.folder, "authority", from_positions(places_ranked, ranked), basis)


def _published_places(folder: Path, kind: str, places: NDArray[np.uint32]) -> None:
    """Published positions are kept as published: a file may be an excerpt."""
    name = f"ranks/{kind}.position"
    beside = folder / f"{name}.new"
    places.tofile(beside)
    beside.replace(folder / name)
    write_manifest(folder, read_manifest(folder).with_files({name: described(folder / name)}))
