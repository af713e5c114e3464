r"""How a graph is made: names in order, arcs in ascending order, then the transpose, in bounded memory.

    writer = GraphWriter(folder, release="...", level="domain")
    writer.add_vertices(b"0\tcom.example\n1\torg.example\n")
    writer.add_arcs(froms, tos)
    writer.finish(now=...)

Everything is written into `<folder>.part`; only `finish` puts it in the place of an older graph of that name.
The transpose is made by passes over the forward arcs: each fills the lists of a run of nodes whose arcs fit
the memory that was allowed, and appends them. Nothing is sorted and no copy is made on disk; the price is
one sequential read of the forward arcs for each pass.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from linkstead.errors import FileRefused, StoreError
from linkstead.graph.manifest import Manifest, described, write_manifest
from linkstead.graph.names import BLOCK, MOST
from linkstead.progress import Progress, ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: What the lists of one pass of the transpose may take.
MEMORY: Final = 4 << 30
#: Room that must be left on the disk beside what the graph needs.
_SPARE: Final = 1 << 28
#: Bytes a name takes front-coded, and a node's two offsets and its number of hosts; measured on generated
#: names.
_NAME_BYTES: Final = 14
_NODE_BYTES: Final = 8 + 8 + 4
_FILES: Final = (
    "names.heads",
    "names.blob",
    "hosts",
    "forward.offsets",
    "forward.arcs",
    "backward.offsets",
    "backward.arcs",
)


def disk_needed(nodes: int, arcs: int) -> int:
    """Bytes that a graph takes on disk: 8 an arc (both directions), about 34 a node."""
    return arcs * 8 + nodes * (_NAME_BYTES + _NODE_BYTES)


def must_fit(folder: Path, needed: int) -> None:
    """Raise `StoreError` when the disk of a folder has not so many bytes left."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    if free < needed + _SPARE:
        raise StoreError(
            f"The graph needs about {needed / 1e9:,.1f} GB on the disk of {there}, where"
            f" {free / 1e9:,.1f} GB are free; make room or name another folder."
        )


