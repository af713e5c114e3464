"""One monitor process for the fault tests: a patrol on a store, until nothing is due or it is killed.

    python -m tests.faults.patrol_process '{"database": "/tmp/x.sqlite3", "holder": "one"}'

Hosts are loopback addresses, so that no name server is needed. `shift` moves the clock of appointments
by so many seconds; `shift_file` names a file that holds the shift and may change while the process runs.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.journey.patrol import Hooks, Orders, Patrol, Tools
from linkstead.monitor import fetch as fetching
from linkstead.monitor.canary import NetworkWatch, read_canary
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetch import FetchSettings, run
from linkstead.profile import hosts
from linkstead.profile.store import Store, open_workspace
from tests.loopback.web import LOOPBACK

if TYPE_CHECKING:
    from types import FrameType


def fetch_settings(given: dict[str, Any]) -> FetchSettings:
    return FetchSettings(
        allowed_private_networks=LOOPBACK,
        delay_seconds=given.get("delay", 0.0),
        concurrency=given.get("concurrency", 16),
        total_seconds=given.get("total_seconds", 10.0),
        connect_seconds=2.0,
    )


def changed(given: dict[str, Any]) -> None:
    """Come back sooner to an address that another process visits; keep the connection, however silent."""
    if "turned_away" in given:
        vars(fetching)["_TURNED_AWAY_SECONDS"] = given["turned_away"]
    if given.get("never_cut"):
        vars(hosts)["end_if_silent"] = lambda *_: None


def clock(given: dict[str, Any]) -> int:
    shift = given.get("shift", 0)
    if "shift_file" in given:
        shift = int(Path(given["shift_file"]).read_text() or 0)
    return int(time.time()) + int(shift)


def main(given: dict[str, Any]) -> None:
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        asked.append(number)

    signal.signal(signal.SIGTERM, stop)
    fetch = fetch_settings(given)
    changed(given)
    with ExitStack() as stack:
        store = _opened(stack, given["database"])
        if "cache_kib" in given:
            store.query(f"PRAGMA cache_size=-{int(given['cache_kib'])}")
        canaries = [read_canary(text) for text in given.get("canaries", ())]
        box = None
        if "evidence" in given:
            box = stack.enter_context(EvidenceBox(Path(given["evidence"]), given["holder"]))
        tools = Tools(network=NetworkWatch(canaries, fetch) if canaries else None, evidence=box)
        orders = Orders(
            fetch,
            given["holder"],
            rate=given.get("rate", 0.0),
            lease_seconds=given.get("lease", 5),
            idle_seconds=0.1,
            until_idle=given.get("until_idle", True),
        )
        hooks = Hooks(now=lambda: clock(given), should_stop=lambda: bool(asked))
        report = run(Patrol(store, orders, tools, hooks).run())
    print(json.dumps({"pages": report.pages, "links": report.links, "fenced": report.fenced}))


def _opened(stack: ExitStack, database: str) -> Store:
    if not database.startswith("postgresql:"):
        return stack.enter_context(open_workspace(Path(database)))
    import psycopg

    return Store(stack.enter_context(closing(psycopg.connect(database, autocommit=True))), "postgresql")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
