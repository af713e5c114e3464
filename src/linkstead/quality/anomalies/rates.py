"""How often detectors are right on simulated sites, with 95% intervals.

Detection is a share: Wilson's interval. False alarms are a count over site-years: Byar's approximation of the
exact Poisson interval. Each history has its own generator, spawned from the one passed in, so that every
detector sees the same sites.

Sources: Wilson 1927, doi.org/10.1080/01621459.1927.10502953; Rothman and Boice 1979 (Byar).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from linkstead.quality.anomalies.baseline import SPAN, expected
from linkstead.quality.anomalies.bursts import DOMAIN_LIMITS, accumulated, surprised
from linkstead.quality.anomalies.judging import judge
from linkstead.quality.anomalies.simulation import CASES, SITE, WARM_UP, YEAR, burst, history

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.random import Generator

    from linkstead.quality.anomalies.bursts import Limits
    from linkstead.quality.anomalies.series import Series

    #: the days (epoch days) on which a detector first knew of something
    Detector: TypeAlias = Callable[[Series], list[int]]

_Z: Final = 1.96
#: The sizes of sites: new referring domains a week.
SIZES: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0)
TIMES: Final = 5.0


class Rate(NamedTuple):
    """A rate with its 95% interval, and what it was counted from."""

    value: float
    low: float
    high: float
    hits: int
    of: float


@dataclass(frozen=True, slots=True)
class Rates:
    """One detector on sites of one size (None: the four cases together)."""

    detector: str
    weekly_mean: float | None
    found: Rate
    false_alarms: Rate | None


def wilson(count: int, of: int) -> Rate:
    """A share with its interval."""
    share = count / of
    middle, spread = share + _Z**2 / (2 * of), _Z * sqrt(share * (1 - share) / of + (_Z / (2 * of)) ** 2)
    below, above = ((middle + sign * spread) / (1 + _Z**2 / of) for sign in (-1, 1))
    return Rate(share, max(0.0, below), min(1.0, above), count, of)


def byar(count: int, years: float) -> Rate:
    """A count per year with its interval."""
    low = count * (1 - 1 / (9 * count) - _Z / (3 * sqrt(count))) ** 3 if count else 0.0
    more = count + 1
    high = more * (1 - 1 / (9 * more) + _Z / (3 * sqrt(more))) ** 3
    return Rate(count / years, low / years, high / years, count, years)


def by_surprise(series: Series, limits: Limits = DOMAIN_LIMITS) -> list[int]:
    """New domains in seven days, by their surprise."""
    daily = series.per_day(only_new=True)
    return [series.first + run.first for run in surprised(expected(daily, series.known), limits)]


def by_accumulation(series: Series, limits: Limits = DOMAIN_LIMITS) -> list[int]:
    """New domains a day, by NB-CUSUM."""
    daily = series.per_day(only_new=True)
    return [series.first + run.first for run in accumulated(daily, expected(daily, series.known), limits)]


def by_incidents(series: Series) -> list[int]:
    """Everything together, as `linkstead anomalies` says it."""
    judged = judge([series], SITE, since=WARM_UP)
    return [each.found_on for each in judged.incidents]


DETECTORS: Final[Mapping[str, Detector]] = {
    "surprise (negative binomial, 26 weeks)": by_surprise,
    "NB-CUSUM": by_accumulation,
    "incidents (all detectors together)": by_incidents,
}


def measure(
    lot: Generator, sites: int, detectors: Mapping[str, Detector] = DETECTORS, *, times: float = TIMES
) -> list[Rates]:
    """Rates of each detector on `sites` attacked and `sites` quiet site-years of each size.

    Quiet ones have viral weeks, denser exports and outages: every alarm in them is false.
    """
    return [
        rates
        for size in SIZES
        for rates in _of_size(lot, sites, size, detectors, times)
    ]  # fmt: skip


def _of_size(
    lot: Generator, sites: int, size: float, detectors: Mapping[str, Detector], times: float
) -> list[Rates]:
    found, alarms = dict.fromkeys(detectors, 0), dict.fromkeys(detectors, 0)
    for one in lot.spawn(sites):
        attacked = history(one, size, burst(times), events=False)
        quiet = history(one, size)
        for name, detector in detectors.items():
            found[name] += _in_time(detector(attacked.series), attacked.attacked)
            alarms[name] += sum(day >= WARM_UP for day in detector(quiet.series))
    years = sites * YEAR / 364
    return [Rates(name, size, wilson(found[name], sites), byar(alarms[name], years)) for name in detectors]


def measure_cases(lot: Generator, sites: int, detectors: Mapping[str, Detector] = DETECTORS) -> list[Rates]:
    """How often the four published cases are found within seven days of their first."""
    found = dict.fromkeys(detectors, 0)
    for one in lot.spawn(sites):
        for case, size in CASES:
            attacked = history(one, size, case, events=False)
            for name, detector in detectors.items():
                found[name] += _in_time(detector(attacked.series), attacked.attacked)
    return [Rates(name, None, wilson(found[name], sites * len(CASES)), None) for name in detectors]


def _in_time(days: list[int], attacked: int | None) -> bool:
    return attacked is not None and any(attacked <= day < attacked + SPAN for day in days)
