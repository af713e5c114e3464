"""All benchmarks as one table: `python -m bench [--short]`."""

from __future__ import annotations

import sys

from bench import (
    alarms,
    authority,
    disavow,
    explorer,
    extraction,
    graph_scale,
    importing,
    index_store,
    lists,
    negative_seo,
    page,
    ranking,
    verifying,
)
from bench.racing import Figure, show

OURS = (page, importing, lists, verifying, alarms, negative_seo, disavow)
OPEN_INDEX = (extraction, ranking, authority, graph_scale, explorer, index_store)

if __name__ == "__main__":
    short = "--short" in sys.argv
    figures: list[Figure] = []
    for race in (*OURS, *OPEN_INDEX):
        print(f"{race.__name__} ...", file=sys.stderr, flush=True)
        figures += [Figure(*row) for row in race.rows(short)]
    show(figures)
