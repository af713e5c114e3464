"""Domain authority: a rank between 0 and 100."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.errors import InputError
from linkstead.graph.adjacency import Adjacency
from linkstead.graph.authority import anchored_rank, anchors, authority, from_positions

RANKS = st.lists(st.sampled_from([1e-9, 1e-8, 2e-8, 1e-5, 3e-3, 0.1]), min_size=2, max_size=60)


@given(RANKS)
def test_it_is_monotone_and_between_0_and_100(ranks: list[float]) -> None:
    values = authority(np.array(ranks))
    assert values.min() >= 0
    assert values.max() <= 100
    for one, first in zip(ranks, values.tolist(), strict=True):
        for other, second in zip(ranks, values.tolist(), strict=True):
            assert (one < other) == (first < second)


@given(RANKS, st.floats(0.01, 100))
def test_it_does_not_move_when_all_ranks_do(ranks: list[float], factor: float) -> None:
    assert authority(np.array(ranks)).tolist() == authority(np.array(ranks) * factor).tolist()


def test_the_many_with_the_least_rank_share_0_and_the_best_has_100() -> None:
    values = authority(np.array([1e-9] * 90 + [1e-8] * 9 + [0.5]))
    assert set(values[:90].tolist()) == {0.0}
    assert values[90:99].tolist() == pytest.approx([50.0] * 9)
    assert values[99] == 100


def test_it_is_logarithmic_in_the_number_of_better_nodes() -> None:
    values = authority(np.arange(10_000, 0, -1, dtype=float))
    assert values[[0, 9, 99, 999, 9999]].tolist() == pytest.approx([100, 75, 50, 25, 0])


def test_nodes_without_a_rank_have_no_authority_and_do_not_count() -> None:
    values = authority(np.array([0.2, np.nan, 0.1]))
    assert np.isnan(values[1])
    assert values[[0, 2]].tolist() == [100, 0]


def test_published_positions_give_the_same_as_ranks() -> None:
    assert from_positions(np.array([1, 100, 0], np.uint32), 10_000)[:2].tolist() == pytest.approx([100, 50])
    assert np.isnan(from_positions(np.array([0], np.uint32), 10))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 1))
def test_anchors_are_the_most_central_and_share_evenly(harmonic: list[float], share: float) -> None:
    weights = anchors(np.array(harmonic), share)
    assert weights.sum() == pytest.approx(1)
    chosen = weights > 0
    assert len(set(weights[chosen].tolist())) == 1
    if not chosen.all():
        assert np.array(harmonic)[chosen].min() > np.array(harmonic)[~chosen].max()


def test_a_domain_that_nothing_reaches_is_no_anchor() -> None:
    assert anchors(np.array([0.0, 3.0, 0.0]), 1.0).tolist() == [0, 1, 0]


@pytest.mark.parametrize("share", [0, -1, 1.5])
def test_the_share_of_anchors_is_a_share(share: float) -> None:
    with pytest.raises(InputError, match="share"):
        anchors(np.ones(3), share)


def test_links_of_fresh_domains_weigh_nothing() -> None:
    # 0..9 a ring that votes; 10 and 11 targets, 11 with a farm of twenty behind it
    links = [(node, (node + 1) % 10) for node in range(10)] + [(0, 10), (5, 11)]
    links += [(farm, 11) for farm in range(12, 32)]
    pairs = np.array(sorted((to, source) for source, to in links))
    offsets = np.zeros(33, np.uint64)
    offsets[1:] = np.cumsum(np.bincount(pairs[:, 0], minlength=32))
    backward = Adjacency(offsets, pairs[:, 1].astype(np.uint32))
    out = np.bincount([source for source, _ in links], minlength=32).astype(np.uint32)
    harmonic = np.array([9.0] * 10 + [2.0] * 2 + [0.0] * 20)
    ranks = anchored_rank(backward, out, harmonic).values
    assert ranks[10] == pytest.approx(ranks[11], rel=1e-4)
    assert (ranks[12:] == 0).all()


def test_reading_authority_loads_no_compiler() -> None:
    said = "import sys, linkstead.graph.authority; print('numba' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
