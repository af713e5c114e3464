"""What the end of an element does; the walk keeps one of these for each open element."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from linkstead.page.found import Anchor, Block


class Mere(Enum):
    """An end that changes nothing around it."""

    GAP = "parts words"
    SKIPPED = "ends what is skipped"


GAP: Final = Mere.GAP
SKIPPED: Final = Mere.SKIPPED


class Frame(NamedTuple):
    """The zone, hiding and link around an element that changed one; `opened` is its own block."""

    zone: int
    hidden: str | None
    anchor: Anchor | None
    opened: Block | None


#: None: the end does nothing. A block or a link: that one ends, and nothing else changes.
End = Mere | Block | Anchor | Frame | None
