"""Where messages go, and which events go at once: tables, and how a failed attempt is judged.

A kind of channel is a line of CHANNELS: how much it gathers, how often it may speak, what it takes by
default. The sending itself is the server's, since it needs sockets and settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from linkstead.events import CHANGES, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIL: Final = "mail"
WEBHOOK: Final = "webhook"

#: What a person hears of at once unless they choose otherwise; the rest waits for the daily digest.
#: Each row says why, since a wrong choice here is a storm or a silence.
AT_ONCE: Final[dict[EventKind, bool]] = {
    EventKind.LOST: True,  # seen by ourselves, confirmed gone: winning it back is a matter of days
    EventKind.REGAINED: True,  # ends the worry that LOST began
    EventKind.TARGET_BROKEN: True,  # can be mended by the reader, today
    EventKind.TARGET_REPAIRED: True,  # ends the worry that TARGET_BROKEN began
    EventKind.INCIDENT: True,  # rare, and whoever reads it late has lost the evidence of its first days
    EventKind.NEW: False,  # the first looks after an import find thousands; good news can wait for a day
    EventKind.NOT_FOUND: False,  # only sources ever knew it: an old export brings many at once
    EventKind.UNREACHABLE: False,  # nothing is known to be lost, and a week has passed already
    **dict.fromkeys(CHANGES, False),  # a link that looks different is still there
}


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of events that are read together: a tab of the inbox, a section of a digest.

    `one` and `many` stand behind a number.
    """

    slug: str
    title: str
    one: str
    many: str
    kinds: tuple[EventKind, ...]


#: In the order in which a person wants to hear of them. Every kind is in exactly one group.
GROUPS: Final[tuple[Group, ...]] = (
    Group("lost", "Lost", "lost", "lost", (EventKind.LOST, EventKind.NOT_FOUND)),
    Group(
        "targets",
        "Targets",
        "target alert",
        "target alerts",
        (EventKind.TARGET_BROKEN, EventKind.TARGET_REPAIRED),
    ),
    Group("incidents", "Incidents", "incident", "incidents", (EventKind.INCIDENT,)),
    Group("regained", "Regained", "regained", "regained", (EventKind.REGAINED,)),
    Group("new", "New", "new", "new", (EventKind.NEW,)),
    Group(
        "changed",
        "Changed",
        "changed",
        "changed",
        # the order of EventKind, so that every process lists them alike; a page that nobody can read is
        # no lost link, so it stands here
        tuple(kind for kind in EventKind if kind in CHANGES or kind is EventKind.UNREACHABLE),
    ),
)

#: What the kinds are called in forms and tags.
KIND_NAMES: Final[dict[EventKind, str]] = {
    EventKind.LOST: "lost",
    EventKind.NOT_FOUND: "not found",
    EventKind.REGAINED: "regained",
    EventKind.NEW: "new",
    EventKind.UNREACHABLE: "not readable",
    EventKind.REL_CHANGED: "rel changed",
    EventKind.ANCHOR_CHANGED: "anchor changed",
    EventKind.TARGET_CHANGED: "address changed",
    EventKind.PLACEMENT_CHANGED: "placement changed",
    EventKind.INDEXABILITY_CHANGED: "indexability changed",
    EventKind.HIDDEN_CHANGED: "visibility changed",
    EventKind.STATUS_CHANGED: "status changed",
    EventKind.MOVED: "moved",
    EventKind.TARGET_BROKEN: "target broken",
    EventKind.TARGET_REPAIRED: "target repaired",
    EventKind.INCIDENT: "incident",
}


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One kind of channel. Times in seconds.

    `settle` is how long the first event waits for its neighbours, `gap` the least time between two
    immediate messages, `most_events` what one message carries (None: a message shows the first and counts
    the rest), `default_kinds` what goes at once.
    """

    slug: str
    name: str
    settle: int
    gap: int
    most_events: int | None
    has_digest: bool
    default_kinds: tuple[EventKind, ...]


CHANNELS: Final[dict[str, ChannelKind]] = {
    # people: one message for what happens together, at most twelve an hour
    MAIL: ChannelKind(MAIL, "E-mail", 30, 300, None, True, tuple(k for k in EventKind if AT_ONCE[k])),
    # programs: everything, soon, in full and in parts that any receiver can take
    WEBHOOK: ChannelKind(WEBHOOK, "Webhook", 0, 5, 100, False, tuple(EventKind)),
}


class Outcome(StrEnum):
    """What an attempt to send gave."""

    SENT = "sent"
    AGAIN = "again"  # nobody's final word: tried again later
    REFUSED = "refused"  # the other side's final word: parked until a person looks at it


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt gave, with a sentence for the person who reads the log.

    `is_down` says that nobody answered at all, so that other messages need not knock at the same door.
    """

    outcome: Outcome
    reason: str = ""
    is_down: bool = False


#: Seconds until the next attempt, by attempts made; after the last one the message is parked. Together
#: a little over two days: a mail server that is down over a week-end night loses nothing.
PAUSES: Final = (60, 300, 900, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400)


def pause_after(attempts: int) -> int | None:
    """Seconds to wait after so many attempts, or None when it is enough."""
    return PAUSES[attempts - 1] if 0 < attempts <= len(PAUSES) else None


#: SMTP replies of the 5xx class that speak of us and not of the message (RFC 5321, 4954): asked again.
_OURS_TO_MEND: Final = frozenset({530, 534, 535, 538})


def judge_reply(code: int, words: str) -> Attempt:
    """A mail server's reply (RFC 5321, section 4.2.1): 4yz may pass, 5yz is final."""
    said = f"The mail server said: {code} {words}".strip().rstrip(".") + "."
    if 200 <= code < 300:
        return Attempt(Outcome.SENT)
    if 500 <= code < 600 and code not in _OURS_TO_MEND:
        return Attempt(Outcome.REFUSED, said)
    return Attempt(Outcome.AGAIN, said)


def group_of(kind: EventKind) -> Group:
    """The group that a kind is read in."""
    return _GROUP_OF[kind]


def counts_by_group(counts: Mapping[EventKind, int]) -> dict[str, int]:
    """Events by the slug of their group, in the order of GROUPS, without empty ones."""
    summed = {group.slug: sum(counts.get(kind, 0) for kind in group.kinds) for group in GROUPS}
    return {slug: count for slug, count in summed.items() if count}


_GROUP_OF: Final = {kind: group for group in GROUPS for kind in group.kinds}
