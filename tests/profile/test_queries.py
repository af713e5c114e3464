"""Lists of backlinks: any filter, any order, page by page, nothing missing and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.errors import UsageError
from linkstead.link import LinkStatus, Outcome
from linkstead.profile import filters, link_judgements, queries, recording, search
from linkstead.profile.filters import LinkFilter
from linkstead.profile.link_judgements import JudgedLink
from linkstead.profile.looks import Judged
from linkstead.profile.queries import SORTS, choices, links
from tests.profile.test_looks import verdict
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store


@pytest.fixture
def project(store: Store) -> int:
    made = new_project(store)
    rows = [
        sighting(
            n,
            page_url=f"https://blog{n % 7}.example.{'org' if n % 3 else 'net'}/post-{n}",
            title=f"Post number {n}" if n % 5 else None,
            target_url=f"https://example.com/{'guides/' if n % 4 == 0 else ''}{n % 6}",
            anchor_text=f"anchor {n % 9}" if n % 8 else None,
            nofollow=None if n % 11 == 0 else n % 2 == 0,
            ugc=None,
            sponsored=None,
            placement=("content", "footer", None)[n % 3],
            first_seen=None if n % 10 == 0 else 1_600_000_000 + (n * 7919) % 1000 * 86_400,
            domain_metric=None if n % 4 == 0 else float(n % 50),
        )
        for n in range(1, 131)
    ]
    merge(store, made, *rows[:100])
    merge(store, made, *rows[90:], source="semrush-backlinks")
    some = [listed.id for listed in links(store, made, limit=40).rows]
    recording.record(
        store,
        made,
        [
            Judged(row_id, verdict(Outcome.FOUND, at=1_700_000_000 + n), LinkStatus.LIVE)
            for n, row_id in enumerate(some)
        ],
    )
    with store.transaction():
        link_judgements.write(
            store,
            made,
            [
                (
                    row_id,
                    JudgedLink(
                        None, None, row_id * 37 % 50 + 1.0 if row_id % 3 else None, 0.5, "watch", None
                    ),
                )
                for row_id in everything(store, made, LinkFilter(), "first-seen", down=True)[:90]
            ],
        )
    return made


def everything(store: Store, project: int, asked: LinkFilter, sort: str, *, down: bool) -> list[int]:
    """All ids by walking page by page."""
    found: list[int] = []
    mark = None
    while True:
        page = links(store, project, asked, sort=sort, descending=down, after=mark, limit=17)
        found += [listed.id for listed in page.rows]
        mark = page.after
        if mark is None:
            return found


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize("down", [True, False])
def test_walking_the_pages_gives_every_link_once_in_order(
    store: Store, project: int, sort: str, down: bool
) -> None:
    found = everything(store, project, LinkFilter(), sort, down=down)
    assert len(found) == len(set(found)) == 130
    values = [
        {
            "first-seen": row.first_seen,
            "checked": row.last_checked,
            "authority": row.metric,
            "worth": row.worth,
        }[sort]
        for row in (listed.row for listed in queries.rows_by_id(store, found))
    ]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=down)
    assert values[len(known) :] == [None] * (len(values) - len(known))


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_going_back_shows_the_page_one_came_from(store: Store, project: int, sort: str) -> None:
    first = links(store, project, sort=sort, limit=50)
    second = links(store, project, sort=sort, limit=50, after=first.after)
    third = links(store, project, sort=sort, limit=50, after=second.after)
    assert third.after is None
    assert links(store, project, sort=sort, limit=50, before=third.before).rows == second.rows
    back = links(store, project, sort=sort, limit=50, before=second.before)
    assert back.rows == first.rows
    assert back.before is None


FILTERS = [
    LinkFilter(state="live"),
    LinkFilter(state="lost"),
    LinkFilter(followed="yes"),
    LinkFilter(followed="unknown"),
    LinkFilter(placement="footer"),
    LinkFilter(placement="unknown"),
    LinkFilter(source="semrush-backlinks"),
    LinkFilter(tld="org"),
    LinkFilter(domain="example.net"),
    LinkFilter(target="https://example.com/guides/4"),
    LinkFilter(target="https://example.com/guides/*"),
    LinkFilter(anchor="anchor 3"),
    LinkFilter(first_seen_from=1_620_000_000, first_seen_to=1_650_000_000),
    LinkFilter(metric_from=20.0),
    LinkFilter(text="POST-12"),
    LinkFilter(text="blog3"),
    LinkFilter(text="anchor 5"),
    LinkFilter(text="100% _"),
    LinkFilter(text="g3"),
    LinkFilter(text='"quoted" OR NOT'),
    LinkFilter(state="live", followed="yes", tld="org"),
    LinkFilter(domain="nowhere.example"),
    LinkFilter(state="no such state"),
]


def holds(asked: LinkFilter, listed: queries.ListedLink) -> bool:
    """The filter's meaning, told again in Python."""
    row = listed.row
    follow = {True: "yes", False: "no", None: "unknown"}[row.followed]
    text = (asked.text or "").lower()
    target = asked.target or ""
    tests = [
        asked.state in (None, row.state),
        asked.followed in (None, follow),
        asked.placement in (None, row.placement or "unknown"),
        asked.source is None or asked.source in row.sources,
        asked.tld in (None, row.domain.rpartition(".")[2]),
        asked.domain in (None, row.domain),
        not target
        or row.target_url == target
        or (target.endswith("*") and (row.target_url or "").startswith(target[:-1])),
        asked.anchor in (None, row.anchor_text),
        asked.first_seen_from is None or (row.first_seen or -1) >= asked.first_seen_from,
        asked.first_seen_to is None or (row.first_seen is not None and row.first_seen < asked.first_seen_to),
        asked.metric_from is None or (row.metric is not None and row.metric >= asked.metric_from),
        not text or any(text in (part or "").lower() for part in (row.page_url, row.anchor_text)),
    ]
    return all(tests)


