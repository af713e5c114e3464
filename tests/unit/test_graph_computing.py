"""Ranks of a whole graph: what is kept, what is left as it stands, and where a stopped run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linkstead.errors import InputError, StoreError, UsageError
from linkstead.graph.computing import RankOptions, rank_graph
from linkstead.graph.kinds import DEFAULT
from linkstead.graph.manifest import read_manifest
from linkstead.graph.ranking import pagerank
from linkstead.graph.store import Graph, open_graph
from tests.graph_samples import graph_of

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.progress import Progress

NAMES = ["com.a", "com.b", "com.c", "com.d", "org.e"]
PAIRS = [(0, 1), (1, 2), (2, 0), (3, 0), (4, 0), (4, 1)]


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return graph_of(tmp_path / "g", NAMES, PAIRS)


def written(graph: Graph) -> dict[str, int]:
    """When each rank was written."""
    return {path.name: path.stat().st_mtime_ns for path in (graph.folder / "ranks").iterdir()}


def values(graph: Graph, kind: str) -> np.ndarray:
    found = open_graph(graph.folder).rank(kind)
    assert found is not None, kind
    return np.array(found)


def test_the_usual_kinds_are_kept_with_what_made_them(graph: Graph) -> None:
    ranked = rank_graph(graph, DEFAULT, RankOptions(registers=16))
    assert set(ranked.manifest.ranks) == {"pagerank", "harmonic", "anchored", "authority"}
    assert ranked.manifest.ranks["pagerank"]["damping"] == 0.85
    assert ranked.manifest.ranks["harmonic"]["registers"] == 16
    assert ranked.manifest.ranks["authority"]["basis"] == "anchored"
    exact = pagerank(graph.backward, graph.forward.degrees()).values
    assert np.array_equal(values(graph, "pagerank"), exact)
    assert values(graph, "authority").max() == 100


def test_what_stands_there_made_in_the_same_way_is_left_as_it_is(graph: Graph) -> None:
    options = RankOptions(seeds=(0,), bad_seeds=(4,))
    kinds = [*DEFAULT, "trust", "distrust"]
    rank_graph(graph, kinds, options)
    before = written(graph)
    rank_graph(graph, kinds, options)
    assert written(graph) == before


@pytest.mark.parametrize(
    ("options", "anew"),
    [
        (RankOptions(damping=0.5, seeds=(0,)), {"pagerank", "anchored", "authority", "trust"}),
        (RankOptions(tolerance=1e-10, seeds=(0,)), {"pagerank", "anchored", "authority", "trust"}),
        (RankOptions(registers=256, seeds=(0,)), {"harmonic", "anchored", "authority"}),
        (RankOptions(seeds=(0, 1)), {"trust"}),
        (RankOptions(seeds=(1,)), {"trust"}),
    ],
)
def test_what_was_made_otherwise_is_made_anew(graph: Graph, options: RankOptions, anew: set[str]) -> None:
    kinds = [*DEFAULT, "trust"]
    rank_graph(graph, kinds, RankOptions(seeds=(0,)))
    before = written(graph)
    rank_graph(graph, kinds, options)
    after = written(graph)
    assert {name for name in after if after[name] != before[name] and "." not in name} == anew


def test_a_stopped_run_keeps_what_was_finished_and_goes_on_behind_it(graph: Graph) -> None:
    steps: list[str] = []

    def stop() -> bool:
        return "Harmonic centrality" in steps

    def note(progress: Progress) -> None:
        steps.append(progress.step)

    rank_graph(graph, DEFAULT, progress=note, should_stop=stop)
    assert set(read_manifest(graph.folder).ranks) == {"pagerank"}, steps
    before = written(graph)["pagerank"]
    ranked = rank_graph(graph, DEFAULT)
    assert set(ranked.manifest.ranks) == {"pagerank", "harmonic", "anchored", "authority"}
    assert written(graph)["pagerank"] == before


def test_on_a_graph_of_hosts_a_domain_has_one_vote_in_every_kind(tmp_path: Path) -> None:
    # two targets; one is linked to by three hosts of one domain, the other by one host of one domain; the
    # seed links to all four, and is the one anchor: most refer to it
    names = ["com.farm.a", "com.farm.b", "com.farm.c", "net.one", "org.first", "org.second", "org.seed"]
    names += [f"org.seed-{number}" for number in range(7)]
    pairs = [(0, 4), (1, 4), (2, 4), (3, 5), (6, 0), (6, 1), (6, 2), (6, 3)]
    pairs += [(node, 6) for node in range(7, 14)]
    hosts = graph_of(tmp_path / "hosts", names, pairs, level="host")
    domains = graph_of(tmp_path / "domains", names, pairs)
    for graph in (hosts, domains):
        rank_graph(graph, [*DEFAULT, "trust"], RankOptions(registers=256, seeds=(6,)))
    for kind in ("pagerank", "anchored", "trust"):
        first, second = values(hosts, kind)[4:6]
        assert first == pytest.approx(second), kind
        first, second = values(domains, kind)[4:6]
        assert first > 2 * second, kind
    assert read_manifest(hosts.folder).ranks["anchored"]["one_vote_a_domain"] is True


def test_authority_alone_computes_what_it_stands_on(graph: Graph) -> None:
    ranked = rank_graph(graph, ["authority"])
    assert set(ranked.manifest.ranks) == {"harmonic", "anchored", "authority"}


def test_what_cannot_be_ranked_is_refused(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rank “page rank”"):
        rank_graph(graph, ["page rank"])
    with pytest.raises(InputError, match="None of the seeds"):
        rank_graph(graph, ["trust"])
    with pytest.raises(StoreError, match="no arcs"):
        rank_graph(graph_of(tmp_path / "bare", NAMES, []), ["pagerank"])
