"""Audits that were made: numbered, bounded, compared with the one before; suppressions with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.errors import UsageError
from linkstead.journey import audit_profile, kept_audit, kept_run
from linkstead.link import Decision
from linkstead.profile import audits, comparisons, decisions, disavow_files, judgements, paid_links
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


def test_of_older_weeks_the_last_audit_stays_and_after_three_years_none(store: Store) -> None:
    project, week = new_project(store), 7 * 86_400
    begin = NOW - NOW % week
    moments = [begin + hour * 3_600 for hour in (1, 2, 3)]  # one week
    moments += [begin + week + 5, begin + week + 6]  # the next
    moments += [begin + 2 * week + n for n in range(audits.MOST_RUNS)]
    for at in moments:
        audits.keep_run(store, project, RUN._replace(at=at), "{}")
    kept = [run.at for run in audits.runs(store, project)]
    assert kept[audits.MOST_RUNS :] == [begin + week + 6, begin + 3 * 3_600]
    late = begin + (audits.WEEKS_KEPT + 1) * week + 100
    for _ in range(audits.MOST_RUNS):
        audits.keep_run(store, project, RUN._replace(at=late), "{}")
    kept = [run.at for run in audits.runs(store, project)]
    assert kept[audits.MOST_RUNS :] == [begin + 2 * week + audits.MOST_RUNS - 1], "the first two are too old"


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


def test_an_audit_reads_paid_links_judgements_and_the_disavow_file(store: Store) -> None:
    project = new_project(store)
    merge(
        store,
        project,
        *(sighting(n, page_url=f"https://s{n}.org/", domain_metric=n * 2.0) for n in range(1, 41)),
    )
    rows = store.query("SELECT name, id FROM domain WHERE project_id = ?", (project,))
    ids = {str(name): int(row_id) for name, row_id in rows}
    spam = judgements.Judged(0.97, 0.97, True, "do nothing", {}, 1)
    fine = spam._replace(likelihood=0.1, flagged=False)
    judged = [(ids[f"s{n}.org"], spam if n <= 6 else fine) for n in range(1, 36)]
    judgements.write(store, project, judged)
    decisions.decide(store, project, [ids["s1.org"], ids["s2.org"]], Decision.DISAVOW, who="ed", now=1)
    store.execute("UPDATE project SET metric = 'ahrefs.dr' WHERE id = ?", (project,))
    body = b"domain:s1.org\ndomain:s3.org\ndomain:s38.org\nno entry\n"
    disavow_files.keep(store, project, body, disavow_files.Described("d.txt", 3), who="ed", now=2)
    paid = [paid_links.Paid("https://s4.org/", 9.0, "EUR", NOW + 60), paid_links.Paid("s99.org")]
    paid_links.keep(store, project, paid, who="ed", now=3)
    found = {each.rule: each for each in audit_profile(store, project, now=NOW).findings}
    counts = {rule: found[rule].count for rule in sorted(found) if rule >= "LS042"}
    assert counts == {
        "LS042": 1, "LS044": 1, "LS045": 1, "LS046": 6, "LS047": 1, "LS048": 1, "LS049": 3, "LS050": 1
    }  # fmt: skip
    assert found["LS047"].evidence[0]["domain"] == "s2.org"
    assert found["LS048"].evidence[0]["why"] == "Ahrefs DR 76"
    kept = kept_audit(store, project)
    assert kept is not None
    assert (kept[1]["paid"]["kept"], kept[1]["judged"]["flagged"]) == (2, 6)


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
