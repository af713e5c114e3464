"""An audit beside the one before, and findings that somebody does not want to hear.

By rule: found now and not then is new, found then and not now is fixed, found in both is still open. By
row, where rows have an identity (a page with its target, a target, a domain, an anchor text, a file, a
month): a row counts as new only if the earlier list was whole, as fixed only if the later one is, since a
finding carries 20 examples at most. So new(a, b) is fixed(b, a), by rule and by row.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

from linkstead.summary import ChangedFigure, Comparison, Counts, StillOpen, Suppressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.summary import Finding, Suppression

    Row = dict[str, str | int | float | None]

#: The columns that name a row, in the order in which they are tried; a page goes with its target.
IDENTITY: Final = (
    ("page", "target"),
    ("target",),
    ("domain",),
    ("anchor_text",),
    ("file",),
    ("suffix",),
    ("month",),
)
#: The columns that a suppression's subject may name.
SUBJECTS: Final = ("page", "target", "domain", "anchor_text", "file", "suffix")

#: Rules that count what their rows hold, not the rows: the column whose sum they count.
WEIGHED: Final[dict[str, str]] = {
    **dict.fromkeys(("LS003", "LS004", "LS025", "LS027", "LS028", "LS029"), "links"),  # targets
    **dict.fromkeys(("LS012", "LS013", "LS015", "LS039", "LS040"), "links"),  # anchor texts, domains
    **dict.fromkeys(("LS011", "LS016"), "domains"),
    "LS021": "quarantined",
}


def row_identity(row: Row) -> str | None:
    """What a row of evidence is about, or None where that cannot be told."""
    for columns in IDENTITY:
        if row.get(columns[0]) is not None:
            return " → ".join(str(row[column]) for column in columns if row.get(column) is not None)
    return None


def compare(
    before: Sequence[Finding],
    after: Sequence[Finding],
    *,
    before_at: int = 0,
    counts_before: Counts | None = None,
    counts_after: Counts | None = None,
) -> Comparison:
    """What is new, fixed and still open in `after`, and which figures have changed."""
    then, now = {each.rule: each for each in before}, {each.rule: each for each in after}
    return Comparison(
        before_at=before_at,
        new=tuple(each for each in after if each.rule not in then),
        fixed=tuple(each for each in before if each.rule not in now),
        still_open=tuple(_still_open(then[each.rule], each) for each in after if each.rule in then),
        figures=_changed(counts_before, counts_after),
    )


def _still_open(then: Finding, now: Finding) -> StillOpen:
    old, new = _identities(then), _identities(now)
    return StillOpen(
        now.rule,
        now.title,
        then.count,
        now.count,
        new_rows=tuple(row for row in new if row not in old) if _whole(then, old) else (),
        fixed_rows=tuple(row for row in old if row not in new) if _whole(now, new) else (),
    )


def _identities(finding: Finding) -> dict[str, None]:
    """The identities of a finding's rows, each once, in order."""
    return {name: None for row in finding.evidence if (name := row_identity(row)) is not None}


def _whole(finding: Finding, names: dict[str, None]) -> bool:
    """Whether the evidence is the whole list: as many different rows as the finding counts."""
    return bool(names) and len(names) >= finding.count


def _changed(before: Counts | None, after: Counts | None) -> tuple[ChangedFigure, ...]:
    if before is None or after is None:
        return ()
    pairs = ((each.name, getattr(before, each.name), getattr(after, each.name)) for each in fields(Counts))
    return tuple(ChangedFigure(name, old, new) for name, old, new in pairs if old != new)


def suppress(
    findings: Iterable[Finding], suppressions: Sequence[Suppression], *, now: int
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """(findings that are spoken, findings or rows kept off the list). Nothing is in neither."""
    spoken: list[Finding] = []
    aside: list[Suppressed] = []
    live = [each for each in suppressions if each.until is None or now < each.until]
    for finding in findings:
        left: Finding | None = finding
        for each in live:
            if left is not None and each.rule == finding.rule:
                left, taken = _without(left, each)
                aside += [Suppressed(taken, each)] if taken else []
        spoken += [left] if left is not None else []
    return tuple(spoken), tuple(aside)


def _without(finding: Finding, suppression: Suppression) -> tuple[Finding | None, Finding | None]:
    """(what is left of a finding, what a suppression takes)."""
    if suppression.subject is None:
        return None, finding
    taken = tuple(row for row in finding.evidence if _about(row, suppression.subject))
    if not taken:
        return finding, None
    left = tuple(row for row in finding.evidence if not _about(row, suppression.subject))
    number = min(finding.count, _counted(finding.rule, taken))
    if number == finding.count:
        return None, finding
    note = f"{finding.title} ({number:,} of these {'is' if number == 1 else 'are'} suppressed.)"
    gone = replace(finding, count=number, evidence=taken)
    return replace(finding, title=note, count=finding.count - number, evidence=left), gone


def _counted(rule: str, rows: Iterable[Row]) -> int:
    """What some rows of a rule's evidence add to its count."""
    column = WEIGHED.get(rule)
    return sum(1 if column is None else int(row.get(column) or 0) for row in rows)


def _about(row: Row, subject: str) -> bool:
    return any(row.get(column) == subject for column in SUBJECTS)
