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

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from linkstead.profile.store import Store

#: Characters of a note that are kept.
LONGEST_NOTE: Final = 500
#: What the queue may be asked for, beside each decision.
OPEN: Final = "open"
ALL: Final = "all"
KINDS: Final = (OPEN, *(str(one) for one in Decision), ALL)
_LOG: Final = ("id", "project_id", "batch", "domain_id", "decision", "note", "who", "at", "before_id")


class Decided(NamedTuple):
    """One decision on one domain; `decision` is None where one was taken back. `at` in epoch seconds."""

    decision: Decision | None
    note: str | None
    who: str
    at: int
    batch: int


class DomainRow(NamedTuple):
    """A referring domain in the queue: its counts, what sources say of it, and the decision that stands.

    `metric` is the highest vendor metric of its links, `first_seen` the earliest sight; `anchor` the anchor
    text that most of its links have, with how many.
    """

    domain_id: int
    name: str
    links: int
    followed: int
    live: int
    lost: int
    decided: Decided | None
    metric: float | None = None
    first_seen: int | None = None
    anchor: str | None = None
    anchor_links: int = 0


class Queue(NamedTuple):
    """Some domains, most links first; `after` goes on behind the last of them, None at the end."""

    rows: list[DomainRow]
    after: tuple[int, int] | None


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
    """Referring domains with links by kind of the queue."""
    rows = store.query(
        "SELECT s.decision, count(*) FROM decision s JOIN domain d ON d.id = s.domain_id"
        " WHERE s.project_id = ? AND d.links > 0 GROUP BY s.decision",
        (project_id,),
    )
    known = {str(word): int(number) for word, number in rows}
    whole = store.one("SELECT count(*) FROM domain WHERE project_id = ? AND links > 0", (project_id,))
    everything = int(whole[0]) if whole else 0
    return {OPEN: everything - sum(known.values()), ALL: everything, **known}


def queue(
    store: Store,
    project_id: int,
    *,
    kind: str = OPEN,
    name: str = "",
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> Queue:
    """Domains of one of KINDS, those with most links first; `name` is a part of the domain's name.

    `after` is (links, domain id) of the last row of the page before. Raises `UsageError` for another kind.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no list “{kind[:40]}”; there are {', '.join(KINDS)}.")
    where = "d.project_id = ? AND d.links > 0"
    given: list[object] = [project_id]
    if kind == OPEN:
        where += " AND s.domain_id IS NULL"
    elif kind != ALL:
        where += " AND s.decision = ?"
        given.append(kind)
    if after is not None:
        where += " AND (d.links < ? OR (d.links = ? AND d.id < ?))"
        given += [after[0], after[0], after[1]]
    if name:
        where += " AND d.name LIKE ? ESCAPE '!'"
        given.append(f"%{name.lower().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%")
    found = store.query(
        f"{_DOMAINS} WHERE {where} ORDER BY d.links DESC, d.id DESC LIMIT {int(limit) + 1}", given
    )
    rows = [_row(values) for values in found[:limit]]
    last = rows[-1] if len(found) > limit else None
    return Queue(_described(store, rows), None if last is None else (last.links, last.domain_id))


def domain(store: Store, project_id: int, domain_id: int) -> DomainRow | None:
    """One referring domain; None when it is none of the project's."""
    found = store.query(f"{_DOMAINS} WHERE d.project_id = ? AND d.id = ?", (project_id, domain_id))
    return _described(store, [_row(values) for values in found])[0] if found else None


def history(store: Store, project_id: int, domain_id: int) -> list[Decided]:
    """Every decision on a domain, the newest first."""
    rows = store.query(
        "SELECT decision, note, who, at, batch FROM decision_log WHERE domain_id = ? AND project_id = ?"
        " ORDER BY id DESC",
        (domain_id, project_id),
    )
    return [_decided(*row) for row in rows]


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
        yield str(name), _decided(*row)


#: The decision that stands, and the last row of a domain's log (they differ where one was taken back).
_STANDING: Final = "LEFT JOIN decision s ON s.domain_id = d.id"
_DOMAINS: Final = (
    "SELECT d.id, d.name, d.links, d.followed, d.live, d.lost, l.decision, l.note, l.who, l.at, l.batch"
    f" FROM domain d {_STANDING} LEFT JOIN decision_log l ON l.id = s.log_id"
)
_LAST: Final = (
    "JOIN (SELECT domain_id, max(id) AS log_id FROM decision_log GROUP BY domain_id) s ON s.domain_id = d.id"
)


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
    return batch


def _decided(decision: str | None, note: str | None, who: str, at: int, batch: int) -> Decided:
    return Decided(None if decision is None else Decision(decision), note, who, int(at), int(batch))


def _row(values: tuple[Any, ...]) -> DomainRow:
    domain_id, name, links, followed, live, lost, *decided = values
    stands = None if decided[0] is None else _decided(*decided)
    return DomainRow(int(domain_id), str(name), int(links), int(followed), int(live), int(lost), stands)


def _described(store: Store, rows: list[DomainRow]) -> list[DomainRow]:
    """Rows with what their links say: the highest metric, the first sight, the commonest anchor."""
    ids = [row.domain_id for row in rows]
    known = {
        int(domain): (metric, seen)
        for domain, metric, seen in store.lookup(
            "SELECT domain_id, max(metric), min(first_seen) FROM backlink WHERE domain_id IN {keys}"
            " GROUP BY domain_id",
            ids,
        )
    }
    anchors: dict[int, tuple[int, str]] = {}
    for domain, text, number in store.lookup(
        "SELECT b.domain_id, a.text, count(*) FROM backlink b JOIN anchor a ON a.id = b.anchor_id"
        " WHERE b.domain_id IN {keys} GROUP BY b.domain_id, a.text",
        ids,
    ):
        anchors[int(domain)] = max(anchors.get(int(domain), (0, "")), (int(number), str(text)))
    described = []
    for row in rows:
        metric, seen = known.get(row.domain_id, (None, None))
        number, text = anchors.get(row.domain_id, (0, None))
        described.append(row._replace(metric=metric, first_seen=seen, anchor=text, anchor_links=number))
    return described
