"""The words of this package: what a source is, what a file turned out to be.

A source is a table: how its header is recognised (`Signature`) and what each column means
(`Column`). Everything else (containers, encodings, dates, caps) is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final, Literal, NamedTuple, Protocol

Row = list[str]
Names = frozenset[str]


class Form(StrEnum):
    """How a metric's cell is read and written into the JSON text of a sighting."""

    COUNT = "count"  # a whole number, grouped or not
    SCORE = "score"  # a number that may have decimals
    FLAG = "flag"  # yes or no
    RAISED = "raised"  # yes or no, of which only yes is kept: most rows say no
    MARK = "mark"  # Majestic: anything is yes
    TEXT = "text"


#: The canonical fields of a link or domain row; any other field is a metric, `vendor.name`.
LINK_FIELDS: Final = frozenset(
    {
        "source_url",
        "source_domain",
        "source_title",
        "target_url",
        "anchor",
        "alt",
        "language",
        "nofollow",
        "follow",  # the opposite of nofollow
        "nofollow_mark",  # Majestic: anything is yes, empty is no
        "rel",
        "rel_words",  # words of rel among others, as in Ahrefs' old Type
        "ugc",
        "sponsored",
        "link_type",
        "placement",
        "content",  # a flag: the link stands in the content
        "first_seen",
        "last_seen",
        "lost_at",
        "lost_reason",
        "lost_flag",  # lost, but the source tells no date
        "http_code",
        "links_count",
        "followed_links",
        "redirect_chain",
        "anchor_and_target",  # copied tables: text and URL in one cell
        "title_and_url",
    }
)

#: Fields whose cells are dates.
DATE_FIELDS: Final = ("first_seen", "last_seen", "lost_at")


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read: its field, the header names it goes by, and its form if a metric."""

    field: str
    names: tuple[str, ...]
    form: Form = Form.COUNT


def column(field_name: str, *names: str) -> Column:
    """A canonical field."""
    return Column(field_name, tuple(map(header_key, names)))


def counted(metric: str, *names: str) -> Column:
    """A metric that counts something."""
    return Column(metric, tuple(map(header_key, names)), Form.COUNT)


def scored(metric: str, *names: str) -> Column:
    """A metric on a scale."""
    return Column(metric, tuple(map(header_key, names)), Form.SCORE)


def flagged(metric: str, *names: str) -> Column:
    """A metric that is yes or no."""
    return Column(metric, tuple(map(header_key, names)), Form.FLAG)


def raised(metric: str, *names: str) -> Column:
    """A metric that is yes or no and mostly no: only yes is kept."""
    return Column(metric, tuple(map(header_key, names)), Form.RAISED)


def worded(metric: str, *names: str) -> Column:
    """A metric that is text."""
    return Column(metric, tuple(map(header_key, names)), Form.TEXT)


def header_key(name: str) -> str:
    """A header name as it is compared: no BOM, lower case, `_` as blank, blanks collapsed."""
    return " ".join(name.replace("\ufeff", "").replace("_", " ").lower().split())


@dataclass(frozen=True, slots=True)
class Signature:
    """The header names that give a table away; the lowest `order` that fits wins.

    Each entry of `required` is one name or several of which one must be there (`"a|b"`). `exact`
    asks for that many columns, `delimiter` for that character, `underscored` for names written
    with (True) or without (False) an underscore. `generation` names the vendor's format of a time.
    """

    order: float
    generation: str
    required: tuple[str, ...]
    absent: tuple[str, ...] = ()
    exact: int | None = None
    delimiter: str | None = None
    underscored: bool | None = None

    def fits(self, header: Row, names: Names, delimiter: str) -> bool:
        """Whether a header (as read, and its names as compared) is this one."""
        return (
            all(not names.isdisjoint(map(header_key, one.split("|"))) for one in self.required)
            and names.isdisjoint(map(header_key, self.absent))
            and self.exact in (None, len(header))
            and self.delimiter in (None, delimiter)
            and self.underscored in (None, any("_" in name for name in header))
        )


class TypeFlag(NamedTuple):
    """A flag column that tells the kind of link; an empty metric is what holds when none is raised.

    Nothing is claimed about following rows that are not `plain` links.
    """

    metric: str
    word: str
    plain: bool = True


#: Changes or splits a row before it is read (None: leave it in quarantine for the given reason).
Mend = Callable[[Row, "Header"], "Row | None"]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one table: names as read and as compared, and where it stands (row from 1)."""

    names: tuple[str, ...]
    row: int
    delimiter: str

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(map(header_key, self.names))


