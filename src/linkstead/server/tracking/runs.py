"""How a run goes from state to state. Every step is a guarded update, so that of two only one counts.

    waiting ── claim ──> running ── finish ──> done, refused, failed, cancelled, needs_mapping
       ^                    │                      │
       └──── put_back ──────┘ <──── ask_again ─────┘

A worker that claims a run gets the next attempt number; an older number writes nothing any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from linkstead.server.tracking.models import OPEN, Run, RunState
from linkstead.server.tracking.stores import Fence

if TYPE_CHECKING:
    from linkstead.server.tracking.models import ImportRun, VerifyRun

AnyRun = TypeVar("AnyRun", "ImportRun", "VerifyRun")


def claim(model: type[AnyRun], run_id: int, worker: str) -> AnyRun | None:
    """Take a run for `worker`, or None when there is nothing left to do.

    A run that is `running` may be claimed too: only a reaper hands it out again, when its worker is dead.
    """
    with transaction.atomic():
        taken = model.objects.filter(pk=run_id, state__in=OPEN, cancel_requested=False).update(
            state=RunState.RUNNING,
            attempt=F("attempt") + 1,
            worker=worker,
            started_at=timezone.now(),
            finished_at=None,
            message="",
        )
        if not taken:
            _end_cancelled(model, run_id)
            return None
        return model.objects.select_related("project").get(pk=run_id)


def fence_of(run: Run) -> Fence:
    """What proves that a run is still ours."""
    return Fence(run.table(), run.pk, run.attempt)


def finish(run: ImportRun | VerifyRun, state: RunState, **facts: Any) -> bool:  # noqa: ANN401 - columns of the model
    """Close a run with what it brought; False when it had been given to somebody else."""
    return bool(
        type(run)
        .objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
        .update(state=state, finished_at=timezone.now(), cancel_requested=False, **facts)
    )


def note(run: ImportRun | VerifyRun, **facts: Any) -> bool:  # noqa: ANN401 - columns of the model
    """Write down what is known so far; False when the run had been given to somebody else."""
    return bool(
        type(run).objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING).update(**facts)
    )


def put_back(run: ImportRun | VerifyRun) -> bool:
    """Let somebody else go on: this process ends."""
    return bool(
        type(run)
        .objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
        .update(state=RunState.WAITING, worker="")
    )


def ask_to_cancel(run: ImportRun | VerifyRun) -> bool:
    """Stop a run: at once when it waits, soon when it runs. False when it had ended."""
    with transaction.atomic():
        asked = type(run).objects.filter(pk=run.pk, state__in=OPEN).update(cancel_requested=True)
        _end_cancelled(type(run), run.pk, only=(RunState.WAITING,))
    return bool(asked)


def ask_again(run: ImportRun | VerifyRun, **facts: Any) -> bool:  # noqa: ANN401 - columns of the model
    """Open an ended run again; False when it is open."""
    return bool(
        type(run)
        .objects.filter(pk=run.pk)
        .exclude(state__in=OPEN)
        .update(state=RunState.WAITING, cancel_requested=False, finished_at=None, message="", **facts)
    )


def _end_cancelled(
    model: type[ImportRun | VerifyRun], run_id: int, only: tuple[RunState, ...] = OPEN
) -> None:
    model.objects.filter(pk=run_id, state__in=only, cancel_requested=True).update(
        state=RunState.CANCELLED, finished_at=timezone.now(), cancel_requested=False, message="Cancelled."
    )
