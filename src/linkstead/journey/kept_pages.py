"""Proven by our own copy: what a kept record of a look shows of a link, in the source of the page.

The bytes are a stranger's page, perhaps from a restored backup: they are unpacked and read in a child
process that can be killed. Nothing of a damaged record is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from linkstead.errors import StoreError
from linkstead.monitor.evidence import Kept, kept_bytes, read_kept
from linkstead.monitor.warc import REVISIT
from linkstead.page.bounded import BoundedCalls, Overrun
from linkstead.page.snippet import Snippet, snippets
from linkstead.profile import visited
from linkstead.urls import try_normalise_url

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from linkstead.profile.store import Store
    from linkstead.profile.visited import EvidenceRow

#: The worst page of 3 MiB takes a second and 350 MiB (see page.snippet); records may be larger.
SECONDS: Final = 6.0
MEGABYTES: Final = 768


class Places(NamedTuple):
    """Where a record lies and, for a revisit, where the record with its body does."""

    at: int
    kept: Kept
    referred: Kept | None


class ShownCopy(NamedTuple):
    """What a record shows: where it came from, `size` of the body in bytes, the links in its source.

    `at` is in epoch seconds. `truncated` says that the body is not whole, `has_body` that there is one.
    """

    url: str
    at: int
    status: int | None
    rendered: bool
    truncated: bool
    has_body: bool
    size: int
    snippets: tuple[Snippet, ...]


def places(store: Store, project_id: int, page_id: int, record_id: int) -> Places | None:
    """Where a record of this very page lies; None when the page has no such record."""
    row = visited.evidence_rows(store, [record_id]).get(record_id)
    if row is None or row.page_id != page_id or not _is_of_project(store, project_id, page_id):
        return None
    body = None if row.refers_to is None else visited.evidence_rows(store, [row.refers_to]).get(row.refers_to)
    return Places(row.at, kept_of(row), None if body is None or body.page_id != page_id else kept_of(body))


def _is_of_project(store: Store, project_id: int, page_id: int) -> bool:
    return store.one("SELECT 1 FROM page WHERE id = ? AND project_id = ?", (page_id, project_id)) is not None


def kept_of(row: EvidenceRow) -> Kept:
    """Where a record lies, as the monitor says it."""
    return Kept(row.kind, row.file, row.place, row.length, row.sha256, row.payload)


def as_warc(folder: Path, found: Places) -> bytes:
    """A WARC file of the record, with the one that holds its body before it. Raises `StoreError`."""
    parts = [found.kept] if found.referred is None else [found.referred, found.kept]
    return b"".join(kept_bytes(folder, part) for part in parts)


def shown_copy(folder: Path, found: Places, wanted: Collection[str]) -> ShownCopy:
    """Read a record and find the wanted links (absolute URLs) in its source.

    Raises `StoreError` where the record is gone or damaged, or would not be read within its limits.
    """
    with BoundedCalls(_read, workers=1, seconds=SECONDS, megabytes=MEGABYTES) as calls:
        answer = calls.submit(folder, found, frozenset(wanted)).result()
    if isinstance(answer, Overrun):
        raise StoreError("This copy is too large or too strange to be shown here; download it instead.")
    return answer


def _read(folder: Path, found: Places, wanted: Collection[str]) -> ShownCopy:
    """In the child."""
    record = read_kept(folder, found.kept, referred=found.referred)
    known = {try_normalise_url(url) or url for url in wanted}
    marked = snippets(
        record.body, record.url, record.headers, wanted=lambda url: (try_normalise_url(url) or url) in known
    )
    return ShownCopy(
        url=record.url,
        at=record.date,
        status=record.status,
        rendered=record.rendered,
        truncated=record.truncated is not None,
        has_body=bool(record.body) or record.kind != REVISIT,
        size=len(record.body),
        snippets=marked,
    )
