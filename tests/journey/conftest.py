"""What most journeys begin with: a data folder and a working folder of their own, an empty profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.profile.store import Store, open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the command line, which runs in a folder that is empty, too."""
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_workspace(tmp_path / "profile.sqlite3") as opened:
        yield opened
