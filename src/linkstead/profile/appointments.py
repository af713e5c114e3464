"""When each page is looked at next: watching a project, pausing a host, checks that somebody asks for.

`page.due_at` is the one truth: a page without it is not looked at. Pages of projects that nobody
watches have none, and those of paused hosts neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkstead.profile import hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linkstead.profile.store import Store

#: Whether a project's pages are looked at on schedule; a person's no is not overruled by a check.
NEVER_ASKED: Final = 0
WATCHED: Final = 1
NOT_WATCHED: Final = 2
#: Pages that somebody chose by hand come before all others: their appointment lies a year back.
URGENT: Final = 366 * 86_400
#: Pages that were looked at before are spread over so many seconds when watching begins again.
SPREAD: Final = 7 * 86_400
#: Pages that one transaction gives appointments to.
PAGES_A_SLICE: Final = 20_000
#: The pace at which new pages are begun; see monitor.schedule.first_due.
SECONDS_A_NEW_PAGE: Final = 0.36
DAY: Final = 86_400
#: Clocks of two machines differ by this much at most (seconds); beyond that one of them is wrong.
CLOCK_SLACK: Final = 300

_NOT_PAUSED: Final = (
    "NOT EXISTS (SELECT 1 FROM domain d WHERE d.id = page.domain_id AND d.paused_at IS NOT NULL)"
)


#: Since a moment; a look while our own network was in doubt saw nothing.
_NOT_LOOKED_AT: Final = (
    "(b.last_checked IS NULL OR b.last_checked < ?"
    " OR EXISTS (SELECT 1 FROM look l WHERE l.id = b.look_id AND l.reason = 'self'))"
)


def watch(store: Store, project_id: int, *, on: bool, now: int) -> None:
    """Begin to look at a project's pages on schedule, or cease. Checks that somebody asked for go on."""
    with store.transaction():
        store.take_turns([project_id])
        store.execute(
            "UPDATE project SET watching = ?, targets_due_at = ? WHERE id = ?",
            (WATCHED if on else NOT_WATCHED, now if on else None, project_id),
        )
    if on:
        appoint(store, project_id, now=now)
        return
    for first, last in _slices(store, project_id, "due_at IS NOT NULL AND run_id IS NULL"):
        with store.transaction():
            store.take_turns([project_id])
            store.execute(
                "UPDATE page SET due_at = NULL WHERE project_id = ? AND id BETWEEN ? AND ?"
                " AND run_id IS NULL AND due_at IS NOT NULL",
                (project_id, first, last),
            )


def appoint(store: Store, project_id: int, *, now: int, domain_id: int | None = None) -> int:
    """Give each page without an appointment one, if the project is watched; how many.

    Pages that nobody has looked at come soon, 10,000 an hour but all within a day; the others are spread
    over a week. With `domain_id` only pages of that domain, which takes no reading of all others.
    """
    # a page stands in the store since a link on it does
    only = "" if domain_id is None else " AND id IN (SELECT page_id FROM backlink WHERE domain_id = ?)"
    one = () if domain_id is None else (domain_id,)
    row = store.one("SELECT watching FROM project WHERE id = ?", (project_id,))
    if row is None or row[0] != WATCHED:
        return 0
    new = store.one(
        f"SELECT count(*) FROM page WHERE project_id = ? AND due_at IS NULL AND read_at IS NULL{only}",
        (project_id, *one),
    )
    soon = min(DAY, int(new[0] * SECONDS_A_NEW_PAGE) if new else 0) + 1
    made = 0
    for first, last in _slices(store, project_id, f"due_at IS NULL{only}", one):
        with store.transaction():
            store.take_turns([project_id])
            made += store.execute(
                "UPDATE page SET due_at = ? + (id * 7919) % CASE WHEN read_at IS NULL THEN ? ELSE ? END"
                f" WHERE project_id = ? AND id BETWEEN ? AND ? AND due_at IS NULL AND {_NOT_PAUSED}{only}",
                (now, soon, SPREAD, project_id, first, last, *one),
            )
    if made:
        _note(store, project_id, one or None)
    return made


