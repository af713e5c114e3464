"""A real server for the browser: the web process and a job worker over a data folder of their own."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
if str(HERE.parents[1]) not in sys.path:
    # `pictures.py` is run by itself
    sys.path.append(str(HERE.parents[1]))
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """Where the server is and what its pages are called."""

    address: str
    full: int
    empty: int
    hostile: int
    idle: int
    damaged: int

    @property
    def monitor(self) -> str:
        return f"/p/{self.full}/monitor/"

    @property
    def triage(self) -> str:
        return f"/p/{self.full}/triage/"

    @property
    def overview(self) -> str:
        return f"/p/{self.full}/"

    @property
    def backlinks(self) -> str:
        return f"/p/{self.full}/backlinks/"

    @property
    def hostile_backlink(self) -> str:
        return f"{self.backlinks}{self.hostile}/"

    @property
    def new_project(self) -> str:
        return "/new/"

    def every_page(self) -> tuple[str, ...]:
        """Each page that somebody who is signed in can open."""
        return (
            "/",
            self.new_project,
            self.overview,
            f"/p/{self.empty}/",
            self.backlinks,
            f"{self.backlinks}?state=lost&q=lamp&from=2025-01-01&followed=nonsense",
            f"{self.backlinks}?q=nothing-is-called-so",
            f"/p/{self.empty}/backlinks/",
            self.hostile_backlink,
            f"{self.backlinks}{self.damaged}/",
            self.monitor,
            f"{self.monitor}?show=paused",
            f"{self.monitor}?name=nothing-is-called-so",
            f"{self.monitor}plan/",
            f"/p/{self.empty}/monitor/",
            f"/p/{self.idle}/monitor/",
            self.triage,
            f"{self.triage}?show=all",
            f"{self.triage}?show=whitelist",
            f"{self.triage}?name=nothing-is-called-so",
            f"/p/{self.empty}/triage/",
            f"/p/{self.full}/audits/",
            f"/p/{self.empty}/audits/",
            f"/p/{self.full}/incidents/",
            f"/p/{self.empty}/incidents/",
            f"/p/{self.full}/disavow/",
            f"/p/{self.full}/disavow/cut/",
            f"/p/{self.empty}/disavow/",
            "/domains/",
            "/domains/harborlight.example/",
            "/domains/harborlight.example/?part=alike",
            "/domains/harborlight.example/?part=gap&others=rival.example",
            "/domains/harborlight.example/?part=overlap&others=rival.example",
            "/domains/harborlight.example/?part=backlinks",
            "/domains/nowhere.example/",
            "/bot",
            f"/p/{self.full}/imports/",
            f"/p/{self.full}/settings/",
            "/account/people/",
            "/account/password/",
            "/account/two-steps/",
            "/look/style/",
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path, links: int = 1_000, *options: str) -> Iterator[Site]:
    """Prepare a folder, start the processes, end exactly those."""
    port = _free_port()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LINKSTEAD_", "DJANGO_"))
    }
    env = {
        **kept,
        "LINKSTEAD_DATA": str(data),
        "LINKSTEAD_PORT": str(port),
        "LINKSTEAD_BIND": "127.0.0.1",
        "LINKSTEAD_CANARIES": "none",
        "LINKSTEAD_WORKERS": "1",
    }
    seeded = subprocess.run(
        [sys.executable, str(HERE / "seed.py"), str(links), *options],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert seeded.returncode == 0, seeded.stderr[-4_000:]
    facts = json.loads(seeded.stdout.splitlines()[-1])
    from atlas_seed import seed_atlas

    seed_atlas(data)
    log = (data / "processes.log").open("wb")
    started = [
        subprocess.Popen([sys.executable, "-m", "linkstead.server", part], env=env, stdout=log, stderr=log)
        for part in ("web", "work")
    ]
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(port, started[0], data / "processes.log")
        yield Site(
            address,
            facts["full"],
            facts["empty"],
            facts["hostile"] or 0,
            facts["idle"],
            facts["damaged"] or 0,
        )
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        log.close()


def _wait_until_it_answers(port: int, web: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asked.request("GET", "/account/login/")
            if asked.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            asked.close()
        assert web.poll() is None, log.read_text()[-4_000:]
        time.sleep(0.2)
    raise AssertionError(f"the server did not answer: {log.read_text()[-4_000:]}")
