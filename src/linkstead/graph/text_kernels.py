"""Compiled readers of Common Crawl's vertices and edges: whole lines of bytes in, numbers out.

Each stops at the first line that breaks a rule and says which rule (the codes below) and at which byte, so
that the caller can name the line. Nothing is read past the end of what was given.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkstead.compiled import compiled
from linkstead.graph.names import BLOCK, MOST

FINE: Final = 0
NOT_A_LINE: Final = 1
WRONG_NUMBER: Final = 2
NOT_SORTED: Final = 3
NO_SUCH_NODE: Final = 4
TO_ITSELF: Final = 5
TOO_LONG: Final = 6

_TAB, _NEWLINE, _RETURN = 9, 10, 13
_ZERO, _NINE = 48, 57
_LARGEST = 1 << 40
_BLOCK, _MOST = BLOCK, MOST


@compiled
def read_edges(
    text: NDArray[np.uint8],
    nodes: int,
    before_from: int,
    before_to: int,
    froms: NDArray[np.uint32],
    tos: NDArray[np.uint32],
) -> tuple[int, int, int]:
    """Lines `from TAB to` into two arrays: (arcs, code, byte where the line that was refused begins).

    Arcs must ascend after (before_from, before_to); at the very first, give -1 twice.
    """
    place, count, length = 0, 0, len(text)
    while place < length:
        start, value, source, digits, tabs = place, 0, -1, 0, 0
        while place < length and text[place] != _NEWLINE:
            byte = text[place]
            if _ZERO <= byte <= _NINE and value < _LARGEST:
                value = value * 10 + (byte - _ZERO)
                digits += 1
            elif byte == _TAB and digits and not tabs:
                source, value, digits, tabs = value, 0, 0, 1
            elif not (byte == _RETURN and place + 1 < length and text[place + 1] == _NEWLINE):
                return count, NOT_A_LINE, start
            place += 1
        place += 1
        if tabs != 1 or digits == 0:
            return count, NOT_A_LINE, start
        if source >= nodes or value >= nodes:
            return count, NO_SUCH_NODE, start
        if source == value:
            return count, TO_ITSELF, start
        if source < before_from or (source == before_from and value <= before_to):
            return count, NOT_SORTED, start
        before_from, before_to = source, value
        froms[count] = source
        tos[count] = value
        count += 1
    return count, FINE, 0


@compiled
def _read_vertex(text: NDArray[np.uint8], place: int, expected: int) -> tuple[int, int, int, int, int]:
    """The line at `place`: (code, where its name begins, its size, hosts, where the next line begins)."""
    value, digits, length = 0, 0, len(text)
    while place < length and _ZERO <= text[place] <= _NINE and value < _LARGEST:
        value = value * 10 + (text[place] - _ZERO)
        digits += 1
        place += 1
    if digits == 0 or place >= length or text[place] != _TAB:
        return NOT_A_LINE, 0, 0, 0, place
    if value != expected:
        return WRONG_NUMBER, 0, 0, 0, place
    place += 1
    name = place
    while place < length and 32 < text[place] < 127:
        place += 1
    size = place - name
    if size == 0:
        return NOT_A_LINE, 0, 0, 0, place
    if size > _MOST:
        return TOO_LONG, 0, 0, 0, place
    many = 0
    if place < length and text[place] == _TAB:
        place += 1
        while place < length and _ZERO <= text[place] <= _NINE:
            many = min(many * 10 + (text[place] - _ZERO), 4_294_967_295)
            place += 1
    if place < length and text[place] == _RETURN:
        place += 1
    if place < length and text[place] != _NEWLINE:
        return NOT_A_LINE, 0, 0, 0, place
    return FINE, name, size, many, place + 1


@compiled
def _write_rest(
    text: NDArray[np.uint8], name: int, size: int, shared: int, out: NDArray[np.uint8], written: int
) -> int:
    """What a name does not share with the one before, behind its length; gives the bytes written by now."""
    out[written] = size - shared
    written += 1
    for offset in range(shared, size):
        out[written] = text[name + offset]
        written += 1
    return written


@compiled
def read_vertices(
    text: NDArray[np.uint8],
    expected: int,
    before: NDArray[np.uint8],
    before_length: int,
    out: NDArray[np.uint8],
    heads: NDArray[np.uint64],
    hosts: NDArray[np.uint32],
) -> tuple[int, int, int, int, int, int]:
    """Lines `id TAB name [TAB hosts]` front-coded into `out`.

    Gives (names, bytes written, block heads written, length of the last name, code, byte of the refused
    line). `before` holds the name before the first and, afterwards, the last one. Ids count up from
    `expected`.
    """
    place, count, written, blocks = 0, 0, 0, 0
    while place < len(text):
        start = place
        code, name, size, many, place = _read_vertex(text, start, expected)
        if code != FINE:
            return count, written, blocks, before_length, code, start
        shared = 0
        while shared < size and shared < before_length and text[name + shared] == before[shared]:
            shared += 1
        if shared < before_length and (shared == size or text[name + shared] < before[shared]):
            return count, written, blocks, before_length, NOT_SORTED, start
        if expected % _BLOCK == 0:
            heads[blocks] = written
            blocks += 1
            shared = 0
        else:
            out[written] = shared
            written += 1
        written = _write_rest(text, name, size, shared, out, written)
        for offset in range(size):
            before[offset] = text[name + offset]
        before_length = size
        hosts[count] = many
        count += 1
        expected += 1
    return count, written, blocks, before_length, FINE, 0


@compiled
def count_ends(
    froms: NDArray[np.uint32],
    tos: NDArray[np.uint32],
    out_degrees: NDArray[np.uint32],
    in_degrees: NDArray[np.uint32],
) -> None:
    """Add each arc to the degrees of its two ends."""
    for arc in range(len(froms)):
        out_degrees[froms[arc]] += 1
        in_degrees[tos[arc]] += 1


@compiled
def scatter(
    offsets: NDArray[np.uint64],
    arcs: NDArray[np.uint32],
    first_node: int,
    low: int,
    high: int,
    cursors: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> None:
    """Put the sources of arcs to nodes [low, high) where `cursors` (one a node of that range) say.

    `offsets` are those of a run of nodes from `first_node` on, `arcs` all of the graph's. Sources ascend, so
    every node's list comes out sorted.
    """
    for row in range(len(offsets) - 1):
        for arc in range(offsets[row], offsets[row + 1]):
            target = arcs[arc]
            if low <= target < high:
                place = cursors[target - low]
                out[place] = first_node + row
                cursors[target - low] = place + 1
