"""Which referring domains are to be judged anew: those of which anything changed that judging asks.

    unjudged.mark(store, project_id, domain_ids)        # by whoever changes something, in one transaction
    while part := unjudged.after(store, project_id, last, 500):
        ...judge them...
        unjudged.settle(store, project_id, part)            # whoever was marked meanwhile stays marked

What changes with time alone, or with a domain's neighbours, is caught by judging what is too old. What all
judgements rest on (release, model, web graph, lists, the user's word on manual actions) is kept as a text:
where it differs, everything is judged anew.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.profile.columns import DOMAIN, judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkstead.profile.store import Store

_MARKED: Final = "INSERT INTO judgement_due (domain_id, project_id, stamp)"
_AGAIN: Final = "ON CONFLICT (domain_id) DO UPDATE SET stamp = excluded.stamp"


class Marked(NamedTuple):
    """A domain to be judged, and the moment of its last mark (nanoseconds)."""

    domain_id: int
    stamp: int


def mark(store: Store, project_id: int, domain_ids: Iterable[int]) -> None:
    """Have these domains judged anew."""
    stamp, ids = time.time_ns(), sorted(set(domain_ids))
    if not ids:
        return
    with store.transaction():
        # two who mark and unmark the same rows in two orders would wait for each other for ever
        store.take_turns([project_id])
        if store.dialect == "postgresql":
            given = "unnest(CAST(? AS BIGINT[])), CAST(? AS BIGINT), CAST(? AS BIGINT)"
            store.execute(f"{_MARKED} SELECT {given} {_AGAIN}", (ids, project_id, stamp))
        else:
            store.many(f"{_MARKED} VALUES (?, ?, ?) {_AGAIN}", ((each, project_id, stamp) for each in ids))


def mark_changed(
    store: Store, project_id: int, changes: Iterable[tuple[Sequence[Any], Sequence[Any]]]
) -> None:
    """Have the domains of those backlinks judged anew of which something changed that judging asks.

    `changes` are rows before and after, in the order of `BACKLINK_COLUMNS`.
    """
    mark(store, project_id, (row[DOMAIN] for before, row in changes if judged(before) != judged(row)))


def mark_linking(store: Store, target_ids: Iterable[int]) -> None:
    """Have the domains judged anew that link to these targets."""
    of_project: defaultdict[int, list[int]] = defaultdict(list)
    for project_id, domain_id in store.lookup(
        "SELECT DISTINCT project_id, domain_id FROM backlink WHERE target_id IN {keys}", target_ids
    ):
        of_project[int(project_id)].append(int(domain_id))
    for project_id, domain_ids in sorted(of_project.items()):
        mark(store, project_id, domain_ids)


def mark_all(store: Store, project_id: int) -> None:
    """Have every referring domain of a project judged anew."""
    _mark_those(store, project_id, "SELECT id, {} FROM domain WHERE project_id = ? AND links > 0")


def mark_older(store: Store, project_id: int, before: int) -> None:
    """Have those judged anew that were last judged before a moment (epoch seconds)."""
    older = f"project_id = ? AND judged_at < {int(before)}"
    _mark_those(store, project_id, f"SELECT domain_id, {{}} FROM domain_judgement WHERE {older}")


def _mark_those(store: Store, project_id: int, which: str) -> None:
    chosen = which.format("project_id, CAST(? AS BIGINT)")
    with store.transaction():
        store.take_turns([project_id])
        store.execute(f"{_MARKED} {chosen} {_AGAIN}", (time.time_ns(), project_id))


def after(store: Store, project_id: int, last: int, limit: int) -> list[Marked]:
    """The next marked domains, by id."""
    rows = store.query(
        "SELECT domain_id, stamp FROM judgement_due WHERE project_id = ? AND domain_id > ?"
        " ORDER BY domain_id LIMIT ?",
        (project_id, last, limit),
    )
    return [Marked(int(domain_id), int(stamp)) for domain_id, stamp in rows]


def settle(store: Store, project_id: int, judged_now: Iterable[Marked]) -> None:
    """Take marks away, inside the running transaction; of those marked since, the mark stays."""
    store.take_turns([project_id])
    store.many("DELETE FROM judgement_due WHERE domain_id = ? AND stamp = ?", judged_now)


def waiting(store: Store, project_id: int, most: int | None = None) -> int:
    """How many domains are marked; `most`: counted no further than that."""
    cut = "" if most is None else f" LIMIT {int(most)}"
    marks = f"SELECT 1 FROM judgement_due WHERE project_id = ?{cut}"
    row = store.one(f"SELECT count(*) FROM ({marks}) AS marks", (project_id,))
    return int(row[0]) if row else 0


def basis(store: Store, project_id: int) -> str | None:
    """What all judgements of a project rest on, as it was kept; None before the first judging."""
    row = store.one("SELECT judged_with FROM project WHERE id = ?", (project_id,))
    return None if row is None else row[0]


def begin_anew(store: Store, project_id: int, with_basis: str) -> None:
    """Have everything judged on another basis; whoever is stopped in the middle goes on there."""
    with store.transaction():
        mark_all(store, project_id)
        store.execute("UPDATE project SET judged_with = ? WHERE id = ?", (with_basis, project_id))
