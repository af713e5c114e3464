"""From looks to the state of a link.

`lost` needs several misses, spaced in time, with no sight of the link between them: transient
failures come in runs, so that spacing matters more than counting (with a daily look, a true loss of
0.05 % and a transient miss of 2 % per look, one miss is a true loss in 2.4 % of cases, three spaced
ones in 98 %). Looks that were blocked, unreachable or unreadable say nothing about the link: they
neither count as a miss nor end a run of misses, and they do not take back a loss. A look made while our own
network was in doubt (`Reason.SELF`) counts as nothing at all.

A link that comes and goes (an A/B test, a rotation) counts as present while one of its last few readable
looks saw it, and is lost only when it stays away twice as long as it ever stayed away before it came back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import LinkStatus, Outcome, Reason
from linkstead.monitor.plan import DEFAULT_PLAN, LONGEST, Confirmation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.monitor.plan import WatchPlan

#: A link that comes and goes must stay away so many times longer than it did before.
_LONGER_THAN_BEFORE: Final = 2

_SAYS_NOTHING: Final = {
    Outcome.BLOCKED: LinkStatus.BLOCKED,
    Outcome.UNREACHABLE: LinkStatus.UNREACHABLE,
    Outcome.UNREADABLE: LinkStatus.UNREADABLE,
}


class Past(NamedTuple):
    """An earlier look: when (epoch seconds), what it gave, and why."""

    at: int
    outcome: Outcome
    reason: Reason | str


class Judgement(NamedTuple):
    """What a look makes of a link.

    `misses` are the independent misses since the link was last seen, `troubles` the looks in a row that
    read nothing, `good_looks` the independent looks in a row that found it; each counts this look.
    `loss_open` says that the link had been lost before this look and has not been back for good since, so
    that a further loss is no news and a good look may be a recovery.
    """

    state: LinkStatus
    intermittent: bool
    misses: int
    troubles: int
    good_looks: int = 0
    loss_open: bool = False


def state_after(
    past: Iterable[tuple[int, Outcome, Reason | str]],
    outcome: Outcome,
    reason: Reason | str,
    at: int,
    plan: WatchPlan = DEFAULT_PLAN,
    *,
    lost_before: bool = False,
) -> Judgement:
    """What a look at `at` (epoch seconds) makes of a link.

    `past` are the earlier looks (as in `Past`) in any order; those that claim a time not before `at` were
    made by a clock that was wrong, and are left out. `lost_before` says that the stored state is lost: a
    confirmed loss stays until the link is seen, even where the looks that made it are no longer kept.
    """
    course = _Course(plan)
    for look in sorted(look for look in past if look[0] < at):
        course.take(*look)
    if lost_before:
        course.state, course.lost, course.loss_open = LinkStatus.LOST, True, True
    loss_open = course.loss_open
    course.take(at, outcome, reason)
    return Judgement(
        course.state,
        not course.lost and course.intermittent(at),
        len(course.run),
        course.troubles,
        course.good_looks,
        loss_open,
    )


@dataclass(slots=True)
class _Course:
    """A link on its way through its looks, oldest first."""

    plan: WatchPlan
    state: LinkStatus = LinkStatus.UNVERIFIED
    lost: bool = False
    loss_open: bool = False
    troubles: int = 0
    good_looks: int = 0
    good_at: int = 0
    #: independent misses since the last sight
    run: list[Past] = field(default_factory=list)
    #: (when it came back, how long it had been away)
    absences: list[tuple[int, int]] = field(default_factory=list)

    def take(self, at: int, outcome: Outcome, reason: Reason | str) -> None:
        if outcome is Outcome.FOUND:
            self._seen(at)
        elif outcome is Outcome.MISSING:
            self._missed(Past(at, outcome, reason))
        elif reason != Reason.SELF:
            self.troubles += 1
            self.good_looks = 0
            self.state = LinkStatus.LOST if self.lost else _SAYS_NOTHING[outcome]

    def intermittent(self, at: int) -> bool:
        """Whether the link has come back often enough of late."""
        return len(self._lately(at)) >= self.plan.intermittent_returns

    def _lately(self, at: int) -> list[int]:
        return [away for back, away in self.absences if back >= at - self.plan.intermittent_memory]

    def _seen(self, at: int) -> None:
        if self.run:
            self.absences.append((at, at - self.run[0].at))
            self.run.clear()
        if not self.good_looks or at - self.good_at >= self.plan.independent_after:
            self.good_looks, self.good_at = self.good_looks + 1, at
        self.loss_open &= self.good_looks < self.plan.recovery_looks
        self.state, self.lost, self.troubles = LinkStatus.LIVE, False, 0

    def _missed(self, look: Past) -> None:
        self.troubles = self.good_looks = 0
        if not self.run or look.at - self.run[-1].at >= self.plan.independent_after:
            self.run.append(look)
        self.lost = self.lost or self._confirmed(look)
        self.loss_open |= self.lost
        if self.lost:
            self.state = LinkStatus.LOST
        elif self.intermittent(look.at) and len(self.run) < self.plan.intermittent_looks:
            self.state = LinkStatus.LIVE
        else:
            self.state = LinkStatus.IN_DOUBT

    def _confirmed(self, look: Past) -> bool:
        """Misses of one reason count by its row; mixed ones by what all their reasons ask for."""
        same = [miss for miss in self.run if miss.reason == look.reason]
        rows = [self.plan.confirmation(miss.reason) for miss in self.run]
        mixed = Confirmation(max(row.misses for row in rows), max(row.seconds for row in rows))
        return self._enough(same, self.plan.confirmation(look.reason), look.at) or self._enough(
            self.run, mixed, look.at
        )

    def _enough(self, misses: list[Past], needed: Confirmation, at: int) -> bool:
        if self.intermittent(at):
            longer = min(LONGEST, _LONGER_THAN_BEFORE * max(self._lately(at)))
            needed = Confirmation(
                max(needed.misses, self.plan.intermittent_looks), max(needed.seconds, longer)
            )
        return len(misses) >= needed.misses and misses[-1].at - misses[0].at >= needed.seconds
