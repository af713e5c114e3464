"""Where on a page a link stands: content, navigation, header, footer, sidebar or comment.

Markup first: the zone around a link (`zones.py`) decides unless it says "content" or nothing, or is a
class name that turns out to enclose most of the page. Text second: the *main part* is the block with
the highest paragraph score, after Mozilla's Readability
(https://github.com/mozilla/readability, `_grabArticle`):

    score(block) = sum over its paragraphs (1 + min(characters / 100, 3)), half for those one level down
    weight       = score * (1 - characters in links / characters)

Inside it a link is content unless it stands in a list of links (link density, after Boilerpipe,
https://doi.org/10.1145/1718487.1718542). Outside it a link is content only inside real prose. On a
page with too little text for a main part every link outside a zone is content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from linkstead.link import Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.page.found import Anchor, Block, Found, Zone

#: A zone known by a class name only that holds more of the page's text than this is a wrapper.
_WRAPPER_SHARE: Final = 0.6
#: Pages with less text (characters outside links) than this have no wrappers and no main part.
_SHORT_PAGE: Final = 800
#: Characters in links over all characters of a block: above this it is a list of links.
_LIST_DENSITY: Final = 0.8
#: Links that make a list.
_LIST_LINKS: Final = 3
#: Characters outside links that make a block outside the main part prose.
_PROSE: Final = 200
_PROSE_DENSITY: Final = 0.35
#: The last part of a page's text: what is not content there is its footer.
_TAIL: Final = 0.9
_NOT_MAIN: Final = frozenset(
    {Placement.NAVIGATION, Placement.HEADER, Placement.FOOTER, Placement.SIDEBAR, Placement.COMMENT}
)


#: Looking members up in the enumeration takes longer than the rest of a rule.
_CONTENT: Final = Placement.CONTENT
_NAVIGATION: Final = Placement.NAVIGATION


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a page as a whole: the placement of each zone, and the main part's offsets."""

    zones: tuple[Placement | None, ...]
    main: tuple[int, int] | None
    end: int


def layout(found: Found) -> Layout:
    """Judge zones and find the main part."""
    unlinked = len(found.text) - found.linked
    zones = _placements(found.zones, unlinked)
    main = _main_part(found.blocks, zones) if unlinked >= _SHORT_PAGE else None
    return Layout(zones, main, len(found.text))


def _placements(zones: Sequence[Zone], unlinked: int) -> tuple[Placement | None, ...]:
    """The placement of each zone; outer zones come first, so a void one passes its outer's on."""
    placements: list[Placement | None] = []
    for zone in zones:
        void = not zone.sure and unlinked >= _SHORT_PAGE and zone.unlinked > unlinked * _WRAPPER_SHARE
        placements.append(placements[zone.outer] if void else zone.placement)
    return tuple(placements)


def _main_part(blocks: Sequence[Block], zones: Sequence[Placement | None]) -> tuple[int, int] | None:
    candidates = [block for block in blocks if block.score and zones[block.zone] not in _NOT_MAIN]
    best = max(candidates, key=_weight, default=None)
    return None if best is None else (best.start, best.end)


def _weight(block: Block) -> float:
    return block.score * (1 - block.linked / max(1, block.end - block.start))


def place(anchor: Anchor, page: Layout) -> Placement:
    """The placement of one link."""
    zone = page.zones[anchor.zone]
    if zone in _NOT_MAIN and zone is not None:
        return zone
    if page.main is None:
        return _CONTENT
    start, end = page.main
    if start <= anchor.start < end or zone is _CONTENT:
        listed = not anchor.raw.startswith("#") and _in_list_of_links(anchor.block, page.main)
        return _NAVIGATION if listed else _CONTENT
    if _in_prose(anchor.block):
        return _CONTENT
    return _outside(anchor, page, start)


def _outside(anchor: Anchor, page: Layout, main_start: int) -> Placement:
    if anchor.start < main_start:
        return _NAVIGATION
    return Placement.FOOTER if anchor.start > page.end * _TAIL else Placement.SIDEBAR


def _density(block: Block) -> float:
    return block.linked / max(1, block.end - block.start)


def _in_list_of_links(block: Block | None, main: tuple[int, int]) -> bool:
    """Whether the nearest block with several links around a link is nothing but links."""
    while block is not None and block.links < _LIST_LINKS:
        block = block.outer
    if block is None or (block.start <= main[0] and block.end >= main[1]):
        return False
    return _density(block) > _LIST_DENSITY


def _in_prose(block: Block | None) -> bool:
    return block is not None and block.unlinked >= _PROSE and _density(block) < _PROSE_DENSITY
