"""The open index as pages: everybody who is signed in may ask, and what is not there says what to do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from linkstead.graph.store import open_graph, write_rank
from linkstead.index.build import build
from tests.archives import a, packed, wat
from tests.graph_samples import graph_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from linkstead.settings import Settings

NAMES = ["com.example", "com.rival", "net.three", "org.one", "org.two"]
PAIRS = [(2, 0), (2, 1), (3, 0), (4, 0), (4, 1), (4, 3)]
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def client(sqlite: str, person: Callable[..., Any], signed_in: Callable[..., Client]) -> Client:
    return signed_in(person("ada"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a graph and an index, made once."""
    folder = tmp_path_factory.mktemp("web")
    graph = graph_of(folder / "graphs" / "sample", NAMES, PAIRS, release="cc-sample")
    import numpy as np

    write_rank(graph.folder, "authority", np.array([90.0, 50, 30, 20, 10]), {})
    old, new = folder / "old.wat.gz", folder / "new.wat.gz"
    gone = wat("https://two.org/old", [a("https://example.com/shop/1", "gone")])
    kept = wat("https://one.org/p", [a("https://example.com/x", HOSTILE)])
    come = [
        wat(
            "https://two.org/q",
            [a("https://blog.example.com/", "blog", rel="ugc"), a("https://rival.com/", "r")],
        ),
        wat("https://three.net/", [a("https://rival.com/", "rival")]),
    ]
    old.write_bytes(packed([gone, kept]))
    new.write_bytes(packed([kept, *come]))
    build([str(old)], folder / "index", "CC-0", now=1)
    build([str(new)], folder / "index", "CC-1", now=1)
    return folder


@pytest.fixture
def web(settings: Settings, built: Path) -> Iterator[None]:
    """The graph and the index in the data folder, taken away again."""
    shutil.copytree(built / "graphs", settings.graphs, dirs_exist_ok=True)
    shutil.copytree(built / "index", settings.index, dirs_exist_ok=True)
    yield
    shutil.rmtree(settings.graphs)
    shutil.rmtree(settings.index)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("path", ["/domains/", "/domains/example.com/"])
