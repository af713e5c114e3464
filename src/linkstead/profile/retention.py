"""Old looks that say nothing new become figures per month; files that go are forgotten; space is given back.

Of the looks before a limit these remain, per backlink:

* the first and the last of them, and whatever belongs to the link's last ten looks;
* every look that differs from the one before or after it in outcome, reason, state or in what it saw;
* the look that the backlink's present state rests on, and every look that an event tells of;
* every miss since the link was last seen, up to the look that called it lost;
* when it comes back from a loss, the first twelve looks that saw it again, and all of two weeks.

So the present can still be rebuilt (`history.differences` stays empty), and the rules of monitor.state give
every kept look, and any further one, the same state as before: of a run of misses only what made the loss
bears on it, and of a run of sights only whether it lasted (`recovery_looks` of a plan, at most ten).

Everything is done in slices with a transaction each. Counting and deleting is one transaction, and what is
counted is what was deleted: work that was killed, or done twice at once, counts nothing twice.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.link import LinkStatus, Outcome
from linkstead.profile.codes import STATE_CODE
from linkstead.profile.slices import LINKS_A_SLICE, link_count, slices

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from linkstead.profile.slices import Counted, type_progress
    from linkstead.profile.store import Store

#: The latest looks of a link are always kept.
KEPT_LAST: Final = 10
#: After a loss, sights are kept until there are so many in a row, over so many seconds.
RECOVERY_LOOKS: Final = 12
RECOVERY_SECONDS: Final = 14 * 86_400
#: How many looks one transaction deletes at most: others wait for it no longer than a moment.
DELETED_AT_ONCE: Final = 20_000
_EVIDENCE_AT_ONCE: Final = 2_000
_LOST: Final = STATE_CODE[LinkStatus.LOST]

#: The columns of look_month, in its order.
OUTCOMES: Final = tuple(str(outcome) for outcome in Outcome)
_SAW: Final = (
    "followed",
    "nofollow_from",
    "indexable",
    "noindex_from",
    "anchor_id",
    "rel",
    "placement",
    "hidden",
    "found_url",
    "via",
    "link_type",
    "http_status",
)


class OldLook(NamedTuple):
    """A look as far as retention asks. `said` is all that would be something new."""

    look_id: int
    checked_at: int
    missing: bool
    found: bool
    lost: bool
    said: tuple[Any, ...]


@dataclass(slots=True)
class RolledUp:
    """What a roll-up did. `last_id` is the last backlink it saw: the next step goes on behind it.

    `finished` says that there is none behind it.
    """

    links: int = 0
    looks: int = 0
    last_id: int = 0
    finished: bool = False


def superfluous(looks: Sequence[OldLook], *, later: int, pinned: Collection[int]) -> list[int]:
    """The ids of old looks that may go. `looks` are oldest first, `later` is how many are not old."""
    kept = set(pinned)
    kept.update(look.look_id for look in looks[max(0, len(looks) - max(1, KEPT_LAST - later)) :])
    kept.update(look.look_id for look in looks[:1])
    for one, other in pairwise(looks):
        if one.said != other.said:
            kept.update((one.look_id, other.look_id))
    kept.update(_bearing_on_states(looks))
    return [look.look_id for look in looks if look.look_id not in kept]


def _bearing_on_states(looks: Sequence[OldLook]) -> list[int]:
    """The misses that make a loss, and the sights that end it."""
    kept: list[int] = []
    confirmed = recovering = False
    began, length = 0, 0
    for look in looks:
        if not look.found:
            length = 0
            if look.missing and not confirmed:
                kept.append(look.look_id)
            confirmed = confirmed or (look.missing and look.lost)
            continue
        recovering, confirmed = recovering or confirmed, False
        if recovering:
            kept.append(look.look_id)
            began, length = (began if length else look.checked_at), length + 1
            recovering = length < RECOVERY_LOOKS or look.checked_at - began < RECOVERY_SECONDS
    return kept


def roll_up(
    store: Store,
    project_id: int,
    *,
    older_than: int,
    after: int = 0,
    most_links: int | None = None,
    progress: type_progress | None = None,
) -> RolledUp:
    """Count looks before `older_than` (epoch seconds) that say nothing new into months, and delete them.

    With `after` and `most_links` it does one step: at most so many links behind that id.
    """
    rolled = RolledUp(last_id=after)
    total = link_count(store, project_id) if progress is not None else 0
    size = min(LINKS_A_SLICE, most_links or LINKS_A_SLICE)
    for part in slices(store, project_id, after=after, before=older_than, most=size):
        rolled.looks += _roll_up_slice(store, project_id, [c for c in part if c.older > 1], older_than)
        rolled.links += len(part)
        rolled.last_id = part[-1].backlink_id
        if progress is not None:
            progress(rolled.links, total)
        if most_links is not None and rolled.links >= most_links:
            return rolled
    rolled.finished = True
    return rolled


def _roll_up_slice(store: Store, project_id: int, links: Sequence[Counted], older_than: int) -> int:
    old = _old_looks(store, [c.backlink_id for c in links], older_than)
    pinned = _pinned(store, list(old))
    going: list[int] = []
    for counted in links:
        mine = old.get(counted.backlink_id, [])
        going += superfluous(
            mine, later=counted.looks - counted.older, pinned=pinned.get(counted.backlink_id, ())
        )
    for start in range(0, len(going), DELETED_AT_ONCE):
        _count_and_delete(store, project_id, going[start : start + DELETED_AT_ONCE])
    return len(going)


def _old_looks(store: Store, ids: Sequence[int], older_than: int) -> dict[int, list[OldLook]]:
    found: dict[int, list[OldLook]] = {}
    for backlink_id, look_id, at, unchanged, outcome, reason, state, flag, *saw in store.lookup(
        "SELECT backlink_id, id, checked_at, unchanged, outcome, reason, state, intermittent,"
        f" {', '.join(_SAW)} FROM look WHERE checked_at < {int(older_than)} AND backlink_id IN {{keys}}"
        " ORDER BY backlink_id, checked_at",
        ids,
    ):
        looks = found.setdefault(backlink_id, [])
        seen = outcome == Outcome.FOUND
        said = (outcome, reason, state, flag, *saw)
        if unchanged and seen and looks and looks[-1].found:
            # the server said “as before” (304): what was seen before holds
            said = (outcome, reason, state, flag, *looks[-1].said[4:])
        looks.append(OldLook(look_id, at, outcome == Outcome.MISSING, seen, state == _LOST, said))
    return found


def _pinned(store: Store, ids: Sequence[int]) -> dict[int, set[int]]:
    """The looks that present states rest on, and those that events tell of, by backlink."""
    pinned: dict[int, set[int]] = {}
    for question in (
        "SELECT id, look_id FROM backlink WHERE look_id IS NOT NULL AND id IN {keys}",
        (
            "SELECT l.backlink_id, l.id FROM event e JOIN look l ON l.backlink_id = e.backlink_id"
            " AND l.checked_at = e.at WHERE e.backlink_id IN {keys}"
        ),
    ):
        for backlink_id, look_id in store.lookup(question, ids):
            pinned.setdefault(backlink_id, set()).add(look_id)
    return pinned


def _count_and_delete(store: Store, project_id: int, look_ids: Sequence[int]) -> None:
    months: dict[tuple[int, int], Counter[str]] = {}
    with store.transaction():
        for backlink_id, at, outcome in store.lookup(
            "DELETE FROM look WHERE id IN {keys} RETURNING backlink_id, checked_at, outcome", look_ids
        ):
            months.setdefault((backlink_id, month_of(at)), Counter())[outcome] += 1
        added = ", ".join(f"{name} = look_month.{name} + excluded.{name}" for name in OUTCOMES)
        store.many(
            f"INSERT INTO look_month (backlink_id, month, project_id, {', '.join(OUTCOMES)})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            f" ON CONFLICT (backlink_id, month) DO UPDATE SET {added}",
            [
                (backlink_id, month, project_id, *(counts[name] for name in OUTCOMES))
                for (backlink_id, month), counts in sorted(months.items())
            ],
        )


def month_of(moment: int) -> int:
    """Months from 1970-01 (UTC) to an epoch second."""
    day = time.gmtime(moment)
    return (day.tm_year - 1970) * 12 + day.tm_mon - 1


def forget_evidence(store: Store, files: Sequence[str]) -> int:
    """Drop what points into evidence files that go; how many records that were.

    A page's last body is forgotten with them, so that the next look keeps it anew.
    """
    forgotten = 0
    for file in files:
        while rows := store.query(
            "SELECT id, page_id, project_id FROM evidence WHERE file = ? ORDER BY id LIMIT ?",
            (file, _EVIDENCE_AT_ONCE),
        ):
            with store.transaction():
                store.take_turns({int(row[2]) for row in rows})
                _forget(store, [int(row[0]) for row in rows], sorted({int(row[1]) for row in rows}))
            forgotten += len(rows)
    return forgotten


def _forget(store: Store, evidence: Sequence[int], pages: Sequence[int]) -> None:
    gone = f"({', '.join(str(row_id) for row_id in evidence)})"
    of_pages = f"({', '.join(str(row_id) for row_id in pages)})"
    store.execute(
        "UPDATE look SET evidence_id = NULL WHERE backlink_id IN (SELECT id FROM backlink"
        f" WHERE page_id IN {of_pages}) AND evidence_id IN {gone}"
    )
    store.execute(
        f"UPDATE page SET evidence_id = NULL, payload = NULL WHERE id IN {of_pages} AND evidence_id IN {gone}"
    )
    store.execute(f"UPDATE evidence SET refers_to = NULL WHERE page_id IN {of_pages} AND refers_to IN {gone}")
    store.execute(f"DELETE FROM evidence WHERE id IN {gone}")
