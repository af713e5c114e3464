"""The new referring domains of each judged week and of the 26 weeks before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from linkstead.quality.anomalies.baseline import SPAN, WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.quality.anomalies.series import Series, type_ints


class Week(NamedTuple):
    """Seven days (epoch days, both included), the rows of their new domains, those of each week before."""

    first: int
    last: int
    rows: type_ints
    past: tuple[type_ints, ...]


def weeks_of(series: Series, *, since: int) -> Iterator[Week]:
    """Whole known weeks that end on the series' last day or seven, fourteen... days before, the oldest first.

    Weeks of the past with an unknown day are left out.
    """
    new = np.flatnonzero(series.new)
    number = (series.last - series.day[new]) // SPAN  # 0 is the last week
    blocks = [new[number == each] for each in range(max(0, series.days // SPAN))]
    whole = [_is_known(series, each) for each in range(len(blocks))]
    for each in reversed(range(len(blocks))):
        last = series.last - SPAN * each
        if last < since or not whole[each]:
            continue
        before = range(each + 1, min(len(blocks), each + 1 + WEEKS))
        yield Week(last - SPAN + 1, last, blocks[each], tuple(blocks[b] for b in before if whole[b]))


def _is_known(series: Series, number: int) -> bool:
    end = series.days - SPAN * number
    return bool(series.known[end - SPAN : end].all())
