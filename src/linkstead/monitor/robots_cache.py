"""robots.txt files in memory: a day for those that were read, a short while for those that were not."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from linkstead.monitor.robots import (
    CACHE_SECONDS,
    RETRY_SECONDS,
    UNREACHABLE,
    RobotsFile,
    RobotsRules,
    rules_of,
    settled,
)

_MAX_ENTRIES: Final = 20_000
_MAX_CHARACTERS: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    """`file` is what counts, `last_good` the last one that could be read, times in monotonic seconds."""

    file: RobotsFile
    last_good: RobotsFile | None
    until: float
    failing_since: float | None
    failures: int


class RobotsCache:
    """By origin; the least recently used go first when there are too many."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._characters = 0

    def fresh(self, origin: str, now: float) -> RobotsRules | None:
        """The rules of an origin, or None when they must be fetched again."""
        entry = self._entries.get(origin)
        if entry is None or entry.until <= now:
            return None
        self._entries.move_to_end(origin)
        return rules_of(entry.file)

    def put(self, origin: str, file: RobotsFile, now: float) -> RobotsRules:
        """Remember what was fetched; gives the rules that count now."""
        entry = _next(self._entries.get(origin), file, now)
        self._drop(origin)
        self._entries[origin] = entry
        self._characters += _size(entry)
        while len(self._entries) > _MAX_ENTRIES or self._characters > _MAX_CHARACTERS:
            self._drop(next(iter(self._entries)))
        return rules_of(entry.file)

    def _drop(self, origin: str) -> None:
        entry = self._entries.pop(origin, None)
        if entry is not None:
            self._characters -= _size(entry)


def _next(old: _Entry | None, file: RobotsFile, now: float) -> _Entry:
    if file.kind != UNREACHABLE:
        return _Entry(file, file, now + CACHE_SECONDS, None, 0)
    last_good = None if old is None else old.last_good
    since = now if old is None or old.failing_since is None else old.failing_since
    failures = 1 if old is None else old.failures + 1
    wait = min(RETRY_SECONDS * 2.0 ** min(failures - 1, 10), CACHE_SECONDS)
    return _Entry(settled(file, last_good, now - since), last_good, now + wait, since, failures)


def _size(entry: _Entry) -> int:
    return len(entry.file.text) + (0 if entry.last_good is None else len(entry.last_good.text))
