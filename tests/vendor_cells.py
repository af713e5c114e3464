"""Made-up links and what each vendor's columns tell of them; `vendor_layouts.py` makes files of them.

The header rows are those that public programs read and vendors document: docs/sources.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

FIRST_DAY = 1_735_689_600  # 2025-01-01
DAY = 86_400


class Row(NamedTuple):
    """One made-up link; columns of layouts are functions of it."""

    number: int  # from 0
    mix: int  # 32 mixed bits of number and seed
    page: str
    target: str
    site: str

    @property
    def host(self) -> str:
        return self.page.partition("://")[2].partition("/")[0]

    @property
    def anchor(self) -> str:
        return ANCHORS[self.mix % len(ANCHORS)].replace("{n}", str(self.number % 1000))

    @property
    def title(self) -> str:
        return f"{TITLES[self.mix % len(TITLES)]} {self.number}"

    @property
    def nofollow(self) -> bool:
        return self.mix % 4 == 0

    @property
    def image(self) -> bool:
        return self.mix % 9 == 0

    @property
    def lost(self) -> bool:
        return self.mix % 11 == 0

    @property
    def first(self) -> int:
        return FIRST_DAY + (self.mix % 600) * DAY + self.mix % DAY

    @property
    def last(self) -> int:
        return self.first + (self.mix >> 3) % 90 * DAY


ANCHORS = (
    "example",
    "the example shop",
    "visit the site",
    "cheap shoes {n}",
    "read more",
    "Über uns",
    "https://example.com/",
    "Preis, Größe und Farbe",
    "5 tips",
    "beste prijs {n}",
    "קישור",
    "naïve café",
    "click here",
    "Example GmbH",
    "",
)
TITLES = (
    "Ten things about shoes",
    "Weekly round-up",
    "Größen im Vergleich",
    "Links, links, links",
    "Forum: thread",
)


def moment(seconds: int) -> str:
    return f"{_day(seconds // DAY)} {seconds % DAY // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


_DAYS: dict[int, str] = {}


def _day(number: int) -> str:
    found = _DAYS.get(number)
    if found is None:
        found = _DAYS[number] = datetime.fromtimestamp(number * DAY, tz=UTC).strftime("%Y-%m-%d")
    return found


def day(seconds: int) -> str:
    return _day(seconds // DAY)


def flag(value: bool) -> str:
    return "true" if value else "false"


Cell = Callable[[Row], str]


@dataclass(frozen=True)
class Layout:
    """One vendor format: header names with what to write under them, and how the file is written."""

    source: str  # the slug it must be recognised as
    columns: tuple[tuple[str, Cell], ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: str = "minimal"  # all, minimal, none, lenient
    newline: str = "\r\n"
    preamble: tuple[str, ...] = ()
    optional: frozenset[str] = field(default_factory=frozenset)
    header: bool = True
    #: The shapes of the columns decide, so renamed or added columns make it another table.
    by_content: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    def without_optional(self) -> Layout:
        return replace(self, columns=tuple(one for one in self.columns if one[0] not in self.optional))

    def reordered(self, order: Sequence[int]) -> Layout:
        return replace(self, columns=tuple(self.columns[place] for place in order))

    def with_column(self, name: str, cell: Cell) -> Layout:
        return replace(self, columns=(*self.columns[:1], (name, cell), *self.columns[1:]))


def const(text: str) -> Cell:
    return lambda _: text


def number(step: int, top: int) -> Cell:
    return lambda row: str((row.mix // step) % top)


AHREFS: dict[str, Cell] = {
    "Referring page title": lambda r: r.title,
    "Referring page URL": lambda r: r.page,
    "Language": lambda r: ("en", "de", "nl", "")[r.mix % 4],
    "Platform": lambda r: ("wordpress", "", "drupal")[r.mix % 3],
    "Referring page HTTP code": lambda r: "404" if r.mix % 50 == 0 else "200",
    "Domain rating": number(5, 100),
    "UR": number(7, 60),
    "Domain traffic": number(3, 200_000),
    "Referring domains": number(11, 300),
    "Linked domains": number(13, 900),
    "External links": number(17, 400),
    "Page traffic": number(19, 1_000),
    "Keywords": number(23, 500),
    "Target URL": lambda r: r.target,
    "Left context": lambda r: "some words before the link, as they stand",
    "Anchor": lambda r: r.anchor,
    "Right context": lambda r: "and some words behind",
    "Redirect Chain URLs": const(""),
    "Redirect Chain status codes": const(""),
    "Type": lambda r: "image" if r.image else "text",
    "Is spam": lambda r: flag(r.mix % 31 == 0),
    "Content": lambda r: flag(r.mix % 3 != 0),
    "Nofollow": lambda r: flag(r.nofollow),
    "UGC": lambda r: flag(r.mix % 20 == 0),
    "Sponsored": const("false"),
    "Rendered": const("false"),
    "Raw": const("true"),
    "Lost status": lambda r: "Removed from HTML" if r.lost else "",
    "Drop reason": const(""),
    "Discovered status": const("New link"),
    "First seen": lambda r: moment(r.first),
    "Last seen": lambda r: moment(r.last),
    "Lost": lambda r: moment(r.last) if r.lost else "",
    "Author": const(""),
    "Page type": lambda r: "article",
    "Page category": lambda r: "Shopping",
    "Links in group": const("1"),
}
LATER = (
    "UR",
    "Redirect Chain URLs",
    "Redirect Chain status codes",
    "Is spam",
    "Author",
    "Page type",
    "Page category",
)
AHREFS_OPTIONAL = frozenset(AHREFS) - {"Referring page URL", "Target URL", "Anchor"}


def ahrefs(names: Iterable[str], **extra: Cell) -> tuple[tuple[str, Cell], ...]:
    del extra
    return tuple((name, AHREFS[name]) for name in names)


def ahrefs_broken() -> tuple[tuple[str, Cell], ...]:
    gone = {
        "Lost status",
        "Drop reason",
        "Discovered status",
        "First seen",
        "Last seen",
        "Lost",
        "Links in group",
    }
    columns: list[tuple[str, Cell]] = []
    for name, cell in AHREFS.items():
        if name == "Author":
            columns += [
                ("Target checked", lambda r: moment(r.last)),
                ("Ref. page checked", lambda r: moment(r.last)),
            ]
        if name not in gone:
            columns.append((name, cell))
        if name == "Target URL":
            columns.append(("Target page HTTP code", const("404")))
    return tuple(columns)


AHREFS_2019: tuple[tuple[str, Cell], ...] = (
    ("#", lambda r: str(r.number + 1)),
    ("Total Backlinks", number(3, 90)),
    ("Domain Rating", number(5, 100)),
    ("URL Rating", number(7, 60)),
    ("Referring Domains", number(11, 300)),
    ("Referring Page URL", lambda r: r.page),
    ("Referring Page Title", lambda r: r.title),
    ("Internal Links Count", number(2, 99)),
    ("External Links Count", number(3, 99)),
    ("Last HTTP Code", const("200")),
    ("Link URL", lambda r: r.target),
    ("TextPre", const("before")),
    ("Link Anchor", lambda r: r.anchor),
    ("TextPost", const("behind")),
    ("Type", lambda r: ("Nofollow, " if r.nofollow else "Dofollow, ") + ("Image" if r.image else "Text")),
    ("Backlink Status", const("Live")),
    ("Found", lambda r: day(r.first)),
    ("Language", const("en")),
    ("Traffic", number(3, 999)),
    ("Keywords", number(23, 500)),
    ("Js rendered", const("false")),
    ("Linked Domains", number(13, 900)),
)


def ahrefs_domains(*more: str) -> tuple[tuple[str, Cell], ...]:
    columns: list[tuple[str, Cell]] = [
        ("Domain", lambda r: r.host),
        ("Is spam", const("false")),
        ("DR", number(5, 100)),
        ("Dofollow ref. domains", number(3, 9000)),
        ("Dofollow linked domains", number(2, 9000)),
        ("Traffic ", number(3, 99_999)),
        ("Keywords ", number(23, 500)),
        ("Links to target", const("12")),
    ]
    columns += [(name, const("1")) for name in more]
    return (
        *columns,
        ("Dofollow links", lambda r: "0" if r.nofollow else "7"),
        ("First seen", lambda r: moment(r.first)),
        ("Lost", lambda r: moment(r.last) if r.lost else ""),
    )


SEMRUSH: tuple[tuple[str, Cell], ...] = (
    ("Page ascore", number(7, 60)),
    ("Source title", lambda r: r.title),
    ("Source url", lambda r: r.page),
    ("Target url", lambda r: r.target),
    ("Anchor", lambda r: r.anchor),
    ("External links", number(3, 99)),
    ("Internal links", number(2, 99)),
    ("Nofollow", lambda r: flag(r.nofollow)),
    ("Sponsored", const("false")),
    ("Ugc", const("false")),
    ("Text", lambda r: flag(not r.image)),
    ("Frame", const("false")),
    ("Form", const("false")),
    ("Image", lambda r: flag(r.image)),
    ("Sitewide", lambda r: flag(r.mix % 5 == 0)),
    ("First seen", lambda r: day(r.first)),
    ("Last seen", lambda r: day(r.last)),
    ("New link", const("false")),
    ("Lost link", lambda r: flag(r.lost)),
)

SEMRUSH_2018: tuple[tuple[str, Cell], ...] = (
    ("Page score", number(7, 60)),
    ("Page trust score", number(5, 60)),
    *(
        one
        for one in SEMRUSH
        if one[0] not in ("Page ascore", "Sponsored", "Ugc", "Text", "New link", "Lost link")
    ),
)

SEMRUSH_API: tuple[tuple[str, Cell], ...] = (
    ("page_ascore", number(7, 60)),
    ("source_title", lambda r: r.title),
    ("source_url", lambda r: r.page),
    ("target_url", lambda r: r.target),
    ("anchor", lambda r: r.anchor),
    ("external_num", number(3, 99)),
    ("internal_num", number(2, 99)),
    ("first_seen", lambda r: str(r.first)),
    ("last_seen", lambda r: str(r.last)),
)

MAJESTIC: tuple[tuple[str, Cell], ...] = (
    ("Target URL", lambda r: r.target),
    ("Source URL", lambda r: r.page),
    ("Anchor Text", lambda r: r.anchor),
    ("Source Crawl Date", lambda r: day(r.last)),
    ("Source First Found Date", lambda r: day(r.first)),
    ("FlagNoFollow", lambda r: "+" if r.nofollow else ""),
    ("FlagImageLink", lambda r: "+" if r.image else ""),
    ("FlagRedirect", const("")),
    ("FlagFrame", const("")),
    ("FlagOldCrawl", const("")),
    ("FlagAltText", const("")),
    ("FlagMention", const("")),
    ("SourceCitationFlow", number(5, 60)),
    ("SourceTrustFlow", number(7, 60)),
    ("TargetCitationFlow", const("31")),
    ("TargetTrustFlow", const("28")),
    ("SourceTopicalTrustFlow_Topic_0", const("Shopping/Clothing")),
    ("SourceTopicalTrustFlow_Value_0", const("12")),
    ("RefDomainTopicalTrustFlow_Topic_0", const("News")),
    ("RefDomainTopicalTrustFlow_Value_0", const("9")),
)

MOZ: tuple[tuple[str, Cell], ...] = (
    ("URL", lambda r: r.page.partition("://")[2]),
    ("Title", lambda r: r.title),
    ("Anchor Text", lambda r: r.anchor),
    ("Spam Score", number(5, 17)),
    ("Page Authority", number(7, 60)),
    ("Domain Authority", number(11, 90)),
    ("Number of Domains Linking to this Page", number(3, 99)),
    ("Number of Domains Linking to Domain", const("1,240")),
    ("Origin", const("External")),
    ("Target URL", lambda r: r.target.partition("://")[2]),
    ("Link Equity", const("Yes")),
    ("No Link Equity", const("No")),
    ("Only rel=nofollow", lambda r: "Yes" if r.nofollow else "No"),
    ("Only follow", lambda r: "No" if r.nofollow else "Yes"),
    ("301", const("No")),
)

FROG: tuple[tuple[str, Cell], ...] = (
    ("Type", const("Hyperlink")),
    ("Source", lambda r: r.page),
    ("Destination", lambda r: r.target),
    ("Size (Bytes)", const("0")),
    ("Alt Text", const("")),
    ("Anchor", lambda r: r.anchor),
    ("Status Code", const("200")),
    ("Status", const("OK")),
    ("Follow", lambda r: flag(not r.nofollow)),
    ("Target", const("_blank")),
    ("Rel", lambda r: "nofollow" if r.nofollow else ""),
    ("Path Type", const("Absolute")),
    ("Link Path", const("//body/main/p[1]/a")),
    ("Link Position", lambda r: ("Content", "Footer", "Navigation")[r.mix % 3]),
    ("Link Origin", const("HTML")),
)

BUZZSTREAM: tuple[tuple[str, Cell], ...] = (
    ("Link Partner - Name", const("A blog")),
    ("Link Partner - Domain", lambda r: r.host),
    ("Linking from", lambda r: r.page),
    ("Linking To", lambda r: r.target),
    ("Anchor Text", lambda r: r.anchor),
    ("Sitewide Link?", const("No")),
    ("Sitewide - # of links", const("")),
    ("Acquisition Method", const("Organic")),
    ("Payment Date", const("")),
    ("Payment - Amount", const("12.50")),
    ("Payment - Method", const("Check")),
    ("Payment - Reference ID", const("")),
    ("Payment - Type", const("Permanent")),
    ("Payment - Term", const("Monthly")),
    ("Payment - Start date", const("")),
    ("Payment - Expiration date", const("12/31/2027")),
)
