"""How a further sighting changes a backlink: the rules of merge.py, on one row.

Earliest first seen, latest last seen; what our own look saw stands; what one source told alone it may
change; a loss counts while nobody has seen the link after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linkstead.link import LinkStatus
from linkstead.profile.codes import FOLLOW_OF_REL, STATE_CODE
from linkstead.profile.columns import (
    ANCHOR,
    FIRST_SEEN,
    FOLLOWED,
    ID,
    LAST_CHECKED,
    LAST_SEEN,
    LINK_TYPE,
    LOST_AT,
    METRIC,
    PLACEMENT,
    REL,
    REPORTED_LOST,
    SOURCES,
    STATE,
)

if TYPE_CHECKING:
    from linkstead.link import Sighting

_LOST: Final = STATE_CODE[LinkStatus.LOST]


def blend(
    row: list[Any],
    s: Sighting,
    source_bit: int,
    told: tuple[int | None, int, int, int],
    metric: float | None,
) -> None:
    """Join a further sighting into a backlink's row.

    `told` are anchor id, rel bits, placement and link type as this source tells them.
    """
    alone = row[SOURCES] == source_bit
    row[SOURCES] |= source_bit
    if s.first_seen is not None and (row[FIRST_SEEN] is None or s.first_seen < row[FIRST_SEEN]):
        row[FIRST_SEEN] = s.first_seen
    _blend_loss(row, s, alone)
    if s.last_seen is not None and (row[LAST_SEEN] is None or s.last_seen > row[LAST_SEEN]):
        row[LAST_SEEN] = s.last_seen
    if metric is not None:
        row[METRIC] = metric
    if row[LAST_CHECKED] is None:
        anchor_id, rel, placement, link_type = told
        _refresh(row, ANCHOR, anchor_id, None, alone)
        _refresh(row, REL, rel, 0, alone)
        _refresh(row, PLACEMENT, placement, 0, alone)
        _refresh(row, LINK_TYPE, link_type, 0, alone)
        row[FOLLOWED] = FOLLOW_OF_REL[row[REL]]


def row_age(row: list[Any]) -> tuple[bool, int]:
    """Sorts a page's backlinks: those that are stored first, the oldest before all."""
    return (row[ID] == 0, row[ID])


def _refresh(row: list[Any], column: int, told: int | None, unknown: int | None, alone: bool) -> None:
    """Take what a source tells where nothing was known, or where it alone had told before."""
    if told != unknown and (alone or row[column] == unknown):
        row[column] = told


def _blend_loss(row: list[Any], s: Sighting, alone: bool) -> None:
    """A loss counts while nobody has seen the link after it; its only teller may take it back.

    A loss that we confirmed ourselves keeps its own moment, whatever sources tell.
    """
    ours = row[STATE] == _LOST
    if s.lost_at is not None:
        if row[LAST_SEEN] is None or s.lost_at >= row[LAST_SEEN]:
            row[REPORTED_LOST] = 1
            row[LOST_AT] = row[LOST_AT] if ours else s.lost_at
    elif row[REPORTED_LOST] and (alone or (s.last_seen or 0) > (row[LOST_AT] or 0)):
        row[REPORTED_LOST] = 0
        row[LOST_AT] = row[LOST_AT] if ours else None
