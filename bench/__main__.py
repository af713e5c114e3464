"""All benchmarks as one table: `python -m bench [--short]`."""

from __future__ import annotations

import sys

<<<<<<< HEAD
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
=======
from bench import alarms, importing, lists, negative_seo, page, verifying
>>>>>>> anomalies
from bench.racing import Figure, show

if __name__ == "__main__":
    short = "--short" in sys.argv
    figures: list[Figure] = []
<<<<<<< HEAD
    known = (page, importing, lists, verifying, alarms)
    for race in (*known, extraction, ranking, authority, graph_scale, explorer, index_store):
=======
    for race in (page, importing, lists, verifying, alarms, negative_seo):
>>>>>>> anomalies
        print(f"{race.__name__} ...", file=sys.stderr, flush=True)
        figures += [Figure(*row) for row in race.rows(short)]
    show(figures)
