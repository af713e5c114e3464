"""The names of ranks, apart from what computes them: a door may list them without numba."""

from __future__ import annotations

from typing import Final

#: In the order in which they are computed: authority needs harmonic centrality.
KINDS: Final = ("pagerank", "harmonic", "authority", "trust", "distrust")
#: Ranks for people.
NAMES: Final = {
    "pagerank": "PageRank",
    "harmonic": "harmonic centrality",
    "anchored": "anchored rank",
    "trust": "trust",
    "distrust": "distrust",
    "published-pagerank": "Common Crawl's PageRank",
    "published-harmonic": "Common Crawl's harmonic centrality",
}
#: What is computed when nothing is said.
DEFAULT: Final = ("pagerank", "harmonic", "authority")
