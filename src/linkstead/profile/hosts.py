"""Leases on hosts: who may visit which registrable domain now.

A claim is one guarded update that raises the host's fence; on PostgreSQL it steps over rows that
others are claiming (SKIP LOCKED). Whoever writes proves its fences in the same transaction, so that a
process that only seemed dead changes nothing any more. Leases and rests go by the database's clock:
clocks of two machines are never compared. Appointments (`due_at`) go by the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linkstead.profile.store import Store

#: So long a process may be silent before its hosts are given to others (seconds).
LEASE_SECONDS: Final = 120


class HostLease(NamedTuple):
    """A host that is ours until its lease ends. `key` is identity_key(name)."""

    key: int
    name: str
    fence: int
    troubles: int


@dataclass(frozen=True, slots=True)
class Visited:
    """What is remembered of a host when it is given back; times and rests in seconds.

    `rest` is how long nobody shall come, `held_until` (epoch) what the host itself asked for,
    `troubles` how many slowing answers it gave in a row.
    """

    rest: float
    held_until: int | None
    visits: int
    troubles: int
    last_at: int | None
    outcome: str | None
    reason: str | None
    seconds: float | None


def clock(store: Store) -> int:
    """The database's own time in epoch seconds."""
    question = (
        "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint"
        if store.dialect == "postgresql"
        else "SELECT CAST(strftime('%s', 'now') AS INTEGER)"
    )
    row = store.one(question)
    return int(row[0]) if row else 0


#: A lease or a rest that ends later than this from now, and a wish to be left alone that ends later than
#: that, were entered by a clock that was wrong and has been put right since: they bind nobody (seconds).
_LONGEST_REST: Final = 3_600
_LONGEST_HELD: Final = 7 * 86_400 + _LONGEST_REST
#: Needs the moment and what it is with the two limits added, see `_moments`.
_AT_LIBERTY: Final = (
    "(lease_until IS NULL OR lease_until <= ? OR lease_until > ?) AND (free_at <= ? OR free_at > ?)"
    " AND (held_until IS NULL OR held_until <= ? OR held_until > ?)"
)


def _moments(here: int) -> tuple[int, ...]:
    return (here, here + _LONGEST_REST, here, here + _LONGEST_REST, here, here + _LONGEST_HELD)


_OF_PROJECT: Final = (
    " AND EXISTS (SELECT 1 FROM domain d JOIN page p ON p.domain_id = d.id"
    " WHERE d.key = h.key AND d.project_id = ? AND p.due_at <= ?)"
)


def claim(
    store: Store,
    holder: str,
    *,
    now: int,
    limit: int,
    seconds: int = LEASE_SECONDS,
    project_id: int | None = None,
) -> list[HostLease]:
    """Take the hosts that have waited longest and that nobody holds; of one project's pages, if named."""
    here = clock(store)
    only = "" if project_id is None else _OF_PROJECT
    wanted = () if project_id is None else (project_id, now)
    lock = " FOR UPDATE SKIP LOCKED" if store.dialect == "postgresql" else ""
    with store.transaction():
        rows = store.query(
            "UPDATE crawl_host SET holder = ?, fence = fence + 1, lease_until = ? WHERE key IN"
            f" (SELECT h.key FROM crawl_host h WHERE h.due_at <= ? AND {_AT_LIBERTY}{only}"
            f" ORDER BY h.due_at LIMIT ?{lock}) RETURNING key, name, fence, troubles",
            (holder, here + seconds, now, *_moments(here), *wanted, limit),
        )
    return [HostLease(*row) for row in rows]


def claim_one(
    store: Store, holder: str, key: int, name: str, *, seconds: int = LEASE_SECONDS
) -> HostLease | None:
    """Take one host by name, due or not; None while somebody else holds it or it wants to be left alone."""
    here = clock(store)
    with store.transaction():
        store.execute(
            "INSERT INTO crawl_host (key, name) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, name)
        )
        rows = store.query(
            "UPDATE crawl_host SET holder = ?, fence = fence + 1, lease_until = ? WHERE key = ?"
            f" AND {_AT_LIBERTY} RETURNING key, name, fence, troubles",
            (holder, here + seconds, key, *_moments(here)),
        )
    return HostLease(*rows[0]) if rows else None


def renew(store: Store, holder: str, *, seconds: int = LEASE_SECONDS) -> dict[int, int]:
    """Lengthen all leases of a holder; {key: fence} of those that it still has."""
    with store.transaction():
        if store.dialect == "postgresql":  # in the order in which everybody locks hosts
            store.query("SELECT key FROM crawl_host WHERE holder = ? ORDER BY key FOR UPDATE", (holder,))
        rows = store.query(
            "UPDATE crawl_host SET lease_until = ? WHERE holder = ? RETURNING key, fence",
            (clock(store) + seconds, holder),
        )
    return {int(key): int(fence) for key, fence in rows}


