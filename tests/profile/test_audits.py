"""Audits that were made: numbered, bounded, compared with the one before; suppressions with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.errors import UsageError
from linkstead.journey import audit_profile, kept_audit, kept_run
from linkstead.profile import audits, comparisons
from linkstead.summary import Suppression
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

NOW = 1_800_000_000
RUN = audits.AuditRun(0, NOW, 90, 1, 2, 3, 0)


def test_runs_are_numbered_in_each_project_and_the_oldest_are_dropped(store: Store) -> None:
    one, other = new_project(store), new_project(store, "other.example")
    numbers = [audits.keep_run(store, one, RUN, "{}") for _ in range(audits.MOST_RUNS + 2)]
    assert audits.keep_run(store, other, RUN, "{}") == 1
    kept = audits.runs(store, one)
    assert numbers == list(range(1, audits.MOST_RUNS + 3))
    assert [run.number for run in kept] == numbers[:1:-1]
    assert kept[0] == RUN._replace(number=numbers[-1])
    assert audits.run_text(store, one, 2) is None


def test_a_suppression_keeps_reason_and_end_and_is_replaced_when_said_again(store: Store) -> None:
    project = new_project(store)
    first = Suppression("LS015", None, "our widget\x00", "kim", NOW, None)
    narrow = Suppression("LS015", "big.example", "a partner", "kim", NOW, NOW + 9)
    audits.suppress(store, project, first)
    audits.suppress(store, project, narrow)
    audits.suppress(store, project, Suppression("LS015", None, "said again", "lee", NOW + 1, None))
    told = audits.suppressions(store, project)
    assert {(each.subject, each.reason, each.who, each.until) for each in told} == {
        (None, "said again", "lee", None),
        ("big.example", "a partner", "kim", NOW + 9),
    }
    assert audits.unsuppress(store, project, "LS015", "big.example") == 1
    assert audits.unsuppress(store, project, "LS015") == 1
    assert audits.suppressions(store, project) == ()


def test_a_suppression_without_a_reason_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        audits.suppress(store, new_project(store), Suppression("LS015", None, " \x00", "kim", NOW))


def test_an_audit_is_compared_with_the_one_before_it(store: Store) -> None:
    project = new_project(store)
    merge(store, project, *(sighting(row) for row in range(1, 31)))
    first = audit_profile(store, project, now=NOW)
    assert first.comparison is None
    assert first.health is not None
    assert "LS017" in {each.rule for each in first.findings}
    audits.suppress(store, project, Suppression("LS017", None, "we look next week", "kim", NOW))
    merge(store, project, *(sighting(row, nofollow=True) for row in range(31, 41)))
    second = audit_profile(store, project, now=NOW + 60)
    assert second.comparison is not None
    assert second.comparison.before_at == NOW
    assert {each.name: (each.before, each.now) for each in second.comparison.figures}["backlinks"] == (30, 40)
    assert [each.finding.rule for each in second.suppressed] == ["LS017"]
    assert "LS017" not in {each.rule for each in second.findings + second.comparison.fixed}
    audits.unsuppress(store, project, "LS017")
    third = audit_profile(store, project, now=NOW + 120)
    assert third.comparison is not None
    assert "LS017" in {each.rule for each in third.comparison.still_open}
    found, last = kept_run(store, project, 2), kept_audit(store, project)
    assert found is not None
    assert last is not None
    assert found[1]["suppressed"][0]["suppression"]["reason"] == "we look next week"
    assert last[1]["health"]["score"] == third.health.score if third.health else None


def test_figures_of_the_shape_come_from_what_is_kept_beside_targets_and_domains(store: Store) -> None:
    project = new_project(store)
    merge(
        store,
        project,
        sighting(1, page_url="https://gone.example/post"),
        sighting(2, target_url="http://www.example.com/"),
        sighting(3, target_url="https://example.com/guides"),
        sighting(4, target_url=None),
    )
    store.execute(
        "UPDATE target SET outcome = 'redirected' WHERE url LIKE '%guides' AND project_id = ?", (project,)
    )
    store.execute(
        "UPDATE domain SET lost = links WHERE name = 'gone.example' AND project_id = ?",
        (project,),
    )
    found = comparisons.figures(store, project, comparisons.compare(store, project, 10))
    assert {
        key: found[key] for key in ("home_links", "targeted_links", "redirected_target_links", "lost_domains")
    } == {
        "home_links": 2,
        "targeted_links": 3,
        "redirected_target_links": 1,
        "lost_domains": 1,
    }
