from __future__ import annotations

import math
from dataclasses import replace
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.link import LinkStatus, Outcome, Placement, Reason
from linkstead.monitor.plan import DAY, DEFAULT_PLAN, HOUR, LONGEST, Confirmation, Confirmations, WatchPlan
from linkstead.monitor.schedule import Standing, first_due, look_time, next_due, value_of
from linkstead.monitor.state import Past, state_after

NOW = 1_700_000_000
LONG_AGO = NOW - 91 * DAY
LIVE = Standing(LinkStatus.LIVE, NOW, 0, 0, NOW - 30 * DAY, 0.5)
patient = settings(deadline=None, max_examples=100)


def waits(standing: Standing, plan: WatchPlan = DEFAULT_PLAN, pages: int = 300) -> list[int]:
    """The waits of many pages that stand alike."""
    return [next_due([standing], plan, now=NOW, salt=salt) - NOW for salt in range(pages)]


@pytest.mark.parametrize(
    ("standing", "interval"),
    [
        (LIVE, 7 * DAY),
        (LIVE._replace(changed_at=NOW), DAY),
        (LIVE._replace(changed_at=NOW - 6 * DAY), DAY),
        (LIVE._replace(changed_at=NOW - 8 * DAY), 7 * DAY),
        (LIVE._replace(changed_at=NOW - 10 * DAY, born_at=NOW - 10 * DAY), DAY),
        (LIVE._replace(born_at=NOW - 15 * DAY), 7 * DAY),
        (LIVE._replace(changed_at=NOW - 180 * DAY), 14 * DAY),
        (LIVE._replace(changed_at=NOW - 2_000 * DAY), LONGEST / 1.1),
        (LIVE._replace(value=1.0), 3.5 * DAY),
        (LIVE._replace(value=0.0), 14 * DAY),
        (Standing(LinkStatus.LOST, NOW, 4, 0, NOW - DAY, 0.5), DAY),
        (Standing(LinkStatus.LOST, NOW, 4, 0, LONG_AGO, 0.5), LONGEST / 1.1),
        (Standing(LinkStatus.LOST, NOW, 4, 1, NOW - DAY, 0.5), LONGEST / 1.1),
    ],
)
def test_intervals_vary_by_a_tenth_around_the_plan(standing: Standing, interval: float) -> None:
    found = waits(standing)
    assert 0.9 * interval <= min(found) < 0.92 * interval
    assert 1.08 * interval < max(found) <= 1.1 * interval + 1
    assert mean(found) == pytest.approx(interval, rel=0.02)


@pytest.mark.parametrize(
    ("standing", "rung"),
    [
        (Standing(LinkStatus.IN_DOUBT, NOW, 1, 0, NOW, 0.5), 15 * 60),
        (Standing(LinkStatus.IN_DOUBT, NOW, 2, 0, NOW, 0.5), 105 * 60),
        (Standing(LinkStatus.IN_DOUBT, NOW, 3, 0, NOW, 0.5), 22 * HOUR),
        (Standing(LinkStatus.IN_DOUBT, NOW, 9, 0, NOW, 0.5), 22 * HOUR),
        # a link that comes and goes counts as live, and is looked for all the same
        (Standing(LinkStatus.LIVE, NOW, 1, 0, LONG_AGO, 0.5), 15 * 60),
        (Standing(LinkStatus.UNREACHABLE, NOW, 0, 1, NOW, 0.5), HOUR),
        (Standing(LinkStatus.UNREACHABLE, NOW, 2, 2, NOW, 0.5), 3 * HOUR),
        (Standing(LinkStatus.UNREACHABLE, NOW, 0, 3, NOW, 1.0), 12 * HOUR),
        (Standing(LinkStatus.UNREACHABLE, NOW, 0, 4, NOW, 0.0), DAY),
        (Standing(LinkStatus.UNREACHABLE, NOW, 0, 99, NOW, 0.5), 7 * DAY),
        (Standing(LinkStatus.BLOCKED, NOW, 0, 1, NOW, 0.5), DAY),
        (Standing(LinkStatus.BLOCKED, NOW, 1, 2, NOW, 0.5), 3 * DAY),
        (Standing(LinkStatus.BLOCKED, NOW, 0, 50, NOW, 0.5), 7 * DAY),
        (Standing(LinkStatus.UNREADABLE, NOW, 0, 2, NOW, 0.5), 7 * DAY),
        (Standing(LinkStatus.UNVERIFIED, NOW, 0, 0, NOW, 0.5), HOUR),
    ],
)
def test_rungs_are_never_cut_short(standing: Standing, rung: int) -> None:
    found = waits(standing)
    assert rung <= min(found) < 1.005 * rung
    assert 1.045 * rung < max(found) <= 1.05 * rung + 1


