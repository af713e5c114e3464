"""Verifying pages, raced against a crawler and a link checker: `python -m bench.verifying [--short]`.

    --https --hosts 5000 --pages-per-host 1 --concurrency 256 --processes 1 --rounds 3
    --peers engine,scrapy,scrapy-css,lychee

Everybody asks the same hosts of the same web on loopback (`bench.web`): 5,000 registrable domains, each
on an address of its own, 22 to 56 KB a page. What counts is CPU time, user and system, of a racer with
all its child processes; the web runs in a process that is not counted, on another core where there is one.

* Ours asks robots.txt of every host, with the address guard on; reads and judges each page in a child
  process, all by `journey.looking` as it is, certificates checked. What is left out is the database, and
  the pause between two visits to a host.
* `engine` is the same with everything that is written: `journey.patrol` on a SQLite profile, one link a
  page, evidence left out.
* `scrapy` obeys robots.txt too, and extracts the same facts of the same links with lxml (`bench.page`), at
  its fastest settings (`bench.web.scrapy_spider`), certificates checked. It judges nothing but whether the
  link is there. `scrapy-css` extracts less: address, anchor text and rel by selectors.
* `lychee` asks for the pages by GET and looks at the status: no robots.txt, no page read, no link facts.
  It has no resolver of its own, so it gets addresses in place of names; certificates name those, too.

A tenth of the hosts warms up ours and Scrapy and is not measured; lychee's start is measured by a run on
one page and taken off. Rounds are interleaved. A racer that fetched or found less than the others ends the
race. Peers that are not installed are left out with a word.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.racing import Figure, show
from bench.web.measuring import Result
from bench.web.names import Plan
from bench.web.pages import VARIANTS, expected

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
#: How many times Scrapy's pages per CPU second we mean to reach; how much of lychee's CPU we may need.
AT_LEAST = {"http": 8.0, "https": 4.0}
LYCHEE_AT_MOST = 4.0
MEMORY_MB = 150.0
MEMORY_CONCURRENCY = 256
PEERS = ("engine", "scrapy", "scrapy-css", "lychee")


@dataclass(frozen=True, slots=True)
class Race:
    """What is raced over: `processes` of each racer share the hosts, and each has `concurrency` at once."""

    hosts: int
    pages_per_host: int
    concurrency: int
    processes: int
    rounds: int
    https: bool
    peers: tuple[str, ...]

    @property
    def scheme(self) -> str:
        return "https" if self.https else "http"

    def plans(self, port: int, ca: str) -> list[Plan]:
        """One plan for each process."""
        share = self.hosts // self.processes
        return [
            Plan(
                port,
                ca,
                n * share,
                (n + 1) * share,
                share // 10,
                self.pages_per_host,
                self.concurrency,
                VARIANTS,
            )
            for n in range(self.processes)
        ]


@contextmanager
def web(race: Race) -> Iterator[tuple[int, int, str]]:
    """The load web in its own process: port, port for counts, and the authority's file for https."""
    with tempfile.TemporaryDirectory(prefix="linkstead-bench-") as folder:
        ca = ""
        if race.https:
            from bench.web import certificates

            ca = str(certificates.make(Path(folder), race.hosts))
        command = [sys.executable, "-m", "bench.web.server", str(race.hosts), *([folder] if ca else [])]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _on_core(process.pid, -1)
            ports = json.loads(process.stdout.readline())
            yield ports[race.scheme], ports["http"], ca
        finally:
            process.stdin.close()
            process.wait(30)


def _on_core(pid: int, which: int) -> None:
    """Keep a process on one of our cores, the first (0) or the last (-1), where the system can."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(pid, {cores[which]})


def counts(port: int) -> dict[str, int]:
    """How many pages and robots.txt the web was asked for since the last time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/counts")
    told: dict[str, int] = json.loads(connection.getresponse().read())
    connection.close()
    return told


def run(module: list[str], plans: list[Plan]) -> Result:
    """Run one process for each plan at the same time and add up what they report."""
    environment = dict(os.environ) | ({"SSL_CERT_FILE": plans[0].tls} if plans[0].tls else {})
    # preexec_fn is safe here: this process has no threads
    running = [
        subprocess.Popen(
            [sys.executable, "-m", module[0], json.dumps(plan), *module[1:]],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=(lambda: _on_core(0, 0)) if len(plans) == 1 else None,  # noqa: PLW1509
        )
        for plan in plans
    ]
    told = []
    for process in running:
        out, err = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{module[0]} ended with {process.returncode}: {err[-2000:]}")
        told.append(Result(*json.loads(out.strip().splitlines()[-1])))
    return _sum(told)


