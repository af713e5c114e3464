"""Did this process stand still, or its clock go back?

A locked database or a suspended machine stops a process for a while. What waited for an answer then runs
out of its time though the answer may be there, and that is no fault of the site's: such a look is made once
more. A clock that goes back puts appointments off, and they are brought forward.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from linkstead.link import Outcome

if TYPE_CHECKING:
    from linkstead.journey.looking import Looked

_BEAT: Final = 0.25
#: A process that was late by less than this was only busy.
_STILL: Final = 1.0
#: A clock that is put right by less than this does no harm.
_CLOCK_SLACK: Final = 60
_NO_ANSWER: Final = (Outcome.UNREACHABLE, Outcome.UNREADABLE)


class Pulse:
    """Beats beside the work, and knows for how long it could not."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._missed = 0.0
        self._clock: tuple[int, float] | None = None

    async def run(self) -> None:
        """Until cancelled."""
        self._last = time.monotonic()
        while True:
            await asyncio.sleep(_BEAT)
            self._missed += self._late()
            self._last = time.monotonic()

    def missed(self) -> float:
        """Seconds for which this process stood still so far, each stop longer than a busy moment."""
        return self._missed + self._late()

    def clock_went_back(self, now: int) -> int:
        """By how many seconds the clock (epoch seconds) went back since the last time somebody asked."""
        before, self._clock = self._clock, (now, time.monotonic())
        if before is None:
            return 0
        back = round(before[0] + (self._clock[1] - before[1])) - now
        return back if back > _CLOCK_SLACK else 0

    def spoilt(self, looked: Looked, missed_before: float) -> bool:
        """Whether a look that got no good answer was made while this process stood still."""
        if self.missed() <= missed_before:
            return False
        return any(verdict.outcome in _NO_ANSWER for verdict in looked.verdicts)

    def _late(self) -> float:
        late = time.monotonic() - self._last - _BEAT
        return late if late > _STILL else 0.0
