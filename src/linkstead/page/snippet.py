"""The markup of links as a page's source has it, for people who want to see it with their own eyes.

`read_page` says what a link means; here its place in the source is found: the very same link, since both
read the same tree. The tree builder counts links as it meets them, once for `read_page`'s rules of what
is a link at all, and once with the places in the source. For the second reading, the changes of
`prepare.py` are made without changing the length of anything.

What comes out is text of strangers: it is to be escaped wherever it is shown. Read pages of strangers
through `linkstead.page.bounded.BoundedCalls`; the worst page of 3 MiB takes a second and
350 MiB.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import turbohtml
from turbohtml.saxparse import sax_parse

from linkstead.link import VOTING_TYPES
from linkstead.page.charset import decode
from linkstead.page.limits import MAX_BYTES
from linkstead.page.prepare import NOSCRIPT_MARK, prepared
from linkstead.page.read import read_page
from linkstead.page.tags import SKIPPED_TAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from turbohtml import Element
    from turbohtml.saxparse import SaxHandler

    from linkstead.link import Link

#: Characters of a link's own markup that are shown.
_MAX_MARKUP: Final = 2_000
#: Links of one page that are shown; a page with more of them to one target is a link farm.
_MAX_SNIPPETS: Final = 50
_TAGS: Final = ("a", "area")

_NOSCRIPT = re.compile(r"(?<=</)noscript(?=[\s/>])|(?<=<)noscript(?=[\s/>])", re.IGNORECASE)
#: As in `prepare.py`: formatting elements with attributes.
_FORMATTING = re.compile(
    r"<(?=[bcefinstu])(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])[^>]*>?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One link in the source of a page.

    `markup` goes from the start tag to the end tag (to the end of the start tag where no end tag is
    written), `before` and `after` are what stands around it. `line` counts from 1, `position` is that of
    the `Link`. `cut`: the markup was too long to be shown as a whole.
    """

    before: str
    markup: str
    after: str
    line: int
    position: int
    cut: bool = False


def snippets(
    body: bytes,
    url: str,
    headers: Sequence[tuple[str, str]] = (),
    *,
    wanted: Callable[[str], bool] | Collection[str],
    around: int = 160,
) -> tuple[Snippet, ...]:
    """The source of each wanted link (`a`, `area`) in document order, 50 at most.

    Arguments as for `read_page`; `wanted` are absolute URLs as in `Link.url`, or tells of one whether it
    is wanted. `around` is in characters on each side.
    """
    page = read_page(body, url=url, headers=headers)
    found = [link for link in page.links if link.type in VOTING_TYPES and _is_wanted(link.url, wanted)]
    if not found:
        return ()
    declared = [value for name, value in headers if name.strip().lower() == "content-type"]
    source = _one_line_break(decode(body[:MAX_BYTES], declared).text)
    votes = [link for link in page.links if link.type in VOTING_TYPES]
    spans = _Spans(source)
    numbers = dict(_numbered(votes, source))
    places = (
        (link.position, spans.of(numbers.get(link.position), link.raw)) for link in found[:_MAX_SNIPPETS]
    )
    return tuple(_cut_out(source, span, position, around) for position, span in places if span is not None)


def _is_wanted(url: str, wanted: Callable[[str], bool] | Collection[str]) -> bool:
    return url in wanted if isinstance(wanted, Collection) else wanted(url)


def _one_line_break(text: str) -> str:
    """As the tree builder counts (https://infra.spec.whatwg.org/#normalize-newlines)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _numbered(votes: Sequence[Link], source: str) -> Iterator[tuple[int, int]]:
    """(position of a link, number of its element among all `a` and `area` of the page).

    `read_page` leaves out some of the elements, by their address alone or at the end of a page: so its
    links are found one after the other among all.
    """
    counter = _Counter()
    sax_parse(prepared(source), cast("SaxHandler", counter))
    elements = iter(counter.found)
    for link in votes:
        for number, raw in elements:
            if raw == link.raw:
                yield link.position, number
                break


class _Counter:
    """Numbers all `a` and `area` elements; notes those that `walk.py` takes for links."""

    __slots__ = ("found", "seen", "skipped")

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self.seen = 0
        self.skipped = 0  # how many elements are open from the one on whose content is no text

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        if tag in _TAGS:
            if not self.skipped:
                self._note(attrs)
            self.seen += 1
        if self.skipped:
            self.skipped += 1
        elif tag in SKIPPED_TAGS and not any(name == NOSCRIPT_MARK for name, _ in attrs):
            self.skipped = 1

    def _note(self, attrs: tuple[tuple[str, str | None], ...]) -> None:
        for name, value in attrs:
            if name == "href":
                self.found.append((self.seen, value or ""))

    def end_element(self, _: str) -> None:
        if self.skipped:
            self.skipped -= 1

    def characters(self, _: str) -> None:
        """Not looked at."""

    def comment(self, _: str) -> None:
        """Not looked at."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """Not looked at."""

    def processing_instruction(self, _target: str, _content: str) -> None:
        """Not looked at."""


class _Spans:
    """Where the `a` and `area` elements stand in a source, by their numbers."""

    def __init__(self, source: str) -> None:
        document = turbohtml.parse(_prepared_alike(source), source_locations=True)
        self._elements = document.find_all(list(_TAGS))
        self._by_place: dict[tuple[int, int] | None, Element] = {}

    def of(self, number: int | None, raw: str) -> tuple[int, int] | None:
        """Start and end of an element with that address, or None if it cannot be told."""
        if number is None or number >= len(self._elements):
            return None
        element = self._elements[number]
        location = element.source_location or self._original(element).source_location
        if location is None or (element.attrs.get("href") or "") != raw:
            return None
        last = location.end_tag or location.start_tag
        return location.start_tag.start_offset, max(last.end_offset, location.start_tag.end_offset)

    def _original(self, copy: Element) -> Element:
        """The element as written; the tree builder repeats a link that is open across paragraphs."""
        if not self._by_place:
            for element in self._elements:
                if element.source_location is not None:
                    self._by_place.setdefault(element.position, element)
        return self._by_place.get(copy.position, copy)


def _prepared_alike(source: str) -> str:
    """What `prepared` does, with everything where it is.

    A template is as long as a noscript; tags that are taken out become comments, which no rule of the
    tree builder heeds.
    """
    multiplied = prepared(source).count("<") != source.count("<")
    text = _NOSCRIPT.sub("template", source)
    return _FORMATTING.sub(_as_comment, text) if multiplied else text


def _as_comment(found: re.Match[str]) -> str:
    tag = found[0]
    return f"<!{' ' * (len(tag) - 3)}>" if tag.endswith(">") else f"<!{' ' * (len(tag) - 2)}"


def _cut_out(source: str, span: tuple[int, int], position: int, around: int) -> Snippet:
    start, end = span
    return Snippet(
        before=source[max(0, start - around) : start],
        markup=source[start : min(end, start + _MAX_MARKUP)],
        after=source[end : end + around],
        line=source.count("\n", 0, start) + 1,
        position=position,
        cut=end - start > _MAX_MARKUP,
    )
