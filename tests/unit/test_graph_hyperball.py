"""Harmonic centrality held against breadth-first searches."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from linkstead.errors import InputError
from linkstead.graph.adjacency import Adjacency
from linkstead.graph.hyperball import harmonic_centrality, relative_error


def random_web(nodes: int, arcs: int, seed: int) -> tuple[Adjacency, Adjacency]:
    draw = np.random.default_rng(seed)
    pairs = np.unique(draw.integers(0, nodes, (arcs, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return side(nodes, pairs), side(nodes, pairs[:, ::-1])


def side(nodes: int, pairs: np.ndarray) -> Adjacency:
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    offsets = np.zeros(nodes + 1, np.uint64)
    offsets[1:] = np.cumsum(np.bincount(pairs[:, 0], minlength=nodes))
    return Adjacency(offsets, pairs[:, 1].astype(np.uint32))


def exact(forward: Adjacency) -> np.ndarray:
    """Every node's harmonic centrality by one search from every node."""
    values = np.zeros(forward.nodes)
    for start in range(forward.nodes):
        distance, queue = {start: 0}, deque([start])
        while queue:
            node = queue.popleft()
            for after in forward.of(node).tolist():
                if after not in distance:
                    distance[after] = distance[node] + 1
                    values[after] += 1 / distance[after]
                    queue.append(after)
    return values


@pytest.mark.parametrize("registers", [16, 64, 256, 1024])
def test_the_error_over_many_seeds_is_within_what_is_said(registers: int) -> None:
    forward, backward = random_web(300, 1200, 7)
    truth = exact(forward)
    reached = truth > 0
    errors = []
    for seed in range(12):
        run = harmonic_centrality(backward, registers=registers, seed=seed)
        errors.append(run.values[reached] / truth[reached] - 1)
    assert run.relative_error == relative_error(registers)
    assert np.sqrt(np.mean(np.square(errors))) <= relative_error(registers)
    assert (run.values[~reached] == 0).all()


def test_more_registers_come_nearer_to_the_order_of_the_truth() -> None:
    forward, backward = random_web(400, 1200, 3)
    truth = np.argsort(np.argsort(exact(forward)))
    agreement = []
    for registers in (16, 256, 4096):
        order = np.argsort(np.argsort(harmonic_centrality(backward, registers=registers).values))
        agreement.append(np.corrcoef(truth, order)[0, 1])
    assert agreement == sorted(agreement)
    assert agreement[-1] > 0.99


def test_it_goes_on_until_the_longest_path_is_counted() -> None:
    pairs = np.array([(node, node + 1) for node in range(99)])
    run = harmonic_centrality(side(100, pairs[:, ::-1]), registers=4096)
    assert run.iterations == 100
    assert run.values[99] == pytest.approx(sum(1 / distance for distance in range(1, 100)), rel=0.05)
    assert run.values[0] == 0


def test_a_seed_gives_the_same_figures_and_another_gives_others() -> None:
    _, backward = random_web(200, 600, 1)
    first, second, other = (harmonic_centrality(backward, seed=seed).values for seed in (1, 1, 2))
    assert first.tolist() == second.tolist()
    assert first.tolist() != other.tolist()


def test_paths_longer_than_asked_for_are_said_to_be_cut() -> None:
    pairs = np.array([(node, node + 1) for node in range(99)])
    assert harmonic_centrality(side(100, pairs[:, ::-1]), most=5).stopped


def test_a_stopped_run_says_so() -> None:
    _, backward = random_web(20, 40, 1)
    assert harmonic_centrality(backward, should_stop=lambda: True).stopped


@pytest.mark.parametrize("registers", [0, 8, 17, 8192, -64])
def test_registers_are_a_power_of_two_within_bounds(registers: int) -> None:
    _, backward = random_web(20, 40, 1)
    with pytest.raises(InputError, match="power of two"):
        harmonic_centrality(backward, registers=registers)


def test_an_empty_graph_is_stable_at_once() -> None:
    assert (
        harmonic_centrality(Adjacency(np.zeros(1, np.uint64), np.zeros(0, np.uint32))).values.tolist() == []
    )
