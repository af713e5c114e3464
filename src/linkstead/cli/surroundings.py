"""What a verb finds around it: the settings of this installation, and what lies beside a workspace."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from linkstead.errors import InputError
from linkstead.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.settings import Settings


def current_settings() -> Settings:
    """The settings in the environment. Raises `SettingError` with a sentence."""
    return read_settings(os.environ)


def evidence_beside(workspace: Path) -> Path:
    """The folder of a workspace's evidence, made when there is some."""
    return workspace.with_name(f"{workspace.name}.evidence")


def workspace_of(site: str, given: Path | None = None, *, must_exist: bool = True) -> Path:
    """Where what is known of `site` is kept: `given`, or its place in the data folder.

    Raises `InputError`, saying what to run first, where it `must_exist` and does not.
    """
    path = given or current_settings().data / "sites" / f"{site}.sqlite3"
    if must_exist and not path.exists():
        raise InputError(f"Nothing is kept of {site} yet; run `linkstead audit {site} FILE...` first.")
    return path


def whoever() -> str:
    """The name to write beside a decision taken on the command line."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in many containers
        return "command line"
