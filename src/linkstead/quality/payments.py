"""What audits ask of paid links: each sorted into the parts that a rule speaks of.

days left   whole days until the paid time is over; 0 on its last day, negative afterwards
left        a backlink is known, and not all of them are gone; blocked or never looked at counts as left
gone        backlinks are known, and every one is lost or was missing at the last look
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from linkstead.quality.thresholds import limit
from linkstead.summary import PaidFacts, PaidPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linkstead.summary import PaidRow

#: Rows of each part that are handed on; a finding shows fewer.
LISTED: Final = 100
_DAY: Final = 86_400


def days_left(row: PaidRow, now: int) -> int | None:
    """Whole days that are still paid for, at a time in epoch seconds; None where it is for ever."""
    return None if row.until is None else (row.until - 1 - now) // _DAY


def is_paid_for(row: PaidRow, now: int) -> bool:
    """Whether the paid time is not over."""
    return row.until is None or row.until > now


def is_gone(row: PaidRow) -> bool:
    """Whether backlinks are known and none of them is on its page any more."""
    return 0 < row.links == row.gone


def is_left(row: PaidRow) -> bool:
    """Whether a backlink is known that is not gone."""
    return row.gone < row.links


def _is_ending(row: PaidRow, now: int) -> bool:
    left = days_left(row, now)
    return left is not None and 0 <= left <= limit("paid_days_left") and not is_gone(row)


def _has_ended(row: PaidRow, now: int) -> bool:
    return not is_paid_for(row, now) and is_left(row)


def paid_facts(rows: Iterable[PaidRow], now: int) -> PaidFacts | None:
    """All paid links sorted into parts, each in the order given; None without any."""
    known = list(rows)
    if not known:
        return None
    return PaidFacts(
        kept=len(known),
        ending=_part(known, lambda row: _is_ending(row, now)),
        ended=_part(known, lambda row: _has_ended(row, now)),
        gone=_part(known, lambda row: is_paid_for(row, now) and is_gone(row)),
        followed=_part(known, lambda row: row.followed > 0),
        unknown=_part(known, lambda row: is_paid_for(row, now) and row.links == 0),
    )


def _part(rows: Sequence[PaidRow], holds: Callable[[PaidRow], bool]) -> PaidPart:
    chosen = [row for row in rows if holds(row)]
    costs: defaultdict[str, float] = defaultdict(float)
    for row in chosen:
        if row.cost is not None:
            costs[row.currency or ""] += row.cost
    return PaidPart(len(chosen), tuple(chosen[:LISTED]), dict(sorted(costs.items())))