def still_ours(store: Store, holder: str, fences: Mapping[int, int]) -> set[int]:
    """Which of these hosts are still held with these fences; they stay so until the transaction ends."""
    lock = " FOR UPDATE" if store.dialect == "postgresql" else ""
    found = store.lookup(
        f"SELECT key, holder, fence FROM crawl_host WHERE key IN {{keys}} ORDER BY key{lock}", sorted(fences)
    )
    return {key for key, by, fence in found if by == holder and fences[key] == fence}


def release(store: Store, holder: str, given_back: Mapping[HostLease, Visited]) -> None:
    """Give hosts back, with their next appointment; inside the running transaction."""
    here = clock(store)
    store.many(
        "UPDATE crawl_host SET holder = NULL, lease_until = NULL, free_at = ?, held_until = ?,"
        " visits = visits + ?, troubles = ?, last_at = coalesce(?, last_at),"
        " last_outcome = coalesce(?, last_outcome), last_reason = coalesce(?, last_reason),"
        f" last_seconds = coalesce(?, last_seconds), due_at = {NEXT_APPOINTMENT}"
        " WHERE key = ? AND holder = ? AND fence = ?",
        [
            (
                here + round(v.rest),
                v.held_until,
                v.visits,
                v.troubles,
                v.last_at,
                v.outcome,
                v.reason,
                v.seconds,
                lease.key,
                holder,
                lease.fence,
            )
            for lease, v in sorted(given_back.items())
        ],
    )


#: The earliest appointment of a host's pages in all projects; each inner question reads one index entry.
NEXT_APPOINTMENT: Final = (
    "(SELECT min((SELECT min(p.due_at) FROM page p WHERE p.domain_id = d.id AND p.due_at IS NOT NULL))"
    " FROM domain d WHERE d.key = crawl_host.key)"
)


def end_if_silent(store: Store, lease_seconds: int) -> None:
    """Have PostgreSQL end this connection when its process stands still, or its machine is gone.

    Locks belong to connections, and a connection to nowhere lives on for hours. Whoever holds leases speaks
    several times within one; half a lease later than those its locks are free, too.
    """
    if store.dialect == "postgresql":
        limits = {
            "idle_in_transaction_session_timeout": lease_seconds,
            "idle_session_timeout": lease_seconds * 3 // 2,  # since PostgreSQL 14
        }
        for name, seconds in limits.items():
            store.query(
                "SELECT set_config(name, ?, false) FROM pg_settings WHERE name = ?", (f"{seconds}s", name)
            )


def holders(store: Store) -> set[str]:
    """The names of those who hold hosts."""
    return {
        str(row[0]) for row in store.query("SELECT DISTINCT holder FROM crawl_host WHERE holder IS NOT NULL")
    }


def let_go(store: Store, holders: Iterable[str]) -> int:
    """Free what dead processes held, without waiting for the leases to end; how many hosts."""
    with store.transaction():
        return sum(
            store.execute(
                "UPDATE crawl_host SET holder = NULL, lease_until = NULL WHERE holder = ?", (holder,)
            )
            for holder in sorted(holders)
        )


def let_go_all(store: Store) -> int:
    """Free every host, held or resting: for a store that nobody else works with. How many were held."""
    store.execute("UPDATE crawl_host SET free_at = 0 WHERE free_at > 0")
    return store.execute(
        "UPDATE crawl_host SET holder = NULL, lease_until = NULL, fence = fence + 1 WHERE holder IS NOT NULL"
    )


def note_appointments(store: Store, project_id: int, domain_ids: Sequence[int] | None = None) -> None:
    """Enter the hosts of a project's pages with their earliest appointments (of these domains, or all)."""
    question = (
        "INSERT INTO crawl_host (key, name, due_at) SELECT d.key, d.name,"
        " (SELECT min(p.due_at) FROM page p WHERE p.domain_id = d.id AND p.due_at IS NOT NULL)"
        " FROM domain d WHERE d.project_id = ?{only}"
        " AND EXISTS (SELECT 1 FROM page p WHERE p.domain_id = d.id AND p.due_at IS NOT NULL)"
        " ORDER BY d.key"  # everybody locks hosts in this order
        " ON CONFLICT (key) DO UPDATE SET due_at = CASE WHEN crawl_host.due_at < excluded.due_at"
        " THEN crawl_host.due_at ELSE excluded.due_at END"
    )
    if domain_ids is None:
        store.execute(question.replace("{only}", ""), (project_id,))
        return
    for start in range(0, len(domain_ids), 10_000):
        part = sorted(set(domain_ids[start : start + 10_000]))
        only = f" AND d.id IN ({', '.join('?' * len(part))})"
        store.execute(question.replace("{only}", only), (project_id, *part))


def resting(store: Store, *, now: int, project_id: int | None = None, within: int = 60) -> bool:
    """Whether a host has pages due that only its rest, or somebody's lease, keeps from being visited soon."""
    here = clock(store)
    only = "" if project_id is None else _OF_PROJECT
    wanted = () if project_id is None else (project_id, now)
    row = store.one(
        "SELECT 1 FROM crawl_host h WHERE h.due_at <= ? AND h.free_at <= ?"
        f" AND (h.held_until IS NULL OR h.held_until <= ?){only} LIMIT 1",
        (now, here + within, here + within, *wanted),
    )
    return row is not None
