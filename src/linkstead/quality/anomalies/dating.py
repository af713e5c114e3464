"""Which dates of a source may be counted: "first seen by us" is not "created".

Importing a file must never look like an attack. Six rules, in this order:

1. A sighting counts on the day that its source itself gives, never on the day of the import. Without such a
   date it is not counted.
2. A source is only ever compared with itself. What one vendor finds says nothing against another's past.
3. Only days within the range of dates of some import of the source are known. Other days are no zeros.
4. An import whose dates all lie on one day, apart from what is known, is a snapshot: the day is the export's.
   So is every date of a source that is known to date by its own crawls (`SNAPSHOT_SOURCES`).
5. An import that tells much more than the source had told of the same weeks (half as much again in most of
   them: a larger plan, another export), or that lies apart from them so that nobody can compare, starts the
   source anew at its own first date.
6. The four weeks behind a start are not counted: an index that begins dates all that is old to its beginning.

What a rule leaves out is counted under the rule's name in `Steady.left_out`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Sources whose "first seen" is the day of a crawl, the same for all that the crawl holds.
SNAPSHOT_SOURCES: Final = frozenset({"common-crawl"})
#: Days behind a start that are not counted.
SETTLING: Final = 28
#: Imports that touch within so many days have no gap between them.
TOUCHING: Final = 7
#: An import is denser when it adds this share to what was known, in more than half of the shared weeks.
DENSER: Final = 0.5
#: One link in so many may be dated astray.
_STRAY: Final = 100
#: A shared week with fewer links than this says nothing about density.
_ENOUGH_A_WEEK: Final = 3

UNDATED: Final = "undated"
SNAPSHOT: Final = "snapshot"
SETTLING_IN: Final = "before the source's steady window"
OUTSIDE: Final = "outside the days that imports cover"


class Import(NamedTuple):
    """One import of a source: its number, when it was made, first and last of its own dates (epoch days)."""

    number: int
    at: int
    first: int
    last: int


class Steady(NamedTuple):
    """The days of a source that can be judged: `known` of those from `first` to `last` (epoch days)."""

    first: int
    last: int
    known: frozenset[int]
    left_out: dict[str, int]

    @property
    def days(self) -> int:
        return len(self.known)


def steady(imports: Iterable[Import], told: Mapping[tuple[int, int], int], undated: int = 0) -> Steady:
    """The steady window of a source.

    `told` says how many links each import brought as its first (import's number, epoch day of the source's
    own date). A source with nothing to judge has no known days.
    """
    days_of: dict[int, dict[int, int]] = defaultdict(dict)
    for (number, day), links in told.items():
        days_of[number][day] = links
    covered: set[int] = set()
    before: dict[int, int] = defaultdict(int)
    start: int | None = None
    left_out = {UNDATED: undated, SNAPSHOT: 0, SETTLING_IN: 0, OUTSIDE: 0}
    for one in sorted(imports, key=lambda each: (each.at, each.number)):
        mine, last = days_of.get(one.number, {}), min(one.last, one.at)
        if _is_snapshot(one, covered):
            left_out[SNAPSHOT] += sum(mine.values())
            continue
        span = range(one.first, last + 1)
        if start is None or _starts_anew(span, covered, mine, before):
            start = _begins(one.first, mine)
        elif _same_history(span, covered):
            start = min(start, _begins(one.first, mine))
        covered.update(span)
        for day, links in mine.items():
            before[day] += links
    return _window(start, covered, before, left_out)


def _window(
    start: int | None, covered: set[int], told: Mapping[int, int], left_out: dict[str, int]
) -> Steady:
    known = frozenset(day for day in covered if start is not None and day >= start + SETTLING)
    for day, links in told.items():
        if day not in known:
            left_out[OUTSIDE if day not in covered else SETTLING_IN] += links
    counted = {rule: links for rule, links in left_out.items() if links}
    return Steady(min(known, default=0), max(known, default=-1), known, counted)


def _is_snapshot(one: Import, covered: set[int]) -> bool:
    if one.first != one.last:
        return False
    return not any(day in covered for day in range(one.first - TOUCHING, one.first + TOUCHING + 1))


def _begins(first: int, mine: Mapping[int, int]) -> int:
    """The day before which an import dates under one link in a hundred: a stray date begins no history."""
    before, of = 0, sum(mine.values())
    for day in sorted(mine):
        before += mine[day]
        if before * _STRAY > of:
            return max(first, day)
    return first


def _same_history(span: range, covered: set[int]) -> bool:
    """Whether an earlier beginning of this import can be joined to what is known: they share most days."""
    return sum(day in covered for day in span) * 2 >= len(covered)


def _starts_anew(span: range, covered: set[int], mine: Mapping[int, int], before: Mapping[int, int]) -> bool:
    shared = [day for day in span if day in covered]
    if not shared:
        return not any(day in covered for day in range(span.start - TOUCHING, span.stop + TOUCHING))
    had: dict[int, int] = defaultdict(int)
    added: dict[int, int] = defaultdict(int)
    for day in shared:
        had[day // 7] += before.get(day, 0)
        added[day // 7] += mine.get(day, 0)
    spoken = [week for week in had if had[week] + added[week] >= _ENOUGH_A_WEEK]
    denser = sum(added[week] >= DENSER * had[week] for week in spoken)
    return denser * 2 > len(spoken)
