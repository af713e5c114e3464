"""Fits a spam model on labelled domains: weights, letters, calibration, and figures on a held-out half.

Domains are put into eight parts by a hash of the registrable domain: 0 to 2 fit the weights, 3 calibrates and
chooses the flag threshold, 4 to 7 are only measured. So no domain is on two sides, and a second run on
the same lists makes the same model.

    weights     logistic regression with a ridge penalty, each weight held to its signal's direction
                (projected gradient); the penalty shrinks what few cases show
    letters     fitted on parts 0 to 2; for the weights each part is scored by a table from the two others
    calibration Platt (1999): log-odds' = slope * log-odds + shift, slope not below 0, on part 3
    errors      square roots of the diagonal of the inverse Hessian of the penalised likelihood

A signal that spoke in fewer than 20 cases keeps its assumed weight. Never fit on disavow lists: they
are opinions about single sites (two of them, with 11,255 and 12,675 domains, share two).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from linkstead.errors import InputError
from linkstead.quality.letters import Letters, fit_letters, sigmoid
from linkstead.quality.measures import all_figures, at_threshold, threshold_at
from linkstead.quality.signals.name_signals import suffix_of
from linkstead.quality.signals.registry import SIGNALS
from linkstead.quality.signals.signal import Direction
from linkstead.quality.toxicity import Model, Weight, logit, with_letters
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from linkstead.quality.facts import Facts
    from linkstead.quality.signals.signal import SignalLike

    Floats = NDArray[np.float64]
    Truth = NDArray[np.bool_]

PARTS: Final = 8
FITTED: Final = (0, 1, 2)
CALIBRATED: Final = 3
#: A signal is measured when it spoke in so many cases of the fitted parts.
MEASURED_FROM: Final = 20
#: Share of false positives that the flag threshold is chosen for; below the promised 0.5%, since the
#: share moves by some tenths of a per cent from one part to the next.
FALSE_POSITIVES: Final = 0.004
LEAST_CASES: Final = 200
_RIDGE: Final = 1.0
_STEPS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled domain, and the list that says so."""

    domain: str
    bad: bool
    source: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Fitted:
    weights: Floats
    errors: Floats
    intercept: float
    intercept_error: float


def part_of(domain: str) -> int:
    """The part, 0 to 7, that a registrable domain belongs to."""
    return identity_key("spam-model", domain) % PARTS


def fit(
    cases: Sequence[Case],
    *,
    made_on: str,
    chance: np.random.Generator,
    prior: float | None = None,
    with_suffix: bool = False,
) -> Model:
    """Fit a model.

    `prior` is the share of spam to expect (default: that of the cases); with `with_suffix` the letters
    read the suffix too, so that countries count. Raises `InputError` when the parts are too small to fit
    or to measure anything.
    """
    ordered = sorted(cases, key=lambda case: case.domain)
    bad = np.array([case.bad for case in ordered], bool)
    parts = np.array([part_of(case.domain) for case in ordered])
    _check(bad, parts)
    letters, scored = _letters(ordered, bad, parts, with_suffix=with_suffix)
    chosen = _speaking(scored, parts)
    strengths = _strengths(scored, chosen)
    fitting = np.isin(parts, FITTED)
    fitted = _regression(strengths[fitting], bad[fitting], _directions(chosen))
    margin = fitted.intercept + strengths @ fitted.weights
    slope, shift = _platt(margin[parts == CALIBRATED], bad[parts == CALIBRATED])
    share = float(bad.mean())
    moved = 0.0 if prior is None else logit(prior) - logit(share)
    said = sigmoid(slope * margin + shift + moved)
    flag_at = threshold_at(said[parts == CALIBRATED], bad[parts == CALIBRATED], FALSE_POSITIVES)
    model = Model(
        base=round(slope * fitted.intercept + shift + moved, 5),
        base_error=round(slope * fitted.intercept_error, 5),
        flag_at=round(min(max(flag_at, 0.5), 0.99), 4),
        prior=round(share if prior is None else prior, 5),
        made_on=made_on,
        weights=_weights(chosen, fitted, slope, strengths[fitting], bad[fitting]),
        letters=letters,
        learnt_from=_learnt_from(ordered, bad, parts),
    )
    # the figures are those of the model as written, with its numbers rounded
    return replace(model, figures=_figures(ordered, bad, parts, _again(model, ordered), model, chance))


