"""A week whose mix is another: anchor texts, top-level domains and languages of the new domains.

Two distributions p and q differ by the Jensen-Shannon divergence H((p + q) / 2) - (H(p) + H(q)) / 2, with the
entropy H in bits: 0 is alike, 1 has nothing in common. Few domains differ from the whole by chance, so that
the divergence of this week is compared with those that the earlier weeks had from the rest of them: by z, its
distance from their median in robust standard deviations. The surprise shown is Cantelli's bound 1 / (1 + z²),
which holds for any distribution and so is never too small.

Source: Lin 1991, Divergence measures based on the Shannon entropy, doi.org/10.1109/18.61115.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.quality.anomalies.anomaly import Anomaly, Kind, quoted
from linkstead.quality.anomalies.baseline import LEAST_WEEKS
from linkstead.quality.anomalies.bursts import domains_of
from linkstead.quality.anomalies.weeks import Week, weeks_of

if TYPE_CHECKING:
    from linkstead.quality.anomalies.series import Series, type_floats, type_ints

WORDS: Final = {"anchor": Kind.ANCHOR, "tld": Kind.TLD, "language": Kind.LANGUAGE}
#: Fewer new domains than this have no mix; our choice.
LEAST_DOMAINS: Final = 20
LEAST_PAST: Final = 50
LEAST_DIVERGENCE: Final = 0.3
LEAST_Z: Final = 6.0
#: No past is so steady that a smaller spread than this could be meant.
_LEAST_SPREAD: Final = 0.02
_MAD_TO_SIGMA: Final = 1.4826


def entropy(counts: type_floats) -> float:
    """H of a distribution, given as counts, in bits; 0 of nothing."""
    shares = counts[counts > 0] / counts.sum() if counts.any() else counts[:0]
    return float(-(shares * np.log2(shares)).sum())


def divergence(one: type_floats, other: type_floats) -> float:
    """The Jensen-Shannon divergence of two counts over the same words; 0 where one of them is empty."""
    if not one.any() or not other.any():
        return 0.0
    p, q = one / one.sum(), other / other.sum()
    return max(0.0, entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2)


def mix_anomalies(series: Series, *, since: int) -> list[Anomaly]:
    """Weeks from `since` (epoch day) on whose new domains bring another mix."""
    return [
        anomaly
        for week in weeks_of(series, since=since)
        for word in WORDS
        if (anomaly := _compare(series, week, word)) is not None
    ]


def _compare(series: Series, week: Week, word: str) -> Anomaly | None:
    column = series.columns[word]
    now = column[week.rows]
    past = [column[rows] for rows in week.past]
    now, past = now[now >= 0], [each[each >= 0] for each in past]
    spoken = [each for each in past if len(each)]
    if len(now) < LEAST_DOMAINS or len(spoken) < LEAST_WEEKS or sum(map(len, spoken)) < LEAST_PAST:
        return None
    counts = _counted([now, *spoken])
    whole = counts[1:].sum(axis=0)
    found = divergence(counts[0], whole)
    if found < LEAST_DIVERGENCE:
        return None
    usual = np.array([divergence(each, whole - each) for each in counts[1:]])
    middle = float(np.median(usual))
    spread = _MAD_TO_SIGMA * float(np.median(np.abs(usual - middle))) + _LEAST_SPREAD
    z = (found - middle) / spread
    return None if z < LEAST_Z else _anomaly(series, week, word, now, (found, middle, z, counts[0], whole))


def _counted(columns: list[type_ints]) -> type_floats:
    """A row of counts per column over the words that appear in any of them."""
    _, places = np.unique(np.concatenate(columns), return_inverse=True)
    width, ends = int(places.max()) + 1, np.cumsum([len(each) for each in columns])[:-1]
    return np.array([np.bincount(part, minlength=width) for part in np.split(places, ends)], dtype=np.float64)


def _anomaly(
    series: Series,
    week: Week,
    word: str,
    now: type_ints,
    figures: tuple[float, float, float, type_floats, type_floats],
) -> Anomaly:
    found, middle, z, counts, whole = figures
    names = series.names[word]
    numbers, times = np.unique(now, return_counts=True)
    order = sorted(zip(times.tolist(), numbers.tolist(), strict=True), key=lambda p: (-p[0], names[p[1]]))
    most = ", ".join(f"{quoted(names[number])} ({count:,})" for count, number in order[:3])
    kind = WORDS[word]
    says = (
        f"The {kind} of {len(now):,} new domains differ from the months before: divergence {found:.2f} of 1,"
        f" usual {middle:.2f}; entropy {entropy(counts):.1f} bits, before {entropy(whole):.1f}."
        f" Most of them: {most}."
    )
    top = week.rows[np.isin(series.columns[word][week.rows], [number for _, number in order[:3]])]
    mask = np.zeros(len(series.day), dtype=np.bool_)
    mask[top] = True
    return Anomaly(
        kind=kind,
        source=series.source,
        first=week.first,
        last=week.last,
        found_on=week.last,
        observed=round(found, 4),
        expected=round(middle, 4),
        surprise=1 / (1 + z * z),
        says=says,
        domains=domains_of(series, mask),
    )
