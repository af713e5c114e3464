"""Charts as pictures, for browsers without scripts: drawn once for every audit, then read from the disk.

They are drawn in a process of their own, since the engine inside vl-convert would hold some 200 MB of
the web process for good.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from linkstead.errors import LinksteadError
from linkstead.server.look.vega import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.summary import MonthRow

_WEEK = 7 * 86_400
_DRAW = """
import json, sys
from linkstead.reports import charts
from linkstead.summary import MonthRow
months = [MonthRow(*row) for row in json.load(sys.stdin)]
sys.stdout.buffer.write(charts.svg(charts.months_chart(months)).encode())
"""


def months_svg(project_id: int, judged_at: int, months: Iterable[MonthRow]) -> bytes:
    """New and lost backlinks by month as the audit of `judged_at` (epoch seconds) found them."""
    folder = Path(settings.LINKSTEAD_CACHE_DIR) / "pictures"
    kept = folder / f"months-{project_id}-{judged_at}.svg"
    try:
        return kept.read_bytes()
    except FileNotFoundError:
        drawn = _drawn(months)
    write_whole(kept, drawn)
    _tidy(folder, kept, f"months-{project_id}-")
    return drawn


def _tidy(folder: Path, kept: Path, mine: str) -> None:
    """Pictures of earlier audits go, and those that nobody drew anew for a week."""
    long_ago = kept.stat().st_mtime - _WEEK
    for old in folder.glob("*.svg"):
        with suppress(FileNotFoundError):  # another process may tidy too
            if old != kept and (old.name.startswith(mine) or old.stat().st_mtime < long_ago):
                old.unlink()


def _drawn(months: Iterable[MonthRow]) -> bytes:
    rows = json.dumps([(row.month, row.new, row.lost) for row in months])
    done = subprocess.run(
        [sys.executable, "-c", _DRAW], input=rows.encode(), capture_output=True, check=False, timeout=60
    )
    if done.returncode or not done.stdout:
        raise LinksteadError("The chart could not be drawn; install Linkstead's packages again.")
    return done.stdout
