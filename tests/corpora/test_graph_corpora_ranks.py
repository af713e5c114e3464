"""Ranks of real graphs, held against scipy and breadth-first searches.

The folder is named by LINKSTEAD_SHARED_DATA (default: `../shared/data` beside the project).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.csgraph

from linkstead.graph.adjacency import Adjacency
from linkstead.graph.bvgraph import arcs_of
from linkstead.graph.hyperball import harmonic_centrality
from linkstead.graph.ranking import pagerank

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
CNR_NODES = 325_557

pytestmark = pytest.mark.skipif(
    not (DATA / "law-cnr-2000").is_dir(),
    reason=f"the shared test files are not at {DATA}; set LINKSTEAD_SHARED_DATA to their folder",
)


def adjacency(matrix: scipy.sparse.csr_array) -> Adjacency:
    matrix.sort_indices()
    return Adjacency(matrix.indptr.astype(np.uint64), matrix.indices.astype(np.uint32))


def test_pagerank_of_cnr_2000_is_scipys() -> None:
    blocks = list(arcs_of(DATA / "law-cnr-2000" / "data" / "cnr-2000"))
    froms = np.concatenate([block[0] for block in blocks])
    tos = np.concatenate([block[1] for block in blocks])
    out = np.bincount(froms, minlength=CNR_NODES).astype(np.uint32)
    shares = scipy.sparse.csr_array((1.0 / out[froms], (tos, froms)), (CNR_NODES, CNR_NODES))
    truth = np.full(CNR_NODES, 1 / CNR_NODES)
    for _ in range(130):
        truth = 0.85 * (shares @ truth + truth[out == 0].sum() / CNR_NODES) + 0.15 / CNR_NODES
    run = pagerank(adjacency(shares), out)
    assert np.abs(run.values - truth).sum() <= 5e-6


def test_harmonic_centrality_of_the_political_blogs_is_within_its_error() -> None:
    path = DATA / "webgraph-polblogs" / "practicum" / "data" / "polblogs" / "polblogs.gml"
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"edge\s*\[\s*source (\d+)\s+target (\d+)", text)
    pairs = np.unique(np.array(found, np.int64), axis=0)
    nodes = int(max(pairs.max(), *(int(one) for one in re.findall(r"\bid (\d+)", text)))) + 1
    links = scipy.sparse.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (nodes, nodes))
    far = scipy.sparse.csgraph.shortest_path(links, unweighted=True)
    near = (far > 0) & np.isfinite(far)
    truth = np.divide(1.0, far, out=np.zeros_like(far), where=near).sum(axis=0)
    reached = truth > 0
    backward = adjacency(scipy.sparse.csr_array(links.T))
    runs = [harmonic_centrality(backward, registers=256, seed=seed) for seed in range(8)]
    errors = [run.values[reached] / truth[reached] - 1 for run in runs]
    assert len(pairs) > 15_000
    assert np.sqrt(np.mean(np.square(errors))) <= runs[0].relative_error
