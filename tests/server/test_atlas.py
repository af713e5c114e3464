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


@pytest.fixture
def web(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A graph and an index in the data folder, taken away again."""
    graph = graph_of(settings.graphs / "sample", NAMES, PAIRS, release="cc-sample")
    import numpy as np

    write_rank(graph.folder, "authority", np.array([90.0, 50, 30, 20, 10]), {})
    source = tmp_path / "s.wat.gz"
    source.write_bytes(packed([wat("https://one.org/p", [a("https://example.com/x", HOSTILE)])]))
    build([str(source)], settings.index, "CC-1", now=1)
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
    for part in ("anchors", "targets"):
        assert "CC-1" in text(client, f"/domains/example.com/?part={part}")


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
