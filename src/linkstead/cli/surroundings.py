"""What a verb finds around it: the settings of this installation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from linkstead.settings import read_settings

if TYPE_CHECKING:
    from linkstead.settings import Settings


def current_settings() -> Settings:
    """The settings in the environment. Raises `SettingError` with a sentence."""
    return read_settings(os.environ)
