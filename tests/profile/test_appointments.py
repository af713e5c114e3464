"""When pages are looked at next: watching, pausing, checks that somebody asks for, leases on hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.profile import appointments, hosts, looks
from linkstead.urls import identity_key
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

NOW = 1_800_000_000


def due(store: Store, project: int) -> dict[str, int]:
    """The appointments of a project's pages by host name."""
    rows = store.query(
        "SELECT d.name, p.due_at FROM page p JOIN domain d ON d.id = p.domain_id"
        " WHERE p.project_id = ? AND p.due_at IS NOT NULL",
        (project,),
    )
    return {str(name): int(at) for name, at in rows}


def domain_id(store: Store, project: int, name: str) -> int:
    row = store.one("SELECT id FROM domain WHERE project_id = ? AND name = ?", (project, name))
    assert row is not None
    return int(row[0])


def sites(*names: str) -> list[object]:
    return [
        sighting(number, page_url=f"https://{name}/post", page_domain=name)
        for number, name in enumerate(names, 1)
    ]


@pytest.fixture
def project(store: Store) -> int:
    # hosts belong to all projects, and the tests share one PostgreSQL
    store.execute("UPDATE page SET due_at = NULL, run_id = NULL")
    store.execute("DELETE FROM crawl_host")
    made = new_project(store)
    merge(store, made, *sites("a.example", "b.example", "c.example"))  # type: ignore[arg-type] # sightings
    return made


