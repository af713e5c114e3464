"""What the lists of the open index are drawn from: tabs, cells, tables, pagers. Plain values, no rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from linkstead.server.look.lists import Pager

if TYPE_CHECKING:
    from linkstead.server.atlas.asking import Asked

PAGE_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and where it leads; `is_outside` for pages of strangers."""

    text: str
    url: str = ""
    is_number: bool = False
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list with its column names (and whether each is of numbers), rows, pager, and a note.

    Or `facts`, each with its value, and no rows.
    """

    columns: list[tuple[str, bool]]
    rows: list[list[Cell]]
    pager: Pager | None
    note: str = ""
    facts: list[tuple[str, Cell]] = field(default_factory=list)

    def labelled(self) -> list[list[tuple[str, Cell]]]:
        """Each cell with its column's name, which narrow pages show beside it; the first one's is empty."""
        names = ["", *(name for name, _ in self.columns[1:])]
        return [list(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Tab:
    """One question: its name in the address and for people.

    `compares` with other domains, `filters` what of the link index it takes, or looks at `two_crawls`.
    """

    key: str
    name: str
    compares: bool = False
    filters: bool = False
    two_crawls: bool = False


def number(value: float | None, form: str = ",") -> Cell:
    """A number, or a dash where it is not known."""
    return Cell("–" if value is None else format(value, form), is_number=True)


def pager(asked: Asked, shown: int, *, more: bool, total: int | None) -> Pager:
    """Where a page of a list stands, and the pages beside it."""
    last = asked.start + shown
    return Pager(
        first=asked.start + 1 if shown else 0,
        last=last,
        total=total if total is not None else last + (1 if more else 0),
        total_is_exact=total is not None or not more,
        previous_url=asked.but(start=max(asked.start - PAGE_ROWS, 0)) if asked.start else None,
        next_url=asked.but(start=last) if more and last < asked.MOST_START else None,
    )
