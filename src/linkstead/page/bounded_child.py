"""The program of a child of `bounded.py`: run as a file, so that it starts with the standard library only.

Protocol, both ways: eight bytes of length (big-endian), then a pickle. First comes the greeting (module
path, function, seconds, megabytes), answered with ("ready", None) or ("refused", text); then each call
is (arguments, named arguments), answered with ("result", value), ("raised", exception) or ("memory", None).
"""

from __future__ import annotations

import math
import os
import pickle
import resource
import signal
import struct
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH = struct.Struct(">Q")


def main() -> None:
    """Serve calls until the parent closes the pipe."""
    source, sink = _take_pipes()
    greeting = _receive(source)
    if greeting is None:
        return
    path, reference, seconds, megabytes = pickle.loads(greeting)  # noqa: S301 - from our own parent
    sys.path[:] = path
    try:
        function = pickle.loads(reference)  # noqa: S301 - from our own parent
    except Exception as error:  # noqa: BLE001 - whatever an import raises is told to the parent
        _send(sink, ("refused", f"{type(error).__name__}: {error}"))
        return
    _limit_memory(megabytes)
    _send(sink, ("ready", None))
    while (payload := _receive(source)) is not None:
        _limit_time(seconds)
        _answer(sink, function, payload)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes under new numbers; what the function prints or reads goes nowhere."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return source, sink


def _limit_memory(megabytes: int) -> None:
    """The address space as it is after the import, and so much more; no core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = _address_space() + megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _address_space() -> int:
    """Bytes of address space in use (proc(5), statm); 0 where there is no /proc."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - pathlib would cost the start-up
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_time(seconds: float) -> None:
    """The kernel ends us with SIGALRM after the wall time, and with SIGXCPU after the CPU time."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(spent + seconds), hard))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(sink: BinaryIO, function: Callable[..., Any], payload: bytes) -> None:
    try:
        arguments, named = pickle.loads(payload)  # noqa: S301 - from our own parent
        answer = pickle.dumps(("result", function(*arguments, **named)), 5)
    except MemoryError:
        answer = pickle.dumps(("memory", None))
    except Exception as error:  # noqa: BLE001 - the parent raises it where the result is asked for
        answer = _told(error)
    _write(sink, answer)


def _told(error: Exception) -> bytes:
    """The exception itself if it survives the way, else its text."""
    try:
        answer = pickle.dumps(("raised", error))
        pickle.loads(answer)  # noqa: S301 - our own bytes: can the parent read them?
    except Exception:  # noqa: BLE001 - exceptions may refuse to be pickled in any way
        return pickle.dumps(("raised", f"{type(error).__name__}: {error}"))
    return answer


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    count: int = _LENGTH.unpack(head)[0]
    body = source.read(count)
    return body if len(body) == count else None


def _send(sink: BinaryIO, message: tuple[str, object]) -> None:
    _write(sink, pickle.dumps(message))


def _write(sink: BinaryIO, payload: bytes) -> None:
    sink.write(_LENGTH.pack(len(payload)) + payload)
    sink.flush()


if __name__ == "__main__":
    main()
