"""Our looks decide the state of a link, and every figure follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.link import Link, LinkStatus, LinkType, Outcome, Placement, Reason, Verdict
from linkstead.profile import appointments, history, recording, search, tallies
from linkstead.profile.detail import link_detail
from linkstead.profile.figures import counts, summary
from linkstead.profile.filters import LinkFilter
from linkstead.profile.looks import Judged
from linkstead.profile.queries import links
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    import pytest

    from linkstead.profile.store import Store

NOW = 1_800_000_000


def verdict(outcome: Outcome = Outcome.FOUND, *, at: int = NOW, **told: object) -> Verdict:
    reasons = {
        Outcome.FOUND: Reason.LINK_PRESENT,
        Outcome.MISSING: Reason.REMOVED,
        Outcome.BLOCKED: Reason.FORBIDDEN,
    }
    link = Link(
        url=str(told.pop("url", "https://example.com/")),
        anchor_text=str(told.pop("anchor", "seen text")),
        rel=told.pop("rel", ()),  # type: ignore[arg-type]
        type=LinkType.ANCHOR,
        placement=Placement.FOOTER,
        position=0,
    )
    found = outcome is Outcome.FOUND
    return Verdict(
        outcome=outcome,
        reason=reasons[outcome],
        explanation="As seen.",
        page_url="https://site1.example.org/post",
        target_url="https://example.com/",
        checked_at=at,
        links=(link,) if found else (),
        speaks=link if found else None,
        followed=not link.rel if found else None,
        indexable=True if found else None,
        http_status=200,
    )


def ids(store: Store, project: int) -> list[int]:
    return sorted(listed.id for listed in links(store, project).rows)


def look(store: Store, project: int, outcome: Outcome, state: LinkStatus, **told: object) -> None:
    row_id = ids(store, project)[0]
    recording.record(store, project, [Judged(row_id, verdict(outcome, **told), state)])  # type: ignore[arg-type]


def test_a_found_link_is_live_and_carries_what_we_saw(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, lost_at=1_720_000_000))
    look(store, project, Outcome.FOUND, LinkStatus.LIVE, rel=("nofollow", "ugc"))
    listed = links(store, project).rows[0]
    assert (listed.row.state, listed.row.followed, listed.row.placement) == ("live", False, "footer")
    assert (listed.row.anchor_text, listed.rel) == ("seen text", ("nofollow", "ugc"))
    assert not listed.reported_lost
    assert listed.row.last_checked == NOW
    assert tallies.differences(store, project) == []


def test_a_later_import_leaves_what_we_saw_ourselves_alone(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    look(store, project, Outcome.FOUND, LinkStatus.LIVE, rel=("nofollow",))
    merge(store, project, sighting(1, nofollow=False, anchor_text="told text", placement="content"))
    row = links(store, project).rows[0].row
    assert (row.followed, row.anchor_text, row.placement, row.state) == (False, "seen text", "footer", "live")


def test_a_blocked_look_changes_the_state_and_nothing_else(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    before = links(store, project).rows[0].row
    look(store, project, Outcome.BLOCKED, LinkStatus.BLOCKED)
    after = links(store, project).rows[0].row
    assert after.state == "blocked"
    assert (after.followed, after.anchor_text, after.placement) == (
        before.followed,
        before.anchor_text,
        before.placement,
    )
    assert counts(store, project).lost == 0


def test_writing_a_look_twice_is_writing_it_once(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    for _ in range(2):
        look(store, project, Outcome.MISSING, LinkStatus.IN_DOUBT)
    detail = link_detail(store, project, ids(store, project)[0])
    assert detail is not None
    assert len(detail.looks) == 1
    assert tallies.differences(store, project) == []


def test_a_look_that_comes_late_is_kept_behind_the_present(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    look(store, project, Outcome.MISSING, LinkStatus.LOST)
    before = links(store, project).rows[0].row
    look(store, project, Outcome.FOUND, LinkStatus.LIVE, at=NOW - 60, anchor="late text")
    look(store, project, Outcome.BLOCKED, LinkStatus.BLOCKED, at=NOW)  # the same moment: somebody was first
    row = links(store, project).rows[0].row
    assert (row.state, row.last_checked, row.explanation) == ("lost", NOW, before.explanation)
    assert row.last_seen == NOW - 60
    detail = link_detail(store, project, ids(store, project)[0])
    assert detail is not None
    assert [each.checked_at for each in detail.looks] == [NOW, NOW - 60]
    assert list(history.differences(store, project)) == []


def test_two_looks_of_one_batch_may_stand_in_any_order(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    row_id = ids(store, project)[0]
    late = Judged(row_id, verdict(Outcome.MISSING, at=NOW - 60), LinkStatus.IN_DOUBT)
    recording.record(store, project, [Judged(row_id, verdict(), LinkStatus.LIVE), late])
    assert links(store, project).rows[0].row.state == "live"
    assert list(history.differences(store, project)) == []


def test_a_text_that_a_look_was_the_first_to_see_is_found_by_its_words(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    search.refresh(store)
    look(store, project, Outcome.FOUND, LinkStatus.LIVE, anchor="unheard-of words")
    assert search.is_current(store) is (store.dialect == "sqlite")
    assert links(store, project, LinkFilter(text="heard-of")).total == 1


def test_while_an_import_has_yet_to_index_its_words_looks_do_not_do_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_FEW", 1)
    project = new_project(store)
    merge(store, project, sighting(1, anchor_text="one"), sighting(2, anchor_text="two"))
    look(store, project, Outcome.FOUND, LinkStatus.LIVE)
    assert not search.is_current(store)
    search.refresh(store)
    assert links(store, project, LinkFilter(text="seen text")).total == 1


def test_a_loss_and_a_return_move_the_figures_both_ways(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1), sighting(2))
    look(store, project, Outcome.MISSING, LinkStatus.LOST)
    assert (counts(store, project).lost, counts(store, project).live) == (1, 0)
    assert sum(month.lost for month in summary(store, project, now=NOW).months) == 1
    look(store, project, Outcome.FOUND, LinkStatus.LIVE, at=NOW + 100)
    assert (counts(store, project).lost, counts(store, project).live) == (0, 1)
    assert sum(month.lost for month in summary(store, project, now=NOW).months) == 0
    assert tallies.differences(store, project) == []


def test_a_look_names_the_target_that_no_source_had_named(store: Store) -> None:
    project = new_project(store)
    merge(
        store, project, sighting(1, target_url=None, anchor_text=None), source="search-console-latest-links"
    )
    look(store, project, Outcome.FOUND, LinkStatus.LIVE, url="https://example.com/guide#top")
    assert links(store, project).rows[0].row.target_url == "https://example.com/guide"
    assert tallies.differences(store, project) == []


def test_links_of_another_project_cannot_be_chosen_or_shown(store: Store) -> None:
    mine, theirs = new_project(store), new_project(store, "example.net")
    merge(store, theirs, sighting(1))
    foreign = ids(store, theirs)
    assert appointments.ask_links(store, mine, foreign, run_id=None, now=NOW) == 0
    assert link_detail(store, mine, foreign[0]) is None


def test_the_summary_names_changes_against_the_export_and_disagreements(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, nofollow=False, anchor_text="told text"))
    merge(store, project, sighting(1, nofollow=True, anchor_text="told text"), source="semrush-backlinks")
    look(store, project, Outcome.FOUND, LinkStatus.LIVE, rel=("nofollow",))
    found = summary(store, project, now=NOW)
    assert {(change.what, change.source) for change in found.changes} == {
        ("rel", "ahrefs-backlinks"),
        ("anchor text", "ahrefs-backlinks"),
        ("anchor text", "semrush-backlinks"),
    }
    assert [each.what for each in found.disagreements] == ["nofollow"]
    assert found.figures["turned_nofollow"] == 1
    assert found.reasons == {"link_present": 1}