def _check(bad: Truth, parts: NDArray[np.int64]) -> None:
    for inside in (np.isin(parts, FITTED), parts == CALIBRATED, parts > CALIBRATED):
        for kind in (bad, ~bad):
            if (inside & kind).sum() * PARTS < LEAST_CASES:
                raise InputError(
                    f"A fit needs {LEAST_CASES} bad and {LEAST_CASES} good domains at least; add longer "
                    "lists."
                )


def _letters(
    cases: Sequence[Case], bad: Truth, parts: NDArray[np.int64], *, with_suffix: bool
) -> tuple[Letters, list[Facts]]:
    """The table, and the facts of every case with letters that its own table has not seen."""
    names = [case.domain for case in cases]
    fitting = np.isin(parts, FITTED)
    table = _table(names, bad, fitting, with_suffix=with_suffix)
    others = {part: _table(names, bad, fitting & (parts != part), with_suffix=with_suffix) for part in FITTED}
    scored = [
        with_letters(case.facts, others.get(int(part), table))
        for case, part in zip(cases, parts, strict=True)
    ]
    return table, scored


def _table(names: Sequence[str], bad: Truth, chosen: Truth, *, with_suffix: bool) -> Letters:
    places = np.flatnonzero(chosen)
    return fit_letters([names[int(at)] for at in places], bad[places], with_suffix=with_suffix)


def _speaking(scored: Sequence[Facts], parts: NDArray[np.int64]) -> list[SignalLike]:
    """The signals that spoke often enough to be measured. Lists and vendors are never measured here."""
    fitting = [facts for facts, part in zip(scored, parts, strict=True) if part in FITTED]
    return [
        signal
        for signal in SIGNALS.values()
        if not signal.vendor
        and signal.id != "domain.platform"  # a table of ours, no evidence
        and sum(signal.look(facts) is not None for facts in fitting) >= MEASURED_FROM
    ]


def _strengths(scored: Sequence[Facts], signals: Sequence[SignalLike]) -> Floats:
    rows = [
        [0.0 if (seen := signal.look(facts)) is None else seen.strength for signal in signals]
        for facts in scored
    ]
    return np.array(rows, np.float64).reshape(len(scored), len(signals))


def _directions(signals: Iterable[SignalLike]) -> Floats:
    return np.array([1.0 if signal.direction is Direction.AGAINST else -1.0 for signal in signals])


def _regression(strengths: Floats, bad: Truth, directions: Floats) -> _Fitted:
    """Logistic regression with a ridge penalty; every weight has its signal's sign, or is zero."""
    rows = np.column_stack([strengths * directions, np.ones(len(bad))])
    penalty = np.append(np.full(len(directions), _RIDGE), 0.0)
    weights = np.zeros(rows.shape[1])
    size = 1.0 / (0.25 * float(np.linalg.eigvalsh(rows.T @ rows)[-1]) + _RIDGE)
    ahead, pace = weights, 1.0
    for _ in range(_STEPS):  # projected gradient, accelerated (Beck and Teboulle, FISTA, 2009)
        slope = rows.T @ (sigmoid(rows @ ahead) - bad) + penalty * ahead
        following = ahead - size * slope
        following[:-1] = np.maximum(following[:-1], 0.0)
        quicker = (1 + math.sqrt(1 + 4 * pace * pace)) / 2
        ahead = following + (pace - 1) / quicker * (following - weights)
        weights, pace = following, quicker
    said = sigmoid(rows @ weights)
    curved = (rows * (said * (1 - said))[:, None]).T @ rows + np.diag(penalty)
    errors = np.sqrt(np.diag(np.linalg.inv(curved)))
    return _Fitted(weights[:-1] * directions, errors[:-1], float(weights[-1]), float(errors[-1]))


