"""What would otherwise grow for ever: sessions, used links, results of tasks, old looks, old evidence.

Old looks are rolled up once a day, a few seconds an hour, so that looking at links hardly waits for it. On
SQLite the file then shrinks by a little each time; PostgreSQL makes room for later rows by itself.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from linkstead.errors import StoreError
from linkstead.journey.upkeep import expire_evidence
from linkstead.profile.retention import roll_up
from linkstead.profile.shrinking import give_back_a_little
from linkstead.server.accounts.services import forget_old_links
from linkstead.server.projects.models import Project
from linkstead.server.tracking.stores import work_store

if TYPE_CHECKING:
    from linkstead.profile.store import Store
    from linkstead.settings import Settings

logger = logging.getLogger(__name__)

KEEP_RESULTS = dt.timedelta(days=14)
#: How long one tidying rolls up, how many links a step takes, and how often all links have their turn.
ROLL_UP_SECONDS = 10.0
LINKS_A_STEP = 5_000
ROUND_SECONDS = 86_400.0
#: How long one tidying forgets evidence that has had its time.
EXPIRE_SECONDS = 10.0
#: 16 MiB each
GIVE_BACK_STEPS = 8


def tidy() -> int:
    """Delete what has expired; how many rows."""
    now = timezone.now()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    results, _ = DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_RESULTS).delete()
    rows = sessions + results + forget_old_links(now=now)
    return rows + _expire(django_settings.LINKSTEAD) + _make_room(django_settings.LINKSTEAD)


def _expire(settings: Settings) -> int:
    """Forget evidence for a while; how many records."""
    if settings.evidence_days == 0:
        return 0
    until = time.monotonic() + EXPIRE_SECONDS
    try:
        with work_store() as store:
            gone = expire_evidence(
                store,
                settings.evidence,
                settings.evidence_days,
                now=int(time.time()),
                go_on=lambda: time.monotonic() < until,
            )
    except StoreError as error:
        logger.warning("old evidence was not removed: %s", error)
        return 0
    if gone.files:
        logger.info("%s evidence files had their time: %s bytes are free", gone.files, gone.bytes)
    return gone.records


def _make_room(settings: Settings) -> int:
    """Roll up for a while, and give a little back; how many looks were rolled up."""
    looks = given = 0
    try:
        with work_store() as store:
            looks = _round.go_on(store, settings.keep_looks_days)
            given = give_back_a_little(store, steps=GIVE_BACK_STEPS)
    except StoreError as error:
        # locked, full or away: the next hour tries again, and looking at links goes on
        logger.warning("old looks were not rolled up: %s", error)
    if looks or given:
        logger.info("%s old looks rolled up, %s bytes given back", looks, given)
    return looks


@dataclass(slots=True)
class Round:
    """How far this process has come in rolling up all links once a day.

    It is kept in memory alone: a new process begins anew, and finds little to do where others were. Two
    at once do no harm (see `retention`).
    """

    project_id: int = 0
    after: int = 0
    began_at: float = float("-inf")
    finished: bool = True

    def go_on(self, store: Store, keep_days: int) -> int:
        """Roll up for a few seconds, if the round is not finished for today; how many looks."""
        if keep_days == 0 or not self._is_due():
            return 0
        older_than = int(time.time()) - keep_days * 86_400
        until = time.monotonic() + ROLL_UP_SECONDS
        looks = 0
        while not self.finished and time.monotonic() < until:
            looks += self._step(store, older_than)
        return looks

    def _is_due(self) -> bool:
        if self.finished and time.monotonic() - self.began_at >= ROUND_SECONDS:
            self.project_id, self.after, self.finished, self.began_at = 0, 0, False, time.monotonic()
        return not self.finished

    def _step(self, store: Store, older_than: int) -> int:
        if self.after == 0 and not self._next_project():
            self.finished = True
            return 0
        rolled = roll_up(
            store, self.project_id, older_than=older_than, after=self.after, most_links=LINKS_A_STEP
        )
        self.after = 0 if rolled.finished else rolled.last_id
        return rolled.looks

    def _next_project(self) -> bool:
        following = Project.objects.filter(pk__gt=self.project_id).order_by("pk").first()
        if following is not None:
            self.project_id = following.pk
        return following is not None


_round = Round()
