"""How a project watches its links: confirmations, ladders of looks, intervals. Every number has a default.

A ladder is a row of waits in seconds, each from one look to the next; its last rung repeats. A project
keeps only what it has changed, as JSON, so that better defaults reach everybody else:

    {"normal_every": 259200, "confirmations": {"page_gone": {"misses": 3, "seconds": 86400}}}
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, NamedTuple

from linkstead.errors import UsageError

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
#: No link stays unseen for longer, whatever a plan says.
LONGEST: Final = 30 * DAY


class Confirmation(NamedTuple):
    """How many independent misses, over how many seconds from the first to the last, make a loss."""

    misses: int
    seconds: int


class Confirmations(NamedTuple):
    """By the reason of a miss; the fields are the missing words of `Reason`.

    Three looks over a day for all of them. A 404 that two looks in two hours confirm is soon told, but on
    simulated links only 56 % of such alarms were true, and 81 % with a day between (bench/alarms.py): pages
    are gone for an hour while a site is deployed or moved.
    """

    page_gone: Confirmation = Confirmation(3, DAY)
    removed: Confirmation = Confirmation(3, DAY)
    page_redirected: Confirmation = Confirmation(3, DAY)
    parked: Confirmation = Confirmation(3, DAY)
    soft404: Confirmation = Confirmation(3, DAY)


_CONFIRMATIONS: Final = Confirmations()


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """A project's way of watching. Times in seconds."""

    # -- when a link is lost
    confirmations: Confirmations = _CONFIRMATIONS
    #: misses closer together than this are one: the second look saw the same moment of the page
    independent_after: int = 15 * 60
    #: a link that comes and goes counts as present if one of its last so many readable looks saw it
    #: (A/B tests, rotations), and is no loss before as many misses in a row
    intermittent_looks: int = 4
    #: how often it must have come back, within how long, to be one that comes and goes: a single blip in
    #: three months happens to every page
    intermittent_returns: int = 2
    intermittent_memory: int = 90 * DAY
    #: so many good looks in a row make a lost link regained
    recovery_looks: int = 2
    #: nobody is told that a page cannot be reached before nothing was read for so long
    unreachable_event_after: int = 7 * DAY

    # -- when to look again
    #: 15 minutes, 2 hours and 24 hours after the first miss: failures come in runs, so that spacing counts
    after_miss: tuple[int, ...] = (15 * 60, 105 * 60, 22 * HOUR)
    #: name server, connection, 5xx: a day of backoff, a week of days (until somebody is told), then seldom
    after_unreachable: tuple[int, ...] = (HOUR, 3 * HOUR, 12 * HOUR, *(7 * (DAY,)), 3 * DAY, 7 * DAY)
    #: whoever sends us away is not asked again at once
    after_blocked: tuple[int, ...] = (DAY, 3 * DAY, 7 * DAY)
    #: a page that is no page seldom becomes one
    after_unreadable: tuple[int, ...] = (DAY, 7 * DAY, 30 * DAY)
    #: young links go soonest (Linkody: 1.6 % of them a month in the first year, 0.7 % a month over seven)
    new_every: int = DAY
    new_for: int = 14 * DAY
    #: what has just changed (or was just lost) changes again more often than the rest
    changed_every: int = DAY
    changed_for: int = 7 * DAY
    normal_every: int = 7 * DAY
    #: unchanged for longer than this, the interval grows with the time since, up to `stable_every`
    stable_after: int = 90 * DAY
    stable_every: int = 30 * DAY
    #: a lost link is looked for, in case it comes back
    lost_every: int = 30 * DAY
    #: 0: all links alike; 1: the best twice as often as the middle one, the least half as often; at most 2
    value_weight: float = 1.0

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            _check_number(name, getattr(self, name), low, high)
        for reason, row in self.confirmations._asdict().items():
            _check_number(f"confirmations.{reason}.misses", row.misses, 2, 10)
            _check_number(f"confirmations.{reason}.seconds", row.seconds, 0, LONGEST)
        for name, shortest in _LADDERS.items():
            _check_ladder(name, getattr(self, name), shortest)
        if min(self.after_miss) < self.independent_after:
            raise UsageError(
                "The waits of after_miss must not be shorter than independent_after, or looks do not count."
            )
        weight: object = self.value_weight  # JSON may bring anything
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 2:
            raise UsageError("The setting value_weight of a plan must be a number from 0 to 2.")

    def confirmation(self, reason: str) -> Confirmation:
        """What makes a loss of a miss for this reason; a word that nobody knows asks for a day, too."""
        if reason not in Confirmations._fields:
            return self.confirmations.removed
        known: Confirmation = getattr(self.confirmations, reason)
        return known

    @classmethod
    def from_json(cls, text: str | None) -> WatchPlan:
        """The plan that a project keeps; None or an empty text stands for the defaults.

        Raises `UsageError` where the text is no plan.
        """
        if text is None or not text.strip():
            return DEFAULT_PLAN
        given = _object(text)
        unknown = sorted(set(given) - {field.name for field in fields(cls)})
        if unknown:
            known = ", ".join(field.name for field in fields(cls))
            raise UsageError(f"A plan has no setting “{unknown[0][:50]}”; it has {known}.")
        if "confirmations" in given:
            given["confirmations"] = _confirmations(given["confirmations"])
        for name in _LADDERS.keys() & given.keys():
            given[name] = tuple(given[name]) if isinstance(given[name], list) else given[name]
        return cls(**given)

    def to_json(self) -> str:
        """What differs from the defaults, as a JSON object."""
        mine, usual = asdict(self), asdict(DEFAULT_PLAN)
        changed = {name: value for name, value in mine.items() if value != usual[name]}
        if "confirmations" in changed:
            rows = zip(self.confirmations._fields, self.confirmations, _CONFIRMATIONS, strict=True)
            changed["confirmations"] = {reason: row._asdict() for reason, row, usual in rows if row != usual}
        return json.dumps(changed)


