"""Two looks -> events: what is news about a backlink, about a page of ours, and about a whole project.

Equal looks give nothing, and one look gives each kind at most once. What a look could not read changes
nothing: attributes are compared only between two looks that found the link, and a fact that one of them
did not know (None) is not compared.

* `new` is a link that has come up of late, as a source dates it. A link that a source has known for longer
  than a month is not new, however new its file is to us, and neither is one that nobody dates: importing an
  old export fires nothing.
* `lost` and `not_found` are told once; a link that flickers afterwards is told again only when it has been
  back for good (`regained`).
* What a rel says about the vote is news, what it says to browsers (`noopener`, `noreferrer`) is not: content
  systems add and drop those by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from linkstead.events import Event, EventKind
from linkstead.link import LinkStatus, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

#: A link that a source saw first longer ago than this is no new link (seconds).
NEW_WITHIN: Final = 30 * 86_400
#: Texts in events are cut to this many characters.
LONGEST: Final = 500
#: rel tokens without a meaning for the link itself
#: (https://html.spec.whatwg.org/multipage/links.html#link-type-noopener and its neighbours).
_FOR_BROWSERS: Final = frozenset({"noopener", "noreferrer", "opener"})
#: 304 says that the page is what it was; it is not what the page answers with.
_NOT_MODIFIED: Final = 304


class Seen(NamedTuple):
    """What a look showed of a link, and the state that followed. The words are those of `link`."""

    state: LinkStatus
    outcome: Outcome
    reason: Reason
    http_status: int | None
    followed: bool | None
    nofollow_from: tuple[str, ...]
    rel: tuple[str, ...]
    anchor_text: str | None
    placement: str | None
    indexable: bool | None
    noindex_from: tuple[str, ...]
    hidden: str | None
    found_url: str | None
    via: str | None


class Patience(Protocol):
    """What these rules ask of a project's plan (`monitor.plan.WatchPlan` is one)."""

    @property
    def recovery_looks(self) -> int: ...

    @property
    def unreachable_event_after(self) -> int: ...


class Attribute(NamedTuple):
    """Something about a link that may change: its kind, the keys that tell of it, and when it differs."""

    kind: EventKind
    keys: tuple[str, ...]
    differs: Callable[[Seen, Seen], bool]


def _both_known(before: object, after: object) -> bool:
    return before is not None and after is not None and before != after


def _rel_differs(before: Seen, after: Seen) -> bool:
    return (
        _both_known(before.followed, after.followed)
        or set(before.rel) - _FOR_BROWSERS != set(after.rel) - _FOR_BROWSERS
        or set(before.nofollow_from) != set(after.nofollow_from)
    )


def _anchor_differs(before: Seen, after: Seen) -> bool:
    if before.anchor_text is None or after.anchor_text is None:
        return False
    return before.anchor_text.split() != after.anchor_text.split()


def _indexability_differs(before: Seen, after: Seen) -> bool:
    if before.indexable is None or after.indexable is None:
        return False
    return before.indexable != after.indexable or set(before.noindex_from) != set(after.noindex_from)


def _status_differs(before: Seen, after: Seen) -> bool:
    if _NOT_MODIFIED in (before.http_status, after.http_status):
        return False
    return _both_known(before.http_status, after.http_status)


#: What is compared between two looks that found the link.
ATTRIBUTES: Final = (
    Attribute(EventKind.REL_CHANGED, ("rel", "followed", "nofollow_from"), _rel_differs),
    Attribute(EventKind.ANCHOR_CHANGED, ("anchor_text",), _anchor_differs),
    Attribute(EventKind.TARGET_CHANGED, ("found_url",), lambda b, a: _both_known(b.found_url, a.found_url)),
    # templates are read by rules of thumb: an unknown placement is no change
    Attribute(
        EventKind.PLACEMENT_CHANGED, ("placement",), lambda b, a: _both_known(b.placement, a.placement)
    ),
    Attribute(EventKind.INDEXABILITY_CHANGED, ("indexable", "noindex_from"), _indexability_differs),
    # None means that a person sees the link, and is known
    Attribute(EventKind.HIDDEN_CHANGED, ("hidden",), lambda b, a: b.hidden != a.hidden),
    Attribute(EventKind.STATUS_CHANGED, ("http_status",), _status_differs),
    Attribute(EventKind.MOVED, ("via",), lambda b, a: b.via is None and a.via is not None),
)

#: What is told of a link that has come or gone.
_LINK: Final = ("anchor_text", "followed", "nofollow_from", "rel", "placement", "found_url", "hidden", "via")
_ANSWER: Final = ("state", "reason", "http_status")


