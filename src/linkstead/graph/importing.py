"""A release becomes a graph: vertices, edges (text or BVGraph), the transpose, then published ranks.

An import that was stopped or killed goes on where it last saved its place: after the names, and every
SAVE_BYTES of edges. The same call does it; other inputs than before begin anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from linkstead.errors import FileRefused, UsageError
from linkstead.graph import text_kernels as kernels
from linkstead.graph.bvgraph import arcs_of, read_properties
from linkstead.graph.published import import_ranks
from linkstead.graph.text import Piece, part_files, pieces, refused_line
from linkstead.graph.writer import MEMORY, GraphWriter, disk_needed, must_fit
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkstead.graph.manifest import Manifest

#: Unpacked bytes of edges between two saved places.
SAVE_BYTES: Final = 4 << 30
#: Packed bytes that one vertex or one arc takes at least, to say the disk's need before anything is read.
_BYTES_A_VERTEX: Final = 7.0
_BYTES_AN_ARC: Final = 3.5

_WHY: Final[dict[int, str]] = {
    kernels.NOT_A_LINE: "a line that is not one of this kind of file",
    kernels.WRONG_NUMBER: "ids must count up from 0, in order",
    kernels.NOT_SORTED: "lines are not in ascending order",
    kernels.NO_SUCH_NODE: "an id that no vertex has: edges and vertices are not of one release",
    kernels.TO_ITSELF: "an edge from a node to itself",
    kernels.TOO_LONG: "a name longer than a host may be",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to import: text files, or the base name of BVGraph files, or both for their names."""

    release: str
    level: str = "domain"
    vertices: Sequence[Path] = ()
    edges: Sequence[Path] = ()
    bvgraph: Path | None = None
    ranks: Path | None = None