def test_nobody_asks_without_signing_in(sqlite: str, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert "sign-in" in answer.url or "login" in answer.url


def test_without_a_graph_the_page_says_how_to_get_one(client: Client) -> None:
    assert "linkstead graph import" in text(client, "/domains/")
    assert client.get("/domains/example.com/").status_code == 302


@pytest.mark.usefixtures("web")
def test_a_search_leads_to_the_domain(client: Client) -> None:
    assert "cc-sample" in text(client, "/domains/")
    assert client.get("/domains/", {"domain": " https://example.com/page "}).url == "/domains/example.com/"


@pytest.mark.usefixtures("web")
def test_a_domain_shows_authority_and_who_refers_to_it(client: Client) -> None:
    page = text(client, "/domains/www.example.com/")
    assert "90.0" in page
    for name in ("one.org", "two.org", "three.net"):
        assert f"/domains/{name}/" in page
    assert "rival.com" not in page


@pytest.mark.usefixtures("web")
def test_gap_and_overlap_compare_with_what_one_names(client: Client) -> None:
    assert "one.org" in text(client, "/domains/rival.com/?part=gap&others=example.com")
    assert "Jaccard" in text(client, "/domains/example.com/?part=overlap&others=rival.com")
    assert "Name a domain" in text(client, "/domains/example.com/?part=gap")
    assert "nowhere.org is not in" in text(client, "/domains/example.com/?part=gap&others=nowhere.org")


@pytest.mark.usefixtures("web")
def test_the_index_answers_beside_the_graph_and_strangers_words_stay_words(client: Client) -> None:
    page = text(client, "/domains/example.com/?part=backlinks")
    assert "https://one.org/p" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    for part in ("linking", "anchors", "targets", "summary"):
        assert "crawl CC-1" in text(client, f"/domains/example.com/?part={part}")


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(
    ("asked", "there", "absent"),
    [
        ("part=backlinks", ["one.org/p", "two.org/q"], ["two.org/old"]),
        ("part=backlinks&crawl=CC-0", ["two.org/old", "one.org/p"], ["two.org/q"]),
        ("part=backlinks&followed=yes", ["one.org/p"], ["two.org/q"]),
        ("part=backlinks&followed=no", ["two.org/q"], ["one.org/p"]),
        ("part=backlinks&anchor=BLOG", ["two.org/q"], ["one.org/p"]),
        ("part=backlinks&source=one.org", ["one.org/p"], ["two.org/q"]),
        ("part=backlinks&least=99", ["Take a part of the question away"], ["one.org/p"]),
        ("part=backlinks&least=nonsense&once=yes", ["one.org/p", "two.org/q"], []),
        ("part=backlinks&within=blog.example.com", ["two.org/q"], ["one.org/p"]),
        ("part=backlinks&within=example.com/x", ["one.org/p"], ["two.org/q"]),
        ("part=backlinks&within=rival.com", ["is no part of example.com"], ["one.org/p"]),
        ("part=backlinks&crawl=CC-9", ["no crawl", "CC-9"], ["one.org/p"]),
        ("part=new", ["two.org/q", "CC-0 against CC-1"], ["one.org/p", "two.org/old"]),
        ("part=lost", ["two.org/old", "Page read again"], ["one.org/p", "two.org/q"]),
        ("part=lost&within=example.com/shop/", ["two.org/old"], []),
        ("part=new&crawl=CC-0", ["no crawl before CC-0"], ["two.org/q"]),
        ("part=link-gap&others=rival.com", ["three.net"], []),
        ("part=link-gap", ["Name one or more domains"], []),
        ("part=intersect&others=rival.com", ["two.org"], []),
        ("part=intersect&others=%22%3E", ["is no domain"], []),
        ("part=linking", ["/domains/one.org/"], []),
    ],
)
def test_every_question_to_the_index_is_a_page(
    client: Client, asked: str, there: list[str], absent: list[str]
) -> None:
    page = text(client, f"/domains/example.com/?{asked}")
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    for part in there:
        assert part in page
    for part in absent:
        assert part not in table


@pytest.mark.usefixtures("web")
def test_filters_stand_as_chips_that_can_be_taken_away(client: Client) -> None:
    page = text(client, "/domains/example.com/?part=backlinks&followed=yes&anchor=%22%3E%3Cblink")
    assert "/domains/example.com/?part=backlinks&amp;anchor=" in page
    assert "/domains/example.com/?part=backlinks&amp;followed=yes" in page
    assert "Remove all" in page
    assert '"><blink' not in page


@pytest.mark.usefixtures("web")
def test_names_are_suggested_as_one_types(client: Client) -> None:
    assert 'value="rival.com"' in text(client, "/domains/-/suggestions/?domain=riv")
    assert "option" not in text(client, "/domains/-/suggestions/?domain=r")
    assert "option" not in text(client, "/domains/-/suggestions/?domain=%22%3E%3Cscript%3E")
    assert Client().get("/domains/-/suggestions/?domain=riv").status_code == 302


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(
    "name", ["nowhere.net", "deep.example.com", "x" * 250, "%22%3E%3Cscript%3E", "a b", "1.2.3.4"]
)
def test_what_is_not_there_is_a_page_too(client: Client, name: str) -> None:
    page = text(client, f"/domains/{name}/?start=99999999999&part=nonsense")
    assert "not in" in page
    assert "<script>alert" not in page


def test_pages_of_a_list_follow_one_another(client: Client, settings: Settings) -> None:
    names = sorted(["com.target", *(f"net.n{number:03}" for number in range(120))])
    graph = graph_of(settings.graphs / "sample", names, [(number, 0) for number in range(1, 121)])
    try:
        first = text(client, "/domains/target.com/")
        assert "1–50" in first
        assert "start=50" in first
        assert "101–120" in text(client, "/domains/target.com/?start=100")
        assert open_graph(graph.folder).manifest.arcs == 120
    finally:
        shutil.rmtree(settings.graphs)
