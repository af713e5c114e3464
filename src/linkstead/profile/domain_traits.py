"""What each referring domain may share with others, kept so that comparing all of them reads no page anew."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkstead.profile.store import Store

_AT_ONCE: Final = 5_000


class TraitsRow(NamedTuple):
    """A simhash of the pages' make, accounts, an address block, a sketch of linked domains; None: unknown."""

    domain_id: int
    template: int | None
    ids: tuple[str, ...] | None
    block: str | None
    outlinked: tuple[int, ...] | None


def write(store: Store, project_id: int, rows: Iterable[TraitsRow]) -> None:
    """Keep what some domains may share, in place of what was kept, inside the running transaction."""
    store.many(
        "INSERT INTO domain_traits (domain_id, project_id, template, ids, block, outlinked)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (domain_id) DO UPDATE SET template = excluded.template,"
        " ids = excluded.ids, block = excluded.block, outlinked = excluded.outlinked",
        [
            (
                row.domain_id,
                project_id,
                row.template,
                None if row.ids is None else " ".join(row.ids),
                row.block,
                None if row.outlinked is None else _packed(row.outlinked),
            )
            for row in rows
        ],
    )


def every(store: Store, project_id: int) -> Iterator[TraitsRow]:
    """The traits of all domains of a project of which any page was read, by id."""
    after = 0
    while rows := store.query(
        "SELECT domain_id, template, ids, block, outlinked FROM domain_traits"
        " WHERE project_id = ? AND domain_id > ? ORDER BY domain_id LIMIT ?",
        (project_id, after, _AT_ONCE),
    ):
        yield from map(_row, rows)
        after = int(rows[-1][0])


def _row(row: tuple[Any, ...]) -> TraitsRow:
    domain_id, template, ids, block, outlinked = row
    return TraitsRow(
        int(domain_id),
        template,
        None if ids is None else tuple(ids.split()),
        block,
        None if outlinked is None else _unpacked(outlinked),
    )


def _packed(numbers: Iterable[int]) -> str:
    return b64encode(_swapped(array("q", numbers)).tobytes()).decode("ascii")


def _unpacked(text: str) -> tuple[int, ...]:
    numbers = array("q")
    numbers.frombytes(b64decode(text))
    return tuple(_swapped(numbers))


def _swapped(numbers: array[int]) -> array[int]:
    """To and from little-endian, so that a store may move to another kind of machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
