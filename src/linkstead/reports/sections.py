"""The sections of a report, each from one part of the summary, with a reason where there is nothing.

An empty section says why it is empty and what would fill it: "nothing was lost" and "nobody has looked"
are different news.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from linkstead.reports.report import Anchor, Cell, Column, Empty, Kind, Page, Section, Table
from linkstead.reports.words import REASON_WORDS, STATE_MEANINGS, TARGET_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.summary import Counts, LinkRow, ProfileSummary, SourceRow, TargetRow, TopRow


def sections(summary: ProfileSummary, longest: int) -> Iterable[Section]:
    """All sections in the order of the report; lists show at most `longest` rows."""
    counts = summary.counts
    yield _months(summary)
    yield _states(counts)
    yield _tops(
        "anchors", "Anchor texts", "What the links say.", summary.anchors, counts.anchors, "Anchor text", 15
    )
    yield _tops(
        "tlds",
        "Top-level domains",
        "Where the domains end.",
        _dotted(summary.tlds),
        0,
        "Suffix",
        10,
        half=True,
    )
    yield _tops(
        "placements", "Placements", "Where on the page.", summary.placements, 0, "Placement", 10, half=True
    )
    yield _tops(
        "domains",
        "Referring domains",
        "Who links most.",
        summary.domains,
        counts.referring_domains,
        "Domain",
        15,
    )
    yield _broken(summary, longest)
    yield _targets(summary, longest)
    yield _changes(summary, longest)
    yield _disagreements(summary)
    yield _links("lost", "Lost links", summary.lost, counts.lost, summary, longest)
    yield _links("in-doubt", "Links in doubt", summary.in_doubt, counts.in_doubt, summary, longest)
    yield _links("blocked", "Blocked looks", summary.blocked, counts.blocked, summary, longest)
    yield _sources(summary.sources)


_ADD_DATES: Final = "Import a file with first-seen dates, or look at the links: each look adds a date."
_NO_LINKS: Final = "No link has been imported."
_IMPORT: Final = "Import an export of any backlink tool."
_LOOK: Final = "Verify the links to fill this section."


def _months(summary: ProfileSummary) -> Section:
    rows = tuple((row.month, row.new, row.lost) for row in reversed(summary.months))
    table = Table((Column("Month"), Column("New", Kind.NUMBER), Column("Lost", Kind.NUMBER)), rows, len(rows))
    empty = None if rows else Empty("No link has a date yet.", _ADD_DATES)
    lead = "Links by the month of their first sighting, and links lost. First seen does not mean created."
    return Section("months", "New and lost by month", lead, table if rows else None, empty, summary.months)


def _states(counts: Counts) -> Section:
    named = {state: getattr(counts, state.replace(" ", "_")) for state in STATE_MEANINGS}
    rows = tuple(
        (state, links, links / max(1, counts.backlinks), STATE_MEANINGS[state])
        for state, links in named.items()
    )
    columns = (
        Column("State", Kind.STATE),
        Column("Links", Kind.NUMBER),
        Column("Share", Kind.SHARE),
        Column("What it says"),
    )
    empty = None if counts.backlinks else Empty(_NO_LINKS, _IMPORT)
    lead = "What our own looks gave. The states add up to all backlinks."
    return Section(
        "states", "Links by state", lead, Table(columns, rows, len(rows)) if not empty else None, empty
    )


#: Why a breakdown is empty though links may be known: (why, what to do).
_NO_TOPS: Final[dict[str, tuple[str, str]]] = {
    "anchors": ("No source tells anchor texts.", "Look at the links, or import an export that has them."),
    "placements": ("Nobody has told where on the page.", "Look at the links to learn it."),
}


def _tops(
    id_: str,
    title: str,
    lead: str,
    rows: Sequence[TopRow],
    total: int,
    what: str,
    most: int,
    *,
    half: bool = False,
) -> Section:
    if not rows:
        return Section(id_, title, lead, None, Empty(*_NO_TOPS.get(id_, (_NO_LINKS, _IMPORT))), half=half)
    heaviest = max(row.links for row in rows) or 1
    # A domain is one domain: a column of domains would say 1 in every row.
    with_domains = id_ != "domains"
    columns = (
        Column(what),
        Column("Links", Kind.NUMBER),
        Column("", Kind.SHARE),
        *((Column("Domains", Kind.NUMBER),) if with_domains else ()),
        Column("Followed", Kind.NUMBER),
    )
    cells = tuple(_top_cells(row, heaviest, with_domains=with_domains) for row in rows[:most])
    return Section(id_, title, lead, Table(columns, cells, max(total, len(rows))), None, half=half)


def _dotted(rows: Sequence[TopRow]) -> tuple[TopRow, ...]:
    """Suffixes as people write them: .com."""
    return tuple(replace(row, label=f".{row.label.lstrip('.')}") for row in rows)


def _top_cells(row: TopRow, heaviest: int, *, with_domains: bool) -> tuple[Cell, ...]:
    domains = (row.domains,) if with_domains else ()
    return (row.label or "(no text)", row.links, row.links / heaviest, *domains, row.followed)


def _target_cells(row: TargetRow) -> tuple[Cell, ...]:
    return (
        row.url,
        TARGET_WORDS.get(row.outcome, row.outcome),
        row.http_status,
        row.hops or None,
        row.final_url,
        row.links,
    )


_TARGET_COLUMNS: Final = (
    Column("Your page", Kind.URL), Column("Outcome", Kind.STATE), Column("HTTP status", Kind.NUMBER),
    Column("Redirects", Kind.NUMBER), Column("Ends at", Kind.URL), Column("Links", Kind.NUMBER),
)  # fmt: skip


def _broken(summary: ProfileSummary, longest: int) -> Section:
    rows = [row for row in summary.targets if row.outcome == "broken"]
    lead = "The links are in place; these pages of yours fail. Restore them, or redirect them to successors."
    looked = any(row.outcome != "unknown" for row in summary.targets)
    empty = None
    if not summary.targets:
        empty = Empty("No page of yours is known to have backlinks.", _IMPORT)
    elif not rows and looked:
        empty = Empty("Every page of yours that was looked at answers.", "Nothing is to be done.")
    elif not rows:
        empty = Empty(
            "The pages that backlinks point at have not been looked at.",
            "Verify the links; their targets are looked at too.",
        )
    cells = tuple(_target_cells(row) for row in rows[:longest])
    columns = tuple(column for position, column in enumerate(_TARGET_COLUMNS) if position in (0, 2, 5))
    cut = tuple((row[0], row[2], row[5]) for row in cells)
    return Section(
        "broken", "Broken backlinks", lead, Table(columns, cut, len(rows), wide=True) if rows else None, empty
    )


def _targets(summary: ProfileSummary, longest: int) -> Section:
    others = (row for row in summary.targets if row.outcome != "broken")
    rows = sorted(others, key=lambda row: -row.links)
    lead = "Your other pages that backlinks point at, the most linked first."
    empty = None if rows else Empty("No other page of yours is known to have backlinks.", _IMPORT)
    cells = tuple(_target_cells(row) for row in rows[:longest])
    total = max(len(rows), summary.counts.targets - (len(summary.targets) - len(rows)))
    return Section(
        "targets",
        "Target pages",
        lead,
        Table(_TARGET_COLUMNS, cells, total, wide=True) if rows else None,
        empty,
    )


def _changes(summary: ProfileSummary, longest: int) -> Section:
    columns = (
        Column("Referring page", Kind.URL),
        Column("What"),
        Column("The source says"),
        Column("We saw"),
        Column("Source"),
    )
    rows = tuple(
        (row.page_url, row.what, row.told, row.seen, row.source) for row in summary.changes[:longest]
    )
    empty = None
    if not rows and summary.verified:
        empty = Empty("Our looks found the links as the sources describe them.", "Nothing is to be done.")
    elif not rows:
        empty = Empty("Nothing has been looked at yet, so nothing can be compared.", _LOOK)
    lead = "Where our own look saw something else than an import had told."
    table = Table(columns, rows, len(summary.changes), wide=True) if rows else None
    return Section("changes", "Changes against the export", lead, table, empty)


def _disagreements(summary: ProfileSummary) -> Section:
    rows = tuple((row.what, row.count, _example(row.examples)) for row in summary.disagreements)
    columns = (Column("About"), Column("Links", Kind.NUMBER), Column("For example"))
    empty = None
    if not rows and len(summary.sources) > 1:
        empty = Empty("The sources agree wherever they speak of the same link.", "Nothing is to be done.")
    elif not rows:
        empty = Empty("It takes two sources to disagree.", "Import a second source to compare them.")
    lead = "What two sources say differently about the same link. Our own look decides where there is one."
    return Section(
        "disagreements",
        "Where sources disagree",
        lead,
        Table(columns, rows, len(rows)) if rows else None,
        empty,
    )


def _example(examples: Sequence[dict[str, str | int | float | None]]) -> str:
    if not examples:
        return ""
    return "; ".join(f"{key}: {value}" for key, value in examples[0].items() if value is not None)


#: Why a list of links is empty, when links have been looked at: (why, what to do).
_NONE_OF: Final[dict[str, tuple[str, str]]] = {
    "lost": ("No link is confirmed as lost.", "Nothing is to be done."),
    "in-doubt": ("No link was missing at its last look.", "Nothing is to be done."),
    "blocked": ("No site kept us out.", "Nothing is to be done."),
}
_LEADS: Final[dict[str, str]] = {
    "lost": "Confirmed by repeated looks at pages that could be read, or by pages that are gone.",
    "in-doubt": "Missing at the last look. They are looked at again before anyone calls them lost.",
    "blocked": "The site did not let us look. The links may well be in place; a browser will tell.",
}


def _links(
    id_: str, title: str, rows: Sequence[LinkRow], total: int, summary: ProfileSummary, longest: int
) -> Section:
    metric = summary.metric_name if any(row.metric is not None for row in rows) else None
    columns = (
        Column("Referring page", Kind.PAGE),
        Column("Anchor and target", Kind.LINK),
        Column("Why"),
        Column("Last seen", Kind.DATE),
        Column("Checked", Kind.DATE),
        *((Column(metric, Kind.NUMBER),) if metric else ()),
    )
    cells = tuple(_link_cells(row, with_metric=metric is not None) for row in rows[:longest])
    empty = None
    if not rows:
        empty = Empty(*_NONE_OF[id_]) if summary.verified else Empty("Nothing has been looked at yet.", _LOOK)
    table = Table(columns, cells, max(total, len(rows)), wide=True) if rows else None
    return Section(id_, title, _LEADS[id_], table, empty)


def _link_cells(row: LinkRow, *, with_metric: bool) -> tuple[Cell, ...]:
    why = REASON_WORDS.get(row.reason or "") or row.explanation or row.reason
    cells = (
        Page(row.page_url, row.page_title),
        Anchor(row.anchor_text, row.target_url),
        why,
        row.last_seen,
        row.last_checked,
    )
    return (*cells, row.metric) if with_metric else cells


def _sources(rows: Sequence[SourceRow]) -> Section:
    columns = (
        Column("File"), Column("Source"), Column("Rows", Kind.NUMBER), Column("Links", Kind.NUMBER),
        Column("Only here", Kind.NUMBER), Column("Quarantined", Kind.NUMBER), Column("Skipped"),
        Column("From", Kind.DATE), Column("Until", Kind.DATE),
    )  # fmt: skip
    cells = tuple(_source_cells(row) for row in rows)
    lead = "Every row of every file is accounted for: used, skipped for a named reason, or in quarantine."
    empty = None if rows else Empty("No file has been imported.", _IMPORT)
    return Section(
        "sources", "Sources", lead, Table(columns, cells, len(rows), wide=True) if rows else None, empty
    )


def _source_cells(row: SourceRow) -> tuple[Cell, ...]:
    source = f"{row.source} (cut at its limit)" if row.capped else row.source
    used = (row.rows, row.links, row.only_here, row.quarantined)
    return (row.name, source, *used, _skipped(row.skipped), row.first_seen, row.last_seen)


def _skipped(skipped: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in skipped.items() if count) or "none"


#: The columns of evidence that are not plain texts, by their key.
_EVIDENCE_KINDS: Final = {
    "page": Kind.URL, "target": Kind.URL, "final_url": Kind.URL, "state": Kind.STATE,
}  # fmt: skip


def evidence_table(rows: Sequence[dict[str, str | int | float | None]]) -> Table | None:
    """Evidence rows as a table: the union of their keys in order of appearance, empty columns left out.

    Rows that only repeat a figure of the title say nothing new to a reader and are left out.
    """
    told = [row for row in rows if "figure" not in row]
    keys = [key for key in dict.fromkeys(key for row in told for key in row) if _any_value(told, key)]
    if not keys:
        return None
    columns = tuple(Column(_label(key), _evidence_kind(told, key)) for key in keys)
    cells = tuple(tuple(_evidence_cell(key, row.get(key)) for key in keys) for row in told)
    return Table(columns, cells, len(cells), wide=any(column.kind is Kind.URL for column in columns))


def _any_value(rows: Iterable[dict[str, str | int | float | None]], key: str) -> bool:
    return any(row.get(key) not in (None, "") for row in rows)


def _evidence_kind(rows: Iterable[dict[str, str | int | float | None]], key: str) -> Kind:
    values = [row[key] for row in rows if row.get(key) is not None]
    numbers = all(isinstance(value, int | float) for value in values)
    return Kind.NUMBER if numbers else _EVIDENCE_KINDS.get(key, Kind.TEXT)


def _evidence_cell(key: str, value: str | float | None) -> Cell:
    return REASON_WORDS.get(value, value) if key == "reason" and isinstance(value, str) else value


def _label(key: str) -> str:
    words = key.replace("_", " ").strip()
    named = {"http status": "HTTP status", "final url": "Ends at"}
    return named.get(words, words[:1].upper() + words[1:])
