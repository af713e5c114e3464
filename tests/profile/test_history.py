"""History rebuilds the present: what is stored is what the looks say, and what is not is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.journey.upkeep import state_rule
from linkstead.link import LinkType, Outcome, Reason
from linkstead.monitor.plan import DEFAULT_PLAN
from linkstead.profile import history, slices, tallies
from linkstead.profile.store import Store, open_workspace
from tests.profile_histories import DAY, Look, Told, live_through, pasts
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FOUND = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)
NOFOLLOW = FOUND._replace(rel=("nofollow",), anchor="other")
MISSING = Look(DAY, Outcome.MISSING, Reason.REMOVED)
BLOCKED = Look(DAY, Outcome.BLOCKED, Reason.FORBIDDEN)
LOST = [FOUND, MISSING, MISSING, MISSING]
TOLD = Told("semrush-backlinks", True, "told", 1, 2_000_000_000)
TOLD_LOST = Told("ahrefs-backlinks", False, None, None, None, lost_at=2_000_000_000)


def wrong(store: Store, project: int) -> list[str]:
    return list(history.differences(store, project, state_rule=state_rule(DEFAULT_PLAN)))


def lived(store: Store, *lives: Sequence[Look | Told]) -> tuple[int, list[int]]:
    project = new_project(store)
    return project, [link.id for link in live_through(store, project, lives)]


@pytest.mark.parametrize(
    "life",
    [
        [],
        [TOLD],
        [FOUND],
        [FOUND, TOLD, FOUND],
        [BLOCKED],
        [BLOCKED, TOLD],
        LOST,
        [*LOST, MISSING],
        [*LOST, BLOCKED, MISSING],
        [*LOST, FOUND],
        [*LOST, BLOCKED],
        [*LOST, TOLD],
        [*LOST, TOLD_LOST],
        [*LOST, TOLD_LOST, TOLD],
        [TOLD_LOST, *LOST, TOLD],
        [FOUND, FOUND._replace(type=LinkType.IMAGE), FOUND._replace(unchanged=True)],
        [FOUND, NOFOLLOW, FOUND._replace(unchanged=True)],
    ],
    ids=lambda life: "+".join(type(s).__name__ if isinstance(s, Told) else s.outcome for s in life),
)
def test_what_looks_and_sources_left_is_what_history_says(store: Store, life: list[Look | Told]) -> None:
    project, _ = lived(store, life, [FOUND])
    assert wrong(store, project) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=st.lists(pasts, min_size=1, max_size=3))
def test_whatever_happened_history_says_the_same(tmp_path_factory, lives) -> None:
    with open_workspace(tmp_path_factory.mktemp("h") / "p.sqlite3") as store:
        store.execute("PRAGMA synchronous=OFF")  # no power cut is tested here
        project, _ = lived(store, *lives)
        assert wrong(store, project) == []
        assert history.rebuild(store, project) == 0


#: A statement that harms one row, and the word that must name the harm.
HARMS = [
    ("UPDATE backlink SET state = 3 WHERE id = ?", "state"),
    ("UPDATE backlink SET followed = 0 WHERE id = ?", "followed"),
    ("UPDATE backlink SET rel = 9 WHERE id = ?", "rel"),
    ("UPDATE backlink SET anchor_id = NULL WHERE id = ?", "anchor_id"),
    ("UPDATE backlink SET placement = 1 WHERE id = ?", "placement"),
    ("UPDATE backlink SET link_type = 5 WHERE id = ?", "link_type"),
    ("UPDATE backlink SET last_checked = last_checked - 1 WHERE id = ?", "last_checked"),
    ("UPDATE backlink SET last_seen = 5 WHERE id = ?", "last_seen"),
    ("UPDATE backlink SET first_seen = NULL WHERE id = ?", "first_seen"),
    ("UPDATE backlink SET lost_at = 5 WHERE id = ?", "lost_at"),
    ("UPDATE backlink SET look_id = NULL WHERE id = ?", "look_id"),
    ("UPDATE backlink SET reported_lost = 1 WHERE id = ?", "reported lost"),
]


@pytest.mark.parametrize(("harm", "word"), HARMS, ids=[word for _, word in HARMS])
def test_a_harmed_row_is_named_and_mended(store: Store, harm: str, word: str) -> None:
    project, ids = lived(store, [FOUND, MISSING, FOUND], [FOUND])
    tallies_before = store.query("SELECT * FROM tally WHERE project_id = ? ORDER BY dim, item", (project,))
    store.execute(harm, (ids[0],))
    assert any(word in said and f"backlink {ids[0]}" in said for said in wrong(store, project))
    assert not any(f"backlink {ids[1]}" in said for said in wrong(store, project))
    assert history.rebuild(store, project) == 1
    assert wrong(store, project) == []
    after = store.query("SELECT * FROM tally WHERE project_id = ? ORDER BY dim, item", (project,))
    assert [row for row in after if row[3]] == [row for row in tallies_before if row[3]]


def test_a_row_that_claims_a_look_where_none_was_is_named_and_mended(store: Store) -> None:
    project, ids = lived(store, [])
    store.execute("UPDATE backlink SET state = 1, last_checked = 9 WHERE id = ?", ids)
    assert len(wrong(store, project)) > 1
    history.rebuild(store, project)
    assert wrong(store, project) == []


def test_a_loss_is_dated_by_the_look_that_confirmed_it(store: Store) -> None:
    project, ids = lived(store, [*LOST, MISSING, BLOCKED])
    confirmed = store.one("SELECT min(checked_at) FROM look WHERE backlink_id = ? AND state = 3", ids)
    assert confirmed == store.one("SELECT lost_at FROM backlink WHERE id = ?", ids)
    store.execute("UPDATE backlink SET lost_at = lost_at + 1 WHERE id = ?", ids)
    assert len(wrong(store, project)) == 1
    history.rebuild(store, project)
    assert confirmed == store.one("SELECT lost_at FROM backlink WHERE id = ?", ids)


@pytest.mark.parametrize("told", [TOLD, TOLD_LOST], ids=["seen again", "lost"])
def test_what_a_source_tells_leaves_our_own_loss_its_moment(store: Store, told: Told) -> None:
    project, ids = lived(store, LOST)
    ours = store.one("SELECT lost_at FROM backlink WHERE id = ?", ids)
    for each in (TOLD_LOST, told, Told("ahrefs-backlinks", None, None, None, None)):
        merge(store, project, sighting(1, last_seen=each.last_seen, lost_at=each.lost_at))
        assert store.one("SELECT lost_at FROM backlink WHERE id = ?", ids) == ours
    assert tallies.differences(store, project) == []


def test_a_look_that_wrote_no_link_type_claims_none(store: Store) -> None:
    project, ids = lived(store, [FOUND])
    store.execute("UPDATE look SET link_type = 0 WHERE backlink_id = ?", ids)
    assert wrong(store, project) == []


def test_a_look_whose_state_does_not_follow_is_named(store: Store) -> None:
    project, ids = lived(store, [FOUND, MISSING, FOUND])
    store.execute("UPDATE look SET state = 3 WHERE backlink_id = ? AND outcome = 'missing'", ids)
    assert any("says lost" in said and "in doubt" in said for said in wrong(store, project))


def test_looks_without_a_state_are_believed_and_the_rest_is_still_compared(store: Store) -> None:
    project, ids = lived(store, LOST, [FOUND])
    store.execute("UPDATE look SET state = NULL WHERE project_id = ?", (project,))
    assert wrong(store, project) == []
    store.execute("UPDATE backlink SET last_checked = 1 WHERE id = ?", ids[:1])
    assert len(wrong(store, project)) == 1


def test_figures_that_disagree_are_named_and_mended(store: Store) -> None:
    project, _ = lived(store, [FOUND])
    store.execute("UPDATE tally SET links = links + 1 WHERE project_id = ? AND dim = 1", (project,))
    assert any(said.startswith("tally") for said in wrong(store, project))
    history.rebuild(store, project)
    assert wrong(store, project) == []


def test_looks_and_evidence_that_belong_to_nothing_are_counted(store: Store) -> None:
    project, ids = lived(store, [FOUND, FOUND], [FOUND])
    store.execute("UPDATE look SET evidence_id = 999999 WHERE backlink_id = ?", ids[:1])
    assert wrong(store, project) == ["2 looks whose evidence is not kept"]
    store.execute("UPDATE look SET evidence_id = NULL, backlink_id = 999999 WHERE backlink_id = ?", ids[:1])
    assert "2 looks at links that are not the project's" in wrong(store, project)


def test_projects_do_not_mix(store: Store) -> None:
    mine, _ = lived(store, [FOUND])
    _, theirs = lived(store, [FOUND])
    store.execute("UPDATE backlink SET state = 3 WHERE id = ?", theirs)
    assert wrong(store, mine) == []
    assert history.rebuild(store, mine) == 0


def test_slices_hold_few_links_and_few_looks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "LOOKS_A_SLICE", 4)
    project, ids = lived(store, [FOUND] * 3, [], [FOUND], [FOUND] * 9, [], [FOUND])
    parts = list(slices.slices(store, project, most=5, before=0))
    assert [c.backlink_id for part in parts for c in part] == ids
    assert [[c.looks for c in part] for part in parts] == [[3, 0, 1], [9], [0], [1]]


def test_progress_is_told_to_the_end(store: Store) -> None:
    project, ids = lived(store, [FOUND], [])
    told: list[tuple[int, int]] = []
    list(history.differences(store, project, progress=lambda done, total: told.append((done, total))))
    assert told[-1] == (len(ids), len(ids))


@pytest.fixture
def two_doors(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    path = tmp_path / "two.sqlite3"
    with open_workspace(path) as one, open_workspace(path) as other:
        yield one, other


def test_what_is_written_meanwhile_is_no_difference(two_doors: tuple[Store, Store]) -> None:
    reader, writer = two_doors
    project, _ = lived(writer, [FOUND])
    found = history.differences(reader, project, progress=lambda done, total: write())

    def write() -> None:
        merge(writer, project, sighting(7))

    assert list(found) == []
    assert wrong(reader, project) == []
    assert tallies.differences(reader, project) == []
