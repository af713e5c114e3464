"""From looks to the state of a link.

`lost` needs several misses, spaced in time, with no sight of the link between them: transient
failures come in runs, so that spacing matters more than counting (with a daily look, a true loss of
0.05 % and a transient miss of 2 % per look, one miss is a true loss in 2.4 % of cases, three spaced
ones in 98 %). Looks that were blocked, unreachable or unreadable say nothing about the link: they
neither count as a miss nor end a run of misses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import LinkStatus, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUR: Final = 3_600


class Confirmation(NamedTuple):
    """How many misses, over how many seconds from the first to the last, make a loss."""

    misses: int
    seconds: int


#: By the reason of the latest miss. A page that answers 404 or 410 says so itself, so that two looks
#: are enough; all else could be a passing fault of the page, a test or a rotation.
CONFIRMATIONS: Final[dict[Reason, Confirmation]] = {
    Reason.PAGE_GONE: Confirmation(2, 2 * HOUR),
    Reason.REMOVED: Confirmation(3, 24 * HOUR),
    Reason.PAGE_REDIRECTED: Confirmation(3, 24 * HOUR),
    Reason.PARKED: Confirmation(3, 24 * HOUR),
    Reason.SOFT_404: Confirmation(3, 24 * HOUR),
}

#: Misses closer together than this are one: the second look saw the same moment of the page.
INDEPENDENT_AFTER: Final = 15 * 60

_STATE_OF: Final = {
    Outcome.FOUND: LinkStatus.LIVE,
    Outcome.BLOCKED: LinkStatus.BLOCKED,
    Outcome.UNREACHABLE: LinkStatus.UNREACHABLE,
    Outcome.UNREADABLE: LinkStatus.UNREADABLE,
}


def state_after(past: Iterable[tuple[int, Outcome]], outcome: Outcome, reason: Reason, at: int) -> LinkStatus:
    """The state of a link after a look at `at` (epoch seconds).

    `past` are the earlier looks as (time, outcome), in any order.
    """
    if outcome is not Outcome.MISSING:
        return _STATE_OF[outcome]
    misses = _run_of_misses(past, at)
    needed = CONFIRMATIONS[reason]
    confirmed = len(misses) >= needed.misses and misses[-1] - misses[0] >= needed.seconds
    return LinkStatus.LOST if confirmed else LinkStatus.IN_DOUBT


def _run_of_misses(past: Iterable[tuple[int, Outcome]], at: int) -> list[int]:
    """The times of independent misses since the link was last seen, this one included."""
    times: list[int] = []
    for moment, outcome in sorted((look for look in past if look[0] < at), key=lambda look: look[0]):
        if outcome is Outcome.FOUND:
            times = []
        elif outcome is Outcome.MISSING and (not times or moment - times[-1] >= INDEPENDENT_AFTER):
            times.append(moment)
    if not times or at - times[-1] >= INDEPENDENT_AFTER:
        times.append(at)
    return times
