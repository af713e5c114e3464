"""One walk over a page's tree: links as written, text, blocks and zones, nothing judged yet.

The tree is built by turbohtml's WHATWG tree builder and walked by its C core, which calls us for each
start, end and text. The correct tree (tables, unclosed tags, foster parenting) costs no more than plain
tokens would: most of the time goes into the calls, so each does as little as it can. Text goes from
the C core into a list without a call of ours and is put in order afterwards (`measure.py`); an element's
attributes are only taken apart when one of them can hide it, place it or link it.

State runs downward. `ends` holds, for each open element, what its end has to do: nothing for most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from turbohtml.saxparse import sax_parse

from linkstead.page import hidden as hiding
from linkstead.page.anchors import clean
from linkstead.page.collector import Attributes, Collector
from linkstead.page.found import Anchor, Block, Found, Zone
from linkstead.page.frames import GAP, SKIPPED, End, Frame
from linkstead.page.limits import MAX_ATTRIBUTE, MAX_MARKS, MAX_TITLE
from linkstead.page.measure import MARK, measure
from linkstead.page.prepare import NOSCRIPT_MARK, prepared
from linkstead.page.tags import BLOCKS, INLINE, MOUNT_POINTS, PAGE_TAGS, SKIPPED_TAGS, SPEAKING, VOID
from linkstead.page.zones import nested, opened, zone_of_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from turbohtml.saxparse import SaxHandler

_Pairs = tuple[tuple[str, str | None], ...]

_GAP_AND_MARK: Final = " " + MARK
#: Attributes that can hide an element.
_HIDING: Final = frozenset({"style", "hidden"})
#: Attributes that hide an element or say what it is by being there.
_SAYING: Final = frozenset({"style", "hidden", "role", "itemprop", NOSCRIPT_MARK})
#: Attributes that say what an element is by some of their values.
_NAMING: Final = frozenset({"class", "id"})


class _EnoughError(Exception):
    """Ends a walk from inside its callbacks; never leaves this module."""


def walk(text: str) -> Found:
    """Collect what is on a page."""
    walker = Walk()
    try:
        sax_parse(prepared(text), cast("SaxHandler", walker))
    except _EnoughError:
        walker.found.truncated = True
    return walker.finish()


class Walk(Collector):
    """The callbacks; see the module's docstring for how state is kept."""

    __slots__ = ("characters",)

    def __init__(self) -> None:
        super().__init__()
        self.characters = self.pieces.append

    # --- what the tree builder calls

    def start_element(self, tag: str, attrs: _Pairs) -> None:
        end: End = None
        if self.skipping:
            pass
        elif tag == "a":
            if attrs:
                end = self._open_link(dict(attrs))
        elif tag in INLINE:
            if attrs:
                end = self._open_inline(tag, attrs)
        elif tag in _SPECIAL or (attrs and _says_something(attrs)):
            end = self._open(tag, attrs)
        elif tag in BLOCKS and self.anchor is None:
            end = self._open_block(self.hidden, self.zone)
        else:
            self.pieces.append(" ")
            end = GAP
        self.ends.append(end)

    def end_element(self, tag: str) -> None:
        end = self.ends.pop()
        if end is None:
            return
        if end is GAP:
            self.pieces.append(" ")
        elif isinstance(end, Anchor):
            self._close_link(end)
        elif isinstance(end, Block):
            self._close_block(end)
        elif isinstance(end, Frame):
            self._close(tag, end)
        else:
            self._end_skipping(tag)
        if tag == "svg":
            self.svg -= 1

    def comment(self, _: str) -> None:
        """No text of the page."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """No text of the page."""

    def processing_instruction(self, _target: str, _content: str) -> None:
        """No text of the page."""

    # --- opening

    def _open_inline(self, tag: str, attrs: _Pairs) -> End:
        for name, _ in attrs:
            if name in _HIDING:
                hidden = hiding.inherited(self.hidden, hiding.hidden_by(dict(attrs), tag))
                return None if hidden is self.hidden else self._push(self.zone, hidden, None, None)
        return None

    def _open_link(self, attributes: Attributes) -> End:
        hidden = self.hidden
        if "style" in attributes or "hidden" in attributes:
            hidden = hiding.inherited(hidden, hiding.hidden_by(attributes, "a"))
        anchor = self.add_anchor(attributes, hidden) if "href" in attributes else None
        if anchor is not None and hidden is self.hidden and self.anchor is None:
            self.anchor = anchor  # the usual link: nothing else changes inside it
            return anchor
        if anchor is not None or hidden is not self.hidden:
            return self._push(self.zone, hidden, None, anchor)
        return None

    def _open(self, tag: str, attrs: _Pairs) -> End:
        """Open an element that may be more than a gap or a block."""
        self.pieces.append(" ")
        attributes = dict(attrs)
        if tag in SKIPPED_TAGS and NOSCRIPT_MARK not in attributes:
            self._start_skipping(tag, attributes)
            return SKIPPED
        hidden, zone = self.hidden, self.zone
        if tag not in VOID:
            hidden, zone = self._state(tag, attributes)
        action = _ACTIONS.get(tag)
        if action is not None:
            action(self, attributes)
        opened_block = self._open_block(hidden, zone) if tag in BLOCKS and self.anchor is None else None
        if hidden is self.hidden and zone == self.zone:
            return opened_block or GAP
        return self._push(zone, hidden, opened_block, None)

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
        zones.append(Zone(placement, opening.sure, self.zone))
        return hidden, len(zones) - 1

    def _open_block(self, hidden: str | None, zone: int) -> Block:
        if self.marks > MAX_MARKS:
            raise _EnoughError
        self.pieces.append(_GAP_AND_MARK)
        outer = self.block
        self.block = block = Block(zone, hidden, outer, self.marks, len(self.closed))
        self.marks += 1
        if outer is not None:
            outer.has_blocks = True
        return block

    def _push(self, zone: int, hidden: str | None, opened: Block | None, anchor: Anchor | None) -> Frame:
        if self.marks > MAX_MARKS:
            raise _EnoughError
        frame = Frame(self.zone, self.hidden, self.anchor, opened)
        if zone != self.zone:
            entered = self.found.zones[zone]
            entered.start = entered.end = self.mark()
            entered.links = entered.last = len(self.closed)
            self.zone = zone
        if anchor is not None:
            self.anchor = anchor
        if hidden is not self.hidden:
            self._switch_hidden(hidden)
        return frame

    # --- closing

    def _close_link(self, anchor: Anchor) -> None:
        self.anchor = None
        self.pieces.append(MARK)
        anchor.end = self.marks
        self.marks += 1
        self.closed.append(anchor)

    def _close_block(self, block: Block) -> None:
        self.pieces.append(_GAP_AND_MARK)
        block.end = self.marks
        self.marks += 1
        block.last = len(self.closed)
        self.blocks.append(block)
        self.block = block.outer

    def _close(self, tag: str, frame: Frame) -> None:
        if frame.opened is not None:
            self._close_block(frame.opened)
        elif tag not in INLINE:
            self.pieces.append(" ")
        if self.anchor is not None and self.anchor is not frame.anchor:
            self.anchor.end = self.mark()
            self.closed.append(self.anchor if frame.anchor is None else None)
            self.anchor = frame.anchor
        if frame.zone != self.zone:
            left = self.found.zones[self.zone]
            left.end = self.mark()
            left.last = len(self.closed)
            self.zone = frame.zone
        if frame.hidden is not self.hidden:
            self._switch_hidden(frame.hidden)

    def _switch_hidden(self, hidden: str | None) -> None:
        if self.hidden is not None and hidden is None:
            self.found.hidden_spans.append((self.hidden_from, self.mark()))
        elif self.hidden is None:
            self.hidden_from = self.mark()
        self.hidden = hidden

    def _start_skipping(self, tag: str, attributes: Attributes) -> None:
        self.skipping = True
        self.skipped_from = len(self.pieces)
        if tag == "script" and attributes.get("src"):
            self.found.scripts += 1
        elif tag == "iframe":
            self.add_frame(attributes)
            self.skipped_from = len(self.pieces)  # behind the mark of that link

    def _end_skipping(self, tag: str) -> None:
        self.skipping = False
        if tag == "title" and self.found.title is None and not self.svg:
            written = "".join(piece[:MAX_TITLE] for piece in self.pieces[self.skipped_from :])
            self.found.title = clean(written, MAX_TITLE)
        del self.pieces[self.skipped_from :]

    def finish(self) -> Found:
        """The collected page; the walk is over, perhaps in the middle."""
        while self.ends:
            self.end_element("")
        if self.hidden is not None:
            self._switch_hidden(None)
        self.mark()  # so that a space at the very end is kept
        measure(self.found, self.pieces)
        return self.found


def _says_something(attrs: _Pairs) -> bool:
    """Whether attributes can hide an element or give it a place; most cannot."""
    for name, value in attrs:
        if name in _NAMING:
            if value and (zone_of_names(value[:MAX_ATTRIBUTE]) is not None or value in MOUNT_POINTS):
                return True
        elif name in _SAYING:
            return True
    return False


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

#: Tags that are more than a gap or a block even without attributes.
_SPECIAL: Final = SKIPPED_TAGS | SPEAKING | frozenset(_ACTIONS)
