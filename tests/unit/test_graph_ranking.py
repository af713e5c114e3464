"""PageRank held against slow ways to the same figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.errors import InputError
from linkstead.graph.adjacency import Adjacency
from linkstead.graph.ranking import DAMPING, TOLERANCE, pagerank, pieces_of
from linkstead.graph.trust import distrust, trust

Arcs = set[tuple[int, int]]


def adjacency(nodes: int, pairs: Arcs) -> Adjacency:
    rows: list[list[int]] = [[] for _ in range(nodes)]
    for one, other in sorted(pairs):
        rows[one].append(other)
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.uint64)
    return Adjacency(offsets, np.array([to for row in rows for to in row], np.uint32))


def both(nodes: int, arcs: Arcs) -> tuple[Adjacency, Adjacency]:
    return adjacency(nodes, arcs), adjacency(nodes, {(to, source) for source, to in arcs})


def solved(
    nodes: int, arcs: Arcs, teleport: list[float] | None = None, damping: float = DAMPING
) -> list[float]:
    """The exact solution of the linear system, dangling nodes linking wherever the teleport goes."""
    weights = np.array(teleport or [1.0] * nodes) / sum(teleport or [1.0] * nodes)
    matrix = np.zeros((nodes, nodes))
    for source, to in arcs:
        matrix[to, source] = 1
    for source in range(nodes):
        given_away = matrix[:, source].sum()
        matrix[:, source] = matrix[:, source] / given_away if given_away else weights
    exact = np.linalg.solve(np.eye(nodes) - damping * matrix, (1 - damping) * weights)
    return [float(value) for value in exact]


def grouped(nodes: int, arcs: Arcs, groups: list[int], steps: int = 300) -> list[float]:
    """One vote a group, in plain Python."""
    out = [sum(source == node for source, _ in arcs) for node in range(nodes)]
    ranks = [1 / nodes] * nodes
    for _ in range(steps):
        votes = []
        for node in range(nodes):
            best: dict[int, float] = {}
            for source, to in arcs:
                if to == node:
                    share = ranks[source] / out[source]
                    best[groups[source]] = max(best.get(groups[source], 0.0), share)
            votes.append(sum(best.values()))
        lost = 1 - sum(votes)
        ranks = [DAMPING * (vote + lost / nodes) + (1 - DAMPING) / nodes for vote in votes]
    return ranks


@st.composite
def webs(draw: st.DrawFn, most: int = 12) -> tuple[int, Arcs]:
    nodes = draw(st.integers(1, most))
    ends = st.integers(0, nodes - 1)
    pairs = draw(st.sets(st.tuples(ends, ends), max_size=40))
    return nodes, {(source, to) for source, to in pairs if source != to}


def off(ranks: np.ndarray, exact: list[float]) -> float:
    return float(np.abs(ranks - np.array(exact)).sum())


@given(webs(), st.floats(0, 0.9))
@settings(deadline=None, max_examples=60)
def test_pagerank_is_the_solution_of_its_equations(web: tuple[int, Arcs], damping: float) -> None:
    nodes, arcs = web
    forward, backward = both(nodes, arcs)
    run = pagerank(backward, forward.degrees(), damping=damping, tolerance=1e-7)
    assert off(run.values, solved(nodes, arcs, damping=damping)) < 5e-6
    assert run.values.sum() == pytest.approx(1)
    assert run.error <= 1e-7
    assert not run.stopped


@given(webs(), st.data())
@settings(deadline=None, max_examples=40)
def test_a_teleport_vector_decides_where_walks_begin(web: tuple[int, Arcs], data: st.DataObject) -> None:
    nodes, arcs = web
    weights = data.draw(st.lists(st.integers(0, 5), min_size=nodes, max_size=nodes).filter(any))
    forward, backward = both(nodes, arcs)
    run = pagerank(backward, forward.degrees(), teleport=np.array(weights, float), tolerance=1e-7)
    assert off(run.values, solved(nodes, arcs, [float(weight) for weight in weights])) < 5e-6


@given(webs(8), st.data())
@settings(deadline=None, max_examples=40)
def test_of_one_group_only_the_largest_vote_counts(web: tuple[int, Arcs], data: st.DataObject) -> None:
    nodes, arcs = web
    groups = data.draw(st.lists(st.integers(0, 3), min_size=nodes, max_size=nodes))
    forward, backward = both(nodes, arcs)
    run = pagerank(backward, forward.degrees(), groups=np.array(groups, np.uint32))
    assert off(run.values, grouped(nodes, arcs, groups)) < 5e-6


def test_ten_hosts_of_one_domain_vote_like_one() -> None:
    arcs = {(host, 10) for host in range(10)} | {(12, 11)}
    forward, backward = both(13, arcs)
    groups = np.array([7] * 10 + [1, 2, 3], np.uint32)
    alone = pagerank(backward, forward.degrees()).values
    limited = pagerank(backward, forward.degrees(), groups=groups).values
    assert alone[10] > 4 * alone[11]
    assert limited[10] == pytest.approx(limited[11])


def test_groups_that_are_all_different_change_nothing() -> None:
    arcs = {(0, 1), (2, 1), (1, 3), (3, 0), (4, 1)}
    forward, backward = both(5, arcs)
    plain = pagerank(backward, forward.degrees()).values
    one_each = pagerank(backward, forward.degrees(), groups=np.arange(5, dtype=np.uint32)).values
    assert off(one_each, [float(value) for value in plain]) < 5e-6


def test_nodes_that_nobody_links_to_tie_to_the_last_bit() -> None:
    draw = np.random.default_rng(4)
    arcs = {
        (int(source), int(to))
        for source, to in zip(draw.integers(0, 900, 5000), draw.integers(900, 1000, 5000), strict=True)
    }
    forward, backward = both(1000, arcs)
    ranks = pagerank(backward, forward.degrees()).values
    assert len(set(ranks[:900].tolist())) == 1


def test_the_length_of_the_last_step_bounds_the_error() -> None:
    draw = np.random.default_rng(5)
    pairs = zip(draw.integers(0, 300, 1500), draw.integers(0, 300, 1500), strict=True)
    arcs = {(int(source), int(to)) for source, to in pairs if source != to}
    forward, backward = both(300, arcs)
    for tolerance in (1e-2, 1e-4, TOLERANCE):
        run = pagerank(backward, forward.degrees(), tolerance=tolerance)
        assert run.error <= tolerance
        assert off(run.values, solved(300, arcs)) <= run.error * DAMPING / (1 - DAMPING) + 1e-12


def test_a_stopped_run_says_so() -> None:
    forward, backward = both(3, {(0, 1), (1, 2)})
    assert pagerank(backward, forward.degrees(), should_stop=lambda: True).stopped


def test_an_empty_graph_has_no_ranks() -> None:
    forward, backward = both(0, set())
    assert pagerank(backward, forward.degrees()).values.tolist() == []


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"damping": 1.0}, "damping"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"teleport": np.zeros(3)}, "teleport"),
        ({"teleport": np.array([1, -1, 1.0])}, "teleport"),
        ({"teleport": np.ones(2)}, "teleport"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object], word: str) -> None:
    forward, backward = both(3, {(0, 1)})
    with pytest.raises(InputError, match=word):
        pagerank(backward, forward.degrees(), **wrong)  # type: ignore[arg-type]


def test_pieces_cover_every_node_once_and_share_the_arcs() -> None:
    arcs = {(0, to) for to in range(1, 2000)} | {(source, source + 1) for source in range(1, 1999)}
    forward, _ = both(2000, arcs)
    cuts = pieces_of(forward)
    assert cuts[0] == 0
    assert cuts[-1] == 2000
    assert (np.diff(cuts) > 0).all()


@given(webs(), st.data())
@settings(deadline=None, max_examples=30)
def test_trust_flows_along_links_and_distrust_against_them(
    web: tuple[int, Arcs], data: st.DataObject
) -> None:
    nodes, arcs = web
    seeds = data.draw(st.sets(st.integers(0, nodes - 1), min_size=1))
    forward, backward = both(nodes, arcs)
    weights = [float(node in seeds) for node in range(nodes)]
    trusted = trust(backward, forward.degrees(), seeds).values
    distrusted = distrust(forward, backward.degrees(), seeds).values
    assert off(trusted, solved(nodes, arcs, weights)) < 5e-6
    assert off(distrusted, solved(nodes, {(to, source) for source, to in arcs}, weights)) < 5e-6
