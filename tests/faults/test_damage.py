"""Damage in a workspace's file is told in a sentence, never met by a traceback: F33.

SQLite keeps no checksums of its pages: what is told, and what cannot be, stands in profile/soundness.py.
"""

from __future__ import annotations

import random
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from linkstead.cli import main
from linkstead.errors import StoreError
from linkstead.profile.store import open_workspace
from tests.faults.test_durability import LIVES, write_files
from tests.profile_histories import live_through
from tests.profile_samples import new_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "site.sqlite3"
    with open_workspace(path) as store:
        live_through(store, new_project(store), LIVES)
    return path


def flipped(original: bytes, generator: random.Random, *, first: int = 0) -> bytes:
    harmed = bytearray(original)
    harmed[generator.randrange(first, len(harmed))] ^= 1 << generator.randrange(8)
    return bytes(harmed)


@pytest.mark.parametrize("seed", range(4))
def test_f33_a_flipped_bit_is_told_or_harmless_and_never_a_traceback(
    workspace: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(workspace) as store:
        store.query("PRAGMA wal_checkpoint(TRUNCATE)")
    original = workspace.read_bytes()
    generator = random.Random(seed)
    for _ in range(40):
        path = write_files(tmp_path / "harmed.sqlite3", flipped(original, generator), b"")
        status = main(["rebuild", "--verify", "--workspace", str(path)])
        said = capsys.readouterr()
        assert status in (0, 1)
        assert "Traceback" not in said.err
        assert said.err.count("\n") == (0 if said.out else 1)


#: A change of one stored value, as a flipped bit would make it, and the word that must tell.
FLIPS = [
    ("UPDATE page SET url = 'https://site1.example.org/posu' WHERE id = 1", "was altered"),
    ("UPDATE anchor SET text = 'seeo' WHERE text = 'seen'", "was altered"),
    ("UPDATE domain SET name = 'example.orf' WHERE id = 1", "was altered"),
    ("UPDATE target SET url = 'https://example.col/' WHERE url <> ''", "was altered"),
    ("UPDATE look SET outcome = 'fotnd' WHERE id = 1", "no reason that fits"),
    ("UPDATE look SET reason = 'link_presenu' WHERE id = 1", "no reason that fits"),
    ("UPDATE look SET state = 5 WHERE id = 1", "says unreachable"),
    ("UPDATE backlink SET rel = 8 + 32 WHERE id = 3", "rel stored"),
    ("UPDATE backlink SET sources = 3 WHERE id = 3", "tally"),
]


@pytest.mark.parametrize(("flip", "word"), FLIPS, ids=[flip.split(" WHERE")[0] for flip, _ in FLIPS])
def test_f33_values_that_were_altered_are_told(
    workspace: Path, flip: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(workspace) as store:
        store.execute(flip)
    assert main(["rebuild", "--verify", "--judge", "--workspace", str(workspace)]) == 1
    assert word in capsys.readouterr().out


@pytest.mark.parametrize(
    ("told", "altered", "word"),
    [("text TEXT", "tuxt TEXT", "has no column text"), ("profile_version", "profile_wersion", "")],
)
def test_f33_a_table_that_calls_itself_otherwise_is_damage(
    workspace: Path, tmp_path: Path, told: str, altered: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(workspace) as store:
        store.query("PRAGMA wal_checkpoint(TRUNCATE)")
    harmed = workspace.read_bytes().replace(told.encode(), altered.encode())
    path = write_files(tmp_path / "harmed.sqlite3", harmed, b"")
    assert main(["rebuild", "--verify", "--workspace", str(path)]) == 1
    said = capsys.readouterr()
    assert word in said.out + said.err
    assert "Traceback" not in said.err


def test_f33_a_row_that_its_index_contradicts_is_told(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(workspace) as store:
        store.execute("UPDATE backlink SET metric = 77777777.125 WHERE id = 1")
        store.query("PRAGMA wal_checkpoint(TRUNCATE)")
    content = workspace.read_bytes()
    stored = struct.pack(">d", 77777777.125)
    assert content.count(stored) > 1  # the row, and each index that repeats it
    workspace.write_bytes(content.replace(stored, struct.pack(">d", 77777777.25), 1))
    assert main(["rebuild", "--verify", "--workspace", str(workspace)]) == 1
    assert "the file is damaged: row" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no database at all, but long enough to be read as one" * 100, "is no Linkstead profile"),
        (b"SQLite format 3\x00" + bytes(4_080), "is damaged|no Linkstead profile"),
    ],
)
def test_f33_a_file_that_is_none_of_ours_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "other.sqlite3"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said), open_workspace(path):
        pass
    assert path.read_bytes() == content


def test_f33_anothers_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(StoreError, match="no Linkstead profile; name another file"), open_workspace(path):
        pass
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipe",)]


def test_mistakes_of_ours_are_not_blamed_on_the_file(workspace: Path) -> None:
    with pytest.raises(KeyError), open_workspace(workspace):
        raise KeyError("a mistake")
    with pytest.raises(sqlite3.OperationalError, match="no such table"), open_workspace(workspace) as store:
        store.query("SELECT * FROM nothing_of_this_name")
