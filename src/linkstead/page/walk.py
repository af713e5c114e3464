"""One walk over a page's tree: links as written, text, blocks and zones, nothing judged yet.

The tree is built by turbohtml's WHATWG tree builder and walked by its C core, which calls us for each
start, end and text. Measured on 86 real pages (9.8 MB), without the work done here: building alone
409 MB/s, building with these callbacks 190, plain tokens as Python objects 201. So the correct tree
(tables, unclosed tags, foster parenting) costs no more than tokens do.

State runs downward: a frame is kept for each element that changes something (block, zone, hiding,
link), and all other elements only count the depth. Text is collected with its white space collapsed,
so that a place in it is a plain offset, and so are anchor texts and surroundings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from turbohtml.saxparse import sax_parse

from linkstead.page import hidden as hiding
from linkstead.page.anchors import clean
from linkstead.page.collector import Attributes, Collector
from linkstead.page.found import Anchor, Block, Found, Zone
from linkstead.page.limits import MAX_DEPTH, MAX_ELEMENTS, MAX_TITLE
from linkstead.page.prepare import NOSCRIPT_MARK, prepared
from linkstead.page.tags import BLOCKS, INLINE, MOUNT_POINTS, PAGE_TAGS, SKIPPED, SPEAKING, VOID
from linkstead.page.zones import nested, opened

if TYPE_CHECKING:
    from collections.abc import Callable

_Pairs = tuple[tuple[str, str | None], ...]

#: A text shorter than this outside links is no paragraph (the threshold of Mozilla's Readability).
_PARAGRAPH: Final = 25


class _EnoughError(Exception):
    """Ends a walk from inside its callbacks; never leaves this module."""


def walk(text: str) -> Found:
    """Collect what is on a page."""
    walker = Walk()
    try:
        sax_parse(prepared(text), walker)
    except _EnoughError:
        walker.found.truncated = True
    return walker.finish()


class Walk(Collector):
    """The callbacks; see the module's docstring for how state is kept."""

    __slots__ = ()

    # --- the three callbacks, in the order of how often they come

    def characters(self, data: str) -> None:
        if self.skipping:
            if self.captured is not None:
                self.captured.append(data[:MAX_TITLE])
            return
        if data.isspace():
            if not self.spaced:
                self._separate()
            return
        chunk = " ".join(data.split())
        if not self.spaced and data[0].isspace():
            chunk = " " + chunk
        self.spaced = data[-1].isspace()
        if self.spaced:
            chunk += " "
        self.pieces.append(chunk)
        self.length += len(chunk)

    def start_element(self, tag: str, attrs: _Pairs) -> None:
        self.depth += 1
        if self.skipping:
            return
        if tag in INLINE:
            if attrs:
                self._open_inline(tag, dict(attrs))
            return
        if not self.spaced:
            self._separate()
        if tag in VOID:
            action = _ACTIONS.get(tag)
            if action is not None:
                action(self, dict(attrs))
        else:
            self._open(tag, dict(attrs))

    def end_element(self, tag: str) -> None:
        depth = self.depth
        self.depth = depth - 1
        if self.skipping:
            if depth == self.skipping:
                self._end_skipping(tag)
            return
        if tag not in INLINE:
            if not self.spaced:
                self._separate()
            if tag == "svg":
                self.svg -= 1
        if depth == self.anchor_depth:
            self._close_anchor()
        elif depth == self.top:
            self._close()

    # --- opening and closing

    def _separate(self) -> None:
        self.pieces.append(" ")
        self.length += 1
        self.spaced = True

    def _open_inline(self, tag: str, attributes: Attributes) -> None:
        hidden = self.hidden
        if "style" in attributes or "hidden" in attributes:
            hidden = hiding.inherited(hidden, hiding.hidden_by(attributes, tag))
        anchor = self.add_anchor(attributes, hidden) if tag == "a" and "href" in attributes else None
        if anchor is not None and hidden is self.hidden and self.anchor is None:
            self.anchor, self.anchor_depth = anchor, self.depth  # the usual link needs no frame
        elif anchor is not None or hidden is not self.hidden:
            self._push(self.zone, hidden, self.block, anchor)

    def _close_anchor(self) -> None:
        if self.anchor is not None:
            self.anchor.end = self.length
            self.linked += self.length - self.anchor.start
        self.links += 1
        self.anchor, self.anchor_depth = None, 0

    def _open(self, tag: str, attributes: Attributes) -> None:
        if tag in SKIPPED and NOSCRIPT_MARK not in attributes:
            self._start_skipping(tag, attributes)
            return
        hidden, zone = self.hidden, self.zone
        if attributes or tag in SPEAKING:
            hidden, zone = self._state(tag, attributes)
        action = _ACTIONS.get(tag)
        if action is not None:
            action(self, attributes)
        block = self.block
        if tag in BLOCKS and self.anchor is None:
            block = Block(tag, zone, block, self.length, self.linked, self.links)
            if self.block is not None:
                self.block.has_blocks = True
        if block is not self.block or hidden is not self.hidden or zone != self.zone:
            self._push(zone, hidden, block, None)

    def _state(self, tag: str, attributes: Attributes) -> tuple[str | None, int]:
        """Hiding and zone inside an element."""
        hidden = self.hidden
        if tag == "noscript" or NOSCRIPT_MARK in attributes:
            hidden = hiding.inherited(hidden, hiding.NOSCRIPT)
        elif "style" in attributes or "hidden" in attributes:
            hidden = hiding.inherited(hidden, hiding.hidden_by(attributes, tag))
        if tag in PAGE_TAGS:
            return hidden, self.zone
        if attributes.get("id") in MOUNT_POINTS:
            self.found.mount_point = True
        opening = opened(tag, attributes)
        if opening is None:
            return hidden, self.zone
        zones = self.found.zones
        placement = nested(zones[self.zone].placement, opening.placement)
        if placement is zones[self.zone].placement:
            return hidden, self.zone
        zones.append(Zone(placement, opening.sure, self.zone, self.length - self.linked))
        return hidden, len(zones) - 1

    def _push(self, zone: int, hidden: str | None, block: Block | None, anchor: Anchor | None) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise _EnoughError
        if len(self.stack) >= MAX_DEPTH:
            self.found.truncated = True
            return
        opened_block = block if block is not self.block else None
        self.stack.append((self.depth, self.zone, self.hidden, self.block, self.anchor, opened_block))
        self.top = self.depth
        self.zone = zone
        self.block = block
        if anchor is not None:
            self.anchor = anchor
        if hidden is not self.hidden:
            self._switch_hidden(hidden)

    def _close(self) -> None:
        _, zone, hidden, block, anchor, opened_block = self.stack.pop()
        self.top = self.stack[-1][0] if self.stack else 0
        if self.anchor is not anchor and self.anchor is not None:
            self.anchor.end = self.length
            self.links += 1
            if anchor is None:
                self.linked += self.length - self.anchor.start
            self.anchor = anchor
        if opened_block is not None:
            self._close_block(opened_block)
        self.block = block
        if zone != self.zone:
            left = self.found.zones[self.zone]
            left.unlinked = self.length - self.linked - left.unlinked
            self.zone = zone
        if hidden is not self.hidden:
            self._switch_hidden(hidden)

    def _close_block(self, block: Block) -> None:
        """Readability's scores: a paragraph counts for the block around it, half for the next one."""
        block.close(self.length, self.linked, self.links)
        if block.score:
            self.found.blocks.append(block)
        if block.has_blocks or block.unlinked < _PARAGRAPH or block.outer is None or self.hidden is not None:
            return
        score = 1.0 + min(block.unlinked / 100, 3.0)
        block.outer.score += score
        if block.outer.outer is not None:
            block.outer.outer.score += score / 2

    def _switch_hidden(self, hidden: str | None) -> None:
        if self.hidden is not None and hidden is None:
            self.found.hidden_spans.append((self.hidden_from, self.length))
        elif self.hidden is None:
            self.hidden_from = self.length
        self.hidden = hidden

    def _start_skipping(self, tag: str, attributes: Attributes) -> None:
        self.skipping = self.depth
        if tag == "title":
            self.captured = [] if self.found.title is None and not self.svg else None
        elif tag == "script" and attributes.get("src"):
            self.found.scripts += 1
        elif tag == "iframe":
            self.add_frame(attributes)

    def _end_skipping(self, tag: str) -> None:
        self.skipping = 0
        if tag == "title" and self.captured is not None:
            self.found.title = clean("".join(self.captured), MAX_TITLE)
            self.captured = None

    def finish(self) -> Found:
        """The collected page; the walk is over, perhaps in the middle."""
        found = self.found
        if self.anchor_depth:
            self._close_anchor()
        while self.stack:
            self._close()
        if self.hidden is not None:
            self._switch_hidden(None)
        found.text = "".join(self.pieces)
        found.linked = self.linked
        return found


#: What a tag does beside opening a block or zone.
_ACTIONS: Final[dict[str, Callable[[Collector, Attributes], None]]] = {
    "area": Collector.add_area,
    "base": Collector.read_base,
    "body": Collector.read_body,
    "form": Collector.add_form,
    "frame": Collector.add_frame,
    "html": Collector.read_html,
    "img": Collector.read_image,
    "link": Collector.read_link,
    "meta": Collector.read_meta,
    "svg": Collector.enter_svg,
}
