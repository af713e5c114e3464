"""Decisions on referring domains: what stands, who said so, and what undoing brings back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.errors import UsageError
from linkstead.link import Decision
from linkstead.profile import decisions, triage
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

ED, IDA = "ed@example.com", "ida@example.com"


@pytest.fixture
def project(store: Store) -> int:
    """A project with links of five domains: site1 has one, site5 five."""
    project_id = new_project(store)
    merge(
        store,
        project_id,
        *(
            sighting(
                domain,
                page_url=f"https://site{domain}.example{domain}.org/{page}",
                anchor_text="buy" if page else "name",
                domain_metric=float(domain),
            )
            for domain in range(1, 6)
            for page in range(domain)
        ),
    )
    return project_id


def listed(store: Store, project_id: int, kind: str = "open") -> list[str]:
    return [row.name for row in triage.queue(store, project_id, kind=kind).rows]


def ids(store: Store, project_id: int) -> dict[str, int]:
    return {row.name: row.domain_id for row in triage.queue(store, project_id, kind="all").rows}


def stands(store: Store, project_id: int) -> dict[str, str]:
    return {name: str(one.decision) for name, one in decisions.standing(store, project_id)}


def test_the_queue_begins_with_the_domains_of_most_links_and_goes_on_page_by_page(
    store: Store, project: int
) -> None:
    names = [f"example{number}.org" for number in (5, 4, 3, 2, 1)]
    assert listed(store, project) == names
    first = triage.queue(store, project, limit=2)
    second = triage.queue(store, project, limit=2, after=first.after)
    third = triage.queue(store, project, limit=2, after=second.after)
    assert [row.name for page in (first, second, third) for row in page.rows] == names
    assert third.after is None
    row = first.rows[0]
    assert (row.links, row.metric, row.anchor, row.anchor_links) == (5, 5.0, "buy", 4)


def test_a_domain_whose_links_are_gone_is_counted_nowhere(store: Store, project: int) -> None:
    known = ids(store, project)
    watched = [known["example1.org"], known["example2.org"]]
    decisions.decide(store, project, watched, Decision.WATCH, who=ED, now=10)
    decisions.decide(store, project, [known["example3.org"]], Decision.KEEP, who=ED, now=10)
    gone = (known["example1.org"], known["example3.org"], known["example5.org"])
    store.execute("UPDATE domain SET links = 0 WHERE id IN (?, ?, ?)", gone)
    assert decisions.counts(store, project) == {"open": 1, "all": 2, "watch": 1}
    assert listed(store, project, "watch") == ["example2.org"]


def test_a_decided_domain_leaves_the_open_list_and_says_who_and_why(store: Store, project: int) -> None:
    known = ids(store, project)
    chosen = [known["example1.org"], known["example2.org"]]
    decisions.decide(store, project, chosen, Decision.DISAVOW, who=ED, now=10, note=" paid\0 links ")
    assert listed(store, project) == ["example5.org", "example4.org", "example3.org"]
    assert listed(store, project, "disavow") == ["example2.org", "example1.org"]
    assert decisions.counts(store, project) == {"open": 3, "all": 5, "disavow": 2}
    told = dict(decisions.standing(store, project, Decision.DISAVOW))["example1.org"]
    assert (told.who, told.at, told.note) == (ED, 10, "paid links")


def test_the_last_decision_stands_and_all_are_remembered(store: Store, project: int) -> None:
    domain = ids(store, project)["example3.org"]
    decisions.decide(store, project, [domain], Decision.WATCH, who=ED, now=1)
    decisions.decide(store, project, [domain], Decision.WHITELIST, who=IDA, now=2)
    assert stands(store, project) == {"example3.org": "whitelist"}
    decisions.decide(store, project, [domain], None, who=ED, now=3)
    assert stands(store, project) == {}
    past = decisions.history(store, project, domain)
    assert [(one.decision, one.who) for one in past] == [(None, ED), ("whitelist", IDA), ("watch", ED)]


def test_undoing_brings_back_what_stood_before_and_leaves_what_was_decided_since(
    store: Store, project: int
) -> None:
    known = ids(store, project)
    one, two, three = (known[f"example{number}.org"] for number in (1, 2, 3))
    decisions.decide(store, project, [one], Decision.KEEP, who=ED, now=1)
    batch = decisions.decide(store, project, [one, two, three], Decision.DISAVOW, who=ED, now=2)
    decisions.decide(store, project, [three], Decision.WATCH, who=IDA, now=3)
    assert decisions.undo(store, project, batch, who=ED, now=4) == (2, 1)
    assert stands(store, project) == {"example1.org": "keep", "example3.org": "watch"}
    assert decisions.undo(store, project, batch, who=ED, now=5) == (0, 3), "once is enough"


def test_domains_of_others_are_never_decided_about(store: Store, project: int) -> None:
    other = new_project(store, "other.example")
    merge(store, other, sighting(1, page_url="https://example1.org/", target_url="https://other.example/"))
    theirs = ids(store, other)["example1.org"]
    with pytest.raises(UsageError, match="None of these domains"):
        decisions.decide(store, project, [theirs], Decision.KEEP, who=ED, now=1)
    batch = decisions.decide(store, other, [theirs], Decision.KEEP, who=IDA, now=1)
    with pytest.raises(UsageError, match="no such decision"):
        decisions.undo(store, project, batch, who=ED, now=2)
    assert decisions.history(store, project, theirs) == []
    assert stands(store, other) == {"example1.org": "keep"}


def test_a_part_of_a_name_is_found_and_a_wild_card_is_a_letter(store: Store, project: int) -> None:
    found = triage.queue(store, project, kind="all", name="MPLE4")
    assert [row.name for row in found.rows] == ["example4.org"]
    assert triage.queue(store, project, name="%").rows == []
    with pytest.raises(UsageError, match="no list"):
        triage.queue(store, project, kind="nonsense")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sets(st.integers(1, 5), min_size=1), st.sampled_from([*Decision, None])), max_size=8
    )
)
def test_undoing_everything_from_the_last_to_the_first_leaves_nothing(
    store: Store, project: int, said: list[tuple[set[int], Decision | None]]
) -> None:
    known = ids(store, project)
    states, batches = [stands(store, project)], []
    for numbers, decision in said:
        chosen = [known[f"example{number}.org"] for number in numbers]
        batches.append(decisions.decide(store, project, chosen, decision, who=ED, now=1))
        states.append(stands(store, project))
    # what an undo writes is the last word on a domain, so an earlier batch counts as decided about since
    if batches:
        last = decisions.undo(store, project, batches[-1], who=ED, now=2)
        assert last.left == 0
        assert stands(store, project) == states[-2]
    decisions.decide(store, project, list(known.values()), None, who=ED, now=3)
