"""How many alarms are true, and how late they come: our rules against a naive monitor, on simulated links.

    python -m bench.alarms [--short]

The real rules (state_after, next_due, changes) watch simulated links beside three rivals that look once a day
at the same links: one that alarms at the first look that does not find the link, one that alarms
at the second such look in a row, and one that alarms at the first look that reads a page without the link
(so that refusals and failures do not deceive it). All see the same world, made anew from the same seed.

What is taken from published figures and what is assumed stands beside each row of `TROUBLES` and in the
constants. The result depends on them: with other faults other shares come out, in the same order.
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from bench.racing import Figure, show
from linkstead.alerts.rules import Seen, changes
from linkstead.events import EventKind
from linkstead.link import REASON_OUTCOME, LinkStatus, Outcome, Reason
from linkstead.monitor.plan import DAY, DEFAULT_PLAN, HOUR, Confirmation, Confirmations, WatchPlan
from linkstead.monitor.schedule import Standing, next_due
from linkstead.monitor.state import Past, state_after

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1_700_000_000
#: Links really go at 1.5 % a month (public studies of link rot: 0.7 to 1.6 %).
LOSS_A_DAY = 0.0005
#: Why they go: page dropped or 404, link removed, redirected elsewhere (Ahrefs 2022, crawl errors left out).
WHY_GONE = ((Reason.PAGE_GONE, 0.56), (Reason.REMOVED, 0.37), (Reason.PAGE_REDIRECTED, 0.07))
#: Share of links that come and go (assumed), and how often a look then finds them: each look its own lot.
ROTATING, SHOWN = 0.01, (0.5, 0.9)
#: So many earlier looks are handed to the rule, as a monitor that reads its own rows would.
MEMORY = 100


class Trouble(NamedTuple):
    """A fault that comes in runs: share of all time, mean length, and what a look then gives."""

    share: float
    seconds: int
    reason: Reason


#: Together 2 % of all looks fail though the link is there. Most failures are refusals and timeouts (weekly
#: runs of open link checkers: a rotating set of 403 answers and timeouts, two dead links in five weeks); a
#: fifth looks like a missing link (assumed). The lengths reach from a deployment (half an hour) over a fault
#: of which the next day's look sees a tenth (9.5 hours) to an outage of which it sees half (34 hours).
TROUBLES = (
    Trouble(0.0060, 2 * DAY, Reason.FORBIDDEN),
    Trouble(0.0020, 6 * HOUR, Reason.CHALLENGE),
    Trouble(0.0040, 3 * HOUR, Reason.SERVER_ERROR),
    Trouble(0.0040, HOUR // 2, Reason.TIMEOUT),
    Trouble(0.0015, HOUR // 2, Reason.REMOVED),
    Trouble(0.0015, HOUR // 2, Reason.PAGE_GONE),
    Trouble(0.0004, int(9.5 * HOUR), Reason.REMOVED),
    Trouble(0.0004, int(9.5 * HOUR), Reason.PAGE_GONE),
    Trouble(0.0001, 34 * HOUR, Reason.REMOVED),
    Trouble(0.0001, 34 * HOUR, Reason.PAGE_GONE),
)


class World:
    """One link: when it goes for good, when it only seems gone, and how often it is shown."""

    def __init__(self, number: int, seconds: int) -> None:
        lot = random.Random(number)
        self.number = number
        self.gone_at = START + int(lot.expovariate(LOSS_A_DAY / DAY))
        self.why = lot.choices([why for why, _ in WHY_GONE], [share for _, share in WHY_GONE])[0]
        self.shown = lot.uniform(*SHOWN) if lot.random() < ROTATING else 1.0
        spans: list[tuple[int, int, Reason]] = []
        for trouble in TROUBLES:
            at = START + lot.expovariate(trouble.share / trouble.seconds)
            while at < START + seconds:
                length = lot.expovariate(1 / trouble.seconds)
                spans.append((int(at), int(at + length), trouble.reason))
                at += length + lot.expovariate(trouble.share / trouble.seconds)
        self._spans = sorted(spans)
        self._begins = [begin for begin, _, _ in self._spans]

    def look(self, at: int) -> Reason:
        """What a look at this moment gives, the same for everybody who looks."""
        # runs overlap seldom: the three that began last are enough
        place = bisect_right(self._begins, at)
        for _, end, reason in self._spans[max(0, place - 3) : place]:
            if at < end:
                return reason
        if at >= self.gone_at:
            return self.why
        if self.shown < 1.0 and random.Random(self.number * 2**40 + at).random() >= self.shown:
            return Reason.REMOVED
        return Reason.LINK_PRESENT


class Watched(NamedTuple):
    """What a monitor made of one link: its alarms as (moment, first miss of the run), how often it looked,
    for how many seconds it called a link lost that was there, and whether it does so at the end."""

    alarms: list[tuple[int, int]]
    looks: int
    wrongly_lost: int
    lost_at_end: bool


# -- ours ---------------------------------------------------------------------------------------------

#: What a look shows, by its reason; the attributes stay the same all the time.
SEEN = {
    reason: Seen(
        LinkStatus.UNVERIFIED, REASON_OUTCOME[reason], reason, 200, True, (), (), "x", "content", True, (),
        None, "https://example.com/", None,
    )
    for reason in Reason
}  # fmt: skip


def ours(world: World, end: int, plan: WatchPlan) -> Watched:
    """The link as our rules watch it, every appointment kept."""
    past: list[Past] = []
    alarms: list[tuple[int, int]] = []
    state, found, missed_at, wrongly_lost = LinkStatus.UNVERIFIED, False, 0, 0
    at = changed_at = START + world.number * 7919 % DAY
    looks = 0
    while at < end:
        reason = world.look(at)
        outcome = REASON_OUTCOME[reason]
        judged = state_after(past[-MEMORY:], outcome, reason, at, plan, lost_before=state is LinkStatus.LOST)
        if judged.misses == 1 and outcome is Outcome.MISSING:
            missed_at = at
        events = changes(
            SEEN[Reason.LINK_PRESENT] if found else None,
            SEEN[reason]._replace(state=judged.state),
            backlink_id=world.number,
            at=at,
            previous_state=state,
            ever_live=found,
            first_seen=0,
            unreachable_since=None,
            already_unreachable=True,
            good_looks=judged.good_looks,
            loss_open=judged.loss_open,
            plan=plan,
        )
        alarms += [(at, missed_at) for event in events if event.kind is EventKind.LOST]
        changed_at = changed_at if judged.state is state else at
        state, found = judged.state, found or outcome is Outcome.FOUND
        past.append(Past(at, outcome, reason))
        standing = Standing(state, at, judged.misses, judged.troubles, changed_at, 0.5)
        due = next_due([standing], plan, now=at, salt=world.number)
        if state is LinkStatus.LOST:
            wrongly_lost += max(0, min(due, end, world.gone_at) - at)
        at, looks = due, looks + 1
    return Watched(alarms, looks, wrongly_lost, state is LinkStatus.LOST)


# -- the rivals ---------------------------------------------------------------------------------------


def rival(world: World, end: int, in_a_row: int, *, readable_only: bool) -> Watched:
    """A monitor that looks once a day and alarms at the n-th look in a row that does not show the link."""
    alarms: list[tuple[int, int]] = []
    failed, down, missed_at, wrongly_lost, looks = 0, False, 0, 0, 0
    for at in range(START + world.number * 7919 % DAY, end, DAY):
        outcome = REASON_OUTCOME[world.look(at)]
        looks += 1
        if outcome is Outcome.FOUND:
            failed, down = 0, False
        elif outcome is Outcome.MISSING or not readable_only:
            failed += 1
            missed_at = at if failed == 1 else missed_at
            if failed >= in_a_row and not down:
                down = True
                alarms.append((at, missed_at))
        if down:
            wrongly_lost += max(0, min(at + DAY, end, world.gone_at) - at)
    return Watched(alarms, looks, wrongly_lost, down)


# -- the score ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Score:
    """How a monitor did over all links; times in hours."""

    true: int = 0
    false: int = 0
    removed: int = 0
    reported: int = 0
    looks: int = 0
    live_days: float = 0.0
    wrong_days: float = 0.0
    delays: list[float] = field(default_factory=list)
    after_miss: list[float] = field(default_factory=list)

    def add(self, world: World, end: int, watched: Watched) -> None:
        self.looks += watched.looks
        self.live_days += (min(end, world.gone_at) - START) / DAY
        self.wrong_days += watched.wrongly_lost / DAY
        right = [alarm for alarm in watched.alarms if alarm[0] >= world.gone_at]
        self.true += len(right)
        self.false += len(watched.alarms) - len(right)
        for at, missed_at in right[:1]:
            self.delays.append((at - world.gone_at) / HOUR)
            self.after_miss.append((at - missed_at) / HOUR)
        # what went shortly before the end could not be known yet
        if world.gone_at < end - TIME_TO_TELL:
            self.removed += 1
            self.reported += watched.lost_at_end

    @property
    def share_true(self) -> float:
        return self.true / max(1, self.true + self.false)

    @property
    def recall(self) -> float:
        return self.reported / max(1, self.removed)

    @property
    def false_a_day(self) -> float:
        return self.false / max(1.0, self.live_days)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


#: A removal may wait a month for its look, and some days for its confirmation.
TIME_TO_TELL = 45 * DAY
DAILY = replace(DEFAULT_PLAN, normal_every=DAY, stable_every=DAY)
#: The same, but a 404 must last for a day, as any other miss must.
PATIENT = replace(DAILY, confirmations=Confirmations()._replace(page_gone=Confirmation(3, DAY)))
MONITORS: dict[str, Callable[[World, int], Watched]] = {
    "ours, daily": lambda world, end: ours(world, end, DAILY),
    "ours, daily, a day for a 404, too": lambda world, end: ours(world, end, PATIENT),
    "ours, own schedule": lambda world, end: ours(world, end, DEFAULT_PLAN),
    "first failed look": lambda world, end: rival(world, end, 1, readable_only=False),
    "two failed looks in a row": lambda world, end: rival(world, end, 2, readable_only=False),
    "first miss on a page that was read": lambda world, end: rival(world, end, 1, readable_only=True),
}


def simulate(links: int, days: int) -> dict[str, Score]:
    """All monitors over the same links."""
    scores = {name: Score() for name in MONITORS}
    end = START + days * DAY
    for number in range(1, links + 1):
        world = World(number, days * DAY)
        for name, watch in MONITORS.items():
            scores[name].add(world, end, watch(world, end))
    return scores


def rows(short: bool) -> list[Figure]:
    links, days = (400, 200) if short else (2_000, 365)
    scores = simulate(links, days)
    world = f"{links:,} links over {days} days"
    best = max(score.share_true for name, score in scores.items() if not _is_ours(name))
    figures = [
        Figure(
            f"{world}: alarms that are true, {name}",
            f"{score.share_true:.1%} of {score.true + score.false:,}",
            "more than every rival" if _is_ours(name) else "reported",
            not _is_ours(name) or score.share_true > best,
        )
        for name, score in scores.items()
    ]
    for name, score in scores.items():
        figures += _lines(name, score) if _is_ours(name) else []
    return figures


def _is_ours(name: str) -> bool:
    return name.startswith("ours")


def _lines(name: str, score: Score) -> list[Figure]:
    wrong = score.wrong_days / max(1.0, score.live_days)
    median, p95 = (f"{percentile(score.delays, share):.0f} h" for share in (0.5, 0.95))
    missed = percentile(score.after_miss, 0.95)
    strict = name == "ours, daily"
    return [
        Figure(
            f"{name}: false alarms per live link-day; share of those days called lost",
            f"{score.false_a_day:.4%}; {wrong:.4%}",
            "at most 0.1% each",
            score.false_a_day <= 0.001 and wrong <= 0.001,
        ),
        Figure(
            f"{name}: from a removal to its alarm, median and p95",
            f"{median}, {p95}",
            "p95 at most 26 h" if strict else "reported",
            not strict or percentile(score.delays, 0.95) <= 26,
        ),
        Figure(
            f"{name}: from the first look that missed it to the alarm, p95",
            f"{missed:.1f} h",
            "at most 26 h",
            missed <= 26,
        ),
        Figure(
            f"{name}: removals reported",
            f"{score.recall:.2%} of {score.removed:,}",
            "at least 99.5%",
            score.recall >= 0.995,
        ),
        Figure(
            f"{name}: looks per link and day",
            f"{score.looks / max(1.0, score.live_days):.2f}",
            "reported",
            True,
        ),
    ]


if __name__ == "__main__":
    show(rows("--short" in sys.argv))
