"""What a racer's process tree has used: CPU seconds and peak memory, its children's included."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import psutil


class Result(NamedTuple):
    """A racer's own report: seconds behind the warm-up, peak `memory` in MB by process, CPU by `parts`."""

    pages: int
    found: int
    links: int
    cpu: float
    wall: float
    memory: list[float]
    parts: dict[str, float]

    def tell(self) -> None:
        print(json.dumps(self), flush=True)


def cpu_by_process() -> list[float]:
    """User and system seconds of this process and of each child, this process first."""
    me = psutil.Process()
    tree = [me, *me.children(recursive=True)]
    return [times.user + times.system for times in (process.cpu_times() for process in tree)]


def peak_megabytes() -> list[float]:
    """VmHWM of this process and of each child (proc(5)), this process first."""
    me = psutil.Process()
    return [_peak(process.pid) for process in (me, *me.children(recursive=True))]


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1000 * 1.024 if found else 0.0
