"""The letters of a name: log-odds of its n-grams, the floor that every spam model must clear.

    letters(name) = intercept + sum over the distinct n-grams g of ^name$ (n = 2, 3, 4) of weight[h(g)]

with h the CRC-32 of the n-gram modulo the number of buckets (feature hashing, Weinberger et al., ICML 2009,
https://doi.org/10.1145/1553374.1553516) and the weights those of a logistic regression with an L2 penalty.
Only numbers are kept, no names. The suffix is read only where a fit was told so (`with_suffix`):
without it, no country counts for or against. Sizes, buckets and penalty were chosen on the part that
calibrates, never on the half that is measured.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from linkstead.quality.signals.name_signals import label_of, suffix_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SIZES: Final = (2, 3, 4)
BUCKETS: Final = 1 << 14
_PENALTY: Final = 12.0
_STEPS: Final = 250
_RATE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Letters:
    """A fitted table: one weight for each bucket."""

    intercept: float
    weights: tuple[float, ...]
    with_suffix: bool = False

    def log_odds(self, domain: str) -> float:
        """Log-odds of spam by the letters of a registrable domain's name, at even chances."""
        found = grams(read_of(domain, with_suffix=self.with_suffix), len(self.weights))
        return self.intercept + sum(self.weights[gram] for gram in found)


def read_of(domain: str, *, with_suffix: bool) -> str:
    """The part of a domain whose letters are read."""
    return f"{label_of(domain)}.{suffix_of(domain)}" if with_suffix else label_of(domain)


def grams(label: str, buckets: int = BUCKETS) -> list[int]:
    """The buckets of a name's n-grams, each once, in order."""
    text = f"^{label.casefold()[:80]}$"
    found = {text[at : at + size] for size in SIZES for at in range(len(text) - size + 1)}
    return sorted({zlib.crc32(gram.encode("utf-8", "surrogatepass")) % buckets for gram in found})


def fit_letters(domains: Sequence[str], bad: NDArray[np.bool_], *, with_suffix: bool = False) -> Letters:
    """Fit a table; both kinds weigh the same, so that zero means even chances."""
    rows, columns = _flat([read_of(domain, with_suffix=with_suffix) for domain in domains])
    target = bad.astype(np.float64)
    share = np.where(bad, 0.5 / max(bad.sum(), 1), 0.5 / max((~bad).sum(), 1)) * len(bad)
    weights, intercept = np.zeros(BUCKETS), 0.0
    mean, square = np.zeros(BUCKETS + 1), np.zeros(BUCKETS + 1)
    for step in range(1, _STEPS + 1):  # Adam (Kingma and Ba, ICLR 2015): full batches, so no chance is in it
        margin = np.bincount(rows, weights[columns], minlength=len(bad)).astype(np.float64) + intercept
        error = (sigmoid(margin) - target) * share
        slope = np.append(
            np.bincount(columns, error[rows], minlength=BUCKETS) + _PENALTY * weights, error.sum()
        )
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        move = _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        weights -= move[:-1]
        intercept -= float(move[-1])
    return Letters(round(intercept, 4), tuple(round(float(each), 2) + 0.0 for each in weights), with_suffix)


def _flat(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and bucket of every n-gram."""
    found = [grams(text) for text in texts]
    rows = np.repeat(np.arange(len(found)), [len(each) for each in found])
    columns = np.fromiter((gram for each in found for gram in each), np.int64, len(rows))
    return rows, columns


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function, safe for any size."""
    return 0.5 * (1.0 + np.tanh(0.5 * values))
