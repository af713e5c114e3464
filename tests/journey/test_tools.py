"""What a patrol is given follows from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.journey import tools
from linkstead.monitor.fetch import FetchSettings
from linkstead.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.settings import Settings


def given(folder: Path, **values: str) -> Settings:
    named = {f"LINKSTEAD_{name}": value for name, value in values.items()}
    return read_settings({"LINKSTEAD_DATA": str(folder), **named})


@pytest.mark.parametrize(("word", "sandbox"), [("yes", True), ("no", False)])
def test_chromium_runs_in_its_sandbox_unless_somebody_has_said_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, sandbox: bool
) -> None:
    monkeypatch.setattr(tools, "why_not", lambda: None)
    renderer = tools.renderer_of(given(tmp_path, BROWSER="yes", BROWSER_SANDBOX=word), FetchSettings())
    assert renderer is not None
    assert renderer._limits.sandbox is sandbox


def test_without_the_setting_there_is_no_browser(tmp_path: Path) -> None:
    assert tools.renderer_of(given(tmp_path), FetchSettings()) is None


def test_no_canaries_are_asked_where_none_are_wanted(tmp_path: Path) -> None:
    with tools.opened(given(tmp_path, CANARIES="none"), FetchSettings(), "me") as opened:
        assert opened.network is None
    with tools.opened(given(tmp_path), FetchSettings(), "me") as opened:
        assert opened.network is not None
    assert list(tmp_path.iterdir()) == []
