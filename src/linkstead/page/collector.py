"""What a walk is told to take up: links, and the facts of the head. The state both work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.link import LinkType
from linkstead.page import hidden as hiding
from linkstead.page.anchors import clean, refresh, rel_tokens
from linkstead.page.found import Anchor, Block, Found
from linkstead.page.limits import MAX_ATTRIBUTE, MAX_DIRECTIVES, MAX_LINKS, MAX_URL
from linkstead.page.measure import MARK
from linkstead.page.robots import is_robots_meta

if TYPE_CHECKING:
    from linkstead.page.frames import End

Attributes = dict[str, str | None]

_ANCHOR: Final = LinkType.ANCHOR


class Collector:
    """The state of a walk, and what single tags put into it."""

    __slots__ = (
        "anchor", "block", "blocks", "closed", "ends", "found", "hidden", "hidden_from", "in_body", "marks",
        "pieces", "skipped_from", "skipping", "svg", "zone",
    )  # fmt: skip

    def __init__(self) -> None:
        self.found = Found()
        self.blocks = self.found.blocks
        self.closed = self.found.closed
        self.ends: list[End] = []  # for each open element, what to do when it ends
        self.pieces: list[str] = []  # texts, gaps and marks as they come
        self.marks = 0
        self.skipping = False
        self.skipped_from = 0  # how many pieces there were before the element that is skipped
        self.svg = 0
        self.in_body = False
        self.zone = 0
        self.hidden: str | None = None
        self.hidden_from = 0
        self.block: Block | None = None
        self.anchor: Anchor | None = None

    def mark(self) -> int:
        """Put a mark into the text; its number."""
        self.pieces.append(MARK)
        number = self.marks
        self.marks = number + 1
        return number

    # --- links

    def add_anchor(self, attributes: Attributes, hidden: str | None) -> Anchor | None:
        label = attributes.get("title") or attributes.get("aria-label")
        return self.add(attributes.get("href") or "", _ANCHOR, attributes, label, hidden)

    def add(
        self, raw: str, kind: LinkType, attributes: Attributes, label: str | None, hidden: str | None
    ) -> Anchor | None:
        anchors = self.found.anchors
        if len(raw) > MAX_URL or len(anchors) >= MAX_LINKS:
            self.found.truncated = self.found.truncated or not raw[:16].strip().lower().startswith("data:")
            return None
        rel = attributes.get("rel")
        tokens = rel_tokens(rel[:MAX_ATTRIBUTE]) if rel else ()
        self.pieces.append(MARK)
        anchor = Anchor(raw, kind, tokens, self.marks, self.zone, hidden, label, self.block)
        self.marks += 1
        anchors.append(anchor)
        if tokens and kind is _ANCHOR:
            self._note_neighbours(tokens, raw)
        return anchor

    def _note_neighbours(self, rel: tuple[str, ...], raw: str) -> None:
        if "next" in rel and self.found.next_page is None:
            self.found.next_page = raw
        if ("prev" in rel or "previous" in rel) and self.found.previous_page is None:
            self.found.previous_page = raw

    def add_area(self, attributes: Attributes) -> None:
        if "href" in attributes:
            hidden = self._own(attributes)
            self.add(attributes["href"] or "", LinkType.AREA, attributes, attributes.get("alt"), hidden)

    def add_frame(self, attributes: Attributes) -> None:
        if attributes.get("src"):
            hidden = hiding.inherited(self.hidden, hiding.hidden_by(attributes, "iframe"))
            self.add(attributes["src"] or "", LinkType.IFRAME, attributes, attributes.get("title"), hidden)

    def add_form(self, attributes: Attributes) -> None:
        if attributes.get("action"):
            self.add(attributes["action"] or "", LinkType.FORM, attributes, "", self._own(attributes))

    def _own(self, attributes: Attributes) -> str | None:
        return hiding.inherited(self.hidden, hiding.hidden_by(attributes, ""))

    def read_image(self, attributes: Attributes) -> None:
        if self.anchor is not None:
            images = self.anchor.images = self.anchor.images or []
            images.append(clean(attributes.get("alt")))

    def read_link(self, attributes: Attributes) -> None:
        """Take up a link element.

        Google takes a canonical from the head only
        (developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls).
        """
        rel, href = rel_tokens((attributes.get("rel") or "")[:MAX_ATTRIBUTE]), attributes.get("href")
        if not rel or not href:
            return
        if "canonical" in rel:
            self.add(href, LinkType.CANONICAL, attributes, "", self.hidden)
            if not self.in_body and self.hidden is None and self.found.canonical is None:
                self.found.canonical = href
        elif "alternate" in rel and "stylesheet" not in rel:
            label = attributes.get("hreflang") or attributes.get("title")
            self.add(href, LinkType.ALTERNATE, attributes, label, self.hidden)
        else:
            self._note_neighbours(rel, href)

    # --- facts

    def read_meta(self, attributes: Attributes) -> None:
        content = attributes.get("content")
        if content is None:
            return
        name = (attributes.get("name") or "")[:MAX_ATTRIBUTE].strip().lower()
        if name and is_robots_meta(name) and len(self.found.robots) < MAX_DIRECTIVES:
            self.found.robots.append((name, content))
        elif name == "generator" and self.found.generator is None:
            self.found.generator = clean(content, 200) or None
        kind = (attributes.get("http-equiv") or "")[:MAX_ATTRIBUTE].strip().lower()
        if kind == "refresh":
            self._read_refresh(content)
        elif kind == "content-language" and self.found.language is None:
            self.found.language = _language(content)

    def _read_refresh(self, content: str) -> None:
        """The first one counts. In a noscript it is for those without scripts: a link, no refresh."""
        found = refresh(content)
        if found is None:
            return
        self.add(found[1], LinkType.META_REFRESH, {}, "", self.hidden)
        if self.hidden != hiding.NOSCRIPT and self.found.refresh is None:
            self.found.refresh = found

    def read_base(self, attributes: Attributes) -> None:
        if self.found.base is None and attributes.get("href"):
            self.found.base = attributes["href"]

    def read_html(self, attributes: Attributes) -> None:
        self.found.language = _language(attributes.get("lang") or attributes.get("xml:lang"))

    def read_body(self, attributes: Attributes) -> None:
        self.in_body = True
        if self.found.language is None:
            self.found.language = _language(attributes.get("lang"))

    def enter_svg(self, _: Attributes) -> None:
        self.svg += 1


def _language(tag: str | None) -> str | None:
    """The first language tag of an attribute (BCP 47), as written, or None."""
    first = (tag or "")[:MAX_ATTRIBUTE].split(",")[0].strip()
    return first[:35] or None
