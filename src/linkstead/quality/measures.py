"""Figures of a classifier: how well it tells, and whether its probabilities are true.

AUC     the chance that a bad case scores above a good one, ties half (Mann-Whitney)
AP      the mean precision over the bad cases, in order of score
Brier   the mean of (p - y)^2 (Brier, 1950)
ECE     sum over 15 bins of equal width of n_bin / n * |mean p - share of bad|
        (Guo et al., On calibration of modern neural networks, ICML 2017, https://arxiv.org/abs/1706.04599)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Truth = NDArray[np.bool_]

BINS: Final = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of the reliability curve: what was said on average, and what was so."""

    start: float
    end: float
    cases: int
    said: float
    observed: float


def auc(scores: Floats, bad: Truth) -> float:
    """The area under the ROC curve; 0.5 where one kind is missing."""
    good = np.sort(scores[~bad])
    wicked = scores[bad]
    if not len(good) or not len(wicked):
        return 0.5
    below = np.searchsorted(good, wicked, "left") + np.searchsorted(good, wicked, "right")
    return float(below.sum() / (2.0 * len(good) * len(wicked)))


def average_precision(scores: Floats, bad: Truth) -> float:
    """The mean precision; cases of one score are taken together."""
    total = int(bad.sum())
    if not total:
        return 0.0
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(bad[order])
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    found = np.diff(hits[ends], prepend=0)
    return float((found * hits[ends] / (ends + 1)).sum() / total)


def brier(said: Floats, bad: Truth) -> float:
    """The mean squared error of the probabilities."""
    return float(np.mean((said - bad) ** 2))


def reliability(said: Floats, bad: Truth) -> tuple[Bin, ...]:
    """The bins that hold any case."""
    places = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    bins = []
    for place in range(BINS):
        inside = places == place
        if inside.any():
            observed = float(bad[inside].mean())
            ends = (place / BINS, (place + 1) / BINS)
            bins.append(Bin(*ends, int(inside.sum()), float(said[inside].mean()), observed))
    return tuple(bins)


def calibration_error(said: Floats, bad: Truth) -> float:
    """The expected calibration error."""
    return sum(each.cases * abs(each.said - each.observed) for each in reliability(said, bad)) / max(
        len(bad), 1
    )


def calibration_interval(
    said: Floats, bad: Truth, chance: np.random.Generator, rounds: int = 200
) -> tuple[float, float]:
    """A 95% bootstrap interval of the calibration error, over cases (one a registrable domain)."""
    picks = (chance.integers(0, len(bad), len(bad)) for _ in range(rounds))
    errors = [calibration_error(said[pick], bad[pick]) for pick in picks]
    return float(np.quantile(errors, 0.025)), float(np.quantile(errors, 0.975))


def threshold_at(scores: Floats, bad: Truth, false_positives: float) -> float:
    """The lowest score such that at most that share of the good cases is above or at it."""
    good = np.sort(scores[~bad])[::-1]
    allowed = int(false_positives * len(good))
    if allowed >= len(good):
        return float(good[-1]) if len(good) else 0.0
    return float(np.nextafter(good[allowed], np.inf))


def at_threshold(scores: Floats, bad: Truth, threshold: float) -> dict[str, float]:
    """Precision, recall and share of false positives when everything from a score on is flagged."""
    flagged = scores >= threshold
    hits, wrong = int((flagged & bad).sum()), int((flagged & ~bad).sum())
    return {
        "threshold": round(threshold, 4),
        "precision": round(hits / max(hits + wrong, 1), 4),
        "recall": round(hits / max(int(bad.sum()), 1), 4),
        "false_positives": round(wrong / max(int((~bad).sum()), 1), 5),
        "flagged": hits + wrong,
    }


def all_figures(said: Floats, bad: Truth, chance: np.random.Generator) -> dict[str, Any]:
    """Everything above for one set of cases, as plain values."""
    share = float(bad.mean())
    return {
        "cases": len(bad),
        "bad": int(bad.sum()),
        "auc": round(auc(said, bad), 4),
        "average_precision": round(average_precision(said, bad), 4),
        "brier": round(brier(said, bad), 4),
        "brier_of_the_base_rate": round(share * (1 - share), 4),
        "calibration_error": round(calibration_error(said, bad), 4),
        "calibration_error_interval": [round(end, 4) for end in calibration_interval(said, bad, chance)],
        "at_1_percent_false_positives": at_threshold(said, bad, threshold_at(said, bad, 0.01)),
        "at_half_percent_false_positives": at_threshold(said, bad, threshold_at(said, bad, 0.005)),
        "reliability": [
            {
                "from": round(each.start, 3),
                "to": round(each.end, 3),
                "cases": each.cases,
                "said": round(each.said, 4),
                "observed": round(each.observed, 4),
            }
            for each in reliability(said, bad)
        ],
    }
