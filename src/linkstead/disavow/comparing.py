"""Two files compared by what they say, not by how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkstead.disavow.entries import Coverage

if TYPE_CHECKING:
    from linkstead.disavow.entries import Entry
    from linkstead.disavow.file import Document


class Difference(NamedTuple):
    """Entries of the newer file alone, of the older alone, and of both, in file order.

    `taken_back` are those of the older file that nothing in the newer one covers: uploading it makes their
    links count again, since an upload replaces the whole list.
    """

    added: list[Entry]
    removed: list[Entry]
    kept: list[Entry]
    taken_back: list[Entry]


def difference(older: Document, newer: Document) -> Difference:
    """What changed from one file to another; an entry that stands twice counts once."""
    before, after = dict.fromkeys(older.entries()), dict.fromkeys(newer.entries())
    removed = [entry for entry in before if entry not in after]
    now = Coverage(after)
    return Difference(
        [entry for entry in after if entry not in before],
        removed,
        [entry for entry in after if entry in before],
        [entry for entry in removed if now.of(entry) is None],
    )
