"""How an audit's comparison and suppressions read on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.cli.output import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.summary import Comparison, Suppressed


def since_lines(comparison: Comparison | None) -> list[str]:
    """What is new, fixed and still open since the last audit; nothing for the first audit."""
    if comparison is None:
        return []
    lines = ["", "Since the last audit"]
    lines += _rows("new", [(each.rule, f"{each.count:,}", each.title) for each in comparison.new])
    lines += _rows("fixed", [(each.rule, f"{each.count:,}", each.title) for each in comparison.fixed])
    open_rows = ((each.rule, _count(each.before, each.now), each.title) for each in comparison.still_open)
    lines += _rows("still open", open_rows)
    return lines if len(lines) > 2 else [*lines, "  nothing was found then, and nothing now"]


def _count(before: int, now: int) -> str:
    return f"{now:,}, as before" if before == now else f"{before:,} → {now:,}"


def _rows(what: str, rows: Iterable[tuple[str, str, str]]) -> list[str]:
    return [f"  {what:10} {rule} ({count}): {plain(title, 160)}" for rule, count, title in rows]


def suppressed_lines(suppressed: Sequence[Suppressed]) -> list[str]:
    """Findings that are kept off the list, with the reason that somebody gave."""
    if not suppressed:
        return []
    rows = (
        f"  {each.finding.rule} {plain(each.finding.title, 120)} ({plain(each.suppression.reason, 120)})"
        for each in suppressed
    )
    return ["", "Suppressed", *rows]