def _sum(told: list[Result]) -> Result:
    return Result(
        pages=sum(result.pages for result in told),
        found=sum(result.found for result in told),
        links=sum(result.links for result in told),
        cpu=sum(result.cpu for result in told),
        wall=max(result.wall for result in told),
        memory=[peak for result in told for peak in result.memory],
        parts={part: sum(result.parts[part] for result in told) for part in told[0].parts},
    )


def ours(plans: list[Plan]) -> Result:
    return run(["bench.web.ours"], plans)


def engine(plans: list[Plan]) -> Result:
    return run(["bench.web.ours", "engine"], plans)


def scrapy(plans: list[Plan]) -> Result:
    return run(["bench.web.scrapy_spider", "full"], plans)


def scrapy_css(plans: list[Plan]) -> Result:
    return run(["bench.web.scrapy_spider", "css"], plans)


def lychee(plans: list[Plan]) -> Result:
    """One run over the hosts of all plans; it uses the cores that it is given by itself."""
    urls = [url for plan in plans for url in plan.urls(plan.first + plan.warm, plan.last, by_address=True)]
    start = _lychee(urls[:1], plans[0], len(plans))[0]
    cpu, wall, found = _lychee(urls, plans[0], len(plans))
    return Result(found, found, 0, cpu - start, wall, [], {})


def _lychee(urls: list[str], plan: Plan, processes: int) -> tuple[float, float, int]:
    """(CPU seconds, wall seconds, pages with a good status)."""
    with tempfile.TemporaryDirectory(prefix="linkstead-bench-") as folder:
        listed = Path(folder, "pages.txt")
        listed.write_text("\n".join(urls) + "\n", encoding="ascii")
        command = [
            str(Path(sys.executable).with_name("lychee")), "--no-progress", "--format", "json",
            "--method", "get",
            "--max-concurrency", str(plan.concurrency), "--max-retries", "0", "--threads", str(processes),
            str(listed),
        ]  # fmt: skip
        environment = dict(os.environ) | ({"SSL_CERT_FILE": plan.tls} if plan.tls else {})
        began, before = time.perf_counter(), os.times()
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, cwd=folder, check=False
        )
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return cpu, time.perf_counter() - began, json.loads(done.stdout)["successful"]


RACERS = {"ours": ours, "engine": engine, "scrapy": scrapy, "scrapy-css": scrapy_css, "lychee": lychee}


def missing(peer: str) -> str | None:
    """Why a peer cannot take part, in one sentence; None when it can."""
    if peer == "engine":
        return None
    there = (
        Path(sys.executable).with_name("lychee").exists()
        if peer == "lychee"
        else importlib.util.find_spec("scrapy") is not None
    )
    return None if there else f"skipped: {peer} is not installed; `pip install linkstead[bench]` brings it"


def race_all(race: Race) -> dict[str, list[Result]]:
    """Every racer's results, round by round, interleaved."""
    racers = ["ours", *(peer for peer in race.peers if missing(peer) is None)]
    results: dict[str, list[Result]] = {name: [] for name in racers}
    with web(race) as (port, counting, ca):
        plans = race.plans(port, ca)
        for number in range(race.rounds):
            for name in racers if number % 2 == 0 else reversed(racers):
                result = RACERS[name](plans)
                _prove(name, result, plans, counts(counting))
                results[name].append(result)
    return results


def _prove(name: str, result: Result, plans: list[Plan], asked: dict[str, int]) -> None:
    """A racer that did less than it says is no racer."""
    measured = [
        n + page
        for plan in plans
        for n in range(plan.first + plan.warm, plan.last)
        for page in range(plan.pages_per_host)
    ]
    there = sum(expected(number % VARIANTS) for number in measured)
    robots = sum(plan.last - plan.first for plan in plans)
    if result.pages != len(measured) or asked["pages"] < len(measured):
        raise RuntimeError(f"{name} looked at {result.pages} of {len(measured)} pages; the web saw {asked}.")
    if name != "lychee" and (result.found != there or asked["robots"] < robots):
        raise RuntimeError(f"{name} found {result.found} of {there} links; the web saw {asked}.")


