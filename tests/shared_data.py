"""Where the shared test data lies; tests on it skip where it is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def shared(name: str, file: str = "") -> Path:
    """A file or folder of the shared data; the calling test is skipped when it is not there."""
    path = FOLDER / name / file
    if not path.exists():
        pytest.skip(f"{name}/{file} is not among the shared data; set LINKSTEAD_SHARED_DATA to its folder")
    return path
