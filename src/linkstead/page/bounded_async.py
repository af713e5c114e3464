"""Bounded calls for an event loop: what `bounded.py` promises, without a thread for each child.

    async with AsyncBoundedCalls(read_page, workers=2, seconds=2, megabytes=256) as calls:
        answer = await calls.submit(body, url=url)
        if isinstance(answer, Overrun): ...

The loop itself writes to and reads from the children's pipes, a handful of calls at a time: a child is
given its next calls while it works on one, and its answers are fetched every few milliseconds instead of
one by one, since every wake-up costs both processes their caches. If a child has to be killed, only the
call that it was working on is lost, and the ones behind it go to its successor.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from linkstead.errors import LinksteadError, UsageError
from linkstead.page.bounded_process import (
    GRACE_SECONDS,
    LENGTH,
    START_SECONDS,
    Overrun,
    end_child,
    framed,
    greeting,
    post_mortem,
    start_child,
    too_long,
    too_much,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AsyncBoundedCalls", "Overrun"]

T = TypeVar("T")

#: Calls that a child holds at once: the one that it works on, and those that it finds in its pipe.
_DEPTH: Final = 16
#: No more calls for a child while so many bytes are still on their way to it.
_UNSENT_BYTES: Final = 1 << 20
#: How often the children's answers are fetched while they work.
_TICK_SECONDS: Final = 0.005
_READ: Final = 1 << 18
#: A pipe that takes several pages at once spares wake-ups (F_SETPIPE_SZ, fcntl(2)).
_PIPE_BYTES: Final = 1 << 19
#: A child whose pipe has ended is as good as gone; it gets this long to say why.
_LAST_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    arguments: tuple[object, ...]
    named: dict[str, object]
    future: asyncio.Future[T | Overrun]


class AsyncBoundedCalls(Generic[T]):
    """A pool of child processes that call one function within limits; used by one event loop.

    Arguments as in `bounded.BoundedCalls`.
    """

    def __init__(self, function: Callable[..., T], *, workers: int, seconds: float, megabytes: int) -> None:
        self._greeting = greeting(function, workers=workers, seconds=seconds, megabytes=megabytes)
        self._seconds = seconds
        self._workers = workers
        self._waiting: deque[_Job[T]] = deque()
        self._children: list[_Child[T]] = []
        self._open = False
        self._tick: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._open = True
        self._children = [self._child() for _ in range(self._workers)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        jobs = [*self._waiting, *(job for child in self._children for job in child.end())]
        self._waiting.clear()
        self._children.clear()
        for job in jobs:
            job.future.cancel()

    def submit(self, *arguments: object, **named: object) -> asyncio.Future[T | Overrun]:
        """Call the function in a child: the future holds its result or an `Overrun`.

        An exception of the function itself is the future's exception. Raises `UsageError` when the pool is
        not open.
        """
        if not self._open:
            raise UsageError("This pool is closed; use it as `async with AsyncBoundedCalls(...)`.")
        job: _Job[T] = _Job(arguments, named, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._tick is None:  # nobody works, so it is given at once
            self._work()
        return job.future

    def _work(self) -> None:
        """Fetch answers, give out what waits, and come back as long as there is anything to do."""
        self._tick = None
        for number, child in enumerate(self._children):
            if not child.listen():
                self._waiting.extendleft(reversed(child.jobs))
                child.jobs.clear()
                self._children[number] = self._child()
        self._give()
        if any(child.jobs for child in self._children):
            self._tick = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._work)

    def _child(self) -> _Child[T]:
        return _Child(self._greeting, self._seconds)

    def _give(self) -> None:
        """Hand waiting calls to the children that hold the fewest."""
        while self._waiting:
            child = min(self._children, key=_held)
            if not child.has_room():
                return
            job = self._waiting.popleft()
            if not job.future.done():
                child.take(job)


def _held(child: _Child[Any]) -> int:
    return len(child.jobs)


class _Child(Generic[T]):
    """One child process, its pipes on the loop, and the calls that it was given, the running one first."""

    def __init__(self, first: bytes, seconds: float) -> None:
        self.jobs: deque[_Job[T]] = deque()
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._process = start_child()
        self._sink, self._source = _descriptors(self._process)
        self._outgoing: deque[memoryview] = deque()
        self._unsent = 0
        self._incoming = bytearray()
        self._greeted = False
        self._since = self._loop.time()
        self._write(first)

    def has_room(self) -> bool:
        return len(self.jobs) < _DEPTH and self._unsent < _UNSENT_BYTES

    def take(self, job: _Job[T]) -> None:
        """Send a call. What cannot be pickled is the caller's exception."""
        try:
            payload = pickle.dumps((job.arguments, job.named), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - whatever an argument raises goes to who gave it
            job.future.set_exception(error)
            return
        if not self.jobs and self._greeted:
            self._since = self._loop.time()
        self.jobs.append(job)
        self._write(payload)

    def listen(self) -> bool:
        """Take what has been answered. False when the child is gone; `jobs` are then those not begun."""
        try:
            ended = not self._receive()
        except _Memory:
            self._bury(too_much())
            return False
        if ended:
            self._bury(self._last_words())
            return False
        allowed = self._seconds + GRACE_SECONDS if self._greeted else START_SECONDS
        if (self.jobs or not self._greeted) and self._loop.time() - self._since > allowed:
            self._bury(too_long(self._seconds))
            return False
        return True

    def end(self) -> list[_Job[T]]:
        """Kill the process; gives the calls that have no answer."""
        self._loop.remove_writer(self._sink)
        end_child(self._process)
        left = list(self.jobs)
        self.jobs.clear()
        return left

    def _write(self, payload: bytes) -> None:
        self._outgoing.append(memoryview(framed(payload)))
        self._unsent += len(self._outgoing[-1])
        if len(self._outgoing) == 1:
            self._flush()

    def _flush(self) -> None:
        try:
            while self._outgoing:
                view = self._outgoing[0]
                written = os.write(self._sink, view)
                self._unsent -= written
                if written < len(view):
                    self._outgoing[0] = view[written:]
                    break
                self._outgoing.popleft()
        except BlockingIOError:
            pass
        except OSError:  # it is gone; the end of the other pipe says so, too, and then it is buried
            self._outgoing.clear()
        if self._outgoing:
            self._loop.add_writer(self._sink, self._flush)
        else:
            self._loop.remove_writer(self._sink)

    def _receive(self) -> bool:
        """Read answers as far as they have come; whether the child may send more."""
        with suppress(BlockingIOError):
            while part := os.read(self._source, _READ):
                self._incoming += part
                self._answered()
                if len(part) < _READ:
                    return True
            return False
        return True

    def _answered(self) -> None:
        while (message := self._message()) is not None:
            kind, value = pickle.loads(message)  # noqa: S301 - our own child
            self._since = self._loop.time()
            if not self._greeted:
                self._greet(kind, value)
            elif kind == "memory":
                raise _Memory
            else:
                _settle(self.jobs.popleft(), kind, value)

    def _message(self) -> bytes | None:
        if len(self._incoming) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(self._incoming)[0]
        if len(self._incoming) < end:
            return None
        message = bytes(self._incoming[LENGTH.size : end])
        del self._incoming[:end]
        return message

    def _greet(self, kind: str, value: object) -> None:
        self._greeted = True
        if kind != "ready":
            error = UsageError(f"A child could not import the function of the pool: {value}")
            while self.jobs:
                _fail(self.jobs.popleft(), error)

    def _bury(self, why: Overrun) -> None:
        """The first call is the one that it died of."""
        left = self.end()
        if left and not left[0].future.done():
            left[0].future.set_result(why)
        self.jobs.extend(left[1:])

    def _last_words(self) -> Overrun:
        try:
            return post_mortem(self._process.wait(_LAST_SECONDS), self._seconds)
        except subprocess.TimeoutExpired:
            return Overrun("died", "The call closed its pipe.")


class _Memory(Exception):
    """The child has told that its memory did not suffice."""


def _settle(job: _Job[Any], kind: str, value: Any) -> None:  # noqa: ANN401 (the function's own result)
    if kind == "raised":
        _fail(job, value if isinstance(value, Exception) else LinksteadError(str(value)))
    elif not job.future.done():
        job.future.set_result(value)


def _fail(job: _Job[Any], error: Exception) -> None:
    if not job.future.done():
        job.future.set_exception(error)


def _descriptors(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """The pipes to and from a child, made for a loop."""
    if process.stdin is None or process.stdout is None:
        raise UsageError("A child was started without pipes.")
    for pipe in (process.stdin, process.stdout):
        os.set_blocking(pipe.fileno(), False)
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # this user's pipes hold as much as they may already
            fcntl.fcntl(process.stdin.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process.stdin.fileno(), process.stdout.fileno()
