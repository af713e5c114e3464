"""What all benchmarks share: paired rounds, ratios with their spread, one table."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Figure(NamedTuple):
    """One line of the table: what was raced, the measured figure, the aim, and whether it was reached."""

    name: str
    figure: str
    aim: str
    ok: bool


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def paired(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> list[tuple[float, float]]:
    """(ours, theirs) in seconds, taking turns so that a noisy machine hurts both."""
    return [(seconds(ours), seconds(theirs)) for _ in range(rounds)]


def ratio_text(pairs: list[tuple[float, float]]) -> tuple[float, str]:
    """The median of ours/theirs, and it as text with its spread."""
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    median = statistics.median(ratios)
    return median, f"{median:.2f}x ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def show(figures: list[Figure]) -> None:
    """Print the table."""
    width = max((len(figure.name) for figure in figures), default=0)
    for figure in figures:
        mark = "ok  " if figure.ok else "MISS"
        print(f"{mark} {figure.name:{width}}  {figure.figure}   aim: {figure.aim}")
