"""History rebuilds the present: what a backlink's looks make of it, and where the stored row disagrees.

A look is a row that is never changed; `recording.record` keeps the present state beside it. `differences`
folds every backlink's looks anew, in the order of their moments, and names each column in which the stored
row says something else; `rebuild` writes what the looks say. Both read bounded slices.

Exact, for every link that we have looked at: state, last checked, last look; and once a look found it
followed, rel, anchor, placement and type (of the last look that read it) and the moment of its loss. For a
link that nobody has looked at: that it is unverified, and followed as its rel says. A bound only: first seen
and last seen lie around all sightings and looks that are kept.

What cannot be told, and why:

* rel, anchor, placement, type and reported lost of a link that no look found. They come from the sources in
  the order in which their files arrived, and a source that tells anew writes over what it told before.
* the exact first and last seen, for the same reason: an earlier telling may have been written over.
* the target of a link whose target our look named: another link of the page may have had it already.
* states and link types of looks that Linkstead 0.1 wrote: those looks do not carry them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from linkstead.link import REASON_OUTCOME, LinkAttributes, LinkStatus, Outcome
from linkstead.profile import soundness, tallies, unjudged
from linkstead.profile.codes import FOLLOW_OF_REL, STATE_CODE, STATES, rel_bits
from linkstead.profile.columns import (
    BACKLINK_COLUMNS,
    FIRST_SEEN,
    ID,
    LAST_SEEN,
    LOST_AT,
    REPORTED_LOST,
    STATE,
    counted,
)
from linkstead.profile.slices import link_count, slices
from linkstead.profile.tallies import Tallies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkstead.profile.slices import type_progress
    from linkstead.profile.store import Store

#: A slice that is written must not keep other writers waiting.
LINKS_A_WRITE: Final = 5_000

_OUTCOME_OF: Final = {str(reason): str(outcome) for reason, outcome in REASON_OUTCOME.items()}
_COLUMNS: Final = (*BACKLINK_COLUMNS, "look_id")
_LOST: Final = STATE_CODE[LinkStatus.LOST]
_UNVERIFIED: Final = STATE_CODE[LinkStatus.UNVERIFIED]


class StateRule(Protocol):
    """The state after a look, by the looks before it, oldest first (journey.upkeep has the monitor's)."""

    def __call__(self, past: Sequence[LookFacts], look: LookFacts, /) -> LinkStatus: ...


class LookFacts(NamedTuple):
    """One look as far as the present follows from it; codes as stored."""

    backlink_id: int
    look_id: int
    project_id: int
    checked_at: int
    outcome: str
    reason: str
    state: int | None
    unchanged: int
    followed: int
    anchor_id: int | None
    rel: str | None
    placement: int
    link_type: int  # 0: not known


_LOOKS: Final = (
    "SELECT backlink_id, id, project_id, checked_at, outcome, reason, state, unchanged, followed, anchor_id,"
    " rel, placement, link_type FROM look WHERE backlink_id IN {keys} ORDER BY backlink_id, checked_at"
)


@dataclass(slots=True)
class Present:
    """What looks alone make of a backlink. None: they say nothing of it."""

    look_id: int | None = None
    last_checked: int | None = None
    state: int | None = _UNVERIFIED
    found_at: int | None = None
    lost_at: int | None = None
    loss_known: bool = True  # False: among the looks that tell are some without a state
    followed: int | None = None
    link: tuple[int | None, int, int] | None = None  # anchor id, rel bits, placement
    link_type: int | None = None

    def take(self, look: LookFacts) -> None:
        """Go on by one look, later than all before it."""
        before = self.state
        self.look_id, self.last_checked, self.state = look.look_id, look.checked_at, look.state
        if look.outcome == Outcome.FOUND:
            self.found_at, self.lost_at, self.loss_known = look.checked_at, None, True
            if not look.unchanged:
                self._take_link(look)
        elif look.state == _LOST and before != _LOST:
            self.lost_at = look.checked_at
        self.loss_known &= look.state is not None

    def _take_link(self, look: LookFacts) -> None:
        self.followed = look.followed
        if look.rel is not None:
            a = LinkAttributes.from_rel(tuple(look.rel.split()))
            self.link = (look.anchor_id, rel_bits(a.nofollow, a.ugc, a.sponsored), look.placement)
            self.link_type = look.link_type or None


def present(looks: Iterable[LookFacts]) -> Present:
    """Fold one backlink's looks, oldest first."""
    folded = Present()
    for look in looks:
        folded.take(look)
    return folded


def _looks_of(store: Store, ids: Sequence[int]) -> dict[int, list[LookFacts]]:
    found: dict[int, list[LookFacts]] = {}
    for values in store.lookup(_LOOKS, ids):
        found.setdefault(values[0], []).append(LookFacts(*values))
    return found


def _rows_of(store: Store, ids: Sequence[int], *, locked: bool = False) -> list[tuple[Any, ...]]:
    lock = " FOR UPDATE" if locked and store.dialect == "postgresql" else ""
    question = f"SELECT {', '.join(_COLUMNS)} FROM backlink WHERE id IN {{keys}} ORDER BY id{lock}"
    return list(store.lookup(question, ids))


def _told(store: Store, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """(backlink, the earliest, the latest) that sources still tell, by backlink."""
    question = (
        "SELECT backlink_id, min(first_seen), max(last_seen) FROM sighting WHERE backlink_id IN {keys}"
        " GROUP BY backlink_id"
    )
    return {row[0]: row for row in store.lookup(question, ids)}


# -- comparing -----------------------------------------------------------------------------------


def differences(
    store: Store,
    project_id: int,
    *,
    state_rule: StateRule | None = None,
    progress: type_progress | None = None,
) -> Iterator[str]:
    """Where the stored present and history disagree, a sentence each; nothing when all is well.

    All questions see one moment, so that a running monitor does no harm. `state_rule` proves besides
    that every look's own state follows from the looks before it, as long as the rule is the one by which
    they were judged. `progress` is told (links, of links).
    Of a damaged file (see soundness.py) only the damage is told: what else its rows say means nothing.
    """
    with _one_moment(store):
        if broken := soundness.damage(store):
            yield from (f"the file is damaged: {what}" for what in broken)
            return
        yield from soundness.altered_texts(store, project_id)
        total, done = link_count(store, project_id), 0
        for part in slices(store, project_id):
            yield from _slice_differences(store, project_id, [c.backlink_id for c in part], state_rule)
            done += len(part)
            if progress is not None:
                progress(done, total)
        yield from soundness.strays(store, project_id)
        yield from tallies.differences(store, project_id)


@contextmanager
def _one_moment(store: Store) -> Iterator[None]:
    """A transaction that only reads, and sees the store as it is at its start."""
    store.execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if store.dialect == "postgresql" else "BEGIN"
    )
    try:
        yield
    finally:
        store.execute("ROLLBACK")


def _slice_differences(
    store: Store, project_id: int, ids: Sequence[int], state_rule: StateRule | None
) -> Iterator[str]:
    looks = _looks_of(store, ids)
    told = _told(store, ids)
    for row in _rows_of(store, ids):
        mine = looks.get(row[ID], [])
        wrong = [*_row_differences(row, present(mine)), *_bounds(row, mine, told.get(row[ID]))]
        wrong += _look_differences(mine, project_id, state_rule)
        for sentence in wrong:
            yield f"backlink {row[ID]}: {sentence}"


def _row_differences(row: Sequence[Any], folded: Present) -> list[str]:
    """The columns in which a stored row (BACKLINK_COLUMNS, look_id) is not what its looks say."""
    wanted = _wanted(row, folded)
    return [
        f"{column} stored {_words(column, stored)}, by its looks {_words(column, wanted[column])}"
        for column, stored in zip(_COLUMNS, row, strict=True)
        if column in wanted and stored != wanted[column]
    ]


def _wanted(row: Sequence[Any], folded: Present) -> dict[str, Any]:
    """The values that looks make certain, by column."""
    stored = dict(zip(BACKLINK_COLUMNS, row, strict=False))
    wanted: dict[str, Any] = {"last_checked": folded.last_checked, "look_id": folded.look_id}
    if folded.state is not None:
        wanted["state"] = folded.state
    if folded.followed is not None:
        wanted["followed"] = folded.followed
    elif folded.found_at is None:
        wanted["followed"] = FOLLOW_OF_REL[stored["rel"] & 15]
    if folded.link is not None:
        wanted["anchor_id"], wanted["rel"], wanted["placement"] = folded.link
    if folded.link_type is not None:
        wanted["link_type"] = folded.link_type
    if not folded.loss_known:
        return wanted
    if folded.state == _LOST:
        wanted["lost_at"] = folded.lost_at
    elif not stored["reported_lost"] and stored["lost_at"] is not None:
        # a loss that ended, or that a later block covers, may stay noted or not: it counts for nothing
        wanted["lost_at"] = folded.lost_at
    return wanted


def _bounds(row: Sequence[Any], looks: Sequence[LookFacts], told: Sequence[Any] | None) -> list[str]:
    """What must lie around every sighting and look that is kept."""
    first, last = _widened(row, looks, told)
    wrong = []
    if row[FIRST_SEEN] != first:
        wrong.append(f"first_seen stored {_words('', row[FIRST_SEEN])}, though it was seen at {first}")
    if row[LAST_SEEN] != last:
        wrong.append(f"last_seen stored {_words('', row[LAST_SEEN])}, though it was seen at {last}")
    if row[REPORTED_LOST] and row[LOST_AT] is None:
        wrong.append("reported lost without a moment")
    return wrong


def _widened(
    row: Sequence[Any], looks: Sequence[LookFacts], told: Sequence[Any] | None
) -> tuple[int | None, int | None]:
    """A row's first and last seen, made to reach all that sources and looks saw.

    What sources told first stands before a look, as in `recording`: a look says when a link was first
    seen only where nobody else has.
    """
    found = [look.checked_at for look in looks if look.outcome == Outcome.FOUND]
    told_first, told_last = (None, None) if told is None else told[1:]
    firsts = [moment for moment in (row[FIRST_SEEN], told_first) if moment is not None] or found[:1]
    lasts = [moment for moment in (row[LAST_SEEN], told_last, *found[-1:]) if moment is not None]
    return min(firsts, default=None), max(lasts, default=None)


def _look_differences(
    looks: Sequence[LookFacts], project_id: int, state_rule: StateRule | None
) -> Iterator[str]:
    past: list[LookFacts] = []
    for look in looks:
        if look.project_id != project_id:
            yield f"look {look.look_id} is entered for project {look.project_id}"
        if _OUTCOME_OF.get(look.reason) != look.outcome:
            yield f"look {look.look_id} has no reason that fits: {look.outcome}, {look.reason}"
            continue
        if state_rule is not None and look.state is not None:
            state = state_rule(past, look)
            if STATE_CODE[state] != look.state:
                stored = _words("state", look.state)
                yield f"look {look.look_id} says {stored}, by the looks before it it is {state}"
        past.append(look)


def _words(column: str, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if column == "state" and isinstance(value, int) and 0 <= value < len(STATES):
        return STATES[value]
    return "nothing" if value is None else value


# -- writing -------------------------------------------------------------------------------------


def rebuild(store: Store, project_id: int, *, progress: type_progress | None = None) -> int:
    """Write what the looks say, and count all figures anew; how many backlinks were changed.

    Each slice is a transaction of its own that leaves rows and figures in step: a stopped rebuild did
    what it did, and the next one does the rest.
    """
    total, done, changed = link_count(store, project_id), 0, 0
    for part in slices(store, project_id, most=LINKS_A_WRITE):
        changed += refold(store, project_id, [c.backlink_id for c in part])
        done += len(part)
        if progress is not None:
            progress(done, total)
    with store.transaction():
        store.take_turns([project_id])
        tallies.rebuild(store, project_id)
    return changed


def refold(store: Store, project_id: int, backlink_ids: Sequence[int]) -> int:
    """Write what their looks say of these backlinks, with the figures; how many were changed."""
    with store.transaction():
        store.take_turns([project_id])
        rows = _rows_of(store, backlink_ids, locked=True)
        looks = _looks_of(store, backlink_ids)
        told = _told(store, backlink_ids)
        changes: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = []
        for row in rows:
            after = _rebuilt(row, looks.get(row[ID], []), told.get(row[ID]))
            if after != row:
                changes.append((row, after))
        _write(store, project_id, changes)
    return len(changes)


def _rebuilt(row: tuple[Any, ...], looks: Sequence[LookFacts], told: Sequence[Any] | None) -> tuple[Any, ...]:
    """A stored row (BACKLINK_COLUMNS, look_id) as its looks would have it."""
    wanted = _wanted(row, present(looks))
    after = [wanted.get(column, stored) for column, stored in zip(_COLUMNS, row, strict=True)]
    after[FIRST_SEEN], after[LAST_SEEN] = _widened(row, looks, told)
    if after[REPORTED_LOST] and after[LOST_AT] is None:
        after[REPORTED_LOST] = 0
    return tuple(after)


_WRITTEN: Final = (*BACKLINK_COLUMNS[STATE:], "anchor_id", "look_id")


def _write(store: Store, project_id: int, changes: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]) -> None:
    if not changes:
        return
    figures = Tallies()
    figures.count([counted(before) for before, _ in changes], -1)
    figures.count([counted(after) for _, after in changes], +1)
    places = [_COLUMNS.index(column) for column in _WRITTEN]
    store.many(
        f"UPDATE backlink SET {', '.join(f'{column} = ?' for column in _WRITTEN)} WHERE id = ?",
        [(*(after[place] for place in places), after[ID]) for _, after in changes],
    )
    figures.write(store, project_id)
    unjudged.mark_changed(store, project_id, changes)
