"""What the detection of anomalies reads: arrivals by the sources' own dates, imports, confirmed losses.

Days are whole days since the epoch. Rows are read in slices of backlink ids, so that memory stays bounded and
both engines stream alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile.codes import FOLLOW_OF_REL, FOLLOW_WORDS, PLACEMENTS, STATE_CODE
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkstead.profile.store import Store, type_row

DAY: Final = 86_400
_IDS_A_SLICE: Final = 50_000
_LOST: Final = STATE_CODE["lost"]


class DatedFile(NamedTuple):
    """One import of a source with dates of its own: its id, the day it was made, its first and last date."""

    source: str
    number: int
    at: int
    first: int
    last: int


class ArrivalRow(NamedTuple):
    """One link as one source dates it."""

    day: int
    domain: str
    page_url: str
    anchor: str | None
    tld: str
    language: str | None
    placement: str | None
    authority: float | None
    followed: bool | None


class EvidenceLink(NamedTuple):
    """One link of an incident: `first_seen` (epoch seconds) is the source's own date."""

    domain: str
    page_url: str
    target_url: str | None
    anchor: str | None
    source: str
    first_seen: int
    followed: bool | None


def dated_files(store: Store, project_id: int) -> list[DatedFile]:
    """The imports whose rows carry dates, in the order in which they were made."""
    rows = store.query(
        "SELECT source, id, created_at, first_seen_min, first_seen_max FROM import_file WHERE project_id = ?"
        " AND first_seen_min IS NOT NULL AND first_seen_max IS NOT NULL ORDER BY created_at, id",
        (project_id,),
    )
    return [DatedFile(str(s), int(i), at // DAY, low // DAY, high // DAY) for s, i, at, low, high in rows]


def told_per_day(store: Store, project_id: int) -> dict[str, dict[tuple[int, int | None], int]]:
    """Per source: how many links each import brought as its first, by (import, the source's day or None)."""
    told: dict[str, dict[tuple[int, int | None], int]] = {}
    for part in _slices(store, project_id):
        rows = store.query(
            f"SELECT s.slug, g.first_file_id, g.first_seen / {DAY}, count(*) FROM backlink b"
            " JOIN sighting g ON g.backlink_id = b.id JOIN source s ON s.id = g.source_id"
            " WHERE b.project_id = ? AND b.id >= ? AND b.id < ? GROUP BY 1, 2, 3",
            (project_id, *part),
        )
        for source, file_id, day, links in rows:
            of_source = told.setdefault(str(source), {})
            key = (int(file_id), None if day is None else int(day))
            of_source[key] = of_source.get(key, 0) + int(links)
    return told


def first_days(store: Store, project_id: int) -> dict[str, int]:
    """The earliest day on which any source dates each referring domain."""
    rows = store.query(
        f"SELECT d.name, e.day FROM (SELECT domain_id, min(first_seen) / {DAY} AS day FROM backlink"
        " WHERE project_id = ? AND first_seen IS NOT NULL GROUP BY domain_id) e"
        " JOIN domain d ON d.id = e.domain_id",
        (project_id,),
    )
    return {str(name): int(day) for name, day in rows}


def arrivals(store: Store, project_id: int, source: str, *, since: int) -> Iterator[ArrivalRow]:
    """The links that a source dates on `since` (epoch day) or later, a slice at a time."""
    for part in _slices(store, project_id):
        rows = store.query(
            "SELECT g.first_seen, d.name, p.url, a.text, t.name, p.language, g.placement, g.domain_metric,"
            " g.rel FROM backlink b JOIN sighting g ON g.backlink_id = b.id"
            " JOIN source s ON s.id = g.source_id JOIN page p ON p.id = b.page_id"
            " JOIN domain d ON d.id = b.domain_id JOIN tld t ON t.id = b.tld_id"
            " LEFT JOIN anchor a ON a.id = g.anchor_id"
            " WHERE b.project_id = ? AND b.id >= ? AND b.id < ? AND s.slug = ? AND g.first_seen >= ?",
            (project_id, *part, source, since * DAY),
        )
        yield from map(_arrival, rows)


def _arrival(row: type_row) -> ArrivalRow:
    seen, domain, url, anchor, tld, language, placement, authority, rel = row
    return ArrivalRow(
        seen // DAY, domain, url, anchor, tld, language, PLACEMENTS[placement], authority, _followed(rel)
    )


def _followed(rel: int) -> bool | None:
    return FOLLOW_WORDS[FOLLOW_OF_REL[rel]]


def losses_per_day(store: Store, project_id: int) -> dict[int, int]:
    """Domains with a link whose loss our looks have confirmed, by the day of the look that confirmed it."""
    rows = store.query(
        f"SELECT b.lost_at / {DAY}, count(DISTINCT b.domain_id) FROM backlink b WHERE b.project_id = ?"
        f" AND b.state = {_LOST} AND b.lost_at IS NOT NULL AND b.last_checked IS NOT NULL GROUP BY 1",
        (project_id,),
    )
    return {int(day): int(domains) for day, domains in rows}


def looks_per_day(store: Store, project_id: int) -> dict[int, int]:
    """How many looks said something (found or missing), per day. Days of an outage have none."""
    rows = store.query(
        f"SELECT checked_at / {DAY}, count(*) FROM look WHERE project_id = ?"
        " AND outcome IN ('found', 'missing') GROUP BY 1",
        (project_id,),
    )
    return {int(day): int(looks) for day, looks in rows}


def evidence_links(
    store: Store, project_id: int, domains: Iterable[str], *, first: int, last: int
) -> Iterator[EvidenceLink]:
    """Links of some domains that a source dates from `first` to `last` (epoch days), by domain and page."""
    within = _within(first, last)
    for row in store.lookup(
        "SELECT d.name, p.url, t.url, a.text, s.slug, g.first_seen, g.rel FROM domain d"
        " JOIN backlink b ON b.domain_id = d.id JOIN sighting g ON g.backlink_id = b.id"
        " JOIN source s ON s.id = g.source_id JOIN page p ON p.id = b.page_id"
        " JOIN target t ON t.id = b.target_id LEFT JOIN anchor a ON a.id = g.anchor_id"
        f" WHERE d.project_id = {project_id:d} AND {within} AND d.key IN {{keys}}"
        " ORDER BY d.name, p.url, g.first_seen, s.slug",
        # by name, since each slice of them is sorted for itself; by key, since that has an index
        [identity_key(name) for name in sorted(set(domains))],
    ):
        yield EvidenceLink(row[0], row[1], row[2] or None, row[3], row[4], int(row[5]), _followed(row[6]))


def count_links(store: Store, project_id: int, domains: Iterable[str], *, first: int, last: int) -> int:
    """How many links of some domains a source dates from `first` to `last` (epoch days)."""
    rows = store.lookup(
        "SELECT count(DISTINCT b.id) FROM domain d JOIN backlink b ON b.domain_id = d.id"
        " JOIN sighting g ON g.backlink_id = b.id"
        f" WHERE d.project_id = {project_id:d} AND {_within(first, last)} AND d.key IN {{keys}}",
        [identity_key(name) for name in set(domains)],
    )
    return sum(int(row[0]) for row in rows)


def _within(first: int, last: int) -> str:
    """Whole numbers of our own as words: the door for many keys takes no other values."""
    return f"g.first_seen >= {first * DAY:d} AND g.first_seen < {(last + 1) * DAY:d}"


def _slices(store: Store, project_id: int) -> Iterator[tuple[int, int]]:
    """Ranges of backlink ids, from (included) and to (left out), that hold a project's links."""
    row: tuple[Any, ...] | None = store.one(
        "SELECT min(id), max(id) FROM backlink WHERE project_id = ?", (project_id,)
    )
    if row is None or row[0] is None:
        return
    for start in range(int(row[0]), int(row[1]) + 1, _IDS_A_SLICE):
        yield start, start + _IDS_A_SLICE
