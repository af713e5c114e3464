"""The graph's store: names, both directions, ranks, and what happens to damaged and unfinished ones."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.errors import FileRefused, StoreError
from linkstead.graph.importing import Wanted, import_graph
from linkstead.graph.store import graphs_in, open_graph, positions_of, write_rank
from linkstead.graph.text import part_files
from linkstead.graph.writer import GraphWriter, disk_needed, must_fit
from tests.graph_samples import graph_of, write_texts

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["com.example", "com.example-shop", "com.example.blog", "net.other", "org.site.www"]
PAIRS = [(0, 1), (0, 3), (1, 0), (2, 0), (3, 0), (4, 0), (4, 3)]
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_both_directions_say_the_same_arcs(tmp_path: Path) -> None:
    graph = graph_of(tmp_path / "g", NAMES, PAIRS)
    forward = {(node, int(other)) for node in range(5) for other in graph.forward.of(node)}
    backward = {(int(other), node) for node in range(5) for other in graph.backward.of(node)}
    assert forward == backward == set(PAIRS)
    assert graph.backward.of(0).tolist() == [1, 2, 3, 4]


@FEW
@given(
    pairs=st.sets(
        st.tuples(st.integers(0, 39), st.integers(0, 39)).filter(lambda p: p[0] != p[1]), min_size=1
    ),
    memory=st.integers(1, 400),
)
def test_the_transpose_is_right_however_little_memory_it_gets(
    tmp_path_factory: pytest.TempPathFactory, pairs: set[tuple[int, int]], memory: int
) -> None:
    folder = tmp_path_factory.mktemp("g")
    writer = GraphWriter(folder / "g", release="r", level="other", nodes=40)
    ordered = np.array(sorted(pairs), np.uint32)
    writer.add_arcs(ordered[:, 0].copy(), ordered[:, 1].copy())
    writer.finish(now=1, memory=memory)
    graph = open_graph(folder / "g")
    turned = sorted((int(other), node) for node in range(40) for other in graph.backward.of(node))
    assert turned == sorted(pairs)
    assert all(np.all(np.diff(graph.backward.of(node).astype(int)) > 0) for node in range(40))


HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,12}(\.[a-z0-9-]{1,12}){1,3}", fullmatch=True)


@FEW
@given(names=st.sets(HOSTS, min_size=1, max_size=120))
def test_every_name_is_found_and_no_other(tmp_path_factory: pytest.TempPathFactory, names: set[str]) -> None:
    ordered = sorted(names)
    graph = graph_of(tmp_path_factory.mktemp("g") / "g", ordered, [])
    assert graph.names is not None
    assert list(graph.names.all()) == ordered
    assert [graph.names.find(name) for name in ordered] == list(range(len(ordered)))
    for name in ordered:
        for other in (f"{name}-", name[:-1], f"{name}.x"):
            assert (graph.names.find(other) is None) == (other not in names)
    prefix = ordered[0][:3]
    wanted = [node for node, name in enumerate(ordered) if name.startswith(prefix)]
    assert graph.names.starting_with(prefix, 1_000) == wanted


@pytest.mark.parametrize(
    ("asked", "node"),
    [
        ("example.com", 0),
        ("EXAMPLE.com.", 0),
        ("www.example.com", 0),
        ("https://example.com/page", 0),
        ("blog.example.com", 2),
        ("site.org", 4),
        ("www.site.org", 4),
        ("nowhere.com", None),
        ("", None),
        ("not a host", None),
    ],
)
def test_a_domain_is_found_as_people_write_it(tmp_path: Path, asked: str, node: int | None) -> None:
    assert graph_of(tmp_path / "g", NAMES, PAIRS).node(asked) == node


def test_releases_that_keep_www_are_told_from_those_that_strip_it(tmp_path: Path) -> None:
    assert graph_of(tmp_path / "kept", NAMES, PAIRS).manifest.www == "kept"
    assert graph_of(tmp_path / "stripped", NAMES[:4], []).manifest.www == "stripped"


def test_a_rank_is_kept_with_places_and_equals_share_the_best(tmp_path: Path) -> None:
    graph = graph_of(tmp_path / "g", NAMES, PAIRS)
    write_rank(graph.folder, "pagerank", np.array([0.5, 0.1, 0.1, 0.3, np.nan]), {"damping": 0.85})
    again = open_graph(graph.folder)
    places = again.position("pagerank")
    assert places is not None
    assert places.tolist() == [1, 3, 3, 2, 0]
    assert again.manifest.ranks["pagerank"] == {"damping": 0.85}
    assert again.damaged() == []


def test_a_rank_of_another_length_is_refused(tmp_path: Path) -> None:
    graph = graph_of(tmp_path / "g", NAMES, PAIRS)
    with pytest.raises(StoreError, match="does not fit"):
        write_rank(graph.folder, "pagerank", np.zeros(4), {})


def test_places_of_equal_values_are_equal() -> None:
    assert positions_of(np.array([1.0, 1.0, 1.0])).tolist() == [1, 1, 1]


def test_text_files_become_the_graph_they_describe(tmp_path: Path) -> None:
    vertices, edges = write_texts(tmp_path, NAMES, PAIRS, parts=3)
    made = import_graph(Wanted("r", "domain", [vertices], edges), tmp_path / "g", now=1)
    assert made is not None
    assert (made.nodes, made.arcs, made.www) == (5, 7, "kept")
    graph = open_graph(tmp_path / "g")
    assert {(node, int(o)) for node in range(5) for o in graph.forward.of(node)} == set(PAIRS)
    assert graph.hosts is not None
    assert graph.hosts.tolist() == [1] * 5


def test_parts_may_be_named_by_a_folder_or_a_list_of_paths(tmp_path: Path) -> None:
    folder = tmp_path / "edges"
    folder.mkdir()
    _, edges = write_texts(folder, NAMES, PAIRS, parts=2)
    (folder / "r-domain-vertices.txt.gz").unlink()
    listed = tmp_path / "edges.paths"
    listed.write_text("".join(f"projects/graph/edges/{path.name}\n" for path in edges))
    assert part_files([folder]) == edges
    assert part_files([listed]) == edges


BROKEN = {
    "a letter": (b"0\t1\n0\tx\n", "not one of this kind"),
    "no tab": (b"01\n", "not one of this kind"),
    "not ascending": (b"1\t0\n0\t1\n", "ascending"),
    "the same twice": (b"0\t1\n0\t1\n", "ascending"),
    "an unknown node": (b"0\t99\n", "not of one release"),
    "to itself": (b"2\t2\n", "to itself"),
    "a huge number": (b"0\t99999999999999999999999\n", "not one of this kind"),
    "vertices": (b"0\tcom.example\t1\n", "not one of this kind"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_wrong_edges_are_refused_by_line_and_the_old_graph_stays(tmp_path: Path, fault: str) -> None:
    import gzip

    old = graph_of(tmp_path / "g", NAMES, PAIRS)
    vertices, edges = write_texts(tmp_path, NAMES, PAIRS)
    edges[0].write_bytes(gzip.compress(BROKEN[fault][0]))
    with pytest.raises(FileRefused, match=BROKEN[fault][1]):
        import_graph(Wanted("r", "domain", [vertices], edges), tmp_path / "g", now=2)
    assert open_graph(tmp_path / "g").manifest == old.manifest
    assert old.damaged() == []
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (b"1\tcom.a\n", "count up"),
        (b"0\tcom.b\n1\tcom.a\n", "ascending"),
        (b"0\tcom.a b\n", "kind of file"),
        (b"0\t" + b"a" * 300 + b"\n", "longer"),
        (b"hello\n", "kind of file"),
    ],
)
def test_wrong_vertices_are_refused(tmp_path: Path, lines: bytes, why: str) -> None:
    vertices, edges = write_texts(tmp_path, NAMES, PAIRS)
    vertices.write_bytes(lines)
    with pytest.raises(FileRefused, match=why):
        import_graph(Wanted("r", "domain", [vertices], edges), tmp_path / "g", now=1)


@pytest.mark.parametrize("keep", [5, 20, 30, -1])
def test_a_clipped_gzip_file_is_refused_at_any_length(tmp_path: Path, keep: int) -> None:
    vertices, edges = write_texts(tmp_path, NAMES, PAIRS)
    edges[0].write_bytes(edges[0].read_bytes()[:keep])
    with pytest.raises(FileRefused, match=r"ends in the middle|damaged|not one of"):
        import_graph(Wanted("r", "domain", [vertices], edges), tmp_path / "g", now=1)
    assert not (tmp_path / "g").exists()


def test_a_stopped_import_goes_on_with_the_next_file(tmp_path: Path) -> None:
    vertices, edges = write_texts(tmp_path, NAMES, PAIRS, parts=3)
    wanted = Wanted("r", "domain", [vertices], edges)
    asked: list[int] = []

    def after_the_second_file() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert import_graph(wanted, tmp_path / "g", now=1, should_stop=after_the_second_file) is None
    state = (tmp_path / "g.part" / "state.json").read_text()
    assert '"file": 2' in state
    # what comes after the saved place may be half written
    with (tmp_path / "g.part" / "forward.arcs").open("ab") as file:
        file.write(b"\x01\x02\x03")
    steps: list[str] = []
    made = import_graph(wanted, tmp_path / "g", now=1, progress=lambda said: steps.append(said.step))
    assert made is not None
    assert "Names" not in steps
    graph = open_graph(tmp_path / "g")
    assert {(node, int(o)) for node in range(5) for o in graph.forward.of(node)} == set(PAIRS)
    assert graph.names is not None
    assert list(graph.names.all()) == NAMES
    assert graph.damaged() == []


def test_other_inputs_than_before_begin_anew(tmp_path: Path) -> None:
    vertices, edges = write_texts(tmp_path, NAMES, PAIRS, parts=2)
    stops = iter([False, False, True, True])
    assert (
        import_graph(
            Wanted("r", "domain", [vertices], edges), tmp_path / "g", now=1, should_stop=lambda: next(stops)
        )
        is None
    )
    made = import_graph(Wanted("r", "domain", [vertices], edges[:1]), tmp_path / "g", now=1)
    assert made is not None
    assert made.arcs == len(PAIRS) // 2


def test_damage_is_found_by_length_at_once_and_by_checksum_when_asked(tmp_path: Path) -> None:
    graph = graph_of(tmp_path / "g", NAMES, PAIRS)
    arcs = graph.folder / "forward.arcs"
    data = bytearray(arcs.read_bytes())
    data[0] ^= 1
    arcs.write_bytes(bytes(data))
    assert open_graph(graph.folder).damaged() == ["forward.arcs"]
    arcs.write_bytes(bytes(data)[:-4])
    with pytest.raises(StoreError, match="was cut"):
        open_graph(graph.folder)


def test_a_folder_without_a_manifest_is_no_graph(tmp_path: Path) -> None:
    graph_of(tmp_path / "graphs" / "whole", NAMES, PAIRS)
    (tmp_path / "graphs" / "half").mkdir()
    (tmp_path / "graphs" / "else").mkdir()
    (tmp_path / "graphs" / "else" / "manifest.json").write_text('{"format": "other"}')
    assert [graph.folder.name for graph in graphs_in(tmp_path / "graphs")] == ["whole"]
    with pytest.raises(StoreError, match="graph import"):
        open_graph(tmp_path / "graphs" / "half")


def test_the_disk_that_a_release_needs_is_said_before_it_starts(tmp_path: Path) -> None:
    assert 30e9 < disk_needed(121_091_933, 3_902_808_757) < 40e9
    with pytest.raises(StoreError, match="make room"):
        must_fit(tmp_path / "g", 1 << 60)


def test_reading_a_graph_does_not_load_the_compiler() -> None:
    code = (
        "import sys; import linkstead.graph.store, linkstead.graph.queries, linkstead.cli;"
        " linkstead.cli.parser(); sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hosts_of_one_domain_are_one_group(tmp_path: Path) -> None:
    graph = graph_of(tmp_path / "g", NAMES, PAIRS, level="host")
    groups = graph.domain_groups().tolist()
    assert groups[0] == groups[2]
    assert len(set(groups)) == 4
