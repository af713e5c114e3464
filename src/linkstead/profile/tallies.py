"""Figures kept beside the rows: how many backlinks have which property.

`tally` counts backlinks per (dimension, item); `domain`, `target` and `anchor` rows carry their own
counts. Both change in the transaction that changes the rows: what a backlink counted for before is
taken away, what it counts for after is added. `rebuild` computes everything anew from the rows and
`differences` proves that both ways agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from linkstead.link import LinkStatus
from linkstead.profile.codes import FOLLOWED, STATE_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkstead.profile.store import Store

DAY: Final = 86_400
UNKNOWN_DAY: Final = -1

# dimensions of `tally`; the numbers are part of stored databases
STATE: Final = 1
FOLLOW: Final = 2
PLACEMENT: Final = 3
TLD: Final = 4
SOURCE: Final = 5
NEW_DAY: Final = 6
REPORTED_LOST: Final = 7
LOST_DAY: Final = 8

LIVE_CODE: Final = STATE_CODE[LinkStatus.LIVE]
LOST_CODE: Final = STATE_CODE[LinkStatus.LOST]

#: The columns of a backlink that figures depend on, in the order `Tallies.count` takes them.
COUNTED_COLUMNS: Final = (
    "domain_id",
    "target_id",
    "anchor_id",
    "tld_id",
    "state",
    "followed",
    "placement",
    "sources",
    "reported_lost",
    "first_seen",
    "lost_at",
)

OWNERS: Final = ("domain", "target", "anchor")


class Tallies:
    """Changes of figures, gathered over a batch and written at its end."""

    def __init__(self) -> None:
        self.items: defaultdict[tuple[int, int], int] = defaultdict(int)
        self.owners: dict[str, dict[int, list[int]]] = {name: {} for name in OWNERS}

    def count(self, rows: Sequence[tuple[Any, ...]], sign: int) -> None:
        """Add (+1) or take away (-1) what backlinks count for; rows as in COUNTED_COLUMNS."""
        if not rows:
            return
        domain, target, anchor, tld, state, followed, placement, sources, gone, first_seen, lost_at = zip(
            *rows, strict=True
        )
        for dim, column in ((STATE, state), (FOLLOW, followed), (PLACEMENT, placement), (TLD, tld)):
            self._add(dim, Counter(column), sign)
        self._add(REPORTED_LOST, Counter(gone), sign)
        self._add(NEW_DAY, Counter(map(_day, first_seen)), sign)
        lost_days = (
            at // DAY
            for at, told, is_now in zip(lost_at, gone, state, strict=True)
            if at is not None and (told or is_now == LOST_CODE)
        )
        self._add(LOST_DAY, Counter(lost_days), sign)
        for bits, n in Counter(sources).items():
            self._add(SOURCE, dict.fromkeys(bits_of(bits), n), sign)
        for owner, ids in (("domain", domain), ("target", target), ("anchor", anchor)):
            self._share(owner, ids, state, followed, sign)

    def _add(self, dim: int, counts: Mapping[int, int], sign: int) -> None:
        for item, n in counts.items():
            self.items[dim, item] += sign * n

    def _share(
        self, owner: str, ids: Sequence[int | None], states: Sequence[int], follows: Sequence[int], sign: int
    ) -> None:
        counts = self.owners[owner]
        present = set(states)
        parts = (
            Counter(ids),
            Counter(row for row, follow in zip(ids, follows, strict=True) if follow == FOLLOWED),
            _in_state(ids, states, LIVE_CODE) if LIVE_CODE in present else {},
            _in_state(ids, states, LOST_CODE) if LOST_CODE in present else {},
        )
        for column, part in enumerate(parts):
            for row_id, n in part.items():
                if row_id is not None:
                    if row_id not in counts:
                        counts[row_id] = [0, 0, 0, 0]
                    counts[row_id][column] += sign * n

    def write(self, store: Store, project_id: int) -> None:
        """Add the gathered changes to the stored figures, inside the running transaction."""
        changes = [(project_id, dim, item, n) for (dim, item), n in self.items.items() if n]
        store.many(
            "INSERT INTO tally (project_id, dim, item, links) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (project_id, dim, item) DO UPDATE SET links = tally.links + excluded.links",
            changes,
        )
        for owner in OWNERS:
            add_counts(store, owner, self.owners[owner])


def _in_state(ids: Sequence[int | None], states: Sequence[int], code: int) -> Counter[int | None]:
    return Counter(row for row, state in zip(ids, states, strict=True) if state == code)


def _day(moment: int | None) -> int:
    return UNKNOWN_DAY if moment is None else moment // DAY


@lru_cache(maxsize=4_096)
def bits_of(sources: int) -> tuple[int, ...]:
    """The source ids of a bit set; source ids count from 1."""
    found = []
    position = 1
    while sources:
        if sources & 1:
            found.append(position)
        sources >>= 1
        position += 1
    return tuple(found)


def add_counts(store: Store, owner: str, counts: dict[int, list[int]]) -> None:
    """Add (links, followed, live, lost) to rows of `owner` by id."""
    rows = [(*values, row_id) for row_id, values in counts.items() if any(values)]
    if not rows:
        return
    if store.dialect == "postgresql":
        store.execute(
            f"UPDATE {owner} AS o SET links = o.links + v.a, followed = o.followed + v.b,"
            " live = o.live + v.c, lost = o.lost + v.d FROM (SELECT unnest(?::bigint[]) AS a,"
            " unnest(?::bigint[]) AS b, unnest(?::bigint[]) AS c, unnest(?::bigint[]) AS d,"
            " unnest(?::bigint[]) AS id) AS v WHERE o.id = v.id",
            [list(column) for column in zip(*rows, strict=True)],
        )
        return
    store.many(
        f"UPDATE {owner} SET links = links + ?, followed = followed + ?, live = live + ?,"
        " lost = lost + ? WHERE id = ?",
        rows,
    )


def computed(store: Store, project_id: int) -> Tallies:
    """All figures of a project, counted anew from its backlinks."""
    tallies = Tallies()
    columns = ", ".join(COUNTED_COLUMNS)
    last = 0
    while True:
        rows = store.query(
            f"SELECT id, {columns} FROM backlink WHERE project_id = ? AND id > ? ORDER BY id LIMIT 20000",
            (project_id, last),
        )
        if not rows:
            return tallies
        tallies.count([row[1:] for row in rows], +1)
        last = int(rows[-1][0])


def differences(store: Store, project_id: int) -> list[str]:
    """Where stored figures and rows disagree, a sentence each; empty when all is well."""
    fresh = computed(store, project_id)
    found = _tally_differences(store, project_id, fresh)
    for owner in OWNERS:
        found += _owner_differences(store, project_id, owner, fresh.owners[owner])
    return found


def _tally_differences(store: Store, project_id: int, fresh: Tallies) -> list[str]:
    rows = store.query("SELECT dim, item, links FROM tally WHERE project_id = ?", (project_id,))
    stored = {(int(dim), int(item)): int(n) for dim, item, n in rows if n}
    counted = {key: n for key, n in fresh.items.items() if n}
    return [
        f"tally {key}: stored {stored.get(key, 0)}, counted {counted.get(key, 0)}"
        for key in sorted(stored.keys() | counted.keys())
        if stored.get(key, 0) != counted.get(key, 0)
    ]


def _owner_differences(store: Store, project_id: int, owner: str, fresh: dict[int, list[int]]) -> list[str]:
    rows = store.query(
        f"SELECT id, links, followed, live, lost FROM {owner} WHERE project_id = ?",
        (project_id,),
    )
    return [
        f"{owner} {row_id}: stored {tuple(stored)}, counted {tuple(fresh.get(row_id, (0, 0, 0, 0)))}"
        for row_id, *stored in rows
        if list(stored) != fresh.get(row_id, [0, 0, 0, 0])
    ]


def rebuild(store: Store, project_id: int) -> None:
    """Replace the stored figures by counted ones."""
    with store.transaction():
        fresh = computed(store, project_id)
        store.execute("DELETE FROM tally WHERE project_id = ?", (project_id,))
        for owner in OWNERS:
            store.execute(
                f"UPDATE {owner} SET links = 0, followed = 0, live = 0, lost = 0 WHERE project_id = ?",
                (project_id,),
            )
        fresh.write(store, project_id)
