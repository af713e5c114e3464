"""Our own pages as rows: which are due, what looks leave behind, what could replace a failing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.link import LinkStatus
from linkstead.profile import identity, tallies, targets
from linkstead.profile.codes import STATE_CODE
from linkstead.profile.figures import summary
from linkstead.profile.queries import links
from linkstead.profile.targets import (
    BROKEN,
    CONFIRM_AFTER,
    CONFIRM_SILENCE_AFTER,
    IN_DOUBT,
    OK,
    REDIRECTED,
    UNKNOWN,
    Suggested,
    TargetCheck,
    shown_outcome,
)
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

NOW = 1_800_000_000
SITE = "https://example.com"


def linked(store: Store, *paths: str) -> tuple[int, dict[str, int]]:
    """A project with one backlink to each path, two to a path given twice; (project, path -> target id)."""
    project = new_project(store)
    merge(
        store,
        project,
        *(
            sighting(n, target_url=SITE + path, anchor_text=f"about {path}")
            for n, path in enumerate(paths, start=1)
        ),
    )
    due = targets.due_targets(store, project, before=NOW)
    return project, {each.url.removeprefix(SITE): each.target_id for each in due}


def check(target_id: int, outcome: str, status: int | None = 200, **more: object) -> TargetCheck:
    told: dict[str, object] = {"checked_at": NOW, "final_url": None, "hops": ()}
    return TargetCheck(target_id=target_id, outcome=outcome, http_status=status, **(told | more))  # type: ignore[arg-type]


def due(store: Store, project: int, **asked: int) -> list[str]:
    return [each.url.removeprefix(SITE) for each in targets.due_targets(store, project, **asked)]


def test_the_most_linked_targets_are_due_first_and_a_limit_cuts_the_rest(store: Store) -> None:
    project, _ = linked(store, "/a", "/b", "/b", "/c", "/c", "/c")
    assert due(store, project, before=NOW) == ["/c", "/b", "/a"]
    assert due(store, project, before=NOW, limit=2) == ["/c", "/b"]


def test_a_target_is_due_again_when_its_look_is_old(store: Store) -> None:
    project, ids = linked(store, "/a", "/b")
    targets.record_targets(store, [check(ids["/a"], OK), check(ids["/b"], OK, checked_at=NOW - 100)])
    assert due(store, project, before=NOW - 50) == ["/b"]
    assert due(store, project, before=NOW - 100) == []


@pytest.mark.parametrize(("status", "after"), [(503, CONFIRM_AFTER), (None, CONFIRM_SILENCE_AFTER)])
def test_a_target_in_doubt_is_due_as_soon_as_a_second_look_says_something(
    store: Store, status: int | None, after: int
) -> None:
    project, ids = linked(store, "/a", "/b")
    targets.record_targets(store, [check(ids["/a"], IN_DOUBT, status), check(ids["/b"], OK)])
    assert targets.doubtful_due_at(store, project) == NOW + after
    assert due(store, project, before=NOW - 1, now=NOW + after - 1) == []
    assert due(store, project, before=NOW - 1, now=NOW + after) == ["/a"]
    assert due(store, project, before=NOW - 1) == []


def test_without_a_doubt_nothing_is_due_early(store: Store) -> None:
    project, ids = linked(store, "/a")
    targets.record_targets(store, [check(ids["/a"], BROKEN, 404)])
    assert targets.doubtful_due_at(store, project) is None


def test_a_due_target_tells_what_the_look_before_left(store: Store) -> None:
    project, ids = linked(store, "/a")
    assert targets.due_targets(store, project, before=NOW) == [(ids["/a"], SITE + "/a", None, None, None)]
    targets.record_targets(store, [check(ids["/a"], IN_DOUBT, 500)])
    assert targets.due_targets(store, project, before=NOW + 1) == [
        (ids["/a"], SITE + "/a", IN_DOUBT, 500, NOW)
    ]


def test_a_title_outlives_the_page_and_a_suggestion_goes_when_it_answers(store: Store) -> None:
    project, ids = linked(store, "/a")
    row = ids["/a"]
    targets.record_targets(store, [check(row, OK, title="Tide\0 tables", canonical=SITE + "/b")])
    targets.record_targets(store, [check(row, BROKEN, 404)])
    targets.record_suggestions(store, [Suggested(row, SITE + "/b", 81.5, "It is alike.")])
    assert targets.failing(store, project, limit=9) == [(row, SITE + "/a", "Tide tables")]
    shown = summary(store, project, now=NOW).targets[0]
    assert (shown.suggested_url, shown.suggested_score, shown.suggested_why, shown.canonical) == (
        SITE + "/b",
        81.5,
        "It is alike.",
        None,
    )
    targets.record_targets(store, [check(row, OK)])
    targets.record_suggestions(store, [Suggested(row, SITE + "/late", 99.0, "Too late.")])
    shown = summary(store, project, now=NOW).targets[0]
    assert (shown.outcome, shown.suggested_url) == ("ok", None)


@pytest.mark.parametrize(
    ("outcome", "status", "shown"),
    [
        (IN_DOUBT, 404, BROKEN),
        (IN_DOUBT, 410, BROKEN),
        (IN_DOUBT, 503, IN_DOUBT),
        (IN_DOUBT, None, IN_DOUBT),
        (BROKEN, 500, BROKEN),
        (None, None, UNKNOWN),
        (OK, 404, OK),
    ],
)
def test_a_page_that_is_gone_is_shown_as_broken_at_once(
    store: Store, outcome: str | None, status: int | None, shown: str
) -> None:
    assert shown_outcome(outcome, status) == shown
    project, ids = linked(store, "/a")
    if outcome is not None:
        targets.record_targets(store, [check(ids["/a"], outcome, status)])
    told = summary(store, project, now=NOW)
    assert told.targets[0].outcome == shown
    assert told.figures["broken_targets"] == (shown == BROKEN)


def test_the_summary_shows_failing_pages_first_and_names_each_hop(store: Store) -> None:
    project, ids = linked(store, "/ok", "/ok", "/moved", "/doubt", "/broken")
    chain = (f"301 {SITE}/new",)
    targets.record_targets(
        store,
        [
            check(ids["/ok"], OK),
            check(ids["/moved"], REDIRECTED, final_url=SITE + "/new", hops=chain, canonical=SITE + "/x"),
            check(ids["/doubt"], IN_DOUBT, 503),
            check(ids["/broken"], BROKEN, 500),
        ],
    )
    rows = summary(store, project, now=NOW).targets
    assert [row.url.removeprefix(SITE) for row in rows] == ["/broken", "/doubt", "/moved", "/ok"]
    assert (rows[2].chain, rows[2].hops, rows[2].canonical) == (chain, 1, SITE + "/x")


def test_links_that_are_lost_do_not_stand(store: Store) -> None:
    project, ids = linked(store, "/a", "/b", "/b")
    lost, blocked = STATE_CODE[LinkStatus.LOST], STATE_CODE[LinkStatus.BLOCKED]
    store.execute("UPDATE backlink SET state = ? WHERE project_id = ?", (lost, project))
    assert targets.with_standing_links(store, ids.values()) == set()
    store.execute(
        "UPDATE backlink SET state = ? WHERE id = (SELECT min(id) FROM backlink WHERE target_id = ?)",
        (blocked, ids["/b"]),
    )
    assert targets.with_standing_links(store, ids.values()) == {ids["/b"]}


def test_anchor_texts_come_by_frequency(store: Store) -> None:
    project = new_project(store)
    texts = ("rare", "often", "often", "", "often", "twice", "twice")
    merge(store, project, *(sighting(n, anchor_text=text) for n, text in enumerate(texts)))
    target = targets.due_targets(store, project, before=NOW)[0].target_id
    assert targets.anchors_of(store, target) == ["often", "twice", "rare"]
    assert targets.anchors_of(store, target, limit=1) == ["often"]


def test_pages_that_answer_and_pages_of_the_sitemap_can_replace_others_failing_ones_cannot(
    store: Store,
) -> None:
    project, ids = linked(store, "/ok", "/ok", "/moved", "/away", "/broken", "/unknown")
    targets.record_targets(
        store,
        [
            check(ids["/ok"], OK, title="Fine", final_url=SITE + "/ok"),
            check(ids["/moved"], REDIRECTED, title="New", final_url="https://EXAMPLE.com:443/new"),
            check(ids["/away"], REDIRECTED, final_url="https://elsewhere.example/x"),
            check(ids["/broken"], IN_DOUBT, 500, final_url=SITE + "/broken"),
        ],
    )
    targets.keep_site_pages(
        store, project, [SITE + "/listed", SITE + "/broken", SITE + "/ok"], seen_at=NOW, complete=True
    )
    assert targets.replacements(store, project) == [
        (SITE + "/ok", "Fine"),
        (SITE + "/new", "New"),
        (SITE + "/listed", None),
        (SITE + "/ok", None),
    ]
    assert targets.likeliest_host(store, project) == SITE + "/ok"


def test_the_sites_host_is_where_its_pages_answer(store: Store) -> None:
    project = new_project(store)
    assert targets.likeliest_host(store, project) is None
    merge(
        store,
        project,
        sighting(1, target_url="http://example.com/a"),
        sighting(2, target_url="http://example.com/a"),
        sighting(3, target_url="http://example.com/b"),
    )
    assert targets.likeliest_host(store, project) == "http://example.com/a"
    row = targets.due_targets(store, project, before=NOW)[1].target_id
    targets.record_targets(store, [check(row, REDIRECTED, final_url="https://www.example.com/b")])
    assert targets.likeliest_host(store, project) == "https://www.example.com/b"


def kept(store: Store, project: int) -> dict[str, int]:
    rows = store.query("SELECT url, seen_at FROM site_page WHERE project_id = ?", (project,))
    return {url.removeprefix(SITE): at for url, at in rows}


def test_after_a_complete_reading_pages_that_were_not_in_it_go(store: Store) -> None:
    project, other = new_project(store), new_project(store)
    for each in (project, other):
        targets.keep_site_pages(store, each, [SITE + "/a", SITE + "/b"], seen_at=NOW, complete=True)
    gone = targets.keep_site_pages(store, project, [SITE + "/b", SITE + "/c"], seen_at=NOW + 9, complete=True)
    assert gone == 1
    assert kept(store, project) == {"/b": NOW + 9, "/c": NOW + 9}
    assert kept(store, other) == {"/a": NOW, "/b": NOW}
    assert targets.site_pages_read_at(store, project) == NOW + 9


def test_after_a_reading_that_was_cut_short_they_stay_up_to_the_limit(store: Store) -> None:
    project = new_project(store)
    assert targets.site_pages_read_at(store, project) is None
    targets.keep_site_pages(store, project, [SITE + "/old"], seen_at=NOW - 9, complete=True)
    targets.keep_site_pages(store, project, [SITE + "/a", SITE + "/b"], seen_at=NOW, complete=False)
    assert kept(store, project) == {"/old": NOW - 9, "/a": NOW, "/b": NOW}
    gone = targets.keep_site_pages(store, project, [SITE + "/c"], seen_at=NOW + 1, complete=False, most=3)
    assert gone == 1
    assert "/old" not in kept(store, project)


def test_a_title_of_a_listed_page_stays_when_it_is_listed_again(store: Store) -> None:
    project = new_project(store)
    targets.keep_site_pages(store, project, [SITE + "/a"], seen_at=NOW, complete=True)
    store.execute("UPDATE site_page SET title = 'Known' WHERE project_id = ?", (project,))
    targets.keep_site_pages(store, project, [SITE + "/a"], seen_at=NOW + 1, complete=True)
    assert store.query("SELECT title FROM site_page WHERE project_id = ?", (project,)) == [("Known",)]


@pytest.mark.parametrize("both", [True, False])
def test_a_target_that_redirects_to_its_other_spelling_gives_its_links_to_it(
    store: Store, both: bool
) -> None:
    project = new_project(store)
    page = "https://site1.example.org/post"
    merge(
        store,
        project,
        sighting(1, page_url=page, target_url="http://www.example.com/a", first_seen=50),
        sighting(2, target_url=SITE + "/a"),
    )
    if both:
        merge(
            store,
            project,
            sighting(3, page_url=page, target_url=SITE + "/a", first_seen=70),
            source="semrush-backlinks",
        )
    alias = {each.url: each.target_id for each in targets.due_targets(store, project, before=NOW)}
    moved = check(
        alias["http://www.example.com/a"], REDIRECTED, final_url=SITE + "/a", hops=(f"301 {SITE}/a",)
    )
    targets.record_targets(store, [moved])
    assert identity.fold_targets(store, project) == 1
    found = links(store, project)
    assert {listed.row.target_url for listed in found.rows} == {SITE + "/a"}
    assert next(row.row.first_seen for row in found.rows if row.row.page_url == page) == 50
    assert found.total == 2
    assert tallies.differences(store, project) == []
