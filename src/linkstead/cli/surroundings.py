"""What a verb finds around it: the settings of this installation, and what lies beside a workspace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

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
