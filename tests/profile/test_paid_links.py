"""What was paid for links: kept once a page, and shown with the worst of its backlinks, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.profile import paid_links
from linkstead.profile.codes import STATE_CODE
from linkstead.profile.paid_links import Paid
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store
    from linkstead.summary import PaidRow

NOW, DAY = 1_800_000_000, 86_400
PAGE = "https://blog.example.org/post"


def set_state(store: Store, project: int, page: str, state: str, target: str = "%") -> None:
    store.execute(
        "UPDATE backlink SET state = ? WHERE project_id = ?"
        " AND page_id IN (SELECT id FROM page WHERE url = ?) AND target_id IN"
        " (SELECT id FROM target WHERE url LIKE ?)",
        (STATE_CODE[state], project, page, target),
    )


def only(store: Store, project: int) -> PaidRow:
    (row,) = paid_links.states(store, project)
    return row


def test_a_page_said_again_has_its_new_price_and_who_said_so(store: Store) -> None:
    project, other = new_project(store), new_project(store, "other.example")
    first = Paid(PAGE, 250.0, "EUR", NOW + DAY, "spring\0 deal ")
    assert paid_links.keep(store, project, [first], who="ed", now=NOW) == 1
    paid_links.keep(store, project, [first._replace(cost=300.0, until=None)], who="ida", now=NOW + 5)
    (one,) = paid_links.kept(store, project)
    assert one == (Paid(PAGE, 300.0, "EUR", None, "spring deal"), "ida", NOW + 5)
    assert paid_links.kept(store, other) == []
    assert not paid_links.remove(store, other, PAGE)
    assert paid_links.remove(store, project, PAGE)
    assert not paid_links.remove(store, project, PAGE)


def test_what_ends_first_is_listed_first_and_what_never_ends_last(store: Store) -> None:
    project = new_project(store)
    rows = [Paid("a.example"), Paid("b.example", until=NOW + DAY), Paid("c.example", until=NOW)]
    paid_links.keep(store, project, rows, who="ed", now=NOW)
    assert [one.paid.page_url for one in paid_links.kept(store, project)] == [
        "c.example",
        "b.example",
        "a.example",
    ]


def test_of_several_links_of_a_page_the_worst_speaks(store: Store) -> None:
    project = new_project(store)
    merge(
        store,
        project,
        sighting(1, page_url=PAGE, sponsored=True),
        sighting(2, page_url=PAGE, target_url="https://example.com/b", sponsored=True, nofollow=True),
    )
    paid_links.keep(store, project, [Paid(PAGE, 9.0, "USD")], who="ed", now=NOW)
    row = only(store, project)
    assert (row.state, row.links, row.gone, row.followed) == ("unverified", 2, 0, 0)
    assert row.rel == ("sponsored",)
    set_state(store, project, PAGE, "live")
    assert only(store, project).state == "live"
    set_state(store, project, PAGE, "in doubt", "%/b")
    row = only(store, project)
    assert (row.state, row.gone, row.lost) == ("in doubt", 1, 0)
    set_state(store, project, PAGE, "lost", "%/b")
    row = only(store, project)
    assert (row.state, row.gone, row.lost, row.rel) == ("lost", 1, 1, ("sponsored",))


def test_links_that_pass_votes_are_counted_while_they_are_in_place(store: Store) -> None:
    project = new_project(store)
    merge(
        store,
        project,
        sighting(1, page_url=PAGE),
        sighting(2, page_url=PAGE, target_url="https://example.com/b"),
    )
    paid_links.keep(store, project, [Paid(PAGE)], who="ed", now=NOW)
    assert (only(store, project).followed, only(store, project).rel) == (2, ())
    set_state(store, project, PAGE, "lost")
    assert (only(store, project).followed, only(store, project).gone) == (0, 2)


def test_a_domain_stands_for_all_of_its_pages_and_for_no_other_project(store: Store) -> None:
    project, other = new_project(store), new_project(store, "other.example")
    pages = [f"https://www.blog.org/p{number}" for number in range(3)]
    merge(store, project, *(sighting(number, page_url=page) for number, page in enumerate(pages, 1)))
    merge(store, other, sighting(1, page_url=f"{pages[0]}9", target_url="https://other.example/"))
    paid_links.keep(store, project, [Paid("blog.org", 90.0, "EUR")], who="ed", now=NOW)
    set_state(store, project, pages[0], "lost")
    row = only(store, project)
    assert (row.domain, row.links, row.lost, row.followed, row.state) == ("blog.org", 3, 1, 2, "lost")


def test_a_page_without_a_known_backlink_has_no_state(store: Store) -> None:
    project = new_project(store)
    paid_links.keep(store, project, [Paid(PAGE), Paid("nobody.example")], who="ed", now=NOW)
    assert [(row.state, row.links, row.rel) for row in paid_links.states(store, project)] == [
        (None, 0, ()),
        (None, 0, ()),
    ]
