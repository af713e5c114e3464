"""F40: does one monitor process leak memory or files over very many fetches?

    python -m tests.faults.soak --minutes 20      # a nightly run; 4320 is the three days of the fault table

A patrol looks at a small web on loopback again and again: whenever all is looked at, its clock is moved by a
day. Once a second its resident memory (VmRSS) and its open files are read. After a warm-up of a third of the
time the memory's slope is estimated from the least value of each of ten equal parts (what a collection of
garbage frees now and then is no leak) by the median of all slopes between two of them (Theil 1950, Sen
1968), with the range in which nine in ten such slopes lie. Exit status 1 when memory grows by more than the
line (1 MiB an hour) also by the lower end of that range, when it grew by more than the noise of a young
process over the whole time, and when files grow in number.
"""

from __future__ import annotations

import argparse
import itertools
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from linkstead.profile.appointments import WATCHED
from linkstead.profile.store import open_workspace
from tests.faults import many_links

DAY: Final = 86_400
MIB: Final = 1 << 20
LINE: Final = 1.0  # MiB an hour
#: Growth below this (MiB) is no growth: an allocator keeps some pages more or less.
NOISE: Final = 4.0
#: As many descriptors more or less are connections in flight.
FILES_NOISE: Final = 24
_PARTS: Final = 10
#: A million fetches in all, as the fault table asks, but not slower or faster than this a second.
_FETCHES: Final = 1_000_000
_SLOWEST, _FASTEST = 4.0, 100.0


class Sample(NamedTuple):
    """What a process had at a moment (monotonic seconds): memory in bytes, open files."""

    at: float
    memory: int
    files: int


@dataclass(slots=True)
class Soaked:
    """What came of it. Slopes in MiB an hour; `files` is first and last median of the open files."""

    fetches: int
    slope: float
    low: float
    high: float
    grown: float
    files: tuple[float, float]
    died: str = ""
    over: list[str] = field(default_factory=list)


def sample(process: int) -> Sample:
    """Read /proc. Raises OSError when the process is gone."""
    status = Path(f"/proc/{process}/status").read_text()
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return Sample(time.monotonic(), memory * 1024, len(list(Path(f"/proc/{process}/fd").iterdir())))


def judged(samples: list[Sample], fetches: int) -> Soaked:
    """The slope of the memory and the number of files after the warm-up."""
    warm = samples[len(samples) // 3 :]
    size = max(1, len(warm) // _PARTS)
    parts = [warm[start : start + size] for start in range(0, size * _PARTS, size)]
    least = [min(part, key=lambda one: one.memory) for part in parts if part]
    slopes = sorted(
        (b.memory - a.memory) / MIB / max(b.at - a.at, 1e-9) * 3600
        for a, b in itertools.combinations(least, 2)
    )
    edge = len(slopes) // 20
    files = [statistics.median(one.files for one in part) for part in parts if part]
    grown = (least[-1].memory - least[0].memory) / MIB
    told = Soaked(
        fetches, statistics.median(slopes), slopes[edge], slopes[-1 - edge], grown, (files[0], files[-1])
    )
    if told.low > LINE and grown > NOISE:
        told.over.append(f"memory grows by more than {LINE:g} MiB an hour")
    if files[-1] - files[0] > FILES_NOISE:
        told.over.append("open files grow in number")
    return told


def soak(seconds: float, rate: float, *, count: int = 40, pages: int = 25) -> Soaked:
    """Let one monitor process look for so long, at most so many pages a second."""
    with tempfile.TemporaryDirectory() as name, many_links.web_of(count) as web:
        folder = Path(name)
        database, shift = folder / "site.sqlite3", folder / "shift"
        shift.write_text("0")
        with open_workspace(database) as store:
            start = int(time.time())
            project = many_links.fill(store, web, hosts_count=count, pages=pages, due_at=start)
            store.execute("UPDATE project SET watching = ? WHERE id = ?", (WATCHED, project))
            given = {"shift_file": str(shift), "rate": rate, "until_idle": False, "lease": 30}
            # SQLite fills its cache with the history, up to 112 MiB: that is no leak, but looks like one
            given["cache_kib"] = 2048
            process = many_links.start(str(database), "soak", evidence=str(folder / "evidence"), **given)
            samples: list[Sample] = []
            ahead, until = 0, time.monotonic() + seconds
            try:
                while time.monotonic() < until and process.poll() is None:
                    time.sleep(min(1.0, seconds / 30))
                    samples.append(sample(process.pid))
                    (due,) = store.query("SELECT min(due_at) FROM page")[0]
                    if due > start + ahead + (time.monotonic() - until + seconds):
                        ahead += DAY
                        shift.write_text(str(ahead))
                    web.hits.clear()
                    web.accepted.clear()
            finally:
                process.send_signal(signal.SIGTERM)
                died = _end(process)
            (fetches,) = store.query("SELECT count(*) FROM look")[0]
    told = judged(samples, int(fetches))
    told.died = died
    if died:
        told.over.append("the process died")
    return told


def _end(process: subprocess.Popen[str]) -> str:
    """Its last words, where it did not end well."""
    try:
        errors = process.communicate(timeout=60)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        errors = process.communicate()[1]
    return "" if process.returncode == 0 else errors[-2000:] or str(process.returncode)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--rate", type=float, help="pages a second (default: a million in all, 4 to 100)")
    given = parser.parse_args(arguments)
    seconds = given.minutes * 60
    rate = given.rate or min(max(_FETCHES / seconds, _SLOWEST), _FASTEST)
    told = soak(seconds, rate)
    print(
        f"{told.fetches:,} fetches in {given.minutes:g} min; memory {told.slope:+.2f} MiB/h"
        f" (nine in ten from {told.low:+.2f} to {told.high:+.2f}), {told.grown:+.2f} MiB in all after the"
        f" warm-up; open files {told.files[0]:g}, then {told.files[1]:g}"
    )
    for what in told.over:
        print(f"over the line: {what}")
    if told.died:
        print(told.died)
    return 1 if told.over else 0


if __name__ == "__main__":
    sys.exit(main())
