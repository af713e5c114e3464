"""Kept: history judged anew by the rules that the monitor goes by, and evidence for as long as one wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.link import LinkStatus, Outcome
from linkstead.monitor import archive
from linkstead.monitor.plan import WatchPlan
from linkstead.monitor.state import Past, state_after
from linkstead.profile import retention
from linkstead.profile.codes import STATE_CODE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from linkstead.profile.history import LookFacts, StateRule
    from linkstead.profile.store import Store

_LOST: Final = STATE_CODE[LinkStatus.LOST]


def state_rule_of(store: Store, project_id: int) -> StateRule:
    """How a project's plan, as it is now, derives the state of a link from its looks."""
    row = store.one("SELECT plan FROM project WHERE id = ?", (project_id,))
    return state_rule(WatchPlan.from_json(row[0] if row else None))


def state_rule(plan: WatchPlan) -> StateRule:
    """The state after a look, by the looks before it and a plan."""

    def state(past: Sequence[LookFacts], look: LookFacts) -> LinkStatus:
        before = [Past(each.checked_at, Outcome(each.outcome), each.reason) for each in past]
        lost = bool(past) and past[-1].state == _LOST
        outcome = Outcome(look.outcome)
        return state_after(before, outcome, look.reason, look.checked_at, plan, lost_before=lost).state

    return state


class Expired(NamedTuple):
    """Evidence that has had its time: files, the records in them that rows pointed to, bytes."""

    files: int = 0
    records: int = 0
    bytes: int = 0


def expire_evidence(
    store: Store, folder: Path, keep_days: int, *, now: int, go_on: Callable[[], bool] = lambda: True
) -> Expired:
    """Forget and remove evidence files that no look of the last `keep_days` days needs; 0 keeps all.

    File by file, the oldest first and the rows before the file, while `go_on` says so: what was stopped or
    killed is finished by the next one. Raises `StoreError` when a file cannot be removed.
    """
    done = Expired()
    for file in archive.expired_files(folder, keep_days, now):
        if not go_on():
            break
        records = retention.forget_evidence(store, [file])
        freed = archive.remove(folder, [file])
        done = Expired(done.files + 1, done.records + records, done.bytes + freed)
    return done
