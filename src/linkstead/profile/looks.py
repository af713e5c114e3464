"""Our own looks at referring pages: what is due, and what was seen before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.link import LinkStatus, Outcome
from linkstead.profile.codes import FOLLOW_WORDS, PLACEMENTS, STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.link import Verdict
    from linkstead.profile.store import Store


class DueLink(NamedTuple):
    """A backlink that a look should judge; `target_url` is None when no source named it.

    `metric` (the source's own), `followed` and `placement` say what it is worth; `state` and `look_id` are
    of the last look.
    """

    backlink_id: int
    target_url: str | None
    first_seen: int | None = None
    metric: float | None = None
    followed: bool | None = None
    placement: str | None = None
    state: LinkStatus = LinkStatus.UNVERIFIED
    look_id: int | None = None
    last_checked: int | None = None


@dataclass(frozen=True, slots=True)
class DuePage:
    """A referring page to look at, with every link of it that we expect.

    `due_at` is the appointment and `run_id` the check that somebody asked for. `etag`, `last_modified`
    and where they came from (`validated_url`), `payload` and `evidence_id` are of the last body that was
    read; `read_at` is when. `facts_at` is when the page's facts were read (`profile.page_facts`).
    """

    page_id: int
    domain_id: int
    url: str
    links: tuple[DueLink, ...]
    project_id: int = 0
    due_at: int | None = None
    run_id: int | None = None
    read_at: int | None = None
    validated_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload: str | None = None
    evidence_id: int | None = None
    facts_at: int | None = None


class PastLook(NamedTuple):
    """An earlier look, as far as the state depends on it."""

    checked_at: int
    outcome: Outcome
    reason: str


class SeenLook(NamedTuple):
    """What an earlier look showed of a link, in words; `nofollow_from` and `noindex_from` as joined texts."""

    look_id: int
    checked_at: int
    outcome: Outcome
    reason: str
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
    via: str | None
    rendered: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on a backlink and the state that follows from it.

    `due_at` is the appointment that the look kept, None outside any. `copy_of` is the look whose facts
    still hold when the verdict is `unchanged`.
    """

    backlink_id: int
    verdict: Verdict
    state: LinkStatus
    intermittent: bool = False
    due_at: int | None = None
    evidence_id: int | None = None
    copy_of: int | None = None


_PAGE_COLUMNS: Final = (
    "p.id, p.domain_id, p.url, p.project_id, p.due_at, p.run_id, p.read_at, p.validated_url, p.etag,"
    " p.last_modified, p.payload, p.evidence_id,"
    " (SELECT f.at FROM page_facts f WHERE f.page_id = p.id)"
)


def due_on_host(
    store: Store, host_key: int, *, now: int, limit: int, project_id: int | None = None
) -> list[DuePage]:
    """The pages of a host that are due, in all projects or one, those that have waited longest first."""
    only = "" if project_id is None else " AND d.project_id = ?"
    wanted = () if project_id is None else (project_id,)
    rows = store.query(
        f"SELECT {_PAGE_COLUMNS} FROM domain d JOIN page p ON p.domain_id = d.id"
        f" WHERE d.key = ? AND p.due_at <= ?{only} ORDER BY p.due_at, p.id LIMIT ?",
        (host_key, now, *wanted, limit),
    )
    return _with_links(store, rows)


def pages(store: Store, page_ids: Sequence[int]) -> list[DuePage]:
    """The pages of these ids with their expected links, in the order given."""
    rows = store.lookup(f"SELECT {_PAGE_COLUMNS} FROM page p WHERE p.id IN {{keys}}", page_ids)
    found = {page.page_id: page for page in _with_links(store, list(rows))}
    return [found[page_id] for page_id in page_ids if page_id in found]


def _with_links(store: Store, rows: Sequence[tuple[Any, ...]]) -> list[DuePage]:
    links: dict[int, list[DueLink]] = {}
    for page_id, *values in store.lookup(
        "SELECT b.page_id, b.id, t.url, b.first_seen, b.metric, b.followed, b.placement, b.state, b.look_id,"
        " b.last_checked FROM backlink b JOIN target t ON t.id = b.target_id"
        " WHERE b.page_id IN {keys} ORDER BY b.id",
        [row[0] for row in rows],
    ):
        links.setdefault(page_id, []).append(_link(values))
    return [
        DuePage(page_id, domain_id, url, tuple(links.get(page_id, ())), *rest)
        for page_id, domain_id, url, *rest in rows
    ]


def _link(values: list[Any]) -> DueLink:
    row_id, url, first_seen, metric, followed, placement, state, look_id, last_checked = values
    words = (FOLLOW_WORDS[followed], PLACEMENTS[placement], STATES[state])
    return DueLink(row_id, url or None, first_seen, metric, *words, look_id, last_checked)


def past_looks(store: Store, backlink_ids: Sequence[int], *, since: int = 0) -> dict[int, list[PastLook]]:
    """The earlier looks by backlink, oldest first."""
    found: dict[int, list[PastLook]] = {}
    for backlink_id, checked_at, outcome, reason in store.lookup(
        "SELECT backlink_id, checked_at, outcome, reason FROM look WHERE backlink_id IN {keys}"
        f" AND checked_at >= {int(since)} ORDER BY backlink_id, checked_at",
        backlink_ids,
    ):
        found.setdefault(backlink_id, []).append(PastLook(checked_at, Outcome(outcome), reason))
    return found


def last_found(store: Store, backlink_ids: Sequence[int]) -> dict[int, SeenLook]:
    """What the last look that found each link showed, by backlink."""
    rows = store.lookup(
        "SELECT b.id, l.id, l.checked_at, l.outcome, l.reason, l.http_status, l.followed, l.nofollow_from,"
        " l.indexable, l.noindex_from, a.text, l.rel, l.placement, l.hidden, l.found_url, l.via, l.rendered"
        " FROM backlink b JOIN look l ON l.id = (SELECT f.id FROM look f WHERE f.backlink_id = b.id"
        " AND f.outcome = 'found' ORDER BY f.checked_at DESC LIMIT 1)"
        " LEFT JOIN anchor a ON a.id = l.anchor_id WHERE b.id IN {keys}",
        backlink_ids,
    )
    return {row[0]: _seen(row[1:]) for row in rows}


def _seen(row: tuple[Any, ...]) -> SeenLook:
    values = list(row)
    values[2] = Outcome(row[2])
    values[5] = FOLLOW_WORDS[row[5]]
    values[7] = None if row[7] is None else bool(row[7])
    values[11] = PLACEMENTS[row[11]]
    values[15] = bool(row[15])
    return SeenLook(*values)