def _note(store: Store, project_id: int, domain_ids: Sequence[int] | None = None) -> None:
    with store.transaction():
        store.take_turns([project_id])
        hosts.note_appointments(store, project_id, domain_ids)


def _slices(
    store: Store, project_id: int, which: str, values: Sequence[int] = ()
) -> Iterator[tuple[int, int]]:
    """The first and last id of so many pages at a time: no transaction holds up the others for long."""
    last = 0
    while True:
        rows = store.query(
            f"SELECT id FROM page WHERE project_id = ? AND id > ? AND {which}"
            f" ORDER BY id LIMIT {PAGES_A_SLICE}",
            (project_id, last, *values),
        )
        if not rows:
            return
        last = int(rows[-1][0])
        yield int(rows[0][0]), last


def pause(store: Store, project_id: int, domain_id: int, *, now: int) -> bool:
    """Leave a referring domain alone until somebody resumes it; whether there was one to pause."""
    with store.transaction():
        store.take_turns([project_id])
        paused = store.execute(
            "UPDATE domain SET paused_at = ? WHERE id = ? AND project_id = ? AND paused_at IS NULL",
            (now, domain_id, project_id),
        )
        if paused:
            store.execute(
                "UPDATE page SET due_at = NULL, run_id = NULL WHERE domain_id = ? AND due_at IS NOT NULL",
                (domain_id,),
            )
        return bool(paused)


def resume(store: Store, project_id: int, domain_id: int, *, now: int) -> bool:
    """Look at a paused domain again; whether there was one."""
    with store.transaction():
        store.take_turns([project_id])
        resumed = store.execute(
            "UPDATE domain SET paused_at = NULL WHERE id = ? AND project_id = ? AND paused_at IS NOT NULL",
            (domain_id, project_id),
        )
        if resumed:
            appoint(store, project_id, now=now, domain_id=domain_id)
        return bool(resumed)


