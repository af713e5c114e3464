"""What the loops of worker and monitor share: things to do now and then, and patience with the database."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import OperationalError, connection

from linkstead.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Duty:
    """Something to do at once and then every so many seconds."""

    act: Callable[[], int]
    every: float
    done_at: float = float("-inf")

    def do_if_due(self, now: float) -> None:
        """Do it, if its time has come."""
        if now - self.done_at >= self.every:
            self.done_at = now
            self.act()


def patiently(act: Callable[[], T]) -> T | None:
    """Do something; None when the database is locked or away, which is noted and passes."""
    try:
        return act()
    except (OperationalError, StoreError):
        connection.close()
        logger.warning("the database does not answer; trying again", exc_info=True)
        return None
