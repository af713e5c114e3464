"""What an audit rule is, and the few words that all rules share."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from linkstead.summary import Finding, LinkRow, ProfileSummary, Severity, TargetRow, TopRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: A finding carries examples, not the whole list: this many rows at most.
MOST_EVIDENCE: Final = 20
#: Rules hand on this many, so that what is suppressed is known beyond the rows that are shown.
MOST_ROWS: Final = 100

#: `ProfileSummary.figures` keys that rules read, because the lists are cut to 100 rows and the
#: figure is not. A key that is absent means "not known", and the rule falls back to the list or is silent.
FIGURE_KEYS: Final[dict[str, str]] = {
    "hidden": "live links that a person would not see on the page",
    "noindex": "live links on pages that ask not to be indexed (robots meta or X-Robots-Tag)",
    "not_canonical": "live links on pages that name another page as their canonical one",
    "turned_nofollow": "links that a source reports as followed and our look saw qualified",
    "anchor_changed": "links whose anchor text our look saw otherwise than a source had told",
    "reported_lost_live": "links that a source reports as lost and our look found in place",
    "lost_worth": "lost links worth having, when the store can count them beyond the list",
    "broken_targets": "target URLs that answer 404, 410 or another error, beyond the list",
    "broken_target_links": "backlinks that point at those targets",
    "temporary_targets": "target URLs that redirect with 302, 303 or 307 in any hop",
    "temporary_target_links": "backlinks that point at those targets",
    "redirected_target_links": "backlinks that point at targets that redirect",
    "targeted_links": "backlinks whose target URL is known",
    "home_links": "backlinks that point at the home page",
    "lost_domains": "referring domains whose links are all lost",
}

#: Characters of a stranger's text that a title shows.
_SHOWN: Final = 60

Evidence: TypeAlias = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found: a title with its figures, how many, MOST_ROWS rows; `severity` only to differ."""

    title: str
    count: int
    evidence: tuple[Evidence, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One audit rule: what it looks for, why that matters, where that is said, and what to do.

    `judge` takes the summary and the time of the audit (epoch seconds) and is pure. `id` is stable:
    a retired rule's id is never used again. `action` is in the imperative; its first sentence
    stands alone in a to-do list.
    """

    id: str
    name: str
    severity: Severity
    looks_for: str
    matters: str
    source: str
    action: str
    judge: Callable[[ProfileSummary, int], Hit | None]

    @property
    def docs(self) -> str:
        """The paragraph of docs/rules.md about this rule."""
        return f"rules.md#{self.id.lower()}-{self.name}"

    def finding(self, hit: Hit) -> Finding:
        """The finding that a hit makes, with all of its examples; `audit` cuts them."""
        return Finding(
            rule=self.id,
            severity=hit.severity or self.severity,
            title=hit.title,
            action=self.action,
            count=hit.count,
            evidence=hit.evidence,
            docs=self.docs,
        )


def month_of(now: int) -> str:
    """The month of a time in epoch seconds, as YYYY-MM."""
    return datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m")


def number(value: int) -> str:
    """1234567 as 1,234,567."""
    return f"{value:,}"


def some(value: int, one: str, many: str | None = None) -> str:
    """`1 link`, `3,204 links`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def verb(value: int, one: str, many: str) -> str:
    """The form of a verb that goes with a number."""
    return one if value == 1 else many


def percent(part: int, whole: int) -> str:
    """A share in whole per cent; `under 1%` rather than a 0 that is none."""
    if part and part * 100 < whole:
        return "under 1%"
    return f"{round(100 * part / whole) if whole else 0}%"


def quoted(text: str) -> str:
    """A text from outside inside a title: one line, cut, without control and direction characters."""
    visible = (char if unicodedata.category(char)[0] != "C" else " " for char in text[: 4 * _SHOWN])
    plain = " ".join("".join(visible).split())
    return f"“{plain[:_SHOWN]}…”" if len(plain) > _SHOWN else f"“{plain}”"


def examples(rows: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The first rows, as many as a rule hands on."""
    return tuple(islice(rows, MOST_ROWS))


def link_evidence(rows: Iterable[LinkRow]) -> tuple[Evidence, ...]:
    """Backlinks as evidence rows."""
    return examples(
        {
            "page": row.page_url,
            "target": row.target_url,
            "anchor_text": row.anchor_text,
            "state": row.state,
            "reason": row.reason,
            "metric": row.metric,
            "worth": None if row.worth is None else round(row.worth),
        }
        for row in rows
    )


def target_evidence(rows: Iterable[TargetRow]) -> tuple[Evidence, ...]:
    """Targets as evidence rows."""
    return examples(
        {
            "target": row.url,
            "links": row.links,
            "http_status": row.http_status,
            "hops": row.hops or None,
            "final_url": row.final_url,
            "worth": None if row.worth is None else round(row.worth),
        }
        for row in rows
    )


def top_evidence(rows: Iterable[TopRow], label: str) -> tuple[Evidence, ...]:
    """Lines of a breakdown as evidence rows; `label` names their first column."""
    return examples({label: row.label, "links": row.links, "domains": row.domains} for row in rows)
