"""Too many at once: two methods over daily counts, raced in bench/negative_seo.py.

`surprised`     the seven days that end today against the 26 weeks before: P(X >= count) under a negative
                binomial with a robust mean and dispersion (see `baseline`).
`accumulated`   NB-CUSUM: S = max(0, S + log-likelihood ratio of today's count under `SHIFT` times the mean),
                an alarm when S passes a limit. Slow rises add up; one odd day alone does not reach it.

Source: Höhle and Paul 2008, Count data regression charts for the monitoring of surveillance time series,
doi.org/10.1016/j.csda.2008.02.015.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from linkstead.quality.anomalies.anomaly import Anomaly, Kind
from linkstead.quality.anomalies.baseline import LEAST_WEEKS, SPAN, expected
from linkstead.quality.anomalies.tail import log_tail

if TYPE_CHECKING:
    from linkstead.quality.anomalies.baseline import Expected
    from linkstead.quality.anomalies.series import Series, type_bools, type_ints


class Limits(NamedTuple):
    """From when on a count is out of the ordinary.

    `surprise` is the largest probability, `times` the least multiple of the expected count, `least` the least
    count. `height` is the limit of the CUSUM. Chosen on seeds that the reported rates never saw.
    """

    surprise: float = 1e-3
    times: float = 2.5
    least: int = 5
    height: float = 5.0


#: Counts of links are wilder: one template brings hundreds.
DOMAIN_LIMITS: Final = Limits()
LINK_LIMITS: Final = Limits(surprise=1e-6, times=5.0, least=100)
#: Losses are few on an ordinary day, about 1.5% of all links a month.
LOSS_LIMITS: Final = Limits(surprise=1e-5, times=4.0, least=10)
#: The shift that the CUSUM waits for, as a multiple of the mean.
SHIFT: Final = 3.0
#: Alarms with fewer quiet days than this between them are one.
_ONE_RUN: Final = SPAN


class Run(NamedTuple):
    """Days of alarm that belong together, as places in the series: first, last and most surprising."""

    first: int
    last: int
    peak: int
    log_surprise: float


def surprised(past: Expected, limits: Limits = DOMAIN_LIMITS) -> list[Run]:
    """Runs of days whose last seven are more than the past lets one expect."""
    candidates = np.flatnonzero(
        (past.weeks >= LEAST_WEEKS)
        & (past.observed >= limits.least)
        & (past.observed >= limits.times * past.mean)
    ).tolist()
    logs = {day: log_tail(int(past.observed[day]), past.mean[day], past.size[day]) for day in candidates}
    return _runs({day: value for day, value in logs.items() if value <= log(limits.surprise)})


def accumulated(daily: type_ints, past: Expected, limits: Limits = DOMAIN_LIMITS) -> list[Run]:
    """Runs of days on which the CUSUM stands above its limit; it starts at 0 again behind each alarm."""
    mean = np.maximum(past.mean, 1e-9) / SPAN
    size = past.size / SPAN  # seven independent days of this size have the week's dispersion
    up = np.log(SHIFT) - np.log((size + SHIFT * mean) / (size + mean))
    gain = daily * up - size * np.log((size + SHIFT * mean) / (size + mean))
    enough = (past.weeks >= LEAST_WEEKS) & (past.observed >= limits.least)
    total, alarms = 0.0, {}
    for day, judged in enumerate((past.weeks >= LEAST_WEEKS).tolist()):
        total = max(0.0, total + gain[day]) if judged else 0.0
        if total > limits.height and enough[day]:
            alarms[day], total = -total, 0.0
    return _runs(alarms)


def _runs(logs: dict[int, float]) -> list[Run]:
    runs: list[Run] = []
    for day, value in logs.items():
        if runs and day - runs[-1].last <= _ONE_RUN:
            before = runs[-1]
            peak, best = (day, value) if value < before.log_surprise else (before.peak, before.log_surprise)
            runs[-1] = Run(before.first, day, peak, best)
        else:
            runs.append(Run(day, day, day, value))
    return runs


def begin_of(daily: type_ints, past: Expected, run: Run) -> int:
    """The place where a run's burst began: from there to its first alarm the excess is the largest."""
    places = range(max(0, run.first - SPAN + 1), run.first + 1)
    usual = 2 * past.mean[run.first] / SPAN
    excess = np.cumsum((daily[places.start : places.stop] - usual)[::-1])[::-1]
    return places.start + int(np.argmax(excess))