def figures(race: Race, results: dict[str, list[Result]]) -> Iterator[Figure]:
    label = f"verifying pages, {race.scheme}, {race.processes} process" + ("es" if race.processes > 1 else "")
    own = results["ours"]
    speed = statistics.median(result.pages / result.cpu for result in own)
    parts = ", ".join(
        f"{part} {statistics.median(result.parts[part] / result.pages for result in own) * 1000:.2f}"
        for part in own[0].parts
    )
    wall = statistics.median(result.pages / result.wall for result in own)
    yield Figure(
        label, f"{speed:,.0f} pages per CPU second ({parts} ms a page; {wall:,.0f} pages/s)", "reported", True
    )
    for peer in race.peers:
        why = missing(peer)
        if why is not None:
            yield Figure(f"{label}, {peer}", why, "", True)
        else:
            yield _against(f"{label}, {peer}", peer, race, own, results[peer])
    peak = max(max(result.memory) for result in own)
    aim = f"at most {MEMORY_MB:.0f} MB at {MEMORY_CONCURRENCY}"
    yield Figure(f"{label}, largest process at {race.concurrency}", f"{peak:.0f} MB", aim, peak <= MEMORY_MB)


def _against(label: str, peer: str, race: Race, own: list[Result], theirs: list[Result]) -> Figure:
    ratios = sorted(
        (their.cpu / their.pages) / (our.cpu / our.pages) for our, their in zip(own, theirs, strict=True)
    )
    cost = statistics.median(their.cpu / their.pages for their in theirs) * 1000
    if peer == "engine":
        return Figure(
            label, f"{cost:.2f} ms a page, {1 / cost * 1000:,.0f} pages per CPU second", "reported", True
        )
    if peer == "lychee":
        needs = sorted(1 / ratio for ratio in ratios)
        middle = statistics.median(needs)
        text = f"{middle:.2f} times its CPU a page ({needs[0]:.2f} to {needs[-1]:.2f}); its {cost:.2f} ms"
        return Figure(label, text, f"at most {LYCHEE_AT_MOST:g} times", middle <= LYCHEE_AT_MOST)
    middle, aim = statistics.median(ratios), AT_LEAST[race.scheme]
    text = f"{middle:.2f} times the pages ({ratios[0]:.2f} to {ratios[-1]:.2f}); its {cost:.2f} ms a page"
    if peer != "scrapy":
        return Figure(label, text, "none, it extracts less", True)
    return Figure(label, text, f"at least {aim:g} times", middle >= aim)


def rows(short: bool) -> list[Figure]:
    """The short form: http and https, one process, fewer hosts and peers."""
    hosts, rounds = (800, 2) if short else (5000, 3)
    table: list[Figure] = []
    for https in (False, True):
        race = Race(hosts, 1, MEMORY_CONCURRENCY, 1, rounds, https, ("scrapy", "lychee"))
        table += figures(race, race_all(race))
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description="Race verifying pages against Scrapy and lychee.")
    parser.add_argument("--short", action="store_true", help="800 hosts and two rounds unless said otherwise")
    parser.add_argument("--https", action="store_true", help="over https with certificate checks")
    parser.add_argument("--hosts", type=int)
    parser.add_argument("--pages-per-host", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=MEMORY_CONCURRENCY)
    parser.add_argument("--rounds", type=int)
    parser.add_argument(
        "--peers", default=",".join(PEERS), help="of engine, scrapy, scrapy-css, lychee; empty for none"
    )
    said = parser.parse_args()
    peers = tuple(peer for peer in said.peers.split(",") if peer)
    if unknown := set(peers) - set(PEERS):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}; choose of {', '.join(PEERS)}")
    hosts = said.hosts or (800 if said.short else 5000)
    rounds = said.rounds or (2 if said.short else 3)
    race = Race(hosts, said.pages_per_host, said.concurrency, said.processes, rounds, said.https, peers)
    table = list(figures(race, race_all(race)))
    show(table)
    return 0 if all(figure.ok for figure in table) else 1


if __name__ == "__main__":
    sys.exit(main())
