"""Simulated sites and attacks: how often the detectors are right, and how soon.

A site's new domains per day are Poisson around mean · trend · day of the week · holidays · a gamma factor per
week. The factor's variance makes weekly counts over-dispersed: 2 times the mean (assumed), and never a
relative spread under 15%. Some years have a viral week (3 to 8 times the usual, ordinary links), a denser
export (the last months told more fully), or an outage of the source with all its days told at once behind it.

Attacks are bursts of k times the weekly mean within seven days, mean included, or the four published cases
(Superb Digital 2015, edit.co.uk, Jellyfish, Eliavos). Their totals are published; how many domains the links
came from, and the size of the site before, are assumed where nobody said so (see CASES).

Everything random comes from the generator that is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from linkstead.quality.anomalies.baseline import SPAN
from linkstead.quality.anomalies.dating import OUTSIDE, SETTLING, Import, steady
from linkstead.quality.anomalies.series import MIXED, Series

if TYPE_CHECKING:
    from numpy.random import Generator

    from linkstead.quality.anomalies.series import type_floats, type_ints

#: A history: what settles, 27 weeks to learn from, and the judged year.
WARM_UP: Final = SETTLING + 27 * SPAN
YEAR: Final = 364
SITE: Final = "example.com"
#: Share of site-years with each event (assumed).
VIRAL, DENSER, OUTAGE = 0.3, 0.3, 0.3
_RHYTHM: Final = np.array([1.15, 1.2, 1.15, 1.1, 1.0, 0.7, 0.7])
_SPREAD: Final = 0.15
_DISPERSION: Final = 2.0


class Attack(NamedTuple):
    """Extra new domains within so many days, links per domain, and whether they carry one anchor and suffix.

    `times` above 0 stands for a number of domains: with them a week holds so many times the site's mean.
    """

    name: str
    domains: int
    days: int
    links: int = 1
    marked: bool = False
    times: float = 0.0


#: The four cases, with the weekly mean of the site before the attack (assumed where not published).
CASES: Final[tuple[tuple[Attack, float], ...]] = (
    # 196 links before, 12,914 after; assumed: four links a domain, most of them within a week
    (Attack("Superb Digital", 3_200, 7, 4, marked=True), 2.0),
    # more than 2,000 new domains in a month, which doubled the profile; pornographic anchors, .kr and .ru
    (Attack("edit.co.uk", 2_000, 30, 1, marked=True), 10.0),
    # 1,700 links in a month after two quiet ones; assumed: four links a domain
    (Attack("Jellyfish", 425, 30, 4), 3.0),
    # 600,000 links; assumed: 200 a domain, within a month
    (Attack("Eliavos", 3_000, 30, 200, marked=True), 20.0),
)


@dataclass(frozen=True, slots=True)
class History:
    """A simulated series and what happened in it, as epoch days; None where it did not."""

    series: Series
    judged_from: int
    attacked: int | None
    viral: int | None


def history(
    lot: Generator, weekly_mean: float, attack: Attack | None = None, *, events: bool = True
) -> History:
    """One site over a year behind its warm-up; an attack begins on a random day of the year's middle."""
    days = WARM_UP + YEAR
    trend = np.exp(lot.normal(0, 0.4) * (np.arange(days) - WARM_UP) / 365)
    rate = _rate(lot, weekly_mean, trend)
    viral = _viral(lot, rate) if events and lot.random() < VIRAL else None
    daily = lot.poisson(rate).astype(np.int64)
    if events and lot.random() < OUTAGE:
        _outage(lot, daily)
    known = _known(lot, daily) if events and lot.random() < DENSER else np.arange(days) >= SETTLING
    attacked = None
    extra = np.zeros(days, dtype=np.int64)
    if attack is not None:
        attacked = int(lot.integers(WARM_UP + 60, days - 40))
        extra[attacked : attacked + attack.days] = _extra(lot, attack, weekly_mean * trend[attacked])
    return History(_series(lot, daily, extra, attack, known), WARM_UP, attacked, viral)


def burst(times: float) -> Attack:
    """The attack that makes seven days hold `times` the weekly mean of that time, ordinary links included."""
    return Attack(f"{times:g} times the weekly mean", 0, SPAN, times=times)


def _extra(lot: Generator, attack: Attack, weekly_mean: float) -> type_ints:
    """The attack's new domains per day."""
    domains = max(1, round((attack.times - 1) * weekly_mean)) if attack.times else attack.domains
    extra: type_ints = lot.multinomial(domains, np.full(attack.days, 1 / attack.days)).astype(np.int64)
    return extra


