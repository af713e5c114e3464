"""The names of a graph's nodes: reversed (`com.example`), in C order, front-coded, found by binary search.

Node `i` is the i-th name. Names stand in blocks of BLOCK; the first of a block is written whole, each other
as (bytes shared with the one before, bytes that follow, those bytes), lengths in one byte each: a host has at
most 253 bytes. `heads` has the place of every block and, last, the end. Sorted by bytes as in the C locale
(`-` before `.`), the hosts of one domain are not contiguous, but a binary search finds any name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

BLOCK: Final = 32
#: The longest name that is taken (RFC 1035 allows 253 characters).
MOST: Final = 255


class Names:
    """Names by node and nodes by name; both arrays may be memory-mapped."""

    def __init__(self, heads: NDArray[np.uint64], blob: NDArray[np.uint8], count: int) -> None:
        self._heads = heads
        self._blob = blob
        self._count = count

    def __len__(self) -> int:
        return self._count

    def reversed_name(self, node: int) -> str:
        """A node's name as stored. Raises IndexError for a number that is no node."""
        if not 0 <= node < self._count:
            raise IndexError(node)
        return self._block(node // BLOCK)[node % BLOCK].decode("ascii", "replace")

    def find(self, reversed_name: str) -> int | None:
        """The node of a name, or None."""
        wanted = reversed_name.encode("utf-8", "replace")
        node = self._first_from(wanted)
        return node if node < self._count and self._name(node) == wanted else None

    def starting_with(self, prefix: str, limit: int) -> list[int]:
        """The first nodes whose reversed names begin with `prefix`, in order."""
        wanted = prefix.encode("utf-8", "replace")
        node = self._first_from(wanted)
        found: list[int] = []
        for name in self._from(node):
            if len(found) >= limit or not name.startswith(wanted):
                break
            found.append(node)
            node += 1
        return found

    def all(self) -> Iterator[str]:
        """Every name in order, block by block."""
        return (name.decode("ascii", "replace") for name in self._from(0))

    def _first_from(self, wanted: bytes) -> int:
        """The first node whose name is not before `wanted`; the number of nodes when there is none."""
        low, high = 0, max(len(self._heads) - 1, 0)
        while low < high:
            middle = (low + high) // 2
            if self._head(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        block = max(low - 1, 0)
        for place, name in enumerate(self._block(block) if self._count else ()):
            if name >= wanted:
                return block * BLOCK + place
        return min(low * BLOCK, self._count)

    def _from(self, node: int) -> Iterator[bytes]:
        block, skip = divmod(node, BLOCK)
        for number in range(block, len(self._heads) - 1):
            yield from self._block(number)[skip:]
            skip = 0

    def _name(self, node: int) -> bytes:
        return self._block(node // BLOCK)[node % BLOCK]

    def _head(self, block: int) -> bytes:
        start = int(self._heads[block])
        length = int(self._blob[start])
        return self._blob[start + 1 : start + 1 + length].tobytes()

    def _block(self, block: int) -> list[bytes]:
        if block + 1 >= len(self._heads):
            return []
        packed = self._blob[int(self._heads[block]) : int(self._heads[block + 1])].tobytes()
        place = 1 + packed[0]
        names = [packed[1:place]]
        while place < len(packed):
            shared, length = packed[place], packed[place + 1]
            place += 2
            names.append(names[-1][:shared] + packed[place : place + length])
            place += length
        return names
