"""Deliveries beside other work: a thread that takes a turn every few seconds."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import Error, close_old_connections, connection

from linkstead.server.alerts.services import turn

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0


@contextmanager
def delivering(*, every: float = EVERY_SECONDS) -> Iterator[None]:
    """Hand on and deliver beside what is done inside, so that a slow mail server holds up nothing else."""
    ended = threading.Event()
    thread = threading.Thread(target=_go_on, args=(every, ended), name="deliveries", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        # a conversation that hangs is left behind; its lease brings the message back
        thread.join(10)


def _go_on(every: float, ended: threading.Event) -> None:
    while not ended.is_set():
        close_old_connections()
        try:
            turn()
        except Error:
            # a locked or restarting database: the next turn tries again
            logger.warning("deliveries could not be made", exc_info=True)
            connection.close()
        ended.wait(every)
    connection.close()
