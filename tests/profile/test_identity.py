"""Two spellings of a target that are proven to be one page: their backlinks become one, with all its past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.events import Event, EventKind
from linkstead.link import LinkStatus, Outcome
from linkstead.profile import events, history, identity, recording, tallies, targets
from linkstead.profile.looks import Judged
from tests.profile.test_looks import verdict
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

NOW = 1_800_000_000
PAGE = "https://site1.example.org/post"
ALIAS = "http://www.example.com/a"
FINAL = "https://example.com/a"
LIVE, LOST, DOUBT = LinkStatus.LIVE, LinkStatus.LOST, LinkStatus.IN_DOUBT
FOUND, MISSING = Outcome.FOUND, Outcome.MISSING


@pytest.fixture
def project(store: Store) -> int:
    """A project with a link to each spelling on one page, and a link elsewhere."""
    made = new_project(store)
    merge(
        store,
        made,
        sighting(1, page_url=PAGE, target_url=ALIAS, first_seen=50),
        sighting(2, page_url=PAGE, target_url=FINAL, first_seen=70, anchor_text="other"),
        sighting(3, target_url=FINAL),
    )
    return made


def link_to(store: Store, project: int, url: str) -> int:
    row = store.one(
        "SELECT b.id FROM backlink b JOIN target t ON t.id = b.target_id JOIN page p ON p.id = b.page_id"
        " WHERE b.project_id = ? AND t.url = ? AND p.url = ?",
        (project, url, PAGE),
    )
    assert row is not None
    return int(row[0])


def looked(store: Store, project: int, link: int, *seen: tuple[int, Outcome, LinkStatus, int | None]) -> None:
    """Looks at (moment, outcome, state, appointment)."""
    for at, outcome, state, due_at in seen:
        judged = Judged(link, verdict(outcome, at=at), state, due_at=due_at)
        recording.record(store, project, [judged])


def fold(store: Store, project: int) -> int:
    row = store.one("SELECT id FROM target WHERE project_id = ? AND url = ?", (project, ALIAS))
    assert row is not None
    check = targets.TargetCheck(int(row[0]), NOW, "redirected", 200, FINAL, (f"301 {FINAL}",))
    targets.record_targets(store, [check])
    return identity.fold_targets(store, project)


def sound(store: Store, project: int) -> bool:
    return not list(history.differences(store, project)) and not tallies.differences(store, project)


def present(store: Store, link: int) -> tuple[object, ...] | None:
    return store.one("SELECT state, last_checked, lost_at, last_seen FROM backlink WHERE id = ?", (link,))


def test_a_link_takes_over_the_present_of_the_looks_that_it_is_given(store: Store, project: int) -> None:
    alias, final = link_to(store, project, ALIAS), link_to(store, project, FINAL)
    looked(store, project, alias, (NOW, FOUND, LIVE, NOW))
    assert fold(store, project) == 1
    assert sound(store, project)
    assert present(store, final) == (1, NOW, None, NOW)


def test_of_two_looks_of_one_visit_the_one_that_found_the_link_stands(store: Store, project: int) -> None:
    alias, final = link_to(store, project, ALIAS), link_to(store, project, FINAL)
    for number, state in enumerate((DOUBT, DOUBT, LOST)):
        at = NOW + number * 86_400
        looked(store, project, final, (at, MISSING, state, at))
        looked(store, project, alias, (at, FOUND, LIVE, at))
    fold(store, project)
    assert sound(store, project)
    assert present(store, final) == (1, NOW + 2 * 86_400, None, NOW + 2 * 86_400)
    assert store.query("SELECT outcome FROM look WHERE backlink_id = ?", (final,)) == [("found",)] * 3


@pytest.mark.parametrize("outcome", [FOUND, MISSING], ids=str)
def test_looks_that_kept_the_same_appointment_at_two_moments_become_one(
    store: Store, project: int, outcome: Outcome
) -> None:
    alias, final = link_to(store, project, ALIAS), link_to(store, project, FINAL)
    looked(store, project, final, (NOW, outcome, LIVE, NOW - 5))
    looked(store, project, alias, (NOW + 9, outcome, LIVE, NOW - 5), (NOW + 500, FOUND, LIVE, NOW + 400))
    fold(store, project)
    assert sound(store, project)
    kept = store.query("SELECT checked_at FROM look WHERE backlink_id = ? ORDER BY id", (final,))
    assert kept == [(NOW,), (NOW + 500,)]


def test_a_loss_of_one_spelling_is_no_loss_while_the_other_stands(store: Store, project: int) -> None:
    alias, final = link_to(store, project, ALIAS), link_to(store, project, FINAL)
    looked(store, project, alias, (NOW - 90, MISSING, LOST, None))
    looked(store, project, final, (NOW, FOUND, LIVE, None))
    fold(store, project)
    assert sound(store, project)
    assert present(store, final) == (1, NOW, None, NOW)


def test_events_and_months_go_with_the_link(store: Store, project: int) -> None:
    alias, final = link_to(store, project, ALIAS), link_to(store, project, FINAL)
    for link, found, missing in ((alias, 5, 1), (final, 2, 4)):
        store.execute(
            "INSERT INTO look_month (backlink_id, month, project_id, found, missing) VALUES (?, ?, ?, ?, ?)",
            (link, 600, project, found, missing),
        )
    store.execute(
        "INSERT INTO look_month (backlink_id, month, project_id, found) VALUES (?, 599, ?, 7)",
        (alias, project),
    )
    for link in (alias, final):
        events.write(store, project, [Event(EventKind.LOST, NOW, link, None, None, None)])
    fold(store, project)
    assert sound(store, project)
    assert [event.at for event in events.of_backlink(store, final)] == [NOW, NOW]
    months = store.query(
        "SELECT month, found, missing FROM look_month WHERE backlink_id = ? ORDER BY month", (final,)
    )
    assert months == [(599, 7, 0), (600, 5, 4)]
    assert store.query("SELECT * FROM look_month WHERE backlink_id = ?", (alias,)) == []
