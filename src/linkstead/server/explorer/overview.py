"""The overview's figures and lists, as the template draws them. Words and order, no rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.http import urlencode

from linkstead.link import LinkStatus
from linkstead.reports.words import REASON_WORDS
from linkstead.server.look.charts import Drawing, spec_of
from linkstead.server.look.words import sources_in_words
from linkstead.summary import MonthRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.summary import Counts

#: rule of the audit -> lists that show its rows, each as (words for the link, filter). A list that holds
#: more than the rule counts says so in its words. What has no line here is reached from its examples
#: (CELL_PARTS), or is no matter of single links (files, disagreements), or of facts that no filter
#: knows yet (hidden, noindex, canonical elsewhere, reported lost but live, changed anchors).
FINDING_FILTERS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "LS001": (("all lost links, the worthiest first", {"state": LinkStatus.LOST.value, "sort": "worth"}),),
    "LS002": (("links in doubt", {"state": LinkStatus.IN_DOUBT.value}),),
    "LS006": (("all live links that are not followed", {"state": LinkStatus.LIVE.value, "followed": "no"}),),
    "LS017": (("links not looked at", {"state": LinkStatus.UNVERIFIED.value}),),
    "LS018": tuple(
        (status.value, {"state": status.value})
        for status in (LinkStatus.BLOCKED, LinkStatus.UNREACHABLE, LinkStatus.UNREADABLE)
    ),
    "LS026": (("links that are not followed", {"followed": "no"}),),
}
#: column of a finding's examples -> the part of a question that asks for the backlinks behind its cell
CELL_PARTS: dict[str, str] = {
    "target": "target",
    "anchor_text": "anchor",
    "domain": "domain",
    "suffix": "tld",
    "source": "source",
}
#: columns of examples that are about single links already: their cells lead nowhere else
_LINK_COLUMNS = frozenset({"page", "told", "seen"})
#: column of a finding's examples -> how its codes are said to people
_SAID: dict[str, Callable[[str], str]] = {
    "source": sources_in_words,
    "reason": lambda code: REASON_WORDS.get(code, code.replace("_", " ")),
}
_STATE_ORDER = ("live", "in doubt", "lost", "blocked", "unreachable", "unreadable", "unverified")


@dataclass(frozen=True, slots=True)
class Figure:
    """One big number, what it counts, a word beside it, and the filter that shows its rows."""

    label: str
    value: int
    note: str
    query: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A fact of an example; `query` asks for the backlinks that it stands for, where it stands for some."""

    name: str
    value: object
    query: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A finding as a thing to do: the verb first, `more` and the evidence one step away.

    `doors` are the lists of backlinks that belong to it: words and query.
    """

    rule: str
    severity: str
    title: str
    action: str
    more: str
    count: int
    rows: tuple[tuple[Cell, ...], ...]
    doors: tuple[tuple[str, str], ...]


def figures(counts: Counts) -> tuple[Figure, ...]:
    """The strip of numbers."""
    return (
        Figure("Backlinks", counts.backlinks, f"on {counts.referring_pages:,} pages", ""),
        Figure("Referring domains", counts.referring_domains, _domains_note(counts), ""),
        Figure("Followed", counts.followed, _share(counts.followed, counts.backlinks), "?followed=yes"),
        Figure("Live", counts.live, f"{counts.unverified:,} not looked at yet", "?state=live"),
        Figure("Lost", counts.lost, _lost_note(counts), "?state=lost"),
        Figure("In doubt", counts.in_doubt, "no alarm yet" if counts.in_doubt else "none", "?state=in+doubt"),
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}% of all" if whole else ""


def _domains_note(counts: Counts) -> str:
    return f"{counts.domains_only:,} without a known page" if counts.domains_only else "each counted once"


def _lost_note(counts: Counts) -> str:
    return (
        f"{counts.reported_lost:,} more reported by sources"
        if counts.reported_lost
        else "confirmed by our looks"
    )


def states(counts: Counts) -> list[tuple[str, int]]:
    """States and their links, in the order in which a person wants to hear of them."""
    return [
        (word, getattr(counts, LinkStatus(word).name.lower()))
        for word in _STATE_ORDER
        if getattr(counts, LinkStatus(word).name.lower())
    ]


def tasks(findings: list[dict[str, Any]]) -> tuple[Task, ...]:
    """The kept findings of an audit, most urgent first."""
    return tuple(_task(finding) for finding in findings)


def _task(finding: dict[str, Any]) -> Task:
    evidence = finding["evidence"]
    columns = tuple(
        name
        for name in (evidence[0] if evidence else ())
        if any(row.get(name) is not None for row in evidence)
    )
    action, _, more = finding["action"].partition(". ")
    return Task(
        rule=finding["rule"],
        severity=finding["severity"],
        title=finding["title"],
        action=action.removesuffix("."),
        more=more,
        count=finding["count"],
        rows=tuple(_cells(row, columns) for row in evidence),
        doors=tuple(
            (words, f"?{urlencode(asked)}") for words, asked in FINDING_FILTERS.get(finding["rule"], ())
        ),
    )


def _cells(row: dict[str, Any], columns: tuple[str, ...]) -> tuple[Cell, ...]:
    parts = {} if _LINK_COLUMNS & set(columns) else CELL_PARTS
    return tuple(_cell(name, row.get(name), parts.get(name, "")) for name in columns)


def _cell(name: str, value: object, part: str) -> Cell:
    query = f"?{urlencode({part: str(value)})}" if part and value else ""
    said = _SAID.get(name)
    return Cell(name.replace("_", " "), said(str(value)) if said and value else value, query)


def source_names(sources: list[dict[str, Any]]) -> str:
    """The sources in words, such as “Ahrefs, Search Console and 2 more”."""
    names = list(dict.fromkeys(sources_in_words(row["source"]) for row in sources))
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "no source"


def months_of(kept: dict[str, Any]) -> tuple[MonthRow, ...]:
    """The last three years of a kept audit."""
    return tuple(MonthRow(row["month"], row["new"], row["lost"]) for row in kept["months"][-36:])


def months_drawing(months: tuple[MonthRow, ...], picture: str = "") -> Drawing:
    """New and lost backlinks by month."""
    return Drawing(
        name="months",
        title="New and lost backlinks by month",
        spec=_months_spec(months) if months else {},
        columns=("Month", "New", "Lost"),
        rows=tuple((row.month, row.new, row.lost) for row in reversed(months)),
        picture=picture,
    )


@lru_cache(maxsize=64)
def _months_spec(months: tuple[MonthRow, ...]) -> dict[str, Any]:
    # Altair takes a while to import and to check a spec: both only when a chart is really drawn
    from linkstead.reports import charts

    return spec_of(charts.months_chart(months, height=230))
