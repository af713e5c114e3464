"""`linkstead serve`: prepare the data, start the web, work and monitor processes, keep them running.

    serve ─┬─ web      granian, with LINKSTEAD_WORKERS processes
           ├─ work     imports and audits
           └─ monitor  looks at links

Each is a process of its own: one that dies is started again, after a pause that grows to a minute while
it keeps dying. SIGTERM and SIGINT are handed on, and whoever has not ended within GRACE is killed.
"""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from linkstead.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from linkstead.settings import Settings

GRACE: Final = 30.0
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
#: a process that lived this long had a good start: its next pause is the first one again
GOOD_LIFE: Final = 120.0
#: the variable that tells a child which descriptor to watch
LIFELINE: Final = "SUPERVISOR_LIFELINE"
PARTS: Final = ("web", "work", "monitor")


@dataclass(slots=True)
class Child:
    """One of the processes, and when it may be started again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = field(default=FIRST_PAUSE)

    def tend(self, now: float, start: Callable[[Sequence[str]], subprocess.Popen[bytes]]) -> str:
        """Start what should run, notice what has died; what happened, in a sentence or nothing."""
        if self.process is None:
            if now >= self.start_at:
                self.process, self.started_at = start(self.command), now
            return ""
        status = self.process.poll()
        if status is None:
            return ""
        if now - self.started_at >= GOOD_LIFE:
            self.pause = FIRST_PAUSE
        self.process, self.start_at = None, now + self.pause
        told = f"{self.name} ended with status {status}; it is started again in {self.pause:g} s"
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return told


def serve(settings: Settings) -> None:
    """Run everything until SIGTERM or SIGINT."""
    from linkstead.server.bootstrap import first_sign_in, prepare

    os.umask(0o077)
    prepare(settings)
    _say(f"Linkstead is at {settings.address}")
    _say(f"The data lies in {settings.data}" + (" and in PostgreSQL" if settings.is_postgresql else ""))
    if address := first_sign_in(settings):
        _say(f"Nobody can sign in yet. This address lets you in, once, within 15 minutes:\n  {address}")
    _close_connections()
    supervise([Child(name, _command(name)) for name in PARTS], environment(settings))


def supervise(children: Sequence[Child], env: dict[str, str]) -> None:
    """Keep the processes running until SIGTERM or SIGINT, then end them all."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    # never written to: it breaks when this process dies, however it dies, and the children see that
    lifeline, held = os.pipe()
    start = functools.partial(_start, env=env, lifeline=lifeline)
    try:
        while not asked.is_set():
            for child in children:
                if told := child.tend(time.monotonic(), start):
                    _say(told)
            asked.wait(0.5)
    finally:
        end_all(children)
        os.close(lifeline)
        os.close(held)
        for number, handler in before.items():
            signal.signal(number, handler)


def end_all(children: Sequence[Child], grace: float = GRACE) -> None:
    """Ask every process to end, wait, kill what is left."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    until = time.monotonic() + grace
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def web(settings: Settings) -> None:
    """Answer requests, in this process and LINKSTEAD_WORKERS children."""
    _ready(settings)
    os.environ.update(environment(settings))
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "linkstead.server.wsgi:application",
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=4,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def work(settings: Settings) -> None:
    """Do imports and audits until asked to stop."""
    from linkstead.server import stopping

    _ready(settings)
    stopping.listen()
    from linkstead.server.jobs.working import work as go

    go()


def monitor(settings: Settings) -> None:
    """Look at links until asked to stop."""
    from linkstead.server import stopping

    _ready(settings)
    stopping.listen()
    from linkstead.server.jobs.monitoring import monitor as go

    go()


def environment(settings: Settings) -> dict[str, str]:
    """What child processes are started with: this environment and these settings."""
    return {**os.environ, **settings.given, "DJANGO_SETTINGS_MODULE": "linkstead.server.settings"}


def _ready(settings: Settings) -> None:
    """A part started by itself, perhaps on another machine, brings the tables up to date too."""
    from linkstead.server.bootstrap import prepare

    os.umask(0o077)
    prepare(settings)
    _close_connections()


def _close_connections() -> None:
    # an open connection must not be inherited by a child
    from django.db import connections

    connections.close_all()


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "linkstead.server", name]


def _start(command: Sequence[str], *, env: dict[str, str], lifeline: int) -> subprocess.Popen[bytes]:
    try:
        # a session of its own: Ctrl+C reaches this process alone, which then ends the others in order
        return subprocess.Popen(
            list(command), env=env | {LIFELINE: str(lifeline)}, pass_fds=(lifeline,), start_new_session=True
        )
    except OSError as error:
        raise UsageError(f"A process could not be started: {error}; free some memory.") from error


def hold_lifeline() -> None:
    """End this process, as by SIGTERM, when the supervisor that started it is gone."""
    number = os.environ.pop(LIFELINE, "")
    if number:
        threading.Thread(target=_watch_lifeline, args=(int(number),), name="lifeline", daemon=True).start()


def _watch_lifeline(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
