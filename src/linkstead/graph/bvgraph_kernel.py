"""The compiled half of `bvgraph`: runs of nodes out of the bit stream."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkstead.compiled import compiled
from linkstead.graph.bits import read_code, read_gamma

FINE: Final = 0
DAMAGED: Final = 1
#: What `_node` gives for a list that does not fit into what is left of the buffer.
_NO_ROOM = -2
_BROKEN = -1
_OUTDEGREES, _REFERENCES, _BLOCK_COUNT, _BLOCKS, _RESIDUALS = range(5)


@compiled
def read_nodes(
    data: NDArray[np.uint8],
    place: int,
    node: int,
    nodes: int,
    window: int,
    shortest: int,
    k: int,
    codes: NDArray[np.int64],
    lists: NDArray[np.uint32],
    rows: NDArray[np.int64],
    kept: int,
) -> tuple[int, int, int]:
    """Decode nodes from `node` on while `lists` and `rows` have room: (nodes decoded, next bit, code).

    `rows[:kept + 1]` delimit the lists of the `kept` nodes before; the new ones are put behind.
    """
    count = 0
    scratch = np.empty(len(lists), np.uint32)
    while node + count < nodes and kept + count + 1 < len(rows):
        after, size = _node(
            data, place, node + count, nodes, window, shortest, k, codes, lists, rows, kept + count, scratch
        )
        if size == _NO_ROOM:
            break
        if size < 0 or after > len(data) * 8:
            return count, place, DAMAGED
        rows[kept + count + 1] = rows[kept + count] + size
        place = after
        count += 1
    return count, place, FINE


@compiled
def _node(
    data: NDArray[np.uint8],
    place: int,
    node: int,
    nodes: int,
    window: int,
    shortest: int,
    k: int,
    codes: NDArray[np.int64],
    lists: NDArray[np.uint32],
    rows: NDArray[np.int64],
    row: int,
    scratch: NDArray[np.uint32],
) -> tuple[int, int]:
    """One list behind the others in `lists`: (next bit, its length or a code)."""
    degree, place = read_code(data, place, codes[_OUTDEGREES], k)
    if degree < 0 or degree > nodes:
        return place, _BROKEN
    if degree == 0:
        return place, 0
    start = rows[row]
    if start + degree > len(lists):
        return place, _NO_ROOM
    copied, extra = 0, degree
    if window > 0:
        reference, place = read_code(data, place, codes[_REFERENCES], k)
        if reference < 0 or reference > min(window, row):
            return place, _BROKEN
        if reference > 0:
            copied, place = _copy(data, place, codes, k, lists, rows, row - reference, degree, scratch)
            if copied < 0:
                return place, _BROKEN
            extra = degree - copied
    # what is copied waits in scratch[:copied]; intervals follow it there, residuals are merged as they come
    filled, place = _intervals(data, place, node, shortest, extra, scratch, copied)
    if filled < 0:
        return place, _BROKEN
    residuals = degree - filled
    place, fine = _merge(data, place, node, nodes, k, codes, lists, start, scratch, copied, filled, residuals)
    return place, degree if fine else _BROKEN


@compiled
def _copy(
    data: NDArray[np.uint8],
    place: int,
    codes: NDArray[np.int64],
    k: int,
    lists: NDArray[np.uint32],
    rows: NDArray[np.int64],
    referred: int,
    degree: int,
    scratch: NDArray[np.uint32],
) -> tuple[int, int]:
    """Copy the blocks of an earlier list into `scratch`: (how many, next bit); -1 for damage."""
    source, last = rows[referred], rows[referred + 1]
    blocks, place = read_code(data, place, codes[_BLOCK_COUNT], k)
    if blocks < 0 or blocks > last - source + 1:
        return -1, place
    copied = 0
    for number in range(blocks):
        size, place = read_code(data, place, codes[_BLOCKS], k)
        if size < 0:
            return -1, place
        if number > 0:
            size += 1
        if size > last - source:
            return -1, place
        if number % 2 == 0:
            if copied + size > degree:
                return -1, place
            for offset in range(size):
                scratch[copied + offset] = lists[source + offset]
            copied += size
        source += size
    if blocks % 2 == 0:
        if copied + last - source > degree:
            return -1, place
        for at in range(source, last):
            scratch[copied] = lists[at]
            copied += 1
    return copied, place


@compiled
def _intervals(
    data: NDArray[np.uint8],
    place: int,
    node: int,
    shortest: int,
    extra: int,
    scratch: NDArray[np.uint32],
    filled: int,
) -> tuple[int, int]:
    """Write runs of successive nodes behind what is in `scratch`: (now filled, next bit); -1: damage."""
    if extra == 0 or shortest == 0:
        return filled, place
    most = filled + extra
    count, place = read_gamma(data, place)
    if count < 0 or count * shortest > extra:
        return -1, place
    left = node
    for number in range(count):
        gap, place = read_gamma(data, place)
        size, place = read_gamma(data, place)
        if gap < 0 or size < 0:
            return -1, place
        left += _signed(gap) if number == 0 else gap + 1
        size += shortest
        if filled + size > most or left < 0:
            return -1, place
        for offset in range(size):
            scratch[filled + offset] = left + offset
        filled += size
        left += size
    return filled, place


@compiled
def _merge(
    data: NDArray[np.uint8],
    place: int,
    node: int,
    nodes: int,
    k: int,
    codes: NDArray[np.int64],
    lists: NDArray[np.uint32],
    start: int,
    scratch: NDArray[np.uint32],
    copied: int,
    filled: int,
    residuals: int,
) -> tuple[int, bool]:
    """Merge scratch[:copied], scratch[copied:filled] and residuals into `lists`: (next bit, all is well)."""
    one, two, read, coming, out = 0, copied, 0, nodes, start
    before = -1
    while True:
        if coming == nodes and read < residuals:
            value, place = read_code(data, place, codes[_RESIDUALS], k)
            if value < 0:
                return place, False
            coming = node + _signed(value) if read == 0 else before + value + 1
            if coming < 0 or coming >= nodes:
                return place, False
            before = coming
            read += 1
        first = scratch[one] if one < copied else nodes
        second = scratch[two] if two < filled else nodes
        least = min(first, second, coming)
        if least >= nodes:
            return place, out - start == filled + residuals
        if out > start and lists[out - 1] >= least:
            return place, False
        lists[out] = least
        out += 1
        if least == coming:
            coming = nodes
        elif least == first:
            one += 1
        else:
            two += 1


@compiled
def _signed(natural: int) -> int:
    """0, -1, 1, -2, 2 ... for 0, 1, 2, 3, 4."""
    return natural >> 1 if natural % 2 == 0 else -((natural + 1) >> 1)
