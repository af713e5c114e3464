"""The sections about the audit itself: health, what changed since the last one, what is suppressed.

Each is there only when the audit has it; an audit that nothing was compared with says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.reports.report import Column, Empty, Kind, Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.reports.report import Cell
    from linkstead.summary import Audit, Comparison, Health, Suppressed


def judgement(audit: Audit) -> Iterable[Section]:
    """Health, comparison and suppressions, in this order."""
    if audit.health is not None:
        yield _health(audit.health)
    if audit.comparison is not None:
        yield _since(audit.comparison)
    if audit.suppressed:
        yield _suppressed(audit.suppressed)


def _section(
    id_: str, title: str, lead: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], empty: Empty
) -> Section:
    table = Table(columns, tuple(rows), len(rows)) if rows else None
    return Section(id_, title, lead, table, None if rows else empty)


def _health(health: Health) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (each.rule, each.severity.value, round(each.points, 1), each.words) for each in health.deductions
    ]
    columns = (Column("Rule"), Column("Severity"), Column("Points", Kind.NUMBER), Column("How it came about"))
    title = "Health" if health.score is None else f"Health: {health.score} of 100"
    empty = Empty("Nothing is taken from it.", "Nothing is to be done.")
    return _section("health", title, health.sentence, columns, rows, empty)


def _since(comparison: Comparison) -> Section:
    rows: list[tuple[Cell, ...]] = []
    rows += [("new", each.rule, each.title, 0, each.count) for each in comparison.new]
    rows += [("fixed", each.rule, each.title, each.count, 0) for each in comparison.fixed]
    rows += [("still open", each.rule, each.title, each.before, each.now) for each in comparison.still_open]
    columns = (
        Column("What"), Column("Rule"), Column("Finding"),
        Column("Before", Kind.NUMBER), Column("Now", Kind.NUMBER),
    )  # fmt: skip
    new, fixed, still = len(comparison.new), len(comparison.fixed), len(comparison.still_open)
    lead = f"{new:,} new, {fixed:,} fixed, {still:,} still open."
    empty = Empty("No rule found anything, then or now.", "Nothing is to be done.")
    return _section("since-last", "Since the last audit", lead, columns, rows, empty)


def _suppressed(suppressed: tuple[Suppressed, ...]) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (each.finding.rule, each.finding.title, each.finding.count, each.suppression.reason,
         each.suppression.who, each.suppression.until)
        for each in suppressed
    ]  # fmt: skip
    columns = (
        Column("Rule"), Column("Finding"), Column("Count", Kind.NUMBER), Column("Why"),
        Column("Who"), Column("Until", Kind.DATE),
    )  # fmt: skip
    lead = "Found, and kept off the list above because somebody said so."
    return _section(
        "suppressed", "Suppressed", lead, columns, rows, Empty("Nothing.", "Nothing is to be done.")
    )
