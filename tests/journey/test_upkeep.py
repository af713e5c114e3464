"""`rebuild` and `shrink` on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from linkstead.cli import main
from linkstead.journey.upkeep import expire_evidence
from linkstead.link import Outcome, Reason
from linkstead.monitor.archive import archive_files
from linkstead.profile.store import open_workspace
from tests.evidence_samples import keep
from tests.profile_histories import DAY, Look, live_through
from tests.profile_samples import new_project

if TYPE_CHECKING:
    from pathlib import Path

FOUND = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path))
    path = tmp_path / "sites" / "example.com.sqlite3"
    with open_workspace(path) as store:
        live_through(store, new_project(store), [[FOUND] * 40, [FOUND]])
    return path


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_a_site_is_verified_by_its_name(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rebuild", "--verify", "https://www.example.com/"]) in (0, 3)
    capsys.readouterr()
    assert main(["rebuild", "--verify", "--judge", "example.com"]) == 0
    assert capsys.readouterr().out == f"2 links in {workspace}: history and present agree.\n"


def test_differences_are_printed_and_are_findings(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(workspace) as store:
        store.execute("UPDATE backlink SET last_checked = 7 WHERE id = 2")
    assert main(["rebuild", "--verify", "--workspace", str(workspace)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("example.com: backlink 2: last_checked stored 7, by its looks ")
    assert lines[1] == f"2 links in {workspace}: 1 differences."
    assert main(["rebuild", "--verify", "--json", "example.com"]) == 1
    told = said(capsys)
    assert (told["equal"], told["projects"][0]["found"]) == (False, 1)  # type: ignore[index]
    assert main(["rebuild", "--json", "example.com"]) == 0
    assert said(capsys)["projects"][0]["changed"] == 1  # type: ignore[index]
    assert main(["rebuild", "--verify", "--json", "example.com"]) == 0
    assert said(capsys)["equal"] is True


def test_shrink_rolls_up_and_says_what_it_gave_back(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(workspace) as store:
        store.execute("CREATE TABLE gone AS SELECT zeroblob(2000000) AS bytes")
        store.execute("DROP TABLE gone")
    assert main(["shrink", "example.com", "--json"]) == 0
    told = said(capsys)
    assert told["looks"] == 29  # the looks lie years back: the default limit takes them
    assert told["after_bytes"] == workspace.stat().st_size
    assert told["after_bytes"] < told["before_bytes"] - 1_000_000  # type: ignore[operator]
    assert main(["rebuild", "--verify", "--judge", "example.com"]) == 0


def test_shrink_with_no_days_rolls_up_nothing(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shrink", "example.com", "--days", "0"]) == 0
    assert ": 0 old looks rolled up; " in capsys.readouterr().out
    assert main(["shrink", "example.com", "--days", "-1"]) == 2


NOW = 1_800_000_000


def test_evidence_goes_file_by_file_with_its_rows_when_it_has_had_its_time(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    with open_workspace(tmp_path / "p.sqlite3") as store:
        (link,) = live_through(store, project := new_project(store), [[FOUND]])
        page = store.query("SELECT page_id FROM backlink WHERE id = ?", (link.id,))[0][0]
        kept = keep(store, project, page, folder, *(NOW - days * DAY for days in (500, 400, 300, 2)))
        store.execute("UPDATE page SET evidence_id = ? WHERE id = ?", (kept[0], page))
        assert expire_evidence(store, folder, 0, now=NOW).files == 0
        steps = iter([True, False])
        assert expire_evidence(store, folder, 200, now=NOW, go_on=lambda: next(steps)).files == 1
        assert [row[0] for row in store.query("SELECT id FROM evidence ORDER BY id")] == kept[1:]
        assert store.query("SELECT evidence_id FROM page") == [(None,)]
        gone = expire_evidence(store, folder, 200, now=NOW)
        assert (gone.files, gone.records) == (2, 2)
        assert gone.bytes > 0
        assert store.query("SELECT id FROM evidence") == [(kept[3],)]
    assert len(archive_files(folder)) == 1


def test_files_that_an_interrupted_tidying_left_go_with_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    with open_workspace(tmp_path / "p.sqlite3") as store:
        keep(store, new_project(store), 1, folder, NOW - 500 * DAY)
        store.execute("DELETE FROM evidence")
        assert expire_evidence(store, folder, 30, now=NOW)[:2] == (1, 0)
    assert archive_files(folder) == []


def test_shrink_removes_evidence_as_long_as_somebody_has_said_for_how_long_to_keep_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = workspace.with_name("example.com.sqlite3.evidence")
    with open_workspace(workspace) as store:
        keep(store, 1, 1, folder, 1_600_000_000, 1_700_000_000)
    assert main(["shrink", "example.com", "--json"]) == 0
    assert said(capsys)["evidence_files"] == 0
    monkeypatch.setenv("LINKSTEAD_EVIDENCE_DAYS", "30")
    assert main(["shrink", "example.com", "--json"]) == 0
    assert said(capsys)["evidence_files"] == 2
    assert archive_files(folder) == []


def test_what_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path))
    for command in (["rebuild", "example.com"], ["shrink"], ["rebuild", "--workspace", str(tmp_path / "x")]):
        assert main(command) == 3
        assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