class Quoting(StrEnum):
    """How the fields of a line are told apart."""

    CSV = "csv"  # RFC 4180
    NONE = "none"  # no quotes at all: Semrush's API dumps
    LENIENT = "lenient"  # every field quoted, inner quotes not doubled: Bing


class Source(Protocol):
    """What a plugin of the entry-point group `linkstead.sources` has to offer."""

    @property
    def slug(self) -> str:
        """The stable name, such as `ahrefs-backlinks`."""
        ...

    @property
    def vendor(self) -> str:
        """Who writes the file, as people call them."""
        ...

    @property
    def report(self) -> str:
        """The report's name in the vendor's interface."""
        ...

    @property
    def rows(self) -> Literal["links", "domains"]:
        """What one row is."""
        ...

    @property
    def prefix(self) -> str:
        """What the vendor's metrics begin with, without the dot."""
        ...

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """The headers this source is recognised by; empty if it is recognised by content."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """What is read."""
        ...

    @property
    def page_metric(self) -> str | None:
        """The metric that says how strong the page is."""
        ...

    @property
    def domain_metric(self) -> str | None:
        """The metric that says how strong the domain is."""
        ...

    @property
    def caps(self) -> tuple[int, ...]:
        """Row counts at which the vendor cuts the file off."""
        ...

    @property
    def link_types(self) -> Mapping[str, str | None]:
        """The vendor's words (lower case) for kinds of links -> ours; None: such a row is no link."""
        ...

    @property
    def type_flags(self) -> tuple[TypeFlag, ...]:
        """Flag columns that tell the kind of link, the first raised one wins."""
        ...

    @property
    def mend(self) -> Mend | None:
        """Repairs a row whose number of fields is wrong."""
        ...

    @property
    def ragged(self) -> bool:
        """Whether rows may end early: hand-made files."""
        ...

    def quoting(self, header: Header) -> Quoting:
        """How fields are told apart in a file with this header."""
        ...


#: Words for kinds of links that several vendors share; None marks a row that is no link at all.
COMMON_TYPES: Final[dict[str, str | None]] = {
    "text": "a",
    "hyperlink": "a",
    "a": "a",
    "link": "a",
    "image": "image",
    "img": "image",
    "frame": "frame",
    "iframe": "iframe",
    "form": "form",
    "redirect": "redirect",
    "canonical": "canonical",
    "alternate": "alternate",
    "mention": "mention",
}


@dataclass(frozen=True, slots=True)
class TableSource:
    """A source told by tables alone; the built-in ones are all of this kind."""

    slug: str
    vendor: str
    report: str
    prefix: str
    columns: tuple[Column, ...]
    signatures: tuple[Signature, ...] = ()
    rows: Literal["links", "domains"] = "links"
    page_metric: str | None = None
    domain_metric: str | None = None
    caps: tuple[int, ...] = ()
    link_types: Mapping[str, str | None] = field(default_factory=lambda: COMMON_TYPES)
    type_flags: tuple[TypeFlag, ...] = ()
    mend: Mend | None = None
    ragged: bool = False
    quotes: Callable[[Header], Quoting] | None = None

    def quoting(self, header: Header) -> Quoting:
        return Quoting.CSV if self.quotes is None else self.quotes(header)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A table that is no list of links: how it is recognised, what it is, what to export instead."""

    kind: str
    seems_to_be: str
    instead: str
    signatures: tuple[Signature, ...]

    @property
    def sentence(self) -> str:
        return f"This is {self.seems_to_be}, not a list of backlinks; {self.instead}"


@dataclass(frozen=True, slots=True)
class Member:
    """One table inside a ZIP or workbook: what became of it, and why."""

    name: str
    source: str | None
    rows: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file holds, told without storing anything.

    `source` is a slug, `mapped` header -> field, `unmapped` the headers that are not read,
    `unreadable` counts cells per field that could not be read (the rows stay), `proposal` guesses
    fields for a table that nobody knows, `parts` has one inspection per table where there are
    several. Dates are `YYYY-MM-DD`.
    """

    source: str
    vendor: str | None
    generation: str | None
    container: str
    encoding: str | None
    delimiter: str | None
    rows: int
    quarantined: int
    mapped: dict[str, str]
    unmapped: list[str]
    first_seen_range: list[str] | None
    skipped: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    sightings: int = 0
    domains: int = 0
    grouped: bool = False
    capped: bool = False
    fingerprint: str = ""
    proposal: dict[str, str] = field(default_factory=dict)
    samples: list[list[str]] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    parts: list[Inspection] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Plain values for `json.dumps`."""
        return asdict(self)
