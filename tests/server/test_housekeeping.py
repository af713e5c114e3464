"""Old looks are rolled up a little each hour, over all projects, once a day."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.errors import StoreError
from linkstead.link import Outcome, Reason
from linkstead.monitor.archive import archive_files
from tests.evidence_samples import keep
from tests.profile_histories import DAY, Look, live_through

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from linkstead.settings import Settings

FOUND = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)


@pytest.fixture
def looked_at(database: str, person: Callable[..., Any], project_of: Any) -> list[int]:
    """Two projects whose only link has forty old looks; their ids."""
    from linkstead.server.tracking.stores import work_store

    ids = []
    for name in ("ada", "bob"):
        project = project_of(person(name))
        with work_store() as store:
            live_through(store, project.pk, [[FOUND] * 40])
        ids.append(project.pk)
    return ids


def looks_left() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM look")
        return int(cursor.fetchone()[0])


def test_tidying_rolls_up_all_projects(looked_at: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    from linkstead.server.jobs import housekeeping

    monkeypatch.setattr(housekeeping, "_round", housekeeping.Round())
    assert housekeeping.tidy() == 58
    assert looks_left() == 22
    assert housekeeping.tidy() == 0


def test_a_round_goes_on_where_its_time_was_up(looked_at: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    from linkstead.server.jobs import housekeeping
    from linkstead.server.tracking.stores import work_store

    # a clock on which every step takes nine seconds: two steps are begun within ten
    clock = itertools.count(0, 9)
    monkeypatch.setattr(housekeeping, "time", SimpleNamespace(time=time.time, monotonic=lambda: next(clock)))
    here = housekeeping.Round()
    with work_store() as store:
        did = [here.go_on(store, 180) for _ in range(4)]
    assert sum(did) == 58
    assert max(did) == 29
    assert here.finished
    assert looks_left() == 22


def test_tidying_removes_evidence_that_has_had_its_time(
    looked_at: list[int], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server.jobs import housekeeping
    from linkstead.server.tracking.stores import work_store

    here = replace(settings, data=tmp_path, evidence_days=30)
    with work_store() as store:
        now = int(time.time())
        keep(store, looked_at[0], 1, here.evidence, now - 90 * DAY, now - 80 * DAY, now)
    assert housekeeping._expire(replace(here, evidence_days=0)) == 0
    monkeypatch.setattr(housekeeping, "EXPIRE_SECONDS", 0.0)
    assert housekeeping._expire(here) == 0
    monkeypatch.undo()
    assert housekeeping._expire(here) == 2
    assert len(archive_files(here.evidence)) == 1


def test_evidence_that_cannot_be_removed_does_not_end_the_monitor(
    looked_at: list[int],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from linkstead.server.jobs import housekeeping

    def refuse(*_: object, **__: object) -> None:
        raise StoreError("It may not be removed.")

    monkeypatch.setattr(housekeeping, "expire_evidence", refuse)
    assert housekeeping._expire(replace(settings, data=tmp_path, evidence_days=30)) == 0
    assert "old evidence was not removed" in caplog.text


def test_nothing_is_rolled_up_where_all_looks_are_to_be_kept(looked_at: list[int]) -> None:
    from linkstead.server.jobs.housekeeping import Round
    from linkstead.server.tracking.stores import work_store

    with work_store() as store:
        assert Round().go_on(store, 0) == 0
    assert looks_left() == 80


def test_a_database_that_is_held_does_not_end_the_monitor(
    looked_at: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from linkstead.server.jobs import housekeeping

    def refuse() -> None:
        raise StoreError("It is held by another program.")

    monkeypatch.setattr(housekeeping, "work_store", refuse)
    assert housekeeping.tidy() == 0
    assert "old looks were not rolled up" in caplog.text
