"""What a visit leaves on a page's row, on its evidence, and on incidents of our own network."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkstead.profile.appointments import WATCHED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.profile.store import Store


class PageVisit(NamedTuple):
    """The next appointment of a page and, where it was read, what makes the next look cheap.

    `run_id` is the check that was open when the visit began: one that somebody asked for in the meantime
    stays open, and so does its appointment. `read` says that the five columns behind it are to be written.
    """

    page_id: int
    run_id: int | None
    due_at: int
    read: bool = False
    read_at: int | None = None
    validated_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload: str | None = None
    evidence_id: int | None = None


def keep_visits(store: Store, project_id: int, visits: Sequence[PageVisit]) -> None:
    """Write what visits leave, inside the running transaction. Nobody's watching, no appointment."""
    row = store.one("SELECT watching FROM project WHERE id = ?", (project_id,))
    watching = row is not None and row[0] == WATCHED
    store.many(
        "UPDATE page SET run_id = NULL, due_at = CASE WHEN EXISTS (SELECT 1 FROM domain d"
        " WHERE d.id = page.domain_id AND d.paused_at IS NOT NULL) THEN NULL ELSE CAST(? AS BIGINT) END"
        " WHERE id = ? AND coalesce(run_id, 0) = ? AND due_at IS NOT NULL",
        [(v.due_at if watching else None, v.page_id, v.run_id or 0) for v in visits],
    )
    store.many(
        # a record that has had its time since the visit began is pointed to no more
        "UPDATE page SET read_at = ?, validated_url = ?, etag = ?, last_modified = ?, payload = ?,"
        " evidence_id = (SELECT e.id FROM evidence e WHERE e.id = ?) WHERE id = ?",
        [
            (v.read_at, v.validated_url, v.etag, v.last_modified, v.payload, v.evidence_id, v.page_id)
            for v in visits
            if v.read
        ],
    )


class EvidenceRow(NamedTuple):
    """Where a record of a page lies. `payload` is the digest of its body, `refers_to` the record with it."""

    page_id: int
    at: int
    kind: str
    file: str
    place: int
    length: int
    sha256: str
    payload: str
    refers_to: int | None


def keep_evidence(store: Store, project_id: int, row: EvidenceRow) -> int:
    """Enter a record that lies on disk already; its id."""
    found = store.one(
        "INSERT INTO evidence (project_id, page_id, at, kind, file, place, length, sha256, payload,"
        " refers_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (project_id, *row),
    )
    return int(found[0]) if found else 0


def evidence_rows(store: Store, ids: Sequence[int]) -> dict[int, EvidenceRow]:
    """Where these records lie, by id."""
    return {
        row[0]: EvidenceRow(*row[1:])
        for row in store.lookup(
            "SELECT id, page_id, at, kind, file, place, length, sha256, payload, refers_to FROM evidence"
            " WHERE id IN {keys}",
            ids,
        )
    }


NETWORK = "network"


def begin_incident(store: Store, kind: str, note: str, *, now: int) -> None:
    """Open an incident of the installation, unless it is open."""
    with store.transaction():
        store.execute(
            "INSERT INTO incident (kind, began_at, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (kind, now, note),
        )


def open_incident(store: Store, kind: str) -> str | None:
    """The note of the incident of this kind that is open, if one is."""
    row = store.one("SELECT note FROM incident WHERE kind = ? AND ended_at IS NULL", (kind,))
    return None if row is None else str(row[0] or "")


def end_incident(store: Store, kind: str, *, now: int) -> None:
    """Close an incident, if it is open."""
    with store.transaction():
        store.execute("UPDATE incident SET ended_at = ? WHERE kind = ? AND ended_at IS NULL", (now, kind))
