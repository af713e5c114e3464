"""Judging once more: what changed alone, with the same result as judging everything."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.journey.judged_domains import OLDEST, judge_domains
from linkstead.journey.lists import add_list, read_lists
from linkstead.link import Decision, LinkStatus, Outcome, Reason
from linkstead.profile import decisions, domain_facts, judgements, link_judgements, unjudged
from linkstead.profile.store import Store, open_workspace
from linkstead.quality.facts import ListKind
from tests.graph_samples import graph_of
from tests.page_fact_samples import keep_facts
from tests.profile_histories import Lived, Look, pasts
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.progress import Progress

NOW = 1_750_000_000


@pytest.fixture
def project(store: Store) -> int:
    """Three domains, judged."""
    project_id = new_project(store)
    merge(store, project_id, *(sighting(n, page_url=f"https://site{n}.org/p") for n in (1, 2, 3)))
    assert judge_domains(store, project_id, now=NOW).total() == 3
    return project_id


def test_where_nothing_changed_nothing_is_judged_and_that_is_told(store: Store, project: int) -> None:
    assert judge_domains(store, project, now=NOW + 60).total() == 0
    assert judgements.last_judged(store, project) == NOW + 60


def test_a_new_link_has_its_domain_judged_alone(store: Store, project: int) -> None:
    merge(store, project, sighting(9, page_url="https://site2.org/more"))
    assert judge_domains(store, project, now=NOW).total() == 1
    assert store.query("SELECT count(*) FROM link_judgement") == [(4,)]


def test_after_a_week_everything_is_judged_anew(store: Store, project: int) -> None:
    assert judge_domains(store, project, now=NOW + OLDEST).total() == 0
    assert judge_domains(store, project, now=NOW + OLDEST + 1).total() == 3


def test_what_all_judgements_rest_on_has_everything_judged_anew(
    store: Store, project: int, tmp_path: Path
) -> None:
    domain_facts.set_manual_action(store, project, "notified")
    assert judge_domains(store, project, now=NOW).total() == 3
    graph = graph_of(tmp_path / "graph", ["com.example", "org.site1"], [(1, 0)])
    assert judge_domains(store, project, now=NOW, graph=graph).total() == 3
    assert judge_domains(store, project, now=NOW, graph=graph).total() == 0
    spam = tmp_path / "spam.txt"
    for names in ("site1.org\n", "site2.org\n"):
        spam.write_text(names)
        add_list(tmp_path / "lists", ListKind.REFERRER_SPAM, spam)
        lists = read_lists(tmp_path / "lists")
        assert judge_domains(store, project, now=NOW, graph=graph, lists=lists).total() == 3
        assert judge_domains(store, project, now=NOW, graph=graph, lists=lists).total() == 0


def test_a_judging_that_was_stopped_goes_on_where_it_was(
    store: Store, project: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.journey import judged_domains

    monkeypatch.setattr(judged_domains, "_AT_ONCE", 1)
    told: list[Progress] = []

    def stop() -> bool:
        return sum(each.step == "Judging referring domains" for each in told) == 2

    first = judge_domains(
        store, project, now=NOW + 1, everything=True, progress=told.append, should_stop=stop
    )
    assert first.total() == 2
    assert judgements.last_judged(store, project) == NOW + 1
    assert judge_domains(store, project, now=NOW + 2).total() == 1
    assert judge_domains(store, project, now=NOW + 3).total() == 0


def test_a_domain_that_was_emptied_is_marked_no_more(store: Store, project: int) -> None:
    store.execute("UPDATE domain SET links = 0 WHERE name = 'site1.org'")
    unjudged.mark(store, project, [int(row[0]) for row in store.query("SELECT id FROM domain")])
    assert judge_domains(store, project, now=NOW).total() == 2
    assert unjudged.waiting(store, project) == 0


def test_pages_read_since_are_compared_with_those_read_before(store: Store, project: int) -> None:
    body = b"<script>gtag('config', 'G-ABCDEF1234')</script><p>" + b"A word of it. " * 60
    merge(store, project, *(sighting(n, page_url=f"https://farm{n}.org/p") for n in range(20)))
    keep_facts(store, project, {f"farm{n}.org": body for n in range(20)})
    judge_domains(store, project, now=NOW)
    keep_facts(store, project, {"site2.org": body})
    assert judge_domains(store, project, now=NOW).total() == 1
    (said,) = store.query(
        "SELECT said FROM domain_judgement j JOIN domain d ON d.id = j.domain_id WHERE d.name = 'site2.org'"
    )[0]
    assert "network.same-ids" in said


def test_a_link_that_cannot_be_seen_keeps_what_was_around_it(store: Store, project: int) -> None:
    link = Lived(store, project, 9)
    link.go(Look(60, Outcome.FOUND, Reason.LINK_PRESENT))
    with store.transaction():
        store.execute("UPDATE look SET left_text = 'roses and', right_text = 'secateurs', indexable = 0")
    seen = link_judgements.link_to_judge(store, link.id)
    assert seen is not None
    assert (seen.left, seen.right, seen.indexable) == ("roses and", "secateurs", False)
    link.go(Look(60, Outcome.MISSING, Reason.REMOVED))
    unseen = link_judgements.link_to_judge(store, link.id)
    assert unseen == seen._replace(state=LinkStatus.IN_DOUBT)


def everything_said(store: Store) -> tuple[list[Any], list[Any]]:
    domains = store.query(
        "SELECT domain_id, estimate, likelihood, flagged, action, said FROM domain_judgement"
        " ORDER BY domain_id"
    )
    return domains, store.query("SELECT * FROM link_judgement ORDER BY backlink_id")


steps = st.lists(
    st.one_of(pasts, st.sampled_from([*Decision, None]), st.just("judge")), min_size=1, max_size=6
)


@given(st.lists(steps, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_what_changed_judged_alone_gives_what_judging_everything_gives(lives: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as place, open_workspace(Path(place) / "p.sqlite3") as store:
        project = new_project(store)
        for number, life in enumerate(lives, 1):
            link = Lived(store, project, number)
            link_domain = [int(row[0]) for row in store.query("SELECT id FROM domain")]
            for step in life:
                if step == "judge":
                    judge_domains(store, project, now=NOW)
                elif isinstance(step, list):
                    for each in step:
                        link.go(each)
                else:
                    decisions.decide(store, project, link_domain, step, who="ed", now=1)
        judge_domains(store, project, now=NOW)
        changed_alone = everything_said(store)
        judge_domains(store, project, now=NOW, everything=True)
        assert everything_said(store) == changed_alone
