"""What a walk is told to take up: links, and the facts of the head. The state both work on."""

from __future__ import annotations

from turbohtml.saxparse import SaxHandler

from linkstead.link import LinkType
from linkstead.page import hidden as hiding
from linkstead.page.anchors import clean, refresh, rel_tokens
from linkstead.page.found import Anchor, Block, Found
from linkstead.page.limits import MAX_ATTRIBUTE, MAX_DIRECTIVES, MAX_LINKS, MAX_URL
from linkstead.page.robots import is_robots_meta

Attributes = dict[str, str | None]
Frame = tuple[int, int, str | None, Block | None, Anchor | None, Block | None]


class Collector(SaxHandler):
    """The state of a walk, and what single tags put into it."""

    __slots__ = (
        "anchor", "anchor_depth", "block", "captured", "depth", "elements", "found", "hidden", "hidden_from",
        "in_body", "length", "linked", "links", "pieces", "skipping", "spaced", "stack", "svg",
        "top", "zone",
    )  # fmt: skip

    def __init__(self) -> None:
        self.found = Found()
        self.depth = 0
        self.elements = 0
        self.stack: list[Frame] = []
        self.top = 0  # depth of the uppermost frame's element
        self.skipping = 0  # depth of the element whose content is skipped
        self.captured: list[str] | None = None  # the title, while it is read
        self.svg = 0
        self.in_body = False
        self.zone = 0
        self.hidden: str | None = None
        self.hidden_from = 0
        self.block: Block | None = None
        self.anchor: Anchor | None = None
        self.anchor_depth = 0  # depth of the open link, if that one has no frame
        self.pieces: list[str] = []
        self.length = 0
        self.spaced = True  # the text so far is empty or ends with a space
        self.linked = 0
        self.links = 0

    # --- links

    def add_anchor(self, attributes: Attributes, hidden: str | None) -> Anchor | None:
        label = attributes.get("title") or attributes.get("aria-label")
        anchor = self.add(attributes.get("href") or "", LinkType.ANCHOR, attributes, clean(label), hidden)
        if anchor is not None and anchor.rel:
            self._note_neighbours(anchor)
        return anchor

    def add(
        self, raw: str, kind: LinkType, attributes: Attributes, label: str, hidden: str | None
    ) -> Anchor | None:
        found = self.found
        if len(raw) > MAX_URL or len(found.anchors) >= MAX_LINKS:
            found.truncated = found.truncated or not raw[:16].strip().lower().startswith("data:")
            return None
        rel = attributes.get("rel")
        anchor = Anchor(
            raw, kind, rel_tokens(rel[:MAX_ATTRIBUTE]) if rel else (), self.length, self.zone, hidden, label
        )
        anchor.block = self.block
        found.anchors.append(anchor)
        return anchor

    def _note_neighbours(self, anchor: Anchor) -> None:
        if "next" in anchor.rel and self.found.next_page is None:
            self.found.next_page = anchor.raw
        if ("prev" in anchor.rel or "previous" in anchor.rel) and self.found.previous_page is None:
            self.found.previous_page = anchor.raw

    def add_area(self, attributes: Attributes) -> None:
        if "href" in attributes:
            self.add(
                attributes["href"] or "",
                LinkType.AREA,
                attributes,
                clean(attributes.get("alt")),
                self._own(attributes),
            )

    def add_frame(self, attributes: Attributes) -> None:
        if attributes.get("src"):
            hidden = hiding.inherited(self.hidden, hiding.hidden_by(attributes, "iframe"))
            self.add(
                attributes["src"] or "", LinkType.IFRAME, attributes, clean(attributes.get("title")), hidden
            )

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
            self.add(href, LinkType.ALTERNATE, attributes, clean(label), self.hidden)
        else:
            self._note_neighbours(Anchor(href, LinkType.ALTERNATE, rel, 0, 0, None, ""))

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