@pytest.fixture(params=[1, 20_000])
def slices(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """However small the slices, the result is the same."""
    monkeypatch.setattr(appointments, "PAGES_A_SLICE", request.param)
    return int(request.param)


def test_nothing_is_looked_at_before_somebody_asks(store: Store, project: int) -> None:
    assert appointments.appoint(store, project, now=NOW) == 0
    assert due(store, project) == {}


def test_a_watched_project_has_an_appointment_for_each_page(store: Store, project: int, slices: int) -> None:
    appointments.watch(store, project, on=True, now=NOW)
    assert set(due(store, project)) == {"a.example", "b.example", "c.example"}
    merge(store, project, *sites("d.example"))  # type: ignore[arg-type] # sightings
    assert appointments.appoint(store, project, now=NOW) == 1
    assert appointments.appoint(store, project, now=NOW) == 0
    appointments.watch(store, project, on=False, now=NOW)
    assert due(store, project) == {}


def test_a_paused_domain_is_left_alone_until_it_is_resumed(store: Store, project: int) -> None:
    appointments.watch(store, project, on=True, now=NOW)
    row_id = domain_id(store, project, "b.example")
    assert appointments.pause(store, project, row_id, now=NOW)
    assert not appointments.pause(store, project, row_id, now=NOW), "it is paused already"
    assert "b.example" not in due(store, project)
    appointments.ask_all(store, project, run_id=1, now=NOW, before=NOW)
    assert "b.example" not in due(store, project), "a check does not overrule it"
    assert appointments.resume(store, project, row_id, now=NOW)
    assert "b.example" in due(store, project)


def test_a_domain_of_another_project_cannot_be_paused(store: Store, project: int) -> None:
    theirs = new_project(store, "example.net")
    merge(store, theirs, *sites("a.example"))  # type: ignore[arg-type] # sightings
    assert not appointments.pause(store, project, domain_id(store, theirs, "a.example"), now=NOW)


def test_a_check_of_all_marks_its_pages_and_may_be_asked_twice(
    store: Store, project: int, slices: int
) -> None:
    assert appointments.ask_all(store, project, run_id=7, now=NOW, before=NOW) == 3
    assert appointments.ask_all(store, project, run_id=7, now=NOW + 5, before=NOW) == 0
    assert appointments.left_of_run(store, 7) == 3
    assert set(due(store, project).values()) == {NOW}


def test_a_check_that_is_withdrawn_leaves_what_was_there_before(
    store: Store, project: int, slices: int
) -> None:
    appointments.ask_all(store, project, run_id=7, now=NOW, before=NOW)
    assert appointments.withdraw(store, project, run_id=7, now=NOW) == 3
    assert due(store, project) == {}, "nobody watches this project"
    appointments.watch(store, project, on=True, now=NOW)
    appointments.ask_all(store, project, run_id=8, now=NOW, before=NOW)
    appointments.withdraw(store, project, run_id=8, now=NOW)
    assert len(due(store, project)) == 3, "a watched one has its ordinary appointments again"


def test_chosen_links_come_before_all_others(store: Store, project: int) -> None:
    appointments.ask_all(store, project, run_id=1, now=NOW, before=NOW)
    chosen = store.one("SELECT id FROM backlink WHERE project_id = ? ORDER BY id DESC LIMIT 1", (project,))
    assert chosen is not None
    appointments.ask_links(store, project, [chosen[0]], run_id=2, now=NOW)
    (first,) = hosts.claim(store, "one", now=NOW, limit=1, project_id=project)
    assert looks.due_on_host(store, first.key, now=NOW, limit=1)[0].run_id == 2


def test_the_best_pages_are_asked_for_when_only_some_may_be(store: Store) -> None:
    project = new_project(store)
    merge(
        store,
        project,
        *(sighting(row, domain_metric=metric) for row, metric in ((1, 10.0), (2, 90.0), (3, None))),
    )
    assert appointments.ask_best(store, project, now=NOW, before=NOW, limit=1) == 1
    row = store.one("SELECT url FROM page WHERE project_id = ? AND due_at IS NOT NULL", (project,))
    assert row == ("https://site2.example.org/post",)


# -- leases -------------------------------------------------------------------------------------------


def test_a_host_is_held_by_one_process_until_it_is_given_back(store: Store, project: int) -> None:
    appointments.ask_all(store, project, run_id=1, now=NOW, before=NOW)
    mine = hosts.claim(store, "one", now=NOW, limit=2, project_id=project)
    theirs = hosts.claim(store, "two", now=NOW, limit=9, project_id=project)
    assert len(mine) == 2
    assert len(theirs) == 1
    assert not {lease.key for lease in mine} & {lease.key for lease in theirs}
    given = hosts.Visited(0.0, None, 1, 0, NOW, "found", "link_present", 0.1)
    with store.transaction():
        hosts.release(store, "one", {mine[0]: given})
    assert [lease.key for lease in hosts.claim(store, "two", now=NOW, limit=9, project_id=project)] == [
        mine[0].key
    ], "its page was not looked at, so it is still due"


def test_a_host_that_rests_or_wants_to_be_left_alone_is_not_claimed(store: Store, project: int) -> None:
    appointments.ask_all(store, project, run_id=1, now=NOW, before=NOW)
    leases = hosts.claim(store, "one", now=NOW, limit=9, project_id=project)
    later = hosts.clock(store) + 1_000
    rests = hosts.Visited(600.0, None, 1, 0, NOW, None, None, None)
    held = hosts.Visited(0.0, later, 1, 0, NOW, None, None, None)
    free = hosts.Visited(0.0, None, 1, 0, NOW, None, None, None)
    with store.transaction():
        hosts.release(store, "one", dict(zip(leases, (rests, held, free), strict=True)))
    assert [lease.key for lease in hosts.claim(store, "two", now=NOW, limit=9, project_id=project)] == [
        leases[2].key
    ]


def test_whoever_lost_a_lease_proves_nothing_any_more(store: Store, project: int) -> None:
    appointments.ask_all(store, project, run_id=1, now=NOW, before=NOW)
    old = hosts.claim(store, "zombie", now=NOW, limit=9, project_id=project)
    fences = {lease.key: lease.fence for lease in old}
    with store.transaction():
        assert hosts.still_ours(store, "zombie", fences) == set(fences)
    hosts.let_go(store, ["zombie"])
    with store.transaction():
        assert hosts.still_ours(store, "zombie", fences) == set()
    new = hosts.claim(store, "other", now=NOW, limit=9, project_id=project)
    assert {lease.key for lease in new} == set(fences)
    assert all(lease.fence > fences[lease.key] for lease in new)
    hosts.let_go(store, ["other"])


def test_the_host_of_two_projects_is_one(store: Store, project: int) -> None:
    theirs = new_project(store, "example.net")
    merge(store, theirs, *sites("a.example"))  # type: ignore[arg-type] # sightings
    for number, one in enumerate((project, theirs)):
        appointments.ask_all(store, one, run_id=number + 1, now=NOW, before=NOW)
    key = identity_key("a.example")
    assert [page.project_id for page in looks.due_on_host(store, key, now=NOW, limit=9)] == [project, theirs]
    assert hosts.claim_one(store, "one", key, "a.example") is not None
    assert hosts.claim_one(store, "two", key, "a.example") is None
    hosts.let_go(store, ["one"])
