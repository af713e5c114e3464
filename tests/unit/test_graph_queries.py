"""Questions to a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linkstead.errors import UsageError
from linkstead.graph import queries
from linkstead.graph.store import Graph, open_graph, write_rank
from tests.graph_samples import graph_of

if TYPE_CHECKING:
    from pathlib import Path

#: a: me; b, c: others; d ... h: referrers; i: a CDN
NAMES = ["com.a", "com.b", "com.c", "com.d", "com.e", "com.f", "com.g", "com.googleapis", "com.h"]
A, B, C, D, E, F, G, CDN, H = range(9)
PAIRS = [(D, A), (D, B), (E, A), (E, B), (F, B), (F, C), (G, C), (G, B), (H, B), (CDN, A), (A, H)]
WORTH = np.array([10, 20, 30, 40, 50, 60, 70, 99, 5], float)


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    made = graph_of(tmp_path / "g", NAMES, PAIRS)
    write_rank(made.folder, "authority", WORTH, {})
    return open_graph(made.folder)


def names(listing: queries.Listing) -> list[str]:
    return [row.domain for row in listing.rows]


def test_referring_domains_come_by_authority(graph: Graph) -> None:
    listing = queries.referring_domains(graph, A)
    assert names(listing) == ["googleapis.com", "e.com", "d.com"]
    assert (listing.total, listing.more) == (3, False)


def test_technical_domains_can_be_left_out_of_the_list(graph: Graph) -> None:
    assert names(queries.referring_domains(graph, A, technical=False)) == ["e.com", "d.com"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_of_a_list_add_up_to_the_whole(graph: Graph, limit: int) -> None:
    whole = names(queries.referring_domains(graph, B, limit=100))
    pages: list[str] = []
    while True:
        page = queries.referring_domains(graph, B, limit=limit, start=len(pages))
        pages += names(page)
        if not page.more:
            break
    assert pages == whole == ["g.com", "f.com", "e.com", "d.com", "h.com"]


def test_the_gap_are_those_that_refer_to_them_and_not_to_me(graph: Graph) -> None:
    listing = queries.gap(graph, A, [B, C])
    assert names(listing) == ["g.com", "f.com", "h.com"]
    assert [row.shared for row in listing.rows] == [2, 2, 1]


def test_a_gap_with_nobody_is_wrong_use(graph: Graph) -> None:
    with pytest.raises(UsageError):
        queries.gap(graph, A, [])


def test_overlap_counts_what_two_have_in_common(graph: Graph) -> None:
    found = queries.overlap(graph, A, B)
    assert (found.first, found.second, found.shared) == (3, 5, 2)
    assert found.jaccard == pytest.approx(2 / 6)
    assert names(found.rows) == ["e.com", "d.com"]


def test_alike_are_those_that_share_most_referrers(graph: Graph) -> None:
    listing = queries.alike(graph, A)
    assert [(row.domain, row.shared) for row in listing.rows] == [("b.com", 2)]


def test_a_domain_that_is_not_there_gets_a_plain_answer_with_what_is(graph: Graph) -> None:
    answer = queries.profile(graph, "deep.a.com")
    assert isinstance(answer, queries.Absent)
    assert "deep.a.com is not in test" in answer.sentence
    assert answer.near == ["a.com"]
    nothing = queries.profile(graph, "nowhere.example")
    assert isinstance(nothing, queries.Absent)
    assert nothing.near == []


def test_a_profile_has_raw_ranks_beside_authority(graph: Graph) -> None:
    write_rank(graph.folder, "pagerank", WORTH / WORTH.sum(), {})
    found = queries.profile(open_graph(graph.folder), "www.a.com")
    assert isinstance(found, queries.Profile)
    assert found.domain_authority == 10
    assert found.ranks["pagerank"].position == 8
    assert (found.in_degree, found.out_degree) == (3, 1)


@pytest.mark.parametrize(("typed", "found"), [("a.com", ["a.com"]), ("goo", ["googleapis.com"]), ("", [])])
def test_names_are_suggested_by_what_was_typed(graph: Graph, typed: str, found: list[str]) -> None:
    assert queries.suggestions(graph, typed) == found


def test_a_graph_without_ranks_lists_by_name(tmp_path: Path) -> None:
    plain = graph_of(tmp_path / "g", NAMES, PAIRS)
    assert names(queries.referring_domains(plain, A)) == ["d.com", "e.com", "googleapis.com"]
    assert queries.authorities(plain, ["a.com"]) == {}


def test_authorities_of_many_domains_leave_out_who_is_not_there(graph: Graph) -> None:
    assert queries.authorities(graph, ["a.com", "none.org"]) == {"a.com": 10}
