"""The monitor's page as its template draws it: figures, the state of a host in words, the looks of a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from linkstead.profile.watching import SLOW_SECONDS
from linkstead.reports.words import REASON_WORDS
from linkstead.server.look.charts import Drawing, spec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linkstead.profile.watching import HostPage, HostRow, MonitorFigures

#: kind of hosts in the address and in profile.watching.KINDS -> what its tab says, and an empty list
TABS: dict[str, tuple[str, str]] = {
    "all": ("All", "No host has a name like that."),
    "due": ("Due", "No page is due at any host."),
    "running": ("Being visited", "No host is being visited at this moment."),
    "waiting": ("Asked us to wait", "No host has asked us to come back later."),
    "slow": ("Slow", "No host is slow or has asked us to slow down."),
    "blocked": ("Blocked", "No host sent us away at our last visit."),
    "unreachable": ("No answer", "Every host answered at our last visit."),
    "paused": ("Paused", "No host is paused."),
}
#: tabs whose rows change by themselves from second to second
LIVE_TABS = frozenset({"running", "waiting"})
#: outcomes in the order in which a person wants to hear of them
OUTCOMES = ("found", "missing", "blocked", "unreachable", "unreadable")


@dataclass(frozen=True, slots=True)
class Figure:
    """One big number or moment (`at`, epoch seconds), what it is, a word beside it, and the tab behind it."""

    label: str
    value: int | None
    note: str
    show: str = ""
    at: int | None = None
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Host:
    """A host with its state: `kind` is a word for the style sheet, `until` (epoch seconds) when it ends."""

    row: HostRow
    kind: str
    words: str
    until: int | None = None


def figures(known: MonitorFigures) -> tuple[Figure, ...]:
    """The strip of numbers."""
    looks = sum(known.looks.values())
    late = known.late > 0
    return (
        Figure("Next look", None, _moment(known.next_at), at=known.next_at),
        Figure(
            "Due now",
            known.due,
            f"{known.late:,} for over 6 hours" if late else "none is late",
            "due",
            is_bad=late,
        ),
        Figure("Due within a day", known.next_day, "pages, with those due now"),
        Figure("Looks in 24 hours", looks, f"{known.lately:,} in the last 5 min"),
        Figure("Not known in 24 hours", _unknown(known), _share(_unknown(known), looks), "blocked"),
        Figure("Hosts being visited", known.running, _resting(known), "running"),
    )


def _moment(at: int | None) -> str:
    if at is None:
        return "nothing is planned"
    return f"{dt.datetime.fromtimestamp(at, dt.UTC):%-d %b, %H:%M} UTC"


def _unknown(known: MonitorFigures) -> int:
    return sum(count for word, count in known.looks.items() if word not in {"found", "missing"})


def _share(part: int, whole: int) -> str:
    if not whole:
        return "no looks yet"
    if not part:
        return "every page was read"
    share = 100 * part / whole
    return f"{'under 1' if share < 1 else f'{share:.0f}'}% of all looks"


def _resting(known: MonitorFigures) -> str:
    return f"{known.waiting:,} asked us to wait, {known.paused:,} paused"


def shown_hosts(page: HostPage, now: int) -> tuple[Host, ...]:
    """The rows of the table."""
    return tuple(_host(row, now) for row in page.rows)


def _host(row: HostRow, now: int) -> Host:
    kind, words = next((kind, words) for kind, holds, words in STATES if holds(row, now))
    return Host(row, kind, words(row), row.held_until if kind == "waiting" else None)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times in a row"


def _reason(row: HostRow) -> str:
    word = row.reason or "nobody knows why"
    return REASON_WORDS.get(word, word.replace("_", " "))


#: (word for the style sheet, whether a host is in this state at a moment, how it is said); the first that
#: holds counts, what somebody has to know before what passes by itself.
STATES: tuple[tuple[str, Callable[[HostRow, int], bool], Callable[[HostRow], str]], ...] = (
    ("paused", lambda row, _: row.paused_at is not None, lambda _: "paused by hand"),
    ("running", lambda row, _: row.running, lambda _: "being visited now"),
    ("waiting", lambda row, _: row.held_until is not None, lambda _: "asked us to wait"),
    ("blocked", lambda row, _: row.outcome == "blocked", lambda row: f"blocked: {_reason(row)}"),
    ("unreachable", lambda row, _: row.outcome == "unreachable", _reason),
    ("unreadable", lambda row, _: row.outcome == "unreadable", _reason),
    ("busy", lambda row, _: row.troubles > 0, lambda row: f"too busy for us, {_times(row.troubles)}"),
    ("slow", lambda row, _: (row.seconds or 0) > SLOW_SECONDS, lambda row: f"slow: {row.seconds:.1f} s"),
    ("unscheduled", lambda row, _: row.next_at is None, lambda _: "not on schedule"),
    ("due", lambda row, now: (row.next_at or 0) <= now, lambda _: "due"),
    ("resting", lambda *_: True, lambda _: "resting"),
)


def tabs(chosen: str, name: str, known: MonitorFigures) -> list[tuple[str, str, bool, int | None]]:
    """(address, words, whether it is this one, how many where that is known) of each kind."""
    counted = {"running": known.running, "waiting": known.waiting, "paused": known.paused}
    return [
        (address(kind, name), words, kind == chosen, counted.get(kind)) for kind, (words, _) in TABS.items()
    ]


def address(kind: str, name: str, after: tuple[int, int] | None = None) -> str:
    """A list of hosts, or what stands behind the mark `after` in it, as a relative address."""
    place = "" if after is None else f"{after[0]}:{after[1]}"
    parts = {"show": "" if kind == "all" else kind, "name": name, "after": place}
    return "?" + urlencode({part: text for part, text in parts.items() if text})


def read_mark(text: str) -> tuple[int, int] | None:
    """A mark out of an address; None for none, and for what is none."""
    links, _, domain = text.partition(":")
    numbers = [part for part in (links, domain) if part.isascii() and part.isdigit() and len(part) < 19]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else None


def looks_drawing(by_hour: Sequence[tuple[int, Mapping[str, int]]], hour_names: list[str]) -> Drawing:
    """Looks by hour; `hour_names` are the table's words for the hours."""
    named = list(zip(hour_names, (counts for _, counts in by_hour), strict=True))
    return Drawing(
        name="looks",
        title="Looks of the last 24 hours by what they gave",
        spec=_spec_with(by_hour),
        columns=("Hour (UTC)", *(word.capitalize() for word in OUTCOMES)),
        rows=tuple((name, *(counts.get(word, 0) for word in OUTCOMES)) for name, counts in reversed(named)),
    )


def _spec_with(by_hour: Sequence[tuple[int, Mapping[str, int]]]) -> dict[str, Any]:
    """The spec is made once; only its data are of the moment, since checking a spec takes a while."""
    from linkstead.reports import charts

    spec = _template()
    (name,) = spec["datasets"]
    return spec | {"datasets": {name: charts.hours_values(by_hour)}}


@lru_cache(maxsize=1)
def _template() -> dict[str, Any]:
    from linkstead.reports import charts

    return spec_of(charts.hours_chart([(0, {"found": 1})]))