def changes(  # noqa: PLR0913 - each is a fact of its own, named where it is handed in
    before: Seen | None,
    after: Seen,
    *,
    backlink_id: int,
    at: int,
    previous_state: LinkStatus,
    ever_live: bool,
    first_seen: int | None,
    unreachable_since: int | None,
    already_unreachable: bool,
    good_looks: int,
    loss_open: bool,
    plan: Patience,
) -> list[Event]:
    """The events of a look at `at` (epoch seconds); none where nothing is new.

    `before` is what the last look that found the link showed, None if none did; `ever_live` says that one
    did, even where it is no longer kept. `previous_state` is the state before this look, `first_seen` what
    the sources said before it. `unreachable_since` is when the looks in a row began that reached nobody (a
    refusal ends them), `already_unreachable` that this was told. `good_looks` and `loss_open` are
    those of the `monitor.state.Judgement`.
    """
    events: list[Event] = []

    def tell(kind: EventKind, was: dict[str, Any] | None, now: dict[str, Any] | None) -> None:
        events.append(Event(kind, at, backlink_id, None, was, now))

    if _is_new(before, after, ever_live, first_seen, at) and not loss_open:
        tell(EventKind.NEW, None, _facts(after, _LINK))
    if after.state is LinkStatus.LOST and previous_state is not LinkStatus.LOST and not loss_open:
        kind = EventKind.LOST if ever_live or before is not None else EventKind.NOT_FOUND
        tell(kind, None if before is None else _facts(before, _LINK), _facts(after, _ANSWER))
    if loss_open and after.outcome is Outcome.FOUND and good_looks >= plan.recovery_looks:
        tell(EventKind.REGAINED, {"state": str(LinkStatus.LOST)}, _facts(after, _LINK))
    if _is_unreachable(after, unreachable_since, at, plan) and not already_unreachable:
        tell(EventKind.UNREACHABLE, {"state": str(previous_state)}, _facts(after, _ANSWER))
    if before is not None and before.outcome is after.outcome is Outcome.FOUND:
        for kind, keys, differs in ATTRIBUTES:
            if differs(before, after):
                tell(kind, _facts(before, keys), _facts(after, keys))
    return events


def _is_new(before: Seen | None, after: Seen, ever_live: bool, first_seen: int | None, at: int) -> bool:
    if before is not None or ever_live or after.outcome is not Outcome.FOUND:
        return False
    return first_seen is not None and at - first_seen <= NEW_WITHIN


def _is_unreachable(after: Seen, since: int | None, at: int, plan: Patience) -> bool:
    """A link that is lost already, or whose look failed through our own network, is no such news."""
    if after.state is not LinkStatus.UNREACHABLE or after.outcome is not Outcome.UNREACHABLE:
        return False
    if after.reason == Reason.SELF or since is None:
        return False
    return at - since >= plan.unreachable_event_after


def _facts(seen: Seen, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: _plain(getattr(seen, key)) for key in keys}


def _plain(value: object) -> object:
    """A value as JSON has it, cut to a length that an event may carry."""
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value[:LONGEST] if isinstance(value, str) else value


#: What a look at a page of ours may give (`profile.looks.TargetCheck`); unknown says nothing.
BROKEN: Final = "broken"
_WORKS: Final = frozenset({"ok", "redirected"})


def target_changes(
    before_outcome: str | None,
    after_outcome: str,
    *,
    target_id: int,
    at: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> list[Event]:
    """The events of a look at a page of ours. Outcomes: ok, redirected, broken, unknown (None: no look yet).

    `before_outcome` is the last one that was known: a look that could not tell must not stand for it, or
    the same failure would be told twice. A page that fails at the first look is told, too.
    """
    kind = None
    if after_outcome == BROKEN and before_outcome != BROKEN:
        kind = EventKind.TARGET_BROKEN
    elif after_outcome in _WORKS and before_outcome == BROKEN:
        kind = EventKind.TARGET_REPAIRED
    if kind is None:
        return []
    return [Event(kind, at, None, target_id, _cut(before), _cut(after))]


#: An incident that began longer ago than this is history (seconds). Five weeks: whoever brings in an export
#: each month hears of every one, and the first import of an old export tells none.
INCIDENT_WITHIN: Final = 35 * 86_400


def incident_news(facts: dict[str, Any], *, project_id: int, began: int, at: int) -> list[Event]:
    """The event of an incident that no search before this one at `at` knew; none where it is history.

    `facts` has `key` (its name within the project), `what` (kinds of anomalies), `began` and `last` (ISO
    dates), `severity`, `sure`, `domains`, `links` (numbers, None where they are not known) and `says` (its
    first sentence). `began` is its first day, as epoch seconds.
    """
    if at - began > INCIDENT_WITHIN:
        return []
    name = f"{project_id}.{facts['key']}"
    return [Event(EventKind.INCIDENT, at, None, None, None, _cut(facts), incident=name)]


def _cut(facts: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if facts is None else {key: _plain(value) for key, value in facts.items()}
