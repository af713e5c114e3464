"""Between a running journey and its row: how far it is, and whether it should stop.

Both go through the work's own connection: inside an import's transaction nobody else could write.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from linkstead.server import stopping

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkstead.journey import Progress
    from linkstead.profile.store import Store
    from linkstead.server.tracking.stores import Fence

EVERY_SECONDS = 0.5


class Watch:
    """Hand `tell` and `should_stop` to a journey. `turn_over` may end a slice for another's sake."""

    def __init__(
        self,
        store: Store,
        fence: Fence,
        *,
        clock: Callable[[], float] = time.monotonic,
        turn_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._fence = fence
        self._clock = clock
        self._turn_over = turn_over
        self._told_at = self._asked_at = float("-inf")
        self._stop = False
        self.cancelled = False

    def tell(self, progress: Progress) -> None:
        """Note the progress in the run's row, at most twice a second."""
        if self._clock() - self._told_at < EVERY_SECONDS:
            return
        self._told_at = self._clock()
        self._store.execute(
            f"UPDATE {self._fence.table} SET step = ?, done = ?, total = ?, unit = ?, rows = ?, note = ?"  # noqa: S608 - names of our own
            " WHERE id = ? AND attempt = ?",
            (
                progress.step,
                progress.done,
                progress.total,
                progress.unit,
                progress.rows,
                progress.note,
                self._fence.row_id,
                self._fence.attempt,
            ),
        )

    def should_stop(self) -> bool:
        """Whether somebody cancelled, somebody else has the run, or this process ends."""
        if stopping.ASKED.is_set() or self._stop:
            return True
        if self._clock() - self._asked_at >= EVERY_SECONDS:
            self._asked_at = self._clock()
            self._stop = self._asked_to_stop()
        return self._stop

    def _asked_to_stop(self) -> bool:
        row = self._store.one(
            f"SELECT attempt, cancel_requested FROM {self._fence.table} WHERE id = ?",  # noqa: S608 - names of our own
            (self._fence.row_id,),
        )
        self.cancelled = row is not None and bool(row[1])
        return row is None or row[0] != self._fence.attempt or self.cancelled or self._turn_over()
