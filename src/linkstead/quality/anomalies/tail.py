"""The upper tail of the negative binomial distribution, without scipy.

A count with mean m and variance m + m²/r has P(X = k) = Γ(k + r) / (k! Γ(r)) (r / (r + m))^r (m / (r + m))^k.
The tail starts at k and goes up by the ratio of neighbours, (k + r) / (k + 1) · m / (r + m), until nothing is
added any more. r without bound is the Poisson distribution.

Source: Hilbe, Negative Binomial Regression, 2nd edition, section 8.1 (the NB2 form).
"""

from __future__ import annotations

from math import exp, inf, lgamma, log, log1p
from typing import Final

#: Beyond this size the distribution is Poisson to every digit that we show.
_POISSON_FROM: Final = 1e9
_NOTHING: Final = 1e-17


def log_tail(observed: int, mean: float, size: float = inf) -> float:
    """The natural logarithm of P(X >= observed). `mean` above 0, `size` (r) above 0; inf is Poisson."""
    if observed <= 0:
        return 0.0
    size = min(size, _POISSON_FROM)
    if observed <= mean:
        below = sum(exp(_log_mass(k, mean, size)) for k in range(max(0, observed - 5_000), observed))
        return log1p(-min(below, 1 - _NOTHING))
    step, term, total, k = mean / (size + mean), 1.0, 1.0, observed
    while term > total * _NOTHING:
        term *= (k + size) / (k + 1) * step
        total += term
        k += 1
    return min(0.0, _log_mass(observed, mean, size) + log(total))


def tail(observed: int, mean: float, size: float = inf) -> float:
    """P(X >= observed), at least the smallest number that a float holds."""
    return max(exp(max(-700.0, log_tail(observed, mean, size))), 1e-304)


def _log_mass(k: int, mean: float, size: float) -> float:
    if size >= _POISSON_FROM:
        return k * log(mean) - mean - lgamma(k + 1)
    return (
        lgamma(k + size) - lgamma(size) - lgamma(k + 1)
        - size * log1p(mean / size) + k * (log(mean) - log(size + mean))
    )  # fmt: skip