def test_a_page_is_due_when_the_first_of_its_links_is() -> None:
    doubtful = Standing(LinkStatus.IN_DOUBT, NOW, 1, 0, NOW, 0.5)
    alone = next_due([doubtful], DEFAULT_PLAN, now=NOW, salt=7)
    assert next_due([LIVE, doubtful, LIVE], DEFAULT_PLAN, now=NOW, salt=7) == alone


def test_a_page_without_links_is_due_in_thirty_days() -> None:
    assert next_due([], DEFAULT_PLAN, now=NOW, salt=7) == NOW + LONGEST


def test_a_host_that_asks_for_time_gets_it() -> None:
    doubtful = Standing(LinkStatus.IN_DOUBT, NOW, 1, 0, NOW, 0.5)
    asked = NOW + 7 * HOUR + 13
    assert next_due([doubtful], DEFAULT_PLAN, now=NOW, salt=7, retry_at=asked) == asked
    assert next_due([LIVE], DEFAULT_PLAN, now=NOW, salt=7, retry_at=asked) > asked
    assert next_due([LIVE], DEFAULT_PLAN, now=NOW, salt=7, retry_at=NOW + 9_000 * DAY) == NOW + LONGEST


@pytest.mark.parametrize("away", [3 * DAY, 3_000 * DAY])
def test_a_look_by_a_clock_that_was_ahead_puts_nothing_off(away: int) -> None:
    ahead = LIVE._replace(at=NOW + away, changed_at=NOW + away)
    assert next_due([ahead], DEFAULT_PLAN, now=NOW, salt=7) <= NOW + 1.1 * DAY + 1


def test_a_project_that_weighs_no_value_looks_at_all_links_alike() -> None:
    plan = replace(DEFAULT_PLAN, value_weight=0.0)
    assert waits(LIVE._replace(value=1.0), plan) == waits(LIVE._replace(value=0.0), plan)


times = st.integers(0, 2**40)
standings = st.builds(
    Standing,
    st.sampled_from(list(LinkStatus)),
    times,
    st.integers(0, 50),
    st.integers(0, 50),
    times,
    st.floats(0, 1),
    st.none() | times,
)


@patient
@given(
    st.lists(standings, max_size=5), times, st.integers(-(2**63), 2**63), st.none() | st.integers(0, 2**41)
)
def test_an_appointment_is_within_bounds_and_the_same_every_time(
    links: list[Standing], now: int, salt: int, retry_at: int | None
) -> None:
    due = next_due(links, DEFAULT_PLAN, now=now, salt=salt, retry_at=retry_at)
    assert isinstance(due, int)
    assert now + 60 <= due <= now + LONGEST
    assert retry_at is None or due >= min(retry_at, now + LONGEST)
    assert due == next_due(links[::-1], DEFAULT_PLAN, now=now, salt=salt, retry_at=retry_at)


@patient
@given(standings, st.floats(0, 1), times, st.integers(0, 2**40))
def test_a_more_valuable_link_is_never_looked_at_later(
    link: Standing, other: float, now: int, salt: int
) -> None:
    low, high = sorted((link.value, other))
    sooner, later = (
        next_due([link._replace(value=value)], DEFAULT_PLAN, now=now, salt=salt) for value in (high, low)
    )
    assert sooner <= later


# -- the way to a loss --------------------------------------------------------------------------------


def hours_to_a_loss(reason: Reason, salt: int, plan: WatchPlan = DEFAULT_PLAN) -> float:
    """From the first miss to the loss, where every appointment is kept to the second."""
    at, past = NOW, []
    while True:
        judged = state_after(past, Outcome.MISSING, reason, at, plan)
        if judged.state is LinkStatus.LOST:
            return (at - NOW) / HOUR
        past.append(Past(at, Outcome.MISSING, reason))
        standing = Standing(judged.state, at, judged.misses, judged.troubles, NOW, 0.5)
        at = next_due([standing], plan, now=at, salt=salt)


@pytest.mark.parametrize(
    "reason", [Reason.REMOVED, Reason.PAGE_GONE, Reason.PAGE_REDIRECTED, Reason.PARKED, Reason.SOFT_404]
)
def test_a_removed_link_is_lost_within_26_hours_of_the_first_miss(reason: Reason) -> None:
    hours = [hours_to_a_loss(reason, salt) for salt in range(500)]
    assert min(hours) >= 24
    assert max(hours) <= 26


