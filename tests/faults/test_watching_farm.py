"""A farm of pages whose truth is known, watched for some days of its own time: no verdict may be wrong.

The short form of `bench.watching`; there `python -m bench.watching` watches 100,000 links for an hour.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Some eight days of the farm's time.
SECONDS = 28


def test_a_watched_farm_gives_no_wrong_verdict_state_or_event(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.watching", "--short", "--links", "1000"),
            *("--minutes", str(SECONDS / 60), "--processes", "2", "--folder", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    told = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, told
    looks = re.search(r"looks +([\d,]+) \(", done.stdout)
    assert looks is not None, told
    # every link was looked at, many of them several times
    assert int(looks[1].replace(",", "")) > 1_500, told
    assert "lost" in done.stdout, told
