"""A source's arrivals in columns: one row per link, dated by the rules of `dating`.

Strings are stored once and rows hold their numbers, so that a million links are a few arrays. A row is `new`
when it is the first of a referring domain; the mix of anchors, suffixes and templates is counted over new
domains, since one template with a thousand pages is one decision of one person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from linkstead.quality.anomalies.dating import OUTSIDE, SETTLING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    type_ints = NDArray[np.int64]
    type_floats = NDArray[np.float64]
    type_bools = NDArray[np.bool_]

DAYS_A_WEEK: Final = 7
#: The texts of a row that are compared with the past, in the order of `Series.columns`.
MIXED: Final = ("anchor", "tld", "language", "shape")
#: A domain that another source had dated so many days before is not new: it was merely found late.
KNOWN_BEFORE: Final = SETTLING
#: Why the rows of such a domain's first day are not counted.
FOUND_LATE: Final = "known from another source long before"
#: A template with a thousand pages is one decision: no more links of a domain and day are counted.
ONE_DOMAIN_A_DAY: Final = 5
_LONGEST_TEXT: Final = 200
_NUMBERS: Final = re.compile(r"[0-9]+")
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")


class Arrival(NamedTuple):
    """A link as a source dates it: epoch day, referring domain and the path of the page; None is unknown."""

    day: int
    domain: str
    path: str
    anchor: str | None
    tld: str
    language: str | None
    placement: str | None
    authority: float | None
    followed: bool | None


@dataclass(frozen=True, slots=True)
class Series:
    """Arrivals in columns from `first` to `last` (epoch days); `known` says which of these days count.

    `columns` holds a number per row for each word of MIXED (-1: unknown), `names` what the numbers of these
    and of `domain` mean. `left_out` counts what was dropped, by reason.
    """

    source: str
    first: int
    last: int
    known: type_bools
    day: type_ints
    domain: type_ints
    new: type_bools
    authority: type_floats
    columns: Mapping[str, type_ints]
    names: Mapping[str, tuple[str, ...]]
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    def per_day(self, *, only_new: bool) -> type_ints:
        """New domains of each day from `first` on, or links: those of one domain count up to five."""
        if only_new:
            return np.bincount(self.day[self.new] - self.first, minlength=self.days).astype(np.int64)
        pairs = np.stack([self.day - self.first, self.domain], axis=1)
        days, links = np.unique(pairs, axis=0, return_counts=True) if len(pairs) else (pairs, pairs[:, 0])
        counted = np.bincount(days[:, 0], np.minimum(links, ONE_DOMAIN_A_DAY), minlength=self.days)
        return counted.astype(np.int64)


class _Numbers:
    """Gives each text a number, in the order of appearance."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def of(self, text: str | None) -> int:
        return -1 if not text else self.known.setdefault(text, len(self.known))


def shape_of(path: str) -> str | None:
    """The shape of a page's path: digits as `#`, lower case. A home page or a bare number has none."""
    shape = _NUMBERS.sub("#", path[:_LONGEST_TEXT].lower())
    return shape if any(character.isalpha() for character in shape) else None


def anchor_of(text: str | None) -> str | None:
    """An anchor text as it is compared: one line, case folded, cut."""
    return _SPACE.sub(" ", text[:_LONGEST_TEXT]).strip().casefold() or None if text else None


def series_of(
    arrivals: Iterable[Arrival],
    known_days: Iterable[int],
    *,
    source: str = "",
    first_days: Mapping[str, int] | None = None,
    left_out: Mapping[str, int] | None = None,
) -> Series:
    """Arrivals in columns, whatever their order.

    `known_days` are the epoch days that count (`dating.Steady.known`). `first_days` names the earliest day on
    which any source dates a domain: one that was dated long before is not new.
    """
    days = sorted(known_days)
    first, last = (days[0], days[-1]) if days else (0, -1)
    known = np.zeros(last - first + 1, dtype=np.bool_)
    known[np.array(days, dtype=np.int64) - first] = True
    dropped = dict(left_out or {})
    # sorted, so that the same rows in another order are the same series
    rows = sorted(_kept(arrivals, known, first, dropped), key=_order)
    numbered = _Rows()
    table = np.array([numbered.of(row) for row in rows], dtype=np.int64).reshape(-1, 2 + len(MIXED))
    authority = np.array([np.nan if a.authority is None else a.authority for a in rows], dtype=np.float64)
    new, late = _new(table[:, 0], table[:, 1], tuple(numbered.numbers["domain"].known), first_days or {})
    if late.any():
        dropped[FOUND_LATE] = int(late.sum())
        table, new, authority = table[~late], new[~late], authority[~late]
    return Series(
        source=source,
        first=first,
        last=last,
        known=known,
        day=table[:, 0],
        domain=table[:, 1],
        new=new,
        authority=authority,
        columns={word: table[:, 2 + place] for place, word in enumerate(MIXED)},
        names={word: tuple(each.known) for word, each in numbered.numbers.items()},
        left_out=dropped,
    )


def _order(row: Arrival) -> tuple[int, str, str, str]:
    return row.day, row.domain, row.path, row.anchor or ""


def _kept(
    arrivals: Iterable[Arrival], known: type_bools, first: int, dropped: dict[str, int]
) -> Iterator[Arrival]:
    days = {first + int(day) for day in np.flatnonzero(known)}
    for row in arrivals:
        if row.day in days:
            yield row
        else:
            dropped[OUTSIDE] = dropped.get(OUTSIDE, 0) + 1


class _Rows:
    """Rows in numbers; an anchor text that comes again is not made comparable again."""

    def __init__(self) -> None:
        self.numbers = {word: _Numbers() for word in ("domain", *MIXED)}
        self._anchors: dict[str | None, int] = {}

    def of(self, row: Arrival) -> tuple[int, ...]:
        anchor = self._anchors.get(row.anchor)
        if anchor is None:
            anchor = self._anchors[row.anchor] = self.numbers["anchor"].of(anchor_of(row.anchor))
        return (
            row.day,
            self.numbers["domain"].of(row.domain),
            anchor,
            self.numbers["tld"].of(row.tld),
            self.numbers["language"].of(row.language),
            self.numbers["shape"].of(shape_of(row.path)),
        )


def _new(
    day: type_ints, domain: type_ints, domains: tuple[str, ...], first_days: Mapping[str, int]
) -> tuple[type_bools, type_bools]:
    """The first row of each domain; and the rows of its first day where a source had dated it long before."""
    new = np.zeros(len(day), dtype=np.bool_)
    numbers, places, of = np.unique(domain, return_index=True, return_inverse=True)
    came = day[places]
    before = [first_days.get(domains[number], first) for number, first in zip(numbers, came, strict=True)]
    known = np.array(before, dtype=np.int64) < came - KNOWN_BEFORE
    new[places[~known]] = True
    return new, known[of] & (day == came[of])
