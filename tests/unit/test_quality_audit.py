"""The audit rules: when each speaks, when each is silent, and what none of them may ever say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.quality import RULES, audit
from linkstead.quality.comparison import SUBJECTS, WEIGHED
from linkstead.quality.payments import days_left, paid_facts
from linkstead.quality.rule import FIGURE_KEYS, MOST_EVIDENCE, percent
from linkstead.quality.thresholds import METRIC_FLOORS, METRIC_NAMES, THRESHOLDS
from linkstead.summary import (
    Change,
    Counts,
    Disagreement,
    DisavowFacts,
    DomainRow,
    Finding,
    JudgedFacts,
    MonthRow,
    PaidRow,
    ProfileSummary,
    Severity,
    SourceRow,
    Suppression,
    TargetRow,
    TopRow,
)
from tests.unit.summary_samples import DAY, NOW, SITE, calm, empty, hostile, link_row, months, rich

DOCS = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
PAGE, OURS = "https://sealanes.example/j", f"https://{SITE}/guides"
HOME = f"https://{SITE}/"


def with_counts(**more: int) -> ProfileSummary:
    return replace(calm(), counts=replace(calm().counts, **more))


def target(outcome: str = "ok", *, url: str = OURS, links: int = 3, **more: object) -> ProfileSummary:
    row = replace(TargetRow(url, links, outcome, 200, None), **more)  # type: ignore[arg-type]
    return replace(calm(), targets=(row,))


def redirected(*chain: str) -> ProfileSummary:
    """The guides, redirected through these hops to an end that answers."""
    return target("redirected", chain=chain, hops=len(chain), final_url=chain[-1].partition(" ")[2])


def change(what: str, told: str, seen: str) -> ProfileSummary:
    return replace(calm(), changes=(Change(PAGE, OURS, what, told, seen, "ahrefs-backlinks"),))


def anchors(*rows: tuple[str, int, int]) -> ProfileSummary:
    return replace(with_counts(referring_domains=100), anchors=tuple(TopRow(*row) for row in rows))


def tlds(label: str, domains: int) -> ProfileSummary:
    return replace(with_counts(referring_domains=100), tlds=(TopRow(label, domains, domains),))


def source(**more: object) -> ProfileSummary:
    first, second = calm().sources
    return replace(calm(), sources=(replace(first, **more), second))  # type: ignore[arg-type]


def lost(
    *rows: dict[str, object], metric: str | None = "ahrefs.dr", total: int | None = None
) -> ProfileSummary:
    links = tuple(link_row(0, "lost", **row) for row in rows)  # type: ignore[arg-type]
    known = with_counts(lost=len(rows) if total is None else total)
    return replace(known, lost=links, metric_name=metric)


def figures(**more: int) -> ProfileSummary:
    return replace(calm(), figures=more)


def trend(*pairs: tuple[int, int]) -> ProfileSummary:
    """(new, lost) of the full months up to October 2026, and a wild running month that must not count."""
    rows = []
    for position, (new, lost_) in enumerate(pairs):
        year, month = divmod(2026 * 12 + 9 - (len(pairs) - 1 - position), 12)
        rows.append(MonthRow(f"{year}-{month + 1:02d}", new, lost_))
    return replace(calm(), months=(*rows, MonthRow("2026-11", 45, 45)))


def placed(*rows: tuple[str, int]) -> ProfileSummary:
    return replace(calm(), placements=tuple(TopRow(label, links, 30) for label, links in rows))


def domains(count: int, *links: int) -> ProfileSummary:
    rows = tuple(TopRow(f"d{position}.example", each, 1) for position, each in enumerate(links))
    return replace(with_counts(backlinks=1_000, referring_domains=count), domains=rows)


def dated(*days: int | None) -> ProfileSummary:
    rows = [replace(calm().sources[0], last_seen=day if day is None else NOW - day * DAY) for day in days]
    return replace(calm(), sources=(*rows, replace(calm().sources[1], last_seen=NOW - 400 * DAY)))


def wordless(links: int) -> ProfileSummary:
    rows = (TopRow("", links, 9), TopRow("Harborlight", 100 - links, 9))
    return replace(with_counts(backlinks=100), anchors=rows)


def paid(*rows: dict[str, object]) -> ProfileSummary:
    """Paid links, followed and in place, without end, unless told otherwise."""
    known = [
        replace(PaidRow(f"https://p{n}.example/", f"p{n}.example", 90.0, "EUR", None, "live", 1), **row)  # type: ignore[arg-type]
        for n, row in enumerate(rows)
    ]
    return replace(calm(), paid=paid_facts(known, NOW))


def judged(number: int, flagged: int, manual: str | None = None) -> ProfileSummary:
    return replace(calm(), judged=JudgedFacts(number, flagged), manual_action=manual)


def disavow(**more: object) -> ProfileSummary:
    facts = replace(DisavowFacts(version=3, uploaded=3, entries=9), **more)  # type: ignore[arg-type]
    return replace(calm(), disavow=facts)


GONE: dict[str, object] = {"state": "lost", "gone": 1, "lost": 1}

#: For each rule: profiles in which it speaks, and near ones in which it must be silent.
SPEAKS: dict[str, list[ProfileSummary]] = {
    "LS001": [
        lost({"followed": True, "metric": 20.0}),
        lost({"followed": None, "metric": 55.0}),
        lost({"followed": True, "metric": None}),
        lost({"followed": True, "metric": 3.0}, metric="unheard.of"),
        figures(lost_worth=4),
    ],
    "LS002": [with_counts(in_doubt=1)],
    "LS003": [target("broken", http_status=404), figures(broken_targets=130, broken_target_links=900)],
    "LS004": [target("redirected", hops=2)],
    "LS005": [figures(temporary_targets=2, temporary_target_links=9)],
    "LS006": [
        change("rel", "followed", "nofollow (robots meta)"),
        change("rel", "", "ugc"),
        change("rel", "followed", "noopener, sponsored"),
        figures(turned_nofollow=3),
    ],
    "LS007": [change("anchor text", "tide tables", "lamps"), figures(anchor_changed=2)],
    "LS008": [figures(hidden=1)],
    "LS009": [figures(noindex=1)],
    "LS010": [figures(not_canonical=1)],
    "LS011": [anchors(("tide lamps", 40, 15))],
    "LS012": [anchors(("buy lamps", 20, 10), ("cheap lamps", 20, 10))],
    "LS013": [anchors(("online casino", 3, 3)), anchors(("slot gacor", 9, 2), ("porno", 1, 1))],
    "LS014": [
        replace(calm(), months=months(12, burst_at=8)),
        replace(calm(), months=months(12, burst_at=11)),
    ],
    "LS015": [replace(with_counts(backlinks=100), domains=(TopRow("big.example", 50, 1),))],
    "LS016": [tlds(".xyz", 25), tlds("kr", 60)],
    "LS017": [replace(calm(), verified=23)],
    "LS018": [with_counts(blocked=5, unreachable=3, unreadable=2)],
    "LS019": [source(capped=True), source(source="search-console-latest-links")],
    "LS020": [replace(calm(), disagreements=(Disagreement("nofollow", 2),))],
    "LS021": [source(quarantined=1)],
    "LS022": [replace(calm(), sources=calm().sources[:1])],
    "LS023": [figures(reported_lost_live=1)],
    "LS024": [with_counts(domains_only=10)],
    "LS025": [
        target(url=f"http://{SITE}/x"),
        target("redirected", url=f"http://{SITE}/x", final_url=f"http://{SITE}/y", hops=1),
    ],
    "LS026": [with_counts(followed=0, not_followed=20)],
    "LS027": [target("in doubt", http_status=503), target("in doubt", http_status=None)],
    "LS028": [
        redirected("301 " + HOME),
        redirected("301 https://elsewhere.example/guides"),
        redirected(f"301 https://{SITE}/ropes"),
    ],
    "LS029": [
        target(canonical=f"https://{SITE}/other"),
        replace(
            redirected(f"301 https://{SITE}/guides-2"),
            targets=(
                replace(redirected(f"301 https://{SITE}/guides-2").targets[0], canonical=f"https://{SITE}/x"),
            ),
        ),
    ],
    "LS030": [trend((5, 7), (5, 8), (5, 8)), trend((0, 0), (0, 20), (0, 0))],
    "LS031": [trend(*[(20, 0)] * 6, (10, 0), (10, 0), (10, 0)), trend(*[(10, 0)] * 12, *[(0, 0)] * 3)],
    "LS032": [with_counts(live=14, lost=6), with_counts(live=0, lost=20)],
    "LS033": [figures(lost_domains=3)],
    "LS034": [figures(home_links=95, targeted_links=100)],
    "LS035": [figures(redirected_target_links=15, targeted_links=50)],
    "LS036": [placed(("footer", 20), ("sidebar", 10), ("content", 20), ("unknown", 900))],
    "LS037": [placed(("comment", 15), ("content", 35))],
    "LS038": [with_counts(followed=99, not_followed=1), with_counts(followed=500, not_followed=0)],
    "LS039": [wordless(40)],
    "LS040": [domains(100, *[90] * 10, 5, 5)],
    "LS041": [dated(180, 900)],
    "LS042": [
        paid({"until": NOW + 1}),
        paid({"until": NOW + 31 * DAY}),
        paid({"until": NOW}),
        paid({"until": NOW - 900 * DAY, "links": 3, "gone": 2}),
        paid({"until": NOW + DAY, "links": 0, "state": None}),
    ],
    "LS043": [
        paid(GONE),
        paid({"state": "in doubt", "gone": 1, "until": NOW + 1}),
        paid(GONE | {"links": 2, "gone": 2}),
    ],
    "LS044": [paid({"followed": 1}), paid({"followed": 1, "until": NOW - DAY}, {"followed": 0})],
    "LS045": [paid({"links": 0, "state": None})],
    "LS046": [judged(30, 3), judged(100, 10), judged(30, 30, "expected"), judged(30, 3, "notified")],
    "LS047": [disavow(missing_count=1), disavow(version=None, missing_count=2)],
    "LS048": [disavow(worthy_count=1, worthy=(DomainRow("a.example", 3, why="you whitelisted it"),))],
    "LS049": [disavow(uploaded=None), disavow(uploaded=2, added=1), disavow(uploaded=2, removed=1)],
    "LS050": [disavow(fault_count=1, faults=((7, "One entry a line."),))],
}
SILENT: dict[str, list[ProfileSummary]] = {
    "LS001": [
        lost({"followed": False, "metric": 90.0}),
        lost({"followed": True, "metric": 19.0}),
        lost({"followed": None, "metric": None}),
        with_counts(reported_lost=40),
        with_counts(blocked=40, unreachable=40, unreadable=40),
    ],
    "LS002": [with_counts(blocked=9)],
    "LS003": [target("unknown"), target("redirected", hops=1)],
    "LS004": [target("redirected", hops=1), target("broken", hops=4)],
    "LS005": [target("redirected", hops=1), figures(temporary_targets=2, temporary_target_links=0)],
    "LS006": [
        change("rel", "nofollow", "ugc"),
        change("rel", "followed", "nofollowing"),
        change("anchor text", "followed", "nofollow"),
    ],
    "LS007": [change("rel", "a", "b")],
    "LS011": [
        anchors(
            ("Harborlight", 400, 90), ("click here", 90, 40), ("harborlight.example", 80, 30), ("", 70, 60)
        ),
        anchors(("tide lamps", 40, 14)),
        replace(anchors(("tide lamps", 40, 9)), counts=Counts(backlinks=40, referring_domains=40)),
        replace(anchors(("tide lamps", 40, 15)), counts=Counts(backlinks=40, referring_domains=29)),
    ],
    "LS012": [
        anchors(("buy lamps", 20, 10), ("cheap lamps", 20, 9)),
        anchors(("buy lamps", 40, 30)),
        anchors(("Harborlight buy", 30, 20), ("cheap harborlight", 30, 20)),
    ],
    "LS013": [
        anchors(("online casino", 30, 2)),
        replace(anchors(("online casino", 30, 20)), site="royal-casino.example"),
    ],
    "LS014": [
        replace(calm(), months=months(6, burst_at=3)),
        replace(calm(), months=months(40, burst_at=2)),
        replace(
            calm(), months=tuple(MonthRow(f"2026-{m:02d}", 49 if m == 5 else 1, 0) for m in range(1, 11))
        ),
        replace(
            calm(), months=tuple(MonthRow(f"2026-{m:02d}", 240 if m == 5 else 50, 0) for m in range(1, 11))
        ),
    ],
    "LS015": [
        replace(with_counts(backlinks=101), domains=(TopRow("big.example", 50, 1),)),
        replace(with_counts(backlinks=50, referring_domains=9), domains=(TopRow("big.example", 50, 1),)),
        replace(with_counts(backlinks=49), domains=(TopRow("big.example", 49, 1),)),
    ],
    "LS016": [tlds(".com", 90), tlds(".example", 90), tlds(".de", 59), tlds(".xyz", 24), tlds(".io", 70)],
    "LS017": [replace(calm(), verified=24), replace(with_counts(backlinks=19), verified=0)],
    "LS018": [with_counts(blocked=9), replace(with_counts(blocked=19), verified=19)],
    "LS020": [replace(calm(), disagreements=(Disagreement("nofollow", 0),))],
    "LS022": [replace(with_counts(backlinks=19), sources=calm().sources[:1]), empty()],
    "LS024": [with_counts(domains_only=9)],
    "LS025": [
        target("broken", url=f"http://{SITE}/x"),
        target("unknown", url=f"http://{SITE}/x"),
        target("redirected", url=f"http://{SITE}/x", final_url=f"https://{SITE}/x", hops=1),
    ],
    "LS026": [with_counts(followed=1, not_followed=200), with_counts(followed=0, not_followed=19)],
    "LS027": [target("unknown"), target("broken", http_status=404)],
    "LS028": [
        redirected(f"301 https://{SITE}/handbook/guides"),
        redirected(f"301 https://www.{SITE}/guides/"),
        target("broken", http_status=404, chain=("301 " + HOME,), hops=1, final_url=HOME),
        replace(
            redirected("301 " + HOME), targets=(TargetRow(f"http://{SITE}/", 3, "redirected", 200, HOME),)
        ),
    ],
    "LS029": [
        target(canonical=OURS),
        target(canonical=f"http://www.{SITE}/guides/"),
        target("unknown", canonical=f"https://{SITE}/other"),
    ],
    "LS030": [trend((5, 7), (5, 8), (6, 8)), trend((0, 6), (0, 7), (0, 6)), trend((0, 99), *[(9, 2)] * 3)],
    "LS031": [
        trend(*[(20, 0)] * 6, (10, 0), (10, 0), (11, 0)),
        trend(*[(9, 0)] * 6, *[(0, 0)] * 3),
        trend(*[(20, 0)] * 5, *[(0, 0)] * 3),
    ],
    "LS032": [with_counts(live=15, lost=6), with_counts(live=0, lost=19), with_counts(live=0, blocked=90)],
    "LS033": [figures(lost_domains=2)],
    "LS034": [figures(home_links=94, targeted_links=100), figures(home_links=49, targeted_links=49)],
    "LS035": [
        figures(redirected_target_links=14, targeted_links=50),
        figures(redirected_target_links=40, targeted_links=49),
    ],
    "LS036": [placed(("footer", 29), ("content", 21)), placed(("footer", 49), ("unknown", 900))],
    "LS037": [placed(("comment", 14), ("content", 36)), placed(("comment", 49))],
    "LS038": [
        with_counts(followed=98, not_followed=2),
        with_counts(followed=99, not_followed=0),
        with_counts(followed=500, not_followed=0, referring_domains=29),
    ],
    "LS039": [wordless(39), replace(wordless(20), counts=Counts(backlinks=49, referring_domains=40))],
    "LS040": [domains(100, *[89] * 10), domains(99, *[95] * 10)],
    "LS041": [dated(179), dated(900, None), empty()],
    "LS042": [
        paid({}),
        paid({"until": NOW + 31 * DAY + 1}),
        paid(GONE | {"until": NOW + DAY}),
        paid(GONE | {"until": NOW - DAY}),
        paid({"until": NOW - DAY, "links": 0}),
    ],
    "LS043": [
        paid({"links": 2, "gone": 1, "state": "lost"}),
        paid(GONE | {"until": NOW}),
        paid({"links": 0}),
        paid({"state": "blocked"}),
    ],
    "LS044": [paid({"rel": ("sponsored",)}), paid(GONE)],
    "LS045": [paid({}), paid({"links": 0, "until": NOW})],
    "LS046": [judged(29, 29), judged(30, 2), judged(101, 10), judged(0, 0, "notified")],
    "LS047": [disavow(), calm()],
    "LS048": [disavow(), disavow(version=None, missing_count=1)],
    "LS049": [disavow(), disavow(uploaded=2), disavow(uploaded=None, entries=0), disavow(version=None)],
    "LS050": [disavow(), disavow(version=None, missing_count=1)],
}


def found(summary: ProfileSummary) -> dict[str, Finding]:
    return {finding.rule: finding for finding in audit(summary, now=NOW).findings}


@pytest.mark.parametrize(
    ("rule", "profile"), [(rule, each) for rule, all_ in SPEAKS.items() for each in all_]
)
def test_a_rule_speaks_when_its_evidence_is_there(rule: str, profile: ProfileSummary) -> None:
    finding = found(profile)[rule]
    assert finding.count >= 1
    assert re.search(r"\d|None|One domain", finding.title), "a title carries its figures"


@pytest.mark.parametrize(
    ("rule", "profile"), [(rule, each) for rule, all_ in SILENT.items() for each in all_]
)
def test_a_rule_is_silent_when_the_evidence_is_thin_or_says_something_else(
    rule: str, profile: ProfileSummary
) -> None:
    assert rule not in found(profile)


def test_every_rule_is_tested_to_speak() -> None:
    assert {rule.id for rule in RULES} == set(SPEAKS)


@pytest.mark.parametrize("profile", [empty(), calm()])
def test_nothing_urgent_is_a_valid_answer(profile: ProfileSummary) -> None:
    assert audit(profile, now=NOW).findings == ()


def test_findings_come_by_urgency_and_keep_the_order_of_the_rules() -> None:
    findings = audit(rich(), now=NOW).findings
    ranks = [list(Severity).index(finding.severity) for finding in findings]
    assert ranks == sorted(ranks)
    order = {rule.id: position for position, rule in enumerate(RULES)}
    notices = [order[finding.rule] for finding in findings if finding.severity is Severity.NOTICE]
    assert notices == sorted(notices)


def test_an_audit_carries_site_time_and_summary() -> None:
    judged = audit(rich(), now=NOW + DAY)
    assert (judged.site, judged.made_at, judged.summary) == (SITE, NOW + DAY, rich())


def test_a_title_says_at_least_when_the_list_of_lost_links_was_cut() -> None:
    row = {"followed": True, "metric": 50.0}
    assert found(lost(row, total=61))["LS001"].title.startswith("At least 1 link ")
    assert found(lost(row))["LS001"].title.startswith("1 link ")


def test_a_vendors_number_is_called_as_its_maker_calls_it() -> None:
    row = {"followed": True, "metric": 50.0}
    assert found(lost(row))["LS001"].title == "1 link worth having (Ahrefs DR of 20 or more) is lost."
    assert set(METRIC_FLOORS) <= set(METRIC_NAMES), "every metric with a limit has a name"
    for name in METRIC_FLOORS:
        assert name not in found(lost(row, metric=name))["LS001"].title


def test_a_file_without_dates_imported_this_month_is_no_burst() -> None:
    summary = replace(calm(), months=months(12, burst_at=11))
    undated = SourceRow("x.csv", "moz-links", 400, 300, 300, 0, {}, None, None)
    assert "LS014" in found(summary)
    assert "LS014" not in found(replace(summary, sources=(*summary.sources, undated)))


def test_a_burst_says_that_first_seen_is_not_created() -> None:
    assert "first seen is not the same as created" in found(rich())["LS014"].title


def test_the_running_month_is_no_measure_for_the_others() -> None:
    # May to November: 35 in a usual month; counted with this month's 2 it would be 10.
    news = (10, 10, 10, 60, 60, 60, 2)
    rows = tuple(MonthRow(f"2026-{month:02d}", new, 0) for month, new in enumerate(news, start=5))
    burst_in_april = replace(calm(), months=(MonthRow("2026-04", 100, 0), *rows))
    assert "LS014" not in found(burst_in_april)
    assert "LS014" in found(replace(calm(), months=(MonthRow("2026-04", 175, 0), *rows)))


def test_quarantine_becomes_a_warning_from_one_row_in_twenty() -> None:
    assert found(source(quarantined=2))["LS021"].severity is Severity.NOTICE
    assert found(source(quarantined=3))["LS021"].severity is Severity.WARNING


def test_risky_words_warn_only_when_they_shape_the_profile() -> None:
    assert found(anchors(("online casino", 9, 4)))["LS013"].severity is Severity.NOTICE
    assert found(anchors(("online casino", 9, 5)))["LS013"].severity is Severity.WARNING


def test_what_is_not_known_is_named_apart_and_never_called_lost() -> None:
    title = found(with_counts(blocked=5, unreachable=3, unreadable=2))["LS018"].title
    assert "5 blocked, 3 unreachable, 2 unreadable" in title
    assert "lost" not in title


def test_reasons_of_known_outcomes_are_no_evidence_for_what_is_not_known() -> None:
    reasons = {row["reason"] for row in found(rich())["LS018"].evidence}
    assert reasons == {"challenge", "forbidden", "timeout", "dns", "not_html"}


def test_a_broken_backlink_is_never_called_lost() -> None:
    finding = found(rich())["LS003"]
    assert finding.severity is Severity.ERROR
    assert finding.count == 415
    assert "lost" not in finding.title + finding.action


@pytest.mark.parametrize("profile", [rich(), hostile()])
def test_evidence_is_plain_and_short(profile: ProfileSummary) -> None:
    many = replace(profile, in_doubt=profile.in_doubt * 30, changes=profile.changes * 30)
    for finding in audit(many, now=NOW).findings:
        assert len(finding.evidence) <= MOST_EVIDENCE
        for row in finding.evidence:
            assert all(isinstance(key, str) for key in row)
            assert all(value is None or isinstance(value, str | int | float) for value in row.values())


def test_titles_quote_strangers_on_one_line_without_control_characters() -> None:
    text = "tide\u202e lamps\x07\nnow " + "x" * 500
    title = found(anchors((text, 40, 30)))["LS011"].title
    assert "“tide lamps now xxx" in title
    assert "…”" in title
    assert len(title) < 200
    assert title.isprintable()


def test_rules_have_stable_ids_names_and_imperative_actions() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) == len({rule.name for rule in RULES})
    for rule in RULES:
        assert re.fullmatch(r"LS\d{3}", rule.id)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.docs == f"rules.md#{rule.id.lower()}-{rule.name}"
        assert rule.action.endswith(".")
        assert rule.action.split()[0] in {
            "Ask", "Look", "Restore", "Shorten", "Make", "Read", "Check", "Take", "Earn", "Find", "Redirect",
            "Verify", "Add", "Export",
        }  # fmt: skip


def test_no_rule_speaks_of_toxic_links_or_frightens() -> None:
    spoken = [text for rule in RULES for text in (rule.looks_for, rule.matters, rule.action, rule.name)]
    spoken += [finding.title for finding in audit(rich(), now=NOW).findings]
    for text in [*spoken, DOCS.read_text(encoding="utf-8")]:
        assert not re.search(
            r"toxic|danger|penalt|urgent!|threat|harmful|\bbad links?\b", text, re.IGNORECASE
        )


def test_defence_warns_only_where_a_manual_action_is_told() -> None:
    facts = disavow(uploaded=None, missing_count=1)
    for told, severity in (
        (None, Severity.NOTICE),
        ("expected", Severity.WARNING),
        ("none", Severity.NOTICE),
    ):
        spoken = found(replace(facts, judged=JudgedFacts(40, 20), manual_action=told))
        assert {spoken[rule].severity for rule in ("LS046", "LS047", "LS049")} == {severity}
    assert "nothing need be done" in found(judged(40, 20))["LS046"].title


def test_what_paid_links_cost_is_told_by_currency_and_never_added_up() -> None:
    rows = [{"cost": 100.0}, {"cost": 20.5}, {"cost": 7.0, "currency": "USD"}, {"cost": None}]
    title = found(paid(*(GONE | row for row in rows)))["LS043"].title
    assert title == "4 links that are paid for (120.50 EUR and 7 USD) are no longer on their pages."


def test_days_left_are_whole_and_none_on_the_last_day() -> None:
    row = PaidRow("a.example", "a.example", None, None, NOW + DAY)
    assert [days_left(row, NOW + at) for at in (-1, 0, 1, DAY - 1, DAY, 2 * DAY)] == [
        1, 0, 0, 0, -1, -2,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "profile"), [(rule, each) for rule, all_ in SPEAKS.items() for each in [*all_, rich()]]
)
def test_a_suppressed_row_takes_from_the_count_what_it_adds_to_it(rule: str, profile: ProfileSummary) -> None:
    finding = found(profile).get(rule)
    if finding is None or not any(row.get(name) for row in finding.evidence for name in SUBJECTS):
        return
    names = [next(str(row[name]) for name in SUBJECTS if row.get(name)) for row in finding.evidence]
    wanted = [Suppression(rule, name, "meant", "kim", 0) for name in dict.fromkeys(names)]
    judged_ = audit(profile, now=NOW, suppressions=wanted)
    left = [each.count for each in judged_.findings if each.rule == rule]
    taken = [each.finding.count for each in judged_.suppressed if each.finding.rule == rule]
    assert sum(left) + sum(taken) == finding.count
    column = WEIGHED.get(rule)
    told = sum(1 if column is None else int(row[column] or 0) for row in finding.evidence)
    assert told == finding.count or rule == "LS002", "the list of links in doubt is a cut one"
    assert bool(left) == (told < finding.count)


def test_broken_backlinks_of_a_suppressed_page_are_not_counted_any_more() -> None:
    wanted = Suppression("LS003", f"https://{SITE}/guides/tides", "gone for good", "kim", 0)
    judged_ = audit(rich(), now=NOW, suppressions=[wanted])
    (left,) = [each for each in judged_.findings if each.rule == "LS003"]
    assert (left.count, left.title.endswith("(318 of these are suppressed.)")) == (97, True)
    assert [each.finding.count for each in judged_.suppressed] == [318]


def test_a_subject_is_suppressed_beyond_the_rows_that_are_shown() -> None:
    summary = paid(*({"followed": 1} for _ in range(60)))
    wanted = [Suppression("LS044", f"p{n}.example", "agreed", "kim", 0) for n in (0, 41, 59)]
    judged_ = audit(summary, now=NOW, suppressions=wanted)
    (left,) = [each for each in judged_.findings if each.rule == "LS044"]
    assert (left.count, len(left.evidence)) == (57, MOST_EVIDENCE)
    assert [each.finding.evidence[0]["domain"] for each in judged_.suppressed] == [
        "p0.example",
        "p41.example",
        "p59.example",
    ]


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_its_paragraph_in_the_docs(rule: object) -> None:
    written = _plain(DOCS.read_text(encoding="utf-8"))
    assert f"## {rule.id} {rule.name} " in written  # type: ignore[attr-defined]
    for text in (rule.looks_for, rule.matters, rule.action, rule.source):  # type: ignore[attr-defined]
        assert _plain(text) in written


def test_every_limit_and_figure_is_documented() -> None:
    written = DOCS.read_text(encoding="utf-8")
    for name, limit in THRESHOLDS.items():
        assert f"| `{name}` | {limit.value:g} | {limit.why} |" in written
    for name, floor in METRIC_FLOORS.items():
        assert f"| `{name}` | {floor:g} |" in written
    for name, meaning in FIGURE_KEYS.items():
        assert f"| `{name}` | {meaning} |" in written


def test_rules_read_no_figure_that_is_not_in_the_table() -> None:
    asked: set[str] = set()

    class Watched(dict[str, int]):
        def get(self, key: str, default: int = 0) -> int:  # type: ignore[override]
            asked.add(key)
            return super().get(key, default)

    audit(replace(rich(), figures=Watched()), now=NOW)
    assert asked == set(FIGURE_KEYS)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 9, "0%"), (1, 1000, "under 1%"), (1, 2, "50%"), (3, 0, "0%"), (9, 9, "100%")],
)
def test_a_share_that_is_small_is_not_called_zero(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


amounts = st.integers(0, 3_000_000)
rows = st.builds(TopRow, st.text(max_size=30), amounts, amounts)
moments = st.none() | st.integers(0, 7_000_000_000)
few = st.integers(0, 4)
paid_rows = st.builds(
    PaidRow,
    st.sampled_from(["https://a.example/p", "a.example"]),
    st.just("a.example"),
    st.none() | st.floats(0, 1e12),
    st.sampled_from([None, "EUR", "USD"]),
    moments,
    st.sampled_from([None, "live", "lost", "in doubt"]),
    few,
    few,
    few,
    few,
)
domain_rows = st.builds(
    DomainRow, st.text(max_size=30), amounts, st.none() | st.floats(0, 1), st.none() | st.text()
)
profiles = st.builds(
    ProfileSummary,
    site=st.sampled_from([SITE, "casino.example", "localhost", "xn--mnchen-3ya.de"]),
    made_at=st.just(NOW),
    counts=st.builds(Counts, *[amounts] * 17),
    months=st.lists(st.builds(MonthRow, st.text(max_size=8), amounts, amounts), max_size=15).map(tuple),
    anchors=st.lists(rows, max_size=8).map(tuple),
    tlds=st.lists(rows, max_size=8).map(tuple),
    domains=st.lists(rows, max_size=8).map(tuple),
    verified=amounts,
    figures=st.dictionaries(st.sampled_from(sorted(FIGURE_KEYS)), amounts),
    manual_action=st.sampled_from([None, "none", "expected", "notified"]),
    paid=st.lists(paid_rows, max_size=6).map(lambda rows: paid_facts(rows, NOW)),
    judged=st.none() | st.builds(JudgedFacts, amounts, amounts, st.lists(domain_rows, max_size=3).map(tuple)),
    disavow=st.none()
    | st.builds(
        DisavowFacts,
        st.none() | amounts,
        st.none() | amounts,
        *[amounts] * 4,
        st.lists(domain_rows, max_size=3).map(tuple),
        amounts,
        st.lists(domain_rows, max_size=3).map(tuple),
        amounts,
        st.lists(st.tuples(amounts, st.text(max_size=30)), max_size=3).map(tuple),
    ),
)


@given(profiles, st.integers(0, 4_000_000_000))
def test_any_profile_can_be_judged_and_gives_the_same_findings_twice(
    summary: ProfileSummary, now: int
) -> None:
    first = audit(summary, now=now)
    assert first == audit(summary, now=now)
    assert all(finding.count > 0 and finding.title and finding.action for finding in first.findings)
