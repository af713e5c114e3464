"""What a monitor page shows: what is due, running, slow, blocked and paused, by host; rates and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile import hosts

if TYPE_CHECKING:
    from linkstead.profile.store import Store

HOUR: Final = 3_600
#: How far back “lately” goes (seconds).
LATELY: Final = 300
#: A page that is overdue for so long is late (seconds).
LATE: Final = 6 * HOUR
#: An answer that takes longer than this makes a host slow (seconds).
SLOW_SECONDS: Final = 5.0

#: What a host's row may be asked for, and the condition that says so; `:now` is the caller's clock in
#: appointments, `:here` the database's in leases.
KINDS: Final[dict[str, str]] = {
    "all": "1 = 1",
    "due": "EXISTS (SELECT 1 FROM page p WHERE p.domain_id = d.id AND p.due_at <= :now)",
    "running": "d.key = h.key AND h.holder IS NOT NULL AND h.lease_until > :here",
    "waiting": "d.key = h.key AND h.held_until > :here",
    "slow": f"(h.last_seconds > {SLOW_SECONDS} OR h.troubles > 0)",
    "blocked": "h.last_outcome = 'blocked'",
    "unreachable": "h.last_outcome IN ('unreachable', 'unreadable')",
    "paused": "d.paused_at IS NOT NULL",
}
#: Kinds with few hosts, which have an index of their own: these are found first and sorted then. The
#: others are met while walking down from the host with most links.
_FEW: Final = {
    "running": "crawl_host h CROSS JOIN domain d",
    "waiting": "crawl_host h CROSS JOIN domain d",
    "paused": "domain d LEFT JOIN crawl_host h ON h.key = d.key",
}
_ALL: Final = "domain d LEFT JOIN crawl_host h ON h.key = d.key"


class HostRow(NamedTuple):
    """One referring domain as the monitor sees it; times in epoch seconds, `seconds` of its last answer.

    `links`, `live` and `lost` count backlinks. `held_until` is what the host asked for (Retry-After), None
    when that is over.
    """

    domain_id: int
    name: str
    links: int
    live: int
    lost: int
    paused_at: int | None
    running: bool
    next_at: int | None
    last_at: int | None
    outcome: str | None
    reason: str | None
    seconds: float | None
    troubles: int
    held_until: int | None


class HostPage(NamedTuple):
    """Some hosts in order; `after` goes on behind the last of them, None at the end."""

    rows: list[HostRow]
    after: tuple[int, int] | None


def watched_hosts(
    store: Store,
    project_id: int,
    *,
    kind: str = "all",
    now: int,
    after: tuple[int, int] | None = None,
    name: str = "",
    limit: int = 50,
) -> HostPage:
    """The referring domains of a project of one of KINDS, those with most links first.

    `after` is (links, domain id) of the last row of the page before; `name` a part of the domain's name.
    """
    here = hosts.clock(store)
    where = KINDS[kind].replace(":now", str(int(now))).replace(":here", str(int(here)))
    values: list[object] = [project_id]
    if after is not None:
        where += " AND (d.links < ? OR (d.links = ? AND d.id < ?))"
        values += [after[0], after[0], after[1]]
    if name:
        where += " AND d.name LIKE ? ESCAPE '!'"
        values.append(f"%{name.lower().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%")
    # one column more than the index knows by keeps SQLite from walking where sorting is quicker
    order = "d.links + 0 DESC, d.id DESC" if kind in _FEW else "d.links DESC, d.id DESC"
    found = store.query(
        "SELECT d.id, d.name, d.links, d.live, d.lost, d.paused_at,"
        f" CASE WHEN h.holder IS NOT NULL AND h.lease_until > {int(here)} THEN 1 ELSE 0 END,"
        " (SELECT min(p.due_at) FROM page p WHERE p.domain_id = d.id AND p.due_at IS NOT NULL),"
        " h.last_at, h.last_outcome, h.last_reason, h.last_seconds, coalesce(h.troubles, 0),"
        f" CASE WHEN h.held_until > {int(here)} THEN h.held_until END FROM {_FEW.get(kind, _ALL)}"
        f" WHERE d.project_id = ? AND {where} ORDER BY {order} LIMIT {int(limit) + 1}",
        values,
    )
    rows = [_host(row) for row in found[:limit]]
    last = rows[-1] if rows and len(found) > limit else None
    return HostPage(rows, None if last is None else (last.links, last.domain_id))


def _host(row: tuple[Any, ...]) -> HostRow:
    values = list(row)
    values[6] = bool(row[6])
    return HostRow(*values)


class MonitorFigures(NamedTuple):
    """The state of a project's watching.

    `links` stand on the pages of `hosts`. `due` pages are due now, `late` ones for long, `next_day` within
    a day. `looks` counts looks of the last 24 hours by outcome, `by_hour` the same per hour, oldest first:
    (the hour's begin in epoch seconds, {outcome: looks}); `lately` are those of the last minutes.
    """

    links: int
    due: int
    late: int
    next_day: int
    next_at: int | None
    hosts: int
    running: int
    waiting: int
    paused: int
    looks: dict[str, int]
    by_hour: list[tuple[int, dict[str, int]]]
    lately: int


def figures(store: Store, project_id: int, *, now: int) -> MonitorFigures:
    """Everything that a monitor page tells in numbers; each reads a stretch of one index."""
    here = hosts.clock(store)
    known, links = store.one(
        "SELECT count(*), coalesce(sum(links), 0) FROM domain WHERE project_id = ? AND links > 0",
        (project_id,),
    ) or (0, 0)
    next_at = store.one(
        "SELECT min(due_at) FROM page WHERE project_id = ? AND due_at IS NOT NULL", (project_id,)
    ) or (None,)
    by_hour = _by_hour(store, project_id, now)
    looks: dict[str, int] = {}
    for _, counts in by_hour:
        for outcome, number in counts.items():
            looks[outcome] = looks.get(outcome, 0) + number
    return MonitorFigures(
        links=int(links),
        due=_due(store, project_id, now),
        late=_due(store, project_id, now - LATE),
        next_day=_due(store, project_id, now + 24 * HOUR),
        next_at=next_at[0],
        hosts=int(known),
        running=_hosts(store, project_id, f"h.holder IS NOT NULL AND h.lease_until > {int(here)}"),
        waiting=_hosts(store, project_id, f"h.held_until > {int(here)}"),
        paused=_count(
            store, "SELECT count(*) FROM domain WHERE project_id = ? AND paused_at IS NOT NULL", project_id
        ),
        looks=looks,
        by_hour=by_hour,
        lately=_count(
            store,
            "SELECT count(*) FROM look WHERE project_id = ? AND checked_at > ?",
            project_id,
            now - LATELY,
        ),
    )


def _count(store: Store, question: str, *values: int) -> int:
    row = store.one(question, values)
    return int(row[0]) if row else 0


def _due(store: Store, project_id: int, until: int) -> int:
    question = "SELECT count(*) FROM page WHERE project_id = ? AND due_at <= ?"
    return _count(store, question, project_id, until)


def _hosts(store: Store, project_id: int, condition: str) -> int:
    # CROSS JOIN: SQLite begins with the few hosts, not with all domains of the project
    return _count(
        store,
        "SELECT count(*) FROM crawl_host h CROSS JOIN domain d"
        f" WHERE d.key = h.key AND d.project_id = ? AND {condition}",
        project_id,
    )


def _by_hour(store: Store, project_id: int, now: int) -> list[tuple[int, dict[str, int]]]:
    """A question for each hour: grouping a whole day at once takes four times as long in SQLite."""
    first = (now // HOUR - 23) * HOUR
    return [
        (begin, {str(outcome): int(number) for outcome, number in _looks_of_hour(store, project_id, begin)})
        for begin in range(first, first + 24 * HOUR, HOUR)
    ]


def _looks_of_hour(store: Store, project_id: int, begin: int) -> list[tuple[Any, ...]]:
    return store.query(
        "SELECT outcome, count(*) FROM look WHERE project_id = ? AND checked_at >= ? AND checked_at < ?"
        " GROUP BY outcome",
        (project_id, begin, begin + HOUR),
    )


class HostLinks(NamedTuple):
    """Some backlinks of a referring domain, of the `links` that it has."""

    ids: list[int]
    links: int
    paused: bool


def has_more_pages(store: Store, project_id: int, number: int) -> bool:
    """Whether a project has more pages than that; counts no further."""
    return (
        _count(
            store,
            f"SELECT count(*) FROM (SELECT 1 FROM page WHERE project_id = ? LIMIT {int(number) + 1}) counted",
            project_id,
        )
        > number
    )


def host_name(store: Store, project_id: int, domain_id: int) -> str | None:
    """The name of a referring domain; None when it is none of the project's."""
    row = store.one("SELECT name FROM domain WHERE id = ? AND project_id = ?", (domain_id, project_id))
    return None if row is None else str(row[0])


def links_of_host(store: Store, project_id: int, domain_id: int, *, limit: int) -> HostLinks:
    """The first `limit` backlinks of a referring domain, those first that have waited longest for a look."""
    row = store.one(
        "SELECT links, paused_at FROM domain WHERE id = ? AND project_id = ?", (domain_id, project_id)
    )
    rows = store.query(
        "SELECT id FROM backlink WHERE domain_id = ? AND project_id = ?"
        f" ORDER BY coalesce(last_checked, 0), id LIMIT {int(limit)}",
        (domain_id, project_id),
    )
    links, paused = row or (0, None)
    return HostLinks([int(row[0]) for row in rows], int(links), paused is not None)


class Incident(NamedTuple):
    """Something that concerned the whole installation; `ended_at` is None while it goes on."""

    kind: str
    began_at: int
    ended_at: int | None
    note: str


def incidents(store: Store, *, limit: int = 20) -> list[Incident]:
    """The latest incidents, newest first."""
    rows = store.query(
        f"SELECT kind, began_at, ended_at, note FROM incident ORDER BY id DESC LIMIT {int(limit)}"
    )
    return [Incident(*row) for row in rows]
