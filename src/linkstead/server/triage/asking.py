"""What a triage list is asked by its address, and the words of decisions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from linkstead.link import Decision
from linkstead.profile.decisions import ALL, OPEN
from linkstead.profile.triage import KINDS, LINKS, SORTS, WORST

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_NAME: Final = 253
_LARGEST: Final = 2**63 - 1
_MOST_ROWS: Final = 1_000


class Way(NamedTuple):
    """A decision as a button: its key, its name, what it means, and the past tense of a message."""

    decision: Decision
    key: str
    name: str
    meaning: str
    done: str


#: In the order of the buttons; the letters are free of the keys of every list (keys.js).
WAYS: Final = (
    Way(Decision.KEEP, "e", "Keep", "A good domain; nothing to do.", "kept"),
    Way(Decision.WATCH, "w", "Watch", "Not sure; look at it again later.", "watched"),
    Way(Decision.REMOVE, "r", "Ask for removal", "Write to its owner.", "marked for removal"),
    Way(Decision.DISAVOW, "d", "Disavow", "An entry for the disavow file.", "marked for the disavow file"),
    Way(Decision.WHITELIST, "l", "Whitelist", "Ours, a partner's, or beyond doubt.", "whitelisted"),
)
#: Kind -> (name of the tab, what its empty list says).
TABS: Final[dict[str, tuple[str, str]]] = {
    OPEN: ("Open", "Every referring domain has a decision. New domains appear here by themselves."),
    **{
        str(way.decision): (way.name, f"No domain is {way.done} yet. Choose some of the open list.")
        for way in WAYS
    },
    ALL: ("All", "No page of another site is known to link here yet."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of one list: its kind, a part of a name, the mark of the page before, the row to stand on.

    `sort` is empty where nobody chose an order.
    """

    kind: str = OPEN
    name: str = ""
    sort: str = ""
    after: tuple[float, int] | None = None
    at: int | None = None
    batch: int | None = None

    def order(self, *, judged: bool) -> str:
        """The order of the list: unless somebody chose one, the worst first where anything is judged."""
        return self.sort or (WORST if judged else LINKS)

    def address(self, **changes: object) -> str:
        """The question as the end of an address."""
        asked = replace(self, **changes)  # type: ignore[arg-type] # fields of ours
        parts = {
            "show": "" if asked.kind == OPEN else asked.kind,
            "name": asked.name,
            "sort": asked.sort,
            "after": "" if asked.after is None else f"{asked.after[0]!r}_{asked.after[1]}",
            "at": "" if asked.at is None else str(asked.at),
            "batch": "" if asked.batch is None else str(asked.batch),
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value})


def read(given: Mapping[str, str]) -> Asked:
    """What an address asks; what it spells wrong is left out."""
    kind, name = given.get("show", ""), given.get("name", "").strip().replace("\0", "")[:_LONGEST_NAME]
    after, sort = _mark(given.get("after", "")), given.get("sort", "")
    if sort not in SORTS:
        # a mark says nothing without its order; addresses that name none were those of most links first
        sort = "" if after is None else LINKS
    return Asked(
        kind if kind in KINDS else OPEN,
        name,
        sort,
        after,
        _number(given.get("at", ""), _MOST_ROWS),
        _number(given.get("batch", "")),
    )


def way_of(decision: str) -> Way | None:
    return next((way for way in WAYS if way.decision == decision), None)


def _mark(text: str) -> tuple[float, int] | None:
    """A sorted value and a row, as `Asked.address` writes them."""
    value, _, row = text.partition("_")
    known = _number(row)
    try:
        return None if known is None or not math.isfinite(float(value)) else (float(value), known)
    except ValueError:
        return None


def _number(text: str, most: int = _LARGEST) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= most else None
