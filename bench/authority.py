"""What domain authority is worth: agreement, stability, and what a farm of domains does to it.

    python -m bench.authority [--short]

Agreement and stability are told from the published heads (about 1,000 domains) in the shared data, joined by
registrable domain (ICANN suffixes); of several names of one domain the best place counts. Farms:
`bench.farms` on a generated web (`bench.webgraphs`), 1M domains; HyperBall with 16 registers.
"""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.stats

from bench import farms
from bench.racing import Figure, show
from bench.webgraphs import generated
from linkstead.graph.authority import from_positions
from linkstead.urls import registrable_domain, reverse_host

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
#: Domains of the published graph that the heads are of (Common Crawl, spring of 2026).
NODES = 121_000_000
RELEASES = ("mar-apr-may", "apr-may-jun")
#: What fresh domains without a link from elsewhere can do, and what goes beyond it.
FRESH = ("star", "tiers", "web")
DEFAULT = "anchored, 10% by harmonic"
Head = dict[str, tuple[int, float]]


def best(rows: Iterable[tuple[str, int, float]]) -> Head:
    """Place and value by registrable domain."""
    found: Head = {}
    for host, place, value in rows:
        domain = registrable_domain(host, private=False) or host
        if domain not in found or place < found[domain][0]:
            found[domain] = (place, value)
    return found


def published(release: str) -> Head:
    path = DATA / "cc-ranks-2026" / f"domain-cc-main-2026-{release}.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return best((reverse_host(row[4]), int(row[2]), float(row[3])) for row in rows)


def majestic() -> Head:
    path = DATA / "majestic-million-excerpt" / "majestic_million.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return best((row["Domain"], int(row["GlobalRank"]), 0.0) for row in csv.DictReader(file))


def agreement() -> list[Figure]:
    ours, theirs = published(RELEASES[1]), majestic()
    common = sorted(ours.keys() & theirs.keys())
    places = [ours[domain][0] for domain in common]
    values = from_positions(np.array(places, np.uint32), NODES)
    found = float(scipy.stats.spearmanr(values, [-theirs[domain][0] for domain in common]).statistic)
    name = f"authority (published PageRank) and Majestic's rank, {len(common)} domains: Spearman"
    return [Figure(name, f"{found:.3f}", "0.80", found >= 0.80)]


def by_value(value: float) -> float:
    """The other way to a figure: logarithm of the rank's value, from the least there is to 1."""
    return 100 * (1 + math.log(value) / math.log(NODES / 0.15))


def stability() -> list[Figure]:
    before, after = (published(release) for release in RELEASES)
    common = sorted(before.keys() & after.keys())
    figures = []
    for name, way in (("position", None), ("value", by_value)):
        pair = []
        for head in (before, after):
            if way is None:
                places = np.array([head[domain][0] for domain in common], np.uint32)
                pair.append(from_positions(places, NODES).astype(float))
            else:
                pair.append(np.array([way(head[domain][1]) for domain in common]))
        moved = np.abs(pair[1] - pair[0])
        same = float(scipy.stats.spearmanr(*pair).statistic)
        said = f"Spearman {same:.4f}, change mean {moved.mean():.2f}, most {moved.max():.2f} points"
        label = f"authority by {name}, next release, {len(common)} domains"
        figures.append(Figure(label, said, "Spearman 0.95", same >= 0.95))
    return figures


def farming(short: bool) -> list[Figure]:
    nodes = 100_000 if short else 1_000_000
    web = generated(nodes, nodes * 8)
    figures = []
    for name, rank in farms.RANKS.items():
        if short and name not in ("plain PageRank", DEFAULT):
            continue
        for shape, rows in farms.lifts(web, rank).items():
            said = " ".join(f"{before:.0f}{change:+.2f}" for before, change in rows)
            most = max(change for _, change in rows)
            aimed = name == DEFAULT and shape in FRESH
            aim = "at most +2 points" if aimed else "none: shown beside it"
            figures.append(Figure(f"farm of 1,000, {shape}: {name}", said, aim, most <= 2 or not aimed))
    return figures


def rows(short: bool) -> list[Figure]:
    known = [*agreement(), *stability()] if (DATA / "cc-ranks-2026").is_dir() else []
    return known + farming(short)


if __name__ == "__main__":
    show(rows("--short" in sys.argv))
