"""How soon attacks are found, and how often nothing was wrong: our detectors against naive ones.

    python -m bench.negative_seo [--short]

All watch the same simulated sites day by day (`linkstead.quality.anomalies.simulation` says what is taken
from published cases and what is assumed). The rivals count new referring domains in the last seven days, as
ours do: one alarms at three times the week before (and five domains or more), one at the mean of 26 weeks and
three standard deviations. Limits were chosen on other seeds than these.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from bench.racing import Figure, show
from linkstead.quality.anomalies.rates import DETECTORS, SIZES, measure, measure_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.quality.anomalies.rates import Rates
    from linkstead.quality.anomalies.series import Series

SEED = 20_261_128
WEEK, WEEKS = 7, 26


def weeks(series: Series) -> np.ndarray:
    """New domains of the seven days that end on each day."""
    return np.convolve(series.per_day(only_new=True), np.ones(WEEK))[: series.days]


def alarms(series: Series, fires: Callable[[np.ndarray, int], bool]) -> list[int]:
    """First days of alarms; those within a week of each other are one."""
    counts, days = weeks(series), list[int]()
    last = -WEEK * 2
    for day in range(WEEK * (WEEKS + 1), series.days):
        if fires(counts, day):
            if day - last > WEEK:
                days.append(series.first + day)
            last = day
    return days


def three_times(series: Series) -> list[int]:
    return alarms(series, lambda counts, day: counts[day] >= max(5, 3 * counts[day - WEEK]))


def three_sigma(series: Series) -> list[int]:
    def fires(counts: np.ndarray, day: int) -> bool:
        past = counts[day - WEEK * WEEKS : day : WEEK]
        return bool(counts[day] >= 5 and counts[day] > past.mean() + 3 * past.std())

    return alarms(series, fires)


RIVALS = {"three times last week": three_times, "three sigma of 26 weeks": three_sigma}
#: From this size on the aim has to be met; smaller sites are reported.
JUDGED_FROM = 5.0


def figure(rates: Rates) -> Figure:
    found, false = rates.found, rates.false_alarms
    ours = rates.detector.startswith("incidents")
    size = "the four cases" if rates.weekly_mean is None else f"{rates.weekly_mean:g} domains a week"
    text = f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%}) within 7 days"
    ok = found.value >= 0.9
    if false is not None:
        text += f"; {false.value:.2f} ({false.low:.2f} to {false.high:.2f}) false a year"
        ok = ok and false.value <= 1.0
    judged = ours and (rates.weekly_mean is None or rates.weekly_mean >= JUDGED_FROM)
    return Figure(f"{size}: {rates.detector}", text, "90%; 1" if judged else "reported", ok or not judged)


def rows(short: bool) -> list[Figure]:
    sites = 10 if short else 200
    lot = np.random.default_rng(SEED)
    detectors = {**DETECTORS, **RIVALS}
    every = [*measure(lot, sites, detectors), *measure_cases(lot, max(2, sites // 10), detectors)]
    names = list(detectors)
    order = {size: place for place, size in enumerate((*SIZES, None))}
    every.sort(key=lambda each: (order[each.weekly_mean], names.index(each.detector)))
    return [figure(each) for each in every]


if __name__ == "__main__":
    show(rows("--short" in sys.argv))
