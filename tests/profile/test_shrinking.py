"""Space that deleted rows took goes back to the disk."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import StoreError
from linkstead.link import Outcome, Reason
from linkstead.profile import search, shrinking
from linkstead.profile.store import Store, open_workspace
from tests.profile_histories import DAY, Look, live_through
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOUND = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)


def fill_and_empty(store: Store, rows: int = 4_000) -> None:
    """A few links, and many rows that are gone again."""
    project = new_project(store)
    live_through(store, project, [[FOUND]])
    store.many(
        "INSERT INTO quarantine (file_id, row_number, reason, raw) VALUES (0, ?, 'x', ?)",
        [(n, "x" * 1_000) for n in range(rows)],
    )
    store.execute("DELETE FROM quarantine WHERE file_id = 0")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Store]:
    with open_workspace(tmp_path / "site.sqlite3") as store:
        yield store


def test_shrinking_gives_back_what_deleted_rows_took(workspace: Store) -> None:
    fill_and_empty(workspace)
    told: list[tuple[int, int]] = []
    shrunk = shrinking.shrink(workspace, progress=lambda done, total: told.append((done, total)))
    assert shrunk.before - shrunk.after > 4_000_000
    assert shrinking.size(workspace) == shrunk.after
    assert told[-1][0] == told[-1][1]
    assert workspace.query("PRAGMA integrity_check") == [("ok",)]


def test_files_shrink_a_little_at_a_time_without_being_written_anew(
    workspace: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrinking, "_PAGES_A_STEP", 100)
    fill_and_empty(workspace)
    free = workspace.query("PRAGMA freelist_count")[0][0]
    assert shrinking.give_back_a_little(workspace, steps=3) == 3 * 100 * 4_096
    assert workspace.query("PRAGMA freelist_count") == [(free - 300,)]
    shrinking.give_back_a_little(workspace, steps=1_000)
    assert 0 <= workspace.query("PRAGMA freelist_count")[0][0] < 100


def test_a_file_of_an_earlier_version_is_converted_by_shrinking(workspace: Store) -> None:
    workspace.execute("PRAGMA auto_vacuum=NONE")
    workspace.execute("VACUUM")
    fill_and_empty(workspace)
    assert workspace.query("PRAGMA auto_vacuum") == [(0,)]
    assert shrinking.give_back_a_little(workspace) == 0
    shrinking.shrink(workspace)
    assert workspace.query("PRAGMA auto_vacuum") == [(2,)]


def test_too_little_room_is_said_before_anything_is_written(
    workspace: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_and_empty(workspace)
    before = shrinking.size(workspace)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_000))
    with pytest.raises(StoreError, match=r"needs 0\.0 GB of free space beside it, and"):
        shrinking.shrink(workspace)
    assert shrinking.size(workspace) <= before
    monkeypatch.undo()
    assert shrinking.shrink(workspace).after < before


def test_words_of_what_is_gone_leave_the_index(workspace: Store) -> None:
    gone, stays = new_project(workspace), new_project(workspace, "example.net")
    merge(workspace, gone, *(sighting(n) for n in range(50)))
    merge(workspace, stays, sighting(77, page_url="https://keep.example.org/kept"))
    search.refresh(workspace)
    match = search.match_text("example.org")
    assert match is not None
    assert search.candidates(workspace, match) == 51
    for table in ("page", "anchor"):
        workspace.execute(f"DELETE FROM {table} WHERE project_id = ?", (gone,))
    assert search.left_over(workspace) > 0.9
    shrinking.drop_leftovers(workspace)
    assert search.candidates(workspace, match) == 1
    assert search.is_current(workspace)


@pytest.mark.postgresql
def test_on_postgresql_tables_are_written_anew(postgresql_store: Store) -> None:
    fill_and_empty(postgresql_store, rows=10)
    steps: list[int] = []
    shrunk = shrinking.shrink(postgresql_store, progress=lambda done, total: steps.append(done))
    assert steps == [*range(7)]
    assert shrunk.after > 0
    assert shrinking.give_back_a_little(postgresql_store) == 0