#: What each number may be. An interval is between an hour and thirty days.
_LIMITS: Final[dict[str, tuple[int, int]]] = {
    "independent_after": (60, DAY),
    "intermittent_looks": (2, 20),
    "intermittent_returns": (1, 10),
    "intermittent_memory": (DAY, 400 * DAY),
    "recovery_looks": (1, 10),
    "unreachable_event_after": (DAY, 90 * DAY),
    "new_every": (HOUR, LONGEST),
    "new_for": (0, 400 * DAY),
    "changed_every": (HOUR, LONGEST),
    "changed_for": (0, 400 * DAY),
    "normal_every": (HOUR, LONGEST),
    "stable_after": (DAY, 4_000 * DAY),
    "stable_every": (HOUR, LONGEST),
    "lost_every": (HOUR, LONGEST),
}
#: The shortest wait of each ladder: a look after a miss may follow soon, after a refusal it may not.
_LADDERS: Final[dict[str, int]] = {
    "after_miss": 60,
    "after_unreachable": 15 * 60,
    "after_blocked": HOUR,
    "after_unreadable": HOUR,
}
_MOST_RUNGS: Final = 30


def _check_number(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(f"The setting {name} of a plan must be a whole number from {low} to {high}.")


def _check_ladder(name: str, rungs: object, shortest: int) -> None:
    told = f"The setting {name} of a plan must be a list of 1 to {_MOST_RUNGS} waits in seconds"
    if not isinstance(rungs, tuple) or not 1 <= len(rungs) <= _MOST_RUNGS:
        raise UsageError(f"{told}.")
    for rung in rungs:
        if isinstance(rung, bool) or not isinstance(rung, int) or not shortest <= rung <= LONGEST:
            raise UsageError(f"{told}, each from {shortest} to {LONGEST}.")


def _object(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UsageError('A plan must be a JSON object such as {"normal_every": 259200}.')
    return given


def _confirmations(given: object) -> Confirmations:
    told = (
        "The setting confirmations of a plan must name reasons"
        f" ({', '.join(Confirmations._fields)}), each with whole numbers for misses and seconds."
    )
    if not isinstance(given, dict) or not given.keys() <= set(Confirmations._fields):
        raise UsageError(told)
    rows = _CONFIRMATIONS
    for reason, row in given.items():
        if not isinstance(row, dict) or not row.keys() <= set(Confirmation._fields):
            raise UsageError(told)
        rows = rows._replace(**{reason: getattr(rows, reason)._replace(**row)})
    return rows


#: What holds where a project has not said otherwise.
DEFAULT_PLAN: Final = WatchPlan()
