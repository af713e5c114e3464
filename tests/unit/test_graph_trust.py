"""Trust and distrust from seeds."""

from __future__ import annotations

import numpy as np
import pytest

from linkstead.errors import InputError
from linkstead.graph.adjacency import Adjacency
from linkstead.graph.trust import distrust, seeded, trust

#: 0 -> 1 -> 2 and 3 -> 2: node 3 is reached by nobody.
FORWARD = Adjacency(np.array([0, 1, 2, 2, 3], np.uint64), np.array([1, 2, 2], np.uint32))
BACKWARD = Adjacency(np.array([0, 0, 1, 3, 3], np.uint64), np.array([0, 1, 3], np.uint32))


def test_trust_fades_with_the_distance_from_its_seed() -> None:
    values = trust(BACKWARD, FORWARD.degrees(), [0]).values
    assert values[0] > values[1] > values[2] > 0


def test_whom_no_seed_reaches_has_no_trust_at_all() -> None:
    assert trust(BACKWARD, FORWARD.degrees(), [0]).values[3] == 0


def test_distrust_goes_to_those_that_link_to_the_seed() -> None:
    values = distrust(FORWARD, BACKWARD.degrees(), [2]).values
    assert values[1] > 0
    assert values[3] > 0
    assert distrust(FORWARD, BACKWARD.degrees(), [1]).values[2] == 0


def test_a_seed_named_twice_counts_once() -> None:
    assert seeded(4, [1, 1, 2]).tolist() == [0, 0.5, 0.5, 0]


@pytest.mark.parametrize("seeds", [[], [4], [-1]])
def test_seeds_must_be_nodes(seeds: list[int]) -> None:
    with pytest.raises(InputError):
        seeded(4, seeds)
