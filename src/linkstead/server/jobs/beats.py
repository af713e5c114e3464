"""Signs of life: each worker writes one every few seconds; whoever is silent too long counts as dead."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import Error, close_old_connections, connection
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from linkstead.server.jobs.models import Beat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
#: a worker that was silent this long has lost what it was doing
LEASE = dt.timedelta(seconds=60)
_FORGET = dt.timedelta(days=1)


def ago(span: dt.timedelta) -> Combinable:
    """A moment of the past by the database's clock."""
    return ExpressionWrapper(Now() - span, output_field=DateTimeField())


def alive(kind: str | None = None) -> QuerySet[Beat]:
    """Processes heard of within the lease."""
    found = Beat.objects.filter(beat_at__gte=ago(LEASE))
    return found if kind is None else found.filter(kind=kind)


def beat(worker: str, kind: str) -> None:
    """Write one sign of life; forget processes dead for a day."""
    Beat.objects.update_or_create(
        worker=worker,
        defaults={"kind": kind, "host": socket.gethostname()[:255], "process": os.getpid(), "beat_at": Now()},
    )
    Beat.objects.filter(beat_at__lt=ago(_FORGET)).delete()


def bury_neighbours() -> int:
    """Take away the signs of processes of this machine that are gone, without waiting for their lease.

    Should one be alive after all (the same host name in another container), the attempt numbers keep it
    from writing what another worker has taken over.
    """
    host = socket.gethostname()[:255]
    gone = [
        worker
        for worker, process in Beat.objects.filter(host=host).values_list("worker", "process")
        if not _runs(process)
    ]
    return Beat.objects.filter(worker__in=gone).delete()[0]


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def beating(kind: str, *, every: float = BEAT_SECONDS) -> Iterator[str]:
    """Beat beside the work, in a thread; the worker's name. Ends with the last sign taken away."""
    worker = f"{kind}-{secrets.token_hex(8)}"
    beat(worker, kind)
    ended = threading.Event()
    thread = threading.Thread(target=_go_on, args=(worker, kind, every, ended), name="beat", daemon=True)
    thread.start()
    try:
        yield worker
    finally:
        ended.set()
        thread.join(10)
        try:
            close_old_connections()  # it may have been cut while nobody used it
            Beat.objects.filter(worker=worker).delete()
        except Error:
            # whoever looks for the dead will find that this process is gone
            logger.warning("the last sign of life could not be taken away", exc_info=True)
            connection.close()


def _go_on(worker: str, kind: str, every: float, ended: threading.Event) -> None:
    while not ended.wait(every):
        try:
            beat(worker, kind)
        except Error:
            # a locked or restarting database: the next beat tries again, within the lease
            logger.warning("a sign of life could not be written", exc_info=True)
            connection.close()
    connection.close()
