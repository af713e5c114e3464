"""Likeness of two texts by 64 bits: simhash.

Each shingle s (three words in a row) has a hash h(s) of 64 bits. Bit i of the fingerprint is 1 when

    sum over all shingles of (+1 if bit i of h(s) is 1, else -1)  >  0,

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
from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from itertools import repeat
from operator import itemgetter
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
#: Words that are looked at; a text of 500 KB has some 80,000.
MAX_WORDS: Final = 100_000
_SHINGLE: Final = 3
_NUMBER: Final = "0"

#: Thai, Lao, Burmese, Khmer; kana; Han; and a word of any other script.
_SOLID: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD: Final = re.compile(rf"[{_SOLID}]|[^\W{_SOLID}]+")
_SIGN: Final = 1 << (BITS - 1)
_ALL: Final = (1 << BITS) - 1
#: For each bit of a byte, what takes from a list of 256 those at the byte values that have it.
_HAVING: Final = tuple(itemgetter(*(value for value in range(256) if value >> bit & 1)) for bit in range(8))
#: The shortest part of an address that is taken out of a text; shorter ones are words.
_MIN_PIECE: Final = 4


def fingerprint(text: str) -> int | None:
    """The simhash of a text as a signed 64-bit integer, which is what SQL stores.

    None for a text of fewer than `MIN_WORDS` words. Case, punctuation and white space make no difference.
    """
    words = _words(text)
    if len(words) < MIN_WORDS:
        return None
    digests = b"".join(
        blake2b(" ".join(shingle).encode("utf-8", "replace"), digest_size=8).digest()
        for shingle in zip(*(words[start:] for start in range(_SHINGLE)), strict=False)
    )
    unsigned = _majority(digests)
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
    found = _WORD.findall(text.lower())[:MAX_WORDS]
    return [_NUMBER if word.isdigit() else word for word in found]


def _majority(digests: bytes) -> int:
    """The bits that most of the 8-byte digests have.

    Counted column by column: one counter of byte values for each of the eight bytes, which is many times
    faster than looking at every bit of every digest.
    """
    half = len(digests) // 8 / 2
    unsigned = 0
    for column in range(8):
        counts = list(map(Counter(digests[column::8]).get, range(256), repeat(0)))
        for bit, having in enumerate(_HAVING):
            if sum(having(counts)) > half:
                unsigned |= 1 << (column * 8 + bit)
    return unsigned


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
