"""The errands of a patrol: looks at the projects' own pages, the targets of all backlinks.

A project's own site is held by lease like any other host, so that nobody else visits it meanwhile.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.journey.targets import TARGETS_A_SITTING, TargetSitting
from linkstead.monitor.fetch import Fetcher
from linkstead.profile import hosts, targets
from linkstead.profile.appointments import WATCHED
from linkstead.progress import never, silent
from linkstead.urls import domain_of_host, identity_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.monitor.canary import NetworkWatch
    from linkstead.monitor.fetch import FetchSettings
    from linkstead.profile.store import Store
    from linkstead.progress import ProgressSink, StopAsked

#: Our user's own site may be asked a little faster than a stranger's (seconds), but not without end:
#: the most linked targets first (TARGETS_A_SITTING), the others are due in the next sitting.
OWN_SITE_DELAY: Final = 0.5
#: A target is looked at again after this time, and the project is asked for such targets this often.
TARGETS_AGAIN: Final = 6 * 86_400
NEXT_SITTING: Final = 86_400
_LOOK_FOR_ERRANDS: Final = 1.0


class Errand(NamedTuple):
    """A project whose own pages are to be looked at."""

    project_id: int
    site: str
    watching: int


def next_errand(store: Store, now: int) -> Errand | None:
    """The project that has waited longest for a look at its own pages."""
    row = store.one(
        "SELECT id, site, watching FROM project WHERE targets_due_at <= ?"
        " ORDER BY targets_due_at, id LIMIT 1",
        (now,),
    )
    return None if row is None else Errand(*row)


def put_off(store: Store, project_id: int, *, until: int | None) -> None:
    """When the project's own pages are looked at next."""
    store.execute("UPDATE project SET targets_due_at = ? WHERE id = ?", (until, project_id))


async def look_at_own_pages(
    store: Store,
    project_id: int,
    settings: FetchSettings,
    network: NetworkWatch | None,
    *,
    hooks: ErrandHooks,
    before: int,
) -> int:
    """Look at the targets of a project, and at its sitemaps where one fails; how many targets."""
    own = replace(settings, delay_seconds=min(OWN_SITE_DELAY, settings.delay_seconds))
    sitting = TargetSitting(store, project_id, hooks.now, network=network, sitemaps=own)
    async with Fetcher(own) as fetcher:
        return await sitting.run(
            fetcher,
            before=before,
            limit=TARGETS_A_SITTING,
            progress=hooks.progress,
            should_stop=hooks.should_stop,
        )


class ErrandHooks(NamedTuple):
    """Whom an errand asks and tells."""

    now: Callable[[], int]
    should_stop: StopAsked = never
    progress: ProgressSink = silent


class Errands:
    """Runs one errand after the other beside the looks of a patrol."""

    def __init__(
        self,
        store: Store,
        settings: FetchSettings,
        network: NetworkWatch | None,
        holder: str,
        hooks: ErrandHooks,
    ) -> None:
        self._store = store
        self._settings = settings
        self._network = network
        self._holder = holder
        self._hooks = hooks
        self._now = hooks.now
        self.busy = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            errand = next_errand(self._store, self._now())
            if errand is None or self._hooks.should_stop():
                await asyncio.sleep(_LOOK_FOR_ERRANDS)
                continue
            self.busy = True
            try:
                await self._run(errand)
            finally:
                self.busy = False

    def left(self) -> bool:
        """Whether an errand runs or waits."""
        return self.busy or next_errand(self._store, self._now()) is not None

    async def _run(self, errand: Errand) -> None:
        """Look at a project's own pages under the lease of its site, unless somebody else holds it."""
        store, name = self._store, domain_of_host(errand.site)
        lease = hosts.claim_one(store, self._holder, identity_key(name), name)
        if lease is None:
            put_off(store, errand.project_id, until=self._now() + 60)
            return
        looked = 0
        try:
            looked = await look_at_own_pages(
                store,
                errand.project_id,
                self._settings,
                self._network,
                hooks=self._hooks,
                before=self._now() - TARGETS_AGAIN,
            )
        finally:
            put_off(store, errand.project_id, until=self._next_sitting(errand))
            with store.transaction():
                given = hosts.Visited(0.0, None, looked, 0, None, None, None, None)
                hosts.release(store, self._holder, {lease: given})

    def _next_sitting(self, errand: Errand) -> int | None:
        if self._hooks.should_stop():
            return self._now()
        if errand.watching != WATCHED:
            return None
        doubtful = targets.doubtful_due_at(self._store, errand.project_id)
        usual = self._now() + NEXT_SITTING
        return usual if doubtful is None else max(self._now() + 60, min(doubtful, usual))
