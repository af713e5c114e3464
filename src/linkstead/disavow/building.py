"""From decisions to a file: what was decided is added, nothing is lost, nothing stands twice."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from linkstead.disavow.entries import Coverage, Entry, EntryKind
from linkstead.disavow.file import Document, added, empty
from linkstead.disavow.lint import MOST_BYTES, MOST_LINES
from linkstead.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Wanted(NamedTuple):
    """An entry that somebody decided on, and why (becomes a comment above it; may be empty)."""

    entry: Entry
    reason: str = ""


class Built(NamedTuple):
    """The file; which entries are new in it, and which were left out since another covers them."""

    document: Document
    added: list[Entry]
    covered: list[tuple[Entry, Entry]]


def build(wanted: Iterable[Wanted], onto: Document | None = None) -> Built:
    """Add entries to a file (or begin one), grouped by reason; those that it covers already are left out.

    Raises `InputError` when the file would be larger than Google takes.
    """
    document = onto if onto is not None else empty()
    known = Coverage(document.entries())
    chosen = list({one.entry: one for one in wanted}.values())
    among = Coverage(one.entry for one in chosen)
    new: defaultdict[str, list[Entry]] = defaultdict(list)
    covered: list[tuple[Entry, Entry]] = []
    for one in chosen:
        wider = known.of(one.entry) or _wider(one.entry, among)
        if wider is not None:
            covered.append((one.entry, wider))
        else:
            new[one.reason].append(one.entry)
    for reason, entries in new.items():
        document = added(document, sorted(entries, key=lambda entry: (entry.host, entry.value)), reason)
    _must_fit(document)
    return Built(document, [entry for entries in new.values() for entry in entries], covered)


def _wider(entry: Entry, among: Coverage) -> Entry | None:
    """An entry that covers this one and is not itself."""
    if entry.kind is EntryKind.DOMAIN:
        return among.of_host(entry.value.partition(".")[2])
    return among.of_host(entry.host)


def _must_fit(document: Document) -> None:
    if len(document.lines) > MOST_LINES or document.size > MOST_BYTES:
        raise InputError(
            f"The file would have {len(document.lines):,} lines and {document.size:,} bytes; Google takes"
            f" {MOST_LINES:,} lines and {MOST_BYTES:,} bytes. Decide on domains instead of single pages, or"
            " leave out those whose links are lost."
        )
