"""What a report is made of: plain values, the same for every format.

A `Report` knows nothing of HTML, fonts or time zones: figures are numbers, times are epoch seconds, and
texts are as strangers wrote them. Formats decide how that looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from linkstead.reports.words import METHOD

if TYPE_CHECKING:
    from linkstead.summary import MonthRow, Severity


class Kind(StrEnum):
    """What stands in a column, which decides how a format writes it."""

    TEXT = "text"
    URL = "url"
    PAGE = "page"
    LINK = "link"
    NUMBER = "number"
    SHARE = "share"
    STATE = "state"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Page:
    """A referring page in one cell: its title over its URL."""

    url: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a link says and where it leads in one cell: its text over its target."""

    text: str | None
    target: str | None


Cell: TypeAlias = "str | int | float | Page | Anchor | None"


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `total` is how many rows there are in all; `wide` tables hold whole links."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """Why a section has no rows, and what would fill it (or that nothing is to be done)."""

    why: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: a table, a chart over it if `months` is set, or `empty`."""

    id: str
    title: str
    lead: str
    table: Table | None
    empty: Empty | None
    months: tuple[MonthRow, ...] = ()
    half: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the strip, with a note below it. `state` names the glyph, if any."""

    key: str
    label: str
    value: int
    note: str
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A finding as the to-do list shows it: what to do first, then the reason, the count at the end."""

    rule: str
    severity: Severity
    action: str
    detail: str
    reason: str
    count: int
    evidence: Table | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a format needs. `tasks` are errors and warnings, `notices` good to know.

    `looked_at` is the number of links that have at least one look of our own.
    """

    site: str
    made_at: int
    lead: str
    provenance: str
    looked_at: int
    figures: tuple[Figure, ...]
    tasks: tuple[Task, ...]
    notices: tuple[Task, ...]
    sections: tuple[Section, ...]
    method: tuple[tuple[str, str], ...] = tuple(METHOD.items())