@patient
@given(st.integers(2, 10), st.integers(0, 30 * DAY), st.integers(0, 2**40))
def test_a_project_that_asks_for_more_gets_its_loss_in_the_end(misses: int, seconds: int, salt: int) -> None:
    plan = WatchPlan(confirmations=Confirmations()._replace(removed=Confirmation(misses, seconds)))
    hours = hours_to_a_loss(Reason.REMOVED, salt, plan)
    assert seconds / HOUR <= hours <= seconds / HOUR + 24 + misses * 24


def test_the_ladder_of_the_unreachable_passes_the_week_after_which_somebody_is_told() -> None:
    at, troubles = NOW, 1
    while at - NOW < DEFAULT_PLAN.unreachable_event_after:
        standing = Standing(LinkStatus.UNREACHABLE, at, 0, troubles, NOW, 0.5)
        at, troubles = next_due([standing], DEFAULT_PLAN, now=at, salt=3), troubles + 1
    assert at - NOW < 8.5 * DAY


# -- new pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "within"), [(1, 1), (100, 36), (10_000, HOUR), (100_000, 10 * HOUR), (5_000_000, DAY)]
)
def test_new_pages_are_begun_at_ten_thousand_an_hour_and_within_a_day(count: int, within: int) -> None:
    dues = [first_due(NOW, salt, count) - NOW for salt in range(1_000)]
    assert 0 <= min(dues) <= 0.02 * within
    assert 0.98 * within - 1 <= max(dues) <= within


def test_new_pages_are_spread_evenly() -> None:
    dues = [first_due(NOW, salt, 1_000_000) - NOW for salt in range(24_000)]
    by_hour = [sum(1 for due in dues if due // HOUR == hour) for hour in range(24)]
    assert min(by_hour) > 850
    assert max(by_hour) < 1_150


def test_a_page_does_not_keep_to_one_hour_of_the_day() -> None:
    now, hours = NOW, set()
    for _ in range(200):
        now = next_due([LIVE._replace(at=now, changed_at=now - 30 * DAY)], DEFAULT_PLAN, now=now, salt=5)
        hours.add(now % DAY // HOUR)
    assert len(hours) == 24


def test_the_same_wish_of_the_same_page_varies_from_time_to_time() -> None:
    later = (LIVE._replace(at=NOW + n, changed_at=LIVE.changed_at + n) for n in range(50))
    found = {next_due([link], DEFAULT_PLAN, now=link.at, salt=5) - link.at for link in later}
    assert len(found) > 40


# -- moments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, NOW),
        (NOW - DAY, NOW),
        (NOW, NOW + 1),
        (NOW + 3 * DAY, NOW + 3 * DAY + 1),
        (NOW + 6 * DAY, NOW + 6 * DAY + 1),
        (NOW + 3_000 * DAY, NOW),
    ],
)
def test_moments_of_one_link_rise_unless_the_last_one_cannot_be_true(last: int | None, expected: int) -> None:
    assert look_time(NOW, last) == expected


# -- value --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "followed", "placement", "value"),
    [
        (100.0, True, "content", 1.0),
        (0.0, False, "footer", 0.025),
        (None, None, None, 0.5),
        (None, None, "nowhere", 0.5),
        (50.0, True, "content", 0.75),
        (200.0, True, "content", 1.0),
        (-5.0, True, "content", 0.5),
        (math.nan, None, None, 0.5),
        (math.inf, None, None, 0.5),
    ],
)
def test_the_value_of_a_link_is_a_sum_of_what_is_known(
    metric: float | None, followed: bool | None, placement: str | None, value: float
) -> None:
    assert value_of(metric, followed, placement) == pytest.approx(value)


def test_every_placement_has_a_value_and_the_content_the_highest() -> None:
    values = {place: value_of(None, None, place) for place in Placement}
    assert len(set(values.values())) >= 5
    assert max(values, key=lambda place: values[place]) is Placement.CONTENT
    assert min(values, key=lambda place: values[place]) is Placement.FOOTER


def test_a_valuable_link_is_looked_at_several_times_as_often_as_a_worthless_one() -> None:
    best = LIVE._replace(value=value_of(90.0, True, "content"))
    least = LIVE._replace(value=value_of(5.0, False, "footer"))
    assert mean(waits(least)) > 3 * mean(waits(best))
