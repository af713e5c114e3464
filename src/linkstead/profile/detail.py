"""Everything that is known of one backlink: what sources say, what our looks saw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile.codes import FOLLOW_WORDS, PLACEMENTS, STATES, rel_words
from linkstead.profile.queries import ListedLink, rows_by_id

if TYPE_CHECKING:
    from linkstead.profile.store import Store


@dataclass(frozen=True, slots=True)
class SourceSighting:
    """What one source says of one backlink. `metrics` are the vendor's own numbers, by their names."""

    source: str
    file: str
    row: int
    anchor_text: str | None
    rel: tuple[str, ...] | None
    first_seen: int | None
    last_seen: int | None
    lost_at: int | None
    lost_reason: str | None
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PastLookRow:
    """One of our looks at a backlink's page, newest first in lists.

    `state` is the backlink's after it, None of looks of before states were kept. `via`, `rendered` and
    `unchanged` are those of the `Verdict`; `intermittent` says that the link comes and goes. `evidence_id`
    is the record that was kept of the look.
    """

    checked_at: int
    outcome: str
    reason: str
    explanation: str
    http_status: int | None
    followed: bool | None
    nofollow_from: str | None
    indexable: bool | None
    noindex_from: str | None
    anchor_text: str | None
    rel: str | None
    placement: str | None
    hidden: str | None
    found_url: str | None
    final_url: str | None
    redirects: tuple[tuple[str, int, str], ...]
    tls_invalid: str | None
    left: str | None
    right: str | None
    links: int
    state: str | None
    via: str | None
    rendered: bool
    unchanged: bool
    intermittent: bool
    evidence_id: int | None


class PastMonth(NamedTuple):
    """Looks of one month (such as 2026-03) that were rolled up, by outcome."""

    month: str
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class LinkDetail:
    """Everything that is known of one backlink.

    `due_at` is its page's next appointment and `paused_at` since when its domain is left alone (epoch
    seconds). `records` are the kept copies of its page, newest first: (id, when). `months` are looks that
    were rolled up, newest first.
    """

    listed: ListedLink
    sightings: tuple[SourceSighting, ...]
    looks: tuple[PastLookRow, ...]
    page_id: int
    domain_id: int
    due_at: int | None
    paused_at: int | None
    records: tuple[tuple[int, int], ...]
    months: tuple[PastMonth, ...]


#: Looks and kept copies that are shown of one backlink; no page is read so often that more are of use.
_MOST: Final = 200


def link_detail(store: Store, project_id: int, backlink_id: int) -> LinkDetail | None:
    """One backlink with its sightings and looks; None when the project has no such link."""
    row = store.one(
        "SELECT p.id, p.domain_id, p.due_at, d.paused_at FROM backlink b JOIN page p ON p.id = b.page_id"
        " JOIN domain d ON d.id = p.domain_id WHERE b.id = ? AND b.project_id = ?",
        (backlink_id, project_id),
    )
    if row is None:
        return None
    page_id, domain_id, due_at, paused_at = row
    return LinkDetail(
        rows_by_id(store, [backlink_id])[0],
        _sightings(store, backlink_id),
        _looks(store, backlink_id),
        page_id,
        domain_id,
        due_at,
        paused_at,
        _records(store, page_id),
        _months(store, backlink_id),
    )


def _records(store: Store, page_id: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        (int(row_id), int(at))
        for row_id, at in store.query(
            f"SELECT id, at FROM evidence WHERE page_id = ? ORDER BY at DESC, id DESC LIMIT {_MOST}",
            (page_id,),
        )
    )


_COUNTED: Final = ("found", "missing", "blocked", "unreachable", "unreadable")


def _months(store: Store, backlink_id: int) -> tuple[PastMonth, ...]:
    rows = store.query(
        f"SELECT month, {', '.join(_COUNTED)} FROM look_month WHERE backlink_id = ? ORDER BY month DESC",
        (backlink_id,),
    )
    return tuple(
        PastMonth(
            f"{1970 + month // 12}-{month % 12 + 1:02d}",
            {word: int(count) for word, count in zip(_COUNTED, counts, strict=True) if count},
        )
        for month, *counts in rows
    )


def _sightings(store: Store, backlink_id: int) -> tuple[SourceSighting, ...]:
    rows = store.query(
        "SELECT s.slug, f.name, g.row_number, a.text, g.rel, g.first_seen, g.last_seen, g.lost_at,"
        " g.lost_reason, g.metrics FROM sighting g JOIN source s ON s.id = g.source_id"
        " LEFT JOIN import_file f ON f.id = g.file_id LEFT JOIN anchor a ON a.id = g.anchor_id"
        " WHERE g.backlink_id = ? ORDER BY g.first_seen, s.slug LIMIT 200",
        (backlink_id,),
    )
    return tuple(_sighting(row) for row in rows)


def _sighting(row: tuple[Any, ...]) -> SourceSighting:
    slug, name, number, anchor, rel, first_seen, last_seen, lost_at, lost_reason, metrics = row
    return SourceSighting(
        source=slug,
        file=name or "",
        row=number,
        anchor_text=anchor,
        rel=rel_words(rel) if rel else None,
        first_seen=first_seen,
        last_seen=last_seen,
        lost_at=lost_at,
        lost_reason=lost_reason,
        metrics=json.loads(metrics) if metrics else {},
    )


def _looks(store: Store, backlink_id: int) -> tuple[PastLookRow, ...]:
    rows = store.query(
        "SELECT l.checked_at, l.outcome, l.reason, l.explanation, l.http_status, l.followed,"
        " l.nofollow_from, l.indexable, l.noindex_from, a.text, l.rel, l.placement, l.hidden, l.found_url,"
        " l.final_url, l.redirects, l.tls_invalid, l.left_text, l.right_text, l.links, l.state, l.via,"
        " l.rendered, l.unchanged, l.intermittent, l.evidence_id FROM look l"
        " LEFT JOIN anchor a ON a.id = l.anchor_id WHERE l.backlink_id = ?"
        f" ORDER BY l.checked_at DESC LIMIT {_MOST}",
        (backlink_id,),
    )
    return tuple(PastLookRow(*_look_values(row)) for row in rows)


def _look_values(row: tuple[Any, ...]) -> list[Any]:
    """The columns of the question above, in the field order of PastLookRow."""
    values = list(row)
    values[5] = FOLLOW_WORDS[row[5]]
    values[7] = None if row[7] is None else bool(row[7])
    values[11] = PLACEMENTS[row[11]]
    values[15] = tuple(tuple(hop) for hop in json.loads(row[15])) if row[15] else ()
    values[20] = None if row[20] is None else STATES[row[20]].value
    values[22:25] = [bool(flag) for flag in row[22:25]]
    return values
