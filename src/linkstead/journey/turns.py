"""Whose turn it is: one page of each domain after another, never two of one domain at once.

A domain with 50,000 pages takes its turns like all others and holds nobody up: while it rests, the
places are given to domains that are ready.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Turns:
    """Pages in queues by domain, given out domain by domain with a rest after each."""

    def __init__(self, pages: Iterable[tuple[int, int]], *, rest: float) -> None:
        """`pages` are (page id, domain id), the worthiest first; `rest` in seconds."""
        self._waiting: dict[int, deque[int]] = {}
        for page_id, domain_id in pages:
            self._waiting.setdefault(domain_id, deque()).append(page_id)
        self.total = sum(map(len, self._waiting.values()))
        self._rest = rest
        self._ready: asyncio.Queue[int | None] = asyncio.Queue()
        for domain_id in self._waiting:
            self._ready.put_nowait(domain_id)

    async def take(self) -> tuple[int, int] | None:
        """(page id, domain id) of the next page, None when there is nothing more to do."""
        if not self._waiting:
            return None
        domain_id = await self._ready.get()
        pages = None if domain_id is None else self._waiting.get(domain_id)
        if domain_id is None or not pages:
            self._ready.put_nowait(None)  # the others who wait shall know it, too
            return None
        return pages.popleft(), domain_id

    def finished(self, domain_id: int) -> None:
        """The page that was taken is done: its domain rests, then is ready again."""
        if self._waiting.get(domain_id):
            loop = asyncio.get_running_loop()
            loop.call_later(self._rest, self._ready.put_nowait, domain_id)
        else:
            self._waiting.pop(domain_id, None)
            if not self._waiting:
                self._ready.put_nowait(None)

    def stop(self) -> None:
        """Give out nothing more."""
        self._waiting.clear()
        self._ready.put_nowait(None)
