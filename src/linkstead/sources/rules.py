"""What a row says of its link: followed or not, which kind of link, where it stands.

Each rule looks at a table's columns once and gives a function of rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import Placement
from linkstead.sources import limits, values
from linkstead.sources.metrics import Metrics, picker
from linkstead.sources.values import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.sources.recognise import Recognised
    from linkstead.sources.source import Row


class Skip(str):
    """Why a row is left out though nothing is wrong with it."""

    __slots__ = ()


class Bad(str):
    """Why a row cannot be used."""

    __slots__ = ()


NO_LINK: Final = Skip("no link")

#: Words for where a link stands: Screaming Frog's positions, also met in other tools.
_PLACEMENTS: Final[dict[str, str]] = {
    "content": Placement.CONTENT.value,
    "body": Placement.CONTENT.value,
    "main": Placement.CONTENT.value,
    "article": Placement.CONTENT.value,
    "navigation": Placement.NAVIGATION.value,
    "nav": Placement.NAVIGATION.value,
    "header": Placement.HEADER.value,
    "footer": Placement.FOOTER.value,
    "sidebar": Placement.SIDEBAR.value,
    "aside": Placement.SIDEBAR.value,
    "comment": Placement.COMMENT.value,
    "comments": Placement.COMMENT.value,
}

_REL_WORDS: Final = frozenset({"nofollow", "ugc", "sponsored", "dofollow", "follow"})
Attributes = tuple[bool | None, bool | None, bool | None]
_UNKNOWN: Final[Attributes] = (None, None, None)


def _placement(text: str) -> str | None:
    return _PLACEMENTS.get(text.strip().lower())


def rel_attributes(text: str) -> Attributes:
    """(nofollow, ugc, sponsored) of a rel text; unknown when it is empty."""
    words = text.lower().replace(",", " ").split()
    return ("nofollow" in words, "ugc" in words, "sponsored" in words) if words else _UNKNOWN


def word_attributes(text: str) -> Attributes:
    """As `rel_attributes`, for cells that name other things too: unknown unless one is named."""
    words = frozenset(text.lower().replace(",", " ").replace("|", " ").split())
    return rel_attributes(text) if words & _REL_WORDS else _UNKNOWN


def attributes_rule(found: Recognised) -> Callable[[Row], Attributes]:
    """nofollow, ugc and sponsored from flags, an inverted flag, or rel words, as far as there are any."""
    places = found.places
    for name, read in (("rel", rel_attributes), ("rel_words", word_attributes)):
        if name in places and not {"nofollow", "follow", "nofollow_mark"} & places.keys():
            words, place = Cache(read), places[name]
            return lambda row: words[row[place]]
    name = next((one for one in ("nofollow", "follow", "nofollow_mark") if one in places), "nofollow")
    reads = {"nofollow": values.boolean, "follow": values.opposite, "nofollow_mark": values.marked}
    first: Cache[bool | None] = Cache(reads[name])
    flags: Cache[bool | None] = Cache(values.boolean)
    rel = Cache(rel_attributes)
    at = tuple(places.get(one, -1) for one in (name, "ugc", "sponsored", "rel"))

    def attributes(row: Row) -> Attributes:
        nofollow, ugc, sponsored = first[row[at[0]]], flags[row[at[1]]], flags[row[at[2]]]
        if at[3] >= 0:
            told = rel[row[at[3]]]
            return (told[0] if nofollow is None else nofollow, told[1], told[2])
        return nofollow, ugc, sponsored

    if at[0] < 0 and name != "nofollow":
        return lambda _: _UNKNOWN
    return _plain_only(found, attributes)


def _plain_only(found: Recognised, attributes: Callable[[Row], Attributes]) -> Callable[[Row], Attributes]:
    """Claim nothing about following rows that are no plain links (Majestic's mentions and redirects)."""
    doubtful = [
        found.places[flag.metric]
        for flag in found.source.type_flags
        if not flag.plain and flag.metric in found.places
    ]
    if not doubtful:
        return attributes

    def cautious(row: Row) -> Attributes:
        told = attributes(row)
        if told[0] is False and any(values.marked(row[place]) for place in doubtful):
            return _UNKNOWN
        return told

    return cautious


def type_rule(found: Recognised) -> Callable[[Row], str | None]:
    """The kind of link from a column of words, or from flag columns."""
    place = found.places.get("link_type")
    if place is not None:
        kinds: Cache[str | None] = Cache(lambda text: _kind_of(text, found))
        return lambda row: kinds[row[place]]
    flags = [
        (found.places[flag.metric], flag.word)
        for flag in found.source.type_flags
        if flag.metric in found.places
    ]
    default = next((flag.word for flag in found.source.type_flags if not flag.metric), None)
    raised: Cache[bool] = Cache(values.marked)
    if not flags:
        return lambda _: default
    return lambda row: next((word for at, word in flags if raised[row[at]]), default)


def _kind_of(text: str, found: Recognised) -> str | None:
    known = found.source.link_types
    for word in text.lower().replace("|", ",").split(","):
        if word.strip() in known:
            kind = known[word.strip()]
            return NO_LINK if kind is None else kind
    return None


def placement_rule(found: Recognised) -> Callable[[Row], str | None]:
    content, place = found.places.get("content"), found.places.get("placement")
    if place is not None:
        words: Cache[str | None] = Cache(_placement)
        return lambda row: words[row[place]]
    if content is None:
        return lambda _: None
    flags: Cache[str | None] = Cache(lambda text: Placement.CONTENT.value if values.boolean(text) else None)
    return lambda row: flags[row[content]]


class Facts(NamedTuple):
    """What the flags and words of a row say together."""

    language: str | None
    attributes: Attributes
    kind: str | None
    placement: str | None
    lost_reason: str | None
    http_status: int | None
    words: str


#: Fields whose few values come in few combinations.
_FACT_FIELDS: Final = (
    *("language", "lost_reason", "http_code", "nofollow", "follow", "nofollow_mark", "ugc", "sponsored"),
    *("rel", "rel_words", "link_type", "placement", "content"),
)


class FactsRule:
    """Rows -> `Facts`, remembered by the cells they come from: a million rows have few combinations."""

    def __init__(self, found: Recognised, metrics: Metrics) -> None:
        at = found.places.get
        flags = [at(flag.metric, -1) for flag in found.source.type_flags]
        places = {*metrics.word_places, *(at(name, -1) for name in _FACT_FIELDS), *flags} - {-1}
        self._cells = picker(sorted(places))
        self._language, self._reason, self._status = (at(name, -1) for name in _FACT_FIELDS[:3])
        self._attributes, self._kind = attributes_rule(found), type_rule(found)
        self._placement, self._words = placement_rule(found), metrics.words
        self._known: dict[tuple[str, ...], Facts] = {}

    def __call__(self, row: Row) -> Facts:
        cells = self._cells(row)
        return self._known.get(cells) or self._learn(cells, row)

    def _learn(self, cells: tuple[str, ...], row: Row) -> Facts:
        facts = Facts(
            first_word(row[self._language]),
            self._attributes(row),
            self._kind(row),
            self._placement(row),
            clean(row[self._reason]),
            values.status(row[self._status]),
            self._words(row),
        )
        if sum(map(len, cells)) <= limits.CACHED_CHARS:
            if len(self._known) >= limits.FACTS_ENTRIES:
                self._known.clear()
            self._known[cells] = facts
        return facts


def clean(text: str) -> str | None:
    """A text on one line with single blanks, cut; None when nothing is left."""
    if text.isprintable() and "  " not in text and len(text) < limits.TEXT_CHARS:
        return text.strip() or None
    return " ".join(text.split())[: limits.TEXT_CHARS] or None


def first_word(text: str) -> str | None:
    """The first of several languages."""
    return text.partition(",")[0].strip().lower()[:35] or None
