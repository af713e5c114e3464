"""What would otherwise grow for ever: sessions, used links and results of tasks that nobody needs."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from linkstead.server.accounts.services import forget_old_links

KEEP_RESULTS = dt.timedelta(days=14)


def tidy() -> int:
    """Delete what has expired; how many rows."""
    now = timezone.now()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    results, _ = DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_RESULTS).delete()
    return sessions + results + forget_old_links(now=now)
