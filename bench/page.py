"""Reading pages, raced against what others build with: `python -m bench.page [--short]`.

Every contender does the same job on the same bytes. Of each link to the web (`a`, `area`, `iframe`, `form`,
canonical, alternate, refresh): absolute URL by the URL standard after `<base>` (all with the same parser),
rel tokens, anchor text or what stands for it, placement by the nearest landmark or telling name and by
the share of linked text around, hiding by style or attribute on it or around it, and the words on both
sides. Of the page: title, language, robots metas, canonical, and the visible text with its number of words.

Peers are written as one would write them with that library, and remember what is asked twice. They do less
than we do in three things: no search for the main part, no check of a declared charset, no limits for
hostile pages. Rounds are interleaved and CPU time is measured, since the ratio counts and machines are
busy. The pages are the shared test files (LINKSTEAD_SHARED_DATA).
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import upa_url
from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString
from lxml import html as lxml_html
from lxml.etree import ParserError
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bench.racing import Figure, show
from linkstead.page import read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    Attributes = Mapping[str, Any]

Node = TypeVar("Node")

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
URL = "https://site.example/dir/page.html"
LANDMARKS = {
    "nav": "navigation",
    "navigation": "navigation",
    "header": "header",
    "banner": "header",
    "footer": "footer",
    "contentinfo": "footer",
    "aside": "sidebar",
    "complementary": "sidebar",
    "main": "content",
    "article": "content",
}
WORDS = {
    "nav": "navigation",
    "menu": "navigation",
    "footer": "footer",
    "sidebar": "sidebar",
    "comments": "comment",
}
HIDING = ("display:none", "visibility:hidden", "opacity:0")
#: Where each kind of link keeps its address.
ADDRESS = {"a": "href", "area": "href", "iframe": "src", "form": "action", "link": "href", "meta": "content"}
BLOCKS = frozenset({"p", "div", "ul", "ol", "td", "section", "article", "nav", "body", "dl", "table"})
UNSEEN = frozenset({"script", "style", "template", "textarea", "noscript", "title", "iframe"})
CONTEXT = 80
MAX_TEXT = 20_000

#: What a peer gives for a page: links, title, language, robots, canonical, text, words.
Answer = tuple[list[tuple[object, ...]], str, str | None, list[str], str | None, str, int]


class Base:
    """Absolute web addresses on a page; the base is parsed once and equal addresses are resolved once."""

    def __init__(self, written: object) -> None:
        page = upa_url.URL(URL)
        self._base = (upa_url.URL.parse(str(written), page) or page) if written else page
        self._known: dict[str, str | None] = {}

    def absolute(self, written: str) -> str | None:
        if written not in self._known:
            parsed = upa_url.URL.parse(written, self._base)
            self._known[written] = parsed.href if parsed and parsed.protocol in ("http:", "https:") else None
        return self._known[written]


class Texts(Generic[Node]):
    """Texts of elements, and whether they are lists of links; each found out once."""

    def __init__(
        self,
        text: Callable[[Node], str],
        anchors: Callable[[Node], Iterable[Node]],
        key: Callable[[Node], Hashable],
    ) -> None:
        self._text, self._anchors, self._key = text, anchors, key
        self._texts: dict[Hashable, str] = {}
        self._lists: dict[Hashable, bool] = {}

    def of(self, node: Node) -> str:
        key = self._key(node)
        if key not in self._texts:
            self._texts[key] = " ".join(self._text(node).split())
        return self._texts[key]

    def is_list(self, node: Node) -> bool:
        key = self._key(node)
        if key not in self._lists:
            linked = [len(self.of(anchor)) for anchor in self._anchors(node)]
            self._lists[key] = len(linked) >= 3 and sum(linked) > 0.8 * len(self.of(node))
        return self._lists[key]


def place(tag: str, attributes: Attributes) -> str | None:
    """The placement that an element names: its tag or role, else a word of its class and id."""
    found = LANDMARKS.get(tag) or LANDMARKS.get(text_of(attributes.get("role")))
    if found is not None:
        return found
    names = f"{text_of(attributes.get('class'))} {text_of(attributes.get('id'))}".lower()
    return next((placement for word, placement in WORDS.items() if word in names), None)


def hides(attributes: Attributes) -> bool:
    """Whether an element's own attributes hide it."""
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return bool(style) and any(rule in str(style).replace(" ", "").lower() for rule in HIDING)


