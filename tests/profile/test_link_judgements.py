"""What is made of links: kept once a link, written only when it differs; lists go by what links are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.profile import link_judgements, page_facts, queries, targets
from linkstead.profile.filters import LinkFilter
from linkstead.profile.link_judgements import JudgedLink
from linkstead.profile.page_facts import MOST_PAGES, PageFactsRow
from linkstead.profile.targets import SaidOfItself, TargetCheck
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store


def judged(worth: float | None, **more: object) -> JudgedLink:
    return JudgedLink(None, None, worth, 0.6, "do nothing", "not read")._replace(**more)  # type: ignore[arg-type]


@pytest.fixture
def project(store: Store) -> int:
    project_id = new_project(store)
    merge(
        store,
        project_id,
        *(sighting(n, page_url=f"https://site{n}.org/p", nofollow=n % 2 == 0) for n in range(1, 10)),
    )
    return project_id


def ids_by_page(store: Store, project: int) -> dict[str, int]:
    page = queries.links(store, project)
    return {each.row.page_url: each.id for each in page.rows}


def judge_by(store: Store, project: int, worths: dict[int, float | None]) -> dict[int, int]:
    """Give the links of site N a worth; the id of each."""
    ids = {n: ids_by_page(store, project)[f"https://site{n}.org/p"] for n in range(1, 10)}
    with store.transaction():
        link_judgements.write(store, project, [(ids[n], judged(worth)) for n, worth in worths.items()])
    return ids


def test_what_is_made_of_a_link_is_read_back_as_it_was_and_rounded(store: Store, project: int) -> None:
    (row_id, *_) = ids_by_page(store, project).values()
    told = JudgedLink(0.123456, True, 71.26, 0.6549, "keep", "rose pruning")
    with store.transaction():
        link_judgements.write(store, project, [(row_id, told)])
    assert link_judgements.of_links(store, [row_id]) == {
        row_id: JudgedLink(0.123, True, 71.3, 0.65, "keep", "rose pruning")
    }
    with store.transaction():
        link_judgements.write(store, project, [(row_id, told._replace(worth=None, same_language=False))])
    assert link_judgements.of_links(store, [row_id])[row_id][1:3] == (False, None)


WORTHS = {1: 10.0, 2: 90.0, 3: 50.0, 4: 50.0, 5: None}


@pytest.mark.parametrize("limit", [1, 2, 4, 50])
@pytest.mark.parametrize("descending", [True, False])
def test_a_list_goes_by_worth_and_unknown_worth_comes_last(
    store: Store, project: int, limit: int, descending: bool
) -> None:
    ids = judge_by(store, project, WORTHS)
    merge(store, new_project(store, "other.example"), sighting(1, page_url="https://site1.org/p"))
    found: list[int] = []
    after = None
    while True:
        page = queries.links(store, project, sort="worth", descending=descending, after=after, limit=limit)
        found += [each.id for each in page.rows]
        after = page.after
        if after is None:
            break
    best = [ids[2], *sorted((ids[3], ids[4]), reverse=True), ids[1]]
    assert found[:4] == (best if descending else best[::-1])
    assert sorted(found[4:]) == sorted(ids[n] for n in range(5, 10))


def test_the_page_before_is_the_page_that_was_before(store: Store, project: int) -> None:
    judge_by(store, project, WORTHS)
    first = queries.links(store, project, sort="worth", limit=3)
    second = queries.links(store, project, sort="worth", limit=3, after=first.after)
    back = queries.links(store, project, sort="worth", limit=3, before=second.before)
    assert [each.id for each in back.rows] == [each.id for each in first.rows]


@pytest.mark.parametrize(
    "asked", [LinkFilter(followed="yes"), LinkFilter(domain="site3.org"), LinkFilter(text="site")]
)
def test_a_filtered_list_goes_by_worth_too(store: Store, project: int, asked: LinkFilter) -> None:
    ids = judge_by(store, project, WORTHS)
    found = [each.id for each in queries.links(store, project, asked, sort="worth").rows]
    expected = {each.id for each in queries.links(store, project, asked).rows}
    assert set(found) == expected
    known = [row_id for row_id in found if row_id in {ids[1], ids[2], ids[3], ids[4]}]
    assert known == [row_id for row_id in (ids[2], ids[4], ids[3], ids[1]) if row_id in expected]


def test_links_of_a_large_domain_come_in_parts_and_are_all_there(store: Store, project: int) -> None:
    many = [sighting(n + 1, page_url=f"https://large.org/{n}") for n in range(4_100)]
    merge(store, project, *many)
    ((domain_id,),) = store.query(
        "SELECT id FROM domain WHERE name = 'large.org' AND project_id = ?", (project,)
    )
    parts = list(link_judgements.links_of_domain(store, domain_id))
    assert [len(part) for part in parts] == [2_000, 2_000, 100]
    assert len({link.backlink_id for part in parts for link in part}) == 4_100
    assert len(link_judgements.links_of_domains(store, [domain_id])) == 4_100
    first = parts[0][0]
    assert link_judgements.link_to_judge(store, first.backlink_id) == first
    assert (first.anchor_text, first.followed, first.placement, first.indexable) == (
        "example",
        True,
        "content",
        None,
    )


def test_facts_of_pages_are_kept_once_a_page_and_read_for_some_pages_of_a_domain(
    store: Store, project: int
) -> None:
    ((domain_id,),) = store.query(
        "SELECT id FROM domain WHERE name = 'site3.org' AND project_id = ?", (project,)
    )
    rows = [
        PageFactsRow(900_000 + n, domain_id, 1, "10.0.0.0/24", {"words": n, "title": "a\0b"})
        for n in range(60)
    ]
    with store.transaction():
        page_facts.keep(store, project, rows)
        page_facts.keep(store, project, [rows[0]._replace(at=2, facts={"words": 5})])
    found = page_facts.of_domains(store, [domain_id, 0])
    assert list(found) == [domain_id]
    assert len(found[domain_id]) == MOST_PAGES
    assert (found[domain_id][0].at, found[domain_id][0].facts) == (2, {"words": 5})
    assert found[domain_id][1].facts == {"words": 1, "title": "ab"}
    assert list(link_judgements.read_texts(store, project, 2)) == [" ", "ab "]


def test_what_our_own_pages_say_is_kept_together(store: Store, project: int) -> None:
    assert targets.own_traits(store, project, since=0) is None
    ((target_id,),) = store.query("SELECT id FROM target WHERE project_id = ? AND url <> ''", (project,))
    said = SaidOfItself("en-GB", "Hel\0lo", ("UA-1", "G-2"), ("friend.org", "other.org"))
    check = TargetCheck(target_id, 50, "ok", 200, "https://example.com/", (), said=said)
    for _ in range(2):
        with store.transaction():
            targets.record_targets(store, [check])
            targets.keep_links_to(store, project, [check])
    own = targets.own_traits(store, project, since=50)
    assert own is not None
    assert (own.ids, own.languages, len(own.links_to)) == (frozenset({"UA-1", "G-2"}), ("en-GB",), 2)
    late = targets.own_traits(store, project, since=51)
    assert late is not None
    assert late.links_to == frozenset()
    assert link_judgements.target_texts(store, [target_id])[target_id].opening == "Hello"
