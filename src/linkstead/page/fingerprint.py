"""Likeness of two texts by 64 bits: simhash.

Each shingle s (three words in a row) has a hash h(s) of 64 bits. Bit i of the fingerprint is 1 when

    sum over all shingles of (+1 if bit i of h(s) is 1, else -1)  >  0,

where h(s) = a(first word) xor b(second) xor c(third), with a, b, c three hashes of a word (tabulation
hashing: Zobrist 1970; Patrascu and Thorup, "The power of simple tabulation hashing", J. ACM 2012,
https://doi.org/10.1145/2220357.2220361). Each word of a text is hashed once, and all its shingles are
mixed and counted at once, as rows of one large number.

so that texts that share most shingles agree in most bits: the share of differing bits is about the
angle between the two vectors of shingle counts, divided by pi. The method is Charikar's ("Similarity
estimation techniques from rounding algorithms", STOC 2002, https://doi.org/10.1145/509907.509965), its
use for pages, with 64 bits and a distance of 3, that of Manku, Jain and Das Sarma ("Detecting
near-duplicates for web crawling", WWW 2007, https://doi.org/10.1145/1242572.1242592).

Numbers all count as one word: clocks, counters and dates change while a page stays the same. Scripts
that part no words (Chinese, Japanese, Thai and their neighbours) are taken character by character.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from linkstead.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.page.read import Page

BITS: Final = 64
#: Texts whose fingerprints differ in so many bits at most are nearly the same.
NEAR: Final = 3
#: A shorter text has no fingerprint: with a handful of shingles a single word decides every bit.
MIN_WORDS: Final = 20
#: Words that are looked at; more are in no text that is kept.
MAX_WORDS: Final = 65_535  # what a field of `_majority` can count
_SHINGLE: Final = 3
_HASH_BYTES: Final = BITS // 8
_NUMBER: Final = "0"

#: Thai, Lao, Burmese, Khmer; kana; Han; and a word of any other script.
_SOLID: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD: Final = re.compile(rf"[{_SOLID}]|[^\W{_SOLID}]+")
_SIGN: Final = 1 << (BITS - 1)
_ALL: Final = (1 << BITS) - 1
#: The shortest part of an address that is taken out of a text; shorter ones are words.
_MIN_PIECE: Final = 4


def fingerprint(text: str) -> int | None:
    """The simhash of a text as a signed 64-bit integer, which is what SQL stores.

    None for a text of fewer than `MIN_WORDS` words. Case, punctuation and white space make no difference.
    """
    words = _words(text)
    if len(words) < MIN_WORDS:
        return None
    unsigned = _majority(_shingles(words), len(words) - _SHINGLE + 1)
    return (unsigned ^ _SIGN) - _SIGN


@lru_cache(maxsize=8)
def _of_text_at(text: str, url: str) -> int | None:
    for piece in _pieces(url):
        text = text.replace(piece, " ")
    return fingerprint(text)


def fingerprint_of_page(page: Page) -> int | None:
    """The fingerprint of a page's visible text (its first 20,000 characters).

    Mentions of the page's own address are left out: what says that an address was not found says which.
    """
    return _of_text_at(page.text, page.url)


def distance(one: int, other: int) -> int:
    """The number of bits, 0 to 64, in which two fingerprints differ."""
    return ((one ^ other) & _ALL).bit_count()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())[:MAX_WORDS]


class _Hashes(dict[str, bytes]):
    """The three hashes of each word, one behind the other."""

    def __missing__(self, word: str) -> bytes:
        told = (_NUMBER if word.isdigit() else word).encode("utf-8", "replace")
        found = self[word] = blake2b(told, digest_size=_SHINGLE * _HASH_BYTES).digest()
        return found


def _shingles(words: list[str]) -> int:
    """The hashes of all shingles in one number, 64 bits each, the first in the lowest."""
    hashes = memoryview(b"".join(map(_Hashes().__getitem__, words))).cast("Q")
    count = len(words) - _SHINGLE + 1
    mixed = 0
    for place in range(_SHINGLE):
        start = place * _SHINGLE + place
        column = hashes[start : start + count * _SHINGLE : _SHINGLE]
        mixed ^= int.from_bytes(column.tobytes(), "little")
    return mixed


def _majority(rows: int, count: int) -> int:
    """The bits that are set in more than half of so many rows of 64 bits.

    Every sixteenth bit is counted at once: each in a field of 16 bits, rows folded onto rows.
    """
    height = 1 << (count - 1).bit_length()
    ones = int.from_bytes(b"\1\0" * (_HASH_BYTES // 2 * height), "little")
    majority = 0
    for shift in range(16):
        counts = _folded(rows >> shift & ones, height)
        for field in range(0, BITS, 16):
            majority |= ((counts >> field & 0xFFFF) * 2 > count) << (field + shift)
    return majority


def _folded(fields: int, height: int) -> int:
    """The sum of all rows, of which there are a power of two."""
    while height > 1:
        height //= 2
        upper = fields >> BITS * height
        fields = (fields ^ (upper << BITS * height)) + upper
    return fields


def _pieces(url: str) -> Iterator[str]:
    """The address of a page, and its parts, as a page may print them; longest first."""
    parsed = parse_url(url)
    if parsed is None:
        return
    path = str(parsed.pathname)
    target = f"{path}{parsed.search}"
    for piece in (url, f"{parsed.host}{target}", target, path, path.strip("/").rpartition("/")[2]):
        for written in dict.fromkeys((piece, unquote(piece))):
            if len(written) >= _MIN_PIECE:
                yield written
