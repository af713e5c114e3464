"""Watched for anomalies: a project's arrivals, dated by its sources, through all detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.journey.projects import site_of_project
from linkstead.profile import series as rows
from linkstead.quality.anomalies import Arrival, Import, Judged, Losses, judge, series_of, steady
from linkstead.quality.anomalies.baseline import SPAN, WEEKS
from linkstead.quality.anomalies.dating import SNAPSHOT, SNAPSHOT_SOURCES, UNDATED, Steady

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkstead.profile.store import Store
    from linkstead.quality.anomalies import Incident, Series
    from linkstead.quality.anomalies.series import type_bools, type_ints

#: How many weeks back incidents are looked for, unless told otherwise.
LOOKED_BACK: Final = 13
#: So many days without any look are a pause of the monitor.
_PAUSE: Final = 3


def find_anomalies(store: Store, project_id: int, *, now: int, weeks: int = LOOKED_BACK) -> Judged:
    """Incidents of the last `weeks` weeks before `now` (epoch seconds), and what is too thin to judge."""
    today = now // rows.DAY
    since = today - SPAN * weeks + 1
    # the weeks before the first judged one are what it is compared with
    read_from = since - SPAN * (WEEKS + 1)
    told = rows.told_per_day(store, project_id)
    imports = _imports(store, project_id)
    first_days = rows.first_days(store, project_id)
    every = [
        _series(
            store, project_id, source, _window(source, told[source], imports, today), first_days, read_from
        )
        for source in sorted(told)
    ]
    return judge(
        every, site_of_project(store, project_id), since=since, losses=_losses(store, project_id, read_from)
    )


def _imports(store: Store, project_id: int) -> dict[str, list[Import]]:
    imports: dict[str, list[Import]] = {}
    for file in rows.dated_files(store, project_id):
        imports.setdefault(file.source, []).append(Import(file.number, file.at, file.first, file.last))
    return imports


def _window(
    source: str, told: Mapping[tuple[int, int | None], int], imports: Mapping[str, list[Import]], today: int
) -> Steady:
    undated = sum(links for (_, day), links in told.items() if day is None)
    dated = {(number, day): links for (number, day), links in told.items() if day is not None}
    if source in SNAPSHOT_SOURCES:
        return Steady(0, -1, frozenset(), {SNAPSHOT: sum(dated.values()), UNDATED: undated})
    own = [each._replace(last=min(each.last, today)) for each in imports.get(source, [])]
    return steady(own, dated, undated)


def _series(
    store: Store,
    project_id: int,
    source: str,
    window: Steady,
    first_days: Mapping[str, int],
    read_from: int,
) -> Series:
    known = [day for day in window.known if day >= read_from]
    arrivals = _arrivals(store, project_id, source, known) if known else iter(())
    return series_of(arrivals, known, source=source, first_days=first_days, left_out=window.left_out)


def _arrivals(store: Store, project_id: int, source: str, known: list[int]) -> Iterator[Arrival]:
    days = frozenset(known)  # what lies on other days is in the window's counters already
    for row in rows.arrivals(store, project_id, source, since=min(known)):
        if row.day in days:
            yield Arrival(row.day, row.domain, _path(row.page_url), *row[3:])


def _path(url: str) -> str:
    """The path of a URL in normal form; parsing a million of them takes longer than all else."""
    return "/" + url.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2]


def _losses(store: Store, project_id: int, read_from: int) -> Losses | None:
    """Losses by our looks.

    A pause of the monitor is unknown, and so are the seven days behind it: what went is found in a heap.
    """
    looks = rows.looks_per_day(store, project_id)
    days = sorted(day for day in looks if day >= read_from - SPAN)
    if not days:
        return None
    first, length = days[0], days[-1] - days[0] + 1
    made = np.array([looks.get(first + place, 0) for place in range(length)], dtype=np.int64)
    lost = rows.losses_per_day(store, project_id)
    confirmed = np.array([lost.get(first + place, 0) for place in range(length)], dtype=np.int64)
    return Losses(first, confirmed, _awake(made), made)


def _awake(made: type_ints) -> type_bools:
    """Days that count: looks were made within any three days of the week before, and of the day itself."""
    recent = np.convolve(made > 0, np.ones(_PAUSE, dtype=np.int64))[: len(made)] > 0
    asleep = np.concatenate([np.ones(SPAN, dtype=np.int64), ~recent])
    awake: type_bools = np.convolve(asleep, np.ones(SPAN + 1, dtype=np.int64), mode="valid") == 0
    return awake


def evidence_of(store: Store, project_id: int, incident: Incident) -> Iterator[rows.EvidenceLink]:
    """Every link of an incident's domains that a source dates within it."""
    first = min(one.first for one in incident.anomalies)  # a template may have begun before its burst
    return rows.evidence_links(store, project_id, incident.domains, first=first, last=incident.last)
