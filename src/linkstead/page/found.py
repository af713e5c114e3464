"""What a walk over a page collects: links as written, blocks, zones, facts. Nothing here judges.

While a page is walked, a place in its text is the number of a *mark* (`flow.py`); `measure.py` then
turns each into an offset. The classes are plain, since tens of thousands are made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkstead.link import LinkType, Placement


class Block:
    """An element that holds text together, such as a paragraph, a list or a division.

    Once measured, `start` and `end` are offsets, `linked` counts the characters inside links and
    `links` the links.
    """

    __slots__ = (
        "end", "has_blocks", "hidden", "last", "linked", "links", "outer", "score", "start", "zone",
    )  # fmt: skip

    def __init__(self, zone: int, hidden: str | None, outer: Block | None, start: int, links: int) -> None:
        """`links` is the number of links closed before the block; those up to `last` are its own."""
        self.zone = zone
        self.hidden = hidden
        self.outer = outer
        self.start = start
        self.end = start
        self.links = links
        self.last = links
        self.linked = 0
        self.score = 0.0
        self.has_blocks = False

    @property
    def unlinked(self) -> int:
        return max(0, self.end - self.start - self.linked)


class Anchor:
    """A link as written. `label` stands for the text of a link that has none.

    `images` are the alt texts of the images inside, None without images.
    """

    __slots__ = ("block", "end", "hidden", "images", "label", "raw", "rel", "start", "type", "zone")

    def __init__(
        self,
        raw: str,
        kind: LinkType,
        rel: tuple[str, ...],
        start: int,
        zone: int,
        hidden: str | None,
        label: str | None,
        block: Block | None,
    ) -> None:
        self.raw = raw
        self.type = kind
        self.rel = rel
        self.start = start
        self.end = start
        self.zone = zone
        self.hidden = hidden
        self.label = label
        self.block = block
        self.images: list[str] | None = None


@dataclass(slots=True)
class Zone:
    """A part of the page as its markup names it.

    `outer` is the index of the zone around it (0 is the page itself, without a placement), `sure`
    whether a tag or role says so, `links` and `last` are as in `Block`; once measured, `unlinked` is
    its characters outside links.
    """

    placement: Placement | None
    sure: bool
    outer: int
    start: int = 0
    links: int = 0
    end: int = 0
    last: int = 0
    unlinked: int = 0


@dataclass(slots=True)
class Found:
    """Everything that one walk collected. Addresses are as written, in document order.

    `blocks` are in the order of their ends. `closed` are the links that count as linked text, in the
    order of their ends: None for one inside another, whose text is counted already.
    """

    anchors: list[Anchor] = field(default_factory=list)
    closed: list[Anchor | None] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=lambda: [Zone(None, sure=True, outer=0)])
    text: str = ""
    linked: int = 0
    hidden_spans: list[tuple[int, int]] = field(default_factory=list)
    title: str | None = None
    language: str | None = None
    base: str | None = None
    canonical: str | None = None
    robots: list[tuple[str, str]] = field(default_factory=list)
    refresh: tuple[float, str] | None = None
    generator: str | None = None
    next_page: str | None = None
    previous_page: str | None = None
    scripts: int = 0
    mount_point: bool = False
    truncated: bool = False
