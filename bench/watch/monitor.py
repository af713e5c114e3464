"""One monitor process on the farm: `python -m bench.watch.monitor JSON`.

The engine as it is, with evidence and a canary; only its clock of appointments is the farm's, which runs
faster. No name is ever looked up, so nothing leaves the machine. Ends on SIGTERM and when its parent is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import ExitStack, closing
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.watch.truth import Clock
from linkstead.journey.patrol import Hooks, Orders, Patrol, Tools
from linkstead.monitor.canary import NetworkWatch, read_canary
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetch import FetchSettings, run
from linkstead.profile.store import Store, create_tables, open_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence


async def nobody(host: str, _port: int) -> Sequence[str]:
    raise OSError(f"{host} is not on the farm")


def settings(concurrency: int, delay: float) -> FetchSettings:
    return FetchSettings(
        allowed_private_networks=(ip_network("127.0.0.0/8"),),
        concurrency=concurrency,
        delay_seconds=delay,
        total_seconds=15.0,
        resolver=nobody,
    )


def opened(stack: ExitStack, database: str, *, new: bool = False) -> Store:
    """A profile in a SQLite file, or in an empty PostgreSQL database by its URL."""
    if not database.startswith("postgresql:"):
        return stack.enter_context(open_workspace(Path(database)))
    import psycopg

    store = Store(stack.enter_context(closing(psycopg.connect(database, autocommit=True))), "postgresql")
    if new:
        create_tables(store)
    return store


def main(given: dict[str, Any]) -> None:
    asked: list[int] = []
    parent = os.getppid()
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    clock = Clock(**given["clock"])
    fetch = settings(given["concurrency"], given["delay"])
    with ExitStack() as stack:
        store = opened(stack, given["database"])
        box = stack.enter_context(EvidenceBox(Path(given["evidence"]), given["holder"]))
        tools = Tools(network=NetworkWatch([read_canary(given["canary"])], fetch), evidence=box)
        hooks = Hooks(now=lambda: int(clock.now()), should_stop=lambda: bool(asked) or os.getppid() != parent)
        orders = Orders(fetch, given["holder"], rate=given["rate"], idle_seconds=0.25)
        report = run(Patrol(store, orders, tools, hooks).run())
    told = {"pages": report.pages, "fenced": report.fenced, "held": report.held, "events": report.events}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
