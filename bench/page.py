"""Reading pages, raced against what others build with: `python bench/page.py [--short]`.

Every contender does the same job on the same bytes: all links of `a` and `area` with absolute URL, rel,
anchor text, placement by the nearest landmark, hiding by inline style and the words on both sides, and the
page's title, robots meta, canonical and visible text with its number of words. Peers do less where they
differ (no charset detection, no density heuristics, no other link types). Rounds are interleaved and CPU
time is measured, since the ratio counts and machines are busy. The pages are the shared test files
(LINKSTEAD_SHARED_DATA).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from lxml import html as lxml_html
from lxml.etree import ParserError
from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkstead.page import read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
URL = "https://site.example/dir/page.html"
LANDMARKS = {
    "nav": "navigation",
    "header": "header",
    "footer": "footer",
    "aside": "sidebar",
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
CONTEXT = 80

UNSEEN = ("script", "style", "template", "textarea", "noscript", "title")
MAX_TEXT = 20_000

#: What a peer gives for a page: links, title, robots, canonical, text, words.
Answer = tuple[list[tuple[object, ...]], str | None, list[str], str | None, str, int]


def place(tag: str, names: str) -> str | None:
    """The placement that an element names: its tag, else a word of its class and id."""
    if tag in LANDMARKS:
        return LANDMARKS[tag]
    lower = names.lower()
    return next((placement for word, placement in WORDS.items() if word in lower), None)


def hides(style: str | None) -> bool:
    """Whether an inline style hides its element."""
    return style is not None and any(rule in style.replace(" ", "").lower() for rule in HIDING)


def squeeze(text: str) -> str:
    return " ".join(text.split())


def around(text: str, whole: str) -> tuple[str, str]:
    before, _, after = whole.partition(text) if text else ("", "", "")
    return before[-CONTEXT:], after[:CONTEXT]


def read_text(texts: Iterator[str]) -> tuple[str, int]:
    """The visible text, cut, and its number of words."""
    words = " ".join(texts).split()
    return " ".join(words)[:MAX_TEXT], len(words)


def linkstead(body: bytes) -> int:
    return len(read_page(body, url=URL).links)


def beautiful_soup(body: bytes) -> int:
    soup = BeautifulSoup(body, "lxml")
    base = soup.find("base", href=True)
    root = urljoin(URL, str(base["href"])) if isinstance(base, Tag) else URL
    links = [_soup_link(anchor, root) for anchor in soup.find_all(["a", "area"], href=True)]
    title = soup.title.get_text() if soup.title else None
    robots = [str(meta.get("content")) for meta in soup.find_all("meta", attrs={"name": "robots"})]
    canonical = soup.find("link", rel="canonical")
    found = str(canonical.get("href")) if isinstance(canonical, Tag) else None
    seen = (
        str(text) for text in soup.find_all(string=True) if text.parent and text.parent.name not in UNSEEN
    )
    answer: Answer = links, title, robots, found, *read_text(seen)
    return len(answer[0])


def _soup_link(anchor: Tag, root: str) -> tuple[object, ...]:
    text = squeeze(anchor.get_text(" "))
    placement, hidden = None, hides(_text(anchor.get("style")))
    for parent in anchor.parents:
        names = f"{_text(parent.get('class'))} {_text(parent.get('id'))}"
        placement = placement or place(parent.name, names)
        hidden = hidden or hides(_text(parent.get("style")))
    left, right = around(text, squeeze(anchor.parent.get_text(" ")) if anchor.parent else "")
    rel = tuple(_text(anchor.get("rel")).lower().split())
    return _join(root, _text(anchor.get("href"))), rel, text, placement, hidden, left, right


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _join(root: str, href: str) -> str | None:
    try:
        return urljoin(root, href.strip())
    except ValueError:
        return None


def lxml(body: bytes) -> int:
    try:
        tree = lxml_html.document_fromstring(body)
    except (ParserError, ValueError):
        return 0
    root = next((urljoin(URL, base.get("href")) for base in tree.iter("base") if base.get("href")), URL)
    links = [_lxml_link(anchor, root) for anchor in tree.iter("a", "area") if anchor.get("href") is not None]
    answer: Answer = (
        links,
        tree.findtext(".//title"),
        [meta.get("content", "") for meta in tree.iter("meta") if meta.get("name", "").lower() == "robots"],
        next((link.get("href") for link in tree.iter("link") if link.get("rel") == "canonical"), None),
        *read_text(_lxml_texts(tree)),
    )
    return len(answer[0])


def _lxml_texts(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        if element.text and element.tag not in UNSEEN and isinstance(element.tag, str):
            yield element.text
        if element.tail:
            yield element.tail


def _lxml_link(anchor: lxml_html.HtmlElement, root: str) -> tuple[object, ...]:
    text = squeeze(anchor.text_content())
    placement, hidden = None, hides(anchor.get("style"))
    for parent in anchor.iterancestors():
        placement = placement or place(str(parent.tag), f"{parent.get('class', '')} {parent.get('id', '')}")
        hidden = hidden or hides(parent.get("style"))
    parent = anchor.getparent()
    left, right = around(text, squeeze(parent.text_content()) if parent is not None else "")
    rel = tuple((anchor.get("rel") or "").lower().split())
    return _join(root, anchor.get("href")), rel, text, placement, hidden, left, right


def selectolax(body: bytes) -> int:
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    base = tree.css_first("base[href]")
    root = urljoin(URL, base.attributes.get("href") or "") if base else URL
    links = [_lexbor_link(anchor, root) for anchor in tree.css("a[href], area[href]")]
    title, canonical = tree.css_first("title"), tree.css_first("link[rel=canonical]")
    answer: Answer = (
        links,
        title.text() if title else None,
        [meta.attributes.get("content") or "" for meta in tree.css("meta[name=robots]")],
        canonical.attributes.get("href") if canonical else None,
        *read_text(_lexbor_texts(tree)),
    )
    return len(answer[0])


def _lexbor_texts(tree: LexborHTMLParser) -> Iterator[str]:
    tree.strip_tags(list(UNSEEN))
    yield tree.text(separator=" ")


def _lexbor_link(anchor: LexborNode, root: str) -> tuple[object, ...]:
    attributes = anchor.attributes
    text = squeeze(anchor.text())
    placement, hidden = None, hides(attributes.get("style"))
    parent = anchor.parent
    while parent is not None:
        names = parent.attributes
        placement = placement or place(
            parent.tag or "", f"{names.get('class') or ''} {names.get('id') or ''}"
        )
        hidden = hidden or hides(names.get("style"))
        parent = parent.parent
    left, right = around(text, squeeze(anchor.parent.text()) if anchor.parent else "")
    rel = tuple((attributes.get("rel") or "").lower().split())
    return _join(root, attributes.get("href") or ""), rel, text, placement, hidden, left, right


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


def rows(short: bool) -> list[tuple[str, str, str, bool]]:
    """One row for each peer: name, figure, target, whether it is met. Empty without the shared files."""
    bodies = pages()
    if not bodies:
        return []
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
        wanted = "" if target is None else f"at least {target:g} times"
        table.append((f"reading pages, {name}", figure, wanted, target is None or middle >= target))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description="Race page reading against peers.")
    parser.add_argument("--short", action="store_true", help="a quarter of the pages, three rounds")
    table = rows(parser.parse_args().short)
    if not table:
        print(f"Skipped: the shared pages are not at {DATA}; set LINKSTEAD_SHARED_DATA to their folder.")
        return 0
    for name, figure, target, met in table:
        print(f"{'ok  ' if met else 'MISS'} {name}: {figure}{f'; target {target}' if target else ''}")
    return 0 if all(met for *_, met in table) else 1


if __name__ == "__main__":
    sys.exit(main())
