"""A look against what was known before it: the events that it makes, and how the link stands afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.alerts.rules import Seen, changes
from linkstead.link import LinkStatus, Outcome, Reason
from linkstead.monitor.schedule import Standing, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkstead.events import Event
    from linkstead.link import Verdict
    from linkstead.monitor.plan import WatchPlan
    from linkstead.monitor.state import Judgement
    from linkstead.profile.looks import DueLink, PastLook, SeenLook

#: An old link counts as unchanged for so long before our first look (seconds).
KNOWN_TO_STAY: Final = 14 * 86_400


class Before(NamedTuple):
    """What was known of the links of a batch."""

    past: Mapping[int, list[PastLook]]
    found: Mapping[int, SeenLook]
    changed: Mapping[int, int]


def events_of(
    link: DueLink, verdict: Verdict, judgement: Judgement, known: Before, plan: WatchPlan
) -> list[Event]:
    past = known.past.get(link.backlink_id, [])
    earlier = known.found.get(link.backlink_id)
    before = None if earlier is None else _seen_before(earlier)
    after = before if verdict.unchanged and before is not None else _seen_now(verdict, judgement.state)
    since, told = _unreachable(past, verdict, plan)
    return changes(
        before,
        after._replace(state=judgement.state),
        backlink_id=link.backlink_id,
        at=verdict.checked_at,
        previous_state=link.state,
        ever_live=earlier is not None,
        first_seen=link.first_seen,
        unreachable_since=since,
        already_unreachable=told,
        good_looks=judgement.good_looks,
        loss_open=judgement.loss_open,
        plan=plan,
    )


def _seen_now(verdict: Verdict, state: LinkStatus) -> Seen:
    speaks = verdict.speaks
    return Seen(
        state=state,
        outcome=verdict.outcome,
        reason=verdict.reason,
        http_status=verdict.http_status,
        followed=verdict.followed,
        nofollow_from=verdict.nofollow_from,
        rel=() if speaks is None else speaks.rel,
        anchor_text=None if speaks is None else speaks.anchor_text,
        placement=None if speaks is None else str(speaks.placement),
        indexable=verdict.indexable,
        noindex_from=verdict.noindex_from,
        hidden=None if speaks is None else speaks.hidden,
        found_url=None if speaks is None else speaks.url,
        via=verdict.via,
    )


def _seen_before(look: SeenLook) -> Seen:
    return Seen(
        state=LinkStatus.LIVE,
        outcome=look.outcome,
        reason=Reason(look.reason),
        http_status=look.http_status,
        followed=look.followed,
        nofollow_from=_words(look.nofollow_from),
        rel=tuple((look.rel or "").split()),
        anchor_text=look.anchor_text,
        placement=look.placement,
        indexable=look.indexable,
        noindex_from=_words(look.noindex_from),
        hidden=look.hidden,
        found_url=look.found_url,
        via=look.via,
    )


def _words(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(", ")) if joined else ()


def _unreachable(past: Sequence[PastLook], verdict: Verdict, plan: WatchPlan) -> tuple[int | None, bool]:
    """Since when nobody could read the page, and whether that was long enough at the look before."""
    if verdict.outcome is not Outcome.UNREACHABLE or verdict.reason is Reason.SELF:
        return None, False
    run: list[int] = []
    for look in reversed(past):
        if look.outcome is not Outcome.UNREACHABLE:
            break
        if look.reason != Reason.SELF:
            run.append(look.checked_at)
    if not run:
        return verdict.checked_at, False
    return run[-1], run[0] - run[-1] >= plan.unreachable_event_after


def standing_of(
    link: DueLink, verdict: Verdict, judgement: Judgement, known: Before, *, changed: bool
) -> Standing:
    past = known.past.get(link.backlink_id, [])
    first = past[0].checked_at if past else verdict.checked_at
    born_at = first if link.first_seen is None else min(first, link.first_seen)
    # what sources have known for long need not be watched like what has just come up
    steady_since = max(born_at, first - KNOWN_TO_STAY)
    last = max(steady_since, known.changed.get(link.backlink_id, 0))
    return Standing(
        state=judgement.state,
        at=verdict.checked_at,
        misses=judgement.misses,
        troubles=judgement.troubles,
        changed_at=verdict.checked_at if changed else last,
        value=value_of(link.metric, link.followed, link.placement),
        born_at=born_at,
    )
