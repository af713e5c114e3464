"""A link's way through its looks by the rules as they are written down, by none of the product's own code.

Lost after three misses with fifteen minutes between any two and a day between the first and the last, no
sight of the link between them; refusals, failures and pages that cannot be read count for nothing. Back after
two sights fifteen minutes apart. Unreachable for a week is told. A link that came back twice in ninety days
and goes again must stay away for four looks and twice as long as ever before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.watch.truth import DAY, Facts
from linkstead.link import LinkStatus, Outcome

APART = 15 * 60
_NOTHING = {
    Outcome.BLOCKED: LinkStatus.BLOCKED,
    Outcome.UNREACHABLE: LinkStatus.UNREACHABLE,
    Outcome.UNREADABLE: LinkStatus.UNREADABLE,
}
_BROWSERS = {"noopener", "noreferrer"}


@dataclass(slots=True)
class Course:
    """One link. `take` says which events must follow."""

    state: LinkStatus = LinkStatus.UNVERIFIED
    seen: Facts | None = None
    at: int = 0
    misses: list[int] = field(default_factory=list)
    first_miss: int = 0
    absences: list[tuple[int, int]] = field(default_factory=list)
    lost: bool = False
    open_loss: bool = False
    good: int = 0
    good_at: int = 0
    down_since: int | None = None
    down_told: bool = False

    def take(self, facts: Facts, at: int, *, is_new: bool) -> list[str]:
        """Go on by a look at `at` that showed these facts."""
        self.at = at
        outcome = facts.outcome
        if outcome is not Outcome.UNREACHABLE:
            self.down_since, self.down_told = None, False
        if outcome is Outcome.FOUND:
            return self._found(facts, at, is_new=is_new)
        self.good = 0
        if outcome is Outcome.MISSING:
            return self._missed(at)
        self.state = LinkStatus.LOST if self.lost else _NOTHING[outcome]
        return self._down(at) if outcome is Outcome.UNREACHABLE else []

    def _found(self, facts: Facts, at: int, *, is_new: bool) -> list[str]:
        if self.misses:
            self.absences.append((at, at - self.misses[0]))
            self.misses = []
        if not self.good or at - self.good_at >= APART:
            self.good, self.good_at = self.good + 1, at
        events = ["new"] if self.seen is None and is_new and not self.open_loss else []
        if self.open_loss and self.good >= 2:
            self.open_loss = False
            events.append("regained")
        if self.seen is not None:
            events += changes(self.seen, facts)
        self.state, self.lost, self.seen = LinkStatus.LIVE, False, facts
        return events

    def _missed(self, at: int) -> list[str]:
        if not self.misses:
            self.first_miss = at
        if not self.misses or at - self.misses[-1] >= APART:
            self.misses.append(at)
        lately = [away for back, away in self.absences if back >= at - 90 * DAY]
        rotates = len(lately) >= 2
        needed, seconds = (4, max(DAY, 2 * max(lately))) if rotates else (3, DAY)
        if len(self.misses) >= needed and self.misses[-1] - self.misses[0] >= seconds:
            news = not self.lost and not self.open_loss
            self.lost = self.open_loss = True
            self.state = LinkStatus.LOST
            return [("not_found" if self.seen is None else "lost")] if news else []
        if self.lost:
            self.state = LinkStatus.LOST
        else:
            self.state = LinkStatus.LIVE if rotates and len(self.misses) < 4 else LinkStatus.IN_DOUBT
        return []

    def _down(self, at: int) -> list[str]:
        self.down_since = at if self.down_since is None else self.down_since
        if self.lost or self.down_told or at - self.down_since < 7 * DAY:
            return []
        self.down_told = True
        return ["unreachable"]


def changes(before: Facts, after: Facts) -> list[str]:
    """The events between two looks that found the link."""
    rel = (
        set(before.rel.split()) - _BROWSERS != set(after.rel.split()) - _BROWSERS
        or before.nofollow_from != after.nofollow_from
    )
    told = {
        "rel_changed": rel,
        "anchor_changed": before.other_anchor != after.other_anchor,
        "target_changed": before.tagged != after.tagged,
        "placement_changed": before.placement != after.placement,
        "indexability_changed": before.noindex_from != after.noindex_from,
        "hidden_changed": before.hidden != after.hidden,
        "moved": before.via is None and after.via is not None,
    }
    return [kind for kind, happened in told.items() if happened]
