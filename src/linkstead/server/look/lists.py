"""What the list templates draw: a pager, a column head, a chip. Plain values, no rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pager:
    """Rows `first` to `last` of `total`; an address is None where there is no such page."""

    first: int
    last: int
    total: int | None
    total_is_exact: bool = True
    previous_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head. `url` sorts by it; `direction` is ascending, descending or empty."""

    label: str
    url: str | None = None
    direction: str = ""
    numeric: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of what is asked, such as "Target" "/guides/*", and the address without it."""

    label: str
    value: str
    remove_url: str
