"""Which domains are to be judged anew: marked by every change that judging asks about, and by no other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from linkstead.link import Decision
from linkstead.profile import decisions, judgements, page_facts, paid_links, recording, targets, unjudged
from linkstead.profile.domain_traits import TraitsRow, every, write
from linkstead.profile.judgements import Judged
from linkstead.profile.page_facts import PageFactsRow
from linkstead.profile.paid_links import Paid
from linkstead.profile.store import Store, create_tables
from linkstead.profile.targets import SaidOfItself, TargetCheck
from tests.profile_histories import Lived, Look, Outcome, Reason
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = {"page_url": "https://site1.org/p"}


def marked(store: Store, project: int) -> list[str]:
    """The names of the marked domains, which are taken to be judged."""
    part = unjudged.after(store, project, 0, 100)
    names = dict(
        store.lookup("SELECT id, name FROM domain WHERE id IN {keys}", [one.domain_id for one in part])
    )
    with store.transaction():
        unjudged.settle(store, project, part)
    assert unjudged.waiting(store, project) == 0
    return sorted(names.values())


@pytest.fixture
def project(store: Store) -> int:
    project_id = new_project(store)
    merge(store, project_id, *(sighting(n, page_url=f"https://site{n}.org/p") for n in (1, 2, 3)))
    assert marked(store, project_id) == ["site1.org", "site2.org", "site3.org"]
    return project_id


def domain_of(store: Store, project: int, name: str = "site1.org") -> int:
    row = store.one("SELECT id FROM domain WHERE project_id = ? AND name = ?", (project, name))
    assert row is not None
    return int(row[0])


def decide(store: Store, project: int) -> None:
    decisions.decide(store, project, [domain_of(store, project)], Decision.WATCH, who="ed", now=1)


def undo(store: Store, project: int) -> None:
    batch = decisions.decide(store, project, [domain_of(store, project)], Decision.WATCH, who="ed", now=1)
    marked(store, project)
    decisions.undo(store, project, batch, who="ed", now=2)


def pay(store: Store, project: int) -> None:
    paid_links.keep(store, project, [Paid("https://site1.org/p", 90.0)], who="ed", now=1)


def pay_for_all_pages(store: Store, project: int) -> None:
    paid_links.keep(store, project, [Paid("site1.org", 90.0)], who="ed", now=1)


def pay_no_more(store: Store, project: int) -> None:
    pay(store, project)
    marked(store, project)
    paid_links.remove(store, project, "https://site1.org/p")


def read_page(store: Store, project: int) -> None:
    page_id, domain_id = store.query(
        "SELECT id, domain_id FROM page WHERE project_id = ? AND url = ?", (project, ONE["page_url"])
    )[0]
    with store.transaction():
        page_facts.keep(store, project, [PageFactsRow(page_id, domain_id, 5, None, {"words": 3})])


CHANGES: list[Callable[[Store, int], object]] = [
    lambda store, project: merge(store, project, sighting(9, page_url="https://site1.org/another")),
    lambda store, project: merge(store, project, sighting(1, **ONE, sponsored=True)),
    lambda store, project: merge(store, project, sighting(1, **ONE, domain_metric=80.0)),
    lambda store, project: merge(store, project, sighting(1, **ONE, first_seen=1_600_000_000)),
    decide,
    undo,
    pay,
    pay_for_all_pages,
    pay_no_more,
    read_page,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_marks_its_domain_and_no_other(
    store: Store, project: int, change: Callable[[Store, int], object]
) -> None:
    change(store, project)
    assert marked(store, project) == ["site1.org"]


def test_a_file_that_tells_nothing_new_marks_nobody(store: Store, project: int) -> None:
    again = [sighting(n, page_url=f"https://site{n}.org/p", last_seen=1_720_000_000) for n in (1, 2, 3)]
    merge(store, project, *again, file_id=2)
    assert marked(store, project) == []


def test_a_look_marks_what_is_seen_for_the_first_time_or_has_changed(store: Store, project: int) -> None:
    link = Lived(store, project, 7)
    here = "example.org"
    assert marked(store, project) == [here]
    found = Look(60, Outcome.FOUND, Reason.LINK_PRESENT)
    for step, expected in [
        (found, [here]),
        (found, []),
        (found._replace(unchanged=True), []),
        (found._replace(rel=("nofollow",)), [here]),
        (Look(60, Outcome.MISSING, Reason.REMOVED), [here]),
        (Look(60, Outcome.MISSING, Reason.REMOVED), []),
    ]:
        link.go(step)
        assert marked(store, project) == expected


def test_a_page_of_ours_that_is_read_first_or_in_another_language_marks_who_links_to_it(
    store: Store, project: int
) -> None:
    ((target_id,),) = store.query("SELECT id FROM target WHERE project_id = ? AND url <> ''", (project,))
    said = SaidOfItself("en", "Words of ours", (), ())
    check = TargetCheck(target_id, 50, "ok", 200, "https://example.com/", (), said=said)
    everybody = ["site1.org", "site2.org", "site3.org"]
    targets.record_targets(store, [check])
    assert marked(store, project) == everybody
    other_words = TargetCheck(
        target_id, 60, "ok", 200, "https://example.com/", (), said=SaidOfItself("en", "News of today", (), ())
    )
    targets.record_targets(store, [other_words])
    assert marked(store, project) == []
    other_language = TargetCheck(
        target_id, 70, "ok", 200, "https://example.com/", (), said=SaidOfItself("de", "Heute", (), ())
    )
    targets.record_targets(store, [other_language])
    assert marked(store, project) == everybody
    targets.record_targets(store, [TargetCheck(target_id, 80, "broken", 404, None, ())])
    assert marked(store, project) == []


def test_who_is_marked_while_being_judged_stays_marked(store: Store, project: int) -> None:
    unjudged.mark(store, project, [domain_of(store, project)])
    part = unjudged.after(store, project, 0, 10)
    unjudged.mark(store, project, [domain_of(store, project), domain_of(store, project, "site2.org")])
    with store.transaction():
        unjudged.settle(store, project, part)
    assert marked(store, project) == ["site1.org", "site2.org"]


def test_marks_of_other_projects_are_left_alone(store: Store, project: int) -> None:
    other = new_project(store, "other.example")
    merge(store, other, sighting(1, page_url="https://x.org/", target_url="https://other.example/"))
    unjudged.mark_all(store, project)
    assert unjudged.waiting(store, project) == 3
    assert marked(store, other) == ["x.org"]
    assert unjudged.waiting(store, project) == 3


def test_what_was_judged_too_long_ago_is_marked(store: Store, project: int) -> None:
    for name, at in (("site1.org", 10), ("site2.org", 20), ("site3.org", 30)):
        row = (domain_of(store, project, name), Judged(0.5, None, False, "watch", {}, at))
        judgements.write(store, project, [row])
    unjudged.mark_older(store, project, 20)
    assert marked(store, project) == ["site1.org"]
    assert judgements.last_judged(store, project) == 30
    judgements.finish(store, project, 40)
    assert judgements.last_judged(store, project) == 40


def test_another_basis_marks_everybody_and_is_kept(store: Store, project: int) -> None:
    assert unjudged.basis(store, project) is None
    unjudged.begin_anew(store, project, "one")
    assert unjudged.basis(store, project) == "one"
    assert unjudged.waiting(store, project) == 3


def test_what_domains_may_share_is_read_back_as_it_was(store: Store, project: int) -> None:
    rows = [
        TraitsRow(1, -(2**63), ("UA-1", "G-2"), "10.0.0.0/24", (-(2**63), 0, 2**63 - 1)),
        TraitsRow(2, None, None, None, None),
        TraitsRow(3, 5, (), None, ()),
    ]
    with store.transaction():
        write(store, project, rows)
        write(store, project, rows[:1])
        write(store, project + 1, [TraitsRow(4, 1, None, None, None)])
    assert list(every(store, project)) == rows


def test_looks_of_many_links_mark_each_domain_once(store: Store, project: int) -> None:
    assert recording.record(store, project, []) is None
    links = [sighting(n, page_url=f"https://many.org/{n}") for n in range(50)]
    merge(store, project, *links)
    assert [one.domain_id for one in unjudged.after(store, project, 0, 10)] == [
        domain_of(store, project, "many.org")
    ]


@pytest.mark.postgresql
def test_marks_in_two_orders_do_not_wait_for_each_other_for_ever(request: pytest.FixtureRequest) -> None:
    psycopg = pytest.importorskip("psycopg")
    from tests.postgres import new_database

    server = request.getfixturevalue("postgresql_server")
    with new_database(server) as url:
        with psycopg.connect(url, autocommit=True) as first:
            store = Store(first, "postgresql")
            create_tables(store)
            project_id = new_project(store)
        begun, gone_on = threading.Event(), threading.Event()

        def mark_in_turn(domain_ids: list[int], before: threading.Event | None) -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                store = Store(connection, "postgresql")
                if before is not None:
                    assert before.wait(10)
                with store.transaction():
                    unjudged.mark(store, project_id, domain_ids[:1])
                    # the second one comes so far only where nobody takes turns
                    if before is None:
                        begun.set()
                        gone_on.wait(1)
                    else:
                        gone_on.set()
                    unjudged.mark(store, project_id, domain_ids[1:])

        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(mark_in_turn, [1, 2], None), pool.submit(mark_in_turn, [2, 1], begun)]
            for each in waiting:
                each.result(30)
