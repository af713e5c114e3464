"""What happens to a backlink, to a page of ours, or to a project: the words for it.

An event is written once, in the transaction of what shows it (a look, or a search for incidents): its key
says which link, which moment and which kind. Alerts, the inbox, mails and webhooks all read from there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple


class EventKind(StrEnum):
    """What changed. The words are part of stored databases and of webhooks."""

    NEW = "new"  # found by our first look, and no source has known it for long
    LOST = "lost"  # confirmed gone, after our own looks had seen it
    NOT_FOUND = "not_found"  # confirmed gone, though only sources ever saw it
    REGAINED = "regained"  # live again after lost
    UNREACHABLE = "unreachable"  # nobody could read the page for a week
    REL_CHANGED = "rel_changed"  # the link's own rel, the robots meta or the X-Robots-Tag
    ANCHOR_CHANGED = "anchor_changed"
    TARGET_CHANGED = "target_changed"  # the link now names another spelling or redirect of its target
    PLACEMENT_CHANGED = "placement_changed"
    INDEXABILITY_CHANGED = "indexability_changed"
    HIDDEN_CHANGED = "hidden_changed"
    STATUS_CHANGED = "status_changed"  # the page's HTTP status, while the link's state stays the same
    MOVED = "moved"  # found on the page's canonical or the next page of its pagination
    TARGET_BROKEN = "target_broken"  # a page of ours that has backlinks fails
    TARGET_REPAIRED = "target_repaired"
    INCIDENT = "incident"  # anomalies of arrivals or losses that the last search did not know


#: Kinds that say that a link looks different, not that it came or went.
CHANGES: Final = frozenset(
    {
        EventKind.REL_CHANGED,
        EventKind.ANCHOR_CHANGED,
        EventKind.TARGET_CHANGED,
        EventKind.PLACEMENT_CHANGED,
        EventKind.INDEXABILITY_CHANGED,
        EventKind.HIDDEN_CHANGED,
        EventKind.STATUS_CHANGED,
        EventKind.MOVED,
    }
)


class Event(NamedTuple):
    """One change, as it goes from the rules to the rows.

    `at` is in epoch seconds: the moment of the look, or of the search. `before` and `after` are small JSON
    objects (None where there is nothing to say), with the keys of a `Seen`. Exactly one of `backlink_id`,
    `target_id` and `incident` is given; `incident` names an incident among those of all projects, and
    `after` then has the keys of `alerts.rules.incident_news`.
    """

    kind: EventKind
    at: int
    backlink_id: int | None
    target_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    incident: str | None = None

    @property
    def key(self) -> str:
        """Equal for the same change told twice."""
        if self.incident is not None:
            # without the moment: an incident is told once, however often it is found again
            return f"i{self.incident}:{self.kind}"
        subject = f"b{self.backlink_id}" if self.backlink_id is not None else f"t{self.target_id}"
        return f"{subject}:{self.at}:{self.kind}"
