"""Kept: history judged anew by the rules that the monitor goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.link import LinkStatus, Outcome
from linkstead.monitor.plan import WatchPlan
from linkstead.monitor.state import Past, state_after
from linkstead.profile.codes import STATE_CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

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
