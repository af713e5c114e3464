"""All detectors over all sources of a site, and what is too thin to judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from linkstead.quality.anomalies.baseline import LEAST_WEEKS, SPAN
from linkstead.quality.anomalies.bursts import burst_anomalies, loss_anomalies
from linkstead.quality.anomalies.clusters import cluster_anomalies
from linkstead.quality.anomalies.incidents import Incident, incidents_of
from linkstead.quality.anomalies.mixes import mix_anomalies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.quality.anomalies.anomaly import Anomaly
    from linkstead.quality.anomalies.series import Series, type_bools, type_ints

LEAST_DAYS: Final = SPAN * (LEAST_WEEKS + 1)
LOOKS: Final = "our looks"


class Losses(NamedTuple):
    """Per day from `first` (epoch day) on: domains with a confirmed loss, days that count, looks made."""

    first: int
    lost: type_ints
    known: type_bools
    looks: type_ints


class Thin(NamedTuple):
    """A source that was not judged, and why in one sentence."""

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, what belongs to no incident, which sources were judged and which were too thin."""

    incidents: tuple[Incident, ...]
    asides: tuple[Anomaly, ...]
    judged: tuple[str, ...]
    thin: tuple[Thin, ...]
    left_out: dict[str, dict[str, int]]


def judge(all_series: Iterable[Series], site: str, *, since: int, losses: Losses | None = None) -> Judged:
    """Incidents that could first be known on `since` (epoch day) or later."""
    every = list(all_series)
    enough = [series for series in every if int(series.known.sum()) >= LEAST_DAYS]
    known_days = {series.source: int(series.known.sum()) for series in every}
    thin = [Thin(source, _too_short(days)) for source, days in known_days.items() if days < LEAST_DAYS]
    anomalies: list[Anomaly] = []
    for series in enough:
        anomalies += burst_anomalies(series, since=since, share=1 / len(enough))
        anomalies += mix_anomalies(series, since=since)
        anomalies += cluster_anomalies(series, site, since=since)
    if losses is not None and int(losses.known.sum()) >= LEAST_DAYS:
        anomalies += loss_anomalies(losses.lost, losses.known, losses.looks, first=losses.first, since=since)
    else:
        known = 0 if losses is None else int(np.sum(losses.known))
        thin.append(Thin(LOOKS, _too_short(known)))
    incidents, asides = incidents_of(anomalies)
    names = tuple(series.source for series in enough)
    left_out = {series.source: series.left_out for series in every if series.left_out}
    return Judged(incidents, asides, names, tuple(thin), left_out)


def _too_short(days: int) -> str:
    return f"{days:,} steady days are known, {LEAST_DAYS} are needed to know what is usual."
