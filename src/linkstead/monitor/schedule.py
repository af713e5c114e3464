"""When a page is looked at next: the earliest wish of its links.

* A miss, a failure or a refusal is followed by the ladder of its kind (see `plan`).
* New and changed links are looked at daily, others weekly; what has not changed for long is looked at
  ever less often, down to once a month. A valuable link is looked at more often than a worthless one.
* Nothing is met in step: intervals vary by a tenth either way, rungs by up to a twentieth and only upwards,
  so that a confirmation never falls just short of its time. The variation follows from the page and the
  moment, so that the rule stays a pure function and no page keeps to one hour of the day.
* Never later than thirty days, never sooner than a minute, never before the host's `Retry-After`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import LinkStatus, Placement
from linkstead.monitor.plan import DAY, HOUR, LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.monitor.plan import WatchPlan

#: A page is not looked at twice within this time (seconds).
SOONEST: Final = 60
#: An interval varies by this much either way, a rung of a ladder by half of it, upwards.
_SPREAD: Final = 0.1
_RUNG_SPREAD: Final = 0.05

#: New pages are begun at 10,000 an hour, so that somebody who imports a small profile sees all of it soon
#: and the addresses of a large one are not asked for in one breath. But within a day at the latest: that
#: is the pace at which new links are looked at from then on.
_SECONDS_A_NEW_PAGE: Final = HOUR / 10_000
_NEW_WITHIN: Final = DAY

#: A look whose stored time is further ahead than this was made by a clock that had lost its way; one that
#: goes from three days ahead to three days behind is still believed.
_CLOCK_DOUBT: Final = 7 * DAY


class Standing(NamedTuple):
    """How it stands with a link after a look at `at` (epoch seconds).

    `misses` and `troubles` are those of its `Judgement`. `changed_at` is when its state or its attributes
    last changed, or the first look. `value` is 0 to 1. `born_at` is when the link came up as far as anybody
    knows: the earlier of the sources' first seen and our first look; None where it is not new.
    """

    state: LinkStatus
    at: int
    misses: int
    troubles: int
    changed_at: int
    value: float
    born_at: int | None = None


def next_due(
    standings: Sequence[Standing], plan: WatchPlan, *, now: int, salt: int, retry_at: int | None = None
) -> int:
    """The page's next appointment (epoch seconds): the earliest of its links' wishes.

    `salt` is the page's own number (its id), `retry_at` the moment before which its host wants no visit.
    """
    chance = _chance(salt, now)
    # a clock that went back must not put a look off
    due = min(
        (min(each.at, now) + _wait(each, plan, now, chance) for each in standings), default=now + LONGEST
    )
    due = max(due, now + SOONEST, retry_at or 0)
    return min(due, now + LONGEST)


def first_due(now: int, salt: int, count: int) -> int:
    """The first appointment of a page that came with `count` new ones."""
    return now + int(_chance(salt, now) * min(count * _SECONDS_A_NEW_PAGE, _NEW_WITHIN))


def look_time(now: int, last: int | None) -> int:
    """The moment to enter for a look made at `now`, where the last one is entered at `last`.

    Moments of one link rise whatever the clock does, so that what was seen later stays later. A last look
    from further ahead than a clock is likely to be put right is not waited for.
    """
    return now if last is None or last - now > _CLOCK_DOUBT else max(now, last + 1)


def _wait(link: Standing, plan: WatchPlan, now: int, chance: float) -> int:
    rungs = _ladder(link, plan)
    if rungs is not None:
        steps = max(link.misses, 1) if rungs is plan.after_miss else max(link.troubles, 1)
        return math.ceil(rungs[min(steps, len(rungs)) - 1] * (1 + _RUNG_SPREAD * chance))
    # less than the longest by what it may be stretched, lest the stable ones all meet at the end of it
    interval = min(_interval(link, plan, now), LONGEST / (1 + _SPREAD))
    return math.ceil(interval * (1 - _SPREAD + 2 * _SPREAD * chance))


def _ladder(link: Standing, plan: WatchPlan) -> tuple[int, ...] | None:
    """The ladder that a link stands on, if any. A lost link is not in doubt any more."""
    if link.state is LinkStatus.LOST:
        return None
    ladders = {
        LinkStatus.BLOCKED: plan.after_blocked,
        LinkStatus.UNREACHABLE: plan.after_unreachable,
        LinkStatus.UNREADABLE: plan.after_unreadable,
        # nothing but looks while our own network was in doubt
        LinkStatus.UNVERIFIED: plan.after_unreachable,
    }
    return ladders.get(link.state, plan.after_miss if link.misses else None)


def _interval(link: Standing, plan: WatchPlan, now: int) -> float:
    unchanged_for = max(0, now - link.changed_at)
    if link.state is LinkStatus.LOST and link.troubles:
        # it was refused or not reached, and a lost link is not worth a visitor's stubbornness
        return plan.lost_every
    if unchanged_for < plan.changed_for:
        return plan.changed_every
    if link.born_at is not None and now - link.born_at < plan.new_for:
        return plan.new_every
    usual = plan.lost_every if link.state is LinkStatus.LOST else _settled(unchanged_for, plan)
    stretched: float = usual * 2.0 ** (plan.value_weight * (1 - 2 * link.value))
    return max(HOUR, stretched)


def _settled(unchanged_for: int, plan: WatchPlan) -> float:
    """The interval of a link that is neither new nor changed: it grows with the time without a change."""
    grown = plan.normal_every * unchanged_for / plan.stable_after
    return max(plan.normal_every, min(grown, plan.stable_every))


#: How much a placement is worth, from 0 to 1 (our rule): what an editor put into the text speaks loudest,
#: what a template repeats on every page least.
_PLACEMENT_VALUE: Final[dict[str, float]] = {
    Placement.CONTENT: 1.0,
    Placement.SIDEBAR: 0.4,
    Placement.HEADER: 0.4,
    Placement.NAVIGATION: 0.3,
    Placement.COMMENT: 0.2,
    Placement.FOOTER: 0.1,
}
_UNKNOWN_VALUE: Final = 0.5


def value_of(
    metric: float | None, followed: bool | None, placement: str | None, best: float = 100.0
) -> float:
    """How much a link is worth watching, 0 to 1: half its source's authority, a quarter each the rest.

    `metric` is a vendor's authority, of which `best` is the greatest; what is unknown counts as middling.
    """
    share = _UNKNOWN_VALUE
    if metric is not None and math.isfinite(metric) and best > 0:
        share = min(max(metric / best, 0.0), 1.0)
    follows = _UNKNOWN_VALUE if followed is None else float(followed)
    place = _PLACEMENT_VALUE.get(placement or "", _UNKNOWN_VALUE)
    return 0.5 * share + 0.25 * follows + 0.25 * place


_MASK: Final = 2**64 - 1


def _chance(salt: int, moment: int) -> float:
    """A number from 0 to 1 that looks like chance and is the same every time (splitmix64's last step)."""
    mixed = (salt * 0x9E3779B97F4A7C15 + moment * 0xD1B54A32D192ED03) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return (mixed ^ (mixed >> 31)) / 2**64
