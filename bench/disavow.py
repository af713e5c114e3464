"""The disavow file: linting the published lists, and simulating over a million links.

    python -m bench.disavow [--short]

The floor of linting is reading the file and splitting it into lines; of the simulation a look-up of each
link's host in a set. Links are generated: a million pages on 50,000 hosts, one in ten covered.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from bench.racing import Figure, paired, ratio_text, show
from linkstead.disavow.file import read
from linkstead.disavow.lint import Facts, lint
from linkstead.disavow.simulate import ProfileLink, simulate

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
LISTS = ("disavow-coolrecep-2026/disavow.txt", "disavow-maesitos-tool/samples/disavowed.cvs")
AIM = 2.0


def linting(rounds: int) -> list[Figure]:
    figures = []
    for name in LISTS:
        path = DATA / name
        if not path.is_file():
            continue
        facts = Facts(site="example.com", name=path.name, top={f"top{n}.com" for n in range(15_000)})

        def ours(path: Path = path, facts: Facts = facts) -> None:
            lint(read(path.read_bytes()), facts)

        pairs = paired(ours, lambda path=path: path.read_text().splitlines(), rounds)  # type: ignore[misc]
        slowest = max(took for took, _ in pairs)
        _, text = ratio_text(pairs)
        lines = len(path.read_bytes().splitlines())
        said = f"{slowest:.2f} s at most, {text} the time of splitting lines"
        figures.append(Figure(f"lint of {name}, {lines:,} lines", said, f"under {AIM:.0f} s", slowest < AIM))
    return figures


def simulating(count: int, rounds: int) -> list[Figure]:
    draw = random.Random(3)
    hosts = [f"www.site{number}.com" for number in range(max(count // 20, 10))]
    links = [
        ProfileLink(f"https://{host}/{number}", host, host[4:], None, True, True, 20.0)
        for number in range(count)
        for host in (draw.choice(hosts),)
    ]
    document = read("".join(f"domain:site{number}.com\n" for number in range(0, len(hosts), 10)).encode())
    wanted = set(hosts)
    pairs = paired(
        lambda: simulate(links, document), lambda: sum(link.host in wanted for link in links), rounds
    )
    _, text = ratio_text(pairs)
    took = sorted(ours for ours, _ in pairs)[len(pairs) // 2]
    said = f"{took:.1f} s, {text} the time of one look-up a link"
    return [Figure(f"simulation over {count:,} links", said, "reported", ok=True)]


def rows(short: bool) -> list[Figure]:
    return linting(2 if short else 5) + simulating(50_000 if short else 1_000_000, 2 if short else 3)


if __name__ == "__main__":
    show(rows("--short" in sys.argv))
