"""WebGraph's compressed graphs (`.graph` with `.properties`), decoded from the first node to the last.

Format: Boldi & Vigna, "The WebGraph framework I: compression techniques" (WWW 2004), as BVGraph of the
package it.unimi.dsi.webgraph writes it. A node's successors are its out-degree, a reference to one of the
last nodes, blocks of what is copied from that one, intervals, and residuals. Offsets are not needed: we
read in order, and keep the lists of the last `windowsize` nodes.

Every number that is read is checked against the graph's size, so a damaged file ends in `FileRefused`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.errors import FileRefused
from linkstead.graph import bits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_ARCS_AT_ONCE: Final = 1 << 22
_NODES_AT_ONCE: Final = 1 << 18
_CODES: Final = {
    "UNARY": bits.UNARY,
    "GAMMA": bits.GAMMA,
    "DELTA": bits.DELTA,
    "ZETA": bits.ZETA,
    "NIBBLE": bits.NIBBLE,
}
#: What is coded, in the order in which the kernel takes the codes, with the code used when no flag says
#: another.
_CODED: Final = {
    "OUTDEGREES": bits.GAMMA,
    "REFERENCES": bits.UNARY,
    "BLOCK_COUNT": bits.GAMMA,
    "BLOCKS": bits.GAMMA,
    "RESIDUALS": bits.ZETA,
}


@dataclass(frozen=True, slots=True)
class Properties:
    """What a `.properties` file says.

    `codes` in the order of outdegrees, references, block counts, blocks, residuals.
    """

    nodes: int
    arcs: int
    window: int
    shortest_interval: int
    k: int
    codes: tuple[int, ...]


def read_properties(base: Path) -> Properties:
    """Read `<base>.properties`. Raises `FileRefused` when it is not there or not of a BVGraph."""
    path = base.with_name(f"{base.name}.properties")
    try:
        lines = path.read_text(encoding="latin-1").splitlines()
    except OSError as error:
        raise FileRefused(
            f"{path} cannot be read ({error.strerror}); BVGraph files come as a pair.", kind="bvgraph"
        ) from error
    said = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith(("#", "!")))
    try:
        if not said.get("graphclass", "").strip().endswith("BVGraph"):
            raise ValueError("graphclass")
        return Properties(
            nodes=_within(said["nodes"], 1 << 32),
            arcs=_within(said["arcs"], 1 << 62),
            window=_within(said.get("windowsize", "7"), 1 << 16),
            shortest_interval=_within(said.get("minintervallength", "4"), 1 << 31),
            k=_within(said.get("zetak", "3"), 32),
            codes=_codes(said.get("compressionflags", "")),
        )
    except (KeyError, ValueError) as error:
        raise FileRefused(
            f"{path.name} describes no BVGraph that can be read ({error}).", kind="bvgraph"
        ) from error


def arcs_of(base: Path) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """All arcs, ascending by (from, to), in blocks of two arrays.

    Raises `FileRefused` when the file is clipped, damaged, or has not the arcs that it should have.
    """
    said = read_properties(base)
    path = base.with_name(f"{base.name}.graph")
    if not path.is_file() or not path.stat().st_size:
        raise FileRefused(f"{path} is missing or empty; BVGraph files come as a pair.", kind="bvgraph")
    data: NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
    arcs = 0
    for first, degrees, targets in _blocks(data, said, path):
        nodes = np.arange(first, first + len(degrees), dtype=np.uint32)
        arcs += len(targets)
        yield np.repeat(nodes, degrees), targets
    if arcs != said.arcs:
        raise FileRefused(
            f"{path.name} holds {arcs:,} arcs and its properties say {said.arcs:,}; fetch both again.",
            kind="bvgraph",
        )


def _blocks(
    data: NDArray[np.uint8], said: Properties, path: Path
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.uint32]]]:
    """Runs of nodes: the first one, their degrees, their successors."""
    from linkstead.graph.bvgraph_kernel import FINE, read_nodes

    codes = np.array(said.codes, np.int64)
    lists, starts, node, place = np.empty(_ARCS_AT_ONCE, np.uint32), np.zeros(1, np.int64), 0, 0
    while node < said.nodes:
        kept = len(starts) - 1
        rows = np.empty(kept + _NODES_AT_ONCE + 1, np.int64)
        rows[: kept + 1] = starts
        count, place, code = read_nodes(
            data,
            place,
            node,
            said.nodes,
            said.window,
            said.shortest_interval,
            said.k,
            codes,
            lists,
            rows,
            kept,
        )
        if code != FINE:
            raise FileRefused(
                f"{path.name} is clipped or damaged at node {node + count:,}; fetch it again.", kind="bvgraph"
            )
        if count:
            targets = lists[rows[kept] : rows[kept + count]].copy()
            yield node, np.diff(rows[kept : kept + count + 1]), targets
        node += count
        held = min(said.window, kept + count)
        first = kept + count - held
        used = lists[rows[first] : rows[kept + count]].copy()
        if not count or len(lists) - len(used) < _ARCS_AT_ONCE // 2:
            lists = np.empty(2 * len(lists), np.uint32)
        lists[: len(used)] = used
        starts = rows[first : kept + count + 1] - rows[first]


def _within(text: str, most: int) -> int:
    number = int(text)
    if not 0 <= number < most:
        raise ValueError(text)
    return number


def _codes(flags: str) -> tuple[int, ...]:
    codes = dict(_CODED)
    for flag in filter(None, (part.strip() for part in flags.split("|"))):
        what, _, how = flag.rpartition("_")
        if what == "OFFSETS":
            continue
        if what not in codes or how not in _CODES:
            raise ValueError(f"compression flag {flag}")
        codes[what] = _CODES[how]
    return tuple(codes.values())
