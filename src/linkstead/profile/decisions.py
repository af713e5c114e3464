"""What people decided about referring domains: every decision with who, when and why; the last one stands.

    batch = decide(store, project_id, domain_ids, Decision.DISAVOW, who="ed@example.com", now=now)
    undo(store, project_id, batch, who="ed@example.com", now=now)

`decision_log` is only ever added to; `decision` is what stands, and follows from it. Undoing a batch brings
back what stood before it, but never touches a domain that somebody has decided about since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.errors import UsageError
from linkstead.link import Decision
from linkstead.profile import unjudged
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from linkstead.profile.store import Store

#: Characters of a note that are kept.
LONGEST_NOTE: Final = 500
#: Kinds of domains, beside one for each decision.
OPEN: Final = "open"
ALL: Final = "all"
_LOG: Final = ("id", "project_id", "batch", "domain_id", "decision", "note", "who", "at", "before_id")


class Decided(NamedTuple):
    """One decision on one domain; `decision` is None where one was taken back. `at` in epoch seconds."""

    decision: Decision | None
    note: str | None
    who: str
    at: int
    batch: int


class Undone(NamedTuple):
    """How many domains are again as before a batch, and how many were left: decided about since."""

    restored: int
    left: int


def decide(
    store: Store,
    project_id: int,
    domain_ids: Collection[int],
    decision: Decision | None,
    *,
    who: str,
    now: int,
    note: str = "",
) -> int:
    """Decide about domains at once (None takes back what stands); the batch's number.

    Domains that are none of the project's are passed over. Raises `UsageError` when none is left.
    """
    with store.transaction():
        store.take_turns([project_id])
        mine = store.lookup(
            f"SELECT d.id, s.log_id FROM domain d {_STANDING} WHERE d.project_id = {int(project_id)}"
            " AND d.id IN {keys}",
            sorted(set(domain_ids)),
        )
        return _write(store, project_id, [(int(d), log, decision) for d, log in mine], who, now, note)


def undo(store: Store, project_id: int, batch: int, *, who: str, now: int) -> Undone:
    """Bring back what stood before a batch. Raises `UsageError` when the project has no such batch."""
    with store.transaction():
        store.take_turns([project_id])
        rows = store.query(
            "SELECT l.domain_id, l.id,"
            " (SELECT max(o.id) FROM decision_log o WHERE o.domain_id = l.domain_id),"
            " (SELECT o.decision FROM decision_log o WHERE o.id = l.before_id)"
            " FROM decision_log l WHERE l.project_id = ? AND l.batch = ?",
            (project_id, batch),
        )
        if not rows:
            raise UsageError("There is no such decision to undo.")
        fresh = [(int(domain), own, before) for domain, own, last, before in rows if own == last]
        if fresh:
            before = [(domain, own, None if word is None else Decision(word)) for domain, own, word in fresh]
            _write(store, project_id, before, who, now, "undone")
    return Undone(len(fresh), len(rows) - len(fresh))


def counts(store: Store, project_id: int) -> dict[str, int]:
    """How many referring domains with links have each decision, none (OPEN), and in all (ALL)."""
    every = store.query(
        "SELECT decision, count(*) FROM decision WHERE project_id = ? GROUP BY decision", (project_id,)
    )
    # taken away rather than left out: they are few and an index names them, where the others are a million
    without_links: dict[Any, int] = dict(
        store.query(
            "SELECT s.decision, count(*) FROM domain d JOIN decision s ON s.domain_id = d.id"
            " WHERE d.project_id = ? AND d.links <= 0 GROUP BY s.decision",
            (project_id,),
        )
    )
    standing = {str(word): int(number) - int(without_links.get(word, 0)) for word, number in every}
    known = {word: number for word, number in standing.items() if number}
    whole = store.one("SELECT count(*) FROM domain WHERE project_id = ? AND links > 0", (project_id,))
    everything = int(whole[0]) if whole else 0
    return {OPEN: everything - sum(known.values()), ALL: everything, **known}


def history(store: Store, project_id: int, domain_id: int) -> list[Decided]:
    """Every decision on a domain, the newest first."""
    rows = store.query(
        "SELECT decision, note, who, at, batch FROM decision_log WHERE domain_id = ? AND project_id = ?"
        " ORDER BY id DESC",
        (domain_id, project_id),
    )
    return [decided(*row) for row in rows]


def ids_of(store: Store, project_id: int, names: Iterable[str]) -> list[int]:
    """The ids of referring domains by name; names that are none of the project's are left out."""
    keys = [identity_key(name) for name in names]
    sql = f"SELECT id FROM domain WHERE project_id = {int(project_id)} AND key IN {{keys}}"
    return [int(row[0]) for row in store.lookup(sql, keys)]


def standing_of(store: Store, domain_id: int) -> str | None:
    """The decision that stands about a domain, or None."""
    row = store.one("SELECT decision FROM decision WHERE domain_id = ?", (domain_id,))
    return None if row is None else str(row[0])


def links_of(store: Store, project_id: int, names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """(name, backlinks) of the project's referring domains among some names."""
    sql = f"SELECT name, links FROM domain WHERE project_id = {int(project_id)} AND key IN {{keys}}"
    for name, links in store.lookup(sql, [identity_key(name) for name in names]):
        yield str(name), int(links)


def standing(store: Store, project_id: int, *wanted: Decision) -> Iterator[tuple[str, Decided]]:
    """Domains and what was decided about them, by name; all decisions when none is named."""
    words = [str(one) for one in (wanted or tuple(Decision))]
    rows = store.query(
        "SELECT d.name, l.decision, l.note, l.who, l.at, l.batch FROM decision s"
        " JOIN domain d ON d.id = s.domain_id JOIN decision_log l ON l.id = s.log_id"
        f" WHERE s.project_id = ? AND s.decision IN ({', '.join('?' * len(words))}) ORDER BY d.name",
        (project_id, *words),
    )
    for name, *row in rows:
        yield str(name), decided(*row)


#: The decision that stands, and the last row of a domain's log (they differ where one was taken back).
_STANDING: Final = "LEFT JOIN decision s ON s.domain_id = d.id"


def _write(
    store: Store,
    project_id: int,
    rows: Sequence[tuple[int, int | None, Decision | None]],
    who: str,
    now: int,
    note: str,
) -> int:
    """Log rows of (domain, the row that stood, the decision), and what stands from now on."""
    if not rows:
        raise UsageError("None of these domains belongs to this project; choose some of its list.")
    batch, first = store.ids("decision_batch", 1), store.ids("decision_log", len(rows))
    kept = note.replace("\0", "").strip()[:LONGEST_NOTE] or None
    store.insert(
        "decision_log",
        _LOG,
        [
            (first + at, project_id, batch, domain, decision and str(decision), kept, who, now, before)
            for at, (domain, before, decision) in enumerate(rows)
        ],
    )
    store.execute(
        "DELETE FROM decision WHERE domain_id IN (SELECT domain_id FROM decision_log"
        " WHERE project_id = ? AND batch = ?)",
        (project_id, batch),
    )
    store.execute(
        "INSERT INTO decision (domain_id, project_id, decision, log_id) SELECT domain_id, project_id,"
        " decision, id FROM decision_log WHERE project_id = ? AND batch = ? AND decision IS NOT NULL",
        (project_id, batch),
    )
    unjudged.mark(store, project_id, (domain for domain, _, _ in rows))
    return batch


def decided(decision: str | None, note: str | None, who: str, at: int, batch: int) -> Decided:
    return Decided(None if decision is None else Decision(decision), note, who, int(at), int(batch))