def _rate(lot: Generator, weekly_mean: float, trend: type_floats) -> type_floats:
    """The expected count per day."""
    days = len(trend)
    shape = min(weekly_mean / (_DISPERSION - 1), 1 / _SPREAD**2)
    weeks = lot.gamma(shape, 1 / shape, days // SPAN + 1)
    rate: type_floats = weekly_mean / SPAN * trend * np.repeat(weeks, SPAN)[:days]
    rate *= np.resize(_RHYTHM, days)
    for start in (90, 90 + 364):  # two weeks of holidays a year
        rate[start : start + 14] *= 0.4
    return rate


def _viral(lot: Generator, rate: type_floats) -> int:
    start = int(lot.integers(WARM_UP, len(rate) - 14))
    rate[start : start + 10] *= 1 + (lot.uniform(3, 8) - 1) * np.exp(-np.arange(10) / 5)
    return start


def _outage(lot: Generator, daily: type_ints) -> None:
    start, length = int(lot.integers(WARM_UP, len(daily) - 14)), int(lot.integers(2, 8))
    missed = int(daily[start : start + length].sum())
    daily[start : start + length] = 0
    daily[start + length] += missed


def _known(lot: Generator, daily: type_ints) -> np.ndarray:
    """A larger export: the months before it are told several times as fully. What `dating` makes of that."""
    at, months, more = int(lot.integers(WARM_UP, len(daily))), int(lot.integers(3, 7)), lot.uniform(2, 4)
    first = max(0, at - 30 * months)
    added = lot.poisson(daily[first:at] * (more - 1)) + (lot.random(at - first) < 0.1)
    told = {(1, day): int(count) for day, count in enumerate(daily.tolist())}
    told |= {(2, first + place): int(count) for place, count in enumerate(added.tolist())}
    daily[first:at] += added
    daily[at:] = lot.poisson(daily[at:] * more)
    told |= {(3, day): int(daily[day]) for day in range(at, len(daily))}
    imports = (
        Import(1, at - 1, 0, at - 1),
        Import(2, at, first, at - 1),
        Import(3, len(daily), at, len(daily) - 1),
    )
    window = steady(imports, told)
    return np.isin(np.arange(len(daily)), list(window.known))


def _series(
    lot: Generator, daily: type_ints, extra: type_ints, attack: Attack | None, known: np.ndarray
) -> Series:
    """Columns as `series_of` makes them, with drawn anchors, suffixes, languages and shapes of paths."""
    day = np.concatenate([np.repeat(np.arange(len(daily)), each) for each in (daily, extra)])
    ours = np.arange(len(day)) < daily.sum()
    bad = ~ours & (attack is not None and attack.marked)
    # a long tail of words; number 0 is what a marked attack brings
    columns = {word: np.minimum(lot.zipf(1.5, len(day)), 400) for word in MIXED}
    for column in columns.values():
        column[bad] = 0
    columns["shape"][ours & (lot.random(len(day)) < 0.8)] = -1
    sitewide = 1 + 30 * (lot.random(len(day)) < 0.01)
    ordinary = np.minimum(lot.geometric(0.5, len(day)) * sitewide, 300)
    links = np.where(ours, ordinary, attack.links if attack else 1)
    authority = np.where(bad, lot.uniform(0, 5, len(day)), lot.gamma(2, 12, len(day)))
    kept = known[day]
    rows = np.repeat(np.flatnonzero(kept), links[kept])
    rows = rows[np.argsort(day[rows], kind="stable")]
    new = np.concatenate([[True], rows[1:] != rows[:-1]]) if len(rows) else np.zeros(0, dtype=np.bool_)
    whole = np.flatnonzero(known)
    first, last = (int(whole[0]), int(whole[-1])) if len(whole) else (0, -1)
    names = {word: ("casino bonus", *(f"{word} {number}" for number in range(1, 401))) for word in MIXED}
    return Series(
        source="simulated",
        first=first,
        last=last,
        known=known[first : last + 1],
        day=day[rows],
        domain=rows,
        new=new,
        authority=authority[rows],
        columns={word: column[rows] for word, column in columns.items()},
        names={**names, "domain": tuple(f"site{number}.example" for number in range(len(day)))},
        left_out={OUTSIDE: int((~kept).sum())},
    )