def burst_anomalies(series: Series, *, since: int, share: float = 1.0) -> list[Anomaly]:
    """Bursts of new referring domains and of new links that can be known on `since` (epoch day) or later.

    `share` divides the probability among the sources that are judged together.
    """
    found: list[Anomaly] = []
    for kind, limits in ((Kind.DOMAINS, DOMAIN_LIMITS), (Kind.LINKS, LINK_LIMITS)):
        daily = series.per_day(only_new=kind is Kind.DOMAINS)
        past = expected(daily, series.known)
        stricter = limits._replace(surprise=limits.surprise * share)
        found += [
            _anomaly(series, kind, daily, past, run)
            for run in surprised(past, stricter)
            if series.first + run.last >= since
        ]
    return found


def _anomaly(series: Series, kind: Kind, daily: type_ints, past: Expected, run: Run) -> Anomaly:
    first, last = series.first + begin_of(daily, past, run), series.first + run.last
    observed, usual = int(past.observed[run.peak]), float(past.mean[run.peak])
    within = (series.day >= first) & (series.day <= last)
    if kind is Kind.DOMAINS:
        within &= series.new
    return Anomaly(
        kind=kind,
        source=series.source,
        first=first,
        last=last,
        found_on=series.first + run.first,
        observed=observed,
        expected=round(usual, 2),
        surprise=float(np.exp(max(-700.0, run.log_surprise))),
        says=f"{observed:,} {kind} in seven days, where {usual:,.1f} were to be expected.",
        domains=domains_of(series, within),
    )


def domains_of(series: Series, rows: type_bools) -> tuple[str, ...]:
    """The referring domains of some rows, those with the most rows first, then by name."""
    numbers, counts = np.unique(series.domain[rows], return_counts=True)
    names = series.names["domain"]
    pairs = zip(numbers.tolist(), counts.tolist(), strict=True)
    return tuple(names[number] for number, _ in sorted(pairs, key=lambda pair: (-pair[1], names[pair[0]])))


def loss_anomalies(
    lost: type_ints, known: type_bools, looks: type_ints, *, first: int, since: int
) -> list[Anomaly]:
    """Sudden losses of referring domains, from daily counts of losses that our looks have confirmed.

    `lost` are domains with a confirmed loss per day, dated by the look that confirmed it; `looks` how many
    looks were made per day. A week with more looks than usual finds more losses: it may have as many more.
    """
    past = expected(lost, known)
    made = expected(looks, known)
    more = np.maximum(1.0, made.observed / np.maximum(made.mean, 1.0))
    adjusted = past._replace(mean=past.mean * more, size=past.size * more)
    return [
        _loss(adjusted, lost, run, first)
        for run in surprised(adjusted, LOSS_LIMITS)
        if first + run.last >= since
    ]


def _loss(past: Expected, lost: type_ints, run: Run, first: int) -> Anomaly:
    observed, usual = int(past.observed[run.peak]), float(past.mean[run.peak])
    return Anomaly(
        kind=Kind.LOSSES,
        source="our looks",
        first=first + begin_of(lost, past, run),
        last=first + run.last,
        found_on=first + run.first,
        observed=observed,
        expected=round(usual, 2),
        surprise=float(np.exp(max(-700.0, run.log_surprise))),
        says=f"{observed:,} domains with a confirmed loss in seven days, where {usual:,.1f} were to be"
        " expected.",
    )
