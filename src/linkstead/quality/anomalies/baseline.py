"""What a site's past makes one expect of seven days, robustly, for every day at once.

The seven days that end on day t are compared with the 26 blocks of seven days before them: whole weeks, so
that the rhythm of the week cancels out. Mean m and dispersion (variance = dispersion · m) come from these
blocks; those that stand out are weighted down by the inverse square of their Anscombe residual, as Farrington
does, so that an earlier outbreak does not hide the next. The start is the median and the median absolute
deviation, since one huge block would else excuse itself. The expected count is the larger of the mean of all
blocks and that of the last eight: a site that grows is not alarmed by its growth.

Sources: Farrington et al. 1996, A statistical algorithm for the early detection of outbreaks of infectious
disease, doi.org/10.2307/2983331; Noufaily et al. 2013, doi.org/10.1002/sim.5595 (weights above 2.58).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from linkstead.quality.anomalies.series import type_bools, type_floats, type_ints

SPAN: Final = 7
WEEKS: Final = 26
#: With fewer known blocks nothing is judged; our choice.
LEAST_WEEKS: Final = 8
_RECENT: Final = 8
#: Residuals above this are weighted down (Noufaily et al. 2013).
_STANDS_OUT: Final = 2.58
_ROUNDS: Final = 4
#: A dispersion that few blocks give is drawn towards this one, as if so many more blocks had shown it.
_PRIOR_DISPERSION: Final = 2.0
_PRIOR_BLOCKS: Final = 4.0
#: Half a link more in all: no past is so quiet that nothing may ever come.
_NEVER_ZERO: Final = 0.5
_MAD_TO_SIGMA: Final = 1.4826


class Expected(NamedTuple):
    """For each day: the count of the seven days that end on it, and what the past makes one expect.

    `size` is the r of the negative binomial; `weeks` how many blocks of the past are known, -1 where the
    seven days themselves are not all known.
    """

    observed: type_ints
    mean: type_floats
    size: type_floats
    weeks: type_ints


def expected(daily: type_ints, known: type_bools) -> Expected:
    """The expectation of every day of a series of daily counts."""
    observed, whole = _last_seven(daily, known)
    places = np.arange(len(daily))[:, None] - SPAN * np.arange(1, WEEKS + 1)[None, :]
    usable = places >= 0
    blocks = np.where(usable, observed[np.maximum(places, 0)], 0).astype(np.float64)
    mask = usable & whole[np.maximum(places, 0)]
    mean, dispersion, total = _fit(blocks * mask, mask)
    variance = dispersion * mean * (1 + 1 / np.maximum(total, 1))
    size = mean**2 / np.maximum(variance - mean, 1e-9 * mean)
    return Expected(observed, mean, size, np.where(whole, mask.sum(axis=1), -1))


def _last_seven(daily: type_ints, known: type_bools) -> tuple[type_ints, type_bools]:
    """The sum of the seven days that end on each day, and whether all seven are known."""
    sums, days = (
        np.concatenate([np.zeros(SPAN, dtype=np.int64), np.cumsum(each)]) for each in (daily, known)
    )
    return sums[SPAN:] - sums[:-SPAN], (days[SPAN:] - days[:-SPAN]) == SPAN


def _fit(blocks: type_floats, mask: type_bools) -> tuple[type_floats, type_floats, type_floats]:
    """Weighted mean, dispersion and sum of weights per row."""
    seen = np.where(mask, blocks, np.nan)
    seen[~mask.any(axis=1)] = 0.0
    middle = np.nanmedian(seen, axis=1)
    sigma = _MAD_TO_SIGMA * np.nanmedian(np.abs(seen - middle[:, None]), axis=1)
    mean = np.maximum(middle, _NEVER_ZERO)
    dispersion = np.maximum(1.0, sigma**2 / mean)
    weights: type_floats = mask.astype(np.float64)
    for _ in range(_ROUNDS):
        residual = _anscombe(blocks, mean[:, None], dispersion[:, None])
        weights = mask.astype(np.float64) * np.where(
            residual > _STANDS_OUT, np.maximum(residual, 1.0) ** -2, 1.0
        )
        mean = _mean(blocks, weights)
        dispersion = _dispersion(blocks, weights, mean)
    recent = _mean(blocks[:, :_RECENT], weights[:, :_RECENT])
    return np.maximum(mean, recent), dispersion, weights.sum(axis=1)


def _anscombe(blocks: type_floats, mean: type_floats, dispersion: type_floats) -> type_floats:
    apart: type_floats = 1.5 * (np.cbrt(blocks) ** 2 - np.cbrt(mean) ** 2)
    scaled: type_floats = np.divide(apart, np.power(mean, 1 / 6) * np.sqrt(dispersion))
    return scaled


def _mean(blocks: type_floats, weights: type_floats) -> type_floats:
    total: type_floats = ((weights * blocks).sum(axis=1) + _NEVER_ZERO) / np.maximum(weights.sum(axis=1), 1.0)
    return total


def _dispersion(blocks: type_floats, weights: type_floats, mean: type_floats) -> type_floats:
    squares = (weights * (blocks - mean[:, None]) ** 2).sum(axis=1) / mean
    shown = squares + _PRIOR_BLOCKS * _PRIOR_DISPERSION
    drawn: type_floats = shown / (np.maximum(weights.sum(axis=1) - 1, 0) + _PRIOR_BLOCKS)
    larger: type_floats = np.maximum(1.0, drawn)
    return larger
