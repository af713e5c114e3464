"""Evidence as a monitor keeps it, with the rows that point to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetched import Fetched
from linkstead.profile import visited

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.profile.store import Store

DAY = 86_400


def keep(store: Store, project_id: int, page_id: int, folder: Path, *moments: int) -> list[int]:
    """A copy of a page at each of these moments, days apart and so a file each; the ids of their rows."""
    url = "https://site1.example.org/post"
    made = []
    with EvidenceBox(folder, "watch1") as box, store.transaction():
        for at in moments:
            kept = box.keep(Fetched(url, url, status=200, body=b"seen at %d" % at, fetched_at=at))
            row = visited.EvidenceRow(page_id, at, *kept, None)
            made.append(visited.keep_evidence(store, project_id, row))
    return made
