"""A small web graph and link index for the pages of the open index, hostile names and words among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linkstead.graph.computing import rank_graph
from linkstead.index.build import build
from linkstead.journey.standing import authority_table
from tests.archives import a, packed, wat
from tests.graph_samples import graph_of

if TYPE_CHECKING:
    from pathlib import Path

ME, RIVAL = "harborlight.example", "rival.example"
HOSTILE = '"><script>alert(1)</script>'


def seed_atlas(data: Path) -> None:
    """Write `graphs/` and `index/` into a data folder."""
    names = sorted(
        [f"com.site{number:03}" for number in range(160)]
        + ["example.harborlight", "example.rival", "com." + "a-very-long-name-indeed-" * 2 + "x"]
    )
    place = {name: number for number, name in enumerate(names)}
    rng = np.random.default_rng(4)
    pairs = {(int(one), int(other)) for one, other in rng.integers(0, len(names), (1_500, 2)) if one != other}
    pairs |= {(place[f"com.site{n:03}"], place["example.harborlight"]) for n in range(140)}
    pairs |= {(place[f"com.site{n:03}"], place["example.rival"]) for n in range(60, 160)}
    graph = graph_of(data / "graphs" / "sample", names, pairs, release="cc-main-sample")
    rank_graph(graph, ["pagerank", "harmonic", "authority"])
    pages = [
        wat(
            f"https://site{n:03}.com/page",
            [
                a(f"https://{ME}/guides/{n % 7}", HOSTILE if n == 3 else f"words {n % 9}"),
                a(f"https://{RIVAL}/", "rival", rel="nofollow"),
            ],
        )
        for n in range(120)
    ]
    older, source = data / "older.wat.gz", data / "sample.wat.gz"
    older.write_bytes(
        packed([wat("https://site001.com/page", [a(f"https://{ME}/once", "once")]), *pages[20:]])
    )
    source.write_bytes(packed(pages))
    with authority_table(graph.folder) as table:
        build([str(older)], data / "index", "CC-SAMPLE-0", now=1, authority=table)
        build([str(source)], data / "index", "CC-SAMPLE-1", now=1, authority=table)
