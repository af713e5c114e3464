"""Verified: every target and every referring page looked at by ourselves, once, to the end.

What the command line does with the engine of `patrol`: what is due is made due now, and the patrol goes
until nothing is left. What was seen is written every few seconds, so that a stop loses next to nothing.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from linkstead.journey.errands import ErrandHooks, look_at_own_pages
from linkstead.journey.patrol import Hooks, Orders, Patrol, Tools
from linkstead.monitor.fetch import FetchSettings, run
from linkstead.profile import appointments, hosts
from linkstead.progress import ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkstead.profile.store import Store

#: A link looked at within this time is not due again in the same sitting.
RECHECK_AFTER: Final = 20 * 3_600


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to look at: what was not looked at for `recheck_after` seconds, at most `limit` pages.

    With `backlink_ids` exactly the pages of those links, due or not.
    """

    recheck_after: int = RECHECK_AFTER
    limit: int | None = None
    backlink_ids: Sequence[int] | None = None


@dataclass(slots=True)
class VerifyReport:
    """What a verification did.

    `left` pages were not looked at: `held` of them because their host has asked us to stay away for
    now, the others because somebody asked to stop. `in_doubt` says that our own network could not be
    believed, and how that shows.
    """

    pages: int = 0
    links: int = 0
    targets: int = 0
    events: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    left: int = 0
    held: int = 0
    stopped: bool = False
    in_doubt: str | None = None


def verify_links(
    store: Store,
    project_id: int,
    settings: FetchSettings,
    *,
    now: Callable[[], int] = lambda: int(time.time()),
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
    chosen: Chosen | None = None,
    tools: Tools | None = None,
) -> VerifyReport:
    """Look at every target and referring page that is due, or at those chosen.

    For a store that nobody else monitors at the same time: leases that a killed run left are taken over.
    """
    sitting = _Sitting(store, project_id, settings, now, progress, should_stop, tools or Tools())
    return run(sitting.run(chosen or Chosen()))


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One verification from its start to its end."""

    store: Store
    project_id: int
    settings: FetchSettings
    now: Callable[[], int]
    progress: ProgressSink
    should_stop: StopAsked
    tools: Tools

    async def run(self, chosen: Chosen) -> VerifyReport:
        before = self.now() - chosen.recheck_after
        targets = 0
        if chosen.backlink_ids is None:
            targets = await look_at_own_pages(
                self.store,
                self.project_id,
                self.settings,
                self.tools.network,
                hooks=ErrandHooks(self.now, self.should_stop, self.progress),
                before=before,
            )
        total = self._ask(before, chosen)
        orders = Orders(
            self.settings,
            f"run-{secrets.token_hex(8)}",
            idle_seconds=0.05,
            only=self.project_id,
            until_idle=True,
        )
        hooks = Hooks(self.now, self.progress, total, self.should_stop)
        patrol = Patrol(self.store, orders, self.tools, hooks)
        told = await patrol.run()
        left = appointments.left_of_project(self.store, self.project_id, now=self.now())
        return VerifyReport(
            pages=told.pages,
            links=told.links,
            targets=targets,
            events=told.events,
            outcomes=told.outcomes,
            left=left,
            held=0 if told.stopped else left,
            stopped=told.stopped,
            in_doubt=told.in_doubt,
        )

    def _ask(self, before: int, chosen: Chosen) -> int:
        store, project_id, here = self.store, self.project_id, self.now()
        with store.transaction():
            hosts.let_go_all(store)
            appointments.withdraw(store, project_id, run_id=None, now=here)
            if chosen.backlink_ids is not None:
                return appointments.ask_links(store, project_id, chosen.backlink_ids, run_id=None, now=here)
            if chosen.limit is not None:
                return appointments.ask_best(store, project_id, now=here, before=before, limit=chosen.limit)
            return appointments.ask_all(store, project_id, run_id=None, now=here, before=before)
