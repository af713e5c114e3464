"""The web graph and the link index as a user meets them: through the command line, on real little files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.cli import main
from linkstead.index.questions import Filters
from linkstead.index.store import open_index
from linkstead.journey import find_or_create_project
from linkstead.journey.pulling import pull_links
from linkstead.profile.store import open_workspace
from tests.archives import a, packed, wat
from tests.graph_samples import write_texts

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["com.example", "com.rival", "net.three", "org.one", "org.two"]
PAIRS = [(2, 0), (2, 1), (3, 0), (4, 0), (4, 1), (4, 3)]


pytestmark = pytest.mark.usefixtures("home")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status = main([*arguments, "--json"])
    said = capsys.readouterr()
    return status, json.loads(said.out) if said.out else said.err


@pytest.fixture
def graph(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not home.exists()
    vertices, edges = write_texts(tmp_path, NAMES, PAIRS)
    status, said = run(capsys, "graph", "import", "--vertices", str(vertices), "--edges", *map(str, edges))
    assert (status, said["nodes"], said["arcs"], said["release"]) == (0, 5, 6, "r")
    assert run(capsys, "graph", "rank")[0] == 0


@pytest.fixture
def index(tmp_path: Path, graph: None, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [
        wat("https://one.org/p", [a("https://example.com/", "Example"), a("https://www.example.com/x", "x")]),
        wat(
            "https://two.org/p", [a("https://example.com/", "here", rel="ugc"), a("https://rival.com/", "r")]
        ),
    ]
    (tmp_path / "one.wat.gz").write_bytes(packed(pages))
    folder = next((tmp_path / "home" / "graphs").iterdir())
    status, said = run(
        capsys, "index", "build", "one.wat.gz", "--crawl", "C-1", "--graph", str(folder), "--workers", "1"
    )
    assert (status, said["rows"], said["counts"]["pages"]) == (0, 4, 2)


@pytest.mark.usefixtures("graph")
def test_a_domain_has_authority_ranks_and_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "graph", "domain", "www.example.com")
    assert status == 0
    assert said["domain"] == "example.com"
    assert said["domain_authority"] == 100
    assert said["pagerank"] > 0
    assert said["harmonic_centrality"] > 0
    assert {row["domain"] for row in said["referring_domains"]} == {"three.net", "one.org", "two.org"}
    assert said["linked_domains"] == []


@pytest.mark.usefixtures("graph")
def test_a_domain_that_is_not_there_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "graph", "domain", "nowhere.net")
    assert status == 1
    assert "is not in r" in said["message"]


@pytest.mark.usefixtures("graph")
def test_gap_and_overlap(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "graph", "gap", "rival.com", "example.com")[1]["rows"][0]["domain"] == "one.org"
    said = run(capsys, "graph", "overlap", "example.com", "rival.com")[1]
    assert (said["shared"], said["jaccard"]) == (2, pytest.approx(2 / 3))


@pytest.mark.usefixtures("graph")
def test_seeds_give_trust_and_unknown_ones_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seeds.txt").write_text("two.org # a friend\nnobody.example\n")
    status, said = run(capsys, "graph", "rank", "--kind", "trust", "--seeds", "seeds.txt")
    assert status == 0
    assert said["seeds_not_in_graph"] == ["nobody.example"]
    assert said["ranks"]["trust"]["seeds"] == 1


def test_without_a_graph_the_next_step_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "domain", "example.com"]) == 1
    assert "linkstead graph import" in capsys.readouterr().err


def test_nothing_to_import_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "import"]) == 2
    assert "--vertices" in capsys.readouterr().err


@pytest.mark.usefixtures("index")
def test_backlinks_come_with_the_graphs_authority(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(capsys, "index", "backlinks", "example.com")[1]["rows"]
    assert {row["source_domain"] for row in rows} == {"one.org", "two.org"}
    assert all(row["authority"] is not None for row in rows)
    followed = run(capsys, "index", "domains", "example.com", "--followed")[1]["rows"]
    assert [row["domain"] for row in followed] == ["one.org"]
    assert run(capsys, "index", "summary", "example.com")[1]["links"] == 3


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    "words",
    [
        ["anchors", "example.com"],
        ["targets", "example.com"],
        ["gap", "example.com", "rival.com"],
        ["intersect", "example.com", "rival.com"],
        ["crawls"],
        ["verify"],
        ["compact", "C-1"],
    ],
)
def test_every_question_has_an_answer_for_people_and_for_scripts(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", *words]) == 0
    assert capsys.readouterr().out
    assert run(capsys, "index", *words)[0] == 0


@pytest.mark.usefixtures("index")
def test_one_crawl_has_nothing_to_compare_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "lost", "example.com"]) == 2
    assert "two are needed" in capsys.readouterr().err


@pytest.mark.usefixtures("index")
def test_a_project_pulls_its_links_once(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "index", "pull", "example.com")
    assert (status, said["rows"], said["new_links"], said["already"]) == (0, 3, 3, False)
    again = run(capsys, "index", "pull", "example.com")[1]
    assert (again["new_links"], again["already"]) == (0, True)
    rows = run(capsys, "links", "example.com")[1]["rows"]
    assert {(row["page_url"], row["target_url"]) for row in rows} == {
        ("https://one.org/p", "https://example.com/"),
        ("https://one.org/p", "https://www.example.com/x"),
        ("https://two.org/p", "https://example.com/"),
    }


@pytest.mark.usefixtures("index")
def test_a_stopped_pull_goes_on(home: Path, tmp_path: Path) -> None:
    index = open_index(home / "index")
    with open_workspace(tmp_path / "w.sqlite3") as store:
        project = find_or_create_project(store, "example.com", now=1)
        stopped = pull_links(store, project, index, now=1, should_stop=lambda: True)
        assert (stopped.stopped, stopped.rows) == (True, 0)
        whole = pull_links(store, project, index, now=2)
        assert (whole.stopped, whole.new_links) == (False, 3)
        filtered = pull_links(store, project, index, now=3, filters=Filters(followed=True))
        assert (filtered.already, filtered.new_links) == (False, 0)
