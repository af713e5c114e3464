"""Ranks as Common Crawl publishes them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest

from linkstead.errors import FileRefused
from linkstead.graph.importing import Wanted, import_graph
from linkstead.graph.store import open_graph
from tests.graph_samples import graph_of

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts\n"
ROWS = "1\t2.9E7\t2\t0.015\tcom.b\t9\n2\t2.8E7\t1\t0.02\tcom.a\t3\n3\t---\t---\t---\torg.c\t1\n"


def ranks_file(folder: Path, text: str = HEADER + ROWS) -> Path:
    path = folder / "r-domain-ranks.txt.gz"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_ranks_alone_become_a_graph_without_arcs(tmp_path: Path) -> None:
    made = import_graph(Wanted("r", "domain", ranks=ranks_file(tmp_path)), tmp_path / "g", now=1)
    assert made is not None
    assert (made.nodes, made.arcs) == (3, 0)
    graph = open_graph(tmp_path / "g")
    node = graph.node("a.com")
    assert node is not None
    values, places = graph.rank("published-pagerank"), graph.position("published-pagerank")
    assert values is not None
    assert places is not None
    assert (float(values[node]), int(places[node])) == (0.02, 1)
    assert len(graph.backward.of(node)) == 0
    worth = graph.rank("authority")
    assert worth is not None
    assert worth[node] == 100
    assert graph.damaged() == []


def test_ranks_are_joined_by_name_and_what_is_missing_stays_unknown(tmp_path: Path) -> None:
    graph_of(tmp_path / "g", ["com.a", "com.z", "org.c"], [(0, 1)])
    import_graph(Wanted("r", "domain", ranks=ranks_file(tmp_path)), tmp_path / "g", now=1)
    graph = open_graph(tmp_path / "g")
    values = graph.rank("published-harmonic")
    assert values is not None
    assert values[0] == 2.8e7
    assert np.isnan(values[1:]).all()
    assert graph.manifest.ranks["published-harmonic"] == {
        "source": "r-domain-ranks.txt.gz",
        "rows": 3,
        "matched": 2,
    }
    assert graph.manifest.arcs == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\tb\n1\t2\n", "header"),
        (HEADER, "no ranks"),
        (HEADER + "1\tx\t2\t3\tcom.a\n", "no line of ranks"),
        (HEADER + "1\t2\n", "no line of ranks"),
        (HEADER + "1\t1\t1\t1\tcom a\t1\n", "no name of a host"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(FileRefused, match=why):
        import_graph(Wanted("r", "domain", ranks=ranks_file(tmp_path, text)), tmp_path / "g", now=1)


def test_ranks_of_another_release_are_refused_and_change_nothing(tmp_path: Path) -> None:
    before = graph_of(tmp_path / "g", ["net.x", "net.y"], [(0, 1)]).manifest
    with pytest.raises(FileRefused, match="another release"):
        import_graph(Wanted("r", "domain", ranks=ranks_file(tmp_path)), tmp_path / "g", now=1)
    assert open_graph(tmp_path / "g").manifest == before
