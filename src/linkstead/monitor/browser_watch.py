"""The processes of one browser: what they use together, and how all of them end.

Chromium is a tree of some ten processes with sessions of their own, so a process group does not hold it.
What holds it is its ancestry: our child adopts every orphan (PR_SET_CHILD_SUBREAPER, prctl(2)), so that
whatever was started below it stays below it. Read from /proc (proc(5)); nothing else needs privileges.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
#: Processes may be born while others are killed: so many rounds, so far apart in seconds.
_ROUNDS: Final = 40
_PAUSE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a whole tree: bytes of private and shared memory, CPU seconds since its start, processes."""

    memory: int
    cpu: float
    processes: int


@dataclass(frozen=True, slots=True)
class _Process:
    """One line of /proc: `born` tells a process from a later one with the same number."""

    pid: int
    parent: int
    born: int
    ticks: int
    alive: bool


class Tree:
    """A process and everything below it. Used by one thread at a time."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._known: dict[int, int] = {}

    def usage(self) -> Usage:
        """What the tree uses now; zeros when it is gone."""
        found = self._members()
        memory = sum(_memory(process.pid) for process in found)
        cpu = sum(process.ticks for process in found) / _TICKS
        return Usage(memory, cpu, len(found))

    def kill(self) -> bool:
        """End every process of the tree, the root last, since it adopts the others; whether all are gone."""
        for number in range(_ROUNDS):
            found = self._members()
            if not found:
                return True
            below = [process.pid for process in found if process.pid != self._root]
            for pid in below or [self._root]:
                _kill(pid)
            time.sleep(_PAUSE * (number > 0))
        return False

    def _members(self) -> list[_Process]:
        """The living ones: all descendants of the root, and those that were seen as such before."""
        everybody = _everybody()
        ours = _descendants(everybody, self._root)
        ours |= {pid for pid, born in self._known.items() if _is_same(everybody.get(pid), born)}
        self._known = {pid: everybody[pid].born for pid in ours}
        return [everybody[pid] for pid in sorted(ours) if everybody[pid].alive]


def _is_same(process: _Process | None, born: int) -> bool:
    return process is not None and process.born == born


def _everybody() -> dict[int, _Process]:
    found = (_process(name) for name in os.listdir(_PROC) if name.isdigit())  # noqa: PTH208 - names only
    return {process.pid: process for process in found if process is not None}


def _process(name: str) -> _Process | None:
    try:
        text = (_PROC / name / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it ended meanwhile
        return None
    fields = text.rpartition(")")[2].split()  # a name may hold blanks and brackets
    ticks = sum(map(int, fields[11:15]))  # its own, and of children that it has waited for
    return _Process(int(name), int(fields[1]), int(fields[19]), ticks, fields[0] not in ("Z", "X"))


def _descendants(everybody: dict[int, _Process], root: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for process in everybody.values():
        children.setdefault(process.parent, []).append(process.pid)
    found, waiting = set(), [root] if root in everybody else []
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, ())
    return found


def _memory(pid: int) -> int:
    """Bytes of private and shared memory; mapped files (the program itself) are left out."""
    try:
        text = (_PROC / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    wanted = (line.split() for line in text.splitlines() if line.startswith(("RssAnon:", "RssShmem:")))
    return sum(int(line[1]) for line in wanted) * 1024


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # gone; or not ours, which a later round sees again
        return
