"""A project under attack, for tests of the incidents that are found in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.link import Sighting
    from linkstead.server.projects.models import Project

DAY = 86_400
TODAY = int(time.time()) // DAY
HOSTILE = "=cmd()|casino <b>"


def link(number: int, ago: int, domain: str, anchor: str = "example", path: str = "") -> Sighting:
    from tests.profile_samples import sighting

    seen = (TODAY - ago) * DAY
    page = f"https://{domain}/{path or 'about-' + domain}"
    return sighting(number, page_url=page, anchor_text=anchor, first_seen=seen, last_seen=seen)


def arrivals(*begun: int) -> list[Sighting]:
    """Ten new domains a week for nine months, and bursts: 239 of one template within six days.

    `begun` is how many days ago each burst began (8, unless told otherwise).
    """
    lot = np.random.default_rng(1)
    quiet = [
        (ago, f"site{ago}-{number}.org") for ago in range(1, 280) for number in range(lot.poisson(10 / 7))
    ]
    usual = [link(number, *one) for number, one in enumerate(quiet, start=1)]
    return usual + [
        link(1_000 * (at + 1) + n, ago - n // 40, f"bad{at}-{n}.kr", HOSTILE, "all/938/13.html")
        for at, ago in enumerate(begun or (8,))
        for n in range(1, 240)
    ]


def bring_in(project: Project, rows: Iterable[Sighting]) -> None:
    """As one import, with the dates that it covers."""
    from linkstead.server.tracking.stores import profile_store
    from tests.profile_samples import merge

    with profile_store() as store:
        file = store.one(
            "INSERT INTO import_file (project_id, name, sha256, size, source, state, first_seen_min,"
            " first_seen_max, created_at) VALUES (?, 'a.csv', 'x', 1, 'ahrefs-backlinks', 'done', ?, ?, ?)"
            " RETURNING id",
            (project.pk, (TODAY - 280) * DAY, (TODAY - 1) * DAY, TODAY * DAY),
        )
        assert file is not None
        merge(store, project.pk, *rows, file_id=int(file[0]))


def searched(project: Project, ago: int = 0) -> dict[str, Any]:
    """What a search finds, made now or some days ago."""
    from linkstead.journey.incidents import keep_incidents
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        return keep_incidents(store, project.pk, now=int(time.time()) - ago * DAY)
