"""Instantaneous codes of WebGraph's bit streams, compiled: unary, gamma, delta, zeta, nibble.

Bits are read from the most significant of each byte on. Codes as in Boldi & Vigna, "The WebGraph framework
II: codes for the World-Wide Web" (DCC 2004) and in dsiutils' InputBitStream. Every reader gives the value
and the place of the next bit. Past the end all bits are one, so that no reader runs on for ever; callers
compare the place with the length. A value that no graph can have is -1.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkstead.compiled import compiled

UNARY: Final = 0
GAMMA: Final = 1
DELTA: Final = 2
ZETA: Final = 3
NIBBLE: Final = 4

#: Numbers of more bits than this are in no graph of uint32 nodes.
_MOST_BITS = 40


@compiled
def read_bits(data: NDArray[np.uint8], place: int, count: int) -> tuple[int, int]:
    """`count` bits as a number."""
    value, left = 0, count
    while left > 0:
        index, used = place >> 3, place & 7
        byte = data[index] if index < len(data) else 255
        take = min(8 - used, left)
        value = (value << take) | ((byte >> (8 - used - take)) & ((1 << take) - 1))
        place += take
        left -= take
    return value, place


@compiled
def read_unary(data: NDArray[np.uint8], place: int) -> tuple[int, int]:
    """How many zeros stand before the next one."""
    start = place
    while True:
        index = place >> 3
        byte = data[index] if index < len(data) else 255
        rest = byte & (255 >> (place & 7))
        if rest:
            bit = index << 3
            mask = 128
            while not rest & mask:
                mask >>= 1
                bit += 1
            return bit - start, bit + 1
        place = (index + 1) << 3


@compiled
def read_gamma(data: NDArray[np.uint8], place: int) -> tuple[int, int]:
    """The length of the number in unary, then the number."""
    length, place = read_unary(data, place)
    if length > _MOST_BITS:
        return -1, place
    value, place = read_bits(data, place, length)
    return ((1 << length) | value) - 1, place


@compiled
def read_delta(data: NDArray[np.uint8], place: int) -> tuple[int, int]:
    """The length of the number in gamma, then the number."""
    length, place = read_gamma(data, place)
    if length < 0 or length > _MOST_BITS:
        return -1, place
    value, place = read_bits(data, place, length)
    return ((1 << length) | value) - 1, place


@compiled
def read_zeta(data: NDArray[np.uint8], place: int, k: int) -> tuple[int, int]:
    """How many times k bits in unary, then the number in a minimal binary code."""
    high, place = read_unary(data, place)
    if (high + 1) * k > _MOST_BITS:
        return -1, place
    left = 1 << (high * k)
    value, place = read_bits(data, place, high * k + k - 1)
    if value < left:
        return value + left - 1, place
    bit, place = read_bits(data, place, 1)
    return (value << 1) + bit - 1, place


@compiled
def read_nibble(data: NDArray[np.uint8], place: int) -> tuple[int, int]:
    """Three bits at a time, each after a bit that says whether they are the last."""
    value, last = 0, 0
    while not last:
        last, place = read_bits(data, place, 1)
        part, place = read_bits(data, place, 3)
        value = (value << 3) | part
        if value >> _MOST_BITS:
            return -1, place
    return value, place


@compiled
def read_code(data: NDArray[np.uint8], place: int, code: int, k: int) -> tuple[int, int]:
    """A number in one of the codes above."""
    if code == GAMMA:
        return read_gamma(data, place)
    if code == ZETA:
        return read_zeta(data, place, k)
    if code == UNARY:
        return read_unary(data, place)
    if code == DELTA:
        return read_delta(data, place)
    return read_nibble(data, place)
