"""The rows survive what happens to disks: torn writes, no room, no right to write.

F05, F06 and F07, on real files (F33 is in test_damage.py). What is asked after each: the file opens, every
look is whole, the present agrees with history, nothing is called lost that no look said, and what went wrong
is one sentence.
"""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkstead.cli import main
from linkstead.errors import StoreError
from linkstead.journey.upkeep import state_rule
from linkstead.link import Outcome, Reason
from linkstead.monitor.plan import DEFAULT_PLAN
from linkstead.profile import history, soundness
from linkstead.profile.store import Store, open_workspace
from tests.profile_histories import DAY, Lived, Look, live_through
from tests.profile_samples import new_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOUND = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)
NOFOLLOW = FOUND._replace(rel=("nofollow",), anchor="other")
MISSING = Look(DAY, Outcome.MISSING, Reason.REMOVED)
BLOCKED = Look(DAY, Outcome.BLOCKED, Reason.FORBIDDEN)
LIVES = [
    [FOUND, FOUND, NOFOLLOW, BLOCKED, FOUND],
    [FOUND, MISSING, MISSING, MISSING, MISSING],
    [MISSING, FOUND, MISSING, BLOCKED],
]


def wrong(store: Store, project: int) -> list[str]:
    return list(history.differences(store, project, state_rule=state_rule(DEFAULT_PLAN)))


def looks_of(store: Store) -> list[tuple[int, int]]:
    return [(a, b) for a, b in store.query("SELECT backlink_id, checked_at FROM look ORDER BY id")]


def files_of(path: Path) -> dict[str, bytes]:
    """A database's file and its write-ahead log, as a crash would leave them."""
    return {end: path.with_name(path.name + end).read_bytes() for end in ("", "-wal")}


