"""Arrivals of a quiet site, and attacks on it, for tests of anomalies."""

from __future__ import annotations

import numpy as np

from linkstead.quality.anomalies import Arrival

SITE = "example.com"
#: The first day of the samples, and how many days they have.
START, DAYS = 19_000, 300
END = START + DAYS - 1
CLICK = ("example", "example.com", "click here", "lamps", "the example shop", "a lamp that I like")


def arrival(day: int, domain: str, **told: object) -> Arrival:
    """A followed link in the content of a page, unless told otherwise."""
    facts = {
        "path": f"/posts/about-{domain}",
        "anchor": "example",
        "tld": domain.rpartition(".")[2],
        "language": "en",
        "placement": "content",
        "authority": 30.0,
        "followed": True,
    }
    return Arrival(day=day, domain=domain, **(facts | told))


def quiet(weekly: float = 10.0, seed: int = 1, days: int = DAYS) -> list[Arrival]:
    """A steady site: so many new domains a week, names and anchors of the usual kinds."""
    lot = np.random.default_rng(seed)
    rows = []
    for day, count in enumerate(lot.poisson(weekly / 7, days)):
        for number in range(count):
            tld = ("com", "org", "net", "de")[int(lot.integers(4))]
            rows.append(
                arrival(
                    START + day,
                    f"site{day}-{number}.{tld}",
                    anchor=CLICK[int(lot.integers(len(CLICK)))],
                    authority=float(lot.uniform(5, 60)),
                )
            )
    return rows


def attack(first: int, domains: int, days: int = 7, **told: object) -> list[Arrival]:
    """So many new domains, spread over some days."""
    return [arrival(first + number * days // domains, f"bad{number}.kr", **told) for number in range(domains)]
