"""What both pools of bounded calls share: how a child is started and greeted, and why it ended."""

from __future__ import annotations

import pickle
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from linkstead.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_CHILD: Final = Path(__file__).with_name("bounded_child.py")
LENGTH: Final = struct.Struct(">Q")
#: How long a child may take to start and import; a busy machine needs seconds.
START_SECONDS: Final = 60.0
#: The parent waits a little longer than the kernel, whose reasons are more exact.
GRACE_SECONDS: Final = 0.25
#: SIGXCPU and SIGALRM on Linux and macOS (signal(7)).
_TIME_SIGNALS: Final = frozenset({24, 14})


@dataclass(frozen=True, slots=True)
class Overrun:
    """A call that did not end within its limits.

    `reason` is `time` (wall or CPU time), `memory`, or `died` (it ended its process, or a fault in
    compiled code did); `detail` is one sentence for a person.
    """

    reason: Literal["time", "memory", "died"]
    detail: str


def greeting(function: Callable[..., object], *, workers: int, seconds: float, megabytes: int) -> bytes:
    """What a child is told first. Raises `UsageError` for limits or a function that no pool can have."""
    if workers < 1 or seconds <= 0 or megabytes < 1:
        raise UsageError("A pool needs at least one worker, some seconds and some megabytes; raise them.")
    if getattr(function, "__module__", None) == "__main__":
        raise UsageError("The function of a pool must live in a module that a child can import; move it.")
    try:
        reference = pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UsageError(
            "The function of a pool must be importable by its name; move it to a module."
        ) from error
    return pickle.dumps((list(sys.path), reference, float(seconds), megabytes))


def start_child() -> subprocess.Popen[bytes]:
    """Started afresh with `exec`, in a session of its own, so that Ctrl-C is the parent's business alone."""
    return subprocess.Popen(
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )


def framed(payload: bytes) -> bytes:
    return LENGTH.pack(len(payload)) + payload


def end_child(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and take its exit status, so that no zombie stays."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def too_long(seconds: float) -> Overrun:
    return Overrun("time", f"The call took longer than {seconds:g} seconds.")


def too_much() -> Overrun:
    return Overrun("memory", "The call needed more memory than it may have.")


def post_mortem(status: int, seconds: float) -> Overrun:
    """Why a child ended by itself. The kernel sends SIGXCPU and SIGALRM at the time limits."""
    if -status in _TIME_SIGNALS:
        return too_long(seconds)
    told = f"signal {-status}" if status < 0 else f"exit status {status}"
    return Overrun("died", f"The call ended its process ({told}).")
