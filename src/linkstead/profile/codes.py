"""Small whole numbers for the words that every row repeats.

The numbers are part of stored databases: append, never reorder.
"""

from __future__ import annotations

from typing import Final

from linkstead.link import LinkStatus, LinkType, Placement

STATES: Final = (
    LinkStatus.UNVERIFIED,
    LinkStatus.LIVE,
    LinkStatus.IN_DOUBT,
    LinkStatus.LOST,
    LinkStatus.BLOCKED,
    LinkStatus.UNREACHABLE,
    LinkStatus.UNREADABLE,
)
STATE_CODE: Final[dict[str, int]] = {state.value: code for code, state in enumerate(STATES)}

PLACEMENTS: Final[tuple[str | None, ...]] = (
    None,
    Placement.CONTENT,
    Placement.NAVIGATION,
    Placement.HEADER,
    Placement.FOOTER,
    Placement.SIDEBAR,
    Placement.COMMENT,
)
PLACEMENT_CODE: Final[dict[str | None, int]] = {
    (None if word is None else str(word)): code for code, word in enumerate(PLACEMENTS)
}

#: LinkType and the words that only sources use.
LINK_TYPES: Final[tuple[str | None, ...]] = (
    None,
    LinkType.ANCHOR,
    LinkType.AREA,
    LinkType.IMAGE,
    LinkType.CANONICAL,
    LinkType.ALTERNATE,
    LinkType.IFRAME,
    LinkType.FORM,
    LinkType.META_REFRESH,
    "redirect",
    "mention",
    "frame",
)
LINK_TYPE_CODE: Final[dict[str | None, int]] = {
    (None if word is None else str(word)): code for code, word in enumerate(LINK_TYPES)
}

#: rel as bits; REL_KNOWN says that the bits were told by someone.
REL_NOFOLLOW: Final = 1
REL_UGC: Final = 2
REL_SPONSORED: Final = 4
REL_KNOWN: Final = 8

NOT_FOLLOWED: Final = 0
FOLLOWED: Final = 1
FOLLOW_UNKNOWN: Final = 2


def rel_bits(nofollow: bool | None, ugc: bool | None, sponsored: bool | None) -> int:
    """The bits of what a source told; 0 when it told nothing."""
    if nofollow is None and ugc is None and sponsored is None:
        return 0
    return (
        REL_KNOWN
        | (REL_NOFOLLOW if nofollow else 0)
        | (REL_UGC if ugc else 0)
        | (REL_SPONSORED if sponsored else 0)
    )


#: followed code by rel bits: any qualifying token makes a link not followed.
FOLLOW_OF_REL: Final = tuple(
    FOLLOW_UNKNOWN if not bits & REL_KNOWN else (NOT_FOLLOWED if bits & 7 else FOLLOWED) for bits in range(16)
)

FOLLOW_WORDS: Final[dict[int, bool | None]] = {
    NOT_FOLLOWED: False,
    FOLLOWED: True,
    FOLLOW_UNKNOWN: None,
}


def rel_words(bits: int) -> tuple[str, ...]:
    """The rel tokens of the bits, in reading order."""
    pairs = ((REL_NOFOLLOW, "nofollow"), (REL_UGC, "ugc"), (REL_SPONSORED, "sponsored"))
    return tuple(word for bit, word in pairs if bits & bit)