def write_files(path: Path, main_file: bytes, log: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(main_file)
    path.with_name(path.name + "-wal").write_bytes(log)
    return path


# -- F07: torn writes ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], list[tuple[int, int]], int]:
    """A workspace as it lies on the disk after a crash: nothing of its looks is in the main file yet."""
    path = tmp_path_factory.mktemp("crashed") / "site.sqlite3"
    with open_workspace(path) as store:
        project = new_project(store)
        links = [Lived(store, project, number) for number in range(1, len(LIVES) + 1)]
        store.query("PRAGMA wal_checkpoint(TRUNCATE)")
        store.execute("PRAGMA wal_autocheckpoint=0")
        for link, life in zip(links, LIVES, strict=True):
            for step in life:
                link.go(step)
        return files_of(path), looks_of(store), project


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of files are opened, and no power cut is tested."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.mark.parametrize("tail", [b"", bytes(512), b"\xa5" * 512], ids=["cut", "zeros", "rubbish"])
def test_f07_a_log_torn_at_any_sector_leaves_a_prefix_of_the_looks_and_each_one_whole(
    crashed: tuple[dict[str, bytes], list[tuple[int, int]], int], quick_folder: Path, tail: bytes
) -> None:
    files, every_look, project = crashed
    log = files["-wal"]
    counts: list[int] = []
    # with a tail the sectors that matter are those around the ends of frames: a sample will do
    for cut in range(len(log), -1, -512 if not tail else -512 * 7):
        path = write_files(quick_folder / "torn.sqlite3", files[""], log[:cut] + tail)
        with open_workspace(path) as store:
            kept = looks_of(store)
            assert kept == every_look[: len(kept)]
            if counts[-1:] != [len(kept)] or cut % 4096 == 0:
                assert wrong(store, project) == []
        counts.append(len(kept))
    assert counts == sorted(counts, reverse=True)
    assert set(counts) == set(range(len(every_look) + 1)) if not tail else counts[-1] == 0


def test_f07_a_first_start_that_was_torn_is_started_anew(tmp_path: Path) -> None:
    path = tmp_path / "born" / "site.sqlite3"
    with open_workspace(path) as store:
        store.execute("PRAGMA wal_autocheckpoint=0")
        files = files_of(path)
    for cut in range(0, len(files["-wal"]), 512 * 41):
        torn = write_files(tmp_path / "torn.sqlite3", files[""], files["-wal"][:cut])
        with open_workspace(torn) as store:
            assert live_through(store, new_project(store), [[FOUND]])


# -- F06: held, or not to be written --------------------------------------------------------------


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "sites" / "example.com.sqlite3"
    with open_workspace(path) as store:
        live_through(store, new_project(store), LIVES)
    return path


def last_link(store: Store) -> Lived:
    """The first link of a workspace, to be looked at once more."""
    link = Lived.__new__(Lived)
    link.store, link.project_id, link.number, link.has_read = store, 1, 1, True
    link.id = store.query("SELECT min(id) FROM backlink")[0][0]
    link.past = link.kept_past()
    link.at = link.past[-1].at
    return link


def look_again(path: Path, step: Look, pragma: str = "user_version", times: int = 1) -> None:
    """Look at the first link of a workspace that has a setting of SQLite's."""
    with open_workspace(path) as store:
        store.query(f"PRAGMA {pragma}")
        link = last_link(store)
        for _ in range(times):
            link.look(step)


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else's transaction that writes."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield holder


def test_f06_a_writer_waits_for_the_one_before_it(workspace: Path) -> None:
    with held(workspace) as holder, open_workspace(workspace) as store:
        release = threading.Timer(0.3, holder.execute, ("COMMIT",))
        release.start()
        last_link(store).look(FOUND)
        release.join()
        assert wrong(store, 1) == []


def test_f06_a_lock_that_lasts_too_long_is_said_and_nothing_is_lost(workspace: Path) -> None:
    with open_workspace(workspace) as store:
        before = store.query("SELECT id, state, lost_at FROM backlink ORDER BY id")
        count = len(looks_of(store))
    with held(workspace), pytest.raises(StoreError, match="is held by another program; wait"):
        look_again(workspace, MISSING, "busy_timeout=50")
    with open_workspace(workspace) as store:
        assert store.query("SELECT id, state, lost_at FROM backlink ORDER BY id") == before
        assert len(looks_of(store)) == count
        assert wrong(store, 1) == []


def test_f06_readers_wait_for_no_writer(workspace: Path) -> None:
    with held(workspace), open_workspace(workspace) as store:
        store.execute("PRAGMA busy_timeout=0")
        assert wrong(store, 1) == []


def test_f06_what_may_only_be_read_is_said_and_not_called_damaged(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StoreError, match="cannot be written; give the user"):
        look_again(workspace, MISSING, "query_only=ON")
    with open_workspace(workspace) as store:
        assert wrong(store, 1) == []


def test_f06_a_disk_that_may_only_be_read_is_said(
    small_disk: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = small_disk(8)
    path = disk / "site.sqlite3"
    with open_workspace(path) as store:
        live_through(store, new_project(store), LIVES)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    assert main(["rebuild", "--workspace", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"linkstead: {path} cannot be ")
    assert "damaged" not in said
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    with open_workspace(path) as store:
        assert wrong(store, 1) == []


# -- F05: no room --------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mounts a disk in memory of so many MiB; needs the right to mount."""
    mounted: list[Path] = []

    def mount(mebibytes: int) -> Path:
        folder = tmp_path / "disk"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder]
        if os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("only root may mount a small disk here")
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("mounting a small disk is not permitted here")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


def leave_free(disk: Path, room: int) -> Path:
    """Fill a disk but for `room` bytes."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - room)))
    return ballast


def test_f05_a_full_disk_during_looks_is_said_and_looking_goes_on_when_there_is_room(
    small_disk: Callable[[int], Path],
) -> None:
    disk = small_disk(8)
    path = disk / "site.sqlite3"
    with open_workspace(path) as store:
        project = new_project(store)
        links = live_through(store, project, [[FOUND]] * 40)
    ballast = leave_free(disk, 300_000)
    written = [0]

    def look_until_full() -> None:
        with open_workspace(path) as store:
            for _ in range(200):
                for link in links:
                    link.store = store
                    link.look(FOUND if link.number % 2 else BLOCKED)
                    written[0] += 1

    with pytest.raises(StoreError, match="is full; free some space"):
        look_until_full()
    assert written[0] < 200 * 40
    ballast.unlink()
    with open_workspace(path) as store:
        assert soundness.damage(store) == []
        assert wrong(store, project) == []
        assert len(looks_of(store)) == 40 + written[0]
        assert store.query("SELECT count(*) FROM backlink WHERE state = 3 OR lost_at IS NOT NULL") == [(0,)]
        for link in links:
            link.store = store
            link.past = link.kept_past()
            link.look(FOUND)
        assert len(looks_of(store)) == 40 + written[0] + len(links)
        assert wrong(store, project) == []


def write_export(path: Path, rows: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        header = "Referring page title,Referring page URL,Domain rating,Target URL,Anchor,Nofollow,First seen"
        writer.writerow(header.split(","))
        for n in range(rows):
            page, target = (
                f"https://site{n % 977}.example.org/some/path/{n}",
                f"https://example.com/p/{n % 50}",
            )
            writer.writerow([f"A title {n}", page, 60, target, f"text {n}", "false", "2026-01-02 03:04:05"])
    return path


def test_f05_a_full_disk_during_an_import_is_said_and_the_import_goes_on_when_there_is_room(
    small_disk: Callable[[int], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = write_export(tmp_path / "export.csv", 20_000)
    disk = small_disk(48)
    path = disk / "site.sqlite3"
    ballast = leave_free(disk, 8_000_000)
    command = ["audit", "example.com", str(export), "--no-verify", "--workspace", str(path)]
    assert main(command) == 1
    assert "is full; free some space and start again" in capsys.readouterr().err
    with open_workspace(path) as store:
        assert soundness.damage(store) == []
        assert wrong(store, 1) == []
    ballast.unlink()
    assert main(command) in (0, 1)
    with open_workspace(path) as store:
        assert store.query("SELECT count(*), count(DISTINCT page_id) FROM backlink") == [(20_000, 20_000)]
        assert wrong(store, 1) == []
    capsys.readouterr()
    assert main(command) in (0, 1)
    with open_workspace(path) as store:
        assert store.query("SELECT count(*) FROM backlink") == [(20_000,)]


@pytest.mark.parametrize("spare", range(6))
def test_f05_a_file_that_may_not_grow_is_said_and_keeps_what_was_written(workspace: Path, spare: int) -> None:
    with open_workspace(workspace) as store:
        most = store.query("PRAGMA page_count")[0][0] + spare
    with pytest.raises(StoreError, match="is full; free some space"):
        look_again(workspace, FOUND, f"max_page_count={most}", times=2_000)
    with open_workspace(workspace) as store:
        assert soundness.damage(store) == []
        assert wrong(store, 1) == []
        last_link(store).look(FOUND)
        assert wrong(store, 1) == []
