"""All benchmarks as one table: `python -m bench [--short]`."""

from __future__ import annotations

import sys

from bench import alarms, importing, lists, negative_seo, page, verifying
from bench.racing import Figure, show

if __name__ == "__main__":
    short = "--short" in sys.argv
    figures: list[Figure] = []
    for race in (page, importing, lists, verifying, alarms, negative_seo):
        print(f"{race.__name__} ...", file=sys.stderr, flush=True)
        figures += [Figure(*row) for row in race.rows(short)]
    show(figures)
