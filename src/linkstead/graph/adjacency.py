"""One direction of a graph as two arrays: who is adjacent to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Adjacency(NamedTuple):
    """Compressed sparse rows: node `i` is adjacent to `arcs[offsets[i]:offsets[i + 1]]`, ascending.

    `offsets` has nodes + 1 entries (uint64), `arcs` one entry an arc (uint32). Both may be memory-mapped.
    """

    offsets: NDArray[np.uint64]
    arcs: NDArray[np.uint32]

    @property
    def nodes(self) -> int:
        return len(self.offsets) - 1

    def of(self, node: int) -> NDArray[np.uint32]:
        """The neighbours of a node, ascending."""
        return self.arcs[int(self.offsets[node]) : int(self.offsets[node + 1])]

    def degree(self, node: int) -> int:
        """How many neighbours a node has."""
        return int(self.offsets[node + 1]) - int(self.offsets[node])

    def degrees(self) -> NDArray[np.uint32]:
        """Every node's number of neighbours."""
        return np.diff(self.offsets).astype(np.uint32)
