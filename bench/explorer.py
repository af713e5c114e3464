"""Pages of the open index over a graph of ten million generated domains.

    python -m bench.explorer [--short] [--arcs 320M]

The graph is `bench.graph_scale`'s (its recipe stands there), ranked as a user would, with an installation
around it; every page is asked for by somebody who is signed in, through the whole application, templates
included, without a server in between. Domains are drawn by chance; each is asked once, the first ten are not
counted. The budget is a page in 200 ms at the 95th percentile (as for lists of links).
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.graph_scale import ARCS_A_NODE, arcs, names, number
from bench.racing import Figure, show
from linkstead.graph.authority import from_positions
from linkstead.graph.ranking import pagerank
from linkstead.graph.store import open_graph, write_rank
from linkstead.graph.writer import GraphWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

BUDGET = 200.0


def generate(folder: Path, wanted: int) -> int:
    """A ranked graph in a folder of graphs; how many domains it has."""
    nodes = max(wanted // ARCS_A_NODE, 1_000)
    writer = GraphWriter(folder, release="generated", level="domain")
    writer.restart()
    for first in range(0, nodes, 200_000):
        writer.add_vertices(names(first, min(200_000, nodes - first)))
    for froms, tos in arcs(nodes, wanted):
        writer.add_arcs(froms, tos)
    writer.finish(now=1)
    graph = open_graph(folder)
    values = pagerank(graph.backward, graph.forward.degrees(), tolerance=1e-4).values
    places = np.empty(nodes, np.uint32)
    places[np.argsort(-values, kind="stable")] = np.arange(1, nodes + 1)
    write_rank(folder, "pagerank", values, {})
    write_rank(folder, "authority", from_positions(places, nodes), {})
    return nodes


def installed(data: Path) -> Client:
    """An installation with somebody signed in."""
    from linkstead.server.bootstrap import prepare
    from linkstead.settings import read_settings

    prepare(read_settings({"LINKSTEAD_DATA": str(data), "LINKSTEAD_CANARIES": "none"}))
    from django.test import Client
    from django.test.utils import setup_test_environment

    from linkstead.server.accounts.models import User

    setup_test_environment()
    client = Client()
    client.force_login(User.objects.create(email="bench@example.com"))
    return client


def times(client: Client, address: Callable[[int], str], chosen: list[int]) -> list[float]:
    """Milliseconds of each page, the first ten left out."""
    taken = []
    for node in chosen:
        start = time.perf_counter()
        answer = client.get(address(node))
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address(node)} answers {answer.status_code}")
    return sorted(taken[10:])


def domain(node: int) -> str:
    return f"/domains/s{node:09}.com/"


def measured(wanted: int) -> list[Figure]:
    folder = Path(tempfile.mkdtemp())
    try:
        nodes = generate(folder / "graphs" / "generated", wanted)
        client = installed(folder)
        draw = random.Random(2)
        chosen = [draw.randrange(nodes) for _ in range(210)]
        degrees = open_graph(folder / "graphs" / "generated").backward.degrees()
        largest = np.argsort(degrees)[-15:].tolist()
        pages: list[tuple[str, Callable[[int], str], list[int]]] = [
            ("a domain with its referring domains", domain, chosen),
            ("  one of the 15 most referred to", domain, largest),
            ("  domains it refers to", lambda node: f"{domain(node)}?part=linked", chosen),
            ("  domains alike", lambda node: f"{domain(node)}?part=alike", chosen),
            (
                "  its gap to another",
                lambda node: f"{domain(node)}?part=gap&others=s{chosen[0]:09}.com",
                chosen,
            ),
            ("  a domain that is not there", lambda node: f"/domains/x{node}.com/", chosen),
            ("  suggestions", lambda node: f"/domains/-/suggestions/?domain=s{node:09}"[:-2], chosen),
        ]
        figures = []
        for name, address, whom in pages:
            taken = times(client, address, whom)
            late = taken[int(len(taken) * 0.95)]
            said = f"p50 {statistics.median(taken):.0f} ms, p95 {late:.0f} ms"
            figures.append(Figure(name, said, f"p95 {BUDGET:.0f} ms", late <= BUDGET))
        first = figures[0]
        return [first._replace(name=f"{nodes:,} domains: {first.name}"), *figures[1:]]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rows(short: bool) -> list[tuple[str, str, str, bool]]:
    return [tuple(figure) for figure in measured(3_200_000 if short else 320_000_000)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--arcs", type=number, default=320_000_000)
    options = parser.parse_args()
    show(measured(3_200_000 if options.short else options.arcs))
    sys.stdout.flush()