def import_graph(
    wanted: Wanted,
    folder: Path,
    *,
    now: int,
    memory: int = MEMORY,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Manifest | None:
    """Make the graph in `folder`; an older one of that name stays until the new one is whole.

    None when somebody asked to stop: the next call goes on. Raises `FileRefused` with the file and its
    line, `StoreError` when the disk is too small, `UsageError` when nothing was named.
    """
    if not (wanted.edges or wanted.bvgraph):
        if wanted.ranks is None:
            raise UsageError("Name what to import: --vertices and --edges, --bvgraph, or --ranks.")
        return import_ranks(wanted.ranks, folder, wanted.release, wanted.level, now=now, progress=progress)
    run = _Import(wanted, folder, progress, should_stop)
    manifest = run.whole(now, memory)
    if manifest is not None and wanted.ranks is not None:
        manifest = import_ranks(
            wanted.ranks, folder, wanted.release, wanted.level, now=now, progress=progress
        )
    return manifest


def disk_need(wanted: Wanted) -> int:
    """Bytes that the graph will take on disk, from the sizes of its files; 0 for ranks alone."""
    if wanted.bvgraph is not None:
        said = read_properties(wanted.bvgraph)
        return disk_needed(said.nodes, said.arcs)
    vertices, edges = (
        sum(path.stat().st_size for path in part_files(files)) for files in (wanted.vertices, wanted.edges)
    )
    return disk_needed(int(vertices / _BYTES_A_VERTEX), int(edges / _BYTES_AN_ARC))


class _Import:
    """One import on its way, with the place it saved last."""

    def __init__(self, wanted: Wanted, folder: Path, progress: ProgressSink, stop: StopAsked) -> None:
        self.vertices, self.edges = part_files(wanted.vertices), part_files(wanted.edges)
        if self.edges and not self.vertices:
            raise UsageError("Edges are numbers; name the vertices of the same release with --vertices.")
        self.wanted, self.progress, self.stop = wanted, progress, stop
        self.writer = GraphWriter(folder, release=wanted.release, level=wanted.level)
        self.state: dict[str, Any] = self._left()

    def whole(self, now: int, memory: int) -> Manifest | None:
        must_fit(self.writer.folder, disk_need(self.wanted))
        names = self._names()
        if not names or not (self._bvgraph() if self.wanted.bvgraph else self._texts()):
            return None
        sources = [{"name": path.name, "bytes": path.stat().st_size} for path in self._inputs()]
        return self.writer.finish(
            now=now, sources=sources, memory=memory, progress=self.progress, should_stop=self.stop
        )

    def _inputs(self) -> list[Path]:
        files = [*self.vertices, *self.edges]
        if self.wanted.bvgraph is not None:
            files.append(self.wanted.bvgraph.with_name(f"{self.wanted.bvgraph.name}.graph"))
        return files

    def _identity(self) -> list[list[Any]]:
        return [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in self._inputs()]

    def _left(self) -> dict[str, Any]:
        """What an earlier try saved of the same inputs; else a clean start."""
        path = self.writer.part / "state.json"
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            if state["inputs"] == self._identity():
                self.writer.resume(state["writer"])
                return dict(state)
        except (OSError, ValueError, KeyError):
            pass
        self.writer.restart()
        return {"stage": "names", "file": 0, "byte": 0}

    def _save(self, stage: str, file: int, byte: int) -> None:
        self.state = {"stage": stage, "file": file, "byte": byte}
        kept = {**self.state, "inputs": self._identity(), "writer": self.writer.save()}
        beside = self.writer.part / "state.new"
        beside.write_text(json.dumps(kept), encoding="utf-8")
        beside.replace(self.writer.part / "state.json")

    def _names(self) -> bool:
        if self.state["stage"] != "names":
            return True
        total, before = sum(path.stat().st_size for path in self.vertices), 0
        for path in self.vertices:
            for piece in pieces(path):
                if self.stop():
                    return False
                count, code, place = self.writer.add_vertices(piece.lines)
                del count
                if code:
                    raise self._refused(path, piece, place, code)
                self.progress(Progress("Names", before + piece.packed, total, "bytes", self.writer.nodes))
            before += path.stat().st_size
        if self.vertices and not self.writer.nodes:
            raise FileRefused("The vertices hold no names; check the file.", kind="empty")
        self._save("arcs", 0, 0)
        return True

    def _texts(self) -> bool:
        total = sum(path.stat().st_size for path in self.edges)
        before = sum(path.stat().st_size for path in self.edges[: self.state["file"]])
        for number in range(self.state["file"], len(self.edges)):
            path, saved = self.edges[number], self.state["byte"]
            for piece in pieces(path, self.state["byte"]):
                if self.stop():
                    return False
                self._take(path, piece)
                self.progress(Progress("Arcs", before + piece.packed, total, "bytes", self.writer.arcs))
                if piece.start + len(piece.lines) - saved > SAVE_BYTES:
                    saved = piece.start + len(piece.lines)
                    self._save("arcs", number, saved)
            before += path.stat().st_size
            self._save("arcs", number + 1, 0)
        return True

    def _take(self, path: Path, piece: Piece) -> None:
        text = np.frombuffer(piece.lines, np.uint8)
        most = len(text) // 4 + 1
        froms, tos = np.empty(most, np.uint32), np.empty(most, np.uint32)
        count, code, place = kernels.read_edges(text, self.writer.nodes, *self.writer.last, froms, tos)
        if code:
            raise self._refused(path, piece, place, code)
        self.writer.add_arcs(froms[:count], tos[:count])

    def _bvgraph(self) -> bool:
        base = self.wanted.bvgraph
        if base is None or self.state["stage"] == "done":
            return True
        said = read_properties(base)
        if self.vertices and self.writer.nodes != said.nodes:
            raise FileRefused(
                f"{base.name} has {said.nodes:,} nodes and the vertices {self.writer.nodes:,} names: they"
                " are not of one release. Nothing was changed.",
                kind="mismatch",
            )
        self.writer.nodes = said.nodes
        for froms, tos in arcs_of(base):
            if self.stop():
                self.writer.restart()
                return False
            self.writer.add_arcs(froms, tos)
            self.progress(Progress("Arcs", self.writer.arcs, said.arcs, "arcs"))
        self._save("done", 0, 0)
        return True

    def _refused(self, path: Path, piece: Piece, place: int, code: int) -> FileRefused:
        """The error; what was written so far is thrown away, an older graph was not touched."""
        self.writer.restart()
        self.writer.part.rmdir()
        return refused_line(path, piece, place, _WHY[code])