def _platt(margin: Floats, bad: Truth) -> tuple[float, float]:
    """Slope and shift by Newton's method, targets smoothed as Platt (1999) does."""
    plus, minus = int(bad.sum()), int((~bad).sum())
    target = np.where(bad, (plus + 1) / (plus + 2), 1 / (minus + 2))
    rows = np.column_stack([margin, np.ones(len(margin))])
    found = np.array([1.0, 0.0])
    for _ in range(50):
        said = sigmoid(rows @ found)
        curved = (rows * (said * (1 - said))[:, None]).T @ rows + 1e-6 * np.eye(2)
        step = np.linalg.solve(curved, rows.T @ (said - target))
        found = found - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return max(float(found[0]), 0.0), float(found[1])


def _weights(
    signals: Sequence[SignalLike], fitted: _Fitted, slope: float, strengths: Floats, bad: Truth
) -> dict[str, Weight]:
    spoke = strengths > 0
    found = {}
    for at, signal in enumerate(signals):
        plus, minus = int(spoke[bad, at].sum()), int(spoke[~bad, at].sum())
        ratio = ((plus + 0.5) / (int(bad.sum()) + 1)) / ((minus + 0.5) / (int((~bad).sum()) + 1))
        found[signal.id] = Weight(
            log_odds=round(slope * float(fitted.weights[at]), 4),
            error=round(slope * float(fitted.errors[at]), 4),
            measured=True,
            ratio=round(ratio, 3),
            bad=plus,
            good=minus,
        )
    return found


def _again(model: Model, cases: Sequence[Case]) -> Floats:
    """What the model says of each case by its measured weights, which is what a fit can measure."""
    signals = [SIGNALS[name] for name in model.weights]
    strengths = _strengths([with_letters(case.facts, model.letters) for case in cases], signals)
    weights = np.array([model.weights[signal.id].log_odds for signal in signals])
    return sigmoid(model.base + strengths @ weights)


def _learnt_from(cases: Sequence[Case], bad: Truth, parts: NDArray[np.int64]) -> dict[str, Any]:
    sources: dict[str, dict[str, int]] = {}
    for case in cases:
        kind = "bad" if case.bad else "good"
        counts = sources.setdefault(case.source, {})
        counts[kind] = counts.get(kind, 0) + 1
    inside = {
        "fitted": np.isin(parts, FITTED),
        "calibrated": parts == CALIBRATED,
        "measured": parts > CALIBRATED,
    }
    return {
        "domains": len(cases),
        "parts": {
            name: {"bad": int((bad & here).sum()), "good": int((~bad & here).sum())}
            for name, here in inside.items()
        },
        "lists": sources,
    }


def _figures(
    cases: Sequence[Case],
    bad: Truth,
    parts: NDArray[np.int64],
    said: Floats,
    model: Model,
    chance: np.random.Generator,
) -> dict[str, Any]:
    """Figures of the half that was neither fitted nor calibrated on, in whole, by list and by suffix."""
    out = parts > CALIBRATED
    sources = np.array([case.source for case in cases])
    suffixes = np.array([suffix_of(case.domain).rpartition(".")[2] for case in cases])
    flagged = said >= model.flag_at
    by_suffix = {}
    for suffix in np.unique(suffixes[out & ~bad]):
        here = out & ~bad & (suffixes == suffix)
        if here.sum() >= 50 or (here & flagged).any():
            by_suffix[str(suffix)] = {"good": int(here.sum()), "flagged": int((here & flagged).sum())}
    by_source = {}
    for source in np.unique(sources[out]):
        here = out & (sources == source)
        by_source[str(source)] = {
            "domains": int(here.sum()),
            "flagged": int((here & flagged).sum()),
            "share": round(float(flagged[here].mean()), 5),
        }
    top = out & (said > 0.9)
    return {
        **all_figures(said[out], bad[out], chance),
        "at_the_flag_threshold": at_threshold(said[out], bad[out], model.flag_at),
        "above_0.9": {
            "cases": int(top.sum()),
            "observed": round(float(bad[top].mean()), 4) if top.any() else None,
        },
        "flagged_by_list": by_source,
        "false_positives_by_suffix": by_suffix,
        "read": "host names only" if not any(case.facts.page.words for case in cases) else "all given facts",
    }
