"""Which incidents of a new search are those of an earlier one: an incident grows for weeks, and is one thing.

The same as an earlier one is what touches it in time and is of the same matter, arrivals or losses: the rule
that joins anomalies into one incident. So its first day may move a little, and a sign may come or go. One
that ended, and another that began after a gap, are two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkstead.quality.anomalies.anomaly import Kind
from linkstead.quality.anomalies.incidents import TOUCHING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Known(NamedTuple):
    """An incident as far as it is recognised by: its key, first and last epoch day, kinds of anomalies."""

    key: str
    began: int
    last: int
    kinds: frozenset[str]


def recognised(found: Sequence[Known], earlier: Sequence[Known]) -> list[str | None]:
    """For each incident found the key that it goes on under; None for one that nobody knew.

    An earlier key goes on with one incident only, the oldest; where an incident has come apart, the other
    part is known, too, and keeps the key that it was found under. Where two have become one, the key of the
    one that began first goes on.
    """
    keys: list[str | None] = [None] * len(found)
    taken: set[str] = set()
    for place in sorted(range(len(found)), key=lambda each: found[each].began):
        same = sorted((one.began, one.key) for one in earlier if _same(found[place], one))
        free = [key for _, key in same if key not in taken]
        if same:
            keys[place] = free[0] if free else found[place].key
            taken.add(keys[place] or "")
    return keys


def _same(one: Known, other: Known) -> bool:
    if one.began - TOUCHING > other.last or other.began - TOUCHING > one.last:
        return False
    return bool(_matter(one) & _matter(other))


def _matter(incident: Known) -> set[bool]:
    """Whether it is of losses; both, where it is of arrivals as well."""
    return {kind == Kind.LOSSES for kind in incident.kinds}
