"""All benchmarks as one table: `python -m bench [--short]`."""

from __future__ import annotations

import sys

from bench import (
    alarms,
    authority,
    explorer,
    extraction,
    graph_scale,
    importing,
    index_store,
    lists,
    page,
    ranking,
    verifying,
)
from bench.racing import Figure, show

if __name__ == "__main__":
    short = "--short" in sys.argv
    figures: list[Figure] = []
    known = (page, importing, lists, verifying, alarms)
    for race in (*known, extraction, ranking, authority, graph_scale, explorer, index_store):
        print(f"{race.__name__} ...", file=sys.stderr, flush=True)
        figures += [Figure(*row) for row in race.rows(short)]
    show(figures)
