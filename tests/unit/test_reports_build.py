"""How an audit is arranged: what comes first, what an empty section says, what is never added up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkstead.link import LinkStatus, Reason
from linkstead.quality import audit
from linkstead.reports import Report, build_report
from linkstead.reports.report import Anchor, Kind, Page, Section
from linkstead.reports.words import REASON_WORDS, STATE_MEANINGS
from linkstead.summary import Audit, Finding, ProfileSummary, Severity
from tests.unit.summary_samples import NOW, calm, empty, rich


def report(summary: ProfileSummary, **more: int) -> Report:
    return build_report(audit(summary, now=NOW), **more)


def section(built: Report, id_: str) -> Section:
    return next(part for part in built.sections if part.id == id_)


def test_sections_come_in_the_order_of_a_reader_with_little_time() -> None:
    assert [part.id for part in report(rich()).sections] == [
        "months", "states", "anchors", "tlds", "placements", "domains", "broken", "targets", "changes",
        "disagreements", "lost", "in-doubt", "blocked", "sources",
    ]  # fmt: skip


def test_the_strip_shows_the_figures_and_keeps_not_known_apart_from_lost() -> None:
    figures = {figure.key: figure for figure in report(rich()).figures}
    assert {key: figure.value for key, figure in figures.items()} == {
        "backlinks": 3_210, "referring_domains": 402, "followed": 2_240, "live": 1_048, "in_doubt": 14,
        "lost": 61, "not_known": 385, "broken": 415,
    }  # fmt: skip
    assert figures["live"].note == "69% of those looked at"
    assert figures["lost"].note == "90 more reported by sources"


def test_figures_beyond_the_cut_list_of_targets_are_believed() -> None:
    summary = replace(rich(), figures={"broken_targets": 130, "broken_target_links": 900})
    broken = report(summary).figures[-1]
    assert (broken.value, broken.note) == (900, "at 130 of your pages")


def test_tasks_and_notices_are_told_apart_and_the_action_stands_alone() -> None:
    built = report(rich())
    assert [task.severity for task in built.tasks][:2] == [Severity.ERROR, Severity.WARNING]
    assert all(task.severity is Severity.NOTICE for task in built.notices)
    first = built.tasks[0]
    assert first.action == "Restore the failing pages, or redirect each permanently to its closest successor"
    assert first.detail.startswith("A redirect of everything")
    assert first.reason.startswith("415 backlinks")
    assert first.count == 415


def test_a_calm_profile_has_no_tasks() -> None:
    built = report(calm())
    assert built.tasks == built.notices == ()


def test_the_states_are_all_listed_and_add_up_to_all_backlinks() -> None:
    table = section(report(rich()), "states").table
    assert table is not None
    assert [row[0] for row in table.rows] == list(STATE_MEANINGS)
    assert sum(int(str(row[1])) for row in table.rows) == 3_210


def test_every_state_and_reason_has_words() -> None:
    assert set(STATE_MEANINGS) == {status.value for status in LinkStatus}
    assert set(REASON_WORDS) == {reason.value for reason in Reason}


@pytest.mark.parametrize("profile", [empty(), calm(), rich()])
def test_a_section_has_rows_or_says_why_it_has_none_and_what_to_do(profile: ProfileSummary) -> None:
    for part in report(profile).sections:
        assert (part.table is None) != (part.empty is None)
        assert part.title
        assert part.lead
        if part.empty:
            assert part.empty.why.endswith(".")
            assert part.empty.what_to_do.endswith(".")


def test_nothing_lost_and_nobody_looked_are_different_news() -> None:
    looked, unseen = section(report(calm()), "lost").empty, section(report(empty()), "lost").empty
    assert looked is not None
    assert unseen is not None
    assert looked.why == "No link is confirmed as lost."
    assert unseen.why == "Nothing has been looked at yet."


def test_links_without_anchor_texts_are_not_the_same_as_no_links() -> None:
    part = section(report(replace(rich(), anchors=())), "anchors")
    assert part.empty is not None
    assert part.empty.why == "No source tells anchor texts."


def test_a_long_list_is_cut_and_says_how_long_it_is() -> None:
    many = replace(rich(), lost=rich().lost * 10)
    table = section(report(many, longest=25), "lost").table
    assert table is not None
    assert (len(table.rows), table.total) == (25, 80)


def test_a_link_shows_page_anchor_target_and_the_reason_in_words() -> None:
    table = section(report(rich()), "lost").table
    assert table is not None
    assert table.columns[-1].label == "ahrefs.dr"
    page, anchor, why, *_ = table.rows[0]
    assert page == Page(rich().lost[0].page_url, rich().lost[0].page_title)
    assert anchor == Anchor("the tide lamps", "https://harborlight.example/guides/tides")
    assert why == "the page is there, the link is not"


def test_a_metric_nobody_has_makes_no_column() -> None:
    bare = replace(rich(), lost=tuple(replace(row, metric=None) for row in rich().lost))
    table = section(report(bare), "lost").table
    assert table is not None
    assert "ahrefs.dr" not in [column.label for column in table.columns]


def test_a_broken_target_stands_apart_from_the_others() -> None:
    built = report(rich())
    broken, others = section(built, "broken").table, section(built, "targets").table
    assert broken is not None
    assert others is not None
    assert [row[1] for row in broken.rows] == [404, 410]
    assert "fails" not in [row[1] for row in others.rows]


def test_skipped_and_quarantined_rows_are_named_with_their_reason() -> None:
    table = section(report(rich()), "sources").table
    assert table is not None
    assert table.rows[0][5] == 4
    assert table.rows[0][6] == "118 duplicate, 7 own site"
    assert table.rows[1][6] == "none"


def test_evidence_shows_reasons_in_words_and_leaves_empty_columns_out() -> None:
    built = report(rich())
    doubt = next(task for task in built.notices if task.rule == "LS002").evidence
    assert doubt is not None
    labels = [column.label for column in doubt.columns]
    assert labels == ["Page", "Target", "Anchor text", "State", "Reason", "Metric"]
    assert doubt.rows[0][4] == "the page is there, the link is not"
    assert doubt.columns[-1].kind is Kind.NUMBER
    chain = next(task for task in built.tasks if task.rule == "LS003").evidence
    assert chain is not None
    assert "Hops" not in [column.label for column in chain.columns]


def test_evidence_of_any_shape_becomes_a_table() -> None:
    odd = Finding("LS999", Severity.ERROR, "t", "Do.", 2, ({"a": 1}, {"b": "x", "a": None}, {}))
    task = build_report(Audit("s.example", NOW, empty(), (odd,))).tasks[0]
    assert task.evidence is not None
    assert task.evidence.rows == ((1, None), (None, "x"), (None, None))
    nothing = replace(odd, evidence=({"a": None}, {}))
    assert build_report(Audit("s.example", NOW, empty(), (nothing,))).tasks[0].evidence is None
