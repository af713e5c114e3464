"""One browser from start to end: our child process, its tree of processes, its folder.

The parent never waits without a clock and never trusts the child to end itself. What goes over a limit
is killed with everything below it, and the folder with the profile is removed after each browser.
"""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

from linkstead.link import Reason
from linkstead.monitor.browser_watch import Tree, Usage
from linkstead.monitor.trail import Failure

if TYPE_CHECKING:
    from linkstead.monitor.browser_choice import RenderLimits
    from linkstead.monitor.browser_words import Asked, Order, Told

_CHILD: Final = Path(__file__).with_name("browser_child.py")
_PREFIX: Final = "linkstead-browser-"
#: Seconds between two looks at the memory; a page fills some 200 MB in that time.
_WATCH_SECONDS: Final = 0.2
#: The child knows the reasons better, so the parent waits a little longer.
_GRACE_SECONDS: Final = 2.0
_END_SECONDS: Final = 6.0
#: One answer: the markup, with JSON's escapes.
_LINE_BYTES: Final = 64 * 1024 * 1024
#: What one process may have beyond the limit of all: thread stacks and heaps that are reserved, not used.
_RESERVED: Final = 512 * 1024 * 1024
#: Of the environment only this is handed on: what finds programs and libraries, no settings, no secrets.
_ENVIRONMENT: Final = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_PATH",
    "FONTCONFIG_FILE",
)
_NOBODY: Final = (65534, 65534)

_TIMEOUT: Final = Failure(Reason.TIMEOUT, "the page was not built in time")
_MEMORY: Final = Failure(Reason.TOO_LARGE, "more memory than a page may use")
_DIED: Final = Failure(Reason.BAD_ANSWER, "the page broke the browser")


@dataclass(slots=True)
class Browser:
    """A running browser. `version` is Chromium's; `pages` how many it has shown; `peak` bytes of memory."""

    process: asyncio.subprocess.Process
    tree: Tree
    folder: Path
    memory: int
    version: str = ""
    pages: int = 0
    peak: int = 0
    usable: bool = True

    @classmethod
    async def start(cls, chromium: str, proxy: str, limits: RenderLimits) -> Self | Failure:
        """Start Chromium with a new profile. That it does not start is our own trouble, not a page's."""
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        user = _other_user()
        if user is not None:
            os.chown(folder, *user)
        try:
            process = await _child(folder)
        except OSError as error:
            await _removed(folder)
            return _not_started(str(error))
        browser = cls(process, Tree(process.pid), folder, limits.memory)
        try:
            order = _order(chromium, proxy, limits, folder, user)
            started = await browser._say_and_hear(order, limits.start_seconds + _GRACE_SECONDS)
        except BaseException:
            await browser.kill()
            raise
        if isinstance(started, Failure) or "ready" not in started:
            await browser.kill()
            said = started.detail if isinstance(started, Failure) else str(started.get("failed"))
            return _not_started(said)
        browser.version = str(started["ready"])
        return browser

    async def ask(self, asked: Asked) -> Told | Failure:
        """Have one page shown. After a failure, or when the child says so, this browser is of no more use."""
        self.pages += 1
        self.usable = False
        told = await self._say_and_hear(asked, asked["seconds"] + _GRACE_SECONDS)
        if isinstance(told, Failure):
            return told
        self.usable = not told["spent"]
        return cast("Told", told)

    async def usage(self) -> Usage:
        return await asyncio.to_thread(self.tree.usage)

    async def end(self) -> None:
        """Let it close by itself if it can, then kill what is left."""
        if self.usable and self.process.stdin is not None:
            self.process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await self.process.wait()
        await self.kill()

    async def kill(self) -> None:
        """End every process, and remove the profile."""
        self.usable = False
        await asyncio.shield(asyncio.to_thread(self.tree.kill))
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        await _removed(self.folder)

    async def _say_and_hear(self, message: Any, seconds: float) -> dict[str, Any] | Failure:  # noqa: ANN401
        """One line there, one line back, within so many seconds and within the memory."""
        hearing = asyncio.ensure_future(self._exchange(message))
        watching = asyncio.ensure_future(self._watch())
        try:
            done, _ = await asyncio.wait(
                (hearing, watching), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if watching in done:
                return _MEMORY
            return hearing.result() if hearing in done else _TIMEOUT
        finally:
            hearing.cancel()
            watching.cancel()
            await asyncio.gather(hearing, watching, return_exceptions=True)

    async def _exchange(self, message: Any) -> dict[str, Any] | Failure:  # noqa: ANN401 (any JSON value)
        source, sink = self.process.stdout, self.process.stdin
        if source is None or sink is None:
            return _DIED
        try:
            sink.write(json.dumps(message).encode() + b"\n")
            await sink.drain()
            told = json.loads(await source.readline() or b"null")
        except (OSError, ValueError):  # gone, or an answer beyond every measure
            return _DIED
        return told if isinstance(told, dict) else _DIED

    async def _watch(self) -> None:
        """Ends when the tree has more memory than it may have."""
        while (usage := await self.usage()).memory <= self.memory:
            self.peak = max(self.peak, usage.memory)
            await asyncio.sleep(_WATCH_SECONDS)
        self.peak = max(self.peak, usage.memory)


async def _child(folder: Path) -> asyncio.subprocess.Process:
    kept = {name: value for name in _ENVIRONMENT if (value := os.environ.get(name)) is not None}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**kept, "HOME": str(folder), "TMPDIR": str(folder), "XDG_CONFIG_HOME": str(folder),
             "XDG_CACHE_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
        cwd=str(folder),
        limit=_LINE_BYTES,
        start_new_session=True,
    )  # fmt: skip


def _order(
    chromium: str, proxy: str, limits: RenderLimits, folder: Path, user: tuple[int, int] | None
) -> Order:
    return {
        "path": [entry for entry in sys.path if entry],
        "chromium": chromium,
        "proxy": proxy,
        "sandbox": limits.sandbox,
        "seconds": limits.start_seconds,
        "data": limits.memory + _RESERVED,
        "user": None if user is None else list(user),
        "folder": str(folder),
    }


def _other_user() -> tuple[int, int] | None:
    """Who shows pages when we are the superuser: nobody, for whom Chromium keeps its sandbox."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return _NOBODY
    return nobody.pw_uid, nobody.pw_gid


def _not_started(said: str) -> Failure:
    if "sandbox" in said.lower():
        return Failure(Reason.SELF, "the browser did not start: the system offers it no sandbox")
    return Failure(Reason.SELF, "the browser did not start")


async def _removed(folder: Path) -> None:
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
