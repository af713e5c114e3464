"""What a domain loses when referrers count no more: by hand, and against ranks made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linkstead.graph.computing import RankOptions, rank_graph
from linkstead.graph.cutting import weakened
from linkstead.graph.kinds import DEFAULT
from linkstead.graph.ranking import pagerank
from tests.graph_samples import graph_of

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [f"com.a{number:02}" for number in range(40)]


def arcs() -> set[tuple[int, int]]:
    """Node 0 is referred to by 1 to 9, refers to nobody; the others refer to each other by chance."""
    rng = np.random.default_rng(7)
    drawn = {(int(one), int(other)) for one, other in rng.integers(1, 40, (160, 2)) if one != other}
    return drawn | {(number, 0) for number in range(1, 10)}


def test_the_votes_of_cut_referrers_are_taken_away(tmp_path: Path) -> None:
    pairs = arcs()
    graph = rank_graph(graph_of(tmp_path / "g", NAMES, pairs), ["pagerank"], RankOptions(tolerance=1e-12))
    found = weakened(graph, 0, [1, 2, 3, 35])
    assert found is not None
    assert (found.kind, found.referrers, found.cut) == ("pagerank", 9, 3)
    ranks, out = graph.rank("pagerank"), graph.forward.degrees()
    assert ranks is not None
    lost = 0.85 * sum(float(ranks[node]) / out[node] for node in (1, 2, 3))
    assert found.rank_after == pytest.approx(found.rank_before - lost)
    assert found.share == pytest.approx(lost / found.rank_before)
    assert found.authority_after < found.authority_before


def test_the_first_order_is_close_to_ranks_made_anew(tmp_path: Path) -> None:
    pairs = arcs()
    graph = rank_graph(graph_of(tmp_path / "g", NAMES, pairs), ["pagerank"], RankOptions(tolerance=1e-12))
    found = weakened(graph, 0, [1, 2, 3])
    assert found is not None
    # the votes are given to nobody: the arcs go to a node that refers to nobody and is asked for nothing
    other = graph_of(
        tmp_path / "h",
        [*NAMES, "com.z"],
        {(one, 40 if to == 0 and one in {1, 2, 3} else to) for one, to in pairs},
    )
    anew = pagerank(other.backward, other.forward.degrees(), tolerance=1e-12).values
    # one node more shares the teleport, which moves all ranks by about a fortieth
    assert found.rank_after == pytest.approx(float(anew[0]), rel=0.06)


def test_nothing_cut_changes_nothing_and_the_anchored_rank_speaks_first(tmp_path: Path) -> None:
    graph = rank_graph(graph_of(tmp_path / "g", NAMES, arcs()), DEFAULT, RankOptions(registers=16))
    found = weakened(graph, 0, [])
    assert found is not None
    assert found.kind == "anchored"
    assert (found.cut, found.share, found.rank_after) == (0, 0, found.rank_before)
    assert found.authority_before == found.authority_after
    kept = graph.rank("authority")
    assert kept is not None
    assert found.authority_before == pytest.approx(float(kept[0]))


def test_a_graph_without_ranks_says_nothing(tmp_path: Path) -> None:
    assert weakened(graph_of(tmp_path / "g", NAMES, arcs()), 0, [1]) is None
