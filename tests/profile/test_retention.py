"""Old looks become figures per month; what the present and the next look rest on stays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.events import Event, EventKind
from linkstead.journey.upkeep import state_rule
from linkstead.link import LinkType, Outcome, Reason
from linkstead.monitor.plan import DEFAULT_PLAN, Confirmation, Confirmations, WatchPlan
from linkstead.monitor.state import state_after
from linkstead.profile import events, history, retention
from linkstead.profile.retention import OldLook, roll_up, superfluous
from linkstead.profile.store import Store, open_workspace
from tests.profile_histories import DAY, HOUR, START, Look, live_through, looks, pasts
from tests.profile_samples import dump, new_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.profile_histories import Lived, Told

FOUND = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)
NOFOLLOW = FOUND._replace(rel=("nofollow",))
MISSING = Look(DAY, Outcome.MISSING, Reason.REMOVED)
BLOCKED = Look(DAY, Outcome.BLOCKED, Reason.FORBIDDEN)
NEVER = 4_000_000_000


def lived(store: Store, *lives: Sequence[Look | Told]) -> tuple[int, list[Lived]]:
    project = new_project(store)
    return project, live_through(store, project, lives)


def days_kept(store: Store, link: Lived) -> list[int]:
    """The days (from 1, where each look is a day after the last) whose looks are kept."""
    return [(look.at - START) // DAY for look in link.kept_past()]


def counted(store: Store, project: int) -> int:
    row = store.one(
        "SELECT coalesce(sum(found + missing + blocked + unreachable + unreadable), 0) FROM look_month"
        " WHERE project_id = ?",
        (project,),
    )
    assert row is not None
    return int(row[0])


def looks_kept(store: Store, project: int) -> int:
    row = store.one("SELECT count(*) FROM look WHERE project_id = ?", (project,))
    assert row is not None
    return int(row[0])


def agrees(store: Store, project: int) -> bool:
    return list(history.differences(store, project, state_rule=state_rule(DEFAULT_PLAN))) == []


@pytest.mark.parametrize(
    ("life", "kept"),
    [
        ([FOUND] * 40, [1, *range(31, 41)]),
        ([FOUND] * 8, [*range(1, 9)]),
        ([FOUND] * 20 + [NOFOLLOW] * 20, [1, 20, 21, *range(31, 41)]),
        ([FOUND] * 19 + [BLOCKED] + [FOUND] * 20, [1, 19, 20, 21, *range(31, 41)]),
        # in doubt twice, then lost
        ([FOUND] * 10 + [MISSING] * 40, [1, *range(10, 14), *range(41, 51)]),
        # and back: the first two weeks
        ([MISSING] * 5 + [FOUND] * 40, [*range(1, 4), *range(5, 21), *range(36, 46)]),
        ([FOUND] * 3 + [FOUND._replace(unchanged=True)] * 37, [1, *range(31, 41)]),
        ([BLOCKED] * 30 + [FOUND] * 30, [1, 30, 31, *range(51, 61)]),
    ],
)
def test_of_old_looks_those_stay_that_say_something(store: Store, life: list[Look], kept: list[int]) -> None:
    project, (link,) = lived(store, life)
    before = dump(store, project)
    rolled = roll_up(store, project, older_than=NEVER)
    assert days_kept(store, link) == kept
    assert rolled.looks == len(life) - len(kept) == counted(store, project)
    assert rolled.finished
    assert dump(store, project) == before
    assert agrees(store, project)


def test_looks_behind_the_limit_stay_and_count_among_the_last(store: Store) -> None:
    project, (link,) = lived(store, [FOUND] * 40)
    roll_up(store, project, older_than=START + 25 * DAY)
    # 24 are old: the first, the newest of them, and all sixteen behind the limit
    assert days_kept(store, link) == [1, 24, *range(25, 41)]
    roll_up(store, project, older_than=START + 35 * DAY)
    assert days_kept(store, link) == [1, *range(31, 41)]


def test_every_miss_that_a_strict_plan_asked_for_stays(store: Store) -> None:
    plan = WatchPlan(confirmations=Confirmations(removed=Confirmation(8, DAY)))
    project, (link,) = lived(store, [FOUND])
    link.plan = plan
    for _ in range(30):
        link.go(MISSING)
    roll_up(store, project, older_than=NEVER)
    assert days_kept(store, link) == [*range(1, 10), *range(22, 32)]
    assert list(history.differences(store, project, state_rule=state_rule(plan))) == []


def test_the_look_that_saw_another_type_of_link_stays(store: Store) -> None:
    image = FOUND._replace(type=LinkType.IMAGE)
    life = [*[FOUND] * 9, image, *[FOUND._replace(unchanged=True)] * 30]
    project, (link,) = lived(store, life)
    roll_up(store, project, older_than=NEVER)
    assert days_kept(store, link) == [1, 9, 10, *range(31, 41)]
    assert agrees(store, project)


def test_rolling_up_again_changes_nothing(store: Store) -> None:
    project, links = lived(store, [FOUND] * 30, [MISSING] * 30, [FOUND, BLOCKED] * 15)
    first = roll_up(store, project, older_than=NEVER)
    kept = [link.kept_past() for link in links]
    assert first.looks > 0
    assert roll_up(store, project, older_than=NEVER).looks == 0
    assert [link.kept_past() for link in links] == kept
    assert counted(store, project) == first.looks


def test_months_hold_how_many_looks_had_which_outcome(store: Store) -> None:
    project, _ = lived(store, [FOUND] * 70)
    roll_up(store, project, older_than=NEVER)
    # START is 14 November 2023: days 2 to 16 are of November, 17 to 47 of December, 48 to 60 of January
    months = store.query(
        "SELECT month, found, missing FROM look_month WHERE project_id = ? ORDER BY month", (project,)
    )
    november = (2023 - 1970) * 12 + 10
    assert months == [(november, 15, 0), (november + 1, 31, 0), (november + 2, 13, 0)]


def test_the_look_that_an_event_tells_of_stays(store: Store) -> None:
    project, (link,) = lived(store, [FOUND] * 40)
    at = link.past[4].at
    events.write(store, project, [Event(EventKind.ANCHOR_CHANGED, at, link.id, None, None, None)])
    roll_up(store, project, older_than=NEVER)
    assert days_kept(store, link) == [1, 5, *range(31, 41)]


def test_the_look_that_the_present_rests_on_stays(store: Store) -> None:
    project, (link,) = lived(store, [FOUND] * 40)
    store.execute(
        "UPDATE backlink SET look_id = (SELECT id FROM look WHERE backlink_id = ? AND checked_at = ?)"
        " WHERE id = ?",
        (link.id, link.past[6].at, link.id),
    )
    roll_up(store, project, older_than=NEVER)
    assert 7 in days_kept(store, link)


def test_one_step_after_the_other_does_what_one_go_does(store: Store) -> None:
    project, links = lived(store, *([FOUND] * 30 for _ in range(5)))
    after, steps = 0, 0
    while True:
        step = roll_up(store, project, older_than=NEVER, after=after, most_links=2)
        after, steps = step.last_id, steps + 1
        if step.finished:
            break
    assert steps == 3
    assert all(days_kept(store, link) == [1, *range(21, 31)] for link in links)
    assert agrees(store, project)


def test_a_kill_between_counting_and_deleting_counts_nothing_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = lived(store, [FOUND] * 40)

    def die(moment: int) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, "month_of", die)
        with pytest.raises(KeyboardInterrupt):
            roll_up(store, project, older_than=NEVER)
    assert (looks_kept(store, project), counted(store, project)) == (40, 0)
    roll_up(store, project, older_than=NEVER)
    assert (looks_kept(store, project), counted(store, project)) == (11, 29)


def test_looks_that_somebody_else_deleted_meanwhile_are_not_counted_again(store: Store) -> None:
    project, (link,) = lived(store, [FOUND] * 40)
    ids = [row[0] for row in store.query("SELECT id FROM look WHERE backlink_id = ?", (link.id,))]
    retention._count_and_delete(store, project, ids[1:20])
    retention._count_and_delete(store, project, ids[1:25])
    assert counted(store, project) == 24


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lives=st.lists(pasts, min_size=1, max_size=3),
    limits=st.lists(st.one_of(st.just(9_999), st.integers(0, 900)), min_size=1, max_size=3),
    further=st.lists(looks(), min_size=1, max_size=4),
)
def test_rolled_up_at_any_limit_history_and_the_next_states_stay_the_same(
    tmp_path_factory, lives, limits, further
) -> None:
    with open_workspace(tmp_path_factory.mktemp("r") / "p.sqlite3") as store:
        store.execute("PRAGMA synchronous=OFF")  # no power cut is tested here
        whole_or_rolled(store, lives, limits, further)


@pytest.mark.postgresql
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lives=st.lists(pasts, min_size=1, max_size=2),
    limits=st.lists(st.integers(0, 900), min_size=1, max_size=2),
    further=st.lists(looks(), min_size=1, max_size=2),
)
def test_on_postgresql_too(postgresql_store: Store, lives, limits, further) -> None:
    whole_or_rolled(postgresql_store, lives, limits, further)


def whole_or_rolled(
    store: Store, lives: list[list[Look | Told]], limits: list[int], further: list[Look]
) -> None:
    project, links = lived(store, *lives)
    before = dump(store, project)
    total = looks_kept(store, project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retention, "KEPT_LAST", 2)  # short pasts should lose something, too
        for limit in limits:
            roll_up(store, project, older_than=START + limit * DAY)
    assert agrees(store, project)
    assert dump(store, project) == before
    assert looks_kept(store, project) + counted(store, project) == total
    for link in links:
        same_answers(link, further)
        for step in further:
            link.look(step)
    assert agrees(store, project)


def same_answers(link: Lived, further: list[Look]) -> None:
    """The state that follows from what was kept is the one that follows from all."""
    kept = link.kept_past()
    for wait in (HOUR // 6, HOUR, DAY, 30 * DAY):
        for outcome, reason in {(step.outcome, step.reason) for step in further} | set(_MISSES):
            of_all, of_kept = (
                state_after(past, outcome, reason, link.at + wait) for past in (link.past, kept)
            )
            assert of_kept[:2] == of_all[:2]
            assert of_kept.loss_open == of_all.loss_open


_MISSES = [(Outcome.MISSING, Reason.REMOVED), (Outcome.MISSING, Reason.PAGE_GONE)]


@given(
    st.lists(
        st.tuples(st.integers(1, 40 * DAY), st.sampled_from("fmlb"), st.sampled_from("xyy")), max_size=80
    ),
    st.integers(0, 12),
)
def test_what_goes_lies_between_two_looks_that_say_the_same(told, later) -> None:
    at, old = 0, []
    for look_id, (wait, kind, saw) in enumerate(told):
        at += wait
        old.append(OldLook(look_id, at, kind in "ml", kind == "f", kind == "l", (kind, saw)))
    gone = set(superfluous(old, later=later, pinned=()))
    kept = [look for look in old if look.look_id not in gone]
    assert kept[:1] == old[:1]
    assert kept[-1:] == old[-1:]
    assert len(kept) + later >= min(10, len(old) + later)
    for before, after in pairwise(kept):
        between = old[before.look_id + 1 : after.look_id]
        assert all(look.said == before.said == after.said for look in between)
    assert not gone.intersection(superfluous(kept, later=later, pinned=()))


# -- evidence ------------------------------------------------------------------------------------


def evidence(store: Store, project: int, page: int, file: str, refers_to: int | None = None) -> int:
    row = store.one(
        "INSERT INTO evidence (project_id, page_id, at, kind, file, place, length, sha256, payload,"
        " refers_to) VALUES (?, ?, 1, 'response', ?, 0, 1, '', '', ?) RETURNING id",
        (project, page, file, refers_to),
    )
    assert row is not None
    return int(row[0])


def test_what_points_into_files_that_are_gone_is_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_EVIDENCE_AT_ONCE", 2)
    project, links = lived(store, *([FOUND] for _ in range(5)))
    name = f"old-{project}.warc.gz"
    pages = [store.query("SELECT page_id FROM backlink WHERE id = ?", (link.id,))[0][0] for link in links]
    going = [evidence(store, project, page, name) for page in pages]
    staying = evidence(store, project, pages[0], f"new-{project}.warc.gz", refers_to=going[0])
    for link, page, row_id in zip(links, pages, going, strict=True):
        store.execute("UPDATE look SET evidence_id = ? WHERE backlink_id = ?", (row_id, link.id))
        store.execute("UPDATE page SET evidence_id = ?, payload = 'sha1:X' WHERE id = ?", (row_id, page))
    store.execute("UPDATE page SET evidence_id = ? WHERE id = ?", (staying, pages[0]))
    assert retention.forget_evidence(store, [name]) == 5
    assert retention.forget_evidence(store, [name]) == 0
    assert store.query("SELECT id, refers_to FROM evidence WHERE project_id = ?", (project,)) == [
        (staying, None)
    ]
    kept = store.query("SELECT evidence_id, payload FROM page WHERE project_id = ? ORDER BY id", (project,))
    assert kept == [(staying, "sha1:X"), *[(None, None)] * 4]
    assert agrees(store, project)
