"""An hour of watching on loopback, every verdict compared with the truth.

    python -m bench.watching [--links 100000] [--minutes 60] [--short] [--processes 2] [--postgresql URL]

A farm of pages (`bench.watch.truth`), 20 on each of thousands of hosts, is watched by real monitor processes:
real fetches, child processes that read, evidence, a canary page, appointments, leases. Only the clock of
appointments runs faster, so that an hour covers weeks and confirmations really happen. Links go, come back,
change, hide, and servers refuse, fail, stall and lie in every way of the table.

Every request notes its moment, so the truth of each look is exact also for a page that changes while it is
fetched. Every look, every state and every event is compared (`bench.watch.judge`), then history is proven to
rebuild the present. Nothing leaves the machine: hosts are loopback addresses and no name is looked up.

Prints one line a minute on standard error, a table at the end; ends with 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bench.racing import Figure, show
from bench.watch import monitor
from bench.watch.judge import Judge
from bench.watch.truth import CANARY, DAY, SITE, Clock, FarmPage
from bench.watch.web import CANARY_TEXT
from linkstead.journey.upkeep import state_rule_of
from linkstead.profile import appointments, history, tallies
from linkstead.urls import domain_of
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.watch.judge import Score
    from linkstead.profile.store import Store

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Run:
    """What is watched.

    `speed` is farm seconds a second, `rate` the most pages a second over all processes, `every` the seconds
    between two looks at a link of middling value, `delay` the pause between two visits to a host.
    """

    links: int
    seconds: float
    speed: float
    rate: float
    processes: int = 1
    every: int = 11 * DAY
    delay: float = 0.01
    database: str = ""
    folder: Path | None = None

    @property
    def plan(self) -> str:
        """So few looks that a third of a core keeps up with a farm whose time flies."""
        return json.dumps({"changed_for": 0, "normal_every": self.every, "lost_every": 2 * DAY})

    @property
    def allowance(self) -> float:
        """So long may a removal go unnoticed: a long interval, the confirmation, a rest, writing."""
        return 1.1 * self.every + 3 * DAY + 10 * self.speed


LONG = Run(links=100_000, seconds=3_600, speed=600, rate=110, every=11 * DAY)
SHORT = Run(links=2_000, seconds=30, speed=24_000, rate=300, every=2 * DAY, delay=0.0)


@dataclass(slots=True)
class Usage:
    """What the monitors took: seconds of CPU by process id, peaks in megabytes by what a process is."""

    cpu: dict[int, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)

    def sample(self, processes: list[subprocess.Popen[str]]) -> None:
        for process in processes:
            try:
                mother = psutil.Process(process.pid)
                self._one(mother, "monitor")
                for child in mother.children(recursive=True):
                    self._one(child, "child")
            except psutil.NoSuchProcess:
                continue

    def _one(self, process: psutil.Process, what: str) -> None:
        times = process.cpu_times()
        self.cpu[process.pid] = times.user + times.system
        self.peaks[what] = max(self.peaks.get(what, 0.0), process.memory_info().rss / 1e6)


@contextmanager
def web(hits: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The farm's web and its port; it ends with its input."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.watch.web", str(hits)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(20)


def fill(store: Store, run: Run, port: int, now: int) -> tuple[int, dict[int, FarmPage]]:
    """A project with a link on each page; its id, and the pages by backlink."""
    project = new_project(store, SITE)
    store.execute("UPDATE project SET plan = ? WHERE id = ?", (run.plan, project))
    for start in range(0, run.links, 5_000):
        pages = [FarmPage(n) for n in range(start, min(start + 5_000, run.links))]
        merge(store, project, *(_sighting(page, port, now) for page in pages))
    rows = store.query("SELECT b.id, p.url FROM backlink b JOIN page p ON p.id = b.page_id")
    number = {f"http://{page.host}:{port}{page.path}": page for page in map(FarmPage, range(run.links))}
    return project, {backlink_id: number[url] for backlink_id, url in rows}


def _sighting(page: FarmPage, port: int, now: int) -> Any:  # noqa: ANN401 - as tests.profile_samples says it
    url = f"http://{page.host}:{port}{page.path}"
    told: dict[str, Any] = {"page_url": url, "page_domain": domain_of(url), "target_url": page.target}
    if page.is_new:
        told |= {"first_seen": now - 2 * DAY, "last_seen": now - DAY}
    return sighting(page.n + 1, **told)


def start(run: Run, clock: Clock, database: str, folder: Path, port: int) -> list[subprocess.Popen[str]]:
    """The monitor processes."""
    given = {
        "clock": asdict(clock),
        "database": database,
        "rate": run.rate / run.processes,
        "concurrency": 48,
        "delay": run.delay,
        "evidence": str(folder / "evidence"),
        "canary": f"http://{CANARY}:{port}/canary {CANARY_TEXT}",
    }
    return [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "bench.watch.monitor",
                json.dumps({**given, "holder": f"monitor{number}"}),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(run.processes)
    ]


def end(processes: list[subprocess.Popen[str]]) -> list[dict[str, int]]:
    """Ask the monitors to stop, each by its id; what they say."""
    for process in processes:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
    said = [process.communicate(timeout=120)[0] for process in processes]
    if any(process.returncode for process in processes):
        raise SystemExit(f"A monitor ended with {[process.returncode for process in processes]}.")
    return [json.loads(text.splitlines()[-1]) for text in said]


def watched(run: Run) -> list[Figure]:
    """The whole run."""
    with ExitStack() as stack:
        folder = run.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="linkstead-farm-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        hits = folder / "hits"
        hits.touch()
        process, port = stack.enter_context(web(hits))
        database = run.database or str(folder / "profile.sqlite3")
        store = monitor.opened(stack, database, new=True)
        begin = int(time.time())
        project, pages = fill(store, run, port, begin)
        clock = Clock(begin, time.monotonic(), run.speed, run.seconds * run.speed)
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(clock)) + "\n")
        process.stdin.flush()
        appointments.watch(store, project, on=True, now=begin)
        judge, usage = Judge(store, clock, hits, pages), Usage()
        monitors = start(run, clock, database, folder, port)
        try:
            _wait(run, clock, judge, usage, monitors)
        finally:
            said = end(monitors)
        took = time.monotonic() - clock.zero
        judge.settle(run.allowance)
        rebuilt = list(history.differences(store, project, state_rule=state_rule_of(store, project)))
        rebuilt += tallies.differences(store, project)
        return list(_figures(run, judge, usage, said, took, [*rebuilt, *_incidents(store)], folder, database))


def _wait(run: Run, clock: Clock, judge: Judge, usage: Usage, monitors: list[subprocess.Popen[str]]) -> None:
    """Until the time is over, with a word a minute."""
    told = 0.0
    while (here := time.monotonic() - clock.zero) < run.seconds:
        time.sleep(min(5.0, run.seconds - here))
        usage.sample(monitors)
        if any(process.poll() is not None for process in monitors):
            raise SystemExit("A monitor ended by itself.")
        if time.monotonic() - clock.zero - told >= 60:
            told = time.monotonic() - clock.zero
            judge.go_on()
            print(_progress(judge.score, usage, told, clock), file=sys.stderr, flush=True)


def _progress(score: Score, usage: Usage, seconds: float, clock: Clock) -> str:
    wrong = ", ".join(f"{count} {what}" for what, count in score.wrong.items()) or "nothing"
    first = f" ({score.told[0]})" if score.told else ""
    outcomes = ", ".join(f"{count:,} {word}" for word, count in score.outcomes.most_common())
    return (
        f"{seconds / 60:.0f} min, farm day {(clock.now() - clock.begin) / DAY:.1f}: {score.looks:,} looks"
        f" ({outcomes}), {score.unchanged:,} unchanged, {len(score.delays):,} losses, wrong: {wrong}{first};"
        f" CPU {sum(usage.cpu.values()) / seconds:.0%}, {max(usage.peaks.values(), default=0):.0f} MB"
    )


def _incidents(store: Store) -> list[str]:
    """The canary page answered all the time: any doubt was a false one."""
    return [f"a false doubt about the network: {row[0]}" for row in store.query("SELECT note FROM incident")]


def _size(place: Path) -> int:
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) if place.is_dir() else 0


def _figures(
    run: Run,
    judge: Judge,
    usage: Usage,
    said: list[dict[str, int]],
    took: float,
    rebuilt: list[str],
    folder: Path,
    database: str,
) -> Iterator[Figure]:
    score = judge.score
    for sentence in (*score.told, *rebuilt[:20]):
        print(sentence, file=sys.stderr)
    days = took * run.speed / DAY
    name = f"{run.links:,} links, {took / 60:.1f} min as {days:.1f} days, {run.processes} process(es)"
    counts = ", ".join(f"{count:,} {word}" for word, count in score.outcomes.most_common())
    yield Figure(f"{name}: looks", f"{score.looks:,} ({counts}), {score.looks / took:.0f} a second", "", True)
    unlooked, left = judge.unlooked(), judge.hits_left()
    yield Figure("links without a look", f"{unlooked:,}", "0", unlooked == 0)
    for what in ("verdict", "state", "present", "order", "unasked", "robots", "twice"):
        yield Figure(f"wrong: {what}", f"{score.wrong[what]:,}", "0", not score.wrong[what])
    for what in ("false event", "missing event", "false loss", "missed loss"):
        yield Figure(f"wrong: {what}", f"{score.wrong[what]:,}", "0", not score.wrong[what])
    told = ", ".join(f"{count:,} {kind}" for kind, count in score.events.most_common())
    yield Figure("events", told or "none", "reported", True)
    yield Figure("history and figures against the rows", f"{len(rebuilt)} differences", "0", not rebuilt)
    fenced = sum(one["fenced"] for one in said)
    yield Figure(
        "requests that no look came of; looks fenced off", f"{left}; {fenced}", "0; 0", not left + fenced
    )
    yield Figure("from a removal to its loss, farm hours", _spread(score.delays), "reported", True)
    yield Figure("from the first miss to the loss, farm hours", _spread(score.after_miss), "reported", True)
    share = score.unchanged / max(1, score.looks)
    again = f"{share:.1%}; {score.refetched:,} read anew for a header; {score.remade:,} looks made again"
    yield Figure("answered 304", again, "reported", True)
    profile = (
        0 if database.startswith("postgresql:") else sum(map(_length, Path(database).parent.glob("profile*")))
    )
    disk = f"{profile / 1e6:.1f} MB profile, {_size(folder / 'evidence') / 1e6:.1f} MB evidence"
    yield Figure("on disk", disk, "reported", True)
    peaks = ", ".join(f"{what} {peak:.0f} MB" for what, peak in usage.peaks.items())
    yield Figure("largest process", peaks, "reported", True)
    cpu = sum(usage.cpu.values())
    each = f"{cpu / took:.0%} of a core, {cpu / max(1, score.looks) * 1000:.2f} ms a look"
    yield Figure("CPU of the monitors with their children", each, "reported", True)


def _length(file: Path) -> int:
    return file.stat().st_size


def _spread(hours: list[float]) -> str:
    if not hours:
        return "none"
    late = sorted(hours)[int(len(hours) * 0.95)]
    return f"median {statistics.median(hours):.1f}, p95 {late:.1f}, of {len(hours):,}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Watch a farm of pages whose truth is known.")
    parser.add_argument("--short", action="store_true", help="2,000 links in half a minute")
    parser.add_argument("--links", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--speed", type=float, help="farm seconds a second")
    parser.add_argument("--rate", type=float, help="most pages a second, over all processes")
    parser.add_argument("--every", type=float, help="days between two looks at a link")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--postgresql", default="", metavar="URL", help="an empty database instead of SQLite")
    parser.add_argument("--folder", type=Path, help="keep everything here instead of throwing it away")
    said = parser.parse_args()
    usual = SHORT if said.short else LONG
    run = Run(
        links=said.links or usual.links,
        seconds=said.minutes * 60 if said.minutes else usual.seconds,
        speed=said.speed or usual.speed,
        rate=said.rate or usual.rate,
        every=int(said.every * DAY) if said.every else usual.every,
        delay=usual.delay,
        processes=said.processes,
        database=said.postgresql,
        folder=said.folder,
    )
    table = watched(run)
    show(table)
    return 0 if all(figure.ok for figure in table) else 1


if __name__ == "__main__":
    sys.exit(main())
