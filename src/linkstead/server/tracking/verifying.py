"""Checks that people ask for: opened as appointments of pages, counted as they are kept, closed at the end.

No process owns a check. Whoever looks at a page counts it in the transaction of the look, so that any
number of monitors may share one check and none is lost or counted twice.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from linkstead.profile import appointments
from linkstead.server.tracking.models import RunState, VerifyRun
from linkstead.server.tracking.stores import profile_store

if TYPE_CHECKING:
    from linkstead.journey.writing import Written
    from linkstead.profile.store import Store

#: links looked at shortly before somebody asked are not looked at again
FRESH_SECONDS = 3_600
_OWN_PAGES = "Looking at your own pages"
_REFERRING = "Looking at referring pages"


def open_waiting() -> int:
    """Make appointments for every check that waits; how many were opened."""
    waiting = VerifyRun.objects.filter(state=RunState.WAITING).select_related("project")
    return sum(_open(run) for run in waiting.order_by("pk"))


def _open(run: VerifyRun) -> bool:
    """Make a check's appointments. Whoever dies half-way has done no harm: the next one does the rest."""
    with profile_store() as store:
        if run.backlink_ids is None:
            if _own_pages_first(store, run):
                VerifyRun.objects.filter(pk=run.pk).update(step=_OWN_PAGES)
                return False
            _ask_for_all(store, run)
        else:
            now = int(timezone.now().timestamp())
            appointments.ask_links(store, run.project_id, run.backlink_ids, run_id=run.pk, now=now)
        return _begin(store, run)


def _ask_for_all(store: Store, run: VerifyRun) -> None:
    _watch_from_now_on(store, run.project_id)
    appointments.ask_all(
        store,
        run.project_id,
        run_id=run.pk,
        now=int(timezone.now().timestamp()),
        before=int(run.created_at.timestamp()) - FRESH_SECONDS,
        should_stop=lambda: not VerifyRun.objects.filter(pk=run.pk, state=RunState.WAITING).exists(),
    )


def _begin(store: Store, run: VerifyRun) -> bool:
    with transaction.atomic():
        left = appointments.left_of_run(store, run.pk)
        begun = VerifyRun.objects.filter(pk=run.pk, state=RunState.WAITING).update(
            state=RunState.RUNNING,
            started_at=timezone.now(),
            step=_REFERRING,
            total=F("done") + left,
            unit="pages",
        )
    if not begun and not VerifyRun.objects.filter(pk=run.pk, state=RunState.RUNNING).exists():
        # cancelled while the appointments were made
        appointments.withdraw(store, run.project_id, run_id=run.pk, now=int(timezone.now().timestamp()))
    return bool(begun)


def _watch_from_now_on(store: Store, project_id: int) -> None:
    """With its first check a project is watched on schedule, unless somebody has switched that off."""
    store.execute(
        "UPDATE project SET watching = ? WHERE id = ? AND watching = ?",
        (appointments.WATCHED, project_id, appointments.NEVER_ASKED),
    )


def _own_pages_first(store: Store, run: VerifyRun) -> bool:
    """Which spellings of our own pages are one is best known before links to them are judged."""
    now = int(timezone.now().timestamp())
    due = run.project.targets_due_at
    if run.step == _OWN_PAGES:
        return due is not None and due <= now
    row = store.one(
        "SELECT 1 FROM target WHERE project_id = ? AND url <> '' AND links > 0 AND checked_at IS NULL"
        " LIMIT 1",
        (run.project_id,),
    )
    if row is None:
        return False
    store.execute("UPDATE project SET targets_due_at = ? WHERE id = ?", (now, run.project_id))
    return True


def close_finished() -> list[int]:
    """Close the checks whose pages have all been looked at, and those cancelled; ids of their projects."""
    closed: list[int] = []
    for run in VerifyRun.objects.filter(state=RunState.RUNNING):
        if run.cancel_requested:
            closed += _cancel(run)
        else:
            closed += _close(run)
    return closed


def _close(run: VerifyRun) -> list[int]:
    with transaction.atomic(), profile_store() as store:
        if appointments.left_of_run(store, run.pk):
            return []
        done = VerifyRun.objects.filter(pk=run.pk, state=RunState.RUNNING, cancel_requested=False).update(
            state=RunState.DONE, finished_at=timezone.now()
        )
    return [run.project_id] * done


def _cancel(run: VerifyRun) -> list[int]:
    with transaction.atomic(), profile_store() as store:
        now = int(timezone.now().timestamp())
        appointments.withdraw(store, run.project_id, run_id=run.pk, now=now)
        done = VerifyRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
            state=RunState.CANCELLED,
            finished_at=timezone.now(),
            cancel_requested=False,
            message="Cancelled. What was looked at stays.",
        )
    return [run.project_id] * done


def count(store: Store, written: Written) -> None:
    """Count what was written for the checks that asked for it, in the same transaction."""
    table = VerifyRun.table()
    lock = " FOR UPDATE" if store.dialect == "postgresql" else ""
    for run_id, counts in sorted(written.runs.items()):
        row = store.one(f"SELECT outcomes FROM {table} WHERE id = ?{lock}", (run_id,))  # noqa: S608 - a name of our own
        if row is None:
            continue
        known = json.loads(row[0]) if isinstance(row[0], str) else row[0]
        outcomes = Counter(known) + counts.outcomes
        note = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(outcomes.items()))
        store.execute(
            f"UPDATE {table} SET pages = pages + ?, done = done + ?, links = links + ?, rows = rows + ?,"  # noqa: S608 - a name of our own
            " outcomes = ?, note = ? WHERE id = ?",
            (
                counts.pages,
                counts.pages,
                counts.links,
                counts.links,
                json.dumps(dict(outcomes)),
                note,
                run_id,
            ),
        )