@pytest.mark.parametrize("asked", FILTERS, ids=repr)
@pytest.mark.parametrize("sort", sorted(SORTS))
def test_a_filter_finds_exactly_the_links_it_describes(
    store: Store, project: int, asked: LinkFilter, sort: str
) -> None:
    all_ids = everything(store, project, LinkFilter(), sort, down=True)
    expected = [listed.id for listed in queries.rows_by_id(store, all_ids) if holds(asked, listed)]
    assert everything(store, project, asked, sort, down=True) == expected
    page = links(store, project, asked, sort=sort)
    assert (page.total, page.total_is_exact) == (len(expected), True)


@pytest.mark.parametrize(("many", "common"), [(0, 2.0), (10_000, 2.0), (10_000, 0.0)])
@pytest.mark.parametrize("text", ["POST-12", "blog3", "anchor 5", "nchor", "100% _", '"x" OR', "ost-1"])
def test_a_text_finds_the_same_links_with_and_without_its_index(
    store: Store, project: int, text: str, many: int, common: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = LinkFilter(text=text)
    by_scan = everything(store, project, asked, "authority", down=True)
    monkeypatch.setattr(filters, "_COMMON", common)
    search.refresh(store)
    assert search.is_current(store) is (store.dialect == "sqlite")
    monkeypatch.setattr(search, "MANY", many)
    assert everything(store, project, asked, "authority", down=True) == by_scan
    assert search.refresh(store) == 0


@pytest.mark.parametrize("asked", [LinkFilter(), LinkFilter(text="post-1"), LinkFilter(domain="example.net")])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("down", [True, False])
def test_all_ids_at_once_are_those_of_all_pages(
    store: Store, project: int, asked: LinkFilter, sort: str, down: bool
) -> None:
    search.refresh(store)
    paged = everything(store, project, asked, sort, down=down)
    ids = queries.link_ids(store, project, asked, sort=sort, descending=down, most=1_000)
    assert ids == paged
    assert queries.link_ids(store, project, asked, sort=sort, descending=down, most=7) == ids[:7]


def test_the_ids_of_nothing_are_none(store: Store, project: int) -> None:
    assert queries.link_ids(store, project, LinkFilter(source="nobody"), most=9) == []
    with pytest.raises(UsageError, match="cannot be sorted"):
        queries.link_ids(store, project, sort="colour", most=9)


def test_how_few_is_few_decides_the_way_but_never_the_answer(
    store: Store, project: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = LinkFilter(domain="example.net", followed="no")
    by_filter = everything(store, project, asked, "authority", down=True)
    monkeypatch.setattr(filters, "FEW", 0)
    assert everything(store, project, asked, "authority", down=True) == by_filter


def test_a_combination_beyond_the_limit_is_counted_as_more_than(
    store: Store, project: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNT_LIMIT", 10)
    page = links(store, project, LinkFilter(followed="yes", tld="org"))
    assert (page.total, page.total_is_exact) == (10, False)


def test_choices_tell_how_many_links_each_has(store: Store, project: int) -> None:
    offered = choices(store, project)
    assert dict(offered["state"]) == {"unverified": 90, "live": 40}
    assert sum(count for _, count in offered["tld"]) == 130
    for name, count in offered["source"]:
        assert links(store, project, LinkFilter(source=name)).total == count


def test_an_unknown_order_or_a_damaged_mark_is_wrong_use(store: Store, project: int) -> None:
    with pytest.raises(UsageError, match="cannot be sorted"):
        links(store, project, sort="colour")
    for mark in ("x", "1;DROP TABLE page", ":", "a:1"):
        with pytest.raises(UsageError, match="page mark"):
            links(store, project, after=mark)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=20))
def test_no_search_text_breaks_the_question(store: Store, project: int, text: str) -> None:
    text = text.replace("\x00", "")
    page = links(store, project, LinkFilter(text=text))
    assert page.total <= 130
