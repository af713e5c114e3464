"""Whether this process was asked to end: long work looks here and stops between two steps."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

ASKED = threading.Event()


def listen() -> None:
    """Turn SIGTERM and SIGINT into a polite request; a second one ends the process as usual."""

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        ASKED.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
