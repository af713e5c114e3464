"""The figures of a classifier, and a fit on made-up names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.errors import InputError
from linkstead.quality.facts import DomainFacts, Facts
from linkstead.quality.fitting import Case, fit, part_of
from linkstead.quality.measures import (
    at_threshold,
    auc,
    average_precision,
    brier,
    calibration_error,
    threshold_at,
)


def array(*values: float) -> np.ndarray:
    return np.array(values, float)


def test_the_area_counts_pairs_and_halves_ties() -> None:
    bad = np.array([True, True, False, False])
    assert auc(array(4, 3, 2, 1), bad) == 1.0
    assert auc(array(1, 1, 1, 1), bad) == 0.5
    assert auc(array(4, 1, 2, 1), bad) == 0.625


def test_average_precision_takes_ties_together() -> None:
    assert average_precision(array(3, 2, 1), np.array([True, False, True])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(array(1, 1), np.array([True, False])) == 0.5


def test_the_calibration_error_is_the_gap_in_each_bin() -> None:
    said, bad = array(0.9, 0.9, 0.9, 0.9), np.array([True, True, True, False])
    assert calibration_error(said, bad) == pytest.approx(0.15)
    assert brier(said, bad) == pytest.approx((3 * 0.01 + 0.81) / 4)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2).filter(
        lambda rows: not all(b for _, b in rows)
    ),
    st.floats(0, 0.99),
)
def test_a_threshold_keeps_its_share_of_false_positives(rows: list[tuple[int, bool]], share: float) -> None:
    scores, bad = np.array([float(s) for s, _ in rows]), np.array([b for _, b in rows])
    found = at_threshold(scores, bad, threshold_at(scores, bad, share))
    assert found["false_positives"] <= share + 1e-5


def cases() -> list[Case]:
    names = [(f"{'abcdefghij'[n % 10]}lamp{n}shop.com", False) for n in range(800)]
    names += [(f"bonus-kredit-{n}.xyz", True) for n in range(300)]
    return [
        Case(name, bad, "made up", Facts(domain=DomainFacts(name=name, host=name))) for name, bad in names
    ]


def test_a_fit_tells_them_apart_and_a_second_one_is_the_same() -> None:
    made = fit(cases(), made_on="2026-11-28", chance=np.random.default_rng(1))
    again = fit(list(reversed(cases())), made_on="2026-11-28", chance=np.random.default_rng(1))
    assert made == again
    assert made.figures["auc"] > 0.99
    assert made.weights["domain.bulk-suffix"].log_odds > 0
    assert made.weights["domain.digits"].log_odds >= 0
    assert "domain.risky-name" not in made.weights, "it never spoke, so it is not measured"


def test_a_prior_moves_the_base_and_no_weight() -> None:
    usual = fit(cases(), made_on="x", chance=np.random.default_rng(1))
    rare = fit(cases(), made_on="x", chance=np.random.default_rng(1), prior=0.01)
    assert rare.base < usual.base
    assert rare.weights == usual.weights


def test_too_few_domains_are_refused() -> None:
    with pytest.raises(InputError, match="longer lists"):
        fit(cases()[:100], made_on="x", chance=np.random.default_rng(1))


def test_parts_are_the_same_everywhere() -> None:
    assert [part_of(name) for name in ("example.com", "example.org", "example.net")] == [2, 6, 6]
