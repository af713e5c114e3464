"""New domains that have something in common that people who do not know each other do not share.

The same anchor text, or the same shape of path (`/all/#/#.html`, digits as `#`), on many domains that are new
within one week is a template. It is compared with the share of that text or shape among the new domains of
the 26 weeks before. A count so drawn is wilder than Poisson: variance twice the mean (our choice).

Low authority: the share of new domains that stand no higher, by the source's own metric, than the lowest
quarter of the domains before them. The age of a domain is not known here: no registry is asked.
"""

from __future__ import annotations

from math import exp, inf, log
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.quality.anomalies.anomaly import Anomaly, Kind, quoted
from linkstead.quality.anomalies.baseline import LEAST_WEEKS
from linkstead.quality.anomalies.bursts import domains_of
from linkstead.quality.anomalies.tail import log_tail
from linkstead.quality.anomalies.weeks import Week, weeks_of
from linkstead.quality.vocabulary import AnchorKind, anchor_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.quality.anomalies.series import Series, type_ints

#: Domains that share a text or a path; fewer are an agency or a syndicated article. Our choice.
LEAST_DOMAINS: Final = 8
LEAST_TIMES: Final = 5.0
LEAST_SURPRISE: Final = 1e-6
#: Anchors that strangers do share: a name, an address, "click here".
_NATURAL: Final = frozenset((AnchorKind.BRAND, AnchorKind.ADDRESS, AnchorKind.GENERIC, AnchorKind.EMPTY))
_LOW_SHARE: Final = 0.25
_LEAST_WITH_AUTHORITY: Final = 15
_LEAST_PAST: Final = 50


def cluster_anomalies(series: Series, site: str, *, since: int) -> list[Anomaly]:
    """Templates and low authority among the new domains of weeks from `since` (epoch day) on."""
    found: list[Anomaly] = []
    for week in weeks_of(series, since=since):
        if sum(len(rows) > 0 for rows in week.past) >= LEAST_WEEKS:
            past = np.concatenate(week.past)
            found += _shared(series, site, week, past)
            low = _low(series, week, past)
            found += [low] if low is not None else []
    return found


def _shared(series: Series, site: str, week: Week, past: type_ints) -> Iterator[Anomaly]:
    for word, kind in (("anchor", Kind.SAME_ANCHOR), ("shape", Kind.SAME_PATH)):
        column = series.columns[word]
        numbers, counts = np.unique(column[week.rows], return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            if number < 0 or count < LEAST_DOMAINS:
                continue
            text = series.names[word][number]
            if kind is Kind.SAME_ANCHOR and anchor_kind(text, site) in _NATURAL:
                continue
            before = int((column[past] == number).sum())
            usual = len(week.rows) * (before + 0.5) / (len(past) + 1)
            surprise = log_tail(count, usual, usual)
            if count >= LEAST_TIMES * usual and surprise <= log(LEAST_SURPRISE):
                yield _template(series, week, kind, column == number, (text, count, usual, surprise))


def _template(
    series: Series, week: Week, kind: Kind, same: np.ndarray, figures: tuple[str, int, float, float]
) -> Anomaly:
    text, count, usual, surprise = figures
    mask = np.zeros(len(series.day), dtype=np.bool_)
    mask[week.rows] = same[week.rows]
    what = "the anchor text" if kind is Kind.SAME_ANCHOR else "a page under"
    return Anomaly(
        kind=kind,
        source=series.source,
        first=week.first,
        last=week.last,
        found_on=week.last,
        observed=count,
        expected=round(usual, 2),
        surprise=exp(max(-700.0, surprise)),
        says=f"{count:,} of {len(week.rows):,} new domains share {what} {quoted(text)}; {usual:,.1f} would be"
        " usual.",
        domains=domains_of(series, mask),
        subject=text,
    )


def _low(series: Series, week: Week, past: type_ints) -> Anomaly | None:
    before, now = series.authority[past], series.authority[week.rows]
    before, known = before[~np.isnan(before)], ~np.isnan(now)
    if known.sum() < max(_LEAST_WITH_AUTHORITY, len(now) / 2) or len(before) < _LEAST_PAST:
        return None
    limit = float(np.quantile(before, _LOW_SHARE))
    low = known & (now <= limit)
    usual = float(known.sum() * (before <= limit).mean())
    count, surprise = int(low.sum()), log_tail(int(low.sum()), usual, inf)
    if surprise > log(LEAST_SURPRISE) or count * 2 < known.sum():
        return None
    mask = np.zeros(len(series.day), dtype=np.bool_)
    mask[week.rows[low]] = True
    return Anomaly(
        kind=Kind.LOW_AUTHORITY,
        source=series.source,
        first=week.first,
        last=week.last,
        found_on=week.last,
        observed=count,
        expected=round(usual, 2),
        surprise=exp(max(-700.0, surprise)),
        says=f"{count:,} of {int(known.sum()):,} new domains stand at {limit:g} or lower by the source's own"
        f" metric; {usual:,.1f} would be usual.",
        domains=domains_of(series, mask),
    )
