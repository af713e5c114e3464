"""What our looks saw otherwise than sources had told: the same whichever way one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.link import Outcome, Reason
from linkstead.profile import comparisons
from linkstead.profile.codes import REL_KNOWN, rel_words
from linkstead.profile.store import open_workspace
from tests.profile_histories import DAY, Look, live_through, pasts
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

FOUND = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)
NOFOLLOW = FOUND._replace(rel=("nofollow",))


def slowly(store: Store, project: int) -> list[tuple[object, ...]]:
    """Every sighting beside every last look, compared one by one: the best links first."""
    rows = store.query(
        "SELECT b.metric, b.id, s.slug, p.url, t.url, g.rel, l.rel, ga.text, la.text FROM sighting g"
        " JOIN backlink b ON b.id = g.backlink_id JOIN look l ON l.id = b.look_id"
        " JOIN source s ON s.id = g.source_id JOIN page p ON p.id = b.page_id"
        " JOIN target t ON t.id = b.target_id LEFT JOIN anchor ga ON ga.id = g.anchor_id"
        " LEFT JOIN anchor la ON la.id = l.anchor_id WHERE b.project_id = ? AND l.outcome = 'found'",
        (project,),
    )
    found: list[tuple[object, ...]] = []
    rows.sort(key=lambda row: (row[0] is None, -(row[0] or 0), row[1], row[2], row[7] or ""))
    for _, _, source, page, target, told_rel, seen_rel, told_text, seen_text in rows:
        seen = [word for word in ("nofollow", "ugc", "sponsored") if word in (seen_rel or "").split()]
        told = [word for word in ("nofollow", "ugc", "sponsored") if word in rel_words(told_rel)]
        if told_rel & REL_KNOWN and bool(told) != bool(seen):
            words = (" ".join(told) or "followed", " ".join(seen) or "followed")
            found.append((page, target, "rel", *words, source))
        if told_text is not None and seen_text is not None and told_text.casefold() != seen_text.casefold():
            found.append((page, target, "anchor text", told_text, seen_text, source))
    return found


def quickly(store: Store, project: int, limit: int = 10_000) -> list[tuple[object, ...]]:
    compared = comparisons.compare(store, project, limit)
    return [(c.page_url, c.target_url, c.what, c.told, c.seen, c.source) for c in compared.changes]


@settings(max_examples=40, deadline=None)
@given(lives=st.lists(pasts, min_size=1, max_size=4), limit=st.integers(0, 3))
def test_whatever_happened_both_ways_tell_the_same(tmp_path_factory, lives, limit) -> None:
    with open_workspace(tmp_path_factory.mktemp("c") / "p.sqlite3") as store:
        store.execute("PRAGMA synchronous=OFF")  # no power cut is tested here
        project = new_project(store)
        live_through(store, project, lives)
        expected = slowly(store, project)
        assert sorted(quickly(store, project)) == sorted(expected)
        assert quickly(store, project, limit) == quickly(store, project)[:limit]
        compared = comparisons.compare(store, project, limit)
        turned = [each for each in expected if each[2] == "rel" and each[3] == "followed"]
        texts = [each for each in expected if each[2] == "anchor text"]
        assert (compared.turned_nofollow, compared.anchor_changed) == (len(turned), len(texts))


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_best_links_come_first_and_those_without_a_metric_last(store: Store, limit: int) -> None:
    project = new_project(store)
    live_through(store, project, [[NOFOLLOW], [NOFOLLOW], [NOFOLLOW], [FOUND]])
    merge(store, project, sighting(2, domain_metric=9.0), sighting(3, domain_metric=50.0))
    merge(store, project, sighting(3, anchor_text="told"), source="semrush-backlinks")
    assert len(slowly(store, project)) == 9
    assert quickly(store, project, limit) == slowly(store, project)[:limit]


def test_figures_count_live_links_alone(store: Store) -> None:
    project = new_project(store)
    live_through(store, project, [[FOUND], [FOUND], [FOUND, Look(DAY, Outcome.BLOCKED, Reason.ROBOTS)]])
    store.execute(
        "UPDATE look SET hidden = 'display none', noindex_from = 'robots meta, canonical'"
        " WHERE project_id = ?",
        (project,),
    )
    found = comparisons.figures(store, project, comparisons.compare(store, project, 1))
    assert [found[key] for key in ("hidden", "noindex", "not_canonical")] == [2, 2, 2]


def told_otherwise(store: Store, project: int) -> dict[str, list[str]]:
    """What sources say differently, and the pages of the links, sighting by sighting."""
    rows = store.query(
        "SELECT p.url, g.source_id, g.rel, g.lost_at, g.anchor_id FROM sighting g"
        " JOIN backlink b ON b.id = g.backlink_id JOIN page p ON p.id = b.page_id"
        " WHERE b.project_id = ? ORDER BY b.id",
        (project,),
    )
    links: dict[str, list[tuple[int, int, int | None, int]]] = {}
    for url, *told in rows:
        links.setdefault(url, []).append((told[0], told[1], told[2], told[3]))
    found: dict[str, list[str]] = {"nofollow": [], "lost": [], "anchor text": []}
    for url, sightings in links.items():
        if len({source for source, *_ in sightings}) < 2:
            continue
        marked = {bool(rel & 7) for _, rel, _, _ in sightings if rel & REL_KNOWN}
        lost = {lost_at is not None for _, _, lost_at, _ in sightings}
        anchors = {anchor for *_, anchor in sightings if anchor}
        for what, said in (("nofollow", marked), ("lost", lost), ("anchor text", anchors)):
            if len(said) > 1:
                found[what].append(url)
    return {what: urls for what, urls in found.items() if urls}


tellings = st.lists(
    st.tuples(
        st.integers(1, 7),
        st.sampled_from(["ahrefs-backlinks", "semrush-backlinks", "moz-links"]),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, 1_715_000_000]),
        st.sampled_from([None, "one", "two"]),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(told=tellings)
def test_what_sources_say_differently_is_counted_whichever_way_one_asks(tmp_path_factory, told) -> None:
    with open_workspace(tmp_path_factory.mktemp("d") / "p.sqlite3") as store:
        store.execute("PRAGMA synchronous=OFF")  # no power cut is tested here
        project = new_project(store)
        for number, source, nofollow, lost_at, anchor in told:
            said = sighting(
                number, nofollow=nofollow, ugc=nofollow, sponsored=None, lost_at=lost_at, anchor_text=anchor
            )
            merge(store, project, said, source=source)
        expected = told_otherwise(store, project)
        found = {each.what: each for each in comparisons.disagreements(store, project)}
        assert {what: each.count for what, each in found.items()} == {w: len(u) for w, u in expected.items()}
        for what, urls in expected.items():
            assert [example["page"] for example in found[what].examples] == urls[:5]


def test_what_sources_say_differently_is_told_by_either_engine(store: Store) -> None:
    project = new_project(store)
    merge(store, project, *(sighting(n) for n in range(1, 8)))
    assert comparisons.disagreements(store, project) == ()
    merge(
        store,
        project,
        *(sighting(n, nofollow=n > 1, anchor_text="other" if n == 1 else "example") for n in range(1, 8)),
        source="moz-links",
    )
    nofollow, anchors = comparisons.disagreements(store, project)
    assert (nofollow.what, nofollow.count, len(nofollow.examples)) == ("nofollow", 6, 5)
    assert (anchors.what, anchors.count) == ("anchor text", 1)
    assert "“other”" in str(anchors.examples[0]["told"])