def ask_all(
    store: Store,
    project_id: int,
    *,
    run_id: int | None,
    now: int,
    before: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Make every page due that has a link not looked at since `before`; how many. Paused hosts stay so.

    In slices, each of which may be done twice: what this check has asked for is not asked for again.
    """
    asked = 0
    for first, last in _slices(store, project_id, "coalesce(run_id, 0) <> ?", (run_id or -1,)):
        if should_stop():
            break
        with store.transaction():
            store.take_turns([project_id])
            asked += store.execute(
                f"UPDATE page SET due_at = ?, run_id = ? WHERE project_id = ? AND id BETWEEN ? AND ?"
                f" AND coalesce(run_id, 0) <> ? AND {_NOT_PAUSED} AND id IN (SELECT b.page_id FROM backlink b"
                f" WHERE b.page_id BETWEEN ? AND ? AND {_NOT_LOOKED_AT})",
                (now, run_id, project_id, first, last, run_id or -1, first, last, before),
            )
    _note(store, project_id)
    return asked


def ask_best(store: Store, project_id: int, *, now: int, before: int, limit: int) -> int:
    """Make the best `limit` pages due of those with a link not looked at since `before`; how many."""
    rows = store.query(
        f"SELECT b.page_id FROM backlink b WHERE b.project_id = ? AND {_NOT_LOOKED_AT} GROUP BY b.page_id"
        " ORDER BY min(coalesce(b.last_checked, 0)), max(coalesce(b.metric, 0)) DESC, b.page_id"
        f" LIMIT {int(limit)}",
        (project_id, before),
    )
    return _ask_pages(store, project_id, [int(row[0]) for row in rows], run_id=None, now=now)


def ask_links(
    store: Store, project_id: int, backlink_ids: Sequence[int], *, run_id: int | None, now: int
) -> int:
    """Make the pages of these backlinks due before all others, as far as they are the project's; how many."""
    found = store.lookup(
        f"SELECT DISTINCT page_id FROM backlink WHERE project_id = {int(project_id)} AND id IN {{keys}}",
        backlink_ids,
    )
    return _ask_pages(
        store, project_id, sorted({int(row[0]) for row in found}), run_id=run_id, now=now - URGENT
    )


def _ask_pages(
    store: Store, project_id: int, page_ids: Sequence[int], *, run_id: int | None, now: int
) -> int:
    with store.transaction():
        store.take_turns([project_id])
        domains: set[int] = set()
        asked = 0
        for start in range(0, len(page_ids), 10_000):
            part = page_ids[start : start + 10_000]
            rows = store.query(
                f"UPDATE page SET due_at = ?, run_id = ? WHERE {_NOT_PAUSED}"
                f" AND id IN ({', '.join('?' * len(part))}) RETURNING domain_id",
                (now, run_id, *part),
            )
            asked += len(rows)
            domains.update(int(row[0]) for row in rows)
        hosts.note_appointments(store, project_id, sorted(domains))
        return asked


def withdraw(store: Store, project_id: int, *, run_id: int | None, now: int) -> int:
    """Take back what a check had asked for and nobody has looked at; how many pages.

    Without a `run_id` all appointments of the project. Watched projects get their ordinary ones.
    """
    which, values = ("run_id = ?", (run_id,)) if run_id is not None else ("due_at IS NOT NULL", ())
    taken = 0
    for first, last in _slices(store, project_id, which, values):
        with store.transaction():
            store.take_turns([project_id])
            taken += store.execute(
                "UPDATE page SET due_at = NULL, run_id = NULL WHERE project_id = ? AND id BETWEEN ? AND ?"
                f" AND {which}",
                (project_id, first, last, *values),
            )
    appoint(store, project_id, now=now)
    return taken


def clock_went_back(store: Store, now: int) -> bool:
    """Whether hosts were visited at moments that are yet to come."""
    row = store.one("SELECT max(last_at) FROM crawl_host")
    return row is not None and (row[0] or 0) > now + CLOCK_SLACK


def bring_forward(store: Store, now: int, *, by: int = 0) -> int:
    """Put right the appointments of a clock that has gone back since, `by` so many seconds now; how many.

    No look is put off by more than its interval: a page whose last look lies ahead waits from now on for as
    long as it should have after that look. Where the clock went back by less than that wait, nothing is lost
    and nothing is done. One that was put right before, and not kept since, follows the clock.
    """
    with store.transaction():
        projects = [int(row[0]) for row in store.query("SELECT id FROM project ORDER BY id")]
        store.take_turns(projects)
        moved = store.execute(
            "UPDATE page SET due_at = CAST(? AS BIGINT) + page.due_at - ahead.last_checked"
            " FROM (SELECT page_id, max(last_checked) AS last_checked FROM backlink WHERE last_checked > ?"
            " GROUP BY page_id) AS ahead WHERE ahead.page_id = page.id AND page.due_at > ahead.last_checked"
            " AND ahead.last_checked - CAST(? AS BIGINT) > page.due_at - ahead.last_checked",
            (now, now + CLOCK_SLACK, now),
        )
        if by:
            moved += store.execute(
                "UPDATE page SET due_at = page.due_at - CAST(? AS BIGINT) FROM (SELECT page_id,"
                " max(last_checked) AS last_checked FROM backlink WHERE last_checked > ? GROUP BY page_id)"
                " AS ahead WHERE ahead.page_id = page.id AND page.due_at < ahead.last_checked"
                " AND page.due_at - CAST(? AS BIGINT) > CAST(? AS BIGINT)",
                (by, now + CLOCK_SLACK, by, now),
            )
        for project_id in projects if moved else ():
            hosts.note_appointments(store, project_id)
        return moved


def left_of_run(store: Store, run_id: int) -> int:
    """How many pages a check still waits for."""
    row = store.one("SELECT count(*) FROM page WHERE run_id = ?", (run_id,))
    return 0 if row is None else int(row[0])


def left_of_project(store: Store, project_id: int, *, now: int) -> int:
    """How many pages of a project are due."""
    row = store.one("SELECT count(*) FROM page WHERE project_id = ? AND due_at <= ?", (project_id, now))
    return 0 if row is None else int(row[0])
