"""Many links on many loopback hosts, and processes that look at them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.profile import appointments
from tests.loopback.web import Answer, Hit, LoopbackWeb
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

ROOT = Path(__file__).resolve().parents[2]
TARGET = "https://example.com/"


def hosts(count: int) -> list[str]:
    return [f"127.77.{number // 250}.{number % 250 + 1}" for number in range(count)]


def linking(hit: Hit) -> Answer:
    """A page that links to us, whatever its address."""
    return Answer.html(f"<title>{hit.path}</title><main><p>See <a href='{TARGET}'>us</a>.</p></main>")


class EveryPage(dict[tuple[str, str], Any]):
    """Every path of every host, robots.txt left out, is answered by one function."""

    def __init__(self, answer: Any, names: list[str]) -> None:
        super().__init__({(name, "/"): answer for name in names})
        self._answer = answer

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        found = super().get(key)
        if found is not None or key[1] == "/robots.txt":
            return found if found is not None else default
        return self._answer


def web_of(count: int, answer: Any = linking) -> LoopbackWeb:
    """A web of so many hosts on which every page answers alike."""
    return LoopbackWeb(pages=EveryPage(answer, hosts(count)))


def fill(
    store: Store, web: LoopbackWeb, *, hosts_count: int, pages: int, due_at: int, site: str = "example.com"
) -> int:
    """A project with one link on each of so many pages of each host, all due; its id."""
    project = new_project(store, site)
    rows = [
        sighting(row, page_url=web.url(host, f"/page{number}"), page_domain=host, target_url=TARGET)
        for row, (host, number) in enumerate(
            ((host, number) for number in range(pages) for host in hosts(hosts_count)), 1
        )
    ]
    for start in range(0, len(rows), 5_000):
        merge(store, project, *rows[start : start + 5_000])
    appointments.ask_all(store, project, run_id=None, now=due_at, before=due_at)
    return project


def start(database: str, holder: str, **given: Any) -> subprocess.Popen[str]:
    """A monitor process."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.faults.patrol_process",
            json.dumps({"database": database, "holder": holder, **given}),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], seconds: float = 120) -> dict[str, int]:
    """What a process says at its end; its errors are ours."""
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err
    told: dict[str, int] = json.loads(out.splitlines()[-1])
    return told
