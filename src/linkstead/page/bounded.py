"""Calls that may not hang, eat the memory or take the process down: each runs in a child process.

    with BoundedCalls(read_page, workers=2, seconds=2, megabytes=256) as calls:
        answer = calls.submit(body, url=url).result()  # or: await asyncio.wrap_future(...)
        if isinstance(answer, Overrun): ...

A child that goes over is killed and replaced; nobody else notices. The limits are the kernel's
(setrlimit(2): address space and CPU time; setitimer(2): wall time) and hold even when this process is
gone; the clock of the parent is the second wall. Children are started afresh with `exec`, never
forked from a process with threads, and live in a session of their own, so that Ctrl-C in a terminal
is the parent's business alone. Arguments and results travel as pickles over pipes.
"""

from __future__ import annotations

import os
import pickle
import queue
import select
import threading
import time
from concurrent.futures import Future
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
    from types import TracebackType

__all__ = ["BoundedCalls", "Overrun"]

T = TypeVar("T")

_READ: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    payload: bytes
    future: Future[T | Overrun]


class BoundedCalls(Generic[T]):
    """A pool of child processes that call one function within limits.

    `function` is importable by name (not from `__main__`, no lambda); `seconds` is wall and CPU time
    of one call; `megabytes` is what a child's address space may grow by beyond the imported function.
    """

    def __init__(self, function: Callable[..., T], *, workers: int, seconds: float, megabytes: int) -> None:
        self._greeting = greeting(function, workers=workers, seconds=seconds, megabytes=megabytes)
        self._seconds = seconds
        self._jobs: queue.SimpleQueue[_Job[T] | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, *arguments: object, **named: object) -> Future[T | Overrun]:
        """Call the function in a child. The future holds its result or an `Overrun`.

        An exception of the function itself is the future's exception. Cancelling works until the
        call begins. Raises `UsageError` when the pool is closed.
        """
        job: _Job[T] = _Job(pickle.dumps((arguments, named), pickle.HIGHEST_PROTOCOL), Future())
        with self._lock:
            if self._closed:
                raise UsageError("This pool is closed; open a new one.")
            self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """End the pool: waiting calls are cancelled, running ones end within their limits."""
        with self._lock:
            first, self._closed = not self._closed, True
        if first:
            self._cancel_waiting()
            for _ in self._threads:
                self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _cancel_waiting(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.future.cancel()

    def _serve(self) -> None:
        """One worker's thread: one child at a time, one call at a time."""
        child = _Child(self._greeting, self._seconds)
        try:
            while (job := self._jobs.get()) is not None:
                if not job.future.set_running_or_notify_cancel():
                    continue
                _settle(job, child)
                if not child.usable:
                    child.end()
                    child = _Child(self._greeting, self._seconds)
        finally:
            child.end()


def _settle(job: _Job[T], child: _Child) -> None:
    """Run one job and put its outcome into its future, whatever happens."""
    try:
        kind, value = child.call(job.payload)
    except Exception as error:  # noqa: BLE001 - a future that is never settled would hang its waiter
        child.usable = False
        job.future.set_exception(error)
        return
    if kind == "raised":
        job.future.set_exception(value if isinstance(value, Exception) else LinksteadError(str(value)))
    else:
        job.future.set_result(value)


class _Late(Exception):
    """The child did not answer in time."""


class _Child:
    """One child process and the pipes to it. Used by one thread only."""

    def __init__(self, first: bytes, seconds: float) -> None:
        self._seconds = seconds
        self._greeted = False
        self.usable = True
        self._process = start_child()
        try:
            self._write(first)
        except OSError:  # it is gone already; the first call says so
            self.usable = False

    def call(self, payload: bytes) -> tuple[str, Any]:
        """("result" | "raised", value) of one call; an `Overrun` is a result."""
        try:
            if not self._greeted:
                self._greet()
            self._write(payload)
            kind, value = pickle.loads(self._read(self._seconds + GRACE_SECONDS))  # noqa: S301 - our own child
        except _Late:
            self.usable = False
            return "result", too_long(self._seconds)
        except (OSError, EOFError):
            self.usable = False
            return "result", post_mortem(self._process.wait(), self._seconds)
        if kind == "memory":
            self.usable = False
            return "result", too_much()
        return kind, value

    def end(self) -> None:
        """Kill the process and take its exit status, so that no zombie stays."""
        end_child(self._process)

    def _greet(self) -> None:
        kind, value = pickle.loads(self._read(START_SECONDS))  # noqa: S301 - our own child
        if kind != "ready":
            raise UsageError(f"A child could not import the function of the pool: {value}")
        self._greeted = True

    def _write(self, payload: bytes) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise EOFError
        view = memoryview(framed(payload))
        while view:
            view = view[os.write(pipe.fileno(), view) :]

    def _read(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        length = LENGTH.unpack(self._read_exactly(LENGTH.size, deadline))[0]
        return self._read_exactly(length, deadline)

    def _read_exactly(self, count: int, deadline: float) -> bytes:
        pipe = self._process.stdout
        if pipe is None:
            raise EOFError
        ready = select.poll()
        ready.register(pipe.fileno(), select.POLLIN)
        parts = bytearray()
        while len(parts) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise _Late
            part = os.read(pipe.fileno(), min(count - len(parts), _READ))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)
