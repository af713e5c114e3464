"""`linkstead monitor`: look at links, for those who asked and for those whose time has come.

The patrol (`journey.patrol`) runs in the main thread; everything else that has to be done now and then
(opening checks, sending alerts, burying dead neighbours) in a second one. Many monitors may run on one
database, on one machine or several: hosts are leased, every step is a guarded update.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time

import psycopg
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection

from linkstead.errors import StoreError, UsageError
from linkstead.journey import tools as toolbox
from linkstead.journey.fetching import fetch_settings
from linkstead.journey.judged_domains import OLDEST
from linkstead.journey.patrol import Hooks, Orders, Patrol, PatrolReport
from linkstead.monitor.fetch import run
from linkstead.profile import appointments, audits, judgements, unjudged
from linkstead.server import stopping
from linkstead.server.alerts import services as alerts
from linkstead.server.alerts.loop import delivering
from linkstead.server.jobs.beats import beating
from linkstead.server.jobs.duties import Duty, patiently
from linkstead.server.jobs.housekeeping import tidy
from linkstead.server.jobs.reaper import reap
from linkstead.server.projects.models import Project
from linkstead.server.projects.services import DEFAULT_AUDIT_DAYS
from linkstead.server.tracking import services, tasks, verifying
from linkstead.server.tracking.judging import Judging, judging_of
from linkstead.server.tracking.models import RunState, VerifyRun
from linkstead.server.tracking.stores import profile_store, work_store

logger = logging.getLogger(__name__)

CHECKS_SECONDS = 1.0
REAP_SECONDS = 15.0
APPOINT_SECONDS = 300.0
TIDY_SECONDS = 3_600.0
AUDITS_SECONDS = 1_800.0
DAY = 86_400
#: how long to wait when the database or the disk fails: doubled each time up to the last
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0

_DATABASE_TROUBLE = (OperationalError, StoreError, sqlite3.Error, psycopg.Error)


def monitor(*, until_idle: bool = False) -> int:
    """Run until asked to stop, or until nothing is due; how many pages were looked at."""
    with beating("monitor") as worker:
        if until_idle:
            return _until_idle(worker)
        thread = threading.Thread(target=_do_duties, name="duties", daemon=True)
        thread.start()
        try:
            # mails leave in a thread of their own: a mail server that hangs holds up nothing else
            with delivering():
                return _patrol_until_stopped(worker)
        finally:
            stopping.ASKED.set()
            thread.join(30)


def _until_idle(worker: str) -> int:
    pages = 0
    duties = _duties()
    while not stopping.ASKED.is_set():
        close_old_connections()
        did = sum(bool(duty.act()) for duty in duties)
        alerts.turn()
        looked = _patrol(worker, until_idle=True).pages
        pages += looked
        # an errand may have opened the way for a check that waited
        if not did and not looked and not verifying.open_waiting():
            break
    patiently(close_checks)
    return pages


def _patrol_until_stopped(worker: str) -> int:
    """The patrol, begun again after every trouble with the database or the disk."""
    pages, pause = 0, FIRST_PAUSE
    while not stopping.ASKED.is_set():
        began = time.monotonic()
        try:
            pages += _patrol(worker, until_idle=False).pages
        except (*_DATABASE_TROUBLE, ExceptionGroup) as error:
            if not _is_database_trouble(error):
                raise
            logger.warning("looking at links is interrupted: %s", _first(error))
            pause = FIRST_PAUSE if time.monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            # a new patrol knows nothing of the visits that were not written down: no host is asked too soon
            stopping.ASKED.wait(max(pause, settings.LINKSTEAD.host_delay))
    return pages


def _patrol(worker: str, *, until_idle: bool) -> PatrolReport:
    fetch = fetch_settings(settings.LINKSTEAD)
    with work_store() as store, toolbox.opened(settings.LINKSTEAD, fetch, worker) as tools:
        orders = Orders(
            fetch, worker, rate=settings.LINKSTEAD.fetch_rate, until_idle=until_idle, errands=True
        )
        hooks = Hooks(should_stop=stopping.ASKED.is_set, also=verifying.count)
        patrol = Patrol(store, orders, tools, hooks)
        return run(patrol.run())


def _is_database_trouble(error: BaseException) -> bool:
    if isinstance(error, ExceptionGroup):
        return all(_is_database_trouble(inner) for inner in error.exceptions)
    return isinstance(error, _DATABASE_TROUBLE)


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


# -- duties -----------------------------------------------------------------------------------------


def _duties() -> tuple[Duty, ...]:
    return (
        Duty(reap, REAP_SECONDS),
        Duty(open_checks, CHECKS_SECONDS),
        Duty(close_checks, CHECKS_SECONDS),
        Duty(appoint_new_pages, APPOINT_SECONDS),
        Duty(tidy, TIDY_SECONDS),
        Duty(ask_for_audits, AUDITS_SECONDS),
        Duty(ask_for_judging, AUDITS_SECONDS),
    )


def _do_duties() -> None:
    duties = _duties()
    try:
        while not stopping.ASKED.is_set():
            close_old_connections()
            for duty in duties:
                _do(duty)
            stopping.ASKED.wait(CHECKS_SECONDS)
    finally:
        connection.close()


def _do(duty: Duty) -> None:
    """One duty; what goes wrong in it is logged and does not keep the others from being done."""
    try:
        patiently(lambda: duty.do_if_due(time.monotonic()))
    except Exception:
        logger.exception("%s failed; it is tried again", getattr(duty.act, "__name__", "a duty"))
        connection.close()


def open_checks() -> int:
    """Open what people asked for; how many checks."""
    return open_requested_checks() + verifying.open_waiting()


def close_checks() -> int:
    """Close the checks that are through, and have their projects judged anew; how many."""
    closed = verifying.close_finished()
    for project_id in closed:
        tasks.audit_project.enqueue(project_id)
    return len(closed)


def open_requested_checks() -> int:
    """Open a check for every project whose row asks for one; how many."""
    opened = 0
    for project in Project.objects.exclude(verify_requested_at=None):
        Project.objects.filter(pk=project.pk, verify_requested_at=project.verify_requested_at).update(
            verify_requested_at=None
        )
        opened += _request(project)
    return opened


def _request(project: Project) -> int:
    try:
        services.request_check(project, None)
    except UsageError:
        return 0
    return 1


def appoint_new_pages() -> int:
    """Appointments for pages that imports have brought to watched projects; how many.

    A check of the whole project that waits will make them itself, and count them.
    """
    made = 0
    watched = Project.objects.filter(watching=appointments.WATCHED).exclude(
        pk__in=VerifyRun.objects.filter(state=RunState.WAITING).values("project_id")
    )
    for project_id in watched.values_list("pk", flat=True):
        with profile_store() as store:
            made += appointments.appoint(store, project_id, now=int(time.time()))
    return made


def ask_for_audits() -> int:
    """Have those projects judged whose last audit is older than their schedule says; how many.

    A project without any audit has nothing to judge: its first import is followed by one.
    """
    now, asked = int(time.time()), 0
    for project in Project.objects.exclude(audit_days=0):
        days = DEFAULT_AUDIT_DAYS if project.audit_days is None else project.audit_days
        with profile_store() as store:
            last = audits.runs(store, project.pk, limit=1)
        if not last or last[0].at > now - days * DAY:
            continue
        if judging_of(project.pk, with_audit=True) is Judging.NONE:
            tasks.audit_project.enqueue(project.pk)
            asked += 1
    return asked


def ask_for_judging() -> int:
    """Have those projects judged anew that have changed, and were last judged a day ago; how many.

    What is judged already stays true for a week; an import, a check or an audit judges at once.
    """
    now, asked = int(time.time()), 0
    for project_id in Project.objects.values_list("pk", flat=True):
        with profile_store() as store:
            last = judgements.last_judged(store, project_id)
            changed = unjudged.after(store, project_id, 0, 1)
        if last is None or last > now - (DAY if changed else OLDEST):
            continue
        if judging_of(project_id) is Judging.NONE:
            tasks.judge_project.enqueue(project_id)
            asked += 1
    return asked
