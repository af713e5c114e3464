"""A graph on disk, opened by memory maps: cheap to open, as large as the disk allows.

    graph = open_graph(folder)
    node = graph.node("example.com")
    graph.backward.of(node)          # who refers to it
    graph.rank("pagerank")           # one value a node

Reading needs numpy alone. See `writer` for how a graph is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from linkstead.errors import StoreError
from linkstead.graph.adjacency import Adjacency
from linkstead.graph.manifest import (
    Manifest,
    check_sizes,
    damaged_files,
    described,
    read_manifest,
    write_manifest,
)
from linkstead.graph.names import Names
from linkstead.urls import parse_url, registrable_domain, reverse_host

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Values are float64, but authority, which nobody reads to sixteen digits.
_TYPES: Final[dict[str, type[np.floating[Any]]]] = {"authority": np.float32}


@dataclass(frozen=True, slots=True)
class Graph:
    """One release at one level. Without arcs (only its ranks were imported) both directions are empty."""

    folder: Path
    manifest: Manifest
    names: Names | None
    hosts: NDArray[np.uint32] | None
    forward: Adjacency
    backward: Adjacency

    @property
    def nodes(self) -> int:
        return self.manifest.nodes

    @property
    def has_arcs(self) -> bool:
        return self.manifest.arcs > 0

    def node(self, name: str) -> int | None:
        """The node of a host or domain as people write it, or None.

        `www.example.com` is looked for with and without its `www.`, as the release has it. Where nodes are
        numbers, `name` is one.
        """
        if self.names is None:
            return int(name) if name.isdecimal() and int(name) < self.nodes else None
        for host in _spellings(name):
            found = self.names.find(reverse_host(host))
            if found is not None:
                return found
        return None

    def name(self, node: int) -> str:
        """A node's name in reading order: `example.com`."""
        return str(node) if self.names is None else reverse_host(self.names.reversed_name(node))

    def rank(self, kind: str) -> NDArray[np.floating[Any]] | None:
        """One value a node (NaN: not published), or None when it was not computed or imported."""
        if kind not in self.manifest.ranks:
            return None
        return _mapped(self.folder / "ranks" / kind, _TYPES.get(kind, np.float64))

    def position(self, kind: str) -> NDArray[np.uint32] | None:
        """Each node's place by that rank, 1 for the best; equals share the best of their places, 0: none."""
        if kind not in self.manifest.ranks:
            return None
        return _mapped(self.folder / "ranks" / f"{kind}.position", np.uint32)

    def domain_groups(self) -> NDArray[np.uint32]:
        """One number a node, the same for hosts of one registrable domain (ICANN suffixes); kept once made.

        On a host graph it says which votes come from one domain.
        """
        path = self.folder / "groups"
        if not path.is_file():
            _write_groups(self, path)
        return _mapped(path, np.uint32)

    def damaged(self) -> list[str]:
        """The files that do not match their checksums; reads everything."""
        return damaged_files(self.folder, self.manifest)


def open_graph(folder: Path) -> Graph:
    """Open a graph. Raises `StoreError` with a sentence when it is none, or damaged in length."""
    manifest = read_manifest(folder)
    check_sizes(folder, manifest)
    has = manifest.files.__contains__
    names = None
    if has("names.heads"):
        heads, blob = _mapped(folder / "names.heads", np.uint64), _mapped(folder / "names.blob", np.uint8)
        names = Names(heads, blob, manifest.nodes)
    return Graph(
        folder,
        manifest,
        names,
        _mapped(folder / "hosts", np.uint32) if has("hosts") else None,
        _direction(folder, "forward") if has("forward.arcs") else _empty(manifest.nodes),
        _direction(folder, "backward") if has("backward.arcs") else _empty(manifest.nodes),
    )


def graphs_in(folder: Path) -> list[Graph]:
    """All finished graphs of a folder, the newest first; what is no graph is passed over."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            found.append(open_graph(path))
        except StoreError:
            continue
    return sorted(found, key=lambda graph: (graph.manifest.made_at, graph.manifest.release), reverse=True)


def write_rank(folder: Path, kind: str, values: NDArray[np.floating[Any]], said: dict[str, Any]) -> None:
    """Keep a rank: values, positions, and what made it; the manifest is replaced as the last step."""
    manifest = read_manifest(folder)
    if len(values) != manifest.nodes:
        raise StoreError(
            f"A rank of {len(values):,} values does not fit a graph of {manifest.nodes:,} nodes."
        )
    place = folder / "ranks"
    place.mkdir(exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {
        kind: values.astype(_TYPES.get(kind, np.float64), copy=False),
        f"{kind}.position": positions_of(values),
    }
    for name, array in arrays.items():
        beside = place / f"{name}.new"
        array.tofile(beside)
        beside.replace(place / name)
    files = {f"ranks/{name}": described(place / name) for name in arrays}
    write_manifest(folder, manifest.with_files(files).with_rank(kind, said))


def positions_of(values: NDArray[np.floating[Any]]) -> NDArray[np.uint32]:
    """Places from 1, the greatest value first; equals share the best place; NaN has none (0)."""
    order = np.argsort(-values, kind="stable")
    ordered = values[order]
    first = np.ones(len(values), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    places = np.zeros(len(values), np.uint32)
    places[order] = (starts[np.cumsum(first) - 1] + 1).astype(np.uint32)
    places[np.isnan(values)] = 0
    return places


def _spellings(name: str) -> list[str]:
    """How a release may write what a person means, the likeliest first."""
    parsed = parse_url(name if "://" in name else f"http://{name.strip()}")
    host = "" if parsed is None else str(parsed.hostname).rstrip(".")
    bare = host.removeprefix("www.")
    return [one for one in dict.fromkeys((host, bare, f"www.{bare}")) if one]


def _direction(folder: Path, name: str) -> Adjacency:
    offsets = _mapped(folder / f"{name}.offsets", np.uint64)
    return Adjacency(offsets, _mapped(folder / f"{name}.arcs", np.uint32))


def _empty(nodes: int) -> Adjacency:
    """No arcs at any node; one zero seen nodes + 1 times, so it takes no memory."""
    return Adjacency(np.broadcast_to(np.uint64(0), (nodes + 1,)), np.zeros(0, np.uint32))


def _mapped(path: Path, kind: type[np.generic]) -> NDArray[Any]:
    """A file as an array, not read before it is looked at; an empty file cannot be mapped."""
    if path.stat().st_size == 0:
        return np.zeros(0, kind)
    return np.memmap(path, dtype=kind, mode="r")


def _write_groups(graph: Graph, path: Path) -> None:
    if graph.names is None:
        raise StoreError("This graph has no names, so nobody knows which nodes belong to one domain.")
    numbers: dict[str, int] = {}
    groups = np.zeros(graph.nodes, np.uint32)
    for node, name in enumerate(graph.names.all()):
        host = reverse_host(name)
        domain = registrable_domain(host, private=False) or host
        groups[node] = numbers.setdefault(domain, len(numbers))
    beside = path.with_name("groups.new")
    groups.tofile(beside)
    beside.replace(path)
