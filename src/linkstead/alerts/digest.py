"""Many events as something to read: sections by urgency, a line for each site, counts for the rest.

A footer link that goes from 5,000 pages of one site is one line that says so, not 5,000.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from linkstead.alerts.channels import GROUPS, counts_by_group
from linkstead.alerts.wording import Told, sentence
from linkstead.events import EventKind
from linkstead.urls import domain_of

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Iterable, Mapping, Sequence

    from linkstead.alerts.channels import Group
    from linkstead.alerts.wording import type_sentence

#: lines of one section, and of a whole message
MOST_IN_SECTION: Final = 10
MOST_LINES: Final = 25


class Happened(Protocol):
    """An event as `profile.events.EventRow` has it."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> EventKind: ...
    @property
    def at(self) -> int: ...
    @property
    def backlink_id(self) -> int | None: ...
    @property
    def page_url(self) -> str | None: ...
    @property
    def target_url(self) -> str | None: ...
    @property
    def before(self) -> Mapping[str, Any] | None: ...
    @property
    def after(self) -> Mapping[str, Any] | None: ...
    @property
    def worth(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what happened, and how many events like it the same site has besides (`more`).

    `incident` is the key of the incident that it tells of, if it tells of one. `worth` (0 to 100) is
    that of the backlink, as far as it has been judged; it is the highest of the site.
    """

    sentence: type_sentence
    at: int
    backlink_id: int | None
    target_url: str | None
    site: str
    more: int = 0
    incident: str | None = None
    worth: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The events of one group: all are counted, the first are told; `untold` are left to the inbox.

    `counted` is the number with its words.
    """

    slug: str
    title: str
    counted: str
    count: int
    items: tuple[Item, ...]
    untold: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What a message tells: the sections that have something in them, the most urgent first."""

    sections: tuple[Section, ...]
    total: int

    @property
    def headline(self) -> str:
        """“3 lost, 1 regained”: the counts in the order of urgency."""
        return ", ".join(section.counted for section in self.sections)


def build(events: Sequence[Happened], counts: Mapping[EventKind, int] | None = None) -> Digest:
    """Events as a digest; in each section the worthiest links come first, and of like ones the newest.

    `counts` are the true numbers by kind where `events` is only a part of them.
    """
    numbers = counts if counts is not None else Counter(event.kind for event in events)
    by_group = counts_by_group(numbers)
    sections: list[Section] = []
    left = MOST_LINES
    for group in GROUPS:
        if group.slug in by_group:
            made = _section(group, events, by_group[group.slug], min(left, MOST_IN_SECTION))
            left -= len(made.items)
            sections.append(made)
    return Digest(tuple(sections), sum(by_group.values()))


def _section(group: Group, events: Sequence[Happened], count: int, most: int) -> Section:
    mine = sorted(
        (event for event in events if event.kind in group.kinds),
        # within a section the kinds keep their order: confirmed before reported, broken before repaired
        key=lambda event: (
            group.kinds.index(event.kind) if group.slug != "changed" else 0,
            1.0 if event.worth is None else -event.worth,
            -event.at,
            event.id,
        ),
    )
    items = _lines(mine)[:most]
    told = sum(1 + item.more for item in items)
    counted = f"{count:,} {group.one if count == 1 else group.many}"
    return Section(group.slug, group.title, counted, count, items, max(0, count - told))


def _lines(events: Iterable[Happened]) -> tuple[Item, ...]:
    """The first event of each site and kind, with the number of its fellows; the order stays."""
    firsts: dict[tuple[str, EventKind], Happened] = {}
    fellows: Counter[tuple[str, EventKind]] = Counter()
    for event in events:
        key = (_site(event), event.kind)
        firsts.setdefault(key, event)
        fellows[key] += 1
    return tuple(_item(event, key[0], fellows[key] - 1) for key, event in firsts.items())


def _site(event: Happened) -> str:
    """The referring domain; a target and an incident stand for themselves."""
    if (incident := incident_of(event)) is not None:
        return f"incident {incident}"
    return domain_of(event.page_url) if event.page_url else event.target_url or ""


def _item(event: Happened, site: str, more: int) -> Item:
    told = Told(event.kind, event.page_url, event.target_url, event.before, event.after)
    return Item(
        sentence(told),
        event.at,
        event.backlink_id,
        event.target_url,
        site,
        more,
        incident_of(event),
        event.worth,
    )


def incident_of(event: Happened) -> str | None:
    """The key of the incident that an event tells of; None where it tells of a link or a target."""
    return str((event.after or {}).get("key", "")) if event.kind is EventKind.INCIDENT else None


def next_digest(now: dt.datetime, hour: int, zone: zoneinfo.ZoneInfo) -> tuple[dt.date, dt.datetime]:
    """The day and the moment (UTC) of the next digest at `hour` o'clock in `zone`, after `now`.

    An hour that a change of the clocks skips comes an hour later, one that comes twice counts once
    (https://peps.python.org/pep-0495/).
    """
    day = now.astimezone(zone).date()
    for ahead in range(3):
        date = day + dt.timedelta(days=ahead)
        moment = dt.datetime.combine(date, dt.time(hour), tzinfo=zone).astimezone(dt.UTC)
        if moment > now:
            return date, moment
    raise AssertionError("a day has a next day")
