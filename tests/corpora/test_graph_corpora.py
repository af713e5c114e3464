"""The graph on real files: cnr-2000 in BVGraph form, Common Crawl's published ranks, political blogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linkstead.graph import queries
from linkstead.graph.bvgraph import arcs_of
from linkstead.graph.importing import Wanted, import_graph
from linkstead.graph.store import open_graph
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

ARCS = 3_216_152


@pytest.fixture
def cnr() -> Path:
    return shared("law-cnr-2000", "data/cnr-2000.graph").with_suffix("")


def test_cnr_2000_has_exactly_its_arcs(cnr: Path) -> None:
    assert sum(len(froms) for froms, _ in arcs_of(cnr)) == ARCS


def test_the_first_nodes_of_cnr_2000_are_as_its_own_list_has_them(cnr: Path) -> None:
    froms, tos = next(iter(arcs_of(cnr)))
    lines = cnr.with_name("cnr-2000_edges.txt").read_text().splitlines()
    for node, line in enumerate(lines[:55]):
        assert tos[froms == node].tolist() == [int(one) for one in line.split()]


def test_our_transpose_of_cnr_2000_is_its_published_transpose(cnr: Path, tmp_path: Path) -> None:
    made = import_graph(Wanted("cnr-2000", "other", bvgraph=cnr), tmp_path / "g", now=1, memory=1 << 20)
    assert made is not None
    graph = open_graph(tmp_path / "g")
    blocks = list(arcs_of(cnr.with_name("cnr-2000-t")))
    assert np.array_equal(np.concatenate([tos for _, tos in blocks]), graph.backward.arcs)
    froms = np.concatenate([froms for froms, _ in blocks])
    assert np.array_equal(
        np.bincount(froms, minlength=graph.nodes), np.diff(graph.backward.offsets.astype(int))
    )


@pytest.mark.parametrize("level", ["domain", "host"])
def test_published_ranks_are_imported_as_they_are(tmp_path: Path, level: str) -> None:
    path = shared("cc-ranks-2026", f"{level}-cc-main-2026-apr-may-jun.json")
    import_graph(Wanted("2026-apr-may-jun", level, ranks=path), tmp_path / "g", now=1)
    found = queries.profile(open_graph(tmp_path / "g"), "www.wikipedia.org")
    assert isinstance(found, queries.Profile)
    standing = found.ranks["published-pagerank"]
    if level == "domain":
        assert (standing.value, standing.position) == (8.529508380020326e-4, 42)
    assert found.ranks["published-harmonic"].position is not None