class GraphWriter:
    """Writes one graph; not for two threads. `nodes` is said before the first arc if there are no names."""

    def __init__(self, folder: Path, *, release: str, level: str, nodes: int | None = None) -> None:
        self.folder = folder
        self.part = folder.with_name(f"{folder.name}.part")
        self.release = release
        self.level = level
        self.nodes = 0 if nodes is None else nodes
        self.arcs = 0
        self.www = False
        self.last = (-1, -1)
        self._before = np.zeros(MOST + 1, np.uint8)
        self._before_length = 0
        self._blob_bytes = 0
        self._any_hosts = False
        self._out: NDArray[np.uint32] = np.zeros(0, np.uint32)
        self._in: NDArray[np.uint32] = np.zeros(0, np.uint32)
        self.part.mkdir(parents=True, exist_ok=True)

    def restart(self) -> None:
        """Forget whatever an earlier try left."""
        shutil.rmtree(self.part, ignore_errors=True)
        self.part.mkdir(parents=True)

    def add_vertices(self, lines: bytes) -> tuple[int, int, int]:
        """Take whole lines `id TAB reversed name [TAB hosts]`: (names taken, code, byte of a refused line).

        See `text_kernels` for the codes.
        """
        from linkstead.graph.text_kernels import read_vertices

        text = np.frombuffer(lines, np.uint8)
        most = lines.count(b"\n") + 1
        out = np.empty(len(lines) + 2 * most, np.uint8)
        heads, hosts = np.empty(most // BLOCK + 2, np.uint64), np.empty(most, np.uint32)
        count, written, blocks, length, code, place = read_vertices(
            text, self.nodes, self._before, self._before_length, out, heads, hosts
        )
        self._append("names.heads", heads[:blocks] + np.uint64(self._blob_bytes))
        self._append("names.blob", out[:written])
        self._append("hosts", hosts[:count])
        self._any_hosts = self._any_hosts or bool(hosts[:count].any())
        self.www = self.www or b".www\n" in lines or b".www\t" in lines
        self._blob_bytes += written
        self._before_length = length
        self.nodes += count
        return count, code, place

    def add_arcs(self, froms: NDArray[np.uint32], tos: NDArray[np.uint32]) -> None:
        """Take arcs that ascend by (from, to) within and after all taken before; checked by the readers."""
        from linkstead.graph.text_kernels import count_ends

        if not len(froms):
            return
        self._make_room()
        count_ends(froms, tos, self._out, self._in)
        self._append("forward.arcs", tos)
        self.arcs += len(tos)
        self.last = (int(froms[-1]), int(tos[-1]))

    def save(self) -> dict[str, Any]:
        """Keep the degrees on disk and say where this stands; `resume` goes on from there."""
        self._make_room()
        self._out.tofile(self.part / "out.counts")
        self._in.tofile(self.part / "in.counts")
        return {
            "nodes": self.nodes,
            "arcs": self.arcs,
            "last": list(self.last),
            "blob_bytes": self._blob_bytes,
            "any_hosts": self._any_hosts,
            "www": self.www,
        }

    def resume(self, said: dict[str, Any]) -> None:
        """Go on from a `save`: what was appended after it is cut off."""
        self.nodes, self.arcs = said["nodes"], said["arcs"]
        self.last = (said["last"][0], said["last"][1])
        self._blob_bytes, self._any_hosts, self.www = said["blob_bytes"], said["any_hosts"], said["www"]
        self._out = np.fromfile(self.part / "out.counts", np.uint32)
        self._in = np.fromfile(self.part / "in.counts", np.uint32)
        lengths = {
            "forward.arcs": self.arcs * 4,
            "names.heads": -(-self.nodes // BLOCK) * 8,
            "names.blob": self._blob_bytes,
            "hosts": self.nodes * 4,
        }
        for name, length in lengths.items():
            if (self.part / name).is_file():
                os.truncate(self.part / name, length)

    def finish(
        self,
        *,
        now: int,
        sources: list[dict[str, Any]] | None = None,
        memory: int = MEMORY,
        progress: ProgressSink = silent,
        should_stop: StopAsked = never,
    ) -> Manifest | None:
        """Make offsets and the transpose, checksums, the manifest; None when somebody asked to stop."""
        self._make_room()
        if self.arcs:
            forward = self._offsets("forward.offsets", self._out)
            backward = self._offsets("backward.offsets", self._in)
            if not self._transpose(forward, backward, memory, progress, should_stop):
                return None
        if self._blob_bytes:
            self._append("names.heads", np.array([self._blob_bytes], np.uint64))
        if not self._any_hosts:
            (self.part / "hosts").unlink(missing_ok=True)
        return self._publish(now, sources or [])

    def _publish(self, now: int, sources: list[dict[str, Any]]) -> Manifest:
        for name in ("out.counts", "in.counts", "state.json"):
            (self.part / name).unlink(missing_ok=True)
        manifest = Manifest(
            release=self.release,
            level=self.level,
            www=("kept" if self.www else "stripped") if self._blob_bytes else "unknown",
            nodes=self.nodes,
            arcs=self.arcs,
            made_at=now,
            sources=sources,
            files={name: described(self.part / name) for name in _FILES if (self.part / name).is_file()},
        )
        write_manifest(self.part, manifest)
        if self.folder.exists():
            old = self.folder.with_name(f"{self.folder.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            self.folder.replace(old)
            self.part.replace(self.folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            self.part.replace(self.folder)
        return manifest

    def _transpose(
        self,
        forward: NDArray[np.uint64],
        backward: NDArray[np.uint64],
        memory: int,
        progress: ProgressSink,
        should_stop: StopAsked,
    ) -> bool:
        from linkstead.graph.text_kernels import scatter

        arcs: NDArray[np.uint32] = np.memmap(self.part / "forward.arcs", np.uint32, "r")
        (self.part / "backward.arcs").unlink(missing_ok=True)
        ranges = list(_runs(backward, max(memory // 4, 1)))
        rows = list(_runs(forward, 1 << 26))
        for number, (low, high) in enumerate(ranges):
            start = int(backward[low])
            out = np.empty(int(backward[high]) - start, np.uint32)
            cursors = (backward[low:high] - backward[low]).astype(np.int64)
            for first, last in rows:
                if should_stop():
                    return False
                scatter(forward[first : last + 1], arcs, first, low, high, cursors, out)
                done = number * self.arcs + int(forward[last])
                progress(Progress("Transposing", done, len(ranges) * self.arcs, "arcs"))
            self._append("backward.arcs", out)
        return True

    def _offsets(self, name: str, degrees: NDArray[np.uint32]) -> NDArray[np.uint64]:
        offsets = np.zeros(len(degrees) + 1, np.uint64)
        np.cumsum(degrees, out=offsets[1:])
        offsets.tofile(self.part / name)
        return offsets

    def _make_room(self) -> None:
        """One counter a node, made when the number of nodes is known."""
        if len(self._out) < self.nodes:
            self._out, self._in = np.zeros(self.nodes, np.uint32), np.zeros(self.nodes, np.uint32)

    def _append(self, name: str, array: NDArray[Any]) -> None:
        try:
            with (self.part / name).open("ab") as file:
                np.ascontiguousarray(array).tofile(file)
        except OSError as error:
            raise StoreError(
                f"{self.part / name} cannot be written ({error.strerror}); make room."
            ) from error


def _runs(offsets: NDArray[np.uint64], most: int) -> list[tuple[int, int]]:
    """Runs of nodes with at most `most` arcs each (a single node may have more)."""
    runs, low, last = [], 0, len(offsets) - 1
    while low < last:
        high = int(np.searchsorted(offsets, offsets[low] + np.uint64(most), side="right")) - 1
        high = min(max(high, low + 1), last)
        runs.append((low, high))
        low = high
    return runs


def vertex_lines(names: list[str], first: int = 0) -> bytes:
    """Reversed names as lines of a vertices file, for graphs that are not read from one."""
    if any(not name.isascii() for name in names):
        raise FileRefused("Names of nodes must be ASCII; write IDNs in their xn-- form.", kind="names")
    return "".join(f"{first + place}\t{name}\n" for place, name in enumerate(names)).encode("ascii")