def text_of(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def written_address(tag: str, attributes: Attributes) -> str | None:
    """The address as written of an element that links."""
    value = attributes.get(ADDRESS[tag])
    if tag == "link":
        rel = text_of(attributes.get("rel")).lower().split()
        return text_of(value) if "canonical" in rel or "alternate" in rel else None
    if tag == "meta":
        refreshes = text_of(attributes.get("http-equiv")).lower() == "refresh"
        found = re.search(r"url\s*=\s*['\"]?([^'\"]+)", text_of(value), re.IGNORECASE) if refreshes else None
        return found[1] if found else None
    return None if value is None else str(value)


def described(
    node: Node,
    tag: str,
    attributes: Attributes,
    ancestors: list[tuple[Node, str, Attributes]],
    page: Texts[Node],
) -> tuple[object, ...]:
    """What every peer says of a link, given the elements around it from the inside out."""
    placement, hidden = None, hides(attributes)
    for _, name, around in ancestors:
        placement = placement or place(name, around)
        hidden = hidden or name == "noscript" or hides(around)
    block = next((outer for outer, name, _ in ancestors if name in BLOCKS), None)
    if placement in (None, "content") and block is not None and page.is_list(block):
        placement = "navigation"
    text = page.of(node) if tag == "a" else ""
    before, _, after = page.of(ancestors[0][0]).partition(text) if text and ancestors else ("", "", "")
    rel = tuple(text_of(attributes.get("rel")).lower().replace(",", " ").split())
    label = text or text_of(attributes.get("title") or attributes.get("aria-label") or attributes.get("alt"))
    return rel, label, placement or "content", hidden, before[-CONTEXT:], after[:CONTEXT]


def read_text(texts: Iterator[str]) -> tuple[str, int]:
    """The visible text, cut, and its number of words."""
    words = " ".join(texts).split()
    return " ".join(words)[:MAX_TEXT], len(words)


def linkstead(body: bytes) -> int:
    return len(read_page(body, url=URL).links)


# --- BeautifulSoup


def beautiful_soup(body: bytes) -> int:
    soup = BeautifulSoup(body, "lxml")
    first = soup.find("base", href=True)
    base = Base(first["href"] if isinstance(first, Tag) else None)
    page: Texts[Tag] = Texts(lambda tag: tag.get_text(" "), lambda tag: tag.find_all("a", href=True), id)
    canonical = soup.find("link", rel="canonical")
    answer: Answer = (
        list(_soup_links(soup, base, page)),
        soup.title.get_text() if soup.title else "",
        text_of(soup.html.get("lang")) if soup.html else None,
        [str(meta.get("content")) for meta in soup.find_all("meta", attrs={"name": "robots"})],
        base.absolute(text_of(canonical.get("href"))) if isinstance(canonical, Tag) else None,
        *read_text(_soup_texts(soup)),
    )
    return len(answer[0])


def _soup_links(soup: BeautifulSoup, base: Base, page: Texts[Tag]) -> Iterator[tuple[object, ...]]:
    for tag in soup.find_all(list(ADDRESS)):
        written = written_address(tag.name, tag.attrs)
        url = None if written is None else base.absolute(written)
        if url is not None:
            around = [(parent, parent.name, parent.attrs) for parent in tag.parents]
            alts = "" if tag.name != "a" else " ".join(text_of(i.get("alt")) for i in tag.find_all("img"))
            yield url, *described(tag, tag.name, tag.attrs, around, page), alts


def _soup_texts(soup: BeautifulSoup) -> Iterator[str]:
    dark: set[int] = set()
    for node in soup.descendants:
        if isinstance(node, Tag):
            if id(node.parent) in dark or node.name in UNSEEN or hides(node.attrs):
                dark.add(id(node))
        elif id(node.parent) in dark or isinstance(node, PreformattedString):
            continue
        elif isinstance(node, NavigableString):
            yield str(node)


# --- lxml.html


def lxml(body: bytes) -> int:
    answer = lxml_answer(body)
    return 0 if answer is None else len(answer[0])


def lxml_answer(body: bytes) -> Answer | None:
    try:
        tree = lxml_html.document_fromstring(body)
    except (ParserError, ValueError):
        return None
    base = Base(next((base.get("href") for base in tree.iter("base") if base.get("href")), None))
    page: Texts[lxml_html.HtmlElement] = Texts(
        lambda element: str(element.text_content()),
        lambda element: element.iter("a"),
        lambda element: element,
    )
    canonical = next((link.get("href") for link in tree.iter("link") if link.get("rel") == "canonical"), None)
    return (
        list(_lxml_links(tree, base, page)),
        tree.findtext(".//title") or "",
        tree.get("lang"),
        [meta.get("content", "") for meta in tree.iter("meta") if meta.get("name", "").lower() == "robots"],
        base.absolute(canonical) if canonical else None,
        *read_text(_lxml_texts(tree)),
    )


def _lxml_links(
    tree: lxml_html.HtmlElement, base: Base, page: Texts[lxml_html.HtmlElement]
) -> Iterator[tuple[object, ...]]:
    for element in tree.iter(*ADDRESS):
        written = written_address(element.tag, element.attrib)
        url = None if written is None else base.absolute(written)
        if url is not None:
            around = [(parent, parent.tag, parent.attrib) for parent in element.iterancestors()]
            alts = "" if element.tag != "a" else " ".join(i.get("alt", "") for i in element.iter("img"))
            yield url, *described(element, element.tag, element.attrib, around, page), alts


def _lxml_texts(tree: lxml_html.HtmlElement) -> Iterator[str]:
    dark: set[lxml_html.HtmlElement] = set()
    for element in tree.iter():
        parent = element.getparent()
        if not isinstance(element.tag, str):
            pass  # a comment: only the text behind it counts
        elif parent in dark or element.tag in UNSEEN or hides(element.attrib):
            dark.add(element)
        elif element.text:
            yield element.text
        if element.tail and parent not in dark:
            yield element.tail


# --- selectolax


def selectolax(body: bytes) -> int:
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    first = tree.css_first("base[href]")
    base = Base(first.attributes.get("href") if first else None)
    page: Texts[LexborNode] = Texts(
        lambda node: node.text(), lambda node: node.css("a[href]"), lambda node: node.mem_id
    )
    title, canonical = tree.css_first("title"), tree.css_first("link[rel=canonical]")
    answer: Answer = (
        list(_lexbor_links(tree, base, page)),
        title.text() if title else "",
        tree.root.attributes.get("lang") if tree.root else None,
        [meta.attributes.get("content") or "" for meta in tree.css("meta[name=robots]")],
        base.absolute(canonical.attributes.get("href") or "") if canonical else None,
        *read_text(_lexbor_texts(tree)),
    )
    return len(answer[0])


def _lexbor_links(
    tree: LexborHTMLParser, base: Base, page: Texts[LexborNode]
) -> Iterator[tuple[object, ...]]:
    for node in tree.css(",".join(ADDRESS)):
        tag, attributes = node.tag or "", node.attributes
        written = written_address(tag, attributes)
        url = None if written is None else base.absolute(written)
        if url is not None:
            images = node.css("img") if tag == "a" else []
            alts = " ".join(image.attributes.get("alt") or "" for image in images)
            yield url, *described(node, tag, attributes, list(_lexbor_ancestors(node)), page), alts


def _lexbor_ancestors(node: LexborNode) -> Iterator[tuple[LexborNode, str, Attributes]]:
    parent = node.parent
    while parent is not None:
        yield parent, parent.tag or "", parent.attributes
        parent = parent.parent


def _lexbor_texts(tree: LexborHTMLParser) -> Iterator[str]:
    tree.strip_tags(list(UNSEEN))
    for node in tree.css("[style], [hidden]"):
        if hides(node.attributes):
            node.decompose()
    yield tree.text(separator=" ")


#: Peer, and how many times faster we mean to be.
PEERS: tuple[tuple[str, Callable[[bytes], int], float | None], ...] = (
    ("BeautifulSoup + lxml", beautiful_soup, 10.0),
    ("lxml.html", lxml, 3.0),
    ("selectolax (lexbor)", selectolax, None),
)


def pages() -> list[bytes]:
    """The bodies of all shared HTML pages, the repeated ones once."""
    patterns = (
        "boilerplate-readability/test/test-pages/*/source.html",
        "linkcheck-lychee-fixtures/fixtures/**/*.html",
        "warc-stormcrawler/core/src/test/resources/*.html",
    )
    return list({path.read_bytes(): None for pattern in patterns for path in sorted(DATA.glob(pattern))})


def seconds(contender: Callable[[bytes], int], bodies: list[bytes]) -> float:
    """CPU seconds for all pages."""
    start = time.process_time()
    for body in bodies:
        contender(body)
    return time.process_time() - start


def race(bodies: list[bytes], rounds: int) -> Iterator[tuple[str, list[float], list[float], float | None]]:
    """Each peer's name, its and our seconds round by round, and the target."""
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name, _, _ in PEERS}
    for contender in (linkstead, *(peer for _, peer, _ in PEERS)):
        contender(bodies[0])
    for _ in range(rounds):
        ours.append(seconds(linkstead, bodies))
        for name, peer, _ in PEERS:
            theirs[name].append(seconds(peer, bodies))
    for name, _, target in PEERS:
        yield name, theirs[name], ours, target


def rows(short: bool) -> list[Figure]:
    """One line for each peer; one that says so without the shared files."""
    bodies = pages()
    if not bodies:
        return [Figure("reading pages", f"skipped: no pages at {DATA}; set LINKSTEAD_SHARED_DATA", "", True)]
    if short:
        bodies = bodies[::4]
    megabytes = sum(map(len, bodies)) / 1e6
    table = []
    for name, theirs, ours, target in race(bodies, 3 if short else 5):
        ratios = sorted(their / our for their, our in zip(theirs, ours, strict=True))
        middle = statistics.median(ratios)
        speeds = [megabytes / statistics.median(times) for times in (ours, theirs)]
        figure = (
            f"{middle:.1f} times faster ({ratios[0]:.1f} to {ratios[-1]:.1f}); "
            f"{speeds[0]:.0f} MB/s against {speeds[1]:.1f}"
        )
        aim = "none, for orientation" if target is None else f"at least {target:g} times"
        table.append(Figure(f"reading pages, {name}", figure, aim, target is None or middle >= target))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description="Race page reading against peers.")
    parser.add_argument("--short", action="store_true", help="a quarter of the pages, three rounds")
    figures = rows(parser.parse_args().short)
    show(figures)
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
