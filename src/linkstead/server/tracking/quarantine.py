"""Rows that an import set aside, as a CSV file that may be opened without fear."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from linkstead.profile.files import every_quarantined_row
from linkstead.reports.cells import neutralise
from linkstead.server.tracking.stores import profile_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkstead.profile.store import Store


def as_csv(file_ids: Sequence[int]) -> Iterator[str]:
    """row, reason, content: slice by slice, so that a hundred thousand rows need no memory."""
    yield _line(("row", "reason", "content"))
    with profile_store() as store:
        for file_id in file_ids:
            yield from _rows(store, file_id)


def _rows(store: Store, file_id: int) -> Iterator[str]:
    for number, reason, raw in every_quarantined_row(store, file_id):
        yield _line((str(number), reason, neutralise(raw)))


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
