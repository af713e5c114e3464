"""After the walk: the text in one piece, and offsets in it in place of marks.

The walk notes every text and every gap between words as it comes, and a *mark* wherever something
begins or ends. White space is then collapsed over the whole page at once, in compiled code, and the
marks, which no text can hold, tell where everything went: several times cheaper than collapsing text
by text while walking.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.page.found import Block, Found

#: U+0000: the tree builder drops it or puts U+FFFD in its place
#: (https://html.spec.whatwg.org/#parse-error-unexpected-null-character).
MARK: Final = "\0"

#: A text shorter than this outside links is no paragraph (the threshold of Mozilla's Readability).
_PARAGRAPH: Final = 25


def measure(found: Found, pieces: Iterable[str]) -> None:
    """Give `found` its text, and everything in it offsets for the numbers of marks."""
    found.text, offsets = collapse(pieces)
    for anchor in found.anchors:
        anchor.start = offsets[anchor.start]
        anchor.end = offsets[anchor.end]
    lengths = (0 if anchor is None else anchor.end - anchor.start for anchor in found.closed)
    linked = list(accumulate(lengths, initial=0))
    found.linked = linked[-1]
    for zone in found.zones:
        length = offsets[zone.end] - offsets[zone.start]
        zone.unlinked = length - (linked[zone.last] - linked[zone.links])
    found.hidden_spans = [(offsets[start], offsets[end]) for start, end in found.hidden_spans]
    _measure_blocks(found.blocks, offsets, linked)


def collapse(pieces: Iterable[str]) -> tuple[str, list[int]]:
    """The text with single spaces and without marks, and the offset of each mark."""
    texts: list[str] = []
    offsets: list[int] = []
    length, spaced = 0, True  # spaced: the text so far is empty or ends with a space
    for part in " ".join("".join(pieces).split()).split(MARK):
        if part and not (spaced and part == " "):
            text = part[1:] if spaced and part[0] == " " else part
            texts.append(text)
            length += len(text)
            spaced = text[-1] == " "
        offsets.append(length)
    return "".join(texts), offsets


def _measure_blocks(blocks: Iterable[Block], offsets: Sequence[int], linked: Sequence[int]) -> None:
    """Offsets and Readability's scores: a paragraph counts for the block around it, half for the next."""
    for block in blocks:
        block.start = start = offsets[block.start]
        block.end = end = offsets[block.end]
        block.linked = within = linked[block.last] - linked[block.links]
        block.links = block.last - block.links
        unlinked = end - start - within
        outer = block.outer
        if unlinked < _PARAGRAPH or block.has_blocks or outer is None or block.hidden is not None:
            continue
        score = 1.0 + min(unlinked / 100, 3.0)
        outer.score += score
        if outer.outer is not None:
            outer.outer.score += score / 2
