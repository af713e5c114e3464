"""What a walk over a page collects: links as written, blocks, zones, facts. Nothing here judges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkstead.link import LinkType, Placement


class Block:
    """An element that holds text together, such as a paragraph, a list or a division.

    Offsets and counts are characters of the collected text; `linked` are those inside links. A plain
    class, since tens of thousands are made.
    """

    __slots__ = ("end", "has_blocks", "linked", "links", "outer", "score", "start", "tag", "zone")

    def __init__(self, tag: str, zone: int, outer: Block | None, start: int, linked: int, links: int) -> None:
        """`linked` and `links` are the counts before the block; `close` turns them into its own."""
        self.tag = tag
        self.zone = zone
        self.outer = outer
        self.start = start
        self.end = start
        self.linked = linked
        self.links = links
        self.score = 0.0
        self.has_blocks = False

    def close(self, end: int, linked: int, links: int) -> None:
        """End the block, given the counts so far."""
        self.end = end
        self.linked = linked - self.linked
        self.links = links - self.links

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
        label: str,
    ) -> None:
        self.raw = raw
        self.type = kind
        self.rel = rel
        self.start = start
        self.end = start
        self.zone = zone
        self.hidden = hidden
        self.label = label
        self.images: list[str] | None = None
        self.block: Block | None = None


@dataclass(slots=True)
class Zone:
    """A part of the page as its markup names it.

    `outer` is the index of the zone around it (0 is the page itself, without a placement), `sure`
    whether a tag or role says so, `unlinked` its characters outside links.
    """

    placement: Placement | None
    sure: bool
    outer: int
    unlinked: int = 0


@dataclass(slots=True)
class Found:
    """Everything that one walk collected. Addresses are as written, in document order."""

    anchors: list[Anchor] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)  # those with a score
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
