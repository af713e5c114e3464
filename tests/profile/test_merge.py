"""Sightings of many sources become one backlink each, and nothing that was known is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.link import Batch, DomainSighting
from linkstead.profile import tallies
from linkstead.profile.figures import counts
from linkstead.profile.merge import Merger
from linkstead.profile.queries import links
from tests.profile_samples import dump, merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store


def only_link(store: Store, project: int):
    page = links(store, project)
    assert len(page.rows) == 1
    return page.rows[0]


def test_the_same_link_from_two_sources_is_one_backlink_with_two_sightings(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, first_seen=200, last_seen=300))
    merge(
        store,
        project,
        sighting(1, first_seen=100, last_seen=250),
        source="semrush-backlinks",
        file_id=2,
    )
    link = only_link(store, project).row
    assert (link.first_seen, link.last_seen) == (100, 300)
    assert set(link.sources) == {"ahrefs-backlinks", "semrush-backlinks"}
    assert len(dump(store, project)) == 2


def test_merging_the_same_rows_again_changes_nothing(store: Store) -> None:
    project = new_project(store)
    rows = [sighting(n, anchor_text=f"anchor {n % 3}") for n in range(50)]
    merge(store, project, *rows)
    before = dump(store, project)
    again = merge(store, project, *rows)
    assert again.new_links == 0
    assert dump(store, project) == before
    assert tallies.differences(store, project) == []


def test_a_source_without_target_joins_the_pages_known_link(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    merge(
        store,
        project,
        sighting(1, target_url=None, anchor_text=None, nofollow=None, ugc=None, sponsored=None),
        source="search-console-latest-links",
    )
    assert only_link(store, project).row.target_url == "https://example.com/"


def test_a_target_named_later_completes_the_link(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, target_url=None), source="search-console-latest-links")
    assert only_link(store, project).row.target_url is None
    merge(store, project, sighting(1, target_url="https://example.com/a"))
    assert only_link(store, project).row.target_url == "https://example.com/a"
    assert tallies.differences(store, project) == []


def test_two_targets_on_one_page_are_two_backlinks(store: Store) -> None:
    project = new_project(store)
    page = "https://blog.example.org/x"
    merge(
        store,
        project,
        sighting(1, page_url=page, target_url="https://example.com/a"),
        sighting(2, page_url=page, target_url="https://example.com/b"),
    )
    assert links(store, project).total == 2


def test_two_anchors_from_one_source_stay_two_sightings_of_one_backlink(store: Store) -> None:
    project = new_project(store)
    page = "https://blog.example.org/x"
    merge(
        store,
        project,
        sighting(1, page_url=page, anchor_text="one"),
        sighting(2, page_url=page, anchor_text="two"),
    )
    assert links(store, project).total == 1
    assert len(dump(store, project)) == 2


def test_http_and_https_and_www_are_different_targets_until_proven(store: Store) -> None:
    project = new_project(store)
    page = "https://blog.example.org/x"
    for number, url in enumerate(("http://example.com/", "https://example.com/", "https://www.example.com/")):
        merge(store, project, sighting(number, page_url=page, target_url=url))
    assert links(store, project).total == 3


def test_a_reported_loss_is_remembered_and_never_becomes_the_state(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, last_seen=100, lost_at=200))
    found = only_link(store, project)
    assert found.reported_lost
    assert found.row.state == "unverified"
    merge(store, project, sighting(1, last_seen=300), source="majestic-backlinks")
    assert not only_link(store, project).reported_lost


def test_a_refreshed_export_updates_what_its_source_told_before(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, nofollow=False))
    merge(store, project, sighting(1, nofollow=True))
    assert only_link(store, project).row.followed is False


def test_a_second_source_does_not_overrule_the_first_but_is_kept(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, nofollow=False))
    merge(store, project, sighting(1, nofollow=True), source="semrush-backlinks")
    assert only_link(store, project).row.followed is True
    assert {row[13]: row[14] & 1 for row in dump(store, project)} == {
        "ahrefs-backlinks": 0,
        "semrush-backlinks": 1,
    }


def test_unknown_values_never_clear_known_ones(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    merge(
        store,
        project,
        sighting(
            1,
            anchor_text=None,
            title=None,
            nofollow=None,
            ugc=None,
            sponsored=None,
            placement=None,
            first_seen=None,
            last_seen=None,
        ),
        source="url-list",
    )
    link = only_link(store, project).row
    assert (link.anchor_text, link.page_title, link.followed, link.placement) == (
        "example",
        "Post 1",
        True,
        "content",
    )


def test_a_shorter_export_marks_nothing_as_lost(store: Store) -> None:
    project = new_project(store)
    merge(store, project, *(sighting(n) for n in range(1, 11)))
    merge(store, project, sighting(1, last_seen=1_720_000_000), file_id=2)
    found = counts(store, project)
    assert (found.backlinks, found.unverified, found.lost, found.reported_lost) == (10, 10, 0, 0)


def test_projects_do_not_see_each_other(store: Store) -> None:
    one, other = new_project(store), new_project(store, "example.net")
    merge(store, one, sighting(1))
    assert counts(store, other).backlinks == 0
    merge(store, other, sighting(1), sighting(2))
    assert (counts(store, one).backlinks, counts(store, other).backlinks) == (1, 2)


def test_a_rolled_back_batch_leaves_nothing_and_can_be_merged_again(store: Store) -> None:
    project = new_project(store)
    with store.transaction():
        merger = Merger(store, project, source="ahrefs-backlinks", file_id=1, use_metric=True)
    batch = Batch(last_row=2, sightings=[sighting(1), sighting(2)])

    def merge_and_fail() -> None:
        with store.transaction():
            merger.merge(batch)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        merge_and_fail()
    merger.forget()
    assert counts(store, project).backlinks == 0
    with store.transaction():
        merger.merge(batch)
        merger.flush()
    assert counts(store, project).backlinks == 2
    assert tallies.differences(store, project) == []


def test_domains_of_a_table_are_counted_apart_from_domains_with_links(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    rows = [
        DomainSighting(n, name, 3, None, None, None, None, None, None)
        for n, name in enumerate(("example.org", "other.example.net"))
    ]
    with store.transaction():
        merger = Merger(store, project, source="ahrefs-referring-domains", file_id=2, use_metric=True)
        merger.merge(Batch(last_row=2, domains=rows))
        merger.flush()
    found = counts(store, project)
    assert (found.referring_domains, found.domains_only) == (1, 1)


told = st.builds(
    lambda page, target, anchor, nofollow, first, span, lost: sighting(
        1,
        page_url=f"https://{page}.example.org/p",
        target_url=None if target is None else f"https://example.com/{target}",
        anchor_text=anchor,
        nofollow=nofollow,
        first_seen=first,
        last_seen=None if first is None else first + span,
        lost_at=None if first is None or not lost else first + span + 5,
    ),
    st.sampled_from("abc"),
    st.sampled_from([None, "x", "y"]),
    st.sampled_from([None, "one", "two"]),
    st.sampled_from([None, True, False]),
    st.one_of(st.none(), st.integers(1, 10**9)),
    st.integers(0, 10**6),
    st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(told, st.sampled_from(["ahrefs-backlinks", "semrush-backlinks"])), max_size=25))
def test_kept_figures_always_equal_counted_ones(store: Store, rows: list) -> None:
    project = new_project(store)
    for row, source in rows:
        merge(store, project, row, source=source)
    assert tallies.differences(store, project) == []
    tallies.rebuild(store, project)
    assert tallies.differences(store, project) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(told, max_size=25), st.integers(1, 5))
def test_how_a_file_is_cut_into_batches_does_not_matter(store: Store, rows: list, size: int) -> None:
    whole, cut = new_project(store), new_project(store)
    merge(store, whole, *rows)
    for start in range(0, len(rows), size):
        merge(store, cut, *rows[start : start + size])
    assert dump(store, whole) == dump(store, cut)
